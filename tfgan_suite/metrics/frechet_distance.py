"""Frechet distance of features (the FID, if they are those of the 2015 Inception graph)."""

import functools

import numpy as np
import scipy.linalg
import tensorflow as tf

from tfgan_suite.metrics._arrays import finite_matrix, positive_integer
from tfgan_suite.metrics._streaming import StreamingMetric, feature_rows, on_first_replica
from tfgan_suite.metrics.feature_statistics import FeatureStatistics
from tfgan_suite.registration import public, register

# Chong & Forsyth 2020, section 4: fifteen sizes between 5000 and all 50 000.
INFINITY_POINTS = 15

_EPSILON = np.finfo(np.float64).eps
# Of the sum of the variances: what the fast way to the trace of the root may be wrong by.
_TOLERANCE = 1e-8


@public
def frechet_distance(real, generated):
    """Squared Frechet (2-Wasserstein) distance of two Gaussians fitted to features.

    `|m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2))`. With `C1 = A A'` and `C2 = B B'` the trace of
    the square root is the sum of the singular values of `A'B`. A and B have as many columns as
    the covariances have rank, which leaves no rounding errors of zeros to take square roots of:
    covariances may be singular, and equal sets are at distance zero. Fewer samples than features
    are thus no error here, but the estimate is biased upwards, the more so the fewer samples there
    are: compare scores of equal numbers of samples only.

    References:
        Heusel et al. 2017, "GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash
        Equilibrium", arXiv:1706.08500, equation 6.

    Args:
        real: `FeatureStatistics`, or features of shape `[N, D]`, N at least 2.
        generated: `FeatureStatistics`, or features of shape `[M, D]`, M at least 2.

    Returns:
        A float, at least 0, in the squared unit of the features.

    Raises:
        ValueError: if the dimensions differ, a set is empty or has one sample, or a feature is NaN
            or infinite.
    """
    # Own: TF-GAN's takes two full singular value decompositions in TensorFlow (see
    # tests/benchmarks/metrics.py) and square roots of rounding errors where a covariance is
    # singular.
    real, generated = _statistics(real), _statistics(generated)
    if real.dimension != generated.dimension:
        raise ValueError(
            "`real` and `generated` must have the same number of features. "
            f"Received: {real.dimension} and {generated.dimension}"
        )
    trace = np.trace(real.covariance) + np.trace(generated.covariance)
    means = np.sum((real.mean - generated.mean) ** 2)
    return float(max(means + trace - 2 * _trace_of_root(real, generated), 0.0))


@public
def frechet_distance_infinity(real, generated, *, min_samples=None, points=INFINITY_POINTS, seed=0):
    """Frechet distance extrapolated to infinitely many generated samples.

    The bias of the estimate from N samples is linear in 1/N to first order. The distance is taken
    at `points` sizes, each of a fresh random subset, and a line through them over 1/N is followed
    to 1/N = 0. The bias that the finite real set brings stays. Deviation: subsets are drawn at
    random from the samples given; the paper also draws the latents from a Sobol sequence.

    References:
        Chong & Forsyth 2020, "Effectively Unbiased FID and Inception Score and where to find
        them", arXiv:1911.07023, section 4.

    Args:
        real: `FeatureStatistics`, or features of shape `[N, D]`.
        generated: features of shape `[M, D]`, in any order.
        min_samples: size of the smallest subset; M // 10 by default, as in the paper. It must
            exceed D: where the covariance is singular the bias is not linear in 1/N.
        points: number of sizes, at least 2, equally spaced up to M.
        seed: int, of the subsets.

    Returns:
        A JSON-able dict:
            "frechet_distance_infinity": the intercept; may be slightly negative;
            "standard_error": of the intercept, from the scatter about the line (0 for 2 points);
            "frechet_distance": of all M samples; "slope": of the line over 1/N;
            "sample_sizes", "distances": the points.

    Raises:
        ValueError: as `frechet_distance` does, or if `min_samples` is not above D and below M.
    """
    real = _statistics(real)
    generated = np.asarray(generated)
    finite_matrix(generated, "generated", real.dimension)
    count, dimension = generated.shape
    smallest = count // 10 if min_samples is None else positive_integer(min_samples, "min_samples")
    if positive_integer(points, "points") < 2:
        raise ValueError(f"`points` must be at least 2. Received: points={points}")
    if not dimension < smallest < count:
        raise ValueError(
            f"The extrapolation needs `min_samples` above the number of features, {dimension}, and "
            f"below the number of samples. Received: min_samples={smallest}, samples={count}"
        )
    rng = np.random.default_rng(seed)
    sizes = np.linspace(smallest, count, points).round().astype(int)
    distances = [
        frechet_distance(real, generated[np.sort(rng.choice(count, size, replace=False))])
        for size in sizes
    ]
    slope, intercept, error = _line(1 / sizes, np.array(distances))
    return {
        "frechet_distance_infinity": intercept,
        "standard_error": error,
        "frechet_distance": distances[-1],
        "slope": slope,
        "sample_sizes": sizes.tolist(),
        "distances": distances,
    }


