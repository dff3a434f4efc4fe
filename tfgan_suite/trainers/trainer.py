"""The base of all trainers: two players, each of one or more networks, as one `keras.Model`."""

import random

import keras
import tensorflow as tf

from tfgan_suite.distribution import (
    check_global_batch,
    has_several_workers,
    naming_lost_workers,
)
from tfgan_suite.layers._random import give_shares_their_seeds
from tfgan_suite.progress import Position
from tfgan_suite.registration import public
from tfgan_suite.trainers._checks import check_batch, check_networks, check_trainer_options
from tfgan_suite.trainers._compilation import Compilation
from tfgan_suite.trainers._execution import Execution
from tfgan_suite.trainers._fitting import (
    Throughput,
    check_can_be_kept,
    check_equal_rows,
    check_whole_executions,
    expected_end_of_data,
    first_batch_size,
    next_data_step,
    prepare_steps,
)
from tfgan_suite.trainers._micro_batches import check_micro_batches
from tfgan_suite.trainers._parts import Callbacks, fit_in_parts, keepers_of
from tfgan_suite.trainers._play import Play
from tfgan_suite.trainers._state import State
from tfgan_suite.trainers._workers import REQUESTS, Workers


@public
class Trainer(Play, State, Workers, Compilation, Execution, keras.Model):
    """Two players, a generator and a discriminator, each of one or more networks and one optimizer.

    The base of `GAN`, whose generator takes latents, and of the translators, whose generators take
    images. A subclass names its networks in `generator_names` and `discriminator_names`, has each
    as an attribute of that name (and the moving average of a generator as `ema_<name>`), and states
    `train_step`, `test_step` and `call`. Its constructor takes the networks by their names.

    Args:
        networks: dict of functional `keras.Model`s by the names of `generator_names` and
            `discriminator_names`.
        discriminator_steps: minibatches in one step.
        ema_decay: decay in (0, 1) of an exponential moving average of each generator (BatchNorm
            statistics included), which then serves instead of the raw one; None for no average.
            While training is young the decay is min(ema_decay, (1 + step) / (10 + step)).
        seed: integer source of all random draws. None draws one from
            `keras.utils.set_random_seed`'s.
        **kwargs: `name` and the like, for `keras.Model`.

    Raises:
        ValueError: if a network is not built or was made outside the current distribution strategy,
            or an option is out of range.
    """

    generator_names = ("generator",)
    discriminator_names = ("discriminator",)
    default_loss = None
    # Whether there are latents for the penalties that need them.
    has_latents = False

    def __init__(self, networks, *, discriminator_steps=1, ema_decay=None, seed=None, **kwargs):
        super().__init__(**kwargs)
        check_trainer_options(discriminator_steps, ema_decay, seed)
        check_networks(networks, self.distribute_strategy)
        for name in self.network_names:
            setattr(self, name, networks[name])
            give_shares_their_seeds(networks[name])
        self.discriminator_steps = discriminator_steps
        self.ema_decay = ema_decay
        # `keras.utils.set_random_seed` sets Python's generator.
        self.seed = random.randint(0, 2**31 - 1) if seed is None else seed
        with self.distribute_strategy.scope():
            self.step = _counter("step")  # updates of the generator
            self.draws = _counter("draws")  # of random numbers, outside training
            for name in self.generator_names:
                average = None if ema_decay is None else _frozen_copy(networks[name])
                setattr(self, f"ema_{name}", average)
            self.create_counters()
        self.create_requests()
        self.built = True

    # --- The players ------------------------------------------------------------------------

    @property
    def network_names(self):
        """Names of all networks, the generators first."""
        return (*self.generator_names, *self.discriminator_names)

    def names_of(self, player):
        """Names of the networks of `"generator"` or `"discriminator"`."""
        return self.generator_names if player == "generator" else self.discriminator_names

    def networks_of(self, player):
        """List of the networks of `"generator"` or `"discriminator"`."""
        return [getattr(self, name) for name in self.names_of(player)]

    def weights_of(self, player):
        """Trainable variables of all networks of a player, in the order of the optimizer's."""
        return [w for network in self.networks_of(player) for w in network.trainable_variables]

    def optimizer_of(self, player):
        """The optimizer of `"generator"` or `"discriminator"`."""
        return self.optimizer if player == "generator" else self.discriminator_optimizer

    # --- What a Keras user calls ------------------------------------------------------------

    def serving(self, name):
        """The generator of a name that serves: its moving average where there is one."""
        return getattr(self, name) if self.ema_decay is None else getattr(self, f"ema_{name}")

    @property
    def serving_generator(self):
        """`serving("generator")`, where the trainer has one generator."""
        return self.serving("generator")

    def exports(self):
        """What to hand to `tfgan_suite.export.export`, by the ending of the exported model's name.

        Returns:
            Dict; with one generator, this trainer under "".
        """
        return {"": self}

    def check_batch(self, x, y, groups):
        """Raises ValueError unless a batch fits the networks; see `_checks.check_batch`."""
        check_batch(self.generator, self.discriminator, x, y, groups)

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
                replicas, an epoch has fewer than `discriminator_steps` minibatches, arrays have
                different numbers of rows, or weights of samples or classes are given.
            WorkerLostError: (a ConnectionError) under several workers, if another one is gone.
        """
        self._assert_compile_called("fit")
        check_equal_rows(x, y)
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
        self.withdraw(*REQUESTS)
        steps = prepare_steps(self, x, y, kwargs, keep=bool(keepers))
        check_global_batch(steps.batch_size, self.distribute_strategy)
        replicas = self.distribute_strategy.num_replicas_in_sync
        check_micro_batches(steps.batch_size, self.micro_batches, replicas)
        if is_list_of_keras:
            return self._plain_fit(steps, callbacks, kwargs)
        images = steps.batch_size and steps.batch_size * self.discriminator_steps
        callbacks = [Throughput(images), *callbacks]
        per_execution = self.steps_per_execution
        uneven = steps.per_epoch is not None and steps.per_epoch % per_execution
        if replicas > 1 and per_execution > 1:
            check_whole_executions(steps, per_execution, "Several replicas")
        if any(keeper.saves for keeper in keepers):
            check_can_be_kept(steps, per_execution)
        if not isinstance(steps.dataset, tf.data.Dataset) or uneven:
            steps.begin = None
        several = has_several_workers(self.distribute_strategy)
        if steps.begin is None and not keepers and not several:
            return self._plain_fit(steps, callbacks, kwargs)
        completed = False
        with naming_lost_workers(self.distribute_strategy):
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

    # --- Config -----------------------------------------------------------------------------

    def get_config(self):
        networks = {
            name: keras.saving.serialize_keras_object(getattr(self, name))
            for name in self.network_names
        }
        return {"name": self.name, **networks, "ema_decay": self.ema_decay, "seed": self.seed}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        for name in (*cls.generator_names, *cls.discriminator_names):
            config[name] = keras.saving.deserialize_keras_object(config[name], custom_objects)
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
