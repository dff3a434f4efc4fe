"""`losses.get`: by name, config, instance or pair; and the errors of everything else."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import losses, tf_gan

wargs = tf_gan.losses.wargs
REAL = tf.constant([[1.0], [-2.0], [0.5]])
FAKE = tf.constant([[0.3], [1.5], [-0.7]])


@keras.saving.register_keras_serializable("tests")
def my_generator_loss(fake_logits):
    return tf.reduce_mean(fake_logits**2)


@keras.saving.register_keras_serializable("tests")
def my_discriminator_loss(real_logits, fake_logits):
    return tf.reduce_mean(real_logits**2) - tf.reduce_mean(fake_logits**2)


def values(loss):
    return [float(f(REAL, FAKE)) for f in (loss.generator_loss, loss.discriminator_loss)]


@pytest.mark.parametrize(
    ("name", "cls"),
    [
        ("minimax", losses.Minimax),
        ("modified_minimax", losses.ModifiedMinimax),
        ("wasserstein", losses.Wasserstein),
        ("ModifiedMinimax", losses.ModifiedMinimax),
        ("Wasserstein", losses.Wasserstein),
    ],
)
def test_get_by_name(name, cls):
    assert type(losses.get(name)) is cls


def test_get_returns_an_instance_as_it_is():
    loss = losses.Minimax(label_smoothing=0.1)
    assert losses.get(loss) is loss


def test_get_by_config():
    config = keras.saving.serialize_keras_object(losses.Minimax(label_smoothing=0.1))
    loss = losses.get(config)
    assert type(loss) is losses.Minimax
    assert loss.label_smoothing == 0.1


@pytest.mark.parametrize("name", ["minimax", "modified", "wasserstein", "least_squares"])
def test_get_a_pair_of_functions_of_logits(name):
    g, d = (getattr(wargs, f"{name}_{player}_loss") for player in ("generator", "discriminator"))
    assert values(losses.get((g, d))) == [float(g(FAKE)), float(d(REAL, FAKE))]


@pytest.mark.parametrize("name", ["minimax", "modified", "wasserstein", "least_squares"])
def test_get_a_pair_of_functions_of_a_model(name):
    pair = [getattr(tf_gan.losses, f"{name}_{p}_loss") for p in ("generator", "discriminator")]
    g, d = (getattr(wargs, f"{name}_{player}_loss") for player in ("generator", "discriminator"))
    assert values(losses.get(pair)) == [float(g(FAKE)), float(d(REAL, FAKE))]


@pytest.mark.parametrize("module", [wargs, tf_gan.losses], ids=["wargs", "tuple"])
def test_a_relativistic_pair_gets_the_real_logits_for_both_players(module):
    loss = losses.get((module.relativistic_generator_loss, module.relativistic_discriminator_loss))
    assert loss.generator_needs_real
    real, fake = (np.asarray(logits, "float64") for logits in (REAL, FAKE))
    of_real, of_fake = real - np.mean(fake), fake - np.mean(real)  # arXiv:1807.00734, section 4
    expected = [
        np.mean(np.logaddexp(0.0, sign * of_real)) + np.mean(np.logaddexp(0.0, -sign * of_fake))
        for sign in (1, -1)
    ]
    np.testing.assert_allclose(values(loss), expected, rtol=1e-6)


def test_get_a_pair_of_own_functions():
    loss = losses.get((my_generator_loss, my_discriminator_loss))
    assert values(loss) == [
        float(my_generator_loss(FAKE)),
        float(my_discriminator_loss(REAL, FAKE)),
    ]


PAIRS = {
    "wargs": (wargs.modified_generator_loss, wargs.modified_discriminator_loss),
    "tuple": (tf_gan.losses.minimax_generator_loss, tf_gan.losses.minimax_discriminator_loss),
    "suite": (losses.wasserstein_generator_loss, losses.wasserstein_discriminator_loss),
    "own": (my_generator_loss, my_discriminator_loss),
}


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_a_pair_survives_its_config(pair):
    loss = losses.get(pair)
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(loss)))
    assert values(losses.get(config)) == values(loss)


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_a_pair_computes_half_precision_logits_in_float32(pair):
    loss = losses.get(pair)
    half = [tf.cast(logits, tf.float16) for logits in (REAL, FAKE)]
    for function in (loss.generator_loss, loss.discriminator_loss):
        assert function(*half).dtype == tf.float32
        np.testing.assert_allclose(function(*half), function(REAL, FAKE), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_a_swapped_pair_is_refused(pair):
    with pytest.raises(ValueError, match=r"\(generator_fn, discriminator_fn\), in this order"):
        losses.get(pair[::-1])


def test_functions_of_other_arguments_are_refused():
    with pytest.raises(ValueError, match="Received: <lambda>.a, b, c."):
        losses.get((lambda a, b, c: 0.0, my_discriminator_loss))


def test_a_pair_of_something_else_is_refused():
    with pytest.raises(ValueError, match="both callable. Received: generator_fn='hinge'"):
        losses.get(("hinge", my_discriminator_loss))


def test_an_unknown_name_lists_the_known_ones():
    known = "Known: .*minimax, .*wasserstein.*"
    with pytest.raises(ValueError, match=rf"Did you mean 'wasserstein'\?.*{known}'waserstein'"):
        losses.get("waserstein")


@pytest.mark.parametrize("name", ["function_pair", "adversarial_loss", ""])
def test_names_that_cannot_be_made_are_unknown(name):
    with pytest.raises(ValueError, match="Unknown adversarial loss"):
        losses.get(name)


@pytest.mark.parametrize("identifier", [None, 3, (my_generator_loss,), object()])
def test_what_names_no_loss_is_refused(identifier):
    with pytest.raises(ValueError, match="An adversarial loss is given by a name, a config"):
        losses.get(identifier)


def test_a_config_of_something_else_is_refused():
    config = keras.saving.serialize_keras_object(keras.optimizers.SGD())
    with pytest.raises(ValueError, match="An adversarial loss is given by"):
        losses.get(config)
