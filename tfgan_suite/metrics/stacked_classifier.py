"""A classifier of images whose channels are pictures of their own, from one of such a picture."""

import functools
import warnings

import keras

from tfgan_suite.metrics.classifier import Classifier
from tfgan_suite.metrics.evaluators import ClassifierEvaluator
from tfgan_suite.metrics.mode_histogram import mode_histogram
from tfgan_suite.registration import public

MIN_ACCURACY = 0.98  # of each channel: with less, the classifier's errors are modes that are not


@public
def stacked_classifier(classifier, channels=3):
    """The classifier of stacked images: it reads each channel by itself.

    Its classes are the numbers that the classes of the channels spell, the first channel's digit
    first; its logits the sums of the channels' logarithms of probabilities. It is right where all
    channels are: of channels drawn independently, with accuracy to the power of `channels`.

    Args:
        classifier: `Classifier` of images of one channel, right on at least 98 % of held-out ones,
            or it warns: each error counts as a mode that was not generated.
        channels: number of channels.

    Returns:
        A `Classifier` of images `[H, W, channels]` and K^channels classes.

    Raises:
        ValueError: if `classifier` takes images of several channels.

    References:
        Metz et al. 2017, "Unrolled Generative Adversarial Networks", arXiv:1611.02163.
    """
    *size, depth = classifier.image_shape
    if depth != 1:
        raise ValueError(
            "`classifier` must take images of one channel. "
            f"Received: image_shape={classifier.image_shape}"
        )
    if classifier.accuracy < MIN_ACCURACY:
        warnings.warn(
            f"The classifier {classifier.name!r} is right on {classifier.accuracy:.1%} of held-out "
            f"images, and counts of modes need {MIN_ACCURACY:.0%} for each channel: errors count "
            "as modes. Train it longer, on all of the training images."
        )
    inputs = keras.Input((*size, channels))
    parts = [classifier.model(inputs[..., i : i + 1]) for i in range(channels)]
    parts = [keras.ops.log_softmax(keras.ops.cast(part, "float32")) for part in parts]
    classes = classifier.num_classes
    logits = functools.reduce(_outer_sum, parts)
    model = keras.Model(inputs, keras.layers.Reshape((classes**channels,))(logits))
    training = {**classifier.training, "channel_accuracy": classifier.accuracy}
    accuracy = classifier.accuracy**channels
    return Classifier(model, accuracy, name=f"stacked_{classifier.name}", training=training)


def _outer_sum(first, second):
    """Logits `[B, K]` and `[B, L]` of two things to those of both, `[B, K * L]`."""
    both = keras.ops.expand_dims(first, 2) + keras.ops.expand_dims(second, 1)
    return keras.layers.Reshape((first.shape[1] * second.shape[1],))(both)


@public
class ModeHistogramEvaluator(ClassifierEvaluator):
    """Judges how many of many modes are reached, and how evenly: see `mode_histogram`.

    Args:
        classifier: as for `ClassifierEvaluator`; its classes are the modes. For StackedMNIST that
            of `stacked_classifier`.
        num_samples: number of images to generate; published figures are of about 26,000.
        **options: as for `ClassifierEvaluator`.
    """

    name = "modes"

    def __init__(self, classifier, num_samples=25_600, **options):
        super().__init__(classifier, num_samples, **options)

    def __call__(self, generate, *, seed):
        """Generates and judges `num_samples` images.

        Returns:
            The dict of `mode_histogram` against equally likely modes, and "protocol", as of
            `ClassifierEvaluator`.

        Raises:
            ValueError: as `ClassifierEvaluator` does.
        """
        made, protocol = self.judged(generate, seed)
        found = mode_histogram(made.logits.argmax(axis=1), self.classifier.num_classes)
        return {**found, "protocol": protocol}
