"""Compilation: two optimizers, an adversarial loss, penalties, and the logs that follow."""

import keras
import tensorflow as tf

from tfgan_suite import losses
from tfgan_suite.checks import positive_int
from tfgan_suite.distribution import xla_by_default
from tfgan_suite.trainers._means import Means


# Losses with means over the global batch inside.
_OF_THE_BATCH = (
    losses.RelativisticAverageHinge,
    losses.RelativisticAverageLeastSquares,
    losses.RelativisticAverageLogistic,
)


class Compilation:
    """Mixin of `Trainer`: `compile`, its config, and the metrics behind the logs.

    `self.optimizer`, the one that Keras's callbacks schedule, is the generator's.
    """

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
    ):
        """Configures the trainer for `fit`.

        Args:
            optimizer: the generator's optimizer (a `keras.optimizers.Optimizer`, name or config);
                None for the trainer's default.
            discriminator_optimizer: the discriminator's; None for a second optimizer with the
                generator's config, or the trainer's default where there is none.
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

        Raises:
            ValueError: if an optimizer is used twice, has `use_ema` or was made outside of the
                strategy's scope, the loss is unknown, a penalty is not one, comes twice, is for the
                other player or needs latents that the trainer has not, the trainer has no loss of
                its own and none is given, or `jit_compile` or `micro_batches` cannot work on
                several replicas.
        """
        positive_int("micro_batches", micro_batches)
        _check_execution(self.distribute_strategy, jit_compile)
        self.adversarial_loss = self._resolve_loss(loss)
        self.penalties, self.generator_penalties = _check_penalties(
            discriminator=penalties, generator=generator_penalties
        )
        _check_latents_are_there(self)
        with self.distribute_strategy.scope():  # optimizers have variables from the beginning
            optimizer, discriminator_optimizer = self._resolve_optimizers(
                optimizer, discriminator_optimizer
            )
        if discriminator_optimizer is optimizer:
            raise ValueError(
                "Each player needs an optimizer of its own: the slots of a shared one would mix. "
                f"Received the same object twice: {optimizer!r}"
            )
        _check_optimizer("optimizer", optimizer, self.distribute_strategy)
        _check_optimizer(
            "discriminator_optimizer", discriminator_optimizer, self.distribute_strategy
        )
        _check_micro_batches(self, micro_batches)
        self.micro_batches = micro_batches
        self.requested_jit_compile = jit_compile
        if jit_compile == "auto":
            jit_compile = xla_by_default(self.distribute_strategy)
        with self.distribute_strategy.scope():
            networks = [getattr(self, name) for name in self.network_names]
            optimizer = _with_loss_scaling(optimizer, *networks)
            self.discriminator_optimizer = _with_loss_scaling(discriminator_optimizer, *networks)
            super().compile(
                optimizer=optimizer,
                run_eagerly=run_eagerly,
                steps_per_execution=steps_per_execution,
                jit_compile=jit_compile,
                auto_scale_loss=False,
            )
            self.optimizer.build(self.weights_of("generator"))
            self.discriminator_optimizer.build(self.weights_of("discriminator"))
            self._build_penalties()
            names = [
                "g_loss",
                "d_loss",
                *self.loss_parts,
                *self.logit_metrics,
                *(p.log_name("discriminator") for p in self.penalties),
                *(p.log_name("generator") for p in self.generator_penalties),
            ]
            self.means = Means(names)

    def _build_penalties(self):
        """Creates the variables of penalties, where Keras finds them to save."""
        self.penalties_by_network = {}
        for player, penalties in (
            ("discriminator", self.penalties),
            ("generator", self.generator_penalties),
        ):
            names = self.names_of(player)
            for name in names:
                # Further networks have copies: a memory is that of one network.
                own = penalties if name == names[0] else [_copy(p) for p in penalties]
                for penalty in own:
                    penalty.build(getattr(self, name))
                self.penalties_by_network[name] = own
        if hasattr(self, "penalty_memories"):
            self.penalty_memories.clear()  # compiled before: those variables are not ours any more
        penalties = [p for own in self.penalties_by_network.values() for p in own]
        self.penalty_memories = [p.memory for p in penalties if p.memory is not None]

    def default_optimizers(self):
        """Optimizers of G and D where `compile` gets none: Radford et al. 2015, section 4."""
        return tuple(keras.optimizers.Adam(2e-4, beta_1=0.5) for _ in range(2))

    def _resolve_optimizers(self, optimizer, discriminator_optimizer):
        """Both players' optimizers, from what `compile` was given."""
        if optimizer is None:
            optimizer, default = self.default_optimizers()
            if discriminator_optimizer is None:
                discriminator_optimizer = default
        optimizer = keras.optimizers.get(optimizer)
        if discriminator_optimizer is None:
            discriminator_optimizer = type(optimizer).from_config(optimizer.get_config())
        return optimizer, keras.optimizers.get(discriminator_optimizer)

    def _resolve_loss(self, loss):
        if loss is None:
            loss = self.default_loss
        if loss is None:
            raise ValueError(
                f"{type(self).__name__} has no loss of its own: pass compile(loss=...), for "
                "example loss='modified_minimax', or use one of its subclasses."
            )
        return losses.get(loss)

    @property
    def metrics(self):
        # Not Keras's own list: without a Keras loss its `loss` would be a meaningless 0.
        return [self.means] if self.compiled else []

    def track(self, values, rows=None):
        """Records scalars for the logs, by their names there.

        Args:
            values: scalars by name.
            rows: examples behind them, for a mean over examples; None for one over calls.
        """
        self.means.update_state(values, rows)

    def results(self, names=None, also=()):
        """What a step returns: the means so far, over all replicas.

        Args:
            names: of the scalars; None for all of them.
            also: tensors whose means over the replicas are taken in the same exchange.

        Returns:
            The dict of the means, and the list of the other tensors' means.
        """
        sums = [tf.convert_to_tensor(v) for v in (self.means.totals, self.means.counts)]
        (totals, counts, *also), requests = self.exchange([*sums, *also])
        means = self.means.of(totals, counts)
        return {name: means[name] for name in names or means} | requests, also

    def get_compile_config(self):
        if not self.compiled:
            return None
        serialize = keras.saving.serialize_keras_object
        return {
            "optimizer": serialize(self.optimizer),
            "discriminator_optimizer": serialize(self.discriminator_optimizer),
            "loss": serialize(self.adversarial_loss),
            "penalties": [serialize(penalty) for penalty in self.penalties],
            "generator_penalties": [serialize(penalty) for penalty in self.generator_penalties],
            "run_eagerly": self.run_eagerly,
            "steps_per_execution": self.steps_per_execution,
            # As asked for: what "auto" means depends on the machine that loads the file.
            "jit_compile": self.requested_jit_compile,
            "micro_batches": self.micro_batches,
        }

    def compile_from_config(self, config):
        deserialize = keras.saving.deserialize_keras_object
        single = ("optimizer", "discriminator_optimizer", "loss")
        objects = {name: deserialize(config[name]) for name in single}
        for name in ("penalties", "generator_penalties"):
            objects[name] = [deserialize(penalty) for penalty in config[name]]
        self.compile(**{**config, **objects})


