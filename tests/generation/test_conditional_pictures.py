"""Pictures of generators that depend on something: what stands in rows, and beside them."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import GAN, drawing, testing
from tfgan_suite.callbacks import LatentInterpolation, LatentTraversal
from tfgan_suite.conditions import Labels
from tfgan_suite.generation import Generate, SamplePicture
from tfgan_suite.generation.given_rows import first_pairs, first_rows, spread_rows
from tfgan_suite.generation.margins import side_by_side, with_margin
from tfgan_suite.generation.rows_of_conditions import words_of_rows
from tfgan_suite.interface import Interface

SHAPE, DIM = (8, 8, 1), 3


def trainer_of_vectors(size=2):
    """A GAN that takes vectors beside latents and images."""

    def network(first, out):
        given, condition = keras.Input(first), keras.Input((size,))
        x = keras.layers.Concatenate()([keras.layers.Flatten()(given), condition])
        return keras.Model([given, condition], out(x))

    def images(x):
        return keras.layers.Reshape(SHAPE)(keras.layers.Dense(64, "tanh")(x))

    return GAN(network((DIM,), images), network(SHAPE, keras.layers.Dense(1)), DIM, seed=1)


def test_rows_are_of_the_conditions_of_the_real_examples():
    trainer = trainer_of_vectors()
    real = testing.images(6, SHAPE), testing.points(6)
    generate = Generate(trainer)
    picture = SamplePicture(generate, rows=3, columns=4, seed=2, real=real)
    z = np.tile(trainer.sample_latents(4, seed=2), (3, 1))
    made = generate.of(z, np.repeat(real[1][:3], 4, axis=0))
    grid, pixels = drawing.tile(made, 4), picture()
    np.testing.assert_array_equal(pixels[:, -grid.shape[1] :], grid.repeat(3, axis=-1))
    assert pixels.shape[1] > grid.shape[1]  # the margin that says which vectors
    np.testing.assert_array_equal(picture.draw_real(), drawing.tile(real[0], 4))


def test_without_real_examples_nobody_knows_the_vectors():
    with pytest.raises(ValueError, match="only its data know"):
        SamplePicture(Generate(trainer_of_vectors()))


def test_conditions_that_are_given_are_drawn():
    generate = Generate(trainer_of_vectors())
    given = np.repeat([[0.5, -1.0], [2.0, 0.0]], 3, axis=0)
    picture = SamplePicture(generate, rows=2, columns=3, condition=given)
    np.testing.assert_array_equal(picture.condition, given)
    assert len(picture.latents) == 6
    assert words_of_rows(generate, given, 3) == ["0.5, -1", "2, 0"]
    assert words_of_rows(generate, given, 2) is None  # the second row is of two


class Declared(Generate):
    """A generator whose classes have names."""

    names = ("owl", "dog")

    @property
    def interface(self):
        interface = super().interface
        return Interface(interface.source, interface.output, (Labels(2, self.names),))


def test_a_margin_names_classes_that_have_names():
    generate = Declared(trainer_of_vectors())
    assert words_of_rows(generate, np.array([1, 1, 0, 0]), 2) == ["dog", "owl"]
    picture = SamplePicture(generate, columns=3)
    np.testing.assert_array_equal(picture.condition, [0, 0, 0, 1, 1, 1])
    generate.names = None
    assert words_of_rows(generate, np.array([1, 1, 0, 0]), 2) is None
    assert picture().shape == (2 * 66 + 2, 3 * 66 + 2, 1)


def test_words_stand_at_the_height_of_their_rows():
    pixels = np.full([134, 20, 1], 7, np.uint8)
    margin = with_margin(pixels, ["", "mmm"])[:, :-20]
    written = np.nonzero((margin < 200).any(axis=(1, 2)))[0]
    assert 68 < written.min() and written.max() < 132
    assert abs(written.mean() - 100) < 4
    longest = with_margin(pixels, ["", "m" * 30])
    assert with_margin(pixels, ["", "m" * 300]).shape[1] <= longest.shape[1] + 10


def test_pictures_beside_one_another_share_their_gap():
    images = testing.images(6, SHAPE)
    left, right = (drawing.tile(images[rows], 1) for rows in (slice(3), slice(3, 6)))
    order = [0, 3, 1, 4, 2, 5]
    expected = drawing.tile(images[order], 2).repeat(3, axis=-1)
    np.testing.assert_array_equal(side_by_side([left, right]), expected)


def test_a_lower_picture_is_enlarged():
    low, high = np.zeros([10, 4, 1], np.uint8), np.full([20, 6, 3], 9, np.uint8)
    assert side_by_side([low, high]).shape == (20, 8 + 6, 3)


def test_the_first_rows_of_batches_and_of_arrays():
    rows = np.arange(10.0)
    np.testing.assert_array_equal(first_rows(rows, 3), [rows[:3]])
    batches = tf_batches((rows, -rows), 4)
    for found, expected in zip(first_rows(batches, 6), (rows[:6], -rows[:6]), strict=True):
        np.testing.assert_array_equal(found, expected)
    with pytest.raises(ValueError, match="`x` must hold pairs.*1 in place"):
        first_pairs(rows, 3, "x")
    with pytest.raises(ValueError, match="`real` must hold at least one"):
        first_rows(rows[:0], 3)


@pytest.mark.parametrize("batched", [False, True])
def test_real_examples_of_sorted_classes_are_a_mix(batched):
    labels = np.repeat(np.arange(4), 100)
    columns = np.linspace(-1, 1, 400, dtype=np.float32), labels
    _, found = spread_rows(tf_batches(columns, 50) if batched else columns, 8)
    np.testing.assert_array_equal(np.bincount(found), [2, 2, 2, 2])


def tf_batches(columns, size):
    return tf.data.Dataset.from_tensor_slices(columns).batch(size)


@pytest.mark.parametrize("callback", [LatentInterpolation, LatentTraversal])
def test_a_condition_that_nobody_knows_is_missed_before_the_training(callback, tmp_path):
    trainer = trainer_of_vectors()
    trainer.compile(loss="hinge", run_eagerly=True)
    unknown = callback(tmp_path)
    unknown.set_model(trainer)
    with pytest.raises(ValueError, match="only its data know"):
        unknown.on_train_begin()
    # Of the data some rows are kept, which are known as the training begins.
    data = testing.images(4, SHAPE), testing.points(4)
    trainer.fit(*data, verbose=0, callbacks=[callback(tmp_path)])
    given = testing.points(2)
    trainer.fit(*data, verbose=0, callbacks=[callback(tmp_path, rows=2, condition=given)])
    assert list(tmp_path.glob("*.png"))
