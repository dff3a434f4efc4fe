"""Batches in parts: the update of the whole batch, from the memory of a part."""

import equal_trainings
import families
import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import losses, networks, testing

TRAININGS = equal_trainings.TRAININGS
STEPS = 6


def check(
    name, tolerance, strategy=None, micro_batches=4, optimizer="SGD", logs=1e-3, **options
):
    """With parts, or without them, and further options for the first."""
    training = TRAININGS[name]
    with (strategy or tf.distribute.get_strategy()).scope():
        split = training.trainer(optimizer, micro_batches=micro_batches, **options)
    whole = training.trainer(optimizer)
    found, expected = (training.fit(trainer, STEPS) for trainer in (split, whole))
    for part, difference in equal_trainings.differences(split, whole).items():
        assert difference <= tolerance, part
    for name in expected.keys() - {"images_per_second"}:
        np.testing.assert_allclose(found[name], expected[name], logs, logs, err_msg=name)
    for counter in ("step", "optimizer", "discriminator_optimizer"):
        counters = [getattr(trainer, counter) for trainer in (split, whole)]
        counters = [getattr(c, "iterations", c) for c in counters]
        first, second = (int(keras.ops.convert_to_numpy(c)) for c in counters)
        assert first == second > 0
    return split


# They have little that the others have not.
SIMILAR = ("ACGAN", "ConditionalGAN", "InfoGAN", "MinimaxGAN", "ModifiedMinimaxGAN")
EVERY = [pytest.param(n, marks=pytest.mark.slow if n in SIMILAR else []) for n in TRAININGS]


@pytest.mark.parametrize("name", EVERY)
def test_four_parts_give_the_update_of_the_batch(name):
    """With penalties, their memories, dropout, pools, ADA, averages, several steps of D."""
    check(name, 1e-5)


SLOW = [pytest.param(n, marks=[] if n == "Pix2Pix" else pytest.mark.slow) for n in TRAININGS]


@pytest.mark.parametrize("name", SLOW)
def test_parts_on_two_replicas(name, two_replicas):
    check(name, 1e-5, two_replicas, micro_batches=2)


@pytest.mark.parametrize("name", SLOW)
def test_parts_under_xla(name):
    check(name, 1e-4, jit_compile=True)


@pytest.mark.slow
@pytest.mark.parametrize("name", TRAININGS)
def test_parts_with_adam(name):
    check(name, 1e-3, optimizer="Adam")


@pytest.mark.parametrize(
    "options", [{"run_eagerly": True}, {"steps_per_execution": 2}], ids=["eager", "execution"]
)
def test_parts_in_other_executions(options):
    check("WassersteinGAN", 1e-5, **options)


def test_parts_in_half_precision():
    """The loss is scaled, and a sum of gradients, not of losses, is divided."""
    keras.config.set_dtype_policy("mixed_float16")
    split = check("ModifiedMinimaxGAN", 1e-3, logs=0.05)
    assert type(split.discriminator_optimizer) is keras.optimizers.LossScaleOptimizer


def test_a_part_that_overflows_leaves_the_whole_update_out():
    keras.config.set_dtype_policy("mixed_float16")
    training = TRAININGS["MinimaxGAN"]
    trainer = training.trainer(micro_batches=4)
    x = testing.images(8, equal_trainings.SHAPE)
    x[5] = np.inf
    # By itself: `fit` refuses such images.
    trainer.make_train_function()(iter(tf.data.Dataset.from_tensors(x)))
    weights = trainer.discriminator.trainable_variables
    initial = training.trainer().discriminator.trainable_variables
    for weight, start in zip(weights, initial, strict=True):
        np.testing.assert_array_equal(weight.value, start.value)


def test_statistics_of_parts_are_averaged_as_those_of_replicas_are():
    def statistics(**options):
        x = keras.Input((2,))
        y = keras.layers.BatchNormalization(momentum=0.5, name="first")(x)
        judge = keras.Model(x, keras.layers.Dense(1, dtype="float32")(y))
        parts = testing.mlp_networks()[0], judge
        gan = families.compiled(families.make(networks=parts), **options)
        families.fit(gan, testing.points(8), batch_size=8)
        layer = gan.discriminator.get_layer("first")
        return [np.asarray(v.value) for v in layer.non_trainable_variables]

    (mean, variance), (whole_mean, whole_variance) = statistics(micro_batches=4), statistics()
    np.testing.assert_allclose(mean, whole_mean, rtol=1e-5)  # of means of equally many rows
    assert np.all(variance < whole_variance)


