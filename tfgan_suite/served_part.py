"""The generators that a trainer serves, each with what it takes and makes."""

import dataclasses

import keras
import tensorflow as tf

from tfgan_suite.interface import Interface


@dataclasses.dataclass(frozen=True)
class ServedPart:
    """One generator that is served, and what is known of it.

    Attributes:
        generator: functional `keras.Model`, as trained.
        interface: its `Interface`.
        average: the moving average of it, or None.
        discriminator: the `keras.Model` that judges what it makes, or None.
        step: counter of its updates, or None.

    Example:
        >>> generator = networks.dcgan.build_generator(16, 1, latent_dim=8)
        >>> interface = infer(generator, prior=LatentPrior(8))
        >>> export(ServedPart(generator, interface), "saved_models/mine")
        PosixPath('saved_models/mine/1')
    """

    generator: keras.Model
    interface: Interface
    average: keras.Model | None = None
    discriminator: keras.Model | None = None
    step: tf.Variable | None = None

    @property
    def serving_generator(self):
        """The moving average where there is one, else the generator as trained."""
        return self.generator if self.average is None else self.average


def served_parts(trainer):
    """The generators that a trainer serves.

    Args:
        trainer: a trainer, or a `ServedPart`.

    Returns:
        Dict of `ServedPart`s by their names; of one alone, by "".

    Raises:
        TypeError: if it has no generator, or does not say what it takes and makes.
        ValueError: if the interface of one is not known.
    """
    if isinstance(trainer, ServedPart):
        return {"": trainer}
    given = trainer.exports() if hasattr(trainer, "exports") else {"": trainer}
    return {name: _part(part, trainer, name) for name, part in given.items()}


def _part(part, trainer, name):
    if isinstance(part, ServedPart):
        return part
    for given, attribute in (
        (part, "generator"), (part, "serving_generator"), (trainer, "interfaces"),
    ):  # fmt: skip
        if not hasattr(given, attribute):
            raise TypeError(
                f"A trainer must have the attribute `{attribute}`; of a bare generator, make a "
                "`tfgan_suite.served_part.ServedPart`, which says what it takes and makes. "
                f"Received: trainer={given!r}"
            )
    average = part.serving_generator
    return ServedPart(
        part.generator,
        trainer.interfaces[name],
        None if average is part.generator else average,
        getattr(part, "discriminator", None),
        getattr(part, "step", None),
    )
