"""A generator of every layer that can serve, exported and loaded by TensorFlow alone."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from oracles import array, maps, normal

from tfgan_suite import layers
from tfgan_suite.export import export
from tfgan_suite.interface import infer
from tfgan_suite.latents import LatentPrior
from tfgan_suite.served_part import ServedPart

K = keras.layers
SPECTRAL = layers.SpectralNormalization


def generator(noise="fixed"):
    z = keras.Input((8,))
    w = layers.EqualizedDense(6, activation="leaky_relu")(layers.PixelNormalization()(z))
    x = K.Reshape((2, 2, 8))(SPECTRAL(K.Dense(32))(z))
    x = layers.ConditionalBatchNormalization(spectral_normalization=True)([x, w])
    x = SPECTRAL(K.Conv2DTranspose(8, 3, 2, "same"))(x)
    x = layers.SelfAttention(spectral_normalization=True)(x)
    x = layers.ModulatedConv2D(8, resample="up")([x, w])
    x = layers.NoiseInjection(inference=noise, seed=1)(x)
    x = layers.AdaIN()([layers.EqualizedConv2D(8)(layers.InstanceNormalization()(x)), w])
    reference = layers.ReferenceBatch(maps(3, 8))(z)
    v, _ = layers.VirtualBatchNormalization()([z, reference])
    x = K.Add()([x, K.Reshape((1, 1, 8))(v)])
    x = layers.Blur()(layers.Downsample()(layers.Upsample()(x)))
    return keras.Model(z, K.Conv2D(3, 1)(layers.PixelShuffle()(x)))


def part(network):
    return ServedPart(network, infer(network, prior=LatentPrior(8)))


def test_exported_generator_gives_the_same_images(tmp_path):
    network = generator()
    network(normal(4, 8).astype("float32"), training=True)  # statistics and u that are not initial
    z = normal(3, 8, seed=1).astype("float32")
    served = tf.saved_model.load(str(export(part(network), tmp_path)))
    images = served.signatures["serving_default"](latents=tf.constant(z))["images"]
    assert images.shape == (3, 16, 16, 3)
    np.testing.assert_allclose(array(images), array(network(z)), rtol=1e-4, atol=1e-5)
    alone = served.signatures["serving_default"](latents=tf.constant(z[1:2]))["images"]
    np.testing.assert_allclose(array(alone)[0], array(images)[1], rtol=1e-4, atol=1e-5)


def test_random_noise_at_inference_is_refused(tmp_path):
    with pytest.raises(ValueError, match="without random numbers"):
        export(part(generator(noise="random")), tmp_path)
