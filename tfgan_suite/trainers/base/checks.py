"""Checks of what a trainer is given: each failure names what was wrong and what came."""

import keras
import tensorflow as tf


def check_trainer_options(discriminator_steps, ema_decay, seed):
    """Raises ValueError for an option out of its range."""
    if isinstance(discriminator_steps, bool) or not isinstance(discriminator_steps, int):
        raise ValueError(
            "`discriminator_steps` must be an integer. "
            f"Received: discriminator_steps={discriminator_steps!r}"
        )
    if discriminator_steps < 1:
        raise ValueError(
            "`discriminator_steps` must be at least 1. "
            f"Received: discriminator_steps={discriminator_steps}"
        )
    if ema_decay is not None and not 0.0 < ema_decay < 1.0:
        raise ValueError(
            f"`ema_decay` must be in (0, 1), or None. Received: ema_decay={ema_decay!r}"
        )
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int) or seed < 0):
        raise ValueError(f"`seed` must be an integer >= 0, or None. Received: seed={seed!r}")


def check_players(cls, networks):
    """Raises ValueError unless a trainer's class has the networks, and the players it speaks of.

    Args:
        cls: a subclass of `Trainer`.
        networks: dict of the networks that its constructor was given.
    """
    names = [name for names in cls.player_networks.values() for name in names]
    if sorted(names) != sorted(networks):
        raise ValueError(
            f"`{cls.__name__}.player_networks` must name the networks of its constructor, each "
            f"once. Received: {cls.player_networks} and networks {', '.join(networks)}"
        )
    for option in ("averaged_players", "critics"):
        unknown = sorted(set(getattr(cls, option)) - set(cls.player_networks))
        if unknown:
            raise ValueError(
                f"`{cls.__name__}.{option}` must be players of `player_networks`, which has "
                f"{', '.join(cls.player_networks)}. Received: {', '.join(unknown)}"
            )


def check_networks(networks, strategy):
    """Raises ValueError unless all networks are functional and of the trainer's scope.

    Args:
        networks: dict of networks by their roles.
        strategy: the trainer's `tf.distribute.Strategy`.
    """
    for role, network in networks.items():
        if not isinstance(network, keras.Model) or not network.built or not _is_functional(network):
            raise ValueError(
                f"`{role}` must be a built functional `keras.Model` (made by `keras.Input`s or a "
                f"Sequential with an Input), as the builders of tfgan_suite.networks return. "
                f"Received: {role}={network!r}"
            )
        check_scope(role, network, strategy)


def check_latents(generator, latent_dim):
    """Raises ValueError unless a generator takes latents of `latent_dim` components."""
    z_shape = generator.inputs[0].shape
    if len(z_shape) != 2 or z_shape[-1] != latent_dim:
        raise ValueError(
            f"The generator's first input must have shape (None, latent_dim={latent_dim}). "
            f"Received: generator {generator.name!r} with input shape {tuple(z_shape)}"
        )


def check_judged(generator, discriminator):
    """Raises ValueError unless a discriminator takes what a generator makes."""
    made, judged = tuple(generator.outputs[0].shape), tuple(discriminator.inputs[0].shape)
    if not shapes_fit(made, judged):
        raise ValueError(
            "The discriminator must take images of the shape that the generator makes. Received: "
            f"generator {generator.name!r} making {made[1:]}, "
            f"discriminator {discriminator.name!r} taking {judged[1:]}"
        )


def check_translator(generator, discriminator):
    """Raises ValueError unless a generator takes images and a discriminator what it makes of them,
    with the input beside it if it takes two.
    """
    if len(generator.inputs) != 1 or len(generator.inputs[0].shape) != 4:
        shapes = [tuple(i.shape) for i in generator.inputs]
        raise ValueError(
            "The generator of a translator takes one input, images of shape (N, H, W, C). "
            f"Received: generator {generator.name!r} with inputs of shapes {shapes}"
        )
    check_judged(generator, discriminator)
    if len(discriminator.inputs) == 1:
        return
    taken, given = tuple(discriminator.inputs[1].shape), tuple(generator.inputs[0].shape)
    if not shapes_fit(taken, given):
        raise ValueError(
            "The discriminator's second input must be what the generator takes. Received: "
            f"generator {generator.name!r} taking {given[1:]}, "
            f"discriminator {discriminator.name!r} taking {taken[1:]} beside the images"
        )


