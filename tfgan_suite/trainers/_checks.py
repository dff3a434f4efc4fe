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


def check_networks(generator, discriminator, latent_dim, strategy):
    """Raises ValueError unless the two networks fit each other and the latents."""
    for role, network in (("generator", generator), ("discriminator", discriminator)):
        if not isinstance(network, keras.Model) or not network.built or not _is_functional(network):
            raise ValueError(
                f"`{role}` must be a built functional `keras.Model` (made by `keras.Input`s or a "
                f"Sequential with an Input), as the builders of tfgan_suite.networks return. "
                f"Received: {role}={network!r}"
            )
        check_scope(role, network, strategy)
    z_shape = generator.inputs[0].shape
    if len(z_shape) != 2 or z_shape[-1] != latent_dim:
        raise ValueError(
            f"The generator's first input must have shape (None, latent_dim={latent_dim}). "
            f"Received: generator {generator.name!r} with input shape {tuple(z_shape)}"
        )
    made, judged = tuple(generator.outputs[0].shape), tuple(discriminator.inputs[0].shape)
    fits = len(made) == len(judged) and all(
        a == b or a is None or b is None for a, b in zip(made[1:], judged[1:])
    )
    if not fits:
        raise ValueError(
            "The discriminator must take images of the shape that the generator makes. Received: "
            f"generator {generator.name!r} making {made[1:]}, "
            f"discriminator {discriminator.name!r} taking {judged[1:]}"
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
    if not tf.is_tensor(x):
        raise ValueError(
            "Data for a GAN is a tensor of images, or a tuple (images, condition). "
            f"Received: {type(x).__name__} in place of the images: {x!r}"
        )
    if not x.dtype.is_floating:
        raise ValueError(
            "Real images must be float in [-1, 1]; scale integer images with "
            f"`images / 127.5 - 1`. Received: images of dtype {x.dtype.name}"
        )
    wanted = tuple(discriminator.inputs[0].shape)[1:]
    lead = 1 if groups == 1 else 2
    shape = tuple(x.shape)
    if groups > 1 and (len(shape) != len(wanted) + 2 or shape[1] != groups):
        raise ValueError(
            f"With discriminator_steps={groups}, one step takes {groups} minibatches stacked on "
            f"axis 1: (batch, {groups}, {', '.join(map(str, wanted))}). `fit` stacks them by "
            f"itself; for `train_on_batch` stack them yourself. Received: images of shape {shape}"
        )
    if len(shape) != len(wanted) + lead or any(
        a is not None and b is not None and a != b for a, b in zip(shape[lead:], wanted)
    ):
        raise ValueError(
            f"Real images must have the shape that the discriminator takes: {wanted}. "
            f"Received: images of shape {shape[lead:]} (batch shape {shape})"
        )
    for role, network in (("generator", generator), ("discriminator", discriminator)):
        if len(network.inputs) > 1 and y is None:
            raise ValueError(
                f"The {role} {network.name!r} takes a condition, so the data must be "
                "(images, condition). Received: images alone"
            )
