"""Dropout: its rate and scale, and masks that differ between replicas and can be drawn again."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import distribution, layers, testing
from tfgan_suite.layers._random import give_shares_their_seeds

ONES = np.ones((400, 50), "float32")


def test_it_drops_at_its_rate_and_scales_up_what_is_left():
    y = layers.Dropout(0.3, seed=1)(ONES, training=True).numpy()
    np.testing.assert_allclose(y[y > 0], 1 / 0.7, rtol=1e-6)
    # Four standard deviations of a frequency in 20 000.
    assert abs((y == 0).mean() - 0.3) < 4 * (0.3 * 0.7 / y.size) ** 0.5
    assert len({tuple(row) for row in y}) == len(y)


@pytest.mark.parametrize("layer", [layers.Dropout(0.5), layers.Dropout(0.0)], ids=["off", "none"])
def test_outside_of_training_and_at_rate_0_it_changes_nothing(layer):
    training = layer.rate == 0.0
    np.testing.assert_array_equal(layer(ONES, training=training), ONES)


def test_at_rate_1_nothing_is_left():
    assert not np.any(layers.Dropout(1.0)(ONES, training=True))


def test_each_call_has_another_mask_and_each_seed_its_own():
    def masks(seed):
        layer = layers.Dropout(0.5, seed=seed)
        return [layer(ONES, training=True).numpy() for _ in range(2)]

    (first, second), again, other = masks(1), masks(1), masks(2)
    assert np.any(first != second)
    np.testing.assert_array_equal([first, second], again)
    assert np.any(first != other[0])


def test_micro_batches_take_the_rows_of_one_mask():
    whole = layers.Dropout(0.5, seed=1)(ONES, training=True)
    parts = []
    for index in range(4):
        with distribution.micro_batch(index, 4):
            parts.append(layers.Dropout(0.5, seed=1)(ONES[:100], training=True))
    np.testing.assert_array_equal(np.concatenate(parts), whole)


@pytest.mark.parametrize(("rate", "seed"), [(1.5, 1), (-0.1, 1), (0.5, -1), (0.5, "a")])
def test_what_is_out_of_range_is_refused(rate, seed):
    with pytest.raises(ValueError, match="Received: "):
        layers.Dropout(rate, seed=seed)


# --- Keras's own random layers in a trainer -----------------------------------------------------

KERAS = {
    "Dropout": lambda: keras.layers.Dropout(0.5, seed=3),
    "SpatialDropout2D": lambda: keras.layers.SpatialDropout2D(0.5, seed=3),
    "GaussianNoise": lambda: keras.layers.GaussianNoise(1.0, seed=3),
    "GaussianDropout": lambda: keras.layers.GaussianDropout(0.5, seed=3),
    "RandomTranslation": lambda: keras.layers.RandomTranslation(0.4, 0.4, seed=3),
}
IMAGES = testing.images(4, (6, 6, 8), seed=1)


def network(make, given=True):
    images = keras.Input(IMAGES.shape[1:])
    model = keras.Model(images, make()(images))
    if given:
        give_shares_their_seeds(model)
    return model


def on_two(make, strategy, given=True):
    with strategy.scope():
        model = network(make, given)
    run = tf.function(lambda: strategy.run(lambda: model(IMAGES, training=True)))
    return [[np.asarray(y) for y in strategy.experimental_local_results(run())] for _ in range(2)]


@pytest.mark.parametrize("make", KERAS.values(), ids=KERAS)
def test_replicas_draw_differently_and_again_the_same(make, two_replicas):
    calls = on_two(make, two_replicas)
    for first, second in calls:
        assert np.any(first != second)
    assert np.any(calls[0][0] != calls[1][0])
    np.testing.assert_array_equal(on_two(make, two_replicas), calls)


def test_without_that_keras_draws_the_same_on_all_replicas(two_replicas):
    """The reason for all this; should it fail, Keras has learned it."""
    for first, second in on_two(KERAS["Dropout"], two_replicas, given=False):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("make", KERAS.values(), ids=KERAS)
def test_on_one_device_seeds_stay_what_they_were(make):
    given, plain = (network(make, given)(IMAGES, training=True) for given in (True, False))
    np.testing.assert_array_equal(given, plain)
