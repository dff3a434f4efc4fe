"""Penalties: closed forms, memory, dtypes, configs, and wrong use by name."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import losses, testing, tf_gan
from tfgan_suite.schedules import Cosine

A = np.array([0.5, -1.5, 2.0], "float32")
SEED = tf.constant([3, 4])
ON_IMAGES = [
    losses.GradientPenalty(),
    losses.R1(),
    losses.R2(),
    losses.DRAGAN(),
    losses.Drift(),
    losses.LeCam(),
]
CONSISTENCIES = [
    losses.ConsistencyRegularization(),
    losses.BalancedConsistencyRegularization(fake_ratio=0.5),
]
ON_GENERATOR = [
    losses.PathLength(),
    losses.LatentDiversityRegularization(),
    losses.ModeSeeking(),
]
ON_WEIGHTS = [losses.OrthogonalRegularization(), losses.SpectralNormRegularization()]
ALL = [
    *ON_IMAGES, *CONSISTENCIES, *ON_GENERATOR, *ON_WEIGHTS, losses.LatentConsistencyRegularization()
]


def identify(penalty):
    return penalty.name


def linear(images):
    return images @ tf.constant(A)[:, None]


def batches(rows=5, seed=0):
    return [tf.constant(testing.points(rows, 3, seed + s)) for s in range(2)]


def pictures(rows=4, seed=0):
    return [tf.constant(testing.images(rows, (6, 5, 1), seed + s)) for s in range(2)]


# --- Closed forms -----------------------------------------------------------------------------


@pytest.mark.parametrize("cls", [losses.R1, losses.R2])
def test_zero_centered_penalties_of_a_linear_critic(cls):
    np.testing.assert_allclose(cls(1.0)(linear, *batches()), np.dot(A, A) / 2, rtol=1e-6)


@pytest.mark.parametrize("cls", [losses.GradientPenalty, losses.DRAGAN])
@pytest.mark.parametrize("target", [1.0, 0.0, 5.0])
@pytest.mark.parametrize("one_sided", [False, True])
def test_norm_penalties_of_a_linear_critic(cls, target, one_sided):
    excess = np.linalg.norm(A) - target
    expected = (max(excess, 0.0) if one_sided else excess) ** 2
    penalty = cls(1.0, target, one_sided=one_sided)
    np.testing.assert_allclose(penalty(linear, *batches()), expected, rtol=1e-5)


def test_r1_looks_at_real_images_and_r2_at_generated_ones():
    real, fake = batches()

    def critic(x):
        return tf.reduce_sum(x**2, axis=1)

    for penalty, images in ((losses.R1(1.0), real), (losses.R2(1.0), fake)):
        expected = np.mean(np.sum(4 * np.asarray(images, "float64") ** 2, axis=1)) / 2
        np.testing.assert_allclose(penalty(critic, real, fake), expected, rtol=1e-5)


def test_norms_are_taken_for_each_example():
    def critic(images):  # gradient: the image itself
        return 0.5 * tf.reduce_sum(images**2, axis=1)

    real = tf.constant([[3.0, 4.0], [0.0, 1.0]])
    penalty = losses.GradientPenalty(1.0)(critic, real, real)  # no line to choose a point of
    np.testing.assert_allclose(penalty, ((5 - 1) ** 2 + (1 - 1) ** 2) / 2, rtol=1e-5)


def test_the_points_of_dragan_scatter_as_asked():
    seen = []

    def critic(images):
        seen.append(images.numpy())
        return linear(images)

    real = tf.zeros([4000, 3])
    losses.DRAGAN(stddev=0.3)(critic, real, None, seed=SEED)
    np.testing.assert_allclose(seen[0].std(), 0.3, rtol=0.03)
    assert abs(seen[0].mean()) < 0.01


def test_drift_is_the_second_moment_on_real_images():
    real, fake = batches()
    expected = 0.001 * np.mean((np.asarray(real, "float64") @ A) ** 2)
    np.testing.assert_allclose(losses.Drift()(linear, real, fake), expected, rtol=1e-5)


def test_path_length_of_a_linear_generator():
    """G(z) = z W has J^T y = W y, and |W y| has a mean square of |W|_F^2 for y ~ N(0, I)."""
    w = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")
    z = tf.zeros([20000, 3])
    penalty = losses.PathLength(1.0, decay=1.0, interval=1)
    first = penalty(lambda latents: latents @ w, z, seed=SEED)
    np.testing.assert_allclose(first, np.sum(w**2), rtol=0.03)  # against the average 0
    lengths = float(penalty.memory.variables[0].value)
    second = penalty(lambda latents: latents @ w, z, seed=SEED)
    # decay=1: now the deviations are from the mean length of the same draw.
    np.testing.assert_allclose(second, float(first) - lengths**2, rtol=1e-3)


def test_path_length_of_images_is_divided_by_their_pixels():
    z = tf.zeros([20000, 1])
    penalty = losses.PathLength(1.0, interval=1)
    generated = lambda latents: latents[:, :, None, None] * tf.ones([1, 4, 2, 1])  # noqa: E731
    # J^T y is the sum of 8 pixels' noise of variance 1 / 8.
    np.testing.assert_allclose(penalty(generated, z, seed=SEED), 1.0, rtol=0.05)


def test_the_running_length_moves_by_decay():
    penalty = losses.PathLength(1.0, decay=0.25, interval=1)
    draw = {"seed": SEED}
    penalty(lambda z: 2 * z, batches()[0], **draw)
    once = float(penalty.memory.variables[0].value)
    penalty(lambda z: 2 * z, batches()[0], **draw)
    np.testing.assert_allclose(penalty.memory.variables[0].value, 1.75 * once, rtol=1e-5)


@pytest.mark.parametrize("rectified", [False, True])
def test_le_cam_compares_with_the_averages_of_the_other_kind(rectified):
    penalty = losses.LeCam(1.0, decay=0.9, rectified=rectified)
    (real, fake), (real2, fake2) = batches(), batches(seed=5)
    assert penalty(linear, real, fake) == 0.0
    logits = [np.asarray(x, "float64") @ A for x in (real, fake, real2, fake2)]
    a_real, a_fake = logits[0].mean(), logits[1].mean()
    above, below = logits[2] - a_fake, a_real - logits[3]
    if rectified:
        above, below = np.maximum(above, 0), np.maximum(below, 0)
    expected = np.mean(above**2) + np.mean(below**2)
    np.testing.assert_allclose(penalty(linear, real2, fake2), expected, rtol=1e-5)
    averages = [float(v.value) for v in penalty.memory.variables]
    moved = [0.9 * a_real + 0.1 * logits[2].mean(), 0.9 * a_fake + 0.1 * logits[3].mean(), 2.0]
    np.testing.assert_allclose(averages, moved, rtol=1e-5)


def first_pixel(images):
    return images[:, :1, 0, 0]


@keras.saving.register_keras_serializable("tests")
def plus_one(images, seed):
    return images + 1.0


def test_consistency_of_a_known_transform():
    real, fake = pictures()
    cr = losses.ConsistencyRegularization(2.0, transform=plus_one)
    np.testing.assert_allclose(cr(first_pixel, real, fake), 2.0, rtol=1e-5)
    bcr = losses.BalancedConsistencyRegularization(2.0, 0.5, transform=plus_one)
    np.testing.assert_allclose(bcr(first_pixel, real, fake), 3.0, rtol=1e-5)


@pytest.mark.parametrize("penalty", CONSISTENCIES, ids=identify)
def test_a_critic_that_is_invariant_has_no_consistency_penalty(penalty):
    assert penalty(lambda x: tf.reduce_sum(x[:, :1, :1] * 0.0, axis=[1, 2]), *pictures()) == 0.0


def test_latent_consistency_of_a_linear_game():
    """D(G(z)) - D(G(z + d)) = -a.d, of variance |a|^2 stddev^2."""
    penalty = losses.LatentConsistencyRegularization(1.0, stddev=0.1)
    value = penalty(
        linear, None, None, seed=SEED, generator=lambda z: z, latents=tf.zeros([20000, 3])
    )
    np.testing.assert_allclose(value, 0.01 * np.dot(A, A), rtol=0.03)


def test_latent_diversity_of_a_linear_generator():
    penalty = losses.LatentDiversityRegularization(1.0, stddev=0.1)
    value = penalty(lambda z: 2.0 * z, tf.zeros([20000, 3]), seed=SEED)
    np.testing.assert_allclose(value, -0.04, rtol=0.03)


def test_mode_seeking_of_a_linear_generator():
    penalty = losses.ModeSeeking(3.0, epsilon=1e-5)
    value = penalty(lambda z: 2.0 * z, batches()[0])
    np.testing.assert_allclose(value, 3.0 / (2.0 + 1e-5), rtol=1e-5)


def weight_network(dtype="float32"):
    layers = keras.layers
    images = keras.Input([4, 4, 2], dtype=dtype)
    x = layers.Conv2D(3, 2, dtype=dtype)(images)
    x = layers.Conv2DTranspose(5, 2, dtype=dtype)(x)
    x = layers.DepthwiseConv2D(2, dtype=dtype)(x)
    return keras.Model(images, layers.Dense(4, dtype=dtype)(layers.Flatten(dtype=dtype)(x)))


def numpy_matrices(network):
    conv, transposed, dense = (
        np.asarray(layer.kernel.numpy(), "float64") for layer in network.layers if layer.weights
        and not isinstance(layer, keras.layers.DepthwiseConv2D)
    )
    columns = [conv.reshape(-1, 3), np.swapaxes(transposed, 2, 3).reshape(-1, 5), dense]
    return columns


def test_orthogonal_regularization_is_off_diagonal():
    network, expected = weight_network(), 0.0
    for w in numpy_matrices(network):
        products = w.T @ w
        expected += np.sum((products * (1 - np.eye(len(products)))) ** 2)
    actual = losses.OrthogonalRegularization(0.5)(network)
    np.testing.assert_allclose(actual, 0.5 * expected, rtol=1e-5)


def test_spectral_norms_are_the_largest_singular_values():
    network = weight_network()
    penalty = losses.SpectralNormRegularization(2.0, iterations=3)
    values = [float(penalty(network)) for _ in range(40)]
    expected = 2 * sum(np.linalg.svd(w, compute_uv=False)[0] for w in numpy_matrices(network))
    np.testing.assert_allclose(values[-1], expected, rtol=1e-3)
    assert values[0] < values[-1]


def test_the_spectral_norm_is_tf_gans_and_so_is_its_gradient():
    w = np.random.default_rng(0).normal(size=(2, 2, 3, 4)).astype("float32")
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        kernel = tf.compat.v1.get_variable("w", initializer=w)
        norm = tf_gan.features.compute_spectral_norm(kernel, power_iteration_rounds=200)
        fetches = [norm, tf.gradients(norm, kernel)[0]]
        session.run(tf.compat.v1.global_variables_initializer())
        expected = session.run(fetches)
    images = keras.Input([4, 4, 3])
    network = keras.Model(images, keras.layers.Conv2D(4, 2, use_bias=False)(images))
    network.set_weights([w])
    penalty = losses.SpectralNormRegularization(1.0, iterations=200)
    with tf.GradientTape() as tape:
        value = penalty(network)
    np.testing.assert_allclose(value, expected[0], rtol=1e-6)
    gradient = tape.gradient(value, network.trainable_variables[0].value)
    np.testing.assert_allclose(gradient, expected[1], atol=1e-5)


# --- TF-GAN's function ------------------------------------------------------------------------


@pytest.mark.parametrize("reduction", tf.compat.v1.losses.Reduction.all())
@pytest.mark.parametrize("one_sided", [False, True])
def test_the_function_is_tf_gans_and_so_is_its_gradient_to_the_critics_weights(
    reduction, one_sided
):
    real, inputs = batches()  # real and generated images are the same: no point to draw
    options = {"target": 0.3, "one_sided": one_sided, "epsilon": 1e-6, "reduction": reduction}
    options["weights"] = tf.constant([1.0, 0.0, 2.0, 0.5, 1.0])
    start = [tf.constant(testing.points(3, 4, seed=2)), tf.constant(testing.points(4, 1))]

    def penalty_of(function, w, v):
        def critic(images, inputs):
            return tf.tanh((images * inputs) @ w) @ v

        return function(real, real, inputs, critic, "critic", **options)

    @tf.function  # TF-GAN's refuses eager mode
    def theirs(w, v):
        value = penalty_of(tf_gan.losses.wargs.wasserstein_gradient_penalty, w, v)
        return [value, *tf.gradients(value, [w, v])]

    with tf.GradientTape() as tape:
        tape.watch(start)
        ours = penalty_of(losses.wasserstein_gradient_penalty, *start)
    expected = theirs(*start)
    for a, b in zip([ours, *tape.gradient(ours, start)], expected, strict=True):
        assert np.abs(b).max() > 1e-2
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-6)


# --- Flips and shifts -------------------------------------------------------------------------


def test_flips_and_shifts_are_those_of_numpy():
    images = testing.images(64, (6, 5, 1))
    moved = losses.flip_and_shift(tf.constant(images), SEED, shift=0.34).numpy()
    seen = set()
    for before, after in zip(images, moved):
        padded = np.pad(before, ((2, 2), (1, 1), (0, 0)), "reflect")
        variants = {
            (dy, dx, flip): padded[2 + dy : 8 + dy, 1 + dx : 6 + dx][:, :: -1 if flip else 1]
            for dy in range(-2, 3)
            for dx in range(-1, 2)
            for flip in (False, True)
        }
        found = [key for key, variant in variants.items() if np.array_equal(variant, after)]
        assert len(found) == 1
        seen |= set(found)
    assert len(seen) > 20  # of 30


def test_vectors_cannot_be_flipped():
    with pytest.raises(ValueError, match=r"give another `transform`.*Received: .*\(5, 3\)"):
        losses.ConsistencyRegularization()(linear, *batches())


# --- What all penalties share -----------------------------------------------------------------


def tiny_networks():
    generator, discriminator = testing.mlp_networks((6, 5, 1))
    return generator, discriminator


def call(penalty, generator, discriminator, real, fake, **options):
    """Any penalty, with what its kind is called with."""
    z = tf.constant(testing.points(real.shape[0], testing.LATENT_DIM))
    if isinstance(penalty, losses.WeightPenalty):
        return penalty(discriminator)
    if penalty.player == "generator":
        return penalty(generator, z, **options)
    if penalty.needs_latents:
        options = {**options, "generator": generator, "latents": z}
    return penalty(discriminator, real, fake, **options)


def fresh(penalty):
    return type(penalty).from_config(penalty.get_config())


@pytest.mark.parametrize("penalty", [*ON_IMAGES, *CONSISTENCIES], ids=identify)
def test_no_nan_where_the_gradient_is_zero(penalty):
    c = tf.Variable(0.0)
    with tf.GradientTape() as tape:
        value = penalty(lambda x: c * tf.reduce_sum(x, axis=[1, 2]), *pictures(), seed=SEED)
    gradient = tape.gradient(value, c, unconnected_gradients="zero")
    assert np.isfinite(value)
    assert np.isfinite(gradient)


@pytest.mark.parametrize("penalty", ON_GENERATOR, ids=identify)
def test_no_nan_where_the_generator_is_flat(penalty):
    c = tf.Variable(0.0)
    with tf.GradientTape() as tape:
        value = penalty(lambda z: c * z, batches()[0], seed=SEED)
    assert np.isfinite(value)
    assert np.isfinite(tape.gradient(value, c))


@pytest.mark.parametrize("penalty", ALL, ids=identify)
def test_the_weight_is_a_factor(penalty):
    networks, data = tiny_networks(), pictures()
    config = penalty.get_config()
    once, thrice = (type(penalty).from_config({**config, "weight": w}) for w in (1.0, 3.0))
    for _ in range(2):
        values = [call(p, *networks, *data, seed=SEED) for p in (once, thrice)]
    np.testing.assert_allclose(values[1], 3 * values[0], rtol=1e-5)
    assert values[0] != 0.0


def test_a_transform_survives_the_config():
    penalty = losses.ConsistencyRegularization(transform=plus_one)
    config = keras.saving.serialize_keras_object(penalty)
    assert keras.saving.deserialize_keras_object(config).transform is plus_one


@pytest.mark.parametrize("penalty", ALL, ids=identify)
def test_a_penalty_leaves_the_networks_as_they_are(penalty):
    layers = keras.layers
    images = keras.Input([6, 5, 1])
    x = layers.Dropout(0.5)(layers.BatchNormalization()(layers.Conv2D(2, 3)(images)))
    discriminator = keras.Model(images, layers.Dense(1)(layers.Flatten()(x)))
    before = testing.vector(discriminator)
    call(penalty, tiny_networks()[0], discriminator, *pictures())
    assert np.array_equal(testing.vector(discriminator), before)


def test_the_network_is_penalized_in_training_mode():
    images = keras.Input([3])
    critic = keras.Model(images, keras.layers.Dropout(0.5, seed=1)(keras.layers.Dense(64)(images)))
    trained = losses.R1(1.0)(critic, *batches())
    inferred = losses.R1(1.0)(lambda x: critic(x, training=False), *batches())
    assert abs(trained - inferred) > 1e-3


def test_known_logits_are_not_computed_again():
    calls = []

    def critic(images):
        calls.append(images)
        return linear(images)

    real, fake = batches()
    known = {"real_logits": linear(real), "fake_logits": linear(fake)}
    assert losses.Drift()(critic, real, fake, **known) == losses.Drift()(linear, real, fake)
    assert not calls
    losses.R1()(critic, real, fake, **known)  # but their gradient must be
    assert len(calls) == 1


def test_the_first_of_several_outputs_is_penalized():
    value = losses.R1(1.0)(lambda x: (linear(x), 5.0 * x), *batches())
    np.testing.assert_allclose(value, np.dot(A, A) / 2, rtol=1e-6)


def test_patches_are_summed():
    value = losses.R1(1.0)(lambda x: tf.concat([linear(x), linear(x)], axis=1), *batches())
    np.testing.assert_allclose(value, 2 * np.dot(A, A), rtol=1e-6)


# --- Wrong use --------------------------------------------------------------------------------


@pytest.mark.parametrize("penalty", ALL, ids=identify)
@pytest.mark.parametrize(("option", "value"), [("weight", -1.0), ("interval", 0), ("weight", "1")])
def test_negative_options_are_named(penalty, option, value):
    with pytest.raises(ValueError, match=f"`{option}` must be .*Received: {option}={value!r}"):
        type(penalty).from_config({**penalty.get_config(), option: value})


@pytest.mark.parametrize("penalty", [*ON_IMAGES, *CONSISTENCIES], ids=identify)
def test_images_of_other_shapes_are_named(penalty):
    real, fake = pictures()
    with pytest.raises(ValueError, match="`real` and `fake` must have the same shape. Received"):
        penalty(first_pixel, real, fake[:3])


@pytest.mark.parametrize("penalty", ON_IMAGES[:4], ids=identify)
def test_a_critic_without_gradient_is_named(penalty):
    with pytest.raises(ValueError, match="discriminator's output does not depend on the images"):
        penalty(lambda x: tf.cast(tf.argmax(x, axis=1), tf.float32), *batches())


def test_a_generator_without_gradient_is_named():
    with pytest.raises(ValueError, match="generator's output does not depend on the latents"):
        losses.PathLength()(lambda z: tf.zeros([5, 2]), batches()[0])


def test_integer_images_are_named():
    with pytest.raises(ValueError, match="`real` must be float.*uint8"):
        losses.R1()(linear, tf.zeros([5, 3], tf.uint8), None)


def test_latents_that_are_missing_are_named():
    with pytest.raises(ValueError, match="needs `generator` and `latents`"):
        losses.LatentConsistencyRegularization()(linear, *batches())


def test_a_network_without_kernels_is_named():
    images = keras.Input([3])
    network = keras.Model(images, keras.layers.BatchNormalization()(images))
    with pytest.raises(ValueError, match="needs a network with trainable kernels"):
        losses.OrthogonalRegularization()(network)


def test_singular_vectors_belong_to_one_network():
    penalty = losses.SpectralNormRegularization()
    generator, discriminator = tiny_networks()
    penalty(generator)
    with pytest.raises(ValueError, match="make another one for each"):
        penalty(discriminator)


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: losses.LeCam(decay=1.0), r"`decay` must be in \[0, 1\)"),
        (lambda: losses.PathLength(decay=1.5), r"`decay` must be in \[0, 1\]"),
        (lambda: losses.DRAGAN(stddev=-0.1), "`stddev` must be >= 0"),
        (lambda: losses.R1(float("inf")), "`weight` must be finite"),
        (lambda: losses.SpectralNormRegularization(iterations=0), "`iterations` must be a pos"),
        (lambda: losses.ConsistencyRegularization(transform=3), "`transform` must be a function"),
        (lambda: losses.ModeSeeking()(lambda z: z, tf.zeros([1, 2])), "at least two"),
    ],
)
def test_other_wrong_use_is_named(make, match):
    with pytest.raises(ValueError, match=match):
        make()


# --- Weights that follow a schedule ---------------------------------------------------------------


@pytest.mark.parametrize(
    "penalty", [losses.R1, losses.OrthogonalRegularization], ids=["images", "weights"]
)
def test_a_scheduled_weight_is_that_of_the_step(penalty):
    scheduled, plain = penalty(Cosine(3.0, 1.0, 4)), penalty(1.0)
    _, network = testing.mlp_networks()
    real, fake = (tf.constant(testing.points(5, 2, s)) for s in range(2))
    expected = 2.0 * plain(network, real, fake)  # half way
    np.testing.assert_allclose(scheduled(network, real, fake, step=2), expected, rtol=1e-6)
    with pytest.raises(ValueError, match="follows a schedule: call it with step=.*step=None"):
        scheduled(network, real, fake)


def test_a_scheduled_weight_comes_back_from_its_config():
    penalty = losses.R1(Cosine(3.0, 1.0, 4), interval=2)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(penalty))
    assert again == penalty and isinstance(again.weight, Cosine)
