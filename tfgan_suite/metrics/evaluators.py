"""What a recipe hands to the experiment runner to have its generator judged.

An evaluator is a callable `evaluator(generate, *, seed) -> dict` with a `name`. `generate(n, seed)`
returns n generated samples; the dict is JSON-able and ends in a "protocol": all that has to be the
same for two scores to be comparable.
"""

import numpy as np

from tfgan_suite.metrics._arrays import finite_matrix, positive_integer
from tfgan_suite.metrics._images import (
    check_makes_images,
    checked_resize,
    generate_samples,
    resize_images,
)
from tfgan_suite.metrics.classifier import Classifier
from tfgan_suite.metrics.coverage import class_coverage, mode_coverage
from tfgan_suite.metrics.generated_images import (
    EQUAL,
    GeneratedImages,
    checked_frequencies,
    draw,
    law_options,
)
from tfgan_suite.registration import public


@public
class ClassifierEvaluator:
    """Judges generated images by the classes an independent classifier sees in them.

    Args:
        classifier: a `Classifier`, or a callable without arguments that returns one: it is called
            once, when the first images are judged. One that has `image_shape` and `num_classes` can
            be asked by `check` before.
        num_samples: number of images to generate.
        min_samples: images a class needs to count as reached.
        resize: how images of another height or width are brought to the classifier's: "area",
            "bicubic", "bilinear" or "nearest" (`tf.image.resize` with antialiasing; the result
            names it). By default they are refused, since resizing changes what is judged.
        class_frequencies: how often a conditional generator is asked for each class: "equal";
            "data", as often as in the data that it declares; or K shares.

    Raises:
        ValueError: if an argument is of the wrong type or out of range.
    """

    name = "classifier"

    def __init__(
        self, classifier, num_samples=2000, *, min_samples=1, resize=None, class_frequencies=EQUAL
    ):
        if not isinstance(classifier, Classifier) and not callable(classifier):
            raise ValueError(
                "`classifier` must be a `Classifier` or a callable without arguments that returns "
                f"one. Received: {classifier!r}"
            )
        self._classifier = classifier
        self.num_samples = positive_integer(num_samples, "num_samples")
        self.min_samples = positive_integer(min_samples, "min_samples")
        self.resize = checked_resize(resize)
        self.class_frequencies = checked_frequencies(class_frequencies) or EQUAL

    @property
    def classifier(self):
        """The `Classifier`; the first access may train it."""
        if not isinstance(self._classifier, Classifier):
            made = self._classifier()
            if not isinstance(made, Classifier):
                raise ValueError(
                    "The callable given as `classifier` must return a `Classifier`. "
                    f"Received: {made!r}"
                )
            self._classifier = made
        return self._classifier

    def __call__(self, generate, *, seed):
        """Generates and judges `num_samples` images.

        Args:
            generate: callable `(n, seed) -> images [n, H, W, C]`, floating point in [-1, 1].
            seed: int, of the generated images.

        Returns:
            The dict of `class_coverage`, and "protocol" with "num_samples", "seed",
            "image_shape" (as generated), "resize" (the method, or `None` if nothing was resized),
            "conditions" (the law of the classes that were asked for, or `None`), "rounding" and
            "classifier" (`Classifier.description`: content hash, measured accuracy, shape).

        Raises:
            ValueError: if the images are too many or too few, NaN, infinite, outside [-1, 1] by
                more than 1e-3, or of a shape the classifier does not take.
        """
        made, protocol = self.judged(generate, seed)
        return {**class_coverage(made.logits, self.min_samples), "protocol": protocol}

    def check(self, generate):
        """Finds before a training what would be an error after it.

        Args:
            generate: as for the call; its `modality` says what it makes, where it has one.

        Raises:
            ValueError: if it makes no images, or images that the classifier does not take.
        """
        check_makes_images(generate)
        modality = getattr(generate, "modality", None)
        getattr(self._classifier, "num_classes", None)  # a data set without labels says so
        wanted = getattr(self._classifier, "image_shape", None)
        if modality is not None and wanted is not None and modality.shape != wanted:
            self._resize_method(modality.shape, wanted)

    def judged(self, generate, seed):
        """`num_samples` generated images at the classifier's size, and the protocol.

        Args:
            generate, seed: of the call.

        Returns:
            A pair: `GeneratedImages`, and a JSON-able dict.
        """
        options = law_options(generate, self.class_frequencies)
        images, *asked = draw(generate, self.num_samples, seed, options)
        image_shape = images.shape[1:]
        resize = None
        if image_shape != self.classifier.image_shape:
            resize = self._resize_method(image_shape, self.classifier.image_shape)
            images = resize_images(images, self.classifier.image_shape[:2], resize)
        made = GeneratedImages(images, *asked, None, lambda: self.classifier)
        return made, {
            "num_samples": self.num_samples,
            "seed": int(seed),
            "image_shape": list(image_shape),
            "resize": resize,
            **made.protocol,
            "classifier": self.classifier.description,
        }

    def _resize_method(self, image_shape, wanted):
        if image_shape[2] != wanted[2]:
            raise ValueError(
                f"Generated images must have the classifier's {wanted[2]} channels. "
                f"Received: image_shape={image_shape}"
            )
        if self.resize is None:
            raise ValueError(
                f"Generated images must have the classifier's shape {wanted}; train the "
                f"classifier at the generator's size, or choose a method with `resize=`. "
                f"Received: image_shape={image_shape}"
            )
        return self.resize


@public
class ModeCoverageEvaluator:
    """Judges samples of a low-dimensional mixture by the modes they cover.

    Args:
        centers: means of the modes, shape `[K, D]`.
        stddev: standard deviation of the modes, a number or `[K]` numbers.
        num_samples: number of samples to generate; 2500 as in arXiv:1705.07761.
        sigmas: radius of a mode in standard deviations.
        min_samples: high-quality samples a mode needs to count as covered.

    Raises:
        ValueError: as `mode_coverage` does for these arguments.
    """

    name = "mode_coverage"

    def __init__(self, centers, stddev, num_samples=2500, *, sigmas=3.0, min_samples=1):
        self.num_samples = positive_integer(num_samples, "num_samples")
        self.centers = finite_matrix(centers, "centers")
        self.stddev = np.asarray(stddev).tolist()
        self.sigmas = sigmas
        self.min_samples = min_samples
        # A wrong argument shows here, before the training whose end would bring it to light.
        self._score(self.centers)

    def __call__(self, generate, *, seed):
        """Generates and judges `num_samples` samples.

        Args:
            generate: callable `(n, seed) -> samples` of shape `[n, D]`, or with D values for each
                sample in any other shape, such as `[n, 1, 1, D]`. Any finite range.
            seed: int, of the generated samples.

        Returns:
            The dict of `mode_coverage`, and "protocol" with "num_samples", "seed", "centers" and
            "stddev".

        Raises:
            ValueError: if the samples are too many or too few, NaN, infinite or not of D values.
        """
        samples = generate_samples(generate, self.num_samples, seed)
        return {
            **self._score(samples.reshape(self.num_samples, -1)),
            "protocol": {
                "num_samples": self.num_samples,
                "seed": int(seed),
                "centers": self.centers.tolist(),
                "stddev": self.stddev,
            },
        }

    def _score(self, points):
        return mode_coverage(points, self.centers, self.stddev, self.sigmas, self.min_samples)
