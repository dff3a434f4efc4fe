"""Random orders of rows: generators and data sets may give theirs class by class."""

import numbers
import warnings

import numpy as np
import scipy.stats

# Rows after which the random parts of a stream come again.
_PERIOD = 2**16
# So that parts are independent of what else a seed has drawn, such as classes.
_PARTS = 2
# How often rows in random order may be taken for sorted ones.
_FALSE_ALARMS = 1e-6


def permuted(rows, seed, salt=0):
    """The rows of an array in an order that depends on the seed and their number alone.

    Args:
        rows: array `[N, ...]`.
        seed: non-negative int.
        salt: a number for each of the sets that are permuted by one seed.

    Raises:
        ValueError: if `seed` is no such number.
    """
    return rows[np.random.default_rng([checked_seed(seed), salt]).permutation(len(rows))]


def random_parts(parts, seed):
    """To which of S parts each row of a stream belongs, wherever it begins or ends.

    A Latin square drawn at random for each S * S rows: each S rows that follow one another are in S
    different parts, and of S such runs the j-th rows are too. So parts have one size, no order of
    the rows is that of the parts, and classes in turn are as often in one part as in another.

    Args:
        parts: S.
        seed: non-negative int.

    Returns:
        int64 array `[P]`: row i belongs to part `array[i % P]`.

    Raises:
        ValueError: if `seed` is no such number.
    """
    squares = max(1, _PERIOD // parts**2)
    runs = min(parts, max(1, _PERIOD // parts))  # of very many parts no whole square
    rng = np.random.default_rng([checked_seed(seed), _PARTS])
    ordered = np.tile(np.arange(parts), (squares, 1))
    of_runs, of_rows = (rng.permuted(ordered, axis=1) for _ in range(2))
    return ((of_runs[:, :runs, None] + of_rows[:, None, :]) % parts).ravel()


def warn_of_order(blocks, size, means, mean_squares, variances):
    """Warns if the means of blocks of rows differ by more than those of rows in random order.

    The test is that of the analysis of variance, with the degrees of freedom of a single feature:
    of many features it takes more to warn.

    Args:
        blocks: number of blocks n, at least 2.
        size: rows in a block.
        means: sums over the blocks of the means of two sets, `[2, D]`: real and generated.
        mean_squares: sums over the blocks of the squared lengths of these means, `[2]`.
        variances: sums over the blocks of the total variance within them, `[2]`.
    """
    between = (mean_squares - np.sum(means**2, axis=1) / blocks) / (blocks - 1)
    # What rounding leaves of features that are all alike is no order.
    lost = 1e-12 * mean_squares
    expected = np.maximum(variances / blocks / size, lost)
    limit = scipy.stats.f.isf(_FALSE_ALARMS, blocks - 1, blocks * (size - 1))
    for name, ratio in zip(("real", "generated"), between / np.where(expected > 0, expected, 1.0)):
        if ratio > limit:
            warnings.warn(
                f"The {name} rows do not come in random order: the means of the blocks differ "
                f"{ratio:.3g} times as much as by chance, and the kernel distance compares a part "
                "of one set with another part of the other. Shuffle them, or use "
                "`kernel_distance`, which does",
                stacklevel=4,
            )


def checked_seed(seed):
    """Returns `seed` as an `int`, or raises a ValueError that names it."""
    if isinstance(seed, bool) or not isinstance(seed, numbers.Integral) or seed < 0:
        raise ValueError(f"`seed` must be a non-negative integer. Received: seed={seed!r}")
    return int(seed)
