"""The evaluator of generated images by named scores: each with its protocol, in one call."""

import functools

from tfgan_suite.metrics._arrays import positive_integer
from tfgan_suite.metrics._images import check_makes_images
from tfgan_suite.metrics.comparison import Comparison
from tfgan_suite.metrics.extractors import FeatureExtractor
from tfgan_suite.metrics.generated_images import checked_frequencies
from tfgan_suite.metrics.score_table import (
    check_generator,
    check_scores,
    compute,
    needs_extractor,
)
from tfgan_suite.metrics.reference_images import ReferenceImages
from tfgan_suite.registration import public

DEFAULT_SCORES = ("frechet_distance", "kernel_distance", "precision_recall", "density_coverage")


@public
class FeatureEvaluator:
    """Compares generated with real images, by default in the features of an extractor.

    Args:
        extractor: `FeatureExtractor`; None if no score needs one.
        reference: `ReferenceImages`.
        scores: names of what to compute: see `known_scores`. "classifier_score" needs an extractor
            that gives logits; "nearest_neighbours" needs `training`; "class_coverage",
            "conditional_accuracy", "gan_train" and "gan_test" need `classifier`, and "gan_train"
            `labelled_test`. What a score needs of the generator is in `Comparison`.
        num_samples: number of images to generate.
        max_block_size: see `kernel_distance`.
        manifold_k: neighbours in `precision_recall`.
        density_k: neighbours in `density_coverage`.
        num_splits: parts in `classifier_score`.
        class_frequencies: how often a conditional generator is asked for each class: "data", as
            often as it comes in `reference` (without labels there, in the data that the generator
            declares); "equal"; or K shares. By default as is usual: "equal" for the scores of
            `classifier`, "data" for the others. Each protocol says which it was.
        round_to_8_bits: whether generated images are judged as they come back from files of 256
            levels. By default as is usual for the name of a score: for those of the Inception graph
            (FID, KID, IS), "ms_ssim" and "sliced_wasserstein", for no other.
        training: `ReferenceImages` of the training set, or a callable that returns them: called
            once, when a score needs them. So are the next two.
        classifier: `Classifier` trained on labelled real images, or a callable that returns it.
        labelled_test: pair of real held-out images and labels, or a callable that returns it.
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
        class_frequencies=None,
        round_to_8_bits=None,
        training=None,
        classifier=None,
        labelled_test=None,
        cache_dir=None,
    ):
        self.score_names = check_scores(scores)
        given = [("reference", reference, ReferenceImages)]
        if extractor is not None or needs_extractor(self.score_names):
            given.append(("extractor", extractor, FeatureExtractor))
        for name, value, kind in given:
            if not isinstance(value, kind):
                raise ValueError(f"`{name}` must be a `{kind.__name__}`. Received: {value!r}")
        self.extractor = extractor
        self.reference = reference
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
        if round_to_8_bits not in (None, True, False):
            raise ValueError(
                "`round_to_8_bits` must be True, False or None. "
                f"Received: round_to_8_bits={round_to_8_bits!r}"
            )
        self.options["round_to_8_bits"] = round_to_8_bits
        self.options["class_frequencies"] = checked_frequencies(class_frequencies)
        made = {"training": training, "classifier": classifier, "labelled_test": labelled_test}
        # Called once, however often generators are judged.
        self._given = {k: functools.cache(v) if callable(v) else v for k, v in made.items()}
        self.cache_dir = cache_dir

    def check(self, generate):
        """Finds before a training what would be an error after it.

        Args:
            generate: as for the call; its `modality` says what it makes, where it has one.

        Raises:
            ValueError: if it makes no images, or images that the extractor does not take, or has
                not what a score needs.
        """
        check_makes_images(generate)
        check_generator(self.score_names, generate)
        modality = getattr(generate, "modality", None)
        if modality is not None and needs_extractor(self.score_names):
            self.extractor.check_shape(modality.shape)

    def compare(self, generate, *, seed):
        """The `Comparison` of what `generate` makes of a seed, of which nothing is made yet."""
        return Comparison(
            generate,
            num_samples=self.num_samples,
            seed=seed,
            extractor=self.extractor,
            reference=self.reference,
            options=self.options,
            cache_dir=self.cache_dir,
            **self._given,
        )

    def scores_of(self, comparison):
        """The figures of a comparison: a list of `Score`, in the order of their names."""
        return [score for name in self.score_names for score in compute(name, comparison)]

    def scores(self, generate, *, seed):
        """Generates and judges `num_samples` images.

        Args:
            generate: callable `(n, seed) -> images [n, H, W, C]`, floating point in [-1, 1].
            seed: int, of the generated images.

        Returns:
            List of `Score`.

        Raises:
            ValueError: if the images are too many or too few, NaN, infinite or out of range, or
                too few for a score; if a score needs what generator or extractor do not give.
        """
        return self.scores_of(self.compare(generate, seed=seed))

    def __call__(self, generate, *, seed):
        """The values of `scores` by name, and "protocol": of them all together.

        What is not the same for all scores that say it, such as the law of the classes, is a dict
        by their metrics.
        """
        scores = self.scores(generate, seed=seed)
        protocol = {}
        for key in dict.fromkeys(key for score in scores for key in score.protocol):
            said = {s.metric: s.protocol[key] for s in scores if key in s.protocol}
            first = next(iter(said.values()))
            protocol[key] = first if all(v == first for v in said.values()) else said
        return {**{score.name: score.value for score in scores}, "protocol": protocol}
