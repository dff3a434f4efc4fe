"""Values and gradients of the adversarial losses: against TF-GAN and against closed forms."""

import dataclasses
import functools
from typing import Callable

import closed_forms
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import losses, tf_gan

SHAPES = [(6,), (6, 1), (3, 4, 2, 1)]
wargs = tf_gan.losses.wargs


@dataclasses.dataclass
class Case:
    """A loss, one of its players, and the two independent sources of its value."""

    name: str
    loss: Callable
    tf_gan: Callable
    closed_form: Callable


def discriminator_cases(name, cls):
    for smoothing in (0.25, 0.0):
        yield Case(
            f"{name}_discriminator_smoothed_{smoothing}",
            cls(label_smoothing=smoothing).discriminator_loss,
            functools.partial(
                getattr(wargs, f"{name}_discriminator_loss"), label_smoothing=smoothing
            ),
            functools.partial(closed_forms.cross_entropy_discriminator, smoothing=smoothing),
        )


CASES = [
    *discriminator_cases("minimax", losses.Minimax),
    *discriminator_cases("modified", losses.ModifiedMinimax),
    Case(
        "minimax_generator",
        losses.Minimax().generator_loss,
        lambda real, fake: wargs.minimax_generator_loss(fake),
        closed_forms.minimax_generator,
    ),
    Case(
        "modified_generator",
        losses.ModifiedMinimax().generator_loss,
        lambda real, fake: wargs.modified_generator_loss(fake),
        closed_forms.modified_generator,
    ),
    Case(
        "wasserstein_discriminator",
        losses.Wasserstein().discriminator_loss,
        wargs.wasserstein_discriminator_loss,
        closed_forms.wasserstein_discriminator,
    ),
    Case(
        "wasserstein_generator",
        losses.Wasserstein().generator_loss,
        lambda real, fake: wargs.wasserstein_generator_loss(fake),
        closed_forms.wasserstein_generator,
    ),
]


def logits(shape, dtype=tf.float32):
    rng = np.random.default_rng(0)
    return [tf.constant(rng.normal(0.0, 3.0, shape), dtype) for _ in range(2)]


def value_and_gradients(loss, real, fake):
    with tf.GradientTape() as tape:
        tape.watch([real, fake])
        value = loss(real, fake)
    return value, *tape.gradient(value, [real, fake], unconnected_gradients="zero")


def assert_close(actual, expected):
    for a, e in zip(actual, expected, strict=True):
        np.testing.assert_allclose(np.asarray(a, "float64"), e, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_equals_tf_gan(case, shape):
    real, fake = logits(shape)
    expected = [np.asarray(e) for e in value_and_gradients(case.tf_gan, real, fake)]
    assert_close(value_and_gradients(case.loss, real, fake), expected)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_equals_the_closed_form(case, shape):
    real, fake = logits(shape)
    expected = case.closed_form(*(np.asarray(x, "float64") for x in (real, fake)))
    assert_close(value_and_gradients(case.loss, real, fake), expected)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_extreme_logits_stay_finite(case):
    real, fake = tf.constant([[1e4], [-1e4]]), tf.constant([[-1e4], [1e4]])
    assert all(np.isfinite(x).all() for x in value_and_gradients(case.loss, real, fake))


@pytest.mark.parametrize("cls", [losses.Minimax, losses.ModifiedMinimax, losses.Wasserstein])
def test_the_generator_needs_no_real_logits(cls):
    real, fake = logits((6, 1))
    assert not cls.generator_needs_real
    assert cls().generator_loss(None, fake) == cls().generator_loss(real, fake)


def test_no_loss_is_kept_in_a_graph_collection():
    graph = tf.Graph()
    with graph.as_default():
        for cls in (losses.Minimax, losses.ModifiedMinimax, losses.Wasserstein):
            cls().discriminator_loss(*logits((6, 1)))
            cls().generator_loss(*logits((6, 1)))
    assert not graph.get_collection(tf.compat.v1.GraphKeys.LOSSES)


def test_the_functions_pass_tf_gans_keywords_on():
    real, fake = logits((6, 1))
    weights = np.array([[1.0], [0.0], [2.0], [0.0], [0.0], [1.0]], "float32")
    loss = losses.wasserstein_discriminator_loss(real, fake, real_weights=weights)
    # SUM_BY_NONZERO_WEIGHTS divides by the number of weights that are not zero.
    expected = np.mean(fake) - np.sum(np.asarray(real, "float64") * weights) / 3
    np.testing.assert_allclose(loss, expected, rtol=1e-6)


@pytest.mark.parametrize("cls", [losses.Minimax, losses.ModifiedMinimax])
@pytest.mark.parametrize("smoothing", [-0.1, 1.0, float("nan")])
def test_label_smoothing_must_be_a_fraction(cls, smoothing):
    with pytest.raises(ValueError, match=r"label_smoothing.*\[0, 1\).*Received"):
        cls(label_smoothing=smoothing)


@pytest.mark.parametrize("method", ["discriminator_loss", "generator_loss"])
def test_a_subclass_must_implement_both_losses(method):
    class Half(losses.AdversarialLoss):
        pass

    with pytest.raises(NotImplementedError, match=f"Half must implement `{method}`"):
        getattr(Half(), method)(*logits((2,)))


def test_the_representation_shows_the_options():
    assert repr(losses.Minimax(0.1)).startswith("Minimax(label_smoothing=0.1")
