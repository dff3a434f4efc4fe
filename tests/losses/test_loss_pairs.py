"""Every pair and function: against TF-GAN's live functions, NumPy, and the paper's identities."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import losses, tf_gan

wargs = tf_gan.losses.wargs
REDUCTIONS = tf.compat.v1.losses.Reduction.all()
MEANS = [r for r in REDUCTIONS if r not in ("none", "weighted_sum")]
SHAPES = [(6,), (6, 1), (6, 2, 2, 1)]
TF_GAN_PAIRS = {
    "minimax": losses.Minimax(0.1),
    "modified": losses.ModifiedMinimax(0.1),
    "wasserstein": losses.Wasserstein(),
    "wasserstein_hinge": losses.Hinge(1.5, 0.5),
    "least_squares": losses.LeastSquares(0.9, -0.2, 0.9),
}
OPTIONS = {
    "minimax": {"label_smoothing": 0.1},
    "modified": {"label_smoothing": 0.1},
    "wasserstein_hinge": {"real_hinge": 1.5, "generated_hinge": 0.5},
    "least_squares": {"real_label": 0.9, "fake_label": -0.2},
}
FORMS = {
    "logistic": lambda y: np.logaddexp(0.0, -y),
    "hinge": lambda y: np.maximum(0.0, 1.0 - y),
    "least_squares": lambda y: (1.0 - y) ** 2,
}
RELATIVISTIC = {
    (average, form): getattr(
        losses, f"Relativistic{average.title()}{form.title().replace('_', '')}"
    )
    for average in ("standard", "average")
    for form in FORMS
}
PAIRS = [*TF_GAN_PAIRS.values(), losses.Logistic(), *(cls() for cls in RELATIVISTIC.values())]


def identify(value):
    return type(value).__name__ if isinstance(value, losses.AdversarialLoss) else str(value)


def logits(shape, dtype=tf.float32):
    rng = np.random.default_rng(0)
    return [tf.constant(rng.normal(0.0, 2.0, shape), dtype) for _ in range(2)]


def weights(shape):
    """One weight for each example, some of them 0, in TF-GAN's shape."""
    rng = np.random.default_rng(1)
    rows = rng.uniform(0.5, 2.0, (2, shape[0])).astype("float32")
    rows[0, 1] = rows[1, 2] = 0.0
    return [w.reshape([-1] + [1] * (len(shape) - 1)) for w in rows]


def value_and_gradients(loss, real, fake):
    with tf.GradientTape() as tape:
        tape.watch([real, fake])
        value = loss(real, fake)
    return [value, *tape.gradient(value, [real, fake], unconnected_gradients="zero")]