def test_a_step_is_traced_twice_however_many_parts_there_are():
    """The first part, and the body of the loop over all others."""

    def traces(n):
        class Counter(keras.layers.Layer):
            calls = 0

            def call(self, x):
                Counter.calls += 1
                return x

        generator, discriminator = testing.mlp_networks()
        x = keras.Input((2,))
        counted = keras.Model(x, discriminator(Counter()(x)))
        gan = families.compiled(families.make(networks=(generator, counted)), micro_batches=n)
        Counter.calls = 0
        families.fit(gan, testing.points(32), batch_size=16, epochs=2)
        return Counter.calls

    # D judges real and generated images for itself, and generated ones for G.
    assert [traces(n) for n in (1, 2, 16)] == [3, 6, 6]


def test_an_incomplete_batch_is_left_out():
    gan = families.compiled(families.make(), micro_batches=2)
    families.fit(gan, testing.points(10))
    assert int(gan.step) == 2


@pytest.mark.parametrize("data", ["arrays", "dataset"])
def test_a_batch_that_cannot_be_divided_is_refused(data):
    gan = families.compiled(families.make(), micro_batches=3)
    x = testing.points(8)
    options = {"batch_size": 4} if data == "arrays" else {}
    x = x if data == "arrays" else tf.data.Dataset.from_tensor_slices(x).batch(4)
    with pytest.raises(ValueError, match="divisible into its micro-batches.*micro_batches=3"):
        gan.fit(x, verbose=0, **options)
    with pytest.raises(ValueError, match="batch_size=4, micro_batches=3"):
        gan.train_on_batch(testing.points(4))


@pytest.mark.parametrize("n", [0, 1.5, True])
def test_the_number_of_parts_is_a_positive_integer(n):
    with pytest.raises(ValueError, match="micro_batches"):
        families.compiled(families.make(), micro_batches=n)


def test_the_accumulation_of_keras_is_refused():
    optimizer = keras.optimizers.SGD(0.1, gradient_accumulation_steps=2)
    with pytest.raises(ValueError, match=r"compile\(micro_batches=...\).*optimizer="):
        families.compiled(families.make(), optimizer=optimizer)


def test_what_replicas_compute_together_is_not_split(two_replicas):
    with two_replicas.scope():
        gan = TRAININGS["GAN"].make(False)
        with pytest.raises(ValueError, match="micro_batches=2 with RelativisticAverageHinge"):
            gan.compile(loss=losses.RelativisticAverageHinge(), micro_batches=2)
        normalized = networks.synchronized(equal_trainings.discriminator(batch_norm=True))
        gan = type(gan)(equal_trainings.generator(), normalized, testing.LATENT_DIM)
        with pytest.raises(ValueError, match="micro_batches=2 with 'batch_normalization"):
            gan.compile(loss="hinge", micro_batches=2)


def test_it_is_saved_with_the_trainer(tmp_path):
    gan = families.compiled(families.make(), micro_batches=2)
    gan.save(tmp_path / "gan.keras")
    assert keras.saving.load_model(tmp_path / "gan.keras").micro_batches == 2


PEAK = """
import os, resource, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
from tfgan_suite import losses, networks, testing, trainers
parts = int(sys.argv[1])
generator = networks.dcgan.build_generator(64, 3, 8, 32, seed=1)
critic = networks.dcgan.build_discriminator(64, 3, 32, batch_norm=False, seed=2)
gan = trainers.WassersteinGAN(generator, critic, 8, discriminator_steps=1, seed=3)
gan.compile(penalties=[losses.GradientPenalty()], micro_batches=parts)
x = testing.images(256, (64, 64, 3))
gan.fit(x[:8 * parts], batch_size=8 * parts, verbose=0)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
gan.fit(x, batch_size=256, verbose=0)
print(before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
def test_eight_parts_need_less_memory_than_the_batch():
    import subprocess
    import sys

    peaks = {}
    for parts in (1, 8):
        done = subprocess.run(
            [sys.executable, "-c", PEAK, str(parts)], capture_output=True, text=True, check=True
        )
        peaks[parts] = [int(n) / 1024 for n in done.stdout.split()[-2:]]
    (before, whole), (before_parts, split) = peaks[1], peaks[8]
    assert split - before_parts < 0.5 * (whole - before), peaks