def shapes_fit(first, second):
    """Whether two shapes of batches agree wherever both are known."""
    return len(first) == len(second) and all(
        a == b or a is None or b is None for a, b in zip(first[1:], second[1:])
    )


def _is_functional(network):
    try:
        return bool(network.inputs) and bool(network.outputs)
    except (AttributeError, ValueError):
        return False


def check_scope(role, network, strategy):
    """Raises ValueError if a network's variables live in another scope than the trainer's."""
    for variable in network.variables:
        if not strategy.extended.variable_created_in_scope(variable.value):
            raise ValueError(
                f"The {role} was built outside the scope of the distribution strategy in which the "
                f"trainer is made ({type(strategy).__name__}). Build both networks, and the "
                "trainer, inside the same `with strategy.scope():`. "
                f"Received: {role}={network.name!r} with variable {variable.path!r}"
            )


def check_batch(generator, discriminator, x, y, groups):
    """Raises ValueError unless a batch of real images fits the networks.

    Args:
        generator: the network that may need `y`.
        discriminator: the network that is to judge `x`, and may need `y`.
        x: images `[N, ...]`, or `[N, groups, ...]` with several groups.
        y: the condition, or None.
        groups: minibatches in one step.
    """
    check_images(x, tuple(discriminator.inputs[0].shape)[1:], groups)
    for role, network in (("generator", generator), ("discriminator", discriminator)):
        if len(network.inputs) > 1 and y is None:
            raise ValueError(
                f"The {role} {network.name!r} takes a condition, so the data must be "
                "(images, condition). Received: images alone"
            )


def check_images(x, wanted, groups=1, what="Real images", taker="the discriminator"):
    """Raises ValueError unless a batch holds images of a shape.

    Args:
        x: images `[N, ...]`, or `[N, groups, ...]` with several groups.
        wanted: shape of one image; None where any size will do.
        groups: minibatches in one step.
        what: the images, for the message.
        taker: what takes images of that shape, for the message.
    """
    if not tf.is_tensor(x):
        raise ValueError(
            "Data for a GAN is a tensor of images, or a tuple (images, condition). "
            f"Received: {type(x).__name__} in place of the images: {x!r}"
        )
    if not x.dtype.is_floating:
        raise ValueError(
            f"{what} must be float in [-1, 1]; scale integer images with "
            f"`images / 127.5 - 1`. Received: images of dtype {x.dtype.name}"
        )
    lead = 1 if groups == 1 else 2
    shape = tuple(x.shape)
    if groups > 1 and (len(shape) != len(wanted) + 2 or shape[1] != groups):
        raise ValueError(
            f"With discriminator_steps={groups}, one step takes {groups} minibatches stacked on "
            f"axis 1: (batch, {groups}, {', '.join(map(str, wanted))}). `fit` stacks them by "
            f"itself; for `train_on_batch` stack them yourself. Received: images of shape {shape}"
        )
    if len(shape) != len(wanted) + lead or not shapes_fit((None, *shape[lead:]), (None, *wanted)):
        raise ValueError(
            f"{what} must have the shape that {taker} takes: {wanted}. "
            f"Received: images of shape {shape[lead:]} (batch shape {shape})"
        )


def check_weight(name, value):
    """Returns the weight of a loss as a float; raises ValueError unless it is finite and >= 0."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not 0.0 <= value < float("inf"):
        raise ValueError(f"`{name}` must be a number >= 0. Received: {name}={value!r}")
    return float(value)
