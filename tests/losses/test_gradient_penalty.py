"""The gradient penalty: closed forms, second-order gradients, seeds, errors."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import losses, testing

A = np.array([[0.6], [-0.8], [1.2]])
SEED = tf.constant([3, 4], tf.int64)


def linear_critic(images):
    return tf.linalg.matmul(images, tf.constant(A, images.dtype))


def batches(shape=(5, 3), dtype=tf.float32):
    rng = np.random.default_rng(0)
    return [tf.constant(rng.normal(size=shape), dtype) for _ in range(2)]


@pytest.mark.parametrize("target", [0.0, 1.0, 2.0])
def test_a_linear_critic_has_the_closed_form(target):
    penalty = losses.GradientPenalty(weight=7.0, target=target)(linear_critic, *batches())
    expected = 7.0 * (np.linalg.norm(A) - target) ** 2
    np.testing.assert_allclose(penalty, expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("target", "expected"), [(1.0, (np.linalg.norm(A) - 1.0) ** 2), (2.0, 0.0)]
)
def test_one_sided_penalizes_only_norms_above_the_target(target, expected):
    penalty = losses.GradientPenalty(1.0, target=target, one_sided=True)
    np.testing.assert_allclose(penalty(linear_critic, *batches()), expected, rtol=1e-5)


def test_the_gradient_is_taken_between_real_and_fake():
    seen = []

    def critic(images):
        seen.append(images)
        return tf.reduce_sum(images, axis=1)

    real, fake = batches()
    losses.GradientPenalty()(critic, real, fake, seed=SEED)
    e = np.asarray((seen[0] - fake) / (real - fake))
    # One number of [0, 1) for each example, the same for all of its components.
    np.testing.assert_allclose(e, np.broadcast_to(e[:, :1], e.shape), rtol=1e-4)
    assert np.all((0.0 <= e) & (e < 1.0))
    assert len(np.unique(e[:, 0].round(5))) == len(e)


def test_the_interpolation_is_uniform_on_the_unit_interval():
    seen = []

    def critic(images):
        seen.append(images)
        return tf.reduce_sum(images, axis=1)

    losses.GradientPenalty()(critic, tf.ones([20000, 1]), tf.zeros([20000, 1]), seed=SEED)
    counts, _ = np.histogram(seen[0], bins=10, range=(0.0, 1.0))
    # Chi-squared with 9 degrees of freedom: above 27.9 with probability 0.001.
    assert np.sum((counts - 2000) ** 2 / 2000) < 27.9


def test_several_logits_of_an_image_count_as_their_sum():
    def patches(images):
        return tf.stack([images @ tf.constant(A, tf.float32), 2.0 * linear_critic(images)], axis=1)

    penalty = losses.GradientPenalty(1.0)(patches, *batches())
    np.testing.assert_allclose(penalty, (3.0 * np.linalg.norm(A) - 1.0) ** 2, rtol=1e-5)


def test_second_order_gradients_equal_finite_differences():
    """Critic v.tanh(W x): the penalty's gradient with respect to W and v, in float64."""
    rng = np.random.default_rng(1)
    w, v = rng.normal(size=(3, 4)), rng.normal(size=(4, 1))
    real, fake = (np.asarray(x, "float64") for x in batches())
    penalty = losses.GradientPenalty(10.0)
    seen = []

    def tf_critic(images):
        seen.append(images)
        return tf.tanh(images @ variables[0]) @ variables[1]

    variables = [tf.Variable(x, dtype=tf.float32) for x in (w, v)]
    with tf.GradientTape() as tape:
        value = penalty(tf_critic, *batches(), seed=SEED)
    gradients = tape.gradient(value, variables)
    x_hat = np.asarray(seen[0], "float64")

    def exact(w, v):
        slopes = (1.0 - np.tanh(x_hat @ w) ** 2) * v[:, 0]
        norms = np.linalg.norm(slopes @ w.T, axis=1)
        return 10.0 * np.mean((norms - 1.0) ** 2)

    np.testing.assert_allclose(value, exact(w, v), rtol=1e-5)
    for i, gradient in enumerate(gradients):
        numeric = np.zeros_like((w, v)[i])
        for index in np.ndindex(*numeric.shape):
            plus, minus = [w.copy(), v.copy()], [w.copy(), v.copy()]
            plus[i][index] += 1e-6
            minus[i][index] -= 1e-6
            numeric[index] = (exact(*plus) - exact(*minus)) / 2e-6
        np.testing.assert_allclose(gradient, numeric, rtol=1e-4, atol=1e-4)