def _check_execution(strategy, jit_compile):
    # XLA would compile the step of all replicas as one function of one device, and finds their
    # variables on others; nor can a replica's part of it be compiled, which meets the others in it.
    if strategy.num_replicas_in_sync > 1 and jit_compile is True:
        raise ValueError(
            "`jit_compile` works on one replica only; leave it at its default under "
            f"{type(strategy).__name__}. Received: jit_compile={jit_compile!r}"
        )


def _check_micro_batches(trainer, micro_batches):
    """Raises ValueError where replicas would have to meet in the loop over the micro-batches."""
    if micro_batches == 1 or trainer.distribute_strategy.num_replicas_in_sync == 1:
        return
    networks = [getattr(trainer, name) for name in trainer.network_names]
    layers = [layer for network in networks for layer in network._flatten_layers()]
    found = [repr(layer.name) for layer in layers if getattr(layer, "synchronized", False)]
    if isinstance(trainer.adversarial_loss, _OF_THE_BATCH):
        found.append(type(trainer.adversarial_loss).__name__)
    if found:
        raise ValueError(
            "On several replicas a batch is not split into micro-batches where all of them compute "
            f"something together. Received: micro_batches={micro_batches} with {', '.join(found)}"
        )


def _check_optimizer(name, optimizer, strategy):
    if getattr(optimizer, "gradient_accumulation_steps", None):
        raise ValueError(
            "`gradient_accumulation_steps` of a Keras optimizer would let averages, penalties and "
            "the other player go on between its updates: use compile(micro_batches=...), which "
            f"splits each batch. Received: {name}={optimizer!r} with "
            f"gradient_accumulation_steps={optimizer.gradient_accumulation_steps}"
        )
    if not strategy.extended.variable_created_in_scope(optimizer.iterations.value):
        raise ValueError(
            "Optimizers have variables, and must be made in the same scope as the trainer "
            f"({type(strategy).__name__}): inside `with strategy.scope():`. "
            f"Received: {name}={optimizer!r} made outside of it"
        )
    if getattr(optimizer, "use_ema", False):
        raise ValueError(
            "`use_ema` of a Keras optimizer leaves out BatchNorm statistics and overwrites the raw "
            "weights at the end of `fit`: use the trainer's `ema_decay` instead. "
            f"Received: {name}={optimizer!r} with use_ema=True"
        )


def _check_penalties(**players):
    """The penalties of each player as a list; ValueError for what cannot be one of his."""
    option = {"discriminator": "penalties", "generator": "generator_penalties"}
    result, names, seen = [], [], []
    for player, penalties in players.items():
        penalties = [penalties] if isinstance(penalties, losses.Penalty) else list(penalties or ())
        for penalty in penalties:
            if not isinstance(penalty, losses.Penalty):
                raise ValueError(
                    f"`{option[player]}` must be a list of `tfgan_suite.losses.Penalty` objects, "
                    f"for example [GradientPenalty(10.0)]. Received: {penalty!r}"
                )
            if penalty.player not in (player, None):
                raise ValueError(
                    f"`{option[player]}` are added to the {player}'s loss, and "
                    f"{type(penalty).__name__} is a penalty on the {penalty.player}: pass it as "
                    f"compile({option[penalty.player]}=[...]). Received: {penalty!r}"
                )
            if any(penalty is other for other in seen):
                raise ValueError(
                    "A penalty belongs to one player: make another one for the other. "
                    f"Received the same object twice: {penalty!r}"
                )
            seen.append(penalty)
        names += [penalty.log_name(player) for penalty in penalties]
        result.append(penalties)
    if len(set(names)) < len(names):
        raise ValueError(f"Each penalty may come once. Received: penalties={names}")
    return result


def _check_latents_are_there(trainer):
    for penalty in trainer.penalties:
        if penalty.needs_latents and not trainer.has_latents:
            raise ValueError(
                f"{type(penalty).__name__} compares images of different latents, and "
                f"{type(trainer).__name__} has no latents. Received: penalties with {penalty!r}"
            )


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
