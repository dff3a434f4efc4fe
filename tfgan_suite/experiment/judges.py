"""The judges that recipes and commands share: evaluators and extractors made from a data set."""

from tfgan_suite.experiment.real_data import RealData
from tfgan_suite.metrics import (
    ClassifierEvaluator,
    CodeAgreementEvaluator,
    ConditionalAccuracyEvaluator,
    FeatureEvaluator,
    application_extractor,
    classifier_extractor,
    inception_extractor,
)
from tfgan_suite.metrics.feature_evaluator import DEFAULT_SCORES

# Few features, each the mean of a map: covariances of full rank from a few hundred images on.
DEFAULT_LAYER, DEFAULT_POOLING = "relu_3", "avg"


def classifier_judge(source, *, num_samples=2000, **options):
    """An evaluator that asks a classifier of the real classes what a generator makes.

    The classifier is trained on the real training split at the generator's size and its accuracy
    measured on held-out real images; once, when the first images are judged, and then kept on disk
    (see `Classifier.train`).

    Args:
        source: data set with labels, as `data.load` takes it.
        num_samples: images to generate and judge.
        **options: `image_size`, `channels` and `resize`, as `data.load` takes them; `split`, to
            train the classifier on ("train"); `epochs` of the classifier, None for as many as show
            60 000 images.

    Returns:
        A `ClassifierEvaluator`.
    """
    return ClassifierEvaluator(_training_of(source, **options), num_samples=num_samples)


def conditional_judge(source, *, num_samples=5000, **options):
    """As `classifier_judge`, of whether the class asked for is the one that is seen.

    Returns:
        A `ConditionalAccuracyEvaluator`.
    """
    return ConditionalAccuracyEvaluator(_training_of(source, **options), num_samples=num_samples)


def code_judge(source, prior, *, num_samples=5000, **options):
    """As `classifier_judge`, of whether the values of a categorical code have become the classes.

    Args:
        source, num_samples, options: as for `classifier_judge`.
        prior: the `StructuredLatentPrior` of the generator.

    Returns:
        A `CodeAgreementEvaluator`.
    """
    return CodeAgreementEvaluator(_training_of(source, **options), prior, num_samples=num_samples)


def _training_of(source, *, split="train", **options):
    """A function of nothing that gives the `Classifier` of a data set."""
    return lambda: RealData(source, train_split=split, **options).classifier


def feature_judge(
    source,
    *,
    scores=DEFAULT_SCORES,
    extractor="classifier",
    image_size=None,
    channels=None,
    split="test",
    train_split="train",
    epochs=None,
    num_samples=2000,
):
    """An evaluator by named scores against a data set, made when it first judges.

    Args:
        source: data set, as `data.load` takes it.
        scores: names of scores: see `metrics.known_scores`.
        extractor: see `make_extractor`.
        image_size: as `data.load` takes it.
        channels: as `data.load` takes it.
        split: split of the real images to compare with.
        train_split: split on which the classifier is trained.
        epochs: of the classifier.
        num_samples: images to generate and judge.

    Returns:
        A callable as `Experiment.evaluators` takes it, with the name "features".
    """

    def make():
        real = RealData(
            source,
            image_size=image_size,
            channels=channels,
            split=split,
            train_split=train_split,
            epochs=epochs,
        )
        return comparing_evaluator(real, make_extractor(extractor, real), scores, num_samples)

    return _WhenCalled("features", make, num_samples)


def comparing_evaluator(real, extractor, scores, num_samples):
    """A `FeatureEvaluator` which finds in a `RealData` whatever its scores may need."""
    return FeatureEvaluator(
        extractor,
        real.reference,
        scores=scores,
        num_samples=num_samples,
        training=lambda: real.training,
        classifier=lambda: real.classifier,
        labelled_test=lambda: real.labelled_test,
    )


def make_extractor(text, real):
    """An extractor from its name on the command line.

    Args:
        text: one of
            - `"classifier"`: the maps of the last convolution ("relu_3") of the data set's
              classifier, averaged: 64 features; `"classifier:LAYER"` for the output of another
              layer, `"classifier:LAYER:avg"` averaged over its positions;
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
    if kind == "classifier":
        layer, _, pooling = rest.partition(":")
        if not layer:
            layer, pooling = DEFAULT_LAYER, DEFAULT_POOLING
        return classifier_extractor(real.classifier, layer=layer, pooling=pooling or None)
    if kind == "inception":
        return inception_extractor(rest or None)
    name, _, weights = rest.partition(":")
    if kind == "keras" and name and weights:
        return application_extractor(name, weights)
    raise ValueError(
        "An extractor is `classifier`, `classifier:LAYER`, `classifier:LAYER:avg`, `inception`, "
        f"`inception:PATH` or `keras:NAME:WEIGHTS`. Received: {text!r}"
    )


class _WhenCalled:
    """An evaluator that is made when it is first called."""

    def __init__(self, name, make, num_samples):
        self.name, self.num_samples = name, num_samples
        self._make, self._made = make, None

    def __call__(self, generate, *, seed):
        self._made = self._made or self._make()
        self._made.num_samples = self.num_samples
        return self._made(generate, seed=seed)
