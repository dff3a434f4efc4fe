"""Speed of two processes with one core each against one process with two cores, in turns.

Both train DCGAN-28 (64 filters, global batch 64) through `fit` on the same images. The ratio of the
median speeds is what the exchange of gradients leaves.

    python -m tests.benchmarks.workers [--turns 5] [--steps 40]
"""

import argparse
import os
import statistics
import subprocess
import sys

# One turn of one side: prints the images per second of its own clock.
TURN = """
import sys
import tfgan_suite as tgs
strategy = tgs.get_strategy("auto")  # before anything else of TensorFlow
import numpy as np
import tensorflow as tf

steps = int(sys.argv[1])
with strategy.scope():
    shape = {"image_size": 28, "channels": 1, "filters": 64}
    gan = tgs.ModifiedMinimaxGAN(
        tgs.networks.dcgan.build_generator(latent_dim=100, seed=1, **shape),
        tgs.networks.dcgan.build_discriminator(seed=2, **shape),
        latent_dim=100,
        seed=3,
    )
    gan.compile()
images = np.random.default_rng(0).uniform(-1, 1, (512, 28, 28, 1)).astype("float32")
data = tgs.data.load(images, batch_size=64, seed=4)
gan.fit(data, steps_per_epoch=5, verbose=0)  # traced
history = gan.fit(data, steps_per_epoch=steps, verbose=0).history
print("images_per_second", history["images_per_second"][0], flush=True)
"""


def one_process(cores, steps):
    """Images per second of one process on so many cores."""
    done = subprocess.run(
        [sys.executable, "-c", TURN, str(steps)],
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
        capture_output=True,
        text=True,
        check=True,
    )
    return _speed(done.stdout)


def two_processes(cores, steps):
    """Images per second of two workers, each on one of the cores."""
    program = (
        f"import os, sys; os.sched_setaffinity(0, {cores}); from tfgan_suite.launching import "
        f"launch; sys.exit(launch([sys.executable, '-c', {TURN!r}, '{steps}'], 2))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        check=True,
    )
    return _speed(done.stdout)


def _speed(output):
    """What the process, or each of several, printed: the least."""
    found = [line.split()[-1] for line in output.splitlines() if "images_per_second" in line]
    return min(map(float, found))


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--steps", type=int, default=40, help="measured in a turn")
    arguments = parser.parse_args(argv)
    cores = set(sorted(os.sched_getaffinity(0))[:2])
    if len(cores) < 2:
        raise SystemExit(f"This takes two cores. Received: {sorted(cores)}")
    sides = {"one process, two cores": one_process, "two processes, one core each": two_processes}
    speeds = {name: [] for name in sides}
    for _ in range(arguments.turns):
        for name, side in sides.items():
            speeds[name].append(side(cores, arguments.steps))
    medians = {name: statistics.median(found) for name, found in speeds.items()}
    for name, found in speeds.items():
        turns = ", ".join(f"{speed:.0f}" for speed in found)
        print(f"{name:<30} {medians[name]:7.0f} images/s   ({turns})")
    alone, both = medians.values()
    print(f"ratio {both / alone:.3f}")


if __name__ == "__main__":
    main()
