"""Instance and virtual batch normalization, and minibatch standard deviation."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from oracles import array, maps, normal, randomize

from tfgan_suite import layers, tf_gan


def test_instance_normalization_is_over_the_positions_of_an_image():
    x = 3.0 + maps(3, 5, 4, 6)
    layer = layers.InstanceNormalization(dtype="float64")
    layer.build(x.shape)
    randomize(layer)
    mean, variance = x.mean((1, 2), keepdims=True), x.var((1, 2), keepdims=True)
    expected = array(layer.gamma) * (x - mean) / np.sqrt(variance + 1e-5) + array(layer.beta)
    np.testing.assert_allclose(array(layer(x)), expected, rtol=1e-9, atol=1e-10)


def test_instance_normalization_is_rebuilt_for_other_channels_from_its_config():
    layer = layers.InstanceNormalization(epsilon=1e-3, center=False)
    layer.build((None, 4, 4, 6))
    copy = layers.InstanceNormalization.from_config(layer.get_config())
    copy.build((None, 4, 4, 3))
    assert (copy.groups, copy.epsilon, copy.beta) == (3, 1e-3, None)


def stddev_maps(x, group, features, epsilon=1e-8):
    n, h, w, c = x.shape
    result = np.empty((n, h, w, features))
    for first in range(0, n, group):
        images = x[first : first + group]
        stddev = np.sqrt(images.var(axis=0) + epsilon)
        for f, part in enumerate(np.split(stddev, features, axis=-1)):
            result[first : first + group, :, :, f] = part.mean()
    return result


@pytest.mark.parametrize(
    "rows, group_size, group", [(8, 4, 4), (8, None, 8), (6, 4, 3), (7, 4, 1), (3, 8, 3)]
)
def test_minibatch_stddev_is_over_consecutive_images(rows, group_size, group):
    x = maps(rows, 3, 4, 6)
    y = array(layers.MinibatchStddev(group_size, 2, dtype="float64")(x))
    np.testing.assert_array_equal(y[..., :6], x)
    np.testing.assert_allclose(y[..., 6:], stddev_maps(x, group, 2), rtol=1e-10)


def test_minibatch_stddev_of_a_batch_of_unknown_size():
    inputs = keras.Input((3, 4, 6))
    model = keras.Model(inputs, layers.MinibatchStddev(4)(inputs))
    assert model.output_shape == (None, 3, 4, 7)
    x = maps(6, 3, 4, 6).astype("float32")
    np.testing.assert_allclose(
        model.predict(x, verbose=0)[..., 6:], stddev_maps(x, 3, 1), rtol=1e-5
    )


def test_minibatch_stddev_of_large_float16_features():
    x = (3000.0 * normal(4, 3, 3, 2)).astype("float16")
    y = array(layers.MinibatchStddev(dtype="mixed_float16")(x))
    np.testing.assert_allclose(y[..., 2:], stddev_maps(array(x), 4, 1), rtol=0.01)


def virtual(layer, x, reference):
    layer.build([x.shape, reference.shape])
    return [array(t) for t in layer([x, reference])]


@pytest.mark.parametrize("shape", [(4, 3, 5), (5,)])
def test_virtual_batch_normalization_uses_the_reference_and_the_example(shape):
    x, reference = 1.0 + maps(6, *shape), maps(4, *shape, seed=1)
    layer = layers.VirtualBatchNormalization(dtype="float64")
    layer.build([x.shape, reference.shape])
    randomize(layer)
    gamma, beta = array(layer.gamma), array(layer.beta)
    y, y_reference = (array(t) for t in layer([x, reference]))
    axes = tuple(range(len(shape)))
    for row, image in zip(y, x):
        # One example among R + 1, all of the same number of positions.
        joined = np.concatenate([reference, image[None]])
        expected = (image - joined.mean(axes)) / np.sqrt(joined.var(axes) + 1e-3)
        np.testing.assert_allclose(row, gamma * expected + beta, rtol=1e-9, atol=1e-10)
    expected = (reference - reference.mean(axes)) / np.sqrt(reference.var(axes) + 1e-3)
    np.testing.assert_allclose(y_reference, gamma * expected + beta, rtol=1e-9, atol=1e-10)


def test_virtual_batch_normalization_is_that_of_tf_gan():
    x, reference = (maps(n, 4, 3, 5, seed=n).astype("float32") for n in (6, 4))
    theirs = tf_gan.features.VBN(tf.constant(reference))
    y, y_reference = virtual(layers.VirtualBatchNormalization(), x, reference)
    np.testing.assert_allclose(y, array(theirs(tf.constant(x))), atol=1e-5)
    expected = array(theirs.reference_batch_normalization())
    np.testing.assert_allclose(y_reference, expected, atol=1e-5)


def test_virtual_batch_normalization_survives_a_large_mean():
    # The difference of squares has no digit left here.
    x, reference = (1e4 + maps(n, 4, 3, 5, seed=n) for n in (6, 4))
    exact = virtual(layers.VirtualBatchNormalization(dtype="float64"), x, reference)[0]
    single = virtual(
        layers.VirtualBatchNormalization(), x.astype("float32"), reference.astype("float32")
    )[0]
    np.testing.assert_allclose(single, exact, atol=0.01)


@pytest.mark.parametrize(
    "make, shape, message",
    [
        (lambda: layers.MinibatchStddev(0), None, "group_size=0"),
        (lambda: layers.MinibatchStddev(4, 4), (None, 4, 4, 6), "num_features=4"),
        (lambda: layers.MinibatchStddev(), (None, 6), "input_shape"),
        (lambda: layers.VirtualBatchNormalization(epsilon=0.0), None, "epsilon=0.0"),
        (lambda: layers.VirtualBatchNormalization(), [(None, 5), (4, 6)], "input_shape"),
        (lambda: layers.VirtualBatchNormalization(), (None, 5), "is called with a list"),
        (lambda: layers.ReferenceBatch(np.zeros((0, 3))), None, r"shape \(0, 3\)"),
        (lambda: layers.ReferenceBatch(np.full((2, 3), np.nan)), None, "all finite"),
    ],
)
def test_wrong_use_is_named(make, shape, message):
    with pytest.raises(ValueError, match=message):
        make().build(shape)
