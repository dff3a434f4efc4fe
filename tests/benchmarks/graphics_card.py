"""Speed on a graphics card: `fit` and the step by hand, in TF32 and bfloat16, with XLA and without.

One JSON line for each measurement, as it is made. PyTorch's side is `by_torch.py`, in a process of
its own.

    python -m tests.benchmarks.graphics_card [--seconds 2] [--only DCGAN-28]
"""

import argparse
import dataclasses
import json
import statistics
import time

import keras
import tensorflow as tf

from tests.benchmarks.rate import steps_per_second
from tests.benchmarks.workloads import DCGAN_28, DCGAN_64, WGAN_GP_32

WORKLOADS = [
    DCGAN_28,
    dataclasses.replace(WGAN_GP_32, name="WGAN-GP-32 RGB"),
    dataclasses.replace(DCGAN_64, name="DCGAN-64 RGB, batch 128", batch_size=128),
]
SIDE = 8192  # of the matrices whose product is the ceiling


class StepTimes(keras.callbacks.Callback):
    """The time after each block of steps of `fit`, the device's work done."""

    def __init__(self, steps):
        super().__init__()
        self.steps, self.times = steps, []

    def on_train_batch_end(self, batch, logs=None):
        if (batch + 1) % self.steps == 0:
            float(logs["d_loss"])
            self.times.append(time.perf_counter())


def fit_rate(workload, jit_compile, seconds, turns=5):
    """Steps per second of `fit` (median over turns), seconds to the first step, peak memory."""
    gan = workload.trainer()
    gan.compile_from_config({**gan.get_compile_config(), "jit_compile": jit_compile})
    dataset = workload.dataset()
    start = time.perf_counter()
    gan.fit(dataset, steps_per_epoch=3, verbose=0)
    first = time.perf_counter() - start
    probe = StepTimes(5)
    gan.fit(dataset, steps_per_epoch=20, callbacks=[probe], verbose=0)
    steps = max(5, round(seconds / turns * 5 / (probe.times[-1] - probe.times[-2])))
    times = StepTimes(steps)
    gan.fit(dataset, steps_per_epoch=steps * (turns + 1), callbacks=[times], verbose=0)
    rates = [steps / (b - a) for a, b in zip(times.times, times.times[1:])]
    return statistics.median(rates), first


def hand_rate(workload, seconds):
    """Steps per second of the step by hand in one `tf.function` (median over turns)."""
    step, iterator = workload.step_by_hand(), iter(workload.dataset())
    k = workload.discriminator_steps

    def run(steps):
        for _ in range(steps):
            losses = step(*(next(iterator) for _ in range(k)))
        return float(losses[0])

    return steps_per_second(run, seconds)


def ceiling(dtype):
    """Floating-point operations per second of large matrix products."""
    matrix = tf.cast(tf.random.stateless_normal([SIDE, SIDE], [0, 1]), dtype)

    @tf.function
    def products(x):
        for _ in range(10):
            x = tf.matmul(x, matrix) * tf.cast(1e-2, dtype)
        return tf.reduce_sum(tf.cast(x[0], tf.float32))

    float(products(matrix))
    start = time.perf_counter()
    float(products(matrix))
    return 10 * 2 * SIDE**3 / (time.perf_counter() - start)


def say(**record):
    print(json.dumps(record), flush=True)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement")
    parser.add_argument("--only", default="", help="workloads whose name contains this")
    arguments = parser.parse_args(argv)
    cards = tf.config.list_physical_devices("GPU")
    details = tf.config.experimental.get_device_details(cards[0]) if cards else {}
    say(card=details.get("device_name", "none"), tensorflow=tf.__version__)
    if not cards:
        raise SystemExit("There is no graphics card here.")
    ceilings = {name: ceiling(name) for name in ("float32", "bfloat16")}
    say(**{f"ceiling {name}, TFLOP/s": round(c / 1e12, 1) for name, c in ceilings.items()})
    for workload in WORKLOADS:
        if arguments.only not in workload.name:
            continue
        flops = workload.operations()
        for precision in ("float32", "mixed_bfloat16"):
            row = workload.in_precision(precision)
            named = {"workload": workload.name, "precision": precision}
            say(side="by hand", **named, **{"steps/s": round(hand_rate(row, arguments.seconds), 1)})
            for jit_compile in (False, True):
                tf.config.experimental.reset_memory_stats("GPU:0")
                rate, first = fit_rate(row, jit_compile, arguments.seconds)
                of = ceilings["float32" if precision == "float32" else "bfloat16"]
                peak = tf.config.experimental.get_memory_info("GPU:0")["peak"]
                say(
                    side="fit", **named, XLA=jit_compile,
                    **{
                        "steps/s": round(rate, 1),
                        "images/s": round(rate * workload.images_per_step),
                        "first fit, s": round(first, 1),
                        "GFLOP a step": round(flops / 1e9, 1),
                        "of the ceiling": round(rate * flops / of, 3),
                        "peak memory, MB": round(peak / 1e6),
                    },
                )  # fmt: skip
        keras.backend.clear_session()


if __name__ == "__main__":
    main()
