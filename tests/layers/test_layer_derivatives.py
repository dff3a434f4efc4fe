"""Derivatives of every layer with weights or a formula of its own, by finite differences."""

import keras
import numpy as np
import pytest
from oracles import derivatives, maps, normal, randomize

from tfgan_suite import layers

K = keras.layers
X = maps(4, 6, 6, 4)
RGB = maps(4, 8, 8, 3)
W = normal(4, 5)

# name: (layer, float inputs, training). All twice: the path length penalty differentiates a
# generator's layers, the others a discriminator's.
CASES = {
    "conditional_batch_normalization": (
        layers.ConditionalBatchNormalization(dtype="float64"), [X, W], True
    ),
    "adain": (layers.AdaIN(dtype="float64"), [X, W], False),
    "dropout": (layers.Dropout(0.3, seed=1, dtype="float64"), [X], True),
    "noise_injection": (layers.NoiseInjection(True, seed=1, dtype="float64"), [X], True),
    "modulated": (layers.ModulatedConv2D(3, dtype="float64"), [X, W], False),
    "modulated_up": (layers.ModulatedConv2D(3, resample="up", dtype="float64"), [X, W], False),
    "pixel_normalization": (layers.PixelNormalization(dtype="float64"), [X], False),
    "upsample": (layers.Upsample(dtype="float64"), [X], False),
    "spectral_dense": (
        layers.SpectralNormalization(K.Dense(3, "tanh", dtype="float64")), [W], False
    ),
    "spectral_convolution": (
        layers.SpectralNormalization(K.Conv2D(3, 3, activation="tanh", dtype="float64")), [X], False
    ),
    "self_attention": (layers.SelfAttention(2, pooling=False, dtype="float64"), [X], False),
    "pooled_attention": (layers.SelfAttention(2, dtype="float64"), [X], False),
    "projection_head": (layers.ProjectionHead(dtype="float64"), [W, normal(4, 3)], False),
    "minibatch_stddev": (layers.MinibatchStddev(4, 2, dtype="float64"), [X], True),
    "instance_normalization": (layers.InstanceNormalization(dtype="float64"), [X], False),
    "virtual_batch_normalization": (
        layers.VirtualBatchNormalization(dtype="float64"), [X, maps(3, 6, 6, 4)], False
    ),
    "equalized_dense": (layers.EqualizedDense(3, activation="tanh", dtype="float64"), [W], False),
    "equalized_convolution": (
        layers.EqualizedConv2D(3, activation="tanh", dtype="float64"), [X], False
    ),
    "modulated_down": (layers.ModulatedConv2D(3, resample="down", dtype="float64"), [X, W], False),
    "blur": (layers.Blur(dtype="float64"), [X], False),
    "downsample": (layers.Downsample(dtype="float64"), [X], False),
    "learned_basis": (layers.LearnedBasis(3, 2, dtype="float64"), [W], False),
    "pack": (layers.Pack(2, dtype="float64"), [X], False),
    "clip_at_inference": (layers.ClipAtInference(-9.0, 9.0, dtype="float64"), [X], False),
    "pixel_shuffle": (layers.PixelShuffle(dtype="float64"), [X], False),
    "differentiable_augmentation": (
        layers.DifferentiableAugmentation(seed=1, dtype="float64"), [RGB], True
    ),
    "affine_augmentation": (layers.AffineAugmentation(seed=1, dtype="float64"), [RGB], True),
    "adaptive_augmentation": (
        layers.AdaptiveAugmentation(initial_probability=0.8, seed=1, dtype="float64"), [RGB], True
    ),
}  # fmt: skip


# Layers without a case, and why.
NO_DERIVATIVE = {
    "BatchNormalization": "in its own file: the fused operation takes no float64",
    "Conv2D": "in its own file: float64 is left to Keras",
    "Conv2DTranspose": "in its own file: float64 is left to Keras",
    "GradientNormalization": "in its own file, with a smooth critic",
    "ImageHistoryPool": "no gradient passes",
    "ReferenceBatch": "it does not look at its input",
}


def test_every_layer_is_here():
    made = {type(layer).__name__ for layer, _, _ in CASES.values()}
    public = {name for name in layers.__all__ if isinstance(getattr(layers, name), type)}
    assert made | set(NO_DERIVATIVE) == public


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", CASES)
def test_derivatives_equal_finite_differences(name, order):
    layer, inputs, training = CASES[name]
    layer = type(layer).from_config(layer.get_config())  # not built before
    shapes = [i.shape for i in inputs]
    layer.build(shapes if len(shapes) > 1 else shapes[0])
    randomize(layer)
    if name == "adaptive_augmentation":
        layer.p.assign(0.8)
    seeds = [v for v in layer.non_trainable_variables if "seed" in v.name]
    state = [(v, np.array(v)) for v in seeds]

    def call(tensors):
        # The same draws each time, and moving statistics as they were.
        for variable, value in state:
            variable.assign(value)
        y = layer(tensors if len(tensors) > 1 else tensors[0], training=training)
        # A square gives layers that are linear in their input a second derivative.
        y = y[0] if isinstance(y, (tuple, list)) else y
        return y + y * y if order == 2 else y

    by_tape, by_differences = derivatives(layer, inputs, call, order)
    assert abs(by_differences) > 1e-3
    assert by_tape == pytest.approx(by_differences, rel=1e-6)
