"""The judges that recipes and commands share: evaluators and extractors made from a data set."""

from tfgan_suite.data.stacked_mnist import is_stacked
from tfgan_suite.experiment.real_data import RealData
from tfgan_suite.metrics import (
    ClassifierEvaluator,
    CodeAgreementEvaluator,
    ConditionalAccuracyEvaluator,
    FeatureEvaluator,
    ModeHistogramEvaluator,
    application_extractor,
    check_scores,
    classifier_extractor,
    inception_extractor,
    random_extractor,
)
from tfgan_suite.metrics.feature_evaluator import DEFAULT_SCORES
from tfgan_suite.metrics.score_table import check_generator, needs_classifier, needs_extractor

# Few features, each the mean of a map: covariances of full rank from a few hundred images on.
DEFAULT_LAYER, DEFAULT_POOLING = "relu_3", "avg"
CLASSIFIER, RANDOM = "classifier", "random"


def classifier_judge(source, *, num_samples=2000, **options):
    """An evaluator that asks a classifier of the real classes what a generator makes.

    The classifier is trained on the real training split at the generator's size and its accuracy
    measured on held-out real images; once, when the first images are judged, and then kept on disk
    (see `Classifier.train`).

    Args:
        source: data set with labels, as `data.load` takes it.
        num_samples: images to generate and judge.
        **options: `image_size`, `channels`, `resize`, `value_range` and `broken`, as `data.load`
            takes them; `split`, to train the classifier on ("train"); `epochs` of the classifier,
            None for as many as show 60 000 images.

    Returns:
        A `ClassifierEvaluator`; of StackedMNIST a `ModeHistogramEvaluator`.
    """
    judge = ModeHistogramEvaluator if is_stacked(source) else ClassifierEvaluator
    return judge(_ClassifierOf(source, **options), num_samples=num_samples)


def conditional_judge(source, *, num_samples=5000, **options):
    """As `classifier_judge`, of whether the class asked for is the one that is seen, and whether
    the images of each class are as varied as held-out real ones.

    Returns:
        A `ConditionalAccuracyEvaluator`.
    """
    classifier = _ClassifierOf(source, **options)
    return ConditionalAccuracyEvaluator(
        classifier, num_samples=num_samples, real=lambda: classifier.labelled_test
    )


def code_judge(source, prior, *, num_samples=5000, **options):
    """As `classifier_judge`, of whether the values of a categorical code have become the classes.

    Args:
        source, num_samples, options: as for `classifier_judge`.
        prior: the `StructuredLatentPrior` of the generator.

    Returns:
        A `CodeAgreementEvaluator`.
    """
    return CodeAgreementEvaluator(_ClassifierOf(source, **options), prior, num_samples=num_samples)


class _ClassifierOf:
    """Makes the `Classifier` of a data set when it is called; what it takes is known before."""

    def __init__(self, source, *, split="train", **options):
        self._real = RealData(source, train_split=split, **options)

    @property
    def image_shape(self):
        return self._real.image_shape

    @property
    def num_classes(self):
        """Number of classes; a ValueError if no classifier can be trained."""
        self._real.check_classifiable()
        return self._real.facts.num_classes

    @property
    def class_names(self):
        return self._real.facts.class_names

    @property
    def labelled_test(self):
        return self._real.labelled_test

    def __call__(self):
        return self._real.classifier


def feature_judge(
    source,
    *,
    scores=DEFAULT_SCORES,
    extractor=None,
    num_samples=2000,
    class_frequencies=None,
    round_to_8_bits=None,
    **options,
):
    """An evaluator by named scores against a data set, made when it first judges.

    Args:
        source: data set, as `data.load` takes it.
        scores: names of scores: see `metrics.known_scores`.
        extractor: see `make_extractor`; None for "classifier" where a score needs an extractor.
        num_samples: images to generate and judge.
        class_frequencies, round_to_8_bits: as `FeatureEvaluator` takes them.
        **options: `image_size`, `channels`, `resize`, `value_range` and `broken`, as `data.load`
            takes them; `split` of the real images to compare with, by default held-out ones where
            there are some, else `train_split`, on which the classifier is trained ("train");
            `epochs` of the classifier.

    Returns:
        A callable as `Experiment.evaluators` takes it, with the name "features".

    Raises:
        ValueError: if a score is unknown.
    """
    check_scores(scores)
    real = RealData(source, **options)
    how = {"class_frequencies": class_frequencies, "round_to_8_bits": round_to_8_bits}

    def check(generate):
        check_possible(real, extractor, scores, [generate])
        if extractor is not None and not _is_classifier(extractor):
            make_extractor(extractor, real)  # its files are there

    def make():
        return comparing_evaluator(real, extractor, scores, num_samples, **how)

    return _WhenCalled(num_samples, make, check)


