"""Several ways to do the same, measured in turns within one process.

A machine whose speed drifts so treats all of them alike: what is quoted is the median of the ratios
within a turn.
"""

import statistics
import time

import keras

import tfgan_suite as tgs
from tests.benchmarks.ceiling import Ceiling
from tests.benchmarks.workloads import LATENT_DIM

try:
    from tests.benchmarks import by_torch
except ImportError:  # PyTorch is not installed
    by_torch = None


class ByHand:
    """The step by hand in one `tf.function`, on a pipeline like that of `fit`."""

    def __init__(self, workload):
        self.step, self.k = workload.step_by_hand(), workload.discriminator_steps
        self.iterator = iter(workload.dataset())

    def run(self, steps):
        for _ in range(steps):
            losses = self.step(*(next(self.iterator) for _ in range(self.k)))
        return float(losses[0])  # waits for the last step


class InTurns(keras.callbacks.Callback):
    """After each block of steps of `fit` runs a block of each other side, and times all.

    Args:
        sides: dict of names to `(run, steps in a block)`.
        steps: steps in a block of `fit`.
    """

    def __init__(self, sides, steps):
        super().__init__()
        self.sides, self.steps = sides, steps
        self.rates = {name: [] for name in ("fit", *sides)}  # steps per second, one for each turn

    def on_train_begin(self, logs=None):
        self.start = None

    def on_train_batch_end(self, batch, logs=None):
        if (batch + 1) % self.steps:
            return
        # The first block of `fit` holds what an epoch costs at its start and is not counted.
        if self.start is not None:
            self.rates["fit"].append(self.steps / (time.perf_counter() - self.start))
            for name, (run, steps) in self.sides.items():
                start = time.perf_counter()
                run(steps)
                self.rates[name].append(steps / (time.perf_counter() - start))
        self.start = time.perf_counter()


def measure(workload, turns, seconds, strategy=None, with_torch=True):
    """Measures `fit`, the step by hand, PyTorch where it is installed, and the machine's ceiling.

    Args:
        workload: a `Workload`.
        turns: how often each side has its turn.
        seconds: of each side's turn, about.
        strategy: for a workload of several replicas; by hand and PyTorch then use one.
        with_torch: whether to measure PyTorch where it is installed.

    Returns:
        Dict of the sides' names ("fit", "hand", "torch", "ceiling") to lists of steps per second, a
        figure for each turn.
    """
    gan, dataset = workload.trainer(strategy), workload.dataset()
    dtype = "float32" if workload.precision == "float32" else "bfloat16"
    sides = {"hand": ByHand(workload).run, "ceiling": Ceiling(dtype).run}
    if by_torch and with_torch:
        sides["torch"] = by_torch.Loop(workload, LATENT_DIM).run
    gan.fit(dataset, steps_per_epoch=3, verbose=0)
    blocks = {name: (run, _steps_in(seconds, run)) for name, run in sides.items()}
    steps = blocks["hand"][1]
    in_turns = InTurns(blocks, steps)
    gan.fit(dataset, steps_per_epoch=steps * (turns + 1), callbacks=[in_turns], verbose=0)
    return in_turns.rates


def _steps_in(seconds, run):
    run(1)  # traces
    start = time.perf_counter()
    run(2)
    return max(1, round(seconds * 2 / (time.perf_counter() - start)))


def in_turns(functions, turns):
    """Calls each function once in each turn; returns lists of calls per second for each."""
    rates = [[] for _ in functions]
    for turn in range(turns + 2):  # two that are not measured
        for function, found in zip(functions, rates):
            start = time.perf_counter()
            function()
            if turn >= 2:
                found.append(1 / (time.perf_counter() - start))
    return rates


def ratio(rates, other):
    """`(lower quartile, median, upper quartile)` of what `rates` is times `other`, by turns."""
    ratios = sorted(a / b for a, b in zip(rates, other, strict=True))
    quarter = len(ratios) // 4
    return ratios[quarter], statistics.median(ratios), ratios[-1 - quarter]


def strategy_for(workload):
    """The strategy of a workload of several replicas on logical CPUs, or None."""
    return tgs.get_strategy("mirrored") if workload.replicas > 1 else None
