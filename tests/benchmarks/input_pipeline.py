"""The input pipeline alone against what trainings eat, in images per second.

Recipes are built as they are and trained for some seconds each; sources are then read as `fit`
reads them, from the second epoch on (the first one decodes), and once without a cache, where every
epoch decodes. PNG records of TFDS need MNIST in TFDS_DATA_DIR; a folder of JPEG files is written
from it for the time of the measurement.

    python -m tests.benchmarks.input_pipeline [--turns 5] [--seconds 2]
"""

import argparse
import pathlib
import statistics
import tempfile
import time

import keras
import tensorflow as tf
from rich.console import Console
from rich.table import Table

import tfgan_suite as tgs
from tfgan_suite.experiment.building import build
from tfgan_suite.experiment.config import resolve_config
from tfgan_suite.experiment.recipe import load_recipe

RECIPES = (
    "mlp_gan:digits", "dcgan:digits", "wgan:digits", "wgan_gp:digits", "dcgan:mnist",
    "wgan_gp:mnist", "cgan:mnist",
)  # fmt: skip
BATCH_SIZE = 64


class Clock(keras.callbacks.Callback):
    """Ends `fit` after some seconds; counts steps from the second on."""

    def __init__(self, seconds):
        super().__init__()
        self.seconds, self.start, self.steps = seconds, None, 0

    def on_train_batch_end(self, batch, logs=None):
        now = time.perf_counter()
        if self.start is None:
            self.start = now
            return
        self.steps += 1
        self.rate = self.steps / (now - self.start)
        if now - self.start > self.seconds:
            self.model.stop_training = True


def eaten(name, seconds):
    """Images per second that a recipe's training takes from its data."""
    recipe = load_recipe(name)
    experiment = build(recipe, resolve_config(recipe, []), tgs.get_strategy("one"))
    trainer = experiment.trainer
    clock = Clock(seconds)
    trainer.fit(experiment.data.repeat(), steps_per_epoch=10**6, callbacks=[clock], verbose=0)
    batch = tf.nest.flatten(experiment.data.element_spec)[0].shape[0]
    return clock.rate * batch * trainer.discriminator_steps


def delivered(dataset, seconds):
    """Images per second that a data set delivers, from its first batch on."""
    iterator = iter(dataset.repeat())
    next(iterator)
    start, batches = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        next(iterator)
        batches += 1
    return batches * BATCH_SIZE / (time.perf_counter() - start)


def write_jpegs(folder, count):
    """MNIST digits as JPEG files."""
    images = tgs.data.load("mnist", shuffle=False, cache=False, batch_size=1).take(count)
    for index, image in enumerate(images.as_numpy_iterator()):
        keras.utils.save_img(
            str(pathlib.Path(folder) / f"{index:05d}.jpg"), image[0], scale=True, quality=95
        )


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=5, help="measurements of each source")
    parser.add_argument("--seconds", type=float, default=2.0, help="length of a measurement")
    parser.add_argument("--jpegs", type=int, default=4000, help="files in the folder of JPEG")
    arguments = parser.parse_args(argv)
    rates = {}
    for name in RECIPES:
        rates[name] = eaten(name, arguments.seconds)
        print(f"{name} eats {rates[name]:.0f} images/s", flush=True)
        keras.backend.clear_session()
    fastest = max(rates, key=rates.get)
    table = Table("source", "images/s", f"times what {fastest} eats", "without cache, images/s")
    with tempfile.TemporaryDirectory() as folder:
        write_jpegs(folder, arguments.jpegs)
        for source, name in (
            ("digits", "digits, 8x8"), ("mnist", "TFDS: mnist"), (folder, "folder of JPEG, 28x28")
        ):  # fmt: skip
            found = {
                cache: [
                    delivered(
                        tgs.data.load(source, batch_size=BATCH_SIZE, cache=cache, seed=turn),
                        arguments.seconds,
                    )
                    for turn in range(arguments.turns)
                ]
                for cache in (True, False)
            }
            speed = statistics.median(found[True])
            table.add_row(
                name,
                f"{speed:.0f}",
                f"{speed / rates[fastest]:.1f}",
                f"{statistics.median(found[False]):.0f}",
            )
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