def assert_same(actual, expected):
    for a, e in zip(actual, expected, strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(e), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", TF_GAN_PAIRS)
def test_the_functions_equal_tf_gans_for_every_reduction(name, shape, reduction):
    real, fake = logits(shape)
    real_weights, fake_weights = weights(shape)
    for player in ("discriminator", "generator"):
        ours, theirs = (getattr(m, f"{name}_{player}_loss") for m in (losses, wargs))
        options = {"reduction": reduction, **OPTIONS.get(name, {})}
        if player == "discriminator":
            options.update(real_weights=real_weights, generated_weights=fake_weights)
            pair = [lambda r, f, loss=loss: loss(r, f, **options) for loss in (ours, theirs)]
        else:
            options = {"reduction": reduction, "weights": fake_weights}
            pair = [lambda r, f, loss=loss: loss(f, **options) for loss in (ours, theirs)]
        assert_same(*(value_and_gradients(loss, real, fake) for loss in pair))


@pytest.mark.parametrize("reduction", MEANS)
@pytest.mark.parametrize("name", TF_GAN_PAIRS)
def test_the_pairs_weigh_examples_as_tf_gan(name, reduction):
    real, fake = logits((6, 2, 1))
    real_weights, fake_weights = weights((6, 2, 1))
    pair = type(TF_GAN_PAIRS[name])(
        **{**TF_GAN_PAIRS[name].get_config(), "reduction": reduction}
    )
    by_example = {"real_weights": real_weights[:, 0, 0], "generated_weights": fake_weights[:, 0, 0]}
    expected = getattr(wargs, f"{name}_discriminator_loss")(
        real,
        fake,
        real_weights=real_weights,
        generated_weights=fake_weights,
        reduction=reduction,
        **OPTIONS.get(name, {}),
    )
    np.testing.assert_allclose(
        pair.discriminator_loss(real, fake, **by_example), expected, rtol=1e-6
    )
    g_options = {"real_label": 0.9} if name == "least_squares" else {}
    expected = getattr(wargs, f"{name}_generator_loss")(
        fake, weights=fake_weights, reduction=reduction, **g_options
    )
    np.testing.assert_allclose(pair.generator_loss(None, fake, **by_example), expected, rtol=1e-6)


def test_logistic_is_softplus_without_smoothing():
    real, fake = logits((6, 1))
    softplus = [np.logaddexp(0.0, np.asarray(d, "float64")) for d in (-real, fake, -fake)]
    pair = losses.Logistic()
    np.testing.assert_allclose(
        pair.discriminator_loss(real, fake), softplus[0].mean() + softplus[1].mean(), rtol=1e-6
    )
    np.testing.assert_allclose(pair.generator_loss(None, fake), softplus[2].mean(), rtol=1e-6)


def test_least_squares_has_a_target_of_its_own_for_the_generator():
    real, fake = logits((6, 1))
    pair = losses.LeastSquares(real_label=1.0, fake_label=-1.0, generator_label=0.0)
    fake64 = np.asarray(fake, "float64")
    np.testing.assert_allclose(pair.generator_loss(None, fake), np.mean(fake64**2) / 2, rtol=1e-6)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("key", RELATIVISTIC, ids="-".join)
def test_relativistic_pairs_follow_the_paper(key, shape):
    average, f = key[0] == "average", FORMS[key[1]]
    real, fake = logits(shape)

    def expected(a, b):
        a, b = np.asarray(a, "float64"), np.asarray(b, "float64")
        if not average:
            return np.mean(f(a - b))
        return np.mean(f(a - b.mean())) + np.mean(f(a.mean() - b))

    pair = RELATIVISTIC[key]()
    assert pair.generator_needs_real
    np.testing.assert_allclose(pair.discriminator_loss(real, fake), expected(real, fake), rtol=1e-6)
    np.testing.assert_allclose(pair.generator_loss(real, fake), expected(fake, real), rtol=1e-6)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_average_logistic_pair_is_tf_gans(shape):
    real, fake = logits(shape)
    for player in ("discriminator", "generator"):
        theirs = getattr(wargs, f"relativistic_{player}_loss")
        ours = getattr(losses, f"relativistic_{player}_loss")
        method = getattr(losses.RelativisticAverageLogistic(), f"{player}_loss")
        expected = value_and_gradients(theirs, real, fake)
        assert_same(value_and_gradients(ours, real, fake), expected)
        assert_same(value_and_gradients(method, real, fake), expected)


@pytest.mark.parametrize("average", [True, False])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_relativistic_weights_and_reductions(average, reduction):
    real, fake = logits((6, 1))
    real_weights, fake_weights = weights((6, 1))
    loss = losses.relativistic_discriminator_loss(
        real, fake, "hinge", average, real_weights, fake_weights, reduction
    )
    f, r, g = FORMS["hinge"], np.asarray(real, "float64"), np.asarray(fake, "float64")

    def reduced(values, w):
        total = np.sum(values * w)
        return {
            "none": values * w,
            "weighted_sum": total,
            "weighted_mean": total / np.sum(w),
            "weighted_sum_over_batch_size": total / values.size,
            "weighted_sum_by_nonzero_weights": total / np.count_nonzero(w),
        }[reduction]

    if average:
        expected = reduced(f(r - g.mean()), real_weights) + reduced(f(r.mean() - g), fake_weights)
    else:
        expected = reduced(f(r - g), real_weights * fake_weights)
    np.testing.assert_allclose(loss, expected, rtol=1e-5)


def test_names_find_the_new_pairs():
    assert type(losses.get("hinge")) is losses.Hinge
    assert type(losses.get("relativistic_average_hinge")) is losses.RelativisticAverageHinge


def test_a_pair_of_functions_of_this_package_comes_back_as_itself():
    pair = losses.get((losses.relativistic_generator_loss, losses.relativistic_discriminator_loss))
    again = losses.get(keras.saving.serialize_keras_object(pair))
    assert again.generator_fn is losses.relativistic_generator_loss
    assert again.discriminator_fn is losses.relativistic_discriminator_loss


@pytest.mark.parametrize("pair", PAIRS, ids=identify)
def test_logits_of_other_shapes_are_named(pair):
    with pytest.raises(ValueError, match=r"must have the same shape.*Received:.*\(6, 1\).*\(6,\)"):
        pair.discriminator_loss(tf.zeros([6, 1]), tf.zeros([6]))


def test_weights_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r"`real_weights` must be a number.*Received.*\(5,\)"):
        losses.Wasserstein().discriminator_loss(*logits((6, 1)), real_weights=tf.ones([5]))
    with pytest.raises(ValueError, match=r"`weights` must be a number.*Received.*\(6, 3\)"):
        losses.wasserstein_generator_loss(tf.zeros([6, 1]), weights=tf.ones([6, 3]))


@pytest.mark.parametrize("reduction", ["none", "weighted_sum", "mean"])
def test_a_pair_takes_means_alone(reduction):
    with pytest.raises(ValueError, match="`reduction` must be one of.*Received: reduction="):
        losses.Hinge(reduction=reduction)


def test_an_unknown_reduction_or_form_is_named():
    with pytest.raises(ValueError, match="`reduction` must be one of.*'mean'"):
        losses.wasserstein_generator_loss(tf.zeros([2]), reduction="mean")
    with pytest.raises(ValueError, match="`form` must be one of.*'square'"):
        losses.relativistic_discriminator_loss(tf.zeros([2]), tf.zeros([2]), form="square")


@pytest.mark.parametrize("option", ["real_label", "fake_label", "generator_label"])
def test_labels_must_be_finite(option):
    with pytest.raises(ValueError, match=f"`{option}` must be finite"):
        losses.LeastSquares(**{option: float("nan")})
