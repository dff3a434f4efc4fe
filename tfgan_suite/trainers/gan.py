"""The base of all trainers: a generator and a discriminator as one `keras.Model`."""

import random

import keras
import tensorflow as tf

from tfgan_suite.distribution import check_global_batch
from tfgan_suite.latents import LatentPrior
from tfgan_suite.progress import Position
from tfgan_suite.registration import register
from tfgan_suite.trainers._checks import check_batch, check_networks, check_trainer_options
from tfgan_suite.trainers._compilation import Compilation
from tfgan_suite.trainers._fitting import (
    Throughput,
    check_can_be_kept,
    expected_end_of_data,
    first_batch_size,
    next_data_step,
    prepare_steps,
)
from tfgan_suite.trainers._parts import Callbacks, fit_in_parts, keepers_of
from tfgan_suite.trainers._play import Play, unpack, with_condition
from tfgan_suite.trainers._state import State


@register
class GAN(Play, State, Compilation, keras.Model):
    """Two players and one objective; the base of every trainer, and usable with any loss.

    One call of `train_step` is one update of the generator after `discriminator_steps` updates of
    the discriminator, each on a fresh minibatch of real images and fresh latents. Subclasses state
    their own `train_step` in terms of `minibatches`, `generate`, `update_discriminator`,
    `update_generator` and `end_step`.

    Args:
        generator: functional `keras.Model` from latents `[N, latent_dim]`, or `[latents,
            condition]`, to images `[N, H, W, C]` in [-1, 1] (or to vectors `[N, D]`).
        discriminator: functional `keras.Model` from images, or `[images, condition]`, to logits of
            any rank >= 1 with the batch first.
        latent_dim: number of components of the latents z.
        discriminator_steps: discriminator updates for each generator update (k of Goodfellow et al.
            2014, algorithm 1). `fit` groups k minibatches of its data into one step.
        shared_latents: use the generated images of the last discriminator update for the
            generator's update too. Saves a pass of the generator.
        simultaneous: take both gradients at the same parameters and then update both, instead of
            updating the generator against the new discriminator. Implies `shared_latents`.
        ema_decay: decay in (0, 1) of an exponential moving average of the generator (BatchNorm
            statistics included), which then serves instead of the raw one; None for no average.
            While training is young the decay is min(ema_decay, (1 + step) / (10 + step)).
        latent_distribution: `"normal"` or `"uniform"` (on [-1, 1)).
        seed: integer source of all latents and penalties. None draws one from
            `keras.utils.set_random_seed`'s.
        **kwargs: `name` and the like, for `keras.Model`.

    Raises:
        ValueError: if the networks do not fit each other or `latent_dim`, are not built, or were
            made outside the current distribution strategy; or if an option is out of range.
    """

    default_loss = None

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
        super().__init__(**kwargs)
        self.latent_prior = LatentPrior(latent_dim, latent_distribution)
        check_trainer_options(discriminator_steps, ema_decay, seed)
        check_networks(generator, discriminator, latent_dim, self.distribute_strategy)
        self.generator = generator
        self.discriminator = discriminator
        self.latent_dim = latent_dim
        self.discriminator_steps = discriminator_steps
        self.shared_latents = bool(shared_latents)
        self.simultaneous = bool(simultaneous)
        self.ema_decay = ema_decay
        # `keras.utils.set_random_seed` sets Python's generator.
        self.seed = random.randint(0, 2**31 - 1) if seed is None else seed
        with self.distribute_strategy.scope():
            self.step = _counter("step")  # updates of the generator
            self.draws = _counter("draws")  # of latents, outside training
            self.ema_generator = None if ema_decay is None else _frozen_copy(generator)
            self.create_counters()
        self.built = True

    # --- What a Keras user calls ------------------------------------------------------------

    @property
    def serving_generator(self):
        """The generator that serves: the moving average where there is one."""
        return self.generator if self.ema_generator is None else self.ema_generator

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

    def fit(self, x=None, y=None, **kwargs):
        """Trains, as `keras.Model.fit`.

        Args:
            x: a `tf.data.Dataset` of images, or of `(images, condition)`; arrays of images; or
                anything else that Keras accepts if `discriminator_steps` is 1. Images are float in
                [-1, 1] and of the discriminator's input shape. With `discriminator_steps=k`, k
                consecutive minibatches make one step; the progress bar counts steps. Of what
                `data.load` returns, each epoch has its own order, known from its number alone:
                a new `fit` takes the epoch after those that the trainer has seen.
            y: the condition where `x` is an array.
            **kwargs: as in `keras.Model.fit`. `batch_size` is the global one, for one minibatch.
                With a `callbacks.Checkpoints` among the callbacks, an interrupted training goes on.

        Returns:
            A `keras.callbacks.History`.

        Raises:
            ValueError: if the trainer is not compiled, the batch cannot be divided among the
                replicas, an epoch has fewer than `discriminator_steps` minibatches, or weights of
                samples or classes are given.
        """
        self._assert_compile_called("fit")
        for name in ("sample_weight", "class_weight"):
            if kwargs.get(name) is not None:
                raise ValueError(
                    f"A GAN's losses take no `{name}`: choose the images with the data set "
                    f"instead. Received: {name}={type(kwargs[name]).__name__}"
                )
        callbacks = kwargs.pop("callbacks", None) or []
        if not isinstance(callbacks, (list, tuple, keras.callbacks.CallbackList)):
            callbacks = [callbacks]
        is_list_of_keras = isinstance(callbacks, keras.callbacks.CallbackList)
        keepers = [] if is_list_of_keras else keepers_of(callbacks)
        steps = prepare_steps(self, x, y, kwargs, keep=bool(keepers))
        check_global_batch(steps.batch_size, self.distribute_strategy)
        if is_list_of_keras:
            return self._plain_fit(steps, callbacks, kwargs)
        images = steps.batch_size and steps.batch_size * self.discriminator_steps
        callbacks = [Throughput(images), *callbacks]
        per_execution = self.steps_per_execution
        uneven = steps.per_epoch is not None and steps.per_epoch % per_execution
        if any(keeper.saves for keeper in keepers):
            check_can_be_kept(steps, per_execution)
        if not isinstance(steps.dataset, tf.data.Dataset) or uneven:
            steps.begin = None
        if steps.begin is None and not keepers:
            return self._plain_fit(steps, callbacks, kwargs)
        completed = False
        try:
            history = self._kept_fit(steps, callbacks, keepers, kwargs)
            completed = True
        finally:
            self.resumed_steps = 0
            for keeper in keepers:
                keeper.end_fit(completed)
        return history

    def _plain_fit(self, steps, callbacks, options):
        with expected_end_of_data(steps.dataset, options):
            return super().fit(steps.dataset, steps.y, callbacks=callbacks, **options)

    def _kept_fit(self, steps, callbacks, keepers, options):
        position = None
        for keeper in keepers:
            position = keeper.begin_fit(self, steps, keepers) or position
        if position is None:
            position = Position(options.get("initial_epoch", 0), 0, next_data_step(self, steps))
        verbose = options.pop("verbose", "auto")
        callbacks = Callbacks(
            callbacks,
            keepers,
            steps.per_epoch,
            add_progbar=verbose != 0,
            verbose=verbose,
            epochs=options.get("epochs", 1),
            model=self,
        )
        with expected_end_of_data(steps.dataset, options):
            return fit_in_parts(self, super().fit, steps, position, callbacks, options)

    def evaluate(self, x=None, y=None, **kwargs):
        """Both losses over a data set, as `keras.Model.evaluate`; nothing is updated.

        Args:
            x: as in `fit`, but never grouped: one batch is one minibatch.
            y: the condition where `x` is an array.
            **kwargs: as in `keras.Model.evaluate`.

        Returns:
            The list, or with `return_dict=True` the dict, of the means over all images.

        Raises:
            ValueError: if the trainer is not compiled, or the batch cannot be divided among the
                replicas.
        """
        self._assert_compile_called("evaluate")
        check_global_batch(first_batch_size(x, kwargs.get("batch_size")), self.distribute_strategy)
        with expected_end_of_data(x, kwargs):
            return super().evaluate(x, y, **kwargs)

    # --- The steps --------------------------------------------------------------------------

    def train_step(self, data):
        """`discriminator_steps` updates of D, then one of G, whatever the loss."""
        if self.simultaneous:
            return self.simultaneous_step(data)
        for x, y in self.minibatches(data):
            g_z, tape = self.generate(x, y)
            self.update_discriminator(x, g_z, y)
        if not self.shared_latents:
            g_z, tape = self.generate(x, y)
        self.update_generator(x, g_z, y, tape)
        return self.end_step()

    def simultaneous_step(self, data):
        """As `train_step`, but the last update of D and that of G start from the same point."""
        *early, (x, y) = self.minibatches(data)
        for early_x, early_y in early:
            g_z, _ = self.generate(early_x, early_y)
            self.update_discriminator(early_x, g_z, early_y)
        self.update_both(x, y)
        return self.end_step()

    def test_step(self, data):
        """Both losses on one minibatch, with the generator that serves; nothing is updated."""
        x, y = unpack(data)
        check_batch(self.generator, self.discriminator, x, y, groups=1)
        z = self.latents_like(x, self.next_outside_seed())
        g_z = self(with_condition(self.generator, z, y), training=False)
        real_logits = self.discriminate(x, y, training=False)
        fake_logits = self.discriminate(g_z, y, training=False)
        logs = {
            "g_loss": self.adversarial_loss.generator_loss(real_logits, fake_logits),
            "d_loss": self.adversarial_loss.discriminator_loss(real_logits, fake_logits),
            **self.describe_logits(real_logits, fake_logits),
        }
        self.track(logs, rows=tf.shape(x)[0])
        return self.results(logs)

    # --- Config -----------------------------------------------------------------------------

    def get_config(self):
        return {
            "name": self.name,
            "generator": keras.saving.serialize_keras_object(self.generator),
            "discriminator": keras.saving.serialize_keras_object(self.discriminator),
            "latent_dim": self.latent_dim,
            "discriminator_steps": self.discriminator_steps,
            "shared_latents": self.shared_latents,
            "simultaneous": self.simultaneous,
            "ema_decay": self.ema_decay,
            "latent_distribution": self.latent_prior.distribution,
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        for role in ("generator", "discriminator"):
            config[role] = keras.saving.deserialize_keras_object(config[role], custom_objects)
        return cls(**config)


def _counter(name):
    return keras.Variable(
        0, dtype="int64", trainable=False, aggregation="only_first_replica", name=name
    )


def _frozen_copy(network):
    copy = keras.models.clone_model(network)
    copy.name = f"{network.name}_average"
    copy.set_weights(network.get_weights())
    copy.trainable = False
    return copy
