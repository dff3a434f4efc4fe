"""A trainer in two stages: first small images, then a network behind them that enlarges.

After Zhang et al. 2017, "StackGAN", arXiv:1612.03242, section 3, without the text: stage I draws
the coarse image, stage II refines it, against a discriminator of its own.
"""

import functools

import keras
import tensorflow as tf

import tfgan_suite as tgs
from tfgan_suite.distribution import replica_rows
from tfgan_suite.interface import infer
from tfgan_suite.latents import LatentPrior
from tfgan_suite.served_part import ServedPart


@keras.saving.register_keras_serializable("outsiders")
class TwoStageGAN(tgs.Trainer):
    """Images of half the size for `coarse_steps` steps, then of the whole size.

    Args:
        generator: from latents to images of half the size.
        refiner: from these to images of the whole size.
        coarse_discriminator: from images of half the size to logits.
        discriminator: from images to logits.
        latent_dim: number of components of the latents.
        coarse_steps: length of the first stage.
        **options: of `Trainer`.
    """

    player_networks = {
        "generator": ("generator", "refiner"),
        "discriminator": ("coarse_discriminator", "discriminator"),
    }
    default_loss = "logistic"

    def __init__(
        self, generator, refiner, coarse_discriminator, discriminator, latent_dim,
        coarse_steps=4, **options,
    ):  # fmt: skip
        networks = {
            "generator": generator,
            "refiner": refiner,
            "coarse_discriminator": coarse_discriminator,
            "discriminator": discriminator,
        }
        stages = [tgs.Stage("coarse", steps=coarse_steps), tgs.Stage("fine")]
        super().__init__(networks, stages=stages, **options)
        self.latent_prior, self.coarse_steps = LatentPrior(latent_dim), coarse_steps

    @functools.cached_property
    def whole(self):
        """Both networks of the generator, one behind the other."""
        return keras.Model(self.generator.inputs, self.refiner(self.generator.outputs[0]))

    def playing(self):
        """The generator and the discriminator of the present stage."""
        if self.stage.name == "coarse":
            return self.generator, self.coarse_discriminator
        return self.whole, self.discriminator

    def call(self, latents, training=False):
        return self.playing()[0](latents, training=training)

    @property
    def interfaces(self):
        return {"": infer(self.playing()[0], prior=self.latent_prior)}

    def exports(self):
        generator, discriminator = self.playing()
        interface = self.interfaces[""]
        return {"": ServedPart(generator, interface, None, discriminator, self.step)}

    def check_batch(self, x, y, groups):
        return infer(self.whole, prior=self.latent_prior).output.check(x, groups=groups), y

    def train_step(self, data):
        step = self.begin(data)
        [(x, _)] = step.minibatches
        g, d = self.players["generator"], self.players["discriminator"]
        with tf.GradientTape(persistent=True) as tape:
            losses, logs = self.losses_on(x, step.next_seed(), training=True)
        step.note({**losses, **logs})
        found = g.gradients(losses["g_loss"], tape), d.gradients(losses["d_loss"], tape)
        g.apply(found[0])
        d.apply(found[1])
        return step.end()

    def test_step(self, data):
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        losses, logs = self.losses_on(x, self.next_outside_seed(), training=False)
        return self.log({**losses, **logs}, rows=tf.shape(x)[0])

    def losses_on(self, x, seed, training):
        generator, discriminator = self.playing()
        if self.stage.name == "coarse":
            x = tf.nn.avg_pool2d(x, 2, 2, "VALID")
        shape = [self.latent_prior.dim]
        z = replica_rows(x.shape[0] or tf.shape(x)[0], shape, seed, self.latent_prior)
        real = discriminator(x, training=training)
        fake = discriminator(generator(z, training=training), training=training)
        pair = self.adversarial_loss
        losses = {
            "g_loss": pair.generator_loss(real, fake),
            "d_loss": pair.discriminator_loss(real, fake),
        }
        return losses, self.describe_logits(real, fake)

    def get_config(self):
        config = {**super().get_config(), "latent_dim": self.latent_prior.dim}
        return {**config, "coarse_steps": self.coarse_steps}
