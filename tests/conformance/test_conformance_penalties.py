"""What every penalty must do, whatever it computes."""

import json

import cases
import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import GAN, losses, testing

EVERY = pytest.mark.parametrize("name", cases.PENALTIES)
SEED = tf.constant([3, 4], tf.int64)
REAL, FAKE = (tf.constant(testing.images(6, cases.IMAGE_SHAPE, seed=seed)) for seed in (0, 1))
LATENTS = tf.constant(testing.points(6, cases.LATENT_DIM))


def prepared(name):
    """The penalty, built, and the networks it is called with."""
    penalty = cases.PENALTIES[name]()
    generator, discriminator = testing.mlp_networks(cases.IMAGE_SHAPE)
    penalty.build(generator if penalty.player == "generator" else discriminator)
    return penalty, generator, discriminator


def value(penalty, generator, discriminator, rows=slice(None), dtype="float32"):
    """The weighted penalty on some rows of the images or latents."""
    real, fake, z = (tf.cast(x[rows], dtype) for x in (REAL, FAKE, LATENTS))
    if penalty.player == "generator":
        return penalty.compute(generator, z, seed=SEED)[0]
    known = {"generator": generator, "latents": z}
    return penalty.compute(discriminator, real, fake, seed=SEED, **known)[0]


def value_and_gradients(penalty, generator, discriminator):
    player = generator if penalty.player == "generator" else discriminator
    with tf.GradientTape() as tape:
        result = value(penalty, generator, discriminator)
    weights = [v.value for v in player.trainable_variables]
    return [result, *tape.gradient(result, weights, unconnected_gradients="zero")]


@EVERY
def test_config_round_trip(name):
    penalty, *networks = prepared(name)
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(penalty)))
    again = keras.saving.deserialize_keras_object(config)
    assert type(again) is type(penalty)
    assert again.get_config() == penalty.get_config()
    again.build(networks[0] if again.player == "generator" else networks[1])
    np.testing.assert_allclose(value(again, *networks), value(penalty, *networks), rtol=1e-6)


@pytest.fixture(scope="module")
def reloaded(tmp_path_factory):
    """The penalties of a saved and loaded trainer that has all of them, by name."""
    option = {"generator": "generator_penalties", "discriminator": "penalties", None: "penalties"}
    penalties = {"generator_penalties": [], "penalties": []}
    for name in cases.PENALTIES:
        penalty = cases.PENALTIES[name]()
        penalties[option[penalty.player]].append(penalty)
    gan = GAN(*testing.mlp_networks(cases.IMAGE_SHAPE), testing.LATENT_DIM)
    gan.compile(loss="hinge", **penalties)
    path = tmp_path_factory.mktemp("saved") / "gan.keras"
    gan.save(path)
    loaded = keras.saving.load_model(path)
    return {type(p).__name__: p for p in [*loaded.penalties, *loaded.generator_penalties]}


@EVERY
def test_a_saved_trainer_brings_it_back(name, reloaded):
    assert reloaded[name].get_config() == cases.PENALTIES[name]().get_config()


@EVERY
@pytest.mark.parametrize("jit_compile", [False, True], ids=["graph", "xla"])
def test_compiled_equals_eager(name, jit_compile):
    case = prepared(name)
    compiled = tf.function(lambda: value_and_gradients(*case), jit_compile=jit_compile)
    for a, b in zip(compiled(), value_and_gradients(*case), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5)


@EVERY
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_gives_finite_float32(name, dtype):
    keras.config.set_dtype_policy(f"mixed_{dtype}")
    result = value(*prepared(name), dtype=dtype)
    assert result.dtype == tf.float32
    assert np.isfinite(result)


@EVERY
def test_the_mean_over_two_replicas_is_the_penalty_on_the_whole_batch(name, two_replicas):
    with two_replicas.scope():
        case = prepared(name)

    def step():
        i = 3 * tf.distribute.get_replica_context().replica_id_in_sync_group
        return value(*case, rows=slice(i, i + 3))

    result = tf.function(lambda: two_replicas.run(step))()
    mean = np.mean(two_replicas.experimental_local_results(result))
    equal = np.allclose(mean, value(*prepared(name)), rtol=1e-4)
    assert equal == (name not in cases.OF_THEIR_BATCH)


@EVERY
def test_it_has_a_name_for_the_logs(name):
    penalty = cases.PENALTIES[name]()
    assert penalty.name == losses.lookup.snake_case(name)
