"""Gradients clipped on request, by Keras's options of the optimizers."""

import families
import keras
import numpy as np
import pytest

from tfgan_suite import testing


def moves(optimizer):
    """How far one step of plain gradient descent at rate 1 moves each player, as vectors."""
    gan = families.compiled(
        families.make(),
        optimizer=optimizer(),
        discriminator_optimizer=optimizer(),
    )
    networks = (gan.generator, gan.discriminator)
    before = [testing.vector(network) for network in networks]
    families.fit(gan, 3.0 * testing.points(4))
    return [testing.vector(n) - start for n, start in zip(networks, before)]


def scaled(**options):
    return keras.optimizers.LossScaleOptimizer(
        keras.optimizers.SGD(1.0, **options), initial_scale=2.0**10
    )


@pytest.mark.parametrize("make", [keras.optimizers.SGD, scaled], ids=["plain", "loss scale"])
def test_the_norm_of_all_gradients_is_clipped_and_their_direction_kept(make):
    rate = {} if make is scaled else {"learning_rate": 1.0}
    _, free = moves(lambda: make(**rate))
    clip = 0.1 * float(np.linalg.norm(free))
    _, clipped = moves(lambda: make(**rate, global_clipnorm=clip))
    np.testing.assert_allclose(clipped, 0.1 * free, rtol=1e-4, atol=1e-7)


def test_each_component_is_clipped():
    free = moves(lambda: keras.optimizers.SGD(1.0))
    limit = 0.5 * float(np.abs(free[1]).max())
    clipped = moves(lambda: keras.optimizers.SGD(1.0, clipvalue=limit))
    np.testing.assert_allclose(clipped[1], np.clip(free[1], -limit, limit), rtol=1e-4, atol=1e-7)
    assert np.abs(clipped[0]).max() <= 1.0001 * limit
