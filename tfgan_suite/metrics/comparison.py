"""Generated beside real images, and what several scores need of them, made once."""

import functools

from tfgan_suite.metrics._arrays import checked_labels
from tfgan_suite.metrics._images import generate_images
from tfgan_suite.metrics.classifier import Classifier
from tfgan_suite.registration import public


@public
class Comparison:
    """One draw of a generator beside real images; whatever is dear is made when first asked for.

    Of `generate` some scores need more than `generate(n, seed)`, and take it from attributes:
    `classes`, the number of classes of a conditional generator, and `labels(n, seed)`, the classes
    that `generate(n, seed)` was asked for; `latents(n, seed)`, latents `[n, D]`, and
    `of(latents, labels)`, their images. A `generation.Generate` has them all.

    Args:
        generate: callable `(n, seed) -> images [n, H, W, C]`, floating point in [-1, 1].
        num_samples: number of images to generate.
        seed: int, of the generated images.
        extractor: `FeatureExtractor`.
        reference: `ReferenceImages` to compare with.
        training: `ReferenceImages` that the generator was trained on; or None.
        classifier: `Classifier` trained on real images, or a callable that returns it; or None.
        labelled_test: pair of real held-out images and labels, or a callable that returns it; or
            None.
        options: dict of what the scores can be told, such as "manifold_k".
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

    @functools.cached_property
    def images(self):
        """The generated images, float32 `[N, H, W, C]`.

        Raises:
            ValueError: if they are too many or too few, NaN, infinite, out of range or no images.
        """
        return generate_images(self.generate, self.num_samples, self.seed)

    @functools.cached_property
    def labels(self):
        """The classes asked for, integers `[N]`; None of a generator without classes."""
        classes = getattr(self.generate, "classes", None)
        if classes is None:
            return None
        labels = self.generate.labels(self.num_samples, self.seed)
        return checked_labels(labels, self.num_samples, classes, "The classes asked for")

    @functools.cached_property
    def outputs(self):
        """What the extractor gives for the generated images: "features", perhaps "logits"."""
        return self.extractor(self.images)

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
    def logits(self):
        """What `classifier` gives for the generated images, `[N, K]`."""
        return self.classifier.logits(self.images)

    @functools.cached_property
    def labelled_test(self):
        """A pair of real held-out images and their labels."""
        return _made(self._labelled_test, "`labelled_test`, held-out real images with labels")

    def asked_for(self, score):
        """The labels, or a ValueError that names the score which needs them."""
        if self.labels is None:
            raise ValueError(
                f"{score!r} is a score of class-conditional generators. Received: a generator "
                "without classes"
            )
        if self.generate.classes != self.classifier.num_classes:
            raise ValueError(
                f"{score!r} needs a generator of the classifier's {self.classifier.num_classes} "
                f"classes. Received: a generator of {self.generate.classes} classes"
            )
        return self.labels


def _made(value, what):
    if value is None:
        raise ValueError(f"A score needs {what}. Received: none")
    return value() if callable(value) else value
