"""Self-attention against NumPy."""

import numpy as np
import pytest
import tensorflow as tf
from oracles import array, maps, randomize

from tfgan_suite.layers import SelfAttention


def pooled(x):
    h, w = x.shape[1] // 2 * 2, x.shape[2] // 2 * 2
    x = x[:, :h, :w]
    return np.max(
        [x[:, i::2, j::2] for i in range(2) for j in range(2)], axis=0
    )


def attention(x, f, g, h, v, gamma, pooling):
    """Eq. 1-3, image by image and position by position."""
    result = np.empty_like(x)
    for n, image in enumerate(x):
        keys, values = image @ g, image @ h
        if pooling:
            keys, values = pooled(keys[None])[0], pooled(values[None])[0]
        keys, values = keys.reshape(-1, g.shape[1]), values.reshape(-1, h.shape[1])
        for position in np.ndindex(*image.shape[:2]):
            scores = keys @ (image[position] @ f)
            beta = np.exp(scores - scores.max())
            beta /= beta.sum()
            result[n][position] = gamma * (beta @ values) @ v + image[position]
    return result


@pytest.mark.parametrize("size", [(4, 6), (5, 3)])
@pytest.mark.parametrize("pooling", [True, False])
def test_output_is_that_of_the_equations(size, pooling):
    x = maps(2, *size, 16)
    layer = SelfAttention(pooling=pooling, dtype="float64")
    layer.build(x.shape)
    randomize(layer)
    kernels = [
        array(c.kernel)[0, 0]
        for c in (layer.query, layer.key, layer.values, layer.output_projection)
    ]
    assert [k.shape for k in kernels] == [(16, 2), (16, 2), (16, 8), (8, 16)]
    expected = attention(x, *kernels, float(layer.gamma), pooling)
    np.testing.assert_allclose(array(layer(x)), expected, rtol=1e-10, atol=1e-10)


def test_layer_starts_as_the_identity():
    x = maps(2, 4, 4, 8).astype("float32")
    np.testing.assert_array_equal(array(SelfAttention()(x)), x)


def test_gamma_has_a_gradient_at_the_start():
    x = maps(2, 4, 4, 8).astype("float32")
    layer = SelfAttention()
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(x) ** 2)
    assert abs(float(tape.gradient(loss, layer.gamma.value))) > 1e-3


def test_float16_scores_beyond_its_range_stay_finite():
    x = 100.0 * maps(2, 4, 4, 64).astype("float16")
    layer = SelfAttention(dtype="mixed_float16")
    layer.build(x.shape)
    layer.gamma.assign(0.01)
    assert np.isfinite(array(layer(x))).all()


def test_spectral_normalization_wraps_all_four_kernels():
    layer = SelfAttention(spectral_normalization=True)
    layer.build((None, 4, 4, 8))
    assert sum(w.name == "u" for w in layer.weights) == 4


@pytest.mark.parametrize(
    "options, shape, message",
    [
        ({"reduction": 0}, (None, 4, 4, 8), "reduction=0"),
        ({}, (None, 4, 8), r"input_shape=\(None, 4, 8\)"),
        ({}, (None, 1, 4, 8), "pooling=False"),
    ],
)
def test_wrong_use_is_named(options, shape, message):
    with pytest.raises(ValueError, match=message):
        SelfAttention(**options).build(shape)
