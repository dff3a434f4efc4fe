"""What layers inside the networks contribute to a step: regularizers, adaptive augmentation."""

import keras
import numpy as np
import pytest
from families import compiled, fit, make

from tfgan_suite import layers, testing


def regularized(player, weight):
    """Networks of which one player's first kernel has an L2 regularizer."""
    networks = testing.mlp_networks()
    network = networks[["generator", "discriminator"].index(player)]
    layer = next(x for x in network.layers if isinstance(x, keras.layers.Dense))
    layer.kernel.regularizer = keras.regularizers.L2(weight)
    return networks, layer.kernel


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_regularizers_pull_their_players_weights(player):
    x, rate, weight = testing.points(4), 0.1, 0.05
    moved = {}
    for strength in (0.0, weight):
        networks, kernel = regularized(player, strength)
        start = kernel.numpy().astype("float64")
        fit(compiled(make(networks=networks), rate=rate), x)
        moved[strength] = kernel.numpy()
    # The gradient of weight * |W|^2 is 2 * weight * W, at the weights before the step.
    np.testing.assert_allclose(moved[weight] - moved[0.0], -rate * 2 * weight * start, atol=1e-6)


@pytest.mark.parametrize("simultaneous", [False, True])
def test_adaptive_augmentation_in_the_discriminator_adapts(simultaneous):
    augmentation = layers.AdaptiveAugmentation(interval=1, images_to_full=100, seed=0)
    images = keras.Input((8, 8, 1))
    logits = keras.layers.Dense(1, kernel_initializer="zeros", bias_initializer="ones")
    discriminator = keras.Model(images, logits(keras.layers.Flatten()(augmentation(images))))
    latents = keras.Input((testing.LATENT_DIM,))
    generator = keras.Model(
        latents, keras.layers.Reshape((8, 8, 1))(keras.layers.Dense(64, "tanh")(latents))
    )
    trainer = make(networks=(generator, discriminator), simultaneous=simultaneous)
    # Every real image is called real at first: r_t = 1 is above the target, and p rises by 4 / 100.
    fit(compiled(trainer, rate=1e-6), testing.images(4))
    np.testing.assert_allclose(augmentation.p.numpy(), 0.04, rtol=1e-5)


@pytest.mark.parametrize("option", ["sample_weight", "class_weight"])
def test_weights_of_samples_are_refused(option):
    with pytest.raises(ValueError, match=f"take no `{option}`.*Received: {option}="):
        fit(compiled(make()), testing.points(4), **{option: {0: 1.0}})
