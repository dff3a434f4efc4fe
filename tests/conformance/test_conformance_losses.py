"""What every adversarial loss must do, whatever it computes."""

import json

import cases
import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import GAN, losses, testing

EVERY = pytest.mark.parametrize("name", cases.LOSSES)
REAL, FAKE = (tf.constant(testing.points(6, 1, seed=seed)) for seed in (0, 1))


def values(loss, real=REAL, fake=FAKE):
    """Both losses, and the gradients of each with respect to both kinds of logits."""
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([real, fake])
        both = loss.discriminator_loss(real, fake), loss.generator_loss(real, fake)
    gradients = [tape.gradient(value, [real, fake], unconnected_gradients="zero") for value in both]
    return [*both, *tf.nest.flatten(gradients)]


def assert_close(ours, expected, tolerance=1e-5):
    for a, b in zip(ours, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


@EVERY
def test_config_round_trip(name):
    loss = cases.LOSSES[name]()
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(loss)))
    again = losses.get(config)
    assert type(again) is type(loss)
    assert again.get_config() == loss.get_config()
    assert_close(values(again), values(loss), 0)


@EVERY
def test_a_saved_trainer_brings_it_back(name, tmp_path):
    loss = cases.LOSSES[name]()
    gan = GAN(*testing.mlp_networks(), testing.LATENT_DIM)
    gan.compile(loss=loss)
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras").adversarial_loss
    assert again.get_config() == loss.get_config()


@EVERY
@pytest.mark.parametrize("jit_compile", [False, True], ids=["graph", "xla"])
def test_compiled_equals_eager(name, jit_compile):
    loss = cases.LOSSES[name]()
    compiled = tf.function(lambda real, fake: values(loss, real, fake), jit_compile=jit_compile)
    assert_close(compiled(REAL, FAKE), values(loss))


@EVERY
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_gives_finite_float32(name, dtype):
    loss = cases.LOSSES[name]()
    half = [tf.cast(100.0 * logits, dtype) for logits in (REAL, FAKE)]
    exact = [tf.cast(logits, tf.float32) for logits in half]
    for method in ("discriminator_loss", "generator_loss"):
        value = getattr(loss, method)(*half)
        assert value.dtype == tf.float32
        np.testing.assert_allclose(value, getattr(loss, method)(*exact), rtol=1e-5)
        assert np.isfinite(value)


@EVERY
def test_logits_of_any_rank_give_the_same_scalars(name):
    loss = cases.LOSSES[name]()
    for shape in ([6], [6, 1], [3, 2, 1, 1]):
        real, fake = tf.reshape(REAL, shape), tf.reshape(FAKE, shape)
        assert_close(values(loss, real, fake)[:2], values(loss)[:2])


@EVERY
def test_the_mean_over_two_replicas_is_the_loss_of_the_whole_batch(name, two_replicas):
    loss = cases.LOSSES[name]()

    def step():
        i = 3 * tf.distribute.get_replica_context().replica_id_in_sync_group
        real, fake = REAL[i : i + 3], FAKE[i : i + 3]
        return tf.stack([loss.discriminator_loss(real, fake), loss.generator_loss(real, fake)])

    result = tf.function(lambda: two_replicas.run(step))()
    mean = np.mean(two_replicas.experimental_local_results(result), axis=0)
    equal = np.allclose(mean, values(loss)[:2], rtol=1e-5)
    assert equal == (name not in cases.OF_THEIR_BATCH)
