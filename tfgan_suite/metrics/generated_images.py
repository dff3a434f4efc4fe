"""Images to judge: drawn from a generator that is asked for classes by a law, perhaps rounded."""

import functools
import numbers

from tfgan_suite.metrics._arrays import checked_labels
from tfgan_suite.metrics._images import generate_images, rounded_to_8_bits

DATA, EQUAL = "data", "equal"


class GeneratedImages:
    """What a score judges, and what extractors and classifiers make of it, computed once.

    Args:
        images: float32 `[N, H, W, C]` in [-1, 1].
        labels: the classes asked for, integers `[N]`; None of a generator without classes.
        conditions: JSON-able, the law of what was asked for; None where nothing could be.
        extractor: `FeatureExtractor`, or None.
        classifier: function of nothing that returns the `Classifier`.
        rounded: whether the images are rounded to 8 bits.
    """

    def __init__(self, images, labels, conditions, extractor, classifier, rounded=False):
        self.images, self.labels, self.conditions = images, labels, conditions
        self.is_rounded = rounded
        self._extractor, self._classifier = extractor, classifier

    @functools.cached_property
    def outputs(self):
        """What the extractor gives: a dict of "features", perhaps "logits"."""
        return self._extractor(self.images)

    @functools.cached_property
    def logits(self):
        """What the classifier gives, `[N, K]`."""
        return self._classifier().logits(self.images)

    @property
    def protocol(self):
        """JSON-able: what was asked for, and whether 8-bit files would be judged alike."""
        return {"conditions": self.conditions, "rounding": rounding(self.is_rounded)}

    def rounded(self):
        """The same images, rounded to 8 bits."""
        given = (self.labels, self.conditions, self._extractor, self._classifier)
        return GeneratedImages(rounded_to_8_bits(self.images), *given, rounded=True)


def rounding(is_rounded):
    """What a protocol says of rounding."""
    return "to 8 bits" if is_rounded else "none"


def law_options(generate, frequencies, of_data=None):
    """What a generator is told so that classes come as often as they are wanted.

    A generator can be told if it has `condition(n, seed, by_frequency=, class_frequencies=)`,
    `labels` with the same arguments, `law`, which describes them, and takes `condition=`; a
    `generation.Generate` has them all. Any other chooses its classes itself.

    Args:
        generate: the generator.
        frequencies: "data", "equal", or K shares of the classes.
        of_data: K shares of the classes in the data; None for those that the generator declares of
            the data it was trained on, which where there are none are equal.

    Returns:
        Dict of these two arguments; None for a generator that cannot be told, or has no conditions.
    """
    if not hasattr(generate, "condition") or not generate.law():
        return None
    shares = frequencies if isinstance(frequencies, tuple) else None
    if frequencies == DATA and getattr(generate, "classes", None) is not None:
        shares = of_data
    return {"by_frequency": frequencies != EQUAL, "class_frequencies": shares}


def draw(generate, count, seed, options):
    """Images of a generator.

    Args:
        generate: the generator.
        count: number of images N.
        seed: integer.
        options: what `law_options` returns.

    Returns:
        `(images, labels, conditions)`: see `GeneratedImages`.

    Raises:
        ValueError: if there are not K shares, or as `generate_images` does.
    """
    asked, classes = {}, getattr(generate, "classes", None)
    law = None if classes is None else {"labels": {"law": "the generator's own"}}
    if options is not None:
        asked = {"condition": generate.condition(count, seed, **options)}
        law = generate.law(**options)
    images = generate_images(generate, count, seed, **asked)
    if classes is None:
        return images, None, law
    labels = generate.labels(count, seed, **(options or {}))
    return images, checked_labels(labels, count, classes, "The classes asked for"), law


def check_class_names(generate, names):
    """Raises ValueError if the classes of a generator and of a judge have names that differ."""
    own = getattr(generate, "class_names", None)
    if own is not None and names is not None and tuple(own) != tuple(map(str, names)):
        raise ValueError(
            "A classifier must know the generator's classes, in their order. Received: a generator "
            f"of {', '.join(own)}, and a classifier of {', '.join(map(str, names))}"
        )


def checked_frequencies(value):
    """Returns "data", "equal", a tuple of shares or None; raises ValueError for anything else."""
    if value is None or (isinstance(value, str) and value in (DATA, EQUAL)):
        return value
    shares = () if isinstance(value, str) or not hasattr(value, "__iter__") else tuple(value)
    are_numbers = all(isinstance(s, numbers.Real) and 0.0 <= s < float("inf") for s in shares)
    if not shares or not are_numbers or not sum(shares) > 0.0:
        raise ValueError(
            '`class_frequencies` must be None, "data", "equal", or shares of the classes, none '
            f"negative and not all zero. Received: class_frequencies={value!r}"
        )
    return tuple(float(share) / float(sum(shares)) for share in shares)
