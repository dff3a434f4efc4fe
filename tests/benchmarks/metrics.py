"""Time of the Frechet and the kernel distance, side by side with TF-GAN's functions.

Both get the same features in the same process, in turns, so that a machine whose speed drifts
treats them alike; the quoted ratio is the median over the turns. The last line streams features
through the metric and gives the growth of the process beside what all features would take.

    python -m tests.benchmarks.metrics [--turns 3] [--dimension 2048] [--samples 5000]
"""

import argparse
import resource
import statistics
import time

import numpy as np
import tensorflow as tf
from rich.console import Console
from rich.table import Table

from tfgan_suite import metrics, tf_gan

PAIRS = {
    "Frechet distance": (
        lambda a, b: metrics.frechet_distance(a, b),
        lambda a, b: tf_gan.eval.frechet_classifier_distance_from_activations(a, b),
    ),
    "kernel distance": (
        lambda a, b: metrics.kernel_distance(a, b)["kernel_distance"],
        lambda a, b: tf_gan.eval.kernel_classifier_distance_from_activations(a, b),
    ),
}


def features(samples, dimension, seed):
    """Correlated float32 features with variances from 1 down to 1e-4."""
    rng = np.random.default_rng(seed)
    values = rng.standard_normal([samples, dimension], np.float32)
    values *= np.logspace(0, -2, dimension, dtype=np.float32)
    # Reflections correlate them all.
    for normal in np.random.default_rng(0).standard_normal([3, dimension], np.float32):
        values -= 2 / (normal @ normal) * (values @ normal)[:, None] * normal
    return values + np.float32(0.1 * seed)


def seconds(function, *arguments):
    """Seconds a call takes, and its value."""
    start = time.perf_counter()
    value = float(function(*arguments))
    return time.perf_counter() - start, value


def side_by_side(turns, samples, dimension):
    table = Table("score", "ours, s", "TF-GAN, s", "TF-GAN / ours", "relative difference")
    arrays = [features(samples, dimension, seed) for seed in (1, 2)]
    tensors = [tf.constant(array) for array in arrays]
    for name, (ours, theirs) in PAIRS.items():
        times = []
        for turn in range(turns):
            calls = [(ours, arrays), (theirs, tensors)]
            measured = [seconds(f, *a) for f, a in (calls if turn % 2 else calls[::-1])]
            (mine, value), (other, expected) = measured if turn % 2 else measured[::-1]
            times.append((mine, other))
        ratios = [other / mine for mine, other in times]
        table.add_row(
            name,
            f"{statistics.median(mine for mine, _ in times):.2f}",
            f"{statistics.median(other for _, other in times):.2f}",
            f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})",
            f"{abs(value - expected) / abs(expected):.1e}",
        )
    return table


def streaming(samples, dimension, batch):
    """Streams `samples` rows; a line with the time and the growth of the process."""
    metric = metrics.FrechetDistance(dimension)
    rows = [features(batch, dimension, seed) for seed in (1, 2)]
    update = tf.function(metric.update_state)
    update(*rows)
    metric.reset_state()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    for _ in range(samples // batch):
        update(*rows)
    duration = time.perf_counter() - start
    growth = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    state = sum(np.prod(v.shape, dtype=int) for v in metric.variables) * 8 / 2**20
    return (
        f"{samples} rows of {dimension} features of either set in batches of {batch}: "
        f"{duration:.1f} s; state {state:.0f} MB, the process grew by {growth:.0f} MB; the "
        f"features alone are {2 * samples * dimension * 4 / 2**20:.0f} MB in float32"
    )


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=3, help="measurements of each score")
    parser.add_argument("--dimension", type=int, default=2048, help="number of features")
    parser.add_argument("--samples", type=int, default=5000, help="rows of either set")
    parser.add_argument("--stream", type=int, default=50_000, help="rows to stream; 0 for none")
    parser.add_argument("--batch", type=int, default=500, help="rows in a batch of the stream")
    arguments = parser.parse_args(argv)
    console = Console(width=110)
    if arguments.stream:
        console.print(streaming(arguments.stream, arguments.dimension, arguments.batch))
    console.print(side_by_side(arguments.turns, arguments.samples, arguments.dimension))


if __name__ == "__main__":
    main()
