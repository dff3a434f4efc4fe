"""Generated beside real images, and what several scores need of them, made once."""

import functools
import json

from tfgan_suite.metrics.classifier import Classifier
from tfgan_suite.metrics.generated_images import DATA, GeneratedImages, draw, law_options
from tfgan_suite.registration import public


@public
class Comparison:
    """A generator beside real images; whatever is dear is made when first asked for.

    Of `generate` some scores need more than `generate(n, seed)`, and take it from attributes:
    `classes`, the number of classes of a conditional generator, and `labels(n, seed)`, the classes
    that `generate(n, seed)` was asked for; `condition`, by which it is asked for classes as often
    as they are wanted (see `generated_images.law_options`); `latents(n, seed)`, latents `[n, D]`,
    and `of(latents, labels)`, their images. A `generation.Generate` has them all.

    Args:
        generate: callable `(n, seed) -> images [n, H, W, C]`, floating point in [-1, 1].
        num_samples: number of images to generate.
        seed: int, of the generated images.
        extractor: `FeatureExtractor`; or None.
        reference: `ReferenceImages` to compare with.
        training: `ReferenceImages` that the generator was trained on; or None.
        classifier: `Classifier` trained on real images, or a callable that returns it; or None.
        labelled_test: pair of real held-out images and labels, or a callable that returns it; or
            None.
        options: dict of what the scores can be told, such as "manifold_k"; "class_frequencies" and
            "round_to_8_bits" are None for what is usual of a score.
        cache_dir: folder of the cache of real images' features.
    """

    def __init__(
        self,
        generate,
        *,
        num_samples,
        seed,
        extractor,
        reference,
        training=None,
        classifier=None,
        labelled_test=None,
        options=None,
        cache_dir=None,
    ):
        self.generate, self.num_samples, self.seed = generate, num_samples, seed
        self.extractor, self.reference = extractor, reference
        self.options, self.cache_dir = dict(options or {}), cache_dir
        self._training, self._classifier = training, classifier
        self._labelled_test = labelled_test
        self._draws = {}

    def made(self, frequencies=DATA, rounded=False):
        """The generated images: each draw is made once.

        Args:
            frequencies: "data", "equal", or K shares of the classes of a conditional generator.
            rounded: whether they are rounded to 8 bits.

        Returns:
            `GeneratedImages`.

        Raises:
            ValueError: if they are too many or too few, NaN, infinite, out of range or no images.
        """
        classes = getattr(self.generate, "classes", None)
        names = getattr(self.generate, "class_names", None)
        of_data = classes and self.reference.class_frequencies(classes, names)
        options = law_options(self.generate, frequencies, of_data)
        # Two ways to ask may come to the same.
        law = options and json.dumps(self.generate.law(**options))
        if (law, rounded) not in self._draws:
            self._draws[law, rounded] = (
                self.made(frequencies).rounded() if rounded else self._drawn(options)
            )
        return self._draws[law, rounded]

    def _drawn(self, options):
        drawn = draw(self.generate, self.num_samples, self.seed, options)
        return GeneratedImages(*drawn, self.extractor, lambda: self.classifier)

    @functools.cached_property
    def real_features(self):
        """The features of `reference`, `[M, D]`."""
        return self.reference.outputs(self.extractor, self.cache_dir)["features"]

    @property
    def real_statistics(self):
        """The `FeatureStatistics` of `reference`."""
        return self.reference.statistics(self.extractor, self.cache_dir)

    @functools.cached_property
    def training(self):
        """The `ReferenceImages` of the training set.

        Raises:
            ValueError: if there is none, or it holds the images that `reference` holds.
        """
        training = _made(self._training, "`training`, the images the generator was trained on")
        if training.fingerprint == self.reference.fingerprint:
            raise ValueError(
                "Memorized images are told by the distances of held-out real ones: the reference "
                "must be another split than the training images. "
                f"Received: split={self.reference.split!r} of {self.reference.name!r} for both"
            )
        return training

    @functools.cached_property
    def training_features(self):
        """The features of `training`, `[L, D]`."""
        return self.training.outputs(self.extractor, self.cache_dir)["features"]

    @functools.cached_property
    def classifier(self):
        """The `Classifier` that was trained on real images."""
        classifier = _made(self._classifier, "`classifier`, trained on labelled real images")
        if not isinstance(classifier, Classifier):
            raise ValueError(f"`classifier` must be a `Classifier`. Received: {classifier!r}")
        return classifier

    @functools.cached_property
    def labelled_test(self):
        """A pair of real held-out images and their labels."""
        return _made(self._labelled_test, "`labelled_test`, held-out real images with labels")

    def check_classes(self, score):
        """Raises a ValueError, which names the score, unless there are the classifier's classes."""
        if self.generate.classes != self.classifier.num_classes:
            raise ValueError(
                f"{score!r} needs a generator of the classifier's {self.classifier.num_classes} "
                f"classes. Received: a generator of {self.generate.classes} classes"
            )


def _made(value, what):
    if value is None:
        raise ValueError(f"A score needs {what}. Received: none")
    return value() if callable(value) else value