def comparing_evaluator(real, extractor, scores, num_samples, generators=(), **options):
    """A `FeatureEvaluator` which finds in a `RealData` whatever its scores may need.

    Args:
        real: the `RealData`.
        extractor: see `make_extractor`; None for "classifier" where a score needs an extractor.
        scores: names of scores.
        num_samples: images to generate and judge.
        generators: what will be judged.
        **options: of `FeatureEvaluator`.

    Raises:
        ValueError: as `check_possible` or `make_extractor` does.
        FileNotFoundError: as `make_extractor` does.
    """
    check_possible(real, extractor, scores, generators)
    extract = needs_extractor(scores)
    return FeatureEvaluator(
        make_extractor(extractor or CLASSIFIER, real) if extract else None,
        real.reference,
        scores=scores,
        num_samples=num_samples,
        training=lambda: real.training,
        classifier=lambda: real.classifier,
        labelled_test=lambda: real.labelled_test,
        **options,
    )


def check_possible(real, extractor, scores, generators):
    """Finds what cannot be judged before anything is trained, generated or read.

    Args:
        real, extractor, scores: as for `comparing_evaluator`.
        generators: what will be judged.

    Raises:
        ValueError: if a score needs labels that the images do not have, or what a generator does
            not give, or images of another shape; or if an extractor is named that no score needs.
    """
    extract = needs_extractor(scores)
    if extractor is not None and not extract:
        raise ValueError(
            f"{', '.join(scores)}: none of these scores needs an extractor. "
            f"Received: extractor={extractor!r}"
        )
    by_classifier = extract and _is_classifier(extractor or CLASSIFIER)
    if by_classifier and is_stacked(real.source):
        raise ValueError(
            f"The classifier of {real.source} reads digits one by one and has no features of whole "
            "images; choose mode_histogram, or another extractor. "
            f"Received: extractor={extractor!r}, scores={tuple(scores)!r}"
        )
    if by_classifier or needs_classifier(scores):
        real.check_classifiable()
    for generate in generators:
        check_generator(scores, generate, real.facts.class_names)
        shape = getattr(getattr(generate, "modality", None), "shape", None)
        # Other extractors bring images of any size to their own.
        if shape is not None and (by_classifier or not extract) and shape != real.image_shape:
            raise ValueError(
                "Real images must have the shape of generated ones: give the judge image_size, "
                "channels and, where the aspect ratio changes, resize. "
                f"Received: real images of {real.image_shape}, generated ones of {shape}"
            )


def _is_classifier(extractor):
    return extractor.partition(":")[0] == CLASSIFIER


def make_extractor(text, real):
    """An extractor from its name on the command line.

    Args:
        text: one of
            - `"classifier"`: the maps of the last convolution ("relu_3") of the data set's
              classifier, averaged: 64 features; `"classifier:LAYER"` for the output of another
              layer, `"classifier:LAYER:avg"` averaged over its positions;
            - `"random"`: the means of maps of random convolutions, for images without labels;
            - `"inception"`, or `"inception:PATH"` of TF-GAN's module in a local folder;
            - `"keras:NAME:WEIGHTS"`: one of `keras.applications`, and the file of its weights.
        real: the `RealData` of the classifier.

    Returns:
        A `FeatureExtractor`.

    Raises:
        ValueError: if the name is unknown, or the data set has no labels for a classifier.
        FileNotFoundError: if the module or the weights are not there; it says what to bring.
    """
    kind, _, rest = text.partition(":")
    if _is_classifier(text):
        layer, _, pooling = rest.partition(":")
        if not layer:
            layer, pooling = DEFAULT_LAYER, DEFAULT_POOLING
        return classifier_extractor(real.classifier, layer=layer, pooling=pooling or None)
    if text == RANDOM:
        return random_extractor(real.image_shape)
    if kind == "inception":
        return inception_extractor(rest or None)
    name, _, weights = rest.partition(":")
    if kind == "keras" and name and weights:
        return application_extractor(name, weights)
    raise ValueError(
        "An extractor is `classifier`, `classifier:LAYER`, `classifier:LAYER:avg`, `random`, "
        f"`inception`, `inception:PATH` or `keras:NAME:WEIGHTS`. Received: {text!r}"
    )


class _WhenCalled:
    """The evaluator "features", made when it is first called."""

    name = "features"

    def __init__(self, num_samples, make, check):
        self.num_samples, self.check = num_samples, check
        self._make, self._made = make, None

    def __call__(self, generate, *, seed):
        self._made = self._made or self._make()
        self._made.num_samples = self.num_samples
        return self._made(generate, seed=seed)
