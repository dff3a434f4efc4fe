"""Kernel distance of features (the KID, if they are those of the 2015 Inception graph)."""

import math

import tensorflow as tf

from tfgan_suite import tf_gan
from tfgan_suite.metrics._arrays import finite_matrix, positive_integer
from tfgan_suite.metrics._random_order import checked_seed, permuted, warn_of_order
from tfgan_suite.metrics._streaming import StreamingMetric, feature_rows, on_first_replica
from tfgan_suite.registration import public, register


@public
def kernel_distance(real, generated, max_block_size=1024, seed=0):
    """Squared maximum mean discrepancy under the cubic kernel `(x'y / D + 1)^3`, unbiased.

    Both sets are cut into the same number of blocks, as few as `max_block_size` allows, and the
    unbiased estimates of the blocks are averaged. Before, the rows of either set are permuted at
    random: blocks of rows that come class by class would be compared as other laws are. An unbiased
    estimate of a small distance can be negative.

    References:
        Binkowski et al. 2018, "Demystifying MMD GANs", arXiv:1801.01401, section 4; the block
        estimator is that of Zaremba et al. 2013, arXiv:1307.1954, as TF-GAN takes it.

    Args:
        real: features of shape `[N, D]`.
        generated: features of shape `[M, D]`.
        max_block_size: rows of a block at most; time grows with it, the variance of the estimate
            falls.
        seed: non-negative int that decides which rows are in which block.

    Returns:
        A JSON-able dict:
            "kernel_distance": the mean over the blocks;
            "standard_error": of that mean, or `None` for a single block;
            "blocks": their number.

    Raises:
        ValueError: if the dimensions differ, a feature is NaN or infinite, or there are fewer than
            2 samples of either set for every block.
    """
    max_block_size = positive_integer(max_block_size, "max_block_size")
    real = finite_matrix(real, "real")
    generated = finite_matrix(generated, "generated", real.shape[1])
    blocks = math.ceil(max(len(real), len(generated)) / max_block_size)
    if min(len(real), len(generated)) < 2 * blocks:
        raise ValueError(
            "Every block needs at least 2 samples of each set. "
            f"Received: {len(real)} real and {len(generated)} generated samples for {blocks} blocks"
        )
    seed = checked_seed(seed)
    if blocks > 1:
        real, generated = permuted(real, seed, 0), permuted(generated, seed, 1)
    # TF-GAN computes in the dtype it is given: float64 here.
    mean, error = tf_gan.eval.kernel_classifier_distance_and_std_from_activations(
        tf.constant(real), tf.constant(generated), max_block_size
    )
    return {
        "kernel_distance": float(mean),
        "standard_error": float(error) if blocks > 1 else None,
        "blocks": blocks,
    }


@register
class KernelDistance(StreamingMetric):
    """`kernel_distance` of streams of features, in memory independent of their lengths.

    The state is one block of either set and sums over the blocks. Rows are used in the order in
    which they come, also under several replicas, which has to be a random one: the result warns
    where the means of the blocks differ by more than chance lets them. Rows after the last full
    block are left out, unless there was no full block. The result is a dict: "kernel_distance",
    "standard_error" (NaN with a single block) and "blocks".

    Args:
        dimension: number of features D.
        block_size: rows of either set in a block.
        name: name of the metric.

    Raises:
        ValueError: by `update_state` on other shapes; by `result` on fewer than 2 rows, and if a
            feature was NaN or infinite.
    """

    outputs = ("kernel_distance", "standard_error", "blocks")

    def __init__(self, dimension, block_size=1024, name="kernel_distance"):
        super().__init__(name)
        self.dimension = positive_integer(dimension, "dimension")
        self.block_size = positive_integer(block_size, "block_size")
        if block_size < 2:
            raise ValueError(f"`block_size` must be at least 2. Received: block_size={block_size}")
        # Both sets side by side: they fill their blocks together.
        self.pending = self.accumulator("pending", (block_size, 2 * dimension))
        self.pending_rows = self.accumulator("pending_rows")
        self.blocks = self.accumulator("blocks")
        self.total = self.accumulator("total")
        self.squares = self.accumulator("squares")
        # By which the order of the rows shows, of real and of generated ones.
        self.means = self.accumulator("means", (2, dimension))
        self.mean_squares = self.accumulator("mean_squares", (2,))
        self.variances = self.accumulator("variances", (2,))

    def update_state(self, real, generated):
        """Adds as many rows `[B, D]` of real as of generated features."""
        pair = [
            feature_rows(rows, self.dimension, name=name)
            for name, rows in (("real", real), ("generated", generated))
        ]
        sizes = [rows.shape[0] for rows in pair]
        if None not in sizes and sizes[0] != sizes[1]:
            raise ValueError(
                "An update must hold as many real as generated rows, since blocks pair them. "
                f"Received: {sizes[0]} and {sizes[1]} rows"
            )
        on_first_replica(self.accept(tf.concat(pair, axis=1)), self._add)

    def _add(self, rows):
        size = self.block_size
        kept = tf.cast(self.pending_rows.value, tf.int64)
        rows = tf.concat([tf.convert_to_tensor(self.pending.value)[:kept], rows], axis=0)
        blocks = tf.shape(rows, tf.int64)[0] // size
        full, rest = rows[: blocks * size], rows[blocks * size :]
        full = tf.reshape(full, [-1, size, 2 * self.dimension])
        # A `map` over no block would still cost a loop at every update.
        estimates = tf.cond(
            blocks > 0,
            lambda: tf.map_fn(self._estimate, full),
            lambda: tf.zeros([0], tf.float64),
        )
        self.blocks.assign_add(tf.cast(blocks, tf.float64))
        self.total.assign_add(tf.reduce_sum(estimates))
        self.squares.assign_add(tf.reduce_sum(estimates**2))
        sets = tf.reshape(full, [-1, size, 2, self.dimension])
        means = tf.reduce_mean(sets, axis=1)
        self.means.assign_add(tf.reduce_sum(means, axis=0))
        self.mean_squares.assign_add(tf.reduce_sum(means**2, axis=[0, 2]))
        deviations = tf.reduce_sum((sets - means[:, None]) ** 2, axis=[0, 1, 3])
        self.variances.assign_add(deviations / (size - 1))
        left = tf.shape(rest)[0]
        self.pending_rows.assign(tf.cast(left, tf.float64))
        self.pending.assign(tf.pad(rest, [[0, size - left], [0, 0]]))

    def _estimate(self, block):
        real, generated = tf.split(block, 2, axis=1)
        return tf_gan.eval.kernel_classifier_distance_from_activations(
            real, generated, max_block_size=self.block_size
        )

    def compute(self, pending, pending_rows, blocks, total, squares, **order):
        if not blocks:
            if pending_rows < 2:
                raise ValueError(
                    "KernelDistance needs at least 2 samples of each set. "
                    f"Received: {int(pending_rows)}"
                )
            real, generated = pending[: int(pending_rows)].reshape(-1, 2, self.dimension).swapaxes(
                0, 1
            )
            blocks, total = 1, kernel_distance(real, generated, self.block_size)["kernel_distance"]
        mean, error = total / blocks, math.nan
        if blocks > 1:
            variance = max(squares - blocks * mean**2, 0.0) / (blocks - 1)
            error = math.sqrt(variance / blocks)
            warn_of_order(blocks, self.block_size, **order)
        return {"kernel_distance": mean, "standard_error": error, "blocks": blocks}

    def get_config(self):
        return {
            **super().get_config(),
            "dimension": self.dimension,
            "block_size": self.block_size,
        }
