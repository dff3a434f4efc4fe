"""What evaluators ask of a generator, as far as its interface says it."""

from tfgan_suite.generation.given_conditions import sampled


class Declared:
    """Base of what has an `interface`, the `Interface` of a generator."""

    @property
    def modality(self):
        """The `Modality` of what it makes."""
        return self.interface.output

    @property
    def classes(self):
        """Number of classes that it can be asked for, or None."""
        return self.interface.classes

    def labels(self, n, seed):
        """The classes `[n]` that a call without a condition asks for; None without classes."""
        labels = self.interface.labels
        return None if labels is None else labels.check(labels.sample(n, seed))

    def condition(self, n, seed):
        """What a call without a condition asks for: an array, of several conditions a tuple.

        Raises:
            ValueError: if nobody knows which values a condition has.
        """
        return sampled(self.interface, n, seed)
