"""Translated images as NumPy arrays, by one compiled function for each direction."""

import numpy as np
import tensorflow as tf

from tfgan_suite.callbacks.sampling import Sampler
from tfgan_suite.registration import public


@public
class Translator:
    """Calls the generators that serve: `translator(images)` gives what they become, and
    `translator.judge(images)` what their discriminators make of images.

    Args:
        trainer: a trainer whose generators take images (`Pix2Pix`, `CycleGAN`).
        batch_size: images in one call of a generator; a last batch that is not full is padded.

    Attributes:
        directions: names of the directions, as the trainer's `exports` has them; the second leads
            back from the first.

    Raises:
        TypeError: if the generators of `trainer` take no images.
    """

    def __init__(self, trainer, batch_size=16):
        generators, discriminators = {}, {}
        for direction, part in getattr(trainer, "exports", dict)().items():
            generators[direction] = part.serving_generator
            discriminators[direction] = part.discriminator
        if not generators or not all(map(takes_images, generators.values())):
            raise TypeError(
                "Images can be translated only by a trainer whose generators take images. "
                f"Received: {type(trainer).__name__}"
            )
        self.trainer = trainer
        self.batch_size = batch_size
        self.directions = tuple(generators)
        self._functions = {name: _compiled(network) for name, network in generators.items()}
        self._judges = {name: _compiled(network) for name, network in discriminators.items()}

    def __call__(self, images, direction=None):
        """Translates images.

        Args:
            images: float array `[N, H, W, C]` in [-1, 1].
            direction: one of `directions`; None for the first.

        Returns:
            float32 array `[N, H, W, C']`.

        Raises:
            ValueError: if the direction is unknown.
        """
        return self._in_batches(self._functions[self._known(direction)], images)

    def judge(self, images, direction=None):
        """What the discriminator of the domain that a direction leads to makes of images.

        It must be one that judges images alone, as those of `CycleGAN` do.

        Args:
            images: float array `[N, H, W, C']` in [-1, 1].
            direction: one of `directions`; None for the first.

        Returns:
            float32 array `[N]`: for each image the mean of its logits.

        Raises:
            ValueError: if the direction is unknown.
        """
        logits = self._in_batches(self._judges[self._known(direction)], images)
        return logits.reshape(len(logits), -1).mean(axis=1)

    def _known(self, direction):
        direction = self.directions[0] if direction is None else direction
        if direction not in self._functions:
            raise ValueError(
                f"`direction` must be one of {self.directions}. Received: direction={direction!r}"
            )
        return direction

    def _in_batches(self, function, images):
        images = np.asarray(images, np.float32)
        padded = np.concatenate([images, np.repeat(images[-1:], -len(images) % self.batch_size, 0)])
        parts = [
            function(tf.constant(padded[start : start + self.batch_size])).numpy()
            for start in range(0, len(padded), self.batch_size)
        ]
        return np.concatenate(parts)[: len(images)].astype(np.float32)


def takes_images(generator):
    """Whether a generator is a translator: one input, of images."""
    return len(generator.inputs) == 1 and len(generator.inputs[0].shape) == 4


def is_translator(trainer):
    """Whether a `Translator` can be made of a trainer."""
    parts = trainer.exports().values() if hasattr(trainer, "exports") else ()
    return bool(parts) and all(takes_images(part.generator) for part in parts)


def _compiled(network):
    return tf.function(lambda images: network(images, training=False))


def examples_of(trainer, batch_size):
    """What evaluators are called with: a `Translator` where generators take images, else a
    `Sampler`.
    """
    if is_translator(trainer):
        return Translator(trainer, min(batch_size, 16))
    return Sampler(trainer, batch_size)
