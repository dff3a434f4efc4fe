"""What a generator takes, found from its functional graph."""

import dataclasses

import keras
import tensorflow as tf

from tfgan_suite import conditions
from tfgan_suite.checks import positive_int
from tfgan_suite.export.inputs import Input


@dataclasses.dataclass(frozen=True)
class Interface:
    """What a generator takes and makes.

    Attributes:
        main: `Input` of latents, or of images for a translator.
        condition: `Input` of labels or condition vectors, or None.
        condition_input: the `keras.KerasTensor` of the condition, or None.
        example_shape: shape of what one row gives.
    """

    main: Input
    condition: Input | None
    condition_input: object
    example_shape: tuple

    @property
    def conditions(self):
        """List of the inputs beside the main one."""
        return [self.condition] if self.condition else []

    @property
    def makes_pictures(self):
        """Whether PNG files can be made of the examples: grey or RGB."""
        return len(self.example_shape) == 3 and self.example_shape[-1] in (1, 3)

    def arguments(self, values):
        """The generator's arguments from a dict of tensors by key."""
        main = values[self.main.key]
        if self.condition is None:
            return main
        given, expected = values[self.condition.key], self.condition_input
        if self.condition.key == "labels":
            given = conditions.as_input(given, expected, self.condition.classes)
        return [main, tf.cast(given, expected.dtype)]


def describe(generator, latent_dim=None, classes=None):
    """Finds the interface of a generator.

    Args:
        generator: functional `keras.Model` of latents, of `[latents, labels]`, or of images.
        latent_dim: number of components of the latents; None where there are none.
        classes: number of classes where the generator takes labels; None to find it.

    Returns:
        An `Interface`.

    Raises:
        ValueError: if the generator takes or makes anything else, or the number of classes cannot
            be found.
    """
    inputs, outputs = getattr(generator, "inputs", None), getattr(generator, "outputs", None)
    if not inputs or not outputs:
        raise ValueError(
            f"The generator must be a functional keras.Model. Received: generator={generator!r}"
        )
    shapes = [tuple(tensor.shape) for tensor in inputs]
    free = all(shape and shape[0] is None for shape in shapes) and len(outputs) == 1
    latents = shapes[0] == (None, latent_dim)
    images = len(shapes) == 1 and len(shapes[0]) == 4
    if not free or len(shapes) > 2 or not (latents or images):
        raise ValueError(
            f"The generator must map latents of shape (None, latent_dim={latent_dim}), alone or "
            "with a condition, to one output, or images to one output. "
            f"Received: inputs of shapes {shapes}, {len(outputs)} output(s)"
        )
    condition = None
    if len(shapes) == 2:
        condition = _condition(generator, inputs[1], classes)
    elif classes is not None:
        raise ValueError(
            f"The generator takes no labels. Received: classes={classes} for a generator with "
            f"inputs of shapes {shapes}"
        )
    main = Input("latents", (latent_dim,)) if latents else Input("images", shapes[0][1:])
    condition_input = inputs[1] if condition else None
    return Interface(main, condition, condition_input, tuple(outputs[0].shape)[1:])


def _condition(generator, tensor, classes):
    shape = tuple(tensor.shape)
    if classes is not None:
        positive_int("classes", classes)
    if keras.backend.is_int_dtype(tensor.dtype):
        if shape not in ((None,), (None, 1)):
            raise ValueError(
                "Integer labels must have shape (N,) or (N, 1). "
                f"Received: a second input of shape {shape}"
            )
        classes = classes or conditions.classes_of_layers(generator)
        if classes is None:
            raise ValueError(
                "The number of classes is not known: no embedding of the labels was found. Give "
                f"it: export(..., classes=10). Received: a second input of shape {shape}"
            )
        return Input("labels", (), classes)
    if len(shape) != 2 or shape[1] is None:
        raise ValueError(
            "A condition must be labels of shape (N,), or vectors of shape (N, D). "
            f"Received: a second input of shape {shape}"
        )
    if classes is None:
        return Input("condition", (shape[1],))
    if classes != shape[1]:
        raise ValueError(
            f"One-hot labels of {classes} classes have {classes} components. "
            f"Received: classes={classes} for a second input of shape {shape}"
        )
    return Input("labels", (), classes)
