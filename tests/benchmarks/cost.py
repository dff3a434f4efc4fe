"""Cost of a training step against batch size, resolution and number of steps, as a plot.

Time and floating-point operations of `fit`'s steps of a DCGAN; all points of a panel are measured
in turns, and medians are drawn.

    python -m tests.benchmarks.cost [--to cost.png] [--turns 5] [--steps 8]
"""

import argparse
import dataclasses
import statistics
import time

import keras
import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402

from tests.benchmarks.workloads import DCGAN_28, DCGAN_64  # noqa: E402

BATCH_SIZES = (8, 16, 32, 64, 128, 256)
RESOLUTIONS = (16, 28, 32, 48, 64)
STEPS = (8, 32, 128)


class Steps(keras.callbacks.Callback):
    """Seconds for each step but the first of a `fit`, which holds what an epoch costs."""

    def on_train_begin(self, logs=None):
        self.ends = []

    def on_train_batch_end(self, batch, logs=None):
        self.ends.append(time.perf_counter())

    @property
    def seconds(self):
        return (self.ends[-1] - self.ends[0]) / (len(self.ends) - 1)


def in_turns(workloads, turns, steps):
    """Seconds of a step of each workload: a list for each, with a figure for each turn."""
    trainers = [(workload.trainer(), workload.dataset()) for workload in workloads]
    for trainer, dataset in trainers:
        trainer.fit(dataset, steps_per_epoch=2, verbose=0)
    found = [[] for _ in workloads]
    for _ in range(turns):
        for (trainer, dataset), seconds in zip(trainers, found, strict=True):
            clock = Steps()
            trainer.fit(dataset, steps_per_epoch=steps, callbacks=[clock], verbose=0)
            seconds.append(clock.seconds)
    return found


def panel(axes, label, values, seconds, operations):
    axes.plot(values, [1e3 * s for s in seconds], "o-", label="time of a step")
    scale = 1e3 * seconds[-1] / operations[-1]
    axes.plot(values, [scale * o for o in operations], "s--", label="operations, to scale")
    axes.set(xlabel=label, ylabel="ms", xscale="log", yscale="log")
    axes.set_xticks(values, [str(v) for v in values])
    axes.minorticks_off()
    axes.grid(alpha=0.3)
    axes.legend()


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", default="cost.png", help="the picture")
    parser.add_argument("--turns", type=int, default=5, help="measurements of each point")
    parser.add_argument("--steps", type=int, default=8, help="steps in a measurement")
    arguments = parser.parse_args(argv)
    figure, panels = plt.subplots(1, 3, figsize=(15, 4), constrained_layout=True)
    by_batch = [dataclasses.replace(DCGAN_28, batch_size=n) for n in BATCH_SIZES]
    by_size = [dataclasses.replace(DCGAN_64, image_size=n, filters=32) for n in RESOLUTIONS]
    for axes, label, values, workloads in (
        (panels[0], "images in a batch (28x28 grey, 64 filters)", BATCH_SIZES, by_batch),
        (panels[1], "pixels of a side (batches of 64, RGB, 32 filters)", RESOLUTIONS, by_size),
    ):
        found = in_turns(workloads, arguments.turns, arguments.steps)
        seconds = [statistics.median(turns) for turns in found]
        operations = [workload.operations() for workload in workloads]
        panel(axes, label, values, seconds, operations)
        for value, s, o in zip(values, seconds, operations, strict=True):
            print(f"{label}: {value}: {1e3 * s:.1f} ms, {o / 1e9:.2f} GFLOP", flush=True)
    small = dataclasses.replace(DCGAN_28, filters=8, batch_size=16)
    trainer, dataset = small.trainer(), small.dataset()
    trainer.fit(dataset, steps_per_epoch=2, verbose=0)
    totals = []
    for steps in STEPS:
        clock, start = Steps(), time.perf_counter()
        trainer.fit(dataset, steps_per_epoch=steps, callbacks=[clock], verbose=0)
        totals.append(time.perf_counter() - start)
        print(f"{steps} steps: {totals[-1]:.3f} s, {1e3 * clock.seconds:.2f} ms a step", flush=True)
    panel(panels[2], "steps of a fit (28x28 grey, 8 filters, 16 images)", STEPS, totals, STEPS)
    figure.savefig(arguments.to, dpi=80)
    print(arguments.to)


if __name__ == "__main__":
    main()