def test_a_gradient_of_zero_gives_no_nan():
    weight = tf.Variable([[0.0], [0.0], [0.0]])
    with tf.GradientTape() as tape:
        value = losses.GradientPenalty(1.0)(lambda images: images @ weight, *batches())
    np.testing.assert_allclose(value, 1.0, rtol=1e-4)
    assert np.isfinite(tape.gradient(value, weight)).all()


def test_the_same_seed_gives_the_same_penalty_and_another_seed_another():
    _, critic = testing.mlp_networks((3,))
    penalty, data = losses.GradientPenalty(), batches()
    first, again = (penalty(critic, *data, seed=SEED) for _ in range(2))
    assert first == again
    assert penalty(critic, *data, seed=SEED + 1) != first


def test_without_a_seed_the_global_one_decides():
    _, critic = testing.mlp_networks((3,))
    penalty, data = losses.GradientPenalty(), batches()
    values = []
    for _ in range(2):
        keras.utils.set_random_seed(5)
        values.append([float(penalty(critic, *data)) for _ in range(2)])
    assert values[0] == values[1]
    assert values[0][0] != values[0][1]


def test_images_of_unknown_batch_size():
    penalty = losses.GradientPenalty(1.0)
    spec = tf.TensorSpec([None, 3], tf.float32)

    @tf.function(input_signature=[spec, spec])
    def traced(real, fake):
        return penalty(linear_critic, real, fake, seed=SEED)

    np.testing.assert_allclose(traced(*batches()), (np.linalg.norm(A) - 1.0) ** 2, rtol=1e-5)


def test_the_condition_reaches_the_critic():
    _, critic = testing.conditional_networks(dim=3)
    penalty, labels = losses.GradientPenalty(), tf.constant(testing.one_hot(5))
    with_labels = penalty(critic, *batches(), labels, seed=SEED)
    with_others = penalty(critic, *batches(), tf.roll(labels, 1, axis=1), seed=SEED)
    assert with_labels != with_others


def test_a_critic_that_ignores_its_images_is_named():
    with pytest.raises(ValueError, match="output does not depend on the images"):
        losses.GradientPenalty()(lambda images: tf.zeros([5, 1]), *batches())


def test_shapes_must_agree():
    real, fake = batches()
    with pytest.raises(ValueError, match=r"same shape.*real.shape=\(5, 3\), fake.shape=\(4, 3\)"):
        losses.GradientPenalty()(linear_critic, real, fake[:4])


@pytest.mark.parametrize("weight", [-1.0, float("nan")])
def test_the_weight_must_not_be_negative(weight):
    with pytest.raises(ValueError, match="`weight` must be >= 0. Received: weight="):
        losses.GradientPenalty(weight)


@pytest.mark.parametrize("interval", [0, -1, 1.5, True, None])
def test_the_interval_must_be_a_positive_integer(interval):
    with pytest.raises(ValueError, match="`interval` must be a positive integer. Received"):
        losses.GradientPenalty(interval=interval)


def test_a_penalty_survives_its_config():
    penalty = losses.GradientPenalty(3.0, target=0.5, one_sided=True, epsilon=1e-8, interval=4)
    config = keras.saving.serialize_keras_object(penalty)
    again = keras.saving.deserialize_keras_object(config)
    assert type(again) is losses.GradientPenalty
    assert again.get_config() == penalty.get_config()
    options = (again.weight, again.interval, again.target, again.one_sided, again.epsilon)
    assert options == (3.0, 4, 0.5, True, 1e-8)


def test_a_subclass_must_implement_its_value():
    class Nothing(losses.Penalty):
        pass

    with pytest.raises(NotImplementedError, match="Nothing must implement `value`"):
        Nothing(1.0)(linear_critic, *batches())
