"""The pool of earlier images: what it returns, keeps and saves."""

import collections

import keras
import numpy as np
import pytest
import tensorflow as tf
from oracles import array

from tfgan_suite import tf_gan
from tfgan_suite.layers import ImageHistoryPool


def numbered(first, rows):
    """Images 1x1 that are their own numbers."""
    return np.arange(first, first + rows, dtype="float32").reshape(rows, 1, 1, 1)


def play(pool, steps, rows=4, run=None):
    """Numbers of the images that each step returns."""
    run = run or (lambda x: pool(x, training=True))
    return [array(run(numbered(1 + rows * step, rows))).ravel() for step in range(steps)]


def test_images_pass_until_the_pool_is_full():
    pool = ImageHistoryPool(8, seed=1)
    np.testing.assert_array_equal(np.concatenate(play(pool, 2)), np.arange(1, 9))
    np.testing.assert_array_equal(np.sort(array(pool.pool).ravel()), np.arange(1, 9))


def test_every_image_is_returned_at_most_twice():
    returned = np.concatenate(play(ImageHistoryPool(5, seed=1), 30))
    counts = collections.Counter(returned.tolist())
    assert max(counts.values()) == 2
    assert set(counts) <= set(range(1, 121))


@pytest.mark.parametrize("probability", [0.0, 0.5, 1.0])
def test_old_images_come_with_the_given_probability(probability):
    pool = ImageHistoryPool(5, probability, seed=2)
    play(pool, 2)
    new = numbered(1000, 400)
    returned = array(pool(new, training=True))
    assert np.mean(returned != new) == pytest.approx(probability, abs=0.08)


def test_the_newest_image_is_always_in_the_pool():
    # As in TF-GAN; the pool of CycleGAN's authors keeps only images that it did not return.
    pool = ImageHistoryPool(5, 0.0, seed=1)
    for step in range(10):
        pool(numbered(1 + step, 1), training=True)
        assert 1 + step in array(pool.pool)


def test_the_game_is_that_of_tf_gan_on_average():
    # How long ago a returned image came, in images: TF-GAN's queue gives the same distribution.
    size, steps = 4, 1500
    graph = tf.Graph()
    with graph.as_default():
        tf.compat.v1.set_random_seed(5)
        value = tf.compat.v1.placeholder(tf.float32, [1])
        out = tf_gan.features.tensor_pool(value, size, 0.5)
        with tf.compat.v1.Session() as session:
            theirs = [i - session.run(out, {value: [i]})[0] for i in range(steps)]
    pool = ImageHistoryPool(size, seed=3)
    step = tf.function(lambda x: pool(x, training=True))
    ours = np.concatenate([
        numbered(i, 50).ravel() - array(step(numbered(i, 50))).ravel() for i in range(0, steps, 50)
    ])  # fmt: skip
    for ages in (np.array(theirs), ours):
        assert np.mean(ages == 0) == pytest.approx(0.5, abs=0.05)
        # An image stays for a geometric time: it leaves with probability 1 / size at each step.
        assert ages[ages > 0].mean() == pytest.approx(size, rel=0.12)


def test_inference_returns_the_input_and_stores_nothing():
    pool = ImageHistoryPool(3, seed=1)
    play(pool, 3)
    before = [array(w) for w in pool.weights]
    np.testing.assert_array_equal(array(pool(numbered(50, 4))), numbered(50, 4))
    assert all(np.array_equal(array(w), b) for w, b in zip(pool.weights, before))


def test_the_same_seed_gives_the_same_game_in_a_graph():
    eager, compiled = (ImageHistoryPool(5, seed=4) for _ in range(2))
    compiled.build((None, 1, 1, 1))
    run = tf.function(
        lambda x: compiled(x, training=True),
        input_signature=[tf.TensorSpec([None, 1, 1, 1])],
    )
    np.testing.assert_array_equal(play(eager, 10), play(compiled, 10, run=run))


def test_the_pool_runs_under_xla():
    pool = ImageHistoryPool(5, seed=4)
    pool.build((4, 1, 1, 1))
    run = tf.function(lambda x: pool(x, training=True), jit_compile=True)
    returned = np.concatenate(play(pool, 10, run=run))
    assert max(collections.Counter(returned.tolist()).values()) == 2


def test_saved_pool_continues(tmp_path):
    inputs = keras.Input((1, 1, 1))
    layer = ImageHistoryPool(5, 1.0, seed=1)
    model = keras.Model(inputs, layer(inputs))
    play(layer, 4)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras").layers[1]
    np.testing.assert_array_equal(array(loaded.pool), array(layer.pool))
    # A full pool with probability 1 returns only what it kept.
    assert float(loaded(numbered(99, 1), training=True)[0, 0, 0, 0]) in array(layer.pool)


def test_two_replicas_share_one_pool(two_replicas):
    alone = ImageHistoryPool(5, seed=6)
    with two_replicas.scope():
        shared = ImageHistoryPool(5, seed=6)
        shared.build((4, 1, 1, 1))

    @tf.function
    def run(x):
        def part():
            index = tf.distribute.get_replica_context().replica_id_in_sync_group
            return shared(tf.reshape(x, [2, 2, 1, 1, 1])[index], training=True)

        return two_replicas.run(part)

    def joined(x):
        return np.concatenate(two_replicas.experimental_local_results(run(tf.constant(x))))

    np.testing.assert_array_equal(play(alone, 10), play(shared, 10, run=joined))


def test_no_gradient_passes():
    x = tf.constant(numbered(1, 4))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = ImageHistoryPool(5)(x, training=True)
    assert tape.gradient(y, x) is None


@pytest.mark.parametrize(
    "options, shape, message",
    [
        ({"size": 0}, (None, 1, 1, 1), "size=0"),
        ({"probability": 1.5}, (None, 1, 1, 1), "probability=1.5"),
        ({"seed": -1}, (None, 1, 1, 1), "seed=-1"),
        ({}, (None, None, 1, 1), "must know the shape"),
    ],
)
def test_wrong_use_is_named(options, shape, message):
    with pytest.raises(ValueError, match=message):
        ImageHistoryPool(**options).build(shape)
