"""The base of all trainers: players, each of one or more networks, as one `keras.Model`."""

import dataclasses
import functools
import random

import keras
import tensorflow as tf

from tfgan_suite.interface import as_conditions, conditions_of_game, infer, of_network
from tfgan_suite.layers._random import give_shares_their_seeds
from tfgan_suite.registration import public
from tfgan_suite.trainers.base.checks import (
    check_networks,
    check_players,
    check_trainer_options,
)
from tfgan_suite.trainers.base.compilation import Compilation
from tfgan_suite.trainers.base.fitting import Fitting
from tfgan_suite.trainers.base.log_means import exchanged
from tfgan_suite.trainers.base.logit_statistics import LOGIT_STATISTICS
from tfgan_suite.trainers.base.player import Player, average_of
from tfgan_suite.trainers.base.requests import Requests
from tfgan_suite.trainers.base.stages import StageClock, check_stages
from tfgan_suite.trainers.base.step import Step
from tfgan_suite.trainers.base.train_functions import TrainFunctions
from tfgan_suite.trainers.base.training_state import Watch, state_variables


@public
class Trainer(Fitting, Compilation, TrainFunctions, keras.Model):
    """Some players, each of one or more networks and one optimizer.

    The base of `GAN`, whose generator takes latents, and of the translators, whose generators take
    images. A subclass says in `player_networks` who plays, the first of them the one that is
    served, and states `train_step`, `test_step` and `call`. Its constructor takes the networks by
    their names, which are attributes of the trainer then; `ema_<name>` is a network's moving
    average. A third player is a third entry:

        class Distilled(GAN):
            player_networks = {**GAN.player_networks, "student": ("student",)}
            averaged_players = ("generator", "student")

    It has `compile(student_optimizer=..., student_penalties=[...])`, `student_loss` and
    `student_learning_rate` in the logs, and is `self.players["student"]` in `train_step`.

    A `train_step` makes a `Step`, plays and ends it:

        def train_step(self, data):
            step = self.begin(data)
            [(x, y)] = step.minibatches
            with tf.GradientTape() as tape:
                loss = ...
            step.note({"student_loss": loss})
            student = self.players["student"]
            student.apply(student.gradients(loss, tape))
            return step.end()

    Args:
        networks: dict of functional `keras.Model`s by the names of `player_networks`.
        discriminator_steps: minibatches in one step.
        ema_decay: decay in (0, 1) of an exponential moving average of each network of the
            `averaged_players` (BatchNorm statistics included), which then serves instead of the
            raw one; or a `HalfLife` of it, in examples shown; None for no average. While training
            is young the decay is min(ema_decay, (1 + step) / (10 + step)).
        seed: integer source of all random draws. None draws one from
            `keras.utils.set_random_seed`'s.
        stages: list of `Stage`s that the training goes through, for a trainer whose `train_step`
            asks `self.stage`. Each has a graph of its own, in which `self.stage` is a Python value;
            the counters of stages and images are saved with the trainer. The last may have no end,
            and goes on where it has one. Optimizers have slots for all networks from the beginning.
        modality: what the examples are (see `tfgan_suite.modalities`); None to infer it from what
            the generator makes.
        condition: what the networks are told beside their first inputs, a `Condition` (see
            `tfgan_suite.conditions`) or a list of them in the order of the inputs; None to infer
            it.
        **kwargs: `name` and the like, for `keras.Model`.

    Attributes:
        players: dict of `Player`s by their names.
        step: counter of the steps done.
        stage: the present `Stage`, or None.
        modality: what the examples are.
        conditions: tuple of what the networks are told.
        interfaces: dict of the `Interface` of each generator that is served, by its name; with one
            generator, by "".

    Raises:
        ValueError: if a network is not built or was made outside the current distribution strategy,
            or an option is out of range.
    """

    # The players, and the names of the networks of each.
    player_networks = {"generator": ("generator",), "discriminator": ("discriminator",)}
    # Those whose networks have moving averages.
    averaged_players = ("generator",)
    # Those that judge: they take the penalties that are made for discriminators.
    critics = ("discriminator",)
    default_loss = None
    # Whether there are latents for the penalties that need them.
    has_latents = False
    # Names of what `describe_logits` returns.
    logit_metrics = ("real_logits", "fake_logits")
    # Names of the parts of the players' losses that are logged beside them.
    loss_parts = ()
    # As `compile` sets it.
    micro_batches = 1
    # Number of classes where the constructor was told it.
    given_classes = None
    # Steps of the present epoch that were done before this `fit` took it up.
    resumed_steps = 0

    def __init__(
        self,
        networks,
        *,
        discriminator_steps=1,
        ema_decay=None,
        seed=None,
        stages=(),
        modality=None,
        condition=None,
        **kwargs,
    ):
        # Before all else: Keras's own constructor looks at `stop_training`.
        self.requests = Requests(tf.distribute.get_strategy())
        super().__init__(**kwargs)
        check_trainer_options(discriminator_steps, ema_decay, seed)
        check_players(type(self), networks)
        check_networks(networks, self.distribute_strategy)
        for name in self.network_names:
            setattr(self, name, networks[name])
            give_shares_their_seeds(networks[name])
        self.discriminator_steps = discriminator_steps
        self.ema_decay = ema_decay
        # `keras.utils.set_random_seed` sets Python's generator.
        self.seed = random.randint(0, 2**31 - 1) if seed is None else seed
        self.stages = check_stages(stages)
        self.declared_modality = modality
        self.declared_conditions = as_conditions(condition)
        with self.distribute_strategy.scope():
            self.step = _counter("step")
            self.draws = _counter("draws")  # of random numbers, outside training
            self.stage_clock = StageClock(self.stages) if self.stages else None
            if self.stages:  # where Keras finds them to save
                self.stage_counters = [self.stage_clock.entered, self.stage_clock.images]
            self.players = {name: self._make_player(name) for name in self.player_networks}
            self.watch = Watch()
        self.built = True

    @property
    def stage(self):
        """The `Stage` that the training is in, in `train_step` one for each trace; or None."""
        return None if self.stage_clock is None else self.stage_clock.stage

    def on_stage_begin(self, stage):
        """Called once as a training enters a stage, the first one included, between two steps.

        What it changes must be variables, which a checkpoint keeps; what else is different in a
        stage, `train_step` and `call` learn from `self.stage`.
        """

    def _make_player(self, name):
        networks = {network: getattr(self, network) for network in self.player_networks[name]}
        averages = {}
        if name in self.averaged_players:
            for network in networks:
                average = None if self.ema_decay is None else average_of(networks[network])
                setattr(self, f"ema_{network}", average)
                averages[network] = average
        player = Player(name, networks, {} if self.ema_decay is None else averages)
        player.parts_may_rest = bool(self.stages)
        return player

    # --- The players ------------------------------------------------------------------------

    @property
    def network_names(self):
        """Names of all networks, player by player."""
        return tuple(name for names in self.player_networks.values() for name in names)

    def networks(self):
        """List of all networks, player by player."""
        return [getattr(self, name) for name in self.network_names]

    def updates_per_step(self, player):
        """Updates of a player in one step: a learning rate schedule counts steps nevertheless."""
        return self.discriminator_steps if player in self.critics else 1

    def loss_name(self, player):
        """Name in the logs of a player's loss: `g_loss`, `d_loss`, `<player>_loss`."""
        return {"generator": "g_loss", "discriminator": "d_loss"}.get(player, f"{player}_loss")

    def state_variables(self):
        """Dict of all variables that a training changes; see `training_state.state_variables`."""
        return state_variables(self)

    # --- What it is about -------------------------------------------------------------------

    @functools.cached_property
    def conditions(self):
        """Tuple of what the networks are told: what was declared, the rest from their inputs."""
        return conditions_of_game(self.networks(), self.declared_conditions, self.given_classes)

    @functools.cached_property
    def interfaces(self):
        """Dict of the `Interface` of each generator that is served, by its name."""
        generator = self.networks()[0]
        return {
            "": infer(
                generator,
                prior=getattr(self, "latent_prior", None),
                modality=self.declared_modality,
                conditions=of_network(generator, self.conditions),
            )
        }

    @functools.cached_property
    def interface(self):
        """The first of the interfaces, with all conditions that any network is told."""
        return dataclasses.replace(next(iter(self.interfaces.values())), conditions=self.conditions)

    @property
    def modality(self):
        """What the examples are: a `tfgan_suite.modalities.Modality`."""
        return self.interface.output

    @property
    def num_classes(self):
        """Number of classes where the networks are told labels, or None."""
        return self.interface.classes

    # --- Serving ----------------------------------------------------------------------------

    def serving(self, name):
        """The network of a name that serves: its moving average where there is one."""
        average = getattr(self, f"ema_{name}", None)
        return getattr(self, name) if average is None else average

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

    # --- What a step is made of -------------------------------------------------------------

    def begin(self, data):
        """Begins a step of `train_step`: checks its data and returns a `Step`."""
        return Step(self, data)

    def check_batch(self, x, y, groups):
        """`(x, y)` as far as they fit the networks; raises ValueError where they do not.

        Args:
            x: real examples `[N, ...]`, or `[N, groups, ...]` with several groups.
            y: the condition, or None; left alone where no network is told any.
            groups: minibatches in one step.
        """
        x = self.modality.check(x, groups=groups)
        taker = f"{type(self).__name__} {self.name!r}"
        return x, self.interface.check_condition(y, groups, taker)

    def next_outside_seed(self):
        """Seed (int64 `[2]`) of the next draw outside training, which never meets training's."""
        self.draws.assign(self.draws.value + 1)
        return tf.stack([tf.constant(self.seed, tf.int64), -self.draws.value])

    def judge(self, discriminator, examples, y=None, training=True):
        """Outputs of a discriminator on examples, told the conditions that it takes."""
        inputs = self.interface.arguments(discriminator, examples, y)
        with tf.control_dependencies([examples]):
            return discriminator(inputs, training=training)

    def told(self, network, examples, y):
        """What a network is told beside examples, as penalties call it: a list, or None."""
        inputs = self.interface.arguments(network, examples, y)
        return inputs[1:] if isinstance(inputs, list) else None

    def describe_logits(self, real_logits, fake_logits):
        """What is logged of D's outputs: a float32 scalar for each name of `logit_metrics`."""
        real_logits, fake_logits = (tf.cast(d, tf.float32) for d in (real_logits, fake_logits))
        return {
            name: LOGIT_STATISTICS[name](real_logits, fake_logits)
            for name in self.logit_metrics
            if name in LOGIT_STATISTICS
        }

    def end_discriminator_update(self, real_logits, discriminator):
        """Keeps D in its admissible set; lets augmentation in D adapt to how well D does.

        A layer that `adapts_to_real_logits` is handed D's outputs on real examples by its `adapt`.
        """
        self.constrain_discriminator()
        for layer in discriminator._flatten_layers():
            if getattr(layer, "adapts_to_real_logits", False):
                layer.adapt(real_logits)

    def constrain_discriminator(self):
        """Called after every update of D, to keep it in its admissible set: here, all of them."""

    def log(self, values, rows):
        """Ends a test step: records its scalars and returns the means so far over all replicas.

        Args:
            values: dict of scalars, by names that the training logs too.
            rows: examples behind them.
        """
        self.means.update_state(values, rows)
        return exchanged(self.means, self.requests, values)[0]

    # --- Config -----------------------------------------------------------------------------

    def get_config(self):
        networks = {
            name: keras.saving.serialize_keras_object(getattr(self, name))
            for name in self.network_names
        }
        serialize = keras.saving.serialize_keras_object
        declared = {}
        if self.declared_modality is not None:
            declared["modality"] = serialize(self.declared_modality)
        if self.declared_conditions:
            declared["condition"] = [serialize(kind) for kind in self.declared_conditions]
        options = {"ema_decay": serialize(self.ema_decay), "seed": self.seed}
        return {"name": self.name, **networks, **options, **declared}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        for names in cls.player_networks.values():
            for name in names:
                config[name] = keras.saving.deserialize_keras_object(config[name], custom_objects)
        for name in ("modality", "condition", "source", "ema_decay"):
            if isinstance(config.get(name), (dict, list)):
                config[name] = keras.saving.deserialize_keras_object(config[name], custom_objects)
        return cls(**config)


def _counter(name):
    return keras.Variable(
        0, dtype="int64", trainable=False, aggregation="only_first_replica", name=name
    )
