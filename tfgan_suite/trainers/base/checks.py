"""Checks of what a trainer is given: each failure names what was wrong and what came."""

import keras

from tfgan_suite.interface import infer, shapes_fit, takes_condition
from tfgan_suite.modalities import Image
from tfgan_suite.trainers.base.averaging import check_ema_decay


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
    check_ema_decay(ema_decay)
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


def check_judged(generator, discriminator, modality):
    """Raises ValueError unless a discriminator takes what a generator makes, of a modality."""
    made, judged = tuple(generator.outputs[0].shape), tuple(discriminator.inputs[0].shape)
    if not shapes_fit(made, judged):
        raise ValueError(
            f"The discriminator must take {modality.noun} of the shape that the generator makes. "
            f"Received: generator {generator.name!r} making {made[1:]}, "
            f"discriminator {discriminator.name!r} taking {judged[1:]}"
        )


def interface_of_translator(generator, source, modality):
    """The interface of a generator of images from images, or of what else was declared.

    Raises:
        ValueError: if it takes something beside them.
    """
    alone = not takes_condition(generator)
    interface = infer(generator, source=source, modality=modality) if alone else None
    if not alone or (source is None and not isinstance(interface.source, Image)):
        shapes = [tuple(i.shape) for i in generator.inputs]
        raise ValueError(
            "The generator of a translator takes one input, images of shape (N, H, W, C). "
            f"Received: generator {generator.name!r} with inputs of shapes {shapes}"
        )
    return interface


def check_judge_of_translator(generator, discriminator, modality):
    """Raises ValueError unless a discriminator takes what a generator makes, of a modality; and the
    generator's input beside it if it takes two.
    """
    check_judged(generator, discriminator, modality)
    if not takes_condition(discriminator):
        return
    taken, given = tuple(discriminator.inputs[1].shape), tuple(generator.inputs[0].shape)
    if not shapes_fit(taken, given):
        raise ValueError(
            "The discriminator's second input must be what the generator takes. Received: "
            f"generator {generator.name!r} taking {given[1:]}, "
            f"discriminator {discriminator.name!r} taking {taken[1:]} beside the {modality.noun}"
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