@register
class FrechetDistance(StreamingMetric):
    """`frechet_distance` of streams of features, in memory independent of their lengths.

    The state is count, mean and sum of outer products of the deviations from the mean of both sets,
    `2 (D^2 + D + 1)` float64 numbers. They are merged batch by batch without a difference of large
    numbers: a generator that has collapsed, or features far from the origin, lose no digits. Under
    several replicas the result is that of one replica.

    References:
        Chan et al. 1983, "Algorithms for Computing the Sample Variance: Analysis and
        Recommendations", The American Statistician 37(3), equation 2.1.

    Args:
        dimension: number of features D.
        name: name of the metric.

    Raises:
        ValueError: by `update_state` on another shape; by `result` on fewer than 2 samples of
            either set, and if a feature was NaN or infinite.
    """

    outputs = ("frechet_distance",)

    def __init__(self, dimension, name="frechet_distance"):
        super().__init__(name)
        self.dimension = positive_integer(dimension, "dimension")
        for part in ("real", "generated"):
            setattr(self, f"{part}_count", self.accumulator(f"{part}_count"))
            setattr(self, f"{part}_mean", self.accumulator(f"{part}_mean", (dimension,)))
            setattr(self, f"{part}_outer", self.accumulator(f"{part}_outer", (dimension,) * 2))
        self.reference = None

    def set_reference(self, statistics):
        """Takes the real set from `FeatureStatistics`, through later resets too."""
        if statistics.dimension != self.dimension:
            raise ValueError(
                f"The reference must have {self.dimension} features. "
                f"Received: {statistics.dimension}"
            )
        self.reference = statistics

    def update_state(self, real=None, generated=None):
        """Adds rows of features `[B, D]` of either set, or of both."""
        if real is not None and self.reference is not None:
            raise ValueError("The real set is given by `set_reference`: update `generated` alone.")
        for part, rows in (("real", real), ("generated", generated)):
            if rows is not None:
                rows = self.accept(feature_rows(rows, self.dimension, name=part))
                on_first_replica(rows, functools.partial(self._add, part))

    def _add(self, part, rows):
        count, mean, outer = (getattr(self, f"{part}_{k}") for k in ("count", "mean", "outer"))
        added = tf.cast(tf.shape(rows)[0], tf.float64)
        # No row at all has no mean: 0, which then has no weight.
        center = tf.math.divide_no_nan(tf.reduce_sum(rows, axis=0), added)
        moved = center - mean.value
        share = tf.math.divide_no_nan(added, count.value + added)
        deviations = rows - center
        outer.assign_add(
            tf.matmul(deviations, deviations, transpose_a=True)
            + count.value * share * moved[:, None] * moved
        )
        mean.assign_add(share * moved)
        count.assign_add(added)

    def compute(self, **state):
        def statistics(part):
            count = int(state[f"{part}_count"])
            if count < 2:
                raise ValueError(
                    f"FrechetDistance needs at least 2 {part} samples. Received: {count}"
                )
            return FeatureStatistics.from_deviations(
                count, state[f"{part}_mean"], state[f"{part}_outer"]
            )

        real = self.reference or statistics("real")
        return {"frechet_distance": frechet_distance(real, statistics("generated"))}

    def get_config(self):
        return {**super().get_config(), "dimension": self.dimension}


def _statistics(value):
    return (
        value if isinstance(value, FeatureStatistics) else FeatureStatistics.from_features(value)
    )


def _trace_of_root(a, b):
    """Trace of `(C1 C2)^(1/2)`: the sum of the singular values of `A'B`."""
    product = a.root.T @ b.root
    if product.shape[0] > product.shape[1]:
        product = product.T
    if not product.size:
        return 0.0
    # Eigenvalues of the smaller Gram matrix are the squares, in a fifth of the time.
    squares = scipy.linalg.eigvalsh(product @ product.T, driver="ev", check_finite=False)
    noise = _EPSILON * np.sqrt(len(squares)) * squares[-1]
    values = np.sqrt(np.maximum(squares, noise))
    # A square known to `noise` has a root known to noise / (2 root): too little of small ones.
    if np.sum(noise / (2 * values)) <= _TOLERANCE * np.trace(a.covariance + b.covariance):
        return values.sum()
    return scipy.linalg.svdvals(product, check_finite=False).sum()


def _line(x, y):
    """Slope, intercept and standard error of the intercept of a least-squares line."""
    design = np.stack([x, np.ones_like(x)], axis=1)
    (slope, intercept), *_ = np.linalg.lstsq(design, y, rcond=None)
    freedom = len(x) - 2
    residual = np.sum((y - design @ (slope, intercept)) ** 2)
    variance = residual / freedom * np.linalg.inv(design.T @ design)[1, 1] if freedom else 0.0
    return float(slope), float(intercept), float(np.sqrt(variance))
