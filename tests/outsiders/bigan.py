"""A bidirectional GAN: an encoder learns to invert the generator, as a player of its own.

Paper: Donahue et al. 2017, "Adversarial Feature Learning", arXiv:1605.09782, eq. 3:

    min_{G,E} max_D  E log D(x, E(x)) + E log(1 - D(G(z), z))

in the form that does not saturate (section 3.4): G and E descend D's loss with its two kinds of
pairs exchanged.
"""

import keras
import tensorflow as tf

import tfgan_suite as tgs
from tfgan_suite.distribution import replica_rows
from tfgan_suite.latents import LatentPrior


@keras.saving.register_keras_serializable("outsiders")
class BiGAN(tgs.Trainer):
    """Generator `[N, latent_dim]` to examples, encoder back, and a discriminator of both at once.

    Args:
        generator: from latents to examples.
        encoder: from examples to latents.
        discriminator: from `[examples, latents]` to logits.
        latent_dim: number of components of the latents.
        **options: of `Trainer`.
    """

    player_networks = {
        "generator": ("generator",),
        "encoder": ("encoder",),
        "discriminator": ("discriminator",),
    }
    averaged_players = ("generator", "encoder")
    default_loss = tgs.losses.ModifiedMinimax(label_smoothing=0.0)
    conditions = ()  # what the discriminator takes beside examples are latents, no data bring them

    def __init__(self, generator, encoder, discriminator, latent_dim, **options):
        networks = {"generator": generator, "encoder": encoder, "discriminator": discriminator}
        super().__init__(networks, **options)
        self.latent_prior = LatentPrior(latent_dim)

    def call(self, latents, training=False):
        return self.serving("generator")(latents, training=training)

    def encode(self, examples):
        """Latents `[N, latent_dim]` of examples."""
        return self.serving("encoder")(examples, training=False)

    def train_step(self, data):
        step = self.begin(data)
        [(x, _)] = step.minibatches
        with tf.GradientTape(persistent=True) as tape:
            losses, logs = self.losses_on(x, step.next_seed(), training=True)
        step.note({**losses, **logs})
        players = [self.players[name] for name in self.player_networks]
        # All three gradients at the same weights, then all three updates.
        gradients = [p.gradients(losses[self.loss_name(p.name)], tape) for p in players]
        for player, found in zip(players, gradients):
            player.apply(found)
        return step.end()

    def test_step(self, data):
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        losses, logs = self.losses_on(x, self.next_outside_seed(), training=False)
        return self.log({**losses, **logs}, rows=tf.shape(x)[0])

    def losses_on(self, x, seed, training):
        """The three losses on a batch, and what is logged of D."""
        dim = self.latent_prior.dim
        z = replica_rows(x.shape[0] or tf.shape(x)[0], [dim], seed, self.latent_prior)
        g = self.generator if training else self.serving("generator")
        e = self.encoder if training else self.serving("encoder")
        encoded = self.judge(self.discriminator, x, e(x, training=training), training)
        made = self.judge(self.discriminator, g(z, training=training), z, training)
        exchanged = self.adversarial_loss.discriminator_loss(made, encoded)
        losses = {
            "g_loss": exchanged,
            "encoder_loss": exchanged,
            "d_loss": self.adversarial_loss.discriminator_loss(encoded, made),
        }
        return losses, self.describe_logits(encoded, made)

    def get_config(self):
        return {**super().get_config(), "latent_dim": self.latent_prior.dim}
