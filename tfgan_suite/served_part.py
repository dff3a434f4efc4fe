"""The generators that a trainer serves, each with what it takes and makes."""

import dataclasses

import keras
import tensorflow as tf

from tfgan_suite.interface import Interface, infer


@dataclasses.dataclass(frozen=True)
class ServedPart:
    """One generator that is served, and what is known of it.

    Attributes:
        generator: functional `keras.Model`, as trained.
        interface: its `Interface`.
        average: the moving average of it, or None.
        discriminator: the `keras.Model` that judges what it makes, or None.
        step: counter of its updates, or None.
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


def served_parts(trainer, classes=None):
    """The generators that a trainer serves.

    Args:
        trainer: a trainer, or a `ServedPart`.
        classes: number of classes of labels that no layer knows.

    Returns:
        Dict of `ServedPart`s by their names; of one alone, by "".

    Raises:
        TypeError: if it has no generator.
        ValueError: if the interface of one is not known.
    """
    if isinstance(trainer, ServedPart):
        return {"": trainer}
    given = trainer.exports() if hasattr(trainer, "exports") else {"": trainer}
    return {name: _part(part, trainer, name, classes) for name, part in given.items()}


def _part(part, trainer, name, classes):
    for attribute in ("generator", "serving_generator"):
        if not hasattr(part, attribute):
            raise TypeError(
                f"A trainer, or a `ServedPart`, must have the attribute `{attribute}`. "
                f"Received: trainer={part!r}"
            )
    average = part.serving_generator
    return ServedPart(
        part.generator,
        _interface(part, trainer, name, classes),
        None if average is part.generator else average,
        getattr(part, "discriminator", None),
        getattr(part, "step", None),
    )


def _interface(part, trainer, name, classes):
    if hasattr(trainer, "interfaces"):
        return trainer.interfaces[name]
    classes = classes or getattr(part, "num_classes", None)
    return infer(part.generator, prior=getattr(part, "latent_prior", None), classes=classes)
