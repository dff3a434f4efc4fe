"""Conditional batch normalization and the projection head against NumPy."""

import keras
import numpy as np
import pytest
from oracles import array, maps, normal, randomize

from tfgan_suite.layers import ConditionalBatchNormalization, ProjectionHead

LABELS = np.array([2, 0, 1, 2, 2])


def built(layer, *inputs):
    layer.build([i.shape for i in inputs])
    return randomize(layer)


def normalized(x, mean, variance, scale, offset, epsilon=1e-5):
    spread = np.sqrt(variance + epsilon)
    return (1 + scale[:, None, None]) * (x - mean) / spread + offset[:, None, None]


def test_training_uses_statistics_of_the_batch_and_the_rows_of_the_labels():
    x = maps(5, 4, 3, 6)
    layer = built(ConditionalBatchNormalization(3, dtype="float64"), x, LABELS)
    scale, offset = array(layer.scale.embeddings)[LABELS], array(layer.offset.embeddings)[LABELS]
    expected = normalized(x, x.mean((0, 1, 2)), x.var((0, 1, 2)), scale, offset)
    y = layer([x, LABELS.astype("int32")], training=True)
    np.testing.assert_allclose(array(y), expected, rtol=1e-10, atol=1e-10)


def test_inference_uses_moving_statistics():
    x = maps(5, 4, 3, 6)
    layer = built(ConditionalBatchNormalization(3, dtype="float64"), x, LABELS)
    mean, variance = (array(w) for w in layer.normalization.non_trainable_weights)
    scale, offset = array(layer.scale.embeddings)[LABELS], array(layer.offset.embeddings)[LABELS]
    y = layer([x, LABELS.astype("int32")], training=False)
    np.testing.assert_allclose(
        array(y), normalized(x, mean, variance, scale, offset), rtol=1e-10, atol=1e-10
    )


def test_vectors_are_mapped_linearly():
    x, c = maps(5, 4, 3, 6), normal(5, 7)
    layer = built(ConditionalBatchNormalization(dtype="float64"), x, c)
    scale, offset = c @ array(layer.scale.kernel), c @ array(layer.offset.kernel)
    expected = normalized(x, x.mean((0, 1, 2)), x.var((0, 1, 2)), scale, offset)
    y = layer([x, c], training=True)
    np.testing.assert_allclose(array(y), expected, rtol=1e-10, atol=1e-10)


def test_one_hot_vectors_are_the_same_as_labels():
    x, one_hot = maps(5, 4, 3, 6), np.eye(3)[LABELS]
    by_label = built(ConditionalBatchNormalization(3, dtype="float64"), x, LABELS)
    by_vector = built(ConditionalBatchNormalization(dtype="float64"), x, one_hot)
    by_vector.set_weights(by_label.get_weights())
    np.testing.assert_allclose(
        array(by_vector([x, one_hot])), array(by_label([x, LABELS[:, None]])), rtol=1e-12
    )


def test_layer_starts_as_batch_normalization():
    x = maps(5, 4, 3, 6).astype("float32")
    y = ConditionalBatchNormalization(3)([x, LABELS], training=True)
    plain = keras.layers.BatchNormalization(epsilon=1e-5)(x, training=True)
    np.testing.assert_allclose(array(y), array(plain), atol=1e-5)


def test_spectral_normalization_divides_both_maps():
    x, c = maps(5, 4, 3, 6), normal(5, 7)
    layer = ConditionalBatchNormalization(spectral_normalization=True, dtype="float64")
    for _ in range(60):
        layer([x, c], training=True)
    w = [array(m.layer.kernel) for m in (layer.scale, layer.offset)]
    scale, offset = (c @ m / np.linalg.norm(m, 2) for m in w)
    expected = normalized(x, x.mean((0, 1, 2)), x.var((0, 1, 2)), scale, offset)
    np.testing.assert_allclose(array(layer([x, c], training=True)), expected, rtol=0.02, atol=0.02)


@pytest.mark.parametrize("shape", [(5, 6), (5, 4, 3, 6)])
def test_projection_head_adds_the_fit_of_label_and_features(shape):
    features = normal(*shape)
    head = ProjectionHead(3, spectral_normalization=False, dtype="float64")
    built(head, features, LABELS)
    phi = features.reshape(5, -1, 6).sum(axis=1)
    v, w, b = array(head.v.embeddings), array(head.psi.kernel), array(head.psi.bias)
    expected = [v[label] @ f + w[:, 0] @ f + b[0] for label, f in zip(LABELS, phi)]
    y = array(head([features, LABELS]))
    assert y.shape == (5, 1)
    np.testing.assert_allclose(y[:, 0], expected, rtol=1e-10)


def test_projection_head_takes_vectors():
    features, c = normal(5, 6), normal(5, 4, seed=1)
    head = built(ProjectionHead(spectral_normalization=False, dtype="float64"), features, c)
    v, w, b = array(head.v.kernel), array(head.psi.kernel), array(head.psi.bias)
    expected = np.sum((c @ v) * features, axis=1, keepdims=True) + features @ w + b
    np.testing.assert_allclose(array(head([features, c])), expected, rtol=1e-10)


@pytest.mark.parametrize("layer_class", [ConditionalBatchNormalization, ProjectionHead])
@pytest.mark.parametrize(
    "num_classes, condition, message",
    [
        (3, np.zeros((5, 4), "int32"), r"takes integer labels.*shape \(5, 4\)"),
        (3, np.zeros(5, "float32"), "labels of dtype float32"),
        (None, np.zeros(5, "float32"), r"takes condition vectors.*shape \(5,\)"),
        (0, np.zeros(5, "int32"), "num_classes=0"),
    ],
)
def test_wrong_conditions_are_named(layer_class, num_classes, condition, message):
    with pytest.raises(ValueError, match=message):
        layer_class(num_classes)([normal(5, 4, 4, 6).astype("float32"), condition])


@pytest.mark.parametrize("layer_class", [ConditionalBatchNormalization, ProjectionHead])
def test_a_missing_condition_is_named(layer_class):
    with pytest.raises(ValueError, match="is called with a list"):
        layer_class(3)(normal(5, 4, 4, 6).astype("float32"))
