"""Cost of each penalty: time of a training step with it, as a ratio of the step without it.

All trainers of a turn train the same networks on the same batches in the same process, one after
the other, so that a machine whose speed drifts treats them alike; the quoted ratio is the median
over the turns. A lazy penalty is quoted as the mean over whole intervals.

    python -m tests.benchmarks.penalties [--turns 9] [--steps 16] [--image-size 32]
"""

import argparse
import statistics
import time

import keras
import numpy as np
import tensorflow as tf
from rich.console import Console
from rich.table import Table

import tfgan_suite as tgs
from tfgan_suite import losses

LATENT_DIM = 100

DISCRIMINATOR = {
    "GradientPenalty": lambda: losses.GradientPenalty(),
    "R1": lambda: losses.R1(),
    "R1, every 16th": lambda: losses.R1(interval=16),
    "R2": lambda: losses.R2(),
    "DRAGAN": lambda: losses.DRAGAN(),
    "Drift": lambda: losses.Drift(),
    "LeCam": lambda: losses.LeCam(),
    "CR": lambda: losses.ConsistencyRegularization(),
    "bCR": lambda: losses.BalancedConsistencyRegularization(),
    "zCR, of D": lambda: losses.LatentConsistencyRegularization(),
    "orthogonal, of D": lambda: losses.OrthogonalRegularization(),
    "spectral norm, of D": lambda: losses.SpectralNormRegularization(),
}
GENERATOR = {
    "PathLength": lambda: losses.PathLength(interval=1),
    "PathLength, every 4th": lambda: losses.PathLength(interval=4),
    "zCR, of G": lambda: losses.LatentDiversityRegularization(),
    "ModeSeeking": lambda: losses.ModeSeeking(),
    "orthogonal, of G": lambda: losses.OrthogonalRegularization(),
}


def make(image_size, filters, penalties=(), generator_penalties=()):
    """A DCGAN of RGB images, without BatchNorm in D, with the given penalties."""
    shape = {"image_size": image_size, "channels": 3, "filters": filters}
    gan = tgs.ModifiedMinimaxGAN(
        tgs.networks.dcgan.build_generator(latent_dim=LATENT_DIM, seed=1, **shape),
        tgs.networks.dcgan.build_discriminator(batch_norm=False, seed=2, **shape),
        latent_dim=LATENT_DIM,
        seed=3,
    )
    gan.compile(loss="logistic", penalties=penalties, generator_penalties=generator_penalties)
    return gan


class Clock(keras.callbacks.Callback):
    """Times all steps of a `fit` but the first, and nothing of its beginning and end.

    At the end of `fit` TensorFlow may wait for a thread of an endless pipeline, for seconds.
    """

    def on_train_batch_end(self, batch, logs=None):
        self.now = time.perf_counter()
        if batch == 0:
            self.start = self.now


def seconds_for(gan, dataset, steps):
    """Seconds that `fit` takes for a number of steps, after one that is not timed."""
    clock = Clock()
    gan.fit(dataset, steps_per_epoch=steps + 1, epochs=1, verbose=0, callbacks=[clock])
    return clock.now - clock.start


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=9, help="measurements of each penalty")
    parser.add_argument("--steps", type=int, default=16, help="steps in one, a multiple of 16")
    parser.add_argument("--image-size", type=int, default=32, help="side of the images in pixels")
    parser.add_argument("--batch-size", type=int, default=64, help="images in a minibatch")
    parser.add_argument("--filters", type=int, default=32, help="of the layer next to the images")
    parser.add_argument("--only", default="", help="penalties whose name contains this")
    arguments = parser.parse_args(argv)
    if arguments.steps % 16:
        parser.error(f"--steps must be a multiple of 16. Received: --steps {arguments.steps}")
    keras.utils.set_random_seed(0)
    size = arguments.image_size
    images = np.random.default_rng(0).uniform(-1, 1, (arguments.batch_size * 4, size, size, 3))
    dataset = tf.data.Dataset.from_tensor_slices(images.astype("float32")).cache().repeat()
    dataset = dataset.batch(arguments.batch_size, drop_remainder=True).prefetch(2)
    plain = make(size, arguments.filters)
    seconds_for(plain, dataset, 2)
    table = Table("penalty", "step with it / step without", "middle half of ratios")
    for player, penalties in (("penalties", DISCRIMINATOR), ("generator_penalties", GENERATOR)):
        for name, penalty in penalties.items():
            if arguments.only not in name:
                continue
            gan = make(size, arguments.filters, **{player: [penalty()]})
            seconds_for(gan, dataset, 16)  # the tracing, and a whole interval
            ratios = []
            for turn in range(arguments.turns):
                pair = (gan, plain) if turn % 2 else (plain, gan)
                times = {t: seconds_for(t, dataset, arguments.steps) for t in pair}
                ratios.append(times[gan] / times[plain])
            table.add_row(
                name,
                f"{statistics.median(ratios):.2f}",
                "{:.2f} to {:.2f}".format(*statistics.quantiles(ratios, n=4)[::2]),
            )
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
