"""Evaluators of generators that can be asked for a class, or that have found classes themselves."""

import functools

import numpy as np

from tfgan_suite.metrics.code_agreement import code_agreement
from tfgan_suite.metrics.conditional_accuracy import conditional_accuracy
from tfgan_suite.metrics.evaluators import ClassifierEvaluator
from tfgan_suite.metrics.generated_images import EQUAL, check_class_names
from tfgan_suite.metrics.model_extractors import classifier_extractor
from tfgan_suite.metrics.within_class_variety import MOST, rows_of_classes, within_class_variety
from tfgan_suite.registration import public


@public
class ConditionalAccuracyEvaluator(ClassifierEvaluator):
    """Judges whether an independent classifier sees the classes that a generator was asked for, and
    whether the images of each class are as varied as real ones.

    The two belong together: a generator that has collapsed to one good image of each class is right
    every time.

    Args:
        classifier: as for `ClassifierEvaluator`; of the generator's classes, in their order.
        num_samples: number of images to generate.
        resize, class_frequencies: as for `ClassifierEvaluator`.
        real: pair of real images `[M, *classifier.image_shape]` in [-1, 1] and their classes, or a
            callable that returns it: called once. None for no figures of variety.

    Raises:
        ValueError: if an argument is of the wrong type or out of range.
    """

    name = "conditional_accuracy"

    def __init__(
        self, classifier, num_samples=5000, *, resize=None, class_frequencies=EQUAL, real=None
    ):
        super().__init__(
            classifier, num_samples, resize=resize, class_frequencies=class_frequencies
        )
        self._real = real

    def check(self, generate):
        """As `ClassifierEvaluator.check`, and that the classes are the classifier's."""
        super().check(generate)
        known = getattr(self._classifier, "num_classes", None)
        if known is not None:
            self._check_classes(generate, known)
        check_class_names(generate, getattr(self._classifier, "class_names", None))

    def _check_classes(self, generate, known):
        classes = getattr(generate, "classes", None)
        if classes != known:
            raise ValueError(
                f"The generator must have the {known} classes of the classifier. "
                f"Received: a generator with classes={classes}"
            )

    def __call__(self, generate, *, seed):
        """Generates and judges `num_samples` images.

        Args:
            generate: callable `(n, seed) -> images [n, H, W, C]`, floating point in [-1, 1], with
                `classes`, the number of its classes, and `labels(n, seed)`, the classes `[n]` of
                those images; or one that can be told (see `generated_images.law_options`).
            seed: int, of the generated images.

        Returns:
            The dict of `conditional_accuracy`; "min_class_accuracy", that of the worst class; with
            `real` the dict of `within_class_variety`; and "protocol", as of `ClassifierEvaluator`.

        Raises:
            ValueError: if the generator has no classes, or others than the classifier; or as
                `ClassifierEvaluator` does.
        """
        self._check_classes(generate, self.classifier.num_classes)
        made, protocol = self.judged(generate, seed)
        found = conditional_accuracy(made.logits, made.labels)
        of_classes = [a for a in found["class_accuracies"] if a is not None]
        found["min_class_accuracy"] = min(of_classes)
        if self._real is not None:
            rows = rows_of_classes(made.labels)
            found |= within_class_variety(
                self._extractor.features(made.images[rows]),
                made.labels[rows],
                *self._real_features,
                self.classifier.num_classes,
            )
            protocol["variety"] = f"of {MOST} images of a class at most, held-out real ones"
        return {**found, "protocol": protocol}

    @functools.cached_property
    def _extractor(self):
        return classifier_extractor(self.classifier)

    @functools.cached_property
    def _real_features(self):
        """Features and classes of some real images of each class."""
        images, labels = self._real() if callable(self._real) else self._real
        labels = np.asarray(labels)
        rows = rows_of_classes(labels)
        self._real = ()  # all the others are not needed any more
        return self._extractor.features(np.asarray(images)[rows]), labels[rows]


@public
class CodeAgreementEvaluator(ClassifierEvaluator):
    """Judges whether the values of InfoGAN's categorical code have become the classes of the data.

    Args:
        classifier: as for `ClassifierEvaluator`.
        prior: the `tfgan_suite.latents.StructuredLatentPrior` of the generator.
        num_samples: number of images to generate.
        code: index of the code among the categorical ones.
        resize: as for `ClassifierEvaluator`.

    Raises:
        ValueError: if an argument is of the wrong type or out of range, or the prior has no such
            code.
    """

    name = "code_agreement"

    def __init__(self, classifier, prior, num_samples=5000, *, code=0, resize=None):
        super().__init__(classifier, num_samples, resize=resize)
        parts = [part for part in prior.codes if part.kind == "categorical"]
        if code not in range(len(parts)):
            raise ValueError(
                f"The prior has {len(parts)} categorical code(s). Received: code={code!r}"
            )
        self.part = parts[code]

    def __call__(self, generate, *, seed):
        """Generates and judges `num_samples` images.

        Args:
            generate: callable `(n, seed) -> images [n, H, W, C]`, floating point in [-1, 1], with
                `latents(n, seed)`, the latents `[n, D]` of those images.
            seed: int, of the generated images.

        Returns:
            The dict of `code_agreement`, and "protocol", as of `ClassifierEvaluator`.

        Raises:
            ValueError: as `ClassifierEvaluator` does.
        """
        made, protocol = self.judged(generate, seed)
        latents = generate.latents(self.num_samples, seed)
        codes = latents[:, self.part.columns].argmax(axis=1)
        return {**code_agreement(made.logits, codes, self.part.size), "protocol": protocol}
