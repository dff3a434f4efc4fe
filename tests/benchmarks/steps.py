"""Speed of `fit` against the same mathematics by hand in one `tf.function`, side by side.

Both train the same networks on the same pipeline in the same process, in short turns, so that a
machine whose speed drifts treats them alike; the quoted ratio is the median over the turns.

    python -m tests.benchmarks [--turns 40] [--seconds 2]
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


class SideBySide(keras.callbacks.Callback):
    """Runs a block of steps by hand after each block of steps of `fit`, and times both.

    Blocks are short, so that a machine whose speed drifts treats both sides alike.
    """

    def __init__(self, run_by_hand, steps):
        super().__init__()
        self.run_by_hand, self.steps = run_by_hand, steps
        self.seconds_fit, self.seconds_by_hand = [], []

    def on_train_begin(self, logs=None):
        self.start = None

    def on_train_batch_end(self, batch, logs=None):
        if (batch + 1) % self.steps:
            return
        middle = time.perf_counter()
        self.run_by_hand(self.steps)
        end = time.perf_counter()
        if self.start is not None:
            self.seconds_fit.append(middle - self.start)
            self.seconds_by_hand.append(end - middle)
        self.start = end


def measure(case, turns, seconds):
    """Steps per second of both, one figure for each turn: `(fit, by_hand)`."""
    gan, by_hand_step, dataset = case.trainer(), case.step_by_hand(), case.dataset()
    iterator = iter(dataset)

    def run_by_hand(steps):
        for _ in range(steps):
            losses = by_hand_step(*(next(iterator) for _ in range(case.discriminator_steps)))
        return float(losses[0])  # waits for the last step

    gan.fit(dataset, steps_per_epoch=3, verbose=0)
    run_by_hand(3)
    start = time.perf_counter()
    run_by_hand(5)
    steps = max(1, round(seconds / 2 * 5 / (time.perf_counter() - start)))
    blocks = SideBySide(run_by_hand, steps)
    # The first block of `fit` holds what an epoch costs at its start and is not counted.
    gan.fit(dataset, steps_per_epoch=steps * (turns + 1), callbacks=[blocks], verbose=0)
    return tuple(
        [steps / duration for duration in durations]
        for durations in (blocks.seconds_fit, blocks.seconds_by_hand)
    )


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=40, help="pairs of measurements for each case")
    parser.add_argument("--seconds", type=float, default=2.0, help="length of one pair")
    parser.add_argument("--only", default="", help="cases whose name contains this")
    arguments = parser.parse_args(argv)
    keras.utils.set_random_seed(0)
    table = Table("workload", "fit, images/s", "by hand, images/s", "ratio", "middle half of ratios")
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
            f"{ratios[len(ratios) // 4]:.3f} to {ratios[-1 - len(ratios) // 4]:.3f}",
        )
    Console(width=110).print(table)
