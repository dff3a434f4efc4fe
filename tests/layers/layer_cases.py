"""Every layer with inputs to call it on: what the tests of common properties go through."""

import dataclasses
from collections.abc import Callable

import keras
import numpy as np

from tfgan_suite import layers

K = keras.layers
ROWS = 4


def _uniform(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype("float32")


X = _uniform(ROWS, 6, 6, 4)
RGB = _uniform(ROWS, 8, 8, 3)
W = _uniform(ROWS, 5)
LABELS = np.array([2, 0, 1, 1], "int32")


@dataclasses.dataclass(frozen=True)
class Case:
    """A layer and its inputs.

    Attributes:
        make: function of a dtype policy's name that gives the layer.
        inputs: an array or a list of arrays.
        of_its_batch: whether training calls depend on the other rows of the replica's batch.
        rows: inputs whose first axis is the batch.
    """

    make: Callable
    inputs: np.ndarray | list
    of_its_batch: bool = False
    rows: tuple = (0, 1)


def _wrapped(layer_class, *args, **options):
    return lambda d: layers.SpectralNormalization(layer_class(*args, dtype=d, **options), seed=1)


def _critic(d):
    return keras.Sequential(
        [keras.Input((6, 6, 4)), K.Conv2D(3, 3, dtype=d), K.ReLU(), K.Flatten(), K.Dense(1, dtype=d)]
    )


CASES = {
    "spectral_dense": Case(_wrapped(K.Dense, 3), W),
    "spectral_convolution": Case(_wrapped(K.Conv2D, 3, 3), X),
    "spectral_transposed": Case(_wrapped(K.Conv2DTranspose, 3, 3, 2), X),
    "spectral_depthwise": Case(_wrapped(K.DepthwiseConv2D, 3), X),
    "spectral_embedding": Case(_wrapped(K.Embedding, 3, 2), LABELS),
    "self_attention": Case(
        lambda d: layers.SelfAttention(spectral_normalization=True, dtype=d), X
    ),
    "conditional_batch_normalization": Case(
        lambda d: layers.ConditionalBatchNormalization(3, dtype=d), [X, LABELS], of_its_batch=True
    ),
    "conditional_batch_normalization_by_vector": Case(
        lambda d: layers.ConditionalBatchNormalization(spectral_normalization=True, dtype=d),
        [X, W],
        of_its_batch=True,
    ),
    "projection_head": Case(lambda d: layers.ProjectionHead(3, dtype=d), [X, LABELS]),
    "minibatch_stddev": Case(lambda d: layers.MinibatchStddev(2, 2, dtype=d), X),
    "equalized_dense": Case(
        lambda d: layers.EqualizedDense(3, activation="relu", lr_multiplier=0.01, dtype=d), W
    ),
    "equalized_convolution": Case(lambda d: layers.EqualizedConv2D(3, dtype=d), X),
    "pixel_normalization": Case(lambda d: layers.PixelNormalization(dtype=d), X),
    "noise_injection": Case(lambda d: layers.NoiseInjection(seed=1, dtype=d), X),
    "adain": Case(lambda d: layers.AdaIN(seed=1, dtype=d), [X, W]),
    "modulated_convolution": Case(lambda d: layers.ModulatedConv2D(3, dtype=d), [X, W]),
    "modulated_convolution_up": Case(
        lambda d: layers.ModulatedConv2D(3, resample="up", dtype=d), [X, W]
    ),
    "modulated_convolution_down": Case(
        lambda d: layers.ModulatedConv2D(3, resample="down", dtype=d), [X, W]
    ),
    "instance_normalization": Case(lambda d: layers.InstanceNormalization(dtype=d), X),
    "virtual_batch_normalization": Case(
        lambda d: layers.VirtualBatchNormalization(dtype=d), [X, X[:3] + 1], rows=(0,)
    ),
    "reference_batch": Case(lambda d: layers.ReferenceBatch(X[:3], dtype=d), X, rows=()),
    "blur": Case(lambda d: layers.Blur(dtype=d), X),
    "upsample": Case(lambda d: layers.Upsample(dtype=d), X),
    "upsample_nearest": Case(lambda d: layers.Upsample(taps=None, dtype=d), X),
    "downsample": Case(lambda d: layers.Downsample(dtype=d), X),
    "downsample_average": Case(lambda d: layers.Downsample(taps=None, dtype=d), X),
    "pixel_shuffle": Case(lambda d: layers.PixelShuffle(dtype=d), X),
    "image_history_pool": Case(lambda d: layers.ImageHistoryPool(3, seed=1, dtype=d), X),
    "differentiable_augmentation": Case(
        lambda d: layers.DifferentiableAugmentation(seed=1, dtype=d), RGB
    ),
    "adaptive_augmentation": Case(
        lambda d: layers.AdaptiveAugmentation(initial_probability=0.5, seed=1, dtype=d), RGB
    ),
    "gradient_normalization": Case(lambda d: layers.GradientNormalization(_critic(d)), X),
}
