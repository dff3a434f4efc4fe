"""Training in half precision: loss scaling for both players, float32 where it matters."""

import families
import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import losses, testing

LossScale = keras.optimizers.LossScaleOptimizer


def made(policy, **options):
    keras.config.set_dtype_policy(policy)
    networks = testing.mlp_networks()
    keras.config.set_dtype_policy("float32")
    return families.make(networks=networks, **options)


def trained(policy, rows=16, **options):
    gan = made(policy, ema_decay=0.9)
    families.compiled(gan, **{"run_eagerly": True, **options})
    return gan, families.fit(gan, testing.points(rows))


def test_float16_wraps_both_optimizers_in_loss_scaling():
    gan = families.compiled(made("mixed_float16"))
    for optimizer in (gan.optimizer, gan.discriminator_optimizer):
        assert type(optimizer) is LossScale
        assert type(optimizer.inner_optimizer) is keras.optimizers.SGD
        np.testing.assert_allclose(float(optimizer.learning_rate), 0.1)


def test_an_optimizer_with_loss_scaling_is_not_wrapped_again():
    gan = families.compiled(made("mixed_float16"), optimizer=LossScale(keras.optimizers.SGD(0.1)))
    assert type(gan.optimizer.inner_optimizer) is keras.optimizers.SGD


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_other_policies_need_no_loss_scaling(policy):
    gan = families.compiled(made(policy))
    assert type(gan.optimizer) is keras.optimizers.SGD
    assert type(gan.discriminator_optimizer) is keras.optimizers.SGD


@pytest.mark.parametrize(
    ("policy", "tolerance"), [("mixed_float16", 0.02), ("mixed_bfloat16", 0.2)]
)
@pytest.mark.parametrize("run_eagerly", [True, False], ids=["eager", "graph"])
def test_half_precision_moves_the_weights_as_float32_does(policy, tolerance, run_eagerly):
    """A gradient scaled twice, or never unscaled, would be thousands of times off."""
    start = made("float32")
    options = {"penalties": [losses.GradientPenalty(1.0)], "run_eagerly": run_eagerly}
    gan, _ = trained(policy, **options)
    exact, _ = trained("float32", **options)
    for network in ("generator", "discriminator", "ema_generator"):
        before = testing.vector(getattr(start, network.removeprefix("ema_")))
        moved = testing.vector(getattr(gan, network)) - before
        expected = testing.vector(getattr(exact, network)) - before
        assert np.linalg.norm(moved - expected) < tolerance * np.linalg.norm(expected)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_outputs_weights_and_logs_are_float32(policy):
    gan, history = trained(policy)
    z = gan.sample_latents(3)
    images = gan(z)
    assert images.dtype == tf.float32
    assert gan.discriminator(images).dtype == tf.float32
    assert {v.dtype for v in gan.generator.variables + gan.discriminator.variables} == {"float32"}
    assert np.isfinite(list(history.values())).all()


def test_a_step_with_infinite_gradients_is_left_out():
    gan = families.compiled(made("mixed_float16"), run_eagerly=True)
    before = testing.vector(gan.generator)
    scale = float(gan.optimizer.dynamic_scale)
    x = testing.points(4)
    gan.train_step(tf.fill(x.shape, np.float32(np.inf)))  # `fit` refuses such points
    assert float(gan.discriminator_optimizer.dynamic_scale) == scale / 2
    families.fit(gan, x)
    assert not np.array_equal(testing.vector(gan.generator), before)
    assert np.isfinite(testing.vector(gan.generator)).all()
    assert np.isfinite(testing.vector(gan.discriminator)).all()


def test_a_trainer_with_loss_scaling_is_saved(tmp_path):
    gan, _ = trained("mixed_float16")
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    for part in ("generator", "optimizer", "discriminator_optimizer"):
        assert testing.same(getattr(loaded, part), getattr(gan, part))
    assert type(loaded.discriminator_optimizer.inner_optimizer) is keras.optimizers.SGD
