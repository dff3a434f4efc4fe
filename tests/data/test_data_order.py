"""Data begun anywhere: the order of an epoch is known from (seed, epoch)."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import data, testing, trainers
from tfgan_suite.callbacks import Checkpoints
from tfgan_suite.batches import order_of

IMAGES = np.arange(23, dtype=np.uint8).reshape(23, 1, 1, 1)


def jitter(image, seed):
    return image + tf.random.stateless_uniform(tf.shape(image), seed)


def take(dataset, count):
    return np.concatenate(list(dataset.take(count).as_numpy_iterator()))


def loaded(kind, write_image, tmp_path):
    """A pipeline of 23 images in minibatches of 4, with augmentation."""
    options = {"batch_size": 4, "seed": 5, "augment": [jitter]}
    if kind == "array":
        return data.load(IMAGES, **options)
    for position in range(23):
        write_image(f"images/{position:02}.png", IMAGES[position, :, :, 0])
    return data.load(tmp_path / "images", cache=kind == "cached folder", **options)


@pytest.mark.parametrize("kind", ["array", "folder", "cached folder"])
def test_it_can_be_begun_at_any_minibatch_of_any_epoch(kind, write_image, tmp_path):
    dataset = loaded(kind, write_image, tmp_path)
    begin = order_of(dataset).begin
    whole = take(begin(0, 0, 5), 15)  # three epochs of five minibatches
    for epoch, batch in [(0, 3), (1, 0), (2, 4)]:
        first = 4 * (5 * epoch + batch)
        np.testing.assert_array_equal(take(begin(epoch, batch, 5), 3)[: 60 - first],
                                      whole[first : first + 12])


def test_without_borders_it_can_be_begun_anywhere_too():
    begin = order_of(data.load(IMAGES, batch_size=4, repeat=True, augment=[jitter])).begin
    whole = take(begin(0, 0, None), 20)
    for batch in (1, 5, 6, 17):
        np.testing.assert_array_equal(take(begin(0, batch, None), 3), whole[4 * batch :][:12])


def test_every_epoch_has_every_image_once_in_another_order():
    begin = order_of(data.load(IMAGES, batch_size=23)).begin
    epochs = take(begin(0, 0, 1), 3).reshape(3, 23)
    np.testing.assert_array_equal(np.sort(epochs), np.tile(np.sort(epochs[0]), (3, 1)))
    assert len({tuple(epoch) for epoch in epochs}) == 3


def test_the_global_seed_has_no_say():
    orders = []
    for seed in (1, 2):
        tf.random.set_seed(seed)
        orders.append(take(order_of(data.load(IMAGES, batch_size=4)).begin(1, 0, 5), 5))
    np.testing.assert_array_equal(*orders)


def test_another_seed_gives_another_order():
    first, second = (
        take(order_of(data.load(IMAGES, batch_size=23, seed=seed)).begin(0, 0, 1), 1)
        for seed in (1, 2)
    )
    assert not np.array_equal(first, second)


class StopAt(keras.callbacks.Callback):
    """Stops after a number of steps."""

    def __init__(self, step):
        super().__init__()
        self.step = step

    def on_train_batch_end(self, batch, logs=None):
        if int(self.model.step) == self.step:
            self.model.stop_training = True


def train(folder, k, stop=None):
    """Trains three epochs in a directory; returns the ids of the samples, step by step."""
    generator, discriminator = testing.mlp_networks((1, 1, 1))
    trainer = trainers.MinimaxGAN(
        generator, discriminator, testing.LATENT_DIM, discriminator_steps=k, seed=0
    )
    trainer.compile(run_eagerly=True)
    seen, begin = [], trainer.begin
    trainer.begin = lambda x: seen.append(to_ids(x)) or begin(x)
    dataset = data.load(IMAGES, batch_size=3, seed=1)
    callbacks = [StopAt(stop), Checkpoints(folder)]
    trainer.fit(dataset, epochs=3, callbacks=callbacks, verbose=0)
    return seen


def to_ids(images):
    return np.rint((np.ravel(images) + 1.0) * 127.5).astype(int)


@pytest.mark.parametrize("k", [pytest.param(1, marks=pytest.mark.slow), 2])
def test_an_interrupted_training_sees_each_sample_as_often(k, tmp_path):
    """At random points, several times in one training."""
    expected = train(tmp_path / "whole", k)
    per_epoch = 7 // k
    assert len(expected) == 3 * per_epoch
    for epoch in range(3):
        ids = np.concatenate(expected[epoch * per_epoch :][:per_epoch])
        assert len(np.unique(ids)) == len(ids) == per_epoch * k * 3
    generator = np.random.default_rng(k)
    for attempt in range(4):
        stops = sorted(generator.choice(3 * per_epoch - 1, size=3, replace=False) + 1)
        folder, seen = tmp_path / str(attempt), []
        for stop in (*stops, None):
            seen += train(folder, k, stop)
        np.testing.assert_array_equal(seen, expected)
