"""The formulas of `layers.Conv2D` against TensorFlow's own, in turns: alone, and in whole steps.

    python -m tests.benchmarks.convolutions [--precision bfloat16] [--turns 15]
"""

import argparse
import contextlib
import functools
import statistics

import tensorflow as tf
from rich.console import Console
from rich.table import Table

from tests.benchmarks import sides
from tests.benchmarks.workloads import DCGAN_28, DCGAN_64, WGAN_GP_32
from tfgan_suite.layers import _convolutions
from tfgan_suite.layers._convolutions import Geometry

# Images, rows and columns of the large map, channels of both maps, kernel, stride.
SHAPES = [
    (64, 28, 1, 64, 5, 2),
    (64, 32, 3, 64, 5, 2),
    (64, 64, 3, 64, 5, 2),
    (64, 64, 3, 64, 4, 2),
    (16, 64, 6, 64, 4, 2),
    (64, 28, 8, 64, 5, 2),
    (64, 28, 16, 64, 5, 2),
    (64, 14, 64, 128, 5, 2),
    (32, 14, 64, 128, 5, 2),
    (16, 14, 64, 128, 5, 2),
    (64, 32, 64, 128, 5, 2),
    (64, 16, 64, 128, 5, 2),
    (64, 16, 128, 256, 5, 2),
    (64, 8, 128, 256, 5, 2),
    (64, 8, 256, 512, 5, 2),
    (64, 16, 64, 128, 4, 2),
    (64, 8, 128, 128, 3, 1),
    (64, 4, 512, 512, 3, 1),
]


def rows(shape, dtype, turns):
    """Both derivatives of a convolution: what was measured of each, as cells of a table."""
    images, size, channels, features, kernel, stride = shape
    geometry = Geometry.of((size, size), (kernel, kernel), stride, "SAME")

    def random(*shape):
        return tf.cast(tf.random.stateless_normal(shape, [0, 0]), dtype)

    x, y = random(images, size, size, channels), random(images, *geometry.small, features)
    weights = random(kernel, kernel, channels, features)
    flops = 2 * images * geometry.small[0] * geometry.small[1] * kernel**2 * channels * features
    chosen = geometry.gathers(channels), geometry.correlates(images, channels, dtype)
    sides_of = (
        ("by the map", _convolutions._transposed, _convolutions._gathered, (y, weights)),
        ("by the kernel", _convolutions._by_kernel, _convolutions._correlated, (x, y)),
    )
    for (name, own, other, tensors), taken in zip(sides_of, chosen):
        if stride == 1 and name == "by the map":
            continue
        functions = [tf.function(functools.partial(f, *tensors, geometry)) for f in (own, other)]
        rates = sides.in_turns(functions, turns)
        low, middle, high = sides.ratio(rates[1], rates[0])
        speeds = [flops * statistics.median(r) / 1e9 for r in rates]
        cells = [str(shape), name, *(f"{speed:.0f}" for speed in speeds)]
        yield [*cells, f"{middle:.2f} ({low:.2f} to {high:.2f})", "yes" if taken else ""]


def whole_step(workload, turns):
    """A step with the formulas that are taken against one with TensorFlow's: cells of a row."""
    images = tf.random.stateless_uniform(workload.step_shape, [0, 0], -1.0, 1.0)
    steps = []
    for scope in (_convolutions.tensorflows_own(), contextlib.nullcontext()):
        trainer = workload.trainer()
        with scope:
            step = tf.function(trainer.train_step, autograph=False).get_concrete_function(images)
        # The trainer has the variables, which the function refers to only.
        steps.append(lambda trainer=trainer, step=step: step(images))
    rates = sides.in_turns(steps, turns)
    low, middle, high = sides.ratio(rates[1], rates[0])
    speeds = [f"{1000 / statistics.median(r):.0f} ms" for r in rates]
    return [workload.row_name, "a whole step", *speeds, f"{middle:.2f} ({low:.2f} to {high:.2f})"]


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--precision", default="float32", choices=("float32", "bfloat16"))
    parser.add_argument("--turns", type=int, default=15, help="measurements of each formula")
    arguments = parser.parse_args(argv)
    table = Table(
        "images, size, channels, kernel, stride",
        "derivative",
        "TensorFlow's, GFLOP/s",
        "the other's",
        "ratio (middle half)",
        "taken",
    )
    for shape in SHAPES:
        for row in rows(shape, tf.as_dtype(arguments.precision), arguments.turns):
            table.add_row(*row)
            print(" | ".join(row), flush=True)
    for workload in (DCGAN_28, WGAN_GP_32, DCGAN_64):
        if arguments.precision == "bfloat16":
            workload = workload.in_precision("mixed_bfloat16")
        row = whole_step(workload, arguments.turns)
        table.add_row(*row)
        print(" | ".join(row), flush=True)
    Console(width=130).print(table)


if __name__ == "__main__":
    main()
