"""Whether a class-conditional generator makes what it is asked for: accuracies of classifiers."""

import numpy as np
import tensorflow as tf

from tfgan_suite.metrics._arrays import checked_labels, finite_matrix, positive_integer
from tfgan_suite.metrics._streaming import MeanMetric, feature_rows
from tfgan_suite.registration import public, register


@public
def conditional_accuracy(logits, labels):
    """Fraction of images in which a classifier sees the class that their labels name.

    Args:
        logits: real numbers of shape `[N, K]`, a classifier's outputs.
        labels: integers of shape `[N]` in [0, K): the classes asked for.

    Returns:
        A JSON-able dict:
            "accuracy": over all images;
            "class_accuracies": list of K fractions, `None` for a class without images;
            "confusion": K lists of K counts, row = class asked for, column = class seen;
            "samples": N.

    Raises:
        ValueError: if an argument is empty, of another shape, or out of range.
    """
    logits = finite_matrix(logits, "logits")
    count, num_classes = logits.shape
    labels = checked_labels(labels, count, num_classes, "`labels`")
    confusion = np.zeros([num_classes, num_classes], np.int64)
    np.add.at(confusion, (labels, logits.argmax(axis=1)), 1)
    totals, right = confusion.sum(axis=1), np.diag(confusion)
    return {
        "accuracy": float(right.sum() / count),
        "class_accuracies": [r / n if n else None for r, n in zip(right.tolist(), totals.tolist())],
        "confusion": confusion.tolist(),
        "samples": count,
    }


@public
def gan_test_accuracy(logits, labels):
    """GAN-test: accuracy on generated images of a classifier that was trained on real ones.

    High when images are realistic and of the class asked for; a generator that repeats a few good
    images scores high too, which GAN-train does not forgive.

    References:
        Shmelkov et al. 2018, "How good is my GAN?", arXiv:1807.09499, section 3.

    Args:
        logits: outputs `[N, K]` of the classifier trained on real images, for generated ones.
        labels: integers `[N]`: the classes that the generator was asked for.

    Returns:
        The dict of `conditional_accuracy`, with "gan_test" for "accuracy".
    """
    result = conditional_accuracy(logits, labels)
    return {"gan_test": result.pop("accuracy"), **result}


@public
def gan_train_accuracy(logits, labels):
    """GAN-train: accuracy on real held-out images of a classifier trained on generated ones.

    High only when generated images are realistic and as varied as real ones; compare with the
    accuracy of the same classifier trained on real images (GAN-base).

    References:
        Shmelkov et al. 2018, "How good is my GAN?", arXiv:1807.09499, section 3.

    Args:
        logits: outputs `[N, K]` of the classifier trained on generated images, for real ones.
        labels: integers `[N]`: the classes of the real images.

    Returns:
        The dict of `conditional_accuracy`, with "gan_train" for "accuracy".
    """
    result = conditional_accuracy(logits, labels)
    return {"gan_train": result.pop("accuracy"), **result}


@register
class ConditionalAccuracy(MeanMetric):
    """The accuracy of `conditional_accuracy` over a stream of logits and labels.

    Args:
        num_classes: number of classes K.
        name: name of the metric.

    Raises:
        ValueError: by `update_state` on another shape; by `result` if there was no image, a logit
            was NaN or infinite, or a label not in [0, K).
    """

    def __init__(self, num_classes, name="conditional_accuracy"):
        super().__init__(name)
        self.num_classes = positive_integer(num_classes, "num_classes")

    def update_state(self, labels, logits, sample_weight=None):
        """Adds classes asked for, integers `[B]`, logits `[B, K]`, and weights `[B]`."""
        logits = self.accept(feature_rows(logits, self.num_classes, name="logits"))
        labels = tf.convert_to_tensor(labels)
        if not labels.dtype.is_integer or labels.shape.rank != 1:
            raise ValueError(
                "`labels` must be integers of shape [B]. "
                f"Received: shape={labels.shape}, dtype={labels.dtype.name}"
            )
        labels = tf.cast(labels, tf.int64)
        self.accept(tf.cast(labels, tf.float64)[:, None], 0, self.num_classes - 1)
        self.add(tf.argmax(logits, axis=1) == labels, sample_weight)

    def get_config(self):
        return {**super().get_config(), "num_classes": self.num_classes}
