"""What evaluators ask of a generator, as far as its interface says it."""

from tfgan_suite.generation.given_conditions import law_of, sampled


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

    @property
    def class_names(self):
        """Names of these classes, or None."""
        return self.interface.labels and self.interface.labels.names

    def labels(self, n, seed, **law):
        """The classes `[n]` that `condition` asks for; None without classes."""
        kinds = self.interface.conditions
        if self.interface.labels is None:
            return None
        given = self.condition(n, seed, **law)
        given = given if len(kinds) > 1 else (given,)
        return self.interface.labels.check(given[kinds.index(self.interface.labels)])

    def condition(self, n, seed, by_frequency=False, class_frequencies=None):
        """What a call without a condition asks for: an array, of several conditions a tuple.

        Args:
            n: number of rows.
            seed: integer.
            by_frequency: whether values come as often as in the data, where the conditions know it;
                a call without a condition asks for all of them equally often.
            class_frequencies: K shares of the classes; None for what the labels know.

        Raises:
            ValueError: if nobody knows which values a condition has, or there are not K shares.
        """
        return sampled(self.interface, n, seed, by_frequency, class_frequencies)

    def law(self, **law):
        """What a protocol says of `condition`: see `given_conditions.law_of`."""
        return law_of(self.interface, **law)
