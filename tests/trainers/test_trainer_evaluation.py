"""`evaluate`, `predict`, `sample_latents`, `summary`: what they give and what they leave alone."""

import families
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import testing

PARTS = ("generator", "discriminator", "ema_generator", "optimizer", "discriminator_optimizer")


def trained(x, **options):
    gan = families.make(networks=testing.batch_norm_networks(), ema_decay=0.9)
    families.fit(families.compiled(gan, run_eagerly=True), x, epochs=2, **options)
    return gan


def test_validation_changes_neither_weights_nor_randomness():
    x = testing.points(12)
    validated, plain = trained(x, validation_data=testing.points(8, seed=1)), trained(x)
    for part in PARTS:
        assert testing.same(getattr(validated, part), getattr(plain, part)), part


def test_evaluate_changes_no_variable_but_its_own_counter():
    gan = trained(testing.points(12))
    before = [testing.vector(getattr(gan, part)) for part in PARTS]
    step = int(gan.step)
    gan.evaluate(testing.points(8), verbose=0)
    for part, values in zip(PARTS, before, strict=True):
        assert np.array_equal(testing.vector(getattr(gan, part)), values), part
    assert int(gan.step) == step


@pytest.mark.parametrize("rows", [8, 10], ids=["even", "remainder"])
def test_evaluate_gives_the_means_over_all_images(rows):
    gan = families.compiled(families.make(ema_decay=0.9))
    families.fit(gan, testing.points(12))
    x = testing.points(rows, seed=1)
    logs = gan.evaluate(x, batch_size=4, return_dict=True, verbose=0)
    real = np.asarray(gan.discriminator(x), "float64")
    np.testing.assert_allclose(logs["real_logits"], real.mean(), rtol=1e-5)
    np.testing.assert_allclose(logs["real_accuracy"], (real > 0).mean(), rtol=1e-6)


def test_evaluate_uses_the_generator_that_serves():
    gan = families.compiled(families.make(ema_decay=0.9), run_eagerly=True)
    for weight in gan.ema_generator.variables:
        weight.assign(tf.zeros_like(weight.value))
    logs = gan.evaluate(testing.points(4), return_dict=True, verbose=0)
    judged = np.asarray(gan.discriminator(tf.zeros([4, 2])), "float64")
    np.testing.assert_allclose(logs["fake_logits"], judged.mean(), rtol=1e-5)


def test_evaluate_takes_a_dataset_of_unknown_length():
    gan = families.compiled(families.make())
    x = testing.points(8)
    known = tf.data.Dataset.from_tensor_slices(x).batch(4, drop_remainder=True)
    logs = gan.evaluate(known.filter(lambda batch: True), return_dict=True, verbose=0)
    np.testing.assert_allclose(logs["real_logits"], np.mean(gan.discriminator(x)), rtol=1e-5)


def test_evaluate_takes_single_minibatches_whatever_the_discriminator_steps():
    gan = families.compiled(families.make(discriminator_steps=3), run_eagerly=True)
    logs = gan.evaluate(testing.points(8), batch_size=4, return_dict=True, verbose=0)
    assert np.isfinite(list(logs.values())).all()


def test_predict_gives_the_images_of_the_generator_that_serves():
    gan = trained(testing.points(12))
    z = gan.sample_latents(10, seed=3)
    images = gan.predict(z, batch_size=4, verbose=0)
    assert images.shape == (10, 2)
    np.testing.assert_allclose(images, gan.serving_generator(z), rtol=1e-5, atol=1e-6)


def test_sample_latents_by_seed():
    gan = families.make()
    z = gan.sample_latents(6, seed=5)
    assert z.shape == (6, testing.LATENT_DIM)
    assert z.dtype == tf.float32
    np.testing.assert_array_equal(z, gan.sample_latents(6, seed=5))
    assert not np.allclose(z, gan.sample_latents(6, seed=6))


def test_sample_latents_without_a_seed_goes_on():
    gan, again = families.make(), families.make()
    first, second = gan.sample_latents(6), gan.sample_latents(6)
    assert not np.allclose(first, second)
    np.testing.assert_array_equal(first, again.sample_latents(6))


def test_sampling_does_not_disturb_the_training():
    runs = []
    for samples in (0, 3):
        gan = families.compiled(families.make(), run_eagerly=True)
        for _ in range(samples):
            gan.sample_latents(2)
        families.fit(gan, testing.points(8))
        runs.append(gan)
    assert testing.same(runs[0].generator, runs[1].generator)


def test_the_summary_names_both_networks_and_counts_their_weights():
    lines = []
    gan = families.make(ema_decay=0.9)
    gan.summary(print_fn=lambda line, line_break=False: lines.append(line))
    text = "\n".join(lines)
    assert gan.generator.name in text
    assert gan.discriminator.name in text
    count = gan.generator.count_params() + gan.discriminator.count_params()
    assert f"Trainable params: {count}" in text
