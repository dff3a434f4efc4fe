"""Every penalty's gradient, second order included, against finite differences in float64."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import losses, testing

SEED = tf.constant([5, 6])
STEP = 1e-5


def double_networks():
    """A smooth generator and discriminator of 4 x 4 images that compute in float64."""
    layers = keras.layers
    keras.utils.set_random_seed(0)
    z = keras.Input([testing.LATENT_DIM], dtype="float64")
    x = layers.Dense(5, "tanh", dtype="float64")(z)
    x = layers.Dense(16, "tanh", dtype="float64")(x)
    generator = keras.Model(z, layers.Reshape([4, 4, 1], dtype="float64")(x))
    images = keras.Input([4, 4, 1], dtype="float64")
    y = layers.Conv2D(3, 2, activation="tanh", dtype="float64")(images)
    y = layers.Dense(4, "tanh", dtype="float64")(layers.Flatten(dtype="float64")(y))
    return generator, keras.Model(images, layers.Dense(1, dtype="float64")(y))


def data(rows=4):
    rng = np.random.default_rng(0)
    real, fake = (tf.constant(rng.uniform(-1, 1, (rows, 4, 4, 1))) for _ in range(2))
    return real, fake, tf.constant(rng.normal(size=(rows, testing.LATENT_DIM)))


PENALTIES = {
    "gradient_penalty": lambda: losses.GradientPenalty(2.0, target=0.1),
    "one_sided": lambda: losses.GradientPenalty(2.0, target=0.1, one_sided=True),
    "r1": lambda: losses.R1(2.0),
    "r2": lambda: losses.R2(2.0),
    "dragan": lambda: losses.DRAGAN(2.0, target=0.1),
    "drift": lambda: losses.Drift(2.0),
    "le_cam": lambda: losses.LeCam(2.0),
    "le_cam_rectified": lambda: losses.LeCam(2.0, rectified=True),
    "cr": lambda: losses.ConsistencyRegularization(2.0),
    "bcr": lambda: losses.BalancedConsistencyRegularization(2.0, 0.5),
    "latent_consistency": lambda: losses.LatentConsistencyRegularization(2.0, stddev=0.3),
    "latent_diversity": lambda: losses.LatentDiversityRegularization(2.0, stddev=0.3),
    "path_length": lambda: losses.PathLength(2.0),
    "mode_seeking": lambda: losses.ModeSeeking(2.0),
    "orthogonal": lambda: losses.OrthogonalRegularization(2.0),
    "spectral_norm": lambda: losses.SpectralNormRegularization(2.0, iterations=100),
}


def test_every_penalty_is_here():
    made = {type(make()) for make in PENALTIES.values()}
    classes = [getattr(losses, name) for name in losses.__all__]
    penalties = [c for c in classes if isinstance(c, type) and issubclass(c, losses.Penalty)]
    bases = {losses.Penalty, losses.GeneratorPenalty, losses.WeightPenalty}
    assert made == set(penalties) - bases


def compute(penalty, generator, discriminator, real, fake, z):
    """The penalty alone: no memory moves."""
    if isinstance(penalty, losses.WeightPenalty):
        return penalty.compute(discriminator)[0]
    if penalty.player == "generator":
        return penalty.compute(generator, z, seed=SEED)[0]
    options = {"generator": generator, "latents": z} if penalty.needs_latents else {}
    return penalty.compute(discriminator, real, fake, seed=SEED, **options)[0]


@pytest.mark.parametrize("name", PENALTIES)
def test_the_gradient_to_the_weights(name):
    penalty, (generator, discriminator), inputs = PENALTIES[name](), double_networks(), data()
    player = generator if penalty.player == "generator" else discriminator
    penalty.build(player)
    if name.startswith("le_cam"):  # with averages to compare with
        penalty(discriminator, *data()[:2])
    value = tf.function(lambda: compute(penalty, generator, discriminator, *inputs))
    with tf.GradientTape() as tape:
        loss = compute(penalty, generator, discriminator, *inputs)
    assert loss.dtype == tf.float64
    weights = [variable.value for variable in player.trainable_variables]
    gradients = tape.gradient(loss, weights, unconnected_gradients="zero")
    rng = np.random.default_rng(7)
    start = [w.numpy() for w in weights]
    for _ in range(3):  # directions
        direction = [rng.normal(size=w.shape) for w in weights]
        ends = []
        for sign in (1, -1):
            for w, s, d in zip(weights, start, direction):
                w.assign(s + sign * STEP * d)
            ends.append(float(value()))
        expected = (ends[0] - ends[1]) / (2 * STEP)
        actual = sum(np.sum(g * d) for g, d in zip(gradients, direction))
        assert abs(actual) > 1e-6
        np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-8)


def image_gradients(discriminator, images):
    """Gradient of each image's logit by central differences in every pixel."""
    flat = np.asarray(images).reshape(len(images), -1)
    columns = []
    for pixel in range(flat.shape[1]):
        shift = np.zeros_like(flat)
        shift[:, pixel] = STEP
        ends = [
            discriminator(tf.constant((flat + sign * shift).reshape(images.shape)))[:, 0].numpy()
            for sign in (1, -1)
        ]
        columns.append((ends[0] - ends[1]) / (2 * STEP))
    return np.stack(columns, axis=1)


@pytest.mark.parametrize("cls", [losses.R1, losses.R2])
def test_the_inner_gradient_of_r1_and_r2(cls):
    _, discriminator = double_networks()
    real, fake, _ = data()
    slopes = image_gradients(discriminator, real if cls is losses.R1 else fake)
    expected = np.mean(np.sum(slopes**2, axis=1)) / 2
    np.testing.assert_allclose(cls(1.0)(discriminator, real, fake), expected, rtol=1e-7)


@pytest.mark.parametrize("target", [0.0, 0.5])
def test_the_inner_gradient_of_the_gradient_penalty(target):
    _, discriminator = double_networks()
    real, _, _ = data()  # real and generated images are the same: no point to draw
    norms = np.linalg.norm(image_gradients(discriminator, real), axis=1)
    expected = np.mean((norms - target) ** 2)
    actual = losses.GradientPenalty(1.0, target, epsilon=0.0)(discriminator, real, real)
    np.testing.assert_allclose(actual, expected, rtol=1e-7)


def test_the_length_of_paths_is_that_of_the_jacobian():
    """E |J^T y|^2 is |J|_F^2 / (H W); the Jacobian by central differences."""
    generator, _ = double_networks()
    z = np.random.default_rng(0).normal(size=(1, testing.LATENT_DIM))
    jacobian = []
    for shift in STEP * np.eye(testing.LATENT_DIM):
        ends = [generator(tf.constant(z + sign * shift)).numpy().ravel() for sign in (1, -1)]
        jacobian.append((ends[0] - ends[1]) / (2 * STEP))
    rows = tf.constant(np.repeat(z, 20000, axis=0))
    actual = losses.PathLength(1.0)(generator, rows, seed=SEED)
    np.testing.assert_allclose(actual, np.sum(np.square(jacobian)) / 16, rtol=0.03)
