"""Classifier score (the Inception score, if the classifier is the 2015 Inception graph)."""

import numpy as np
import tensorflow as tf

from tfgan_suite.metrics._arrays import finite_matrix, positive_integer
from tfgan_suite.metrics._random_order import checked_seed, random_parts
from tfgan_suite.metrics._streaming import StreamingMetric, feature_rows, on_first_replica
from tfgan_suite.registration import public, register


@public
def classifier_score(logits, num_splits=1, seed=0):
    """How sure a classifier is of each image, and how evenly it uses its classes.

    `exp(E[KL(p(y|x) || p(y))])`, from 1 (all images alike) to the number of classes. It compares
    with no real image, and is biased upwards by few samples.

    References:
        Salimans et al. 2016, "Improved Techniques for Training GANs", arXiv:1606.03498, section 4.

    Args:
        logits: real numbers of shape `[N, K]`.
        num_splits: number of parts S of which each has a score of its own. Deviation: of each S
            rows that follow one another one is in each part, at random, where the paper's code
            cuts the rows into contiguous parts. The law is the same for images in random order;
            images that come class by class, or classes in turn, are judged as well, and a stream
            need not know its length.
        seed: non-negative int that decides the parts.

    Returns:
        A JSON-able dict:
            "classifier_score": the mean over the parts;
            "std": standard deviation over the parts (of denominator S, as in the paper's code);
            "splits": S.

    Raises:
        ValueError: if `logits` is empty, not a matrix, or holds NaN or infinity, or there are
            fewer rows than parts.
    """
    logits = finite_matrix(logits, "logits")
    parts = np.resize(random_parts(positive_integer(num_splits, "num_splits"), seed), len(logits))
    sums = [_sums(logits[parts == part]) for part in range(num_splits)]
    return _score(*(np.stack(values) for values in zip(*sums)))


@register
class ClassifierScore(StreamingMetric):
    """`classifier_score` of a stream of logits, in memory independent of its length.

    The result is a dict: "classifier_score", "std" and "splits".

    Args:
        num_classes: number of classes K.
        num_splits: see `classifier_score`.
        seed: see `classifier_score`.
        name: name of the metric.

    Raises:
        ValueError: by `update_state` on another shape; by `result` if there were fewer rows than
            parts or a logit was NaN or infinite.
    """

    outputs = ("classifier_score", "std", "splits")

    def __init__(self, num_classes, num_splits=1, seed=0, name="classifier_score"):
        super().__init__(name)
        self.num_classes = positive_integer(num_classes, "num_classes")
        self.num_splits = positive_integer(num_splits, "num_splits")
        self.seed = checked_seed(seed)
        self.parts = random_parts(self.num_splits, self.seed)
        self.counts = self.accumulator("counts", (num_splits,))
        self.negentropies = self.accumulator("negentropies", (num_splits,))
        self.probabilities = self.accumulator("probabilities", (num_splits, num_classes))

    def update_state(self, logits):
        """Adds rows of logits `[B, K]`."""
        rows = self.accept(feature_rows(logits, self.num_classes, name="logits"))
        on_first_replica(rows, self._add)

    def _add(self, logits):
        seen = tf.cast(tf.reduce_sum(self.counts.value), tf.int64)
        rows = (seen + tf.range(tf.shape(logits, tf.int64)[0])) % len(self.parts)
        parts = tf.gather(tf.constant(self.parts), rows)
        p, log_p = tf.nn.softmax(logits), tf.nn.log_softmax(logits)
        for variable, values in (
            (self.counts, tf.ones_like(logits[:, 0])),
            (self.negentropies, tf.reduce_sum(p * log_p, axis=1)),
            (self.probabilities, p),
        ):
            variable.assign_add(tf.math.unsorted_segment_sum(values, parts, self.num_splits))

    def compute(self, counts, negentropies, probabilities):
        return _score(counts, negentropies, probabilities)

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "num_splits": self.num_splits,
            "seed": self.seed,
        }


def _sums(logits):
    """Number of rows, sum of `sum_y p log p`, and sum of p."""
    # Own: TF-GAN's gives NaN where a probability underflows in every row (0 * (x - log 0)).
    shifted = logits - logits.max(axis=1, keepdims=True, initial=-np.inf)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    p = np.exp(log_p)
    return float(len(logits)), np.sum(p * log_p), p.sum(axis=0)


def _score(counts, negentropies, probabilities):
    if counts.min() < 1:
        raise ValueError(
            "The score needs at least one image in every part. "
            f"Received: {int(counts.sum())} images for {len(counts)} parts"
        )
    marginal = probabilities / counts[:, None]
    # 0 log 0 = 0: a class that is never seen adds nothing to the entropy.
    entropy = -np.sum(marginal * np.log(np.where(marginal > 0, marginal, 1)), axis=1)
    # Rounding can leave it a little below its least value, 1.
    scores = np.exp(np.maximum(negentropies / counts + entropy, 0))
    return {
        "classifier_score": float(scores.mean()),
        "std": float(scores.std()),
        "splits": len(scores),
    }
