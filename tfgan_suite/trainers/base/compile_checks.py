"""Checks of what `compile` is given."""

import warnings

import keras

from tfgan_suite import losses


_PROBABILITIES = ("sigmoid", "hard_sigmoid", "softmax")
_SAME_VALUES = (keras.layers.Flatten, keras.layers.Reshape, keras.layers.Identity)


def warn_of_probabilities(networks):
    """Warns of outputs that went through a sigmoid or a softmax: losses take logits.

    Args:
        networks: functional `keras.Model`s whose outputs are judgements.
    """
    for network in networks:
        for output in network.outputs:
            activation = _last_activation(output)
            if activation in _PROBABILITIES:
                warnings.warn(
                    f"The losses take logits, any real numbers, and apply a {activation} "
                    f"themselves where they need it; end the network without one. Received: "
                    f"{network.name!r} with an output {output.name!r} that ends in a {activation}"
                )


def _last_activation(tensor):
    """Name of the function that the values of a network's output come from, or None."""
    operation = tensor._keras_history.operation
    if isinstance(operation, keras.Model):
        return _last_activation(operation.outputs[tensor._keras_history.tensor_index])
    if isinstance(operation, _SAME_VALUES):
        return _last_activation(operation.input)
    if isinstance(operation, keras.layers.Softmax):
        return "softmax"
    if not isinstance(operation, keras.layers.Layer):  # an operation of `keras.ops`
        return type(operation).__name__.lower()
    return getattr(getattr(operation, "activation", None), "__name__", None)


def check_execution(strategy, jit_compile):
    """Raises ValueError for XLA on several replicas."""
    # XLA would compile the step of all replicas as one function of one device, and finds their
    # variables on others; nor can a replica's part of it be compiled, which meets the others in it.
    if strategy.num_replicas_in_sync > 1 and jit_compile is True:
        raise ValueError(
            "`jit_compile` works on one replica only; leave it at its default under "
            f"{type(strategy).__name__}. Received: jit_compile={jit_compile!r}"
        )


def check_micro_batches_can_meet(trainer, micro_batches):
    """Raises ValueError where replicas would have to meet in the loop over the micro-batches."""
    if micro_batches == 1 or trainer.distribute_strategy.num_replicas_in_sync == 1:
        return
    layers = [layer for network in trainer.networks() for layer in network._flatten_layers()]
    found = [repr(layer.name) for layer in layers if getattr(layer, "synchronized", False)]
    if trainer.adversarial_loss.has_means_over_batch:
        found.append(type(trainer.adversarial_loss).__name__)
    if found:
        raise ValueError(
            "On several replicas a batch is not split into micro-batches where all of them compute "
            f"something together. Received: micro_batches={micro_batches} with {', '.join(found)}"
        )


def check_optimizers(optimizers, strategy):
    """Raises ValueError for an optimizer that cannot serve, or one that is to serve two players.

    Args:
        optimizers: dict of them by their options of `compile`.
        strategy: the trainer's `tf.distribute.Strategy`.
    """
    if len({id(optimizer) for optimizer in optimizers.values()}) < len(optimizers):
        raise ValueError(
            "Each player needs an optimizer of its own: the slots of a shared one would mix. "
            f"Received the same object twice: {optimizers!r}"
        )
    for name, optimizer in optimizers.items():
        _check_optimizer(name, optimizer, strategy)


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


def check_penalties(trainer, given):
    """The penalties of each player; ValueError for what cannot be one of its.

    Args:
        trainer: the trainer.
        given: dict of what `compile` was given, a penalty or some, by the players' names.

    Returns:
        Dict of lists by the players' names.
    """
    options = trainer.penalty_options()
    result, names, seen = {}, [], []
    for player, penalties in given.items():
        penalties = [penalties] if isinstance(penalties, losses.Penalty) else list(penalties or ())
        for penalty in penalties:
            _check_penalty(trainer, penalty, player, options)
            if any(penalty is other for other in seen):
                raise ValueError(
                    "A penalty belongs to one player: make another one for the other. "
                    f"Received the same object twice: {penalty!r}"
                )
            seen.append(penalty)
        names += [penalty.log_name(player) for penalty in penalties]
        result[player] = penalties
    if len(set(names)) < len(names):
        raise ValueError(f"Each penalty may come once. Received: penalties={names}")
    return result


def _check_penalty(trainer, penalty, player, options):
    if not isinstance(penalty, losses.Penalty):
        raise ValueError(
            f"`{options[player]}` must be a list of `tfgan_suite.losses.Penalty` objects, "
            f"for example [GradientPenalty(10.0)]. Received: {penalty!r}"
        )
    kind = "discriminator" if player in trainer.critics else "generator"
    if penalty.player not in (player, kind, None):
        right = options.get(penalty.player, "nothing: the trainer has no such player")
        raise ValueError(
            f"`{options[player]}` are added to the {player}'s loss, and "
            f"{type(penalty).__name__} is a penalty on the {penalty.player}: pass it as "
            f"compile({right}=[...]). Received: {penalty!r}"
        )
    if penalty.needs_latents and not trainer.has_latents:
        raise ValueError(
            f"{type(penalty).__name__} compares images of different latents, and "
            f"{type(trainer).__name__} has no latents. Received: penalties with {penalty!r}"
        )
