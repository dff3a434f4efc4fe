"""The directions of a translator, as evaluators call them."""

from tfgan_suite.generation.generate import Generate
from tfgan_suite.registration import public
from tfgan_suite.served_part import served_parts


@public
class Translator:
    """Calls the generators of a trainer that take examples: `translator(images)` gives what they
    become, and `translator.judge(images)` what a discriminator makes of images.

    Args:
        trainer: a trainer whose generators take examples (`Pix2Pix`, `CycleGAN`).
        batch_size: examples in one call of a generator; a last batch that is not full is padded.

    Attributes:
        directions: names of the directions, as `trainer.interfaces` has them; a second leads back
            from the first.

    Raises:
        TypeError: if the generators of `trainer` take latents.
    """

    def __init__(self, trainer, batch_size=16):
        if takes_latents(trainer):
            raise TypeError(
                "Examples can be translated only by a trainer whose generators take examples. "
                f"Received: {type(trainer).__name__}"
            )
        self.trainer = trainer
        self.directions = tuple(served_parts(trainer))
        self._generators = {name: Generate(trainer, name, batch_size) for name in self.directions}

    def __call__(self, examples, direction=None, condition=None):
        """Translates examples.

        Args:
            examples: array `[N, ...]` of what the direction takes.
            direction: one of `directions`; None for the first.
            condition: as `Generate.of` takes it; None for what `Generate.condition` chooses.

        Returns:
            Array `[N, ...]`.

        Raises:
            ValueError: if the direction is unknown, or as `Generate.of` does.
        """
        generate = self.generate(direction)
        if condition is None:
            condition = generate.condition(len(examples), 0)
        return generate.of(examples, condition)

    def judge(self, examples, direction=None, condition=None):
        """What the discriminator of the domain that a direction leads to makes of examples.

        Args:
            examples: array `[N, ...]` of what the direction makes.
            direction: one of `directions`; None for the first.
            condition: as `Generate.judge` takes it.

        Returns:
            float32 array `[N]`: for each example the mean of its logits.

        Raises:
            ValueError: if the direction is unknown, or as `Generate.judge` does.
        """
        return self.generate(direction).judge(examples, condition)

    def inputs_of(self, pair):
        """What each direction takes of a batch of its trainer's data, in the order of `directions`.

        Args:
            pair: `(targets, inputs)` where there is one direction, `(a, b)` where there are two.
        """
        return pair[1:] if len(self.directions) == 1 else pair

    def generate(self, direction=None):
        """The `Generate` of a direction; None for the first.

        Raises:
            ValueError: if the direction is unknown.
        """
        direction = self.directions[0] if direction is None else direction
        if direction not in self._generators:
            raise ValueError(
                f"`direction` must be one of {self.directions}. Received: direction={direction!r}"
            )
        return self._generators[direction]


def takes_latents(trainer):
    """Whether a trainer makes examples of latents; else its generators translate examples."""
    return all(part.interface.takes_latents for part in served_parts(trainer).values())


def for_evaluators(trainer, batch_size):
    """What evaluators are called with: a `Generate`, or a `Translator` of a trainer of those."""
    if takes_latents(trainer):
        return Generate(trainer, batch_size=batch_size)
    return Translator(trainer, min(batch_size, 16))
