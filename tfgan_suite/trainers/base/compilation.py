"""Compilation: optimizers and penalties of all players, an adversarial loss, and what is logged."""

import keras

from tfgan_suite import losses
from tfgan_suite.checks import positive_int
from tfgan_suite.distribution import xla_by_default
from tfgan_suite.schedules import count_in_steps
from tfgan_suite.trainers.base.compile_checks import (
    check_execution,
    check_micro_batches_can_meet,
    check_optimizers,
    check_penalties,
    warn_of_probabilities,
)
from tfgan_suite.trainers.base.log_means import Means
from tfgan_suite.trainers.base.lost_objects import look_again, warn_of_lost_objects


class Compilation:
    """Mixin of `Trainer` that overrides Keras's `compile`, its config and its metrics."""

    def compile(
        self,
        optimizer=None,
        discriminator_optimizer=None,
        loss=None,
        penalties=(),
        generator_penalties=(),
        *,
        run_eagerly=False,
        steps_per_execution=1,
        jit_compile="auto",
        micro_batches=1,
        **further,
    ):
        """Configures the trainer for `fit`.

        Args:
            optimizer: the first player's optimizer, the generator's: a
                `keras.optimizers.Optimizer`, name or config; None for the trainer's default. A
                learning rate schedule, this one's and the others', counts the trainer's steps,
                however many updates a player has in each.
            discriminator_optimizer: the discriminator's; None for another optimizer with the
                config of the first, or the trainer's default where there is none.
            loss: what `losses.get` accepts; None for the trainer's own loss.
            penalties: `losses.Penalty` objects, added to the discriminator's loss.
            generator_penalties: `losses.GeneratorPenalty` or `losses.WeightPenalty` objects, added
                to the generator's loss. Those with a memory are saved with the trainer. Where a
                player has several networks, each network is penalized by itself.
            run_eagerly: run without `tf.function`, for debugging.
            steps_per_execution: steps in one call of the compiled function. On several replicas an
                epoch must be of whole executions.
            jit_compile: True or False for XLA; `"auto"` uses it on one GPU and not on a CPU.
            micro_batches: number n of equal parts of each minibatch, which are processed one after
                the other, and whose mean gradient makes the update: for batches larger than memory.
                Latents, dropout and penalties' draws are those of the whole batch, and so is the
                update, but for what is computed of the rows of a minibatch together: BatchNorm's
                statistics, means in a loss (relativistic averages, feature matching) or over a
                group of images are each part's own. Images that serve both players
                (`shared_latents`, `simultaneous`, Pix2Pix) are generated for each.
            **further: `<player>_optimizer` and `<player>_penalties` of each further player.

        Warns of a critic that ends in a sigmoid or a softmax, since losses take logits.

        Raises:
            ValueError: if an optimizer is used twice, has `use_ema` or was made outside of the
                strategy's scope, the loss is unknown, a penalty is not one, comes twice, is for the
                other player or needs latents that the trainer has not, the trainer has no loss of
                its own and none is given, or `jit_compile` or `micro_batches` cannot work on
                several replicas.
            TypeError: if the trainer has no player of that name.
        """
        positive_int("micro_batches", micro_batches)
        check_execution(self.distribute_strategy, jit_compile)
        self.adversarial_loss = self._resolve_loss(loss)
        given = {"optimizer": optimizer, "penalties": penalties, **further}
        for name, value, nothing in (
            ("discriminator_optimizer", discriminator_optimizer, None),
            ("generator_penalties", generator_penalties, ()),
        ):
            if value is not nothing:
                given[name] = value
        self._check_options_are_of_players(given)
        look_again(self)
        penalties = {
            name: given.get(option, ()) for name, option in self.penalty_options().items()
        }
        penalties = check_penalties(self, penalties)
        for name, player in self.players.items():
            # By the first network; of the others they are copied once the variables are made.
            player.penalties = {next(iter(player.networks)): penalties[name]}
        with self.distribute_strategy.scope():  # optimizers have variables from the beginning
            optimizers = self._resolve_optimizers(
                [given.get(option) for option in self.players_by_optimizer()]
            )
        check_optimizers(
            dict(zip(self.players_by_optimizer(), optimizers)), self.distribute_strategy
        )
        check_micro_batches_can_meet(self, micro_batches)
        critics = [self.players[name] for name in self.critics]
        warn_of_probabilities([n for critic in critics for n in critic.networks.values()])
        self.micro_batches = micro_batches
        self.requested_jit_compile = jit_compile
        if jit_compile == "auto":
            jit_compile = xla_by_default(self.distribute_strategy)
        with self.distribute_strategy.scope():
            optimizers = [_with_loss_scaling(o, *self.networks()) for o in optimizers]
            super().compile(
                optimizer=optimizers[0],
                run_eagerly=run_eagerly,
                steps_per_execution=steps_per_execution,
                jit_compile=jit_compile,
                auto_scale_loss=False,
            )
            pairs = zip(self.players_by_optimizer().items(), optimizers, strict=True)
            for (option, player), made in pairs:
                count_in_steps(made, self.updates_per_step(player.name))
                setattr(self, option, made)
                player.optimizer = made
                made.build(player.weights)
            self._build_penalties()
            losses_of_players = [self.loss_name(name) for name in self.players]
            names = [*losses_of_players, *self.loss_parts, *self.logit_metrics]
            for name in self._critics_first():
                names += [penalty.log_name(name) for penalty in penalties[name]]
            self.means = Means(names)

    @property
    def penalties(self):
        """List of the discriminator's `losses.Penalty` objects, as `compile` was given them."""
        return self._given_penalties("discriminator")

    @property
    def generator_penalties(self):
        """List of the generator's `losses.Penalty` objects, as `compile` was given them."""
        return self._given_penalties("generator")

    def _given_penalties(self, name):
        """Those of a player's first network: the others have copies."""
        return list(next(iter(self.players[name].penalties.values()), ()))

    # --- Options of the players -------------------------------------------------------------

    def players_by_optimizer(self):
        """Dict of the players by the name of their optimizer, as option and as attribute.

        `optimizer`, the one that Keras's callbacks see, is the first player's; the others' are
        `<player>_optimizer`.
        """
        names = ["optimizer", *(f"{name}_optimizer" for name in [*self.players][1:])]
        return dict(zip(names, self.players.values()))

    def penalty_options(self):
        """Dict of the option of `compile` for a player's penalties, by the player's name."""
        return {
            name: "penalties" if name == "discriminator" else f"{name}_penalties"
            for name in self.players
        }

    def _check_options_are_of_players(self, given):
        known = {*self.players_by_optimizer(), *self.penalty_options().values(), "penalties"}
        unknown = sorted(set(given) - known)
        if unknown:
            raise TypeError(
                f"{type(self).__name__}.compile takes {', '.join(sorted(known))} of its players "
                f"{', '.join(self.players)}. Received: {', '.join(unknown)}"
            )

    def _critics_first(self):
        return sorted(self.players, key=lambda name: name not in self.critics)

    def _build_penalties(self):
        """Creates the variables of penalties, where Keras finds them to save."""
        if hasattr(self, "penalty_memories"):
            self.penalty_memories.clear()  # compiled before: those variables are not ours any more
        memories = []
        for player in map(self.players.get, self._critics_first()):
            [(first, penalties)] = player.penalties.items()
            for name, network in player.networks.items():
                # Further networks have copies: a memory is that of one network.
                own = penalties if name == first else [_copy(p) for p in penalties]
                for penalty in own:
                    penalty.build(network)
                player.penalties[name] = own
                memories += [p.memory for p in own if p.memory is not None]
        self.penalty_memories = memories

    def default_optimizers(self):
        """Optimizers of the players, in their order, where `compile` gets none for the first.

        Here, those of Radford et al. 2015, section 4.
        """
        return tuple(keras.optimizers.Adam(2e-4, beta_1=0.5) for _ in self.players)

    def _resolve_optimizers(self, given):
        """All players' optimizers, from what `compile` was given for each."""
        first, *others = given
        if first is None:
            defaults = self.default_optimizers()
            others = [o or default for o, default in zip(others, defaults[1:], strict=True)]
            first = defaults[0]
        first = keras.optimizers.get(first)
        others = [type(first).from_config(first.get_config()) if o is None else o for o in others]
        return [first, *map(keras.optimizers.get, others)]

    def _resolve_loss(self, loss):
        if loss is None:
            loss = self.default_loss
        if loss is None:
            raise ValueError(
                f"{type(self).__name__} has no loss of its own: pass compile(loss=...), for "
                "example loss='modified_minimax', or use one of its subclasses."
            )
        return losses.get(loss)

    # --- Metrics ----------------------------------------------------------------------------

    @property
    def metrics(self):
        # Not Keras's own list: without a Keras loss its `loss` would be a meaningless 0.
        return [self.means] if self.compiled else []

    # --- Config -----------------------------------------------------------------------------

    def get_compile_config(self):
        if not self.compiled:
            return None
        serialize = keras.saving.serialize_keras_object
        config = {
            "loss": serialize(self.adversarial_loss),
            "run_eagerly": self.run_eagerly,
            "steps_per_execution": self.steps_per_execution,
            # As asked for: what "auto" means depends on the machine that loads the file.
            "jit_compile": self.requested_jit_compile,
            "micro_batches": self.micro_batches,
        }
        for option, player in self.players_by_optimizer().items():
            config[option] = serialize(player.optimizer)
        for name, option in self.penalty_options().items():
            penalties = next(iter(self.players[name].penalties.values()))
            config[option] = [serialize(penalty) for penalty in penalties]
        return config

    def save(self, filepath, *args, **options):
        """As `keras.Model.save`; warns of what is the user's own and would not be found again."""
        self.warn_of_lost_objects()
        super().save(filepath, *args, **options)

    def warn_of_lost_objects(self):
        """Warns once of what is the user's own and would not be found again in a `.keras` file."""
        warn_of_lost_objects(self)

    def compile_from_config(self, config):
        deserialize = keras.saving.deserialize_keras_object
        single = ("loss", *self.players_by_optimizer())
        objects = {name: deserialize(config[name]) for name in single}
        for name in self.penalty_options().values():
            objects[name] = [deserialize(penalty) for penalty in config[name]]
        self.compile(**{**config, **objects})


def _copy(penalty):
    return keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(penalty))


def _with_loss_scaling(optimizer, *networks):
    """Wraps an optimizer in Keras's loss scaling where a network computes in float16.

    Keras wraps `compile(optimizer=...)` only; the second player's gradients would underflow.
    """
    layers = [layer for network in networks for layer in network._flatten_layers()]
    if not any(layer.compute_dtype == "float16" for layer in layers):
        return optimizer
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        return optimizer
    return keras.optimizers.LossScaleOptimizer(optimizer)
