"""The evaluator of generated images by features: every score with its protocol in one call."""

import functools

from tfgan_suite.metrics._arrays import positive_integer
from tfgan_suite.metrics._images import checked_images, generate_samples
from tfgan_suite.metrics.classifier_score import classifier_score
from tfgan_suite.metrics.density_coverage import density_coverage
from tfgan_suite.metrics.extractors import FeatureExtractor
from tfgan_suite.metrics.frechet_distance import frechet_distance
from tfgan_suite.metrics.kernel_distance import kernel_distance
from tfgan_suite.metrics.precision_recall import precision_recall
from tfgan_suite.metrics.reference_images import ReferenceImages
from tfgan_suite.metrics.score import Score, score_name
from tfgan_suite.registration import public

DEFAULT_SCORES = ("frechet_distance", "kernel_distance", "precision_recall", "density_coverage")


@public
class FeatureEvaluator:
    """Compares generated with real images in the features of an extractor.

    Args:
        extractor: `FeatureExtractor`.
        reference: `ReferenceImages`.
        scores: names of what to compute: "frechet_distance", "kernel_distance",
            "precision_recall", "density_coverage" and, with an extractor that gives logits,
            "classifier_score".
        num_samples: number of images to generate.
        max_block_size: see `kernel_distance`.
        manifold_k: neighbours in `precision_recall`.
        density_k: neighbours in `density_coverage`.
        num_splits: parts in `classifier_score`.
        cache_dir: folder of the cache of the reference's features; by default $TFGAN_SUITE_CACHE
            or ~/.cache/tfgan_suite.

    Raises:
        ValueError: if an argument is of the wrong type or out of range.
    """

    name = "features"

    def __init__(
        self,
        extractor,
        reference,
        *,
        scores=DEFAULT_SCORES,
        num_samples=10_000,
        max_block_size=1024,
        manifold_k=3,
        density_k=5,
        num_splits=1,
        cache_dir=None,
    ):
        for name, value, kind in (
            ("extractor", extractor, FeatureExtractor),
            ("reference", reference, ReferenceImages),
        ):
            if not isinstance(value, kind):
                raise ValueError(f"`{name}` must be a `{kind.__name__}`. Received: {value!r}")
        known = (*DEFAULT_SCORES, "classifier_score")
        if not scores or isinstance(scores, str) or set(scores) - set(known):
            raise ValueError(
                f"`scores` must be a sequence of names of {known}. Received: scores={scores!r}"
            )
        self.extractor = extractor
        self.reference = reference
        self.score_names = tuple(scores)
        self.num_samples = positive_integer(num_samples, "num_samples")
        self.options = {
            name: positive_integer(value, name)
            for name, value in (
                ("max_block_size", max_block_size),
                ("manifold_k", manifold_k),
                ("density_k", density_k),
                ("num_splits", num_splits),
            )
        }
        self.cache_dir = cache_dir

    def scores(self, generate, *, seed):
        """Generates and judges `num_samples` images.

        Args:
            generate: callable `(n, seed) -> images [n, H, W, C]`, floating point in [-1, 1].
            seed: int, of the generated images.

        Returns:
            List of `Score`.

        Raises:
            ValueError: if the images are too many or too few, NaN, infinite or out of range, or
                too few for a score; if a score needs logits that the extractor does not give.
        """
        images = generate_samples(generate, self.num_samples, seed)
        outputs = self.extractor(checked_images(images, "generated images"))
        protocol = {
            "extractor": self.extractor.description,
            "reference": self.reference.description,
            "num_samples": self.num_samples,
            "seed": int(seed),
            "image_shape": list(images.shape[1:]),
        }
        # Read once, by the first score that needs them.
        real = functools.cache(self._real)
        scores = []
        for name in self.score_names:
            values, options = getattr(self, f"_{name}")(outputs, real)
            scores += [
                Score(
                    metric,
                    score_name(metric, self.num_samples, self.extractor),
                    value,
                    {key: other for key, other in values.items() if key not in MAIN},
                    {**protocol, **options},
                )
                for metric, value in values.items()
                if metric in MAIN
            ]
        return scores

    def __call__(self, generate, *, seed):
        """The values of `scores` by name, and "protocol": what they have in common."""
        scores = self.scores(generate, seed=seed)
        protocol = {key: value for score in scores for key, value in score.protocol.items()}
        return {**{score.name: score.value for score in scores}, "protocol": protocol}

    def _option(self, name):
        return self.options[name], {name: self.options[name]}

    def _real(self):
        return self.reference.outputs(self.extractor, self.cache_dir)["features"]

    def _frechet_distance(self, outputs, real):
        statistics = self.reference.statistics(self.extractor, self.cache_dir)
        return {"frechet_distance": frechet_distance(statistics, outputs["features"])}, {}

    def _kernel_distance(self, outputs, real):
        size, option = self._option("max_block_size")
        return kernel_distance(real(), outputs["features"], size), option

    def _precision_recall(self, outputs, real):
        k, option = self._option("manifold_k")
        return precision_recall(real(), outputs["features"], k), option

    def _density_coverage(self, outputs, real):
        k, option = self._option("density_k")
        return density_coverage(real(), outputs["features"], k), option

    def _classifier_score(self, outputs, real):
        if "logits" not in outputs:
            raise ValueError(
                f"The classifier score needs logits, which {self.extractor.name!r} does not give."
            )
        splits, option = self._option("num_splits")
        return classifier_score(outputs["logits"], splits), option


# What of the results is a score; the rest is detail, such as a standard error.
MAIN = (
    "frechet_distance",
    "kernel_distance",
    "precision",
    "recall",
    "density",
    "coverage",
    "classifier_score",
)
