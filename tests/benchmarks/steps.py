"""Speed of `fit` against the same mathematics by hand in one `tf.function`, side by side.

Both train the same networks on the same pipeline in the same process, in turns, so that a machine
whose speed drifts treats them alike; the quoted ratio is the median over the turns.

    python -m tests.benchmarks [--turns 7] [--seconds 6]
"""

import argparse
import dataclasses
import statistics
import time

import keras
import numpy as np
import tensorflow as tf
from rich.console import Console
from rich.table import Table

import tfgan_suite as tgs
from tests.benchmarks import by_hand

LATENT_DIM = 100


@dataclasses.dataclass
class Case:
    """One workload: how to make the trainer, and the same step by hand."""

    name: str
    image_size: int
    channels: int
    batch_size: int  # images in one minibatch
    filters: int
    wasserstein: bool = False
    options: dict = dataclasses.field(default_factory=dict)

    @property
    def discriminator_steps(self):
        return 5 if self.wasserstein else 1

    def networks(self):
        shape = {"image_size": self.image_size, "channels": self.channels, "filters": self.filters}
        return (
            tgs.networks.dcgan.build_generator(latent_dim=LATENT_DIM, seed=1, **shape),
            tgs.networks.dcgan.build_discriminator(batch_norm=not self.wasserstein, seed=2, **shape),
        )

    def trainer(self):
        family = tgs.WassersteinGAN if self.wasserstein else tgs.ModifiedMinimaxGAN
        gan = family(
            *self.networks(),
            latent_dim=LATENT_DIM,
            discriminator_steps=self.discriminator_steps,
            seed=3,
            **self.options,
        )
        gan.compile(penalties=[tgs.losses.GradientPenalty(10.0)] if self.wasserstein else ())
        return gan

    def step_by_hand(self):
        if self.wasserstein:
            return by_hand.wasserstein_gp_step(
                *self.networks(), LATENT_DIM, self.batch_size, self.discriminator_steps
            )
        return by_hand.modified_minimax_step(*self.networks(), LATENT_DIM, self.batch_size)

    def dataset(self):
        shape = (self.batch_size * 8, self.image_size, self.image_size, self.channels)
        images = np.random.default_rng(0).uniform(-1, 1, shape).astype("float32")
        dataset = tf.data.Dataset.from_tensor_slices(images).cache().repeat()
        return dataset.batch(self.batch_size, drop_remainder=True).prefetch(2)


CASES = [
    Case("DCGAN-28 grey", 28, 1, 64, 64),
    Case("DCGAN-28 grey, shared latents", 28, 1, 64, 64, options={"shared_latents": True}),
    Case("DCGAN-28 grey, EMA", 28, 1, 64, 64, options={"ema_decay": 0.999}),
    Case("WGAN-GP-16 grey, 5 critic steps", 16, 1, 64, 32, wasserstein=True),
    Case("WGAN-GP-32 RGB, 5 critic steps", 32, 3, 64, 64, wasserstein=True),
]


def measure(case, turns, seconds):
    """Steps per second of both, one figure for each turn: `(fit, by_hand)`."""
    gan, by_hand_step, dataset = case.trainer(), case.step_by_hand(), case.dataset()

    def run_fit(steps):
        gan.fit(dataset, steps_per_epoch=steps, epochs=1, verbose=0)

    def run_by_hand(steps):
        iterator = iter(dataset)
        for _ in range(steps):
            losses = by_hand_step(*(next(iterator) for _ in range(case.discriminator_steps)))
        return float(losses[0])  # waits for the last step

    run_fit(3)
    run_by_hand(3)
    start = time.perf_counter()
    run_by_hand(5)
    steps = max(10, int(seconds / 2 * 5 / (time.perf_counter() - start)))
    rates = {run_fit: [], run_by_hand: []}
    for turn in range(turns):
        for run in (run_fit, run_by_hand) if turn % 2 else (run_by_hand, run_fit):
            start = time.perf_counter()
            run(steps)
            rates[run].append(steps / (time.perf_counter() - start))
    return rates[run_fit], rates[run_by_hand]


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=7, help="pairs of measurements for each case")
    parser.add_argument("--seconds", type=float, default=6.0, help="length of one pair")
    parser.add_argument("--only", default="", help="cases whose name contains this")
    arguments = parser.parse_args(argv)
    keras.utils.set_random_seed(0)
    table = Table("workload", "fit, images/s", "by hand, images/s", "ratio", "range of ratios")
    for case in CASES:
        if arguments.only not in case.name:
            continue
        fit, hand = measure(case, arguments.turns, arguments.seconds)
        images = case.batch_size * case.discriminator_steps
        ratios = sorted(f / h for f, h in zip(fit, hand))
        table.add_row(
            case.name,
            f"{statistics.median(fit) * images:.0f}",
            f"{statistics.median(hand) * images:.0f}",
            f"{statistics.median(ratios):.3f}",
            f"{ratios[0]:.3f} to {ratios[-1]:.3f}",
        )
    Console(width=110).print(table)
