"""The base of the trainers whose generator takes latents."""

import keras
import tensorflow as tf

from tfgan_suite.distribution import replica_rows
from tfgan_suite.latents import LatentPrior, prior_of
from tfgan_suite.registration import register
from tfgan_suite.trainers.base import probe
from tfgan_suite.trainers.base.checks import check_judged
from tfgan_suite.trainers.base.packs import check_judges_of_packs
from tfgan_suite.trainers.base.player_losses import (
    logits_of,
    loss_of_discriminator,
    loss_of_generator,
)
from tfgan_suite.trainers.base.step import unpack
from tfgan_suite.trainers.trainer import Trainer


@register
class GAN(Trainer):
    """A generator of latents against a discriminator, with any loss; the base of all such trainers.

    One call of `train_step` is one update of the generator after `discriminator_steps` updates of
    the discriminator, each on a fresh minibatch of real images and fresh latents. Subclasses state
    their own `train_step` in terms of `begin`, `generate`, `update_discriminator`,
    `update_generator` and the `Step`'s `end`.

    Args:
        generator: functional `keras.Model` from latents `[N, latent_dim]`, or `[latents,
            condition]`, to images `[N, H, W, C]` in [-1, 1] (or to vectors `[N, D]`).
        discriminator: functional `keras.Model` from images, or `[images, condition]`, to logits of
            any rank >= 1 with the batch first (of `networks.packing`, one for each pack); or to
            several outputs of which these are the first, where a subclass states `head_losses`.
        latent_dim: number of components of the latents z.
        discriminator_steps: discriminator updates for each generator update (k of Goodfellow et al.
            2014, algorithm 1). `fit` groups k minibatches of its data into one step.
        shared_latents: use the generated images of the last discriminator update for the
            generator's update too. Saves a pass of the generator.
        simultaneous: take both gradients at the same parameters and then update both, instead of
            updating the generator against the new discriminator. Implies `shared_latents`.
        ema_decay: decay in (0, 1) of an exponential moving average of the generator (BatchNorm
            statistics included), which then serves instead of the raw one; or a `HalfLife` of it,
            in examples shown; None for no average. While training is young the decay is
            min(ema_decay, (1 + step) / (10 + step)).
        latent_distribution: `"normal"`, `"uniform"` (on [-1, 1)), or another prior of
            `tfgan_suite.latents` with `latent_dim` components.
        seed: integer source of all latents and penalties. None draws one from
            `keras.utils.set_random_seed`'s.
        **kwargs: `name` and the like, for `keras.Model`.

    Raises:
        ValueError: if the networks do not fit each other or `latent_dim`, are not built, or were
            made outside the current distribution strategy; or if an option is out of range.
    """

    has_latents = True
    probe = probe.probe

    def __init__(
        self,
        generator,
        discriminator,
        latent_dim,
        *,
        discriminator_steps=1,
        shared_latents=False,
        simultaneous=False,
        ema_decay=None,
        latent_distribution="normal",
        seed=None,
        **kwargs,
    ):
        prior = prior_of(latent_dim, latent_distribution)
        super().__init__(
            {"generator": generator, "discriminator": discriminator},
            discriminator_steps=discriminator_steps,
            ema_decay=ema_decay,
            seed=seed,
            **kwargs,
        )
        self.latent_prior = prior
        self.latent_dim = latent_dim
        check_judged(generator, discriminator, self.modality)
        check_judges_of_packs(discriminator)
        self.shared_latents = bool(shared_latents)
        self.simultaneous = bool(simultaneous)

    # --- Latents ----------------------------------------------------------------------------

    def call(self, latents, training=False):
        """Generates images from latents `[N, latent_dim]` (or `[latents, condition]`)."""
        return self.serving_generator(latents, training=training)

    def sample_latents(self, batch_size, seed=None):
        """Draws latents of shape `[batch_size, latent_dim]`.

        Args:
            batch_size: number of rows.
            seed: integer; the same seed gives the same latents. None draws the next ones of this
                trainer's own sequence, which does not disturb the training's.
        """
        if seed is None:
            seed = self.next_outside_seed()
        return self.latent_prior.sample(batch_size, seed)

    def latents_like(self, x, seed):
        """As many latents as `x` has rows; different rows on every replica."""
        rows = x.shape[0] or tf.shape(x)[0]
        return replica_rows(rows, [self.latent_dim], seed, self.latent_prior)

    def latents_for(self, step, x, y):
        """The latents of the images to be generated beside `x`: here, fresh ones."""
        return self.latents_like(x, step.next_seed())

    def latents_for_penalty(self, step, x, y):
        """What a penalty of D that needs latents is called with beside the images."""
        return {
            "generator": self.generator,
            "generator_condition": self.told(self.generator, x, y),
            "latents": self.latents_like(x, step.next_seed()),
        }

    def inputs_of_probe(self, x, y, seed):
        """What the generator is given for a batch of real images: latents of the seed."""
        z = self.latent_prior.sample(x.shape[0], seed)
        return self.interface.arguments(self.generator, z, y)

    # --- The moves --------------------------------------------------------------------------

    def generate(self, step, x, y=None):
        """Draws z, a row for each of `x`: returns `(G(z), tape)`, the tape leading to G."""
        z = self.latents_for(step, x, y)
        inputs = self.interface.arguments(self.generator, z, y)
        return step.generate(self.generator, inputs, after=[x])

    def update_discriminator(self, step, x, g_z, y=None):
        """One descent of D's loss on real `x` and generated `g_z`."""
        player = self.players["discriminator"]

        def move(step, _, x, g_z, y):
            with tf.GradientTape() as tape:
                real, fake = (self.judge(self.discriminator, images, y) for images in (x, g_z))
                loss = self.discriminator_loss(step, x, g_z, y, real, fake)
            return player.gradients(loss, tape), logits_of(real)

        gradients, real_logits = step.by_micro_batches(move, None, x, g_z, y)
        player.apply(gradients)
        self.end_discriminator_update(real_logits, self.discriminator)

    def update_generator(self, step, x, g_z, y, tape):
        """One descent of G's loss through the current D; `tape` comes from `generate`."""
        player = self.players["generator"]

        def move(step, tape, x, g_z, y):
            needs_real = self.adversarial_loss.generator_needs_real
            real = self.judge(self.discriminator, x, y) if needs_real else None
            with tape:
                fake = self.judge(self.discriminator, g_z, y)
                loss = self.generator_loss(step, x, y, real, fake)
            return player.gradients(loss, tape), ()

        gradients, _ = step.by_micro_batches(move, tape, x, g_z, y)
        player.apply(gradients)

    def update_both(self, step, x, y=None):
        """One descent of each player's loss, both gradients taken at the same parameters."""
        g, d = self.players["generator"], self.players["discriminator"]
        g_z, tape = self.generate(step, x, y)

        def move(step, g_tape, x, g_z, y):
            with tf.GradientTape() as d_tape:
                with g_tape:  # one pass of D on the generated images serves both players
                    fake = self.judge(self.discriminator, g_z, y)
                real = self.judge(self.discriminator, x, y)
                d_loss = self.discriminator_loss(step, x, g_z, y, real, fake)
            constant = tf.nest.map_structure(tf.stop_gradient, real)
            with g_tape:
                g_loss = self.generator_loss(step, x, y, constant, fake)
            g_gradients = g.gradients(g_loss, g_tape)
            return (g_gradients, d.gradients(d_loss, d_tape)), logits_of(real)

        gradients, real_logits = step.by_micro_batches(move, tape, x, g_z, y)
        g_gradients, d_gradients = gradients
        d.apply(d_gradients)
        self.end_discriminator_update(real_logits, self.discriminator)
        g.apply(g_gradients)

    def head_losses(self, player, y, real, fake):
        """What D's further outputs, where it has some, add to a player's loss: here, nothing.

        Args:
            player: `"generator"` or `"discriminator"`.
            y: the condition.
            real: D's outputs on real images; None for the generator unless its loss needs them.
            fake: D's outputs on generated images.

        Returns:
            Two dicts of scalars by their names in the logs, which are `loss_parts`: what is added,
            and what is logged beside it.
        """
        return {}, {}

    def head_targets(self, y, z):
        """The `y` of `head_losses` for images made from latents z and the condition y."""
        return y

    def discriminator_loss(self, step, x, g_z, y, real, fake):
        """Adversarial loss, penalties, losses of heads; records what is logged of D."""
        loss, logs = loss_of_discriminator(
            self, step, self.discriminator, x, g_z, y, logits_of(real), logits_of(fake)
        )
        added, others = self.head_losses("discriminator", y, real, fake)
        loss = sum(added.values(), start=loss)
        step.note({"d_loss": loss, **logs, **added, **others})
        return loss

    def generator_loss(self, step, x, y, real, fake):
        """Adversarial loss, penalties, losses of heads; records what is logged of G."""
        condition = self.told(self.generator, x, y)

        def draw():
            return self.latents_like(x, step.next_seed()), condition

        logits = (logits_of(outputs) for outputs in (real, fake))
        loss, logs = loss_of_generator(self, step, self.generator, *logits, draw)
        added, others = self.head_losses("generator", y, real, fake)
        loss = sum(added.values(), start=loss)
        step.note({"g_loss": loss, **logs, **added, **others})
        return loss

    # --- The steps --------------------------------------------------------------------------

    def train_step(self, data):
        """`discriminator_steps` updates of D, then one of G, whatever the loss."""
        if self.simultaneous:
            return self.simultaneous_step(data)
        step = self.begin(data)
        for x, y in step.minibatches:
            g_z, tape = self.generate(step, x, y)
            self.update_discriminator(step, x, g_z, y)
        if not self.shared_latents:
            g_z, tape = self.generate(step, x, y)
        self.update_generator(step, x, g_z, y, tape)
        return step.end()

    def simultaneous_step(self, data):
        """As `train_step`, but the last update of D and that of G start from the same point."""
        step = self.begin(data)
        *early, (x, y) = step.minibatches
        for early_x, early_y in early:
            g_z, _ = self.generate(step, early_x, early_y)
            self.update_discriminator(step, early_x, g_z, early_y)
        self.update_both(step, x, y)
        return step.end()

    def test_step(self, data):
        """Both losses on one minibatch, with the generator that serves; nothing is updated."""
        x, y = self.check_batch(*unpack(data), groups=1)
        z = self.latents_like(x, self.next_outside_seed())
        g_z = self(self.interface.arguments(self.generator, z, y), training=False)
        real, fake = (self.judge(self.discriminator, i, y, training=False) for i in (x, g_z))
        real_logits, fake_logits = logits_of(real), logits_of(fake)
        logs = {
            "g_loss": self.adversarial_loss.generator_loss(real_logits, fake_logits),
            "d_loss": self.adversarial_loss.discriminator_loss(real_logits, fake_logits),
            **self.describe_logits(real_logits, fake_logits),
        }
        for player in ("generator", "discriminator"):
            for found in self.head_losses(player, self.head_targets(y, z), real, fake):
                logs.update(found)
        return self.log(logs, rows=tf.shape(x)[0])

    # --- Config -----------------------------------------------------------------------------

    def get_config(self):
        prior = self.latent_prior
        is_plain = isinstance(prior, LatentPrior)
        serialize = keras.saving.serialize_keras_object
        return {
            **super().get_config(),
            "latent_dim": self.latent_dim,
            "discriminator_steps": self.discriminator_steps,
            "shared_latents": self.shared_latents,
            "simultaneous": self.simultaneous,
            "latent_distribution": prior.distribution if is_plain else serialize(prior),
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        if isinstance(config.get("latent_distribution"), dict):
            config["latent_distribution"] = keras.saving.deserialize_keras_object(
                config["latent_distribution"], custom_objects
            )
        return super().from_config(config, custom_objects)
