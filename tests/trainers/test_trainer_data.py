"""What `fit` accepts: arrays, datasets with and without remainder, of known or unknown length."""

import families
import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import testing


def trained(x, batch_size=None, k=1, run_eagerly=True, **options):
    gan = families.compiled(families.make(discriminator_steps=k), run_eagerly=run_eagerly)
    families.fit(gan, x, batch_size, **options)
    return gan


def dataset(x, batch_size, drop_remainder=True):
    return tf.data.Dataset.from_tensor_slices(x).batch(batch_size, drop_remainder=drop_remainder)


def assert_same_run(gan, other):
    assert testing.same(gan.generator, other.generator)
    assert testing.same(gan.discriminator, other.discriminator)
    assert int(gan.step) == int(other.step)


@pytest.mark.parametrize("k", [1, 3])
def test_arrays_and_datasets_train_alike(k):
    x = testing.points(2 * k * 4)
    arrays, data = trained(x, 4, k), trained(dataset(x, 4), None, k)
    assert int(arrays.step) == 2
    assert_same_run(arrays, data)


def test_tensors_train_like_arrays():
    x = testing.points(16)
    assert_same_run(trained(tf.constant(x), 4, k=2), trained(x, 4, k=2))


def test_float64_images_train_like_float32():
    x = testing.points(16)
    assert_same_run(trained(x.astype("float64"), 4, k=2), trained(x, 4, k=2))


def test_the_batch_size_of_arrays_is_32_by_default():
    gan = families.compiled(families.make(discriminator_steps=2), run_eagerly=True)
    gan.fit(testing.points(128), verbose=0)
    assert int(gan.step) == 2


@pytest.mark.parametrize("rows", [14, 16], ids=["incomplete", "complete"])
def test_a_dataset_may_have_a_remainder(rows):
    """Its incomplete last minibatch is left out where minibatches are stacked."""
    x = testing.points(rows)
    with_remainder = trained(dataset(x, 4, drop_remainder=False), None, k=2, epochs=2)
    assert_same_run(with_remainder, trained(dataset(x, 4), None, k=2, epochs=2))


def test_a_last_group_of_too_few_minibatches_is_left_out():
    x = testing.points(5 * 4)
    assert_same_run(trained(dataset(x, 4), None, k=2), trained(dataset(x[:16], 4), None, k=2))


def test_with_one_discriminator_step_an_incomplete_minibatch_is_used():
    assert int(trained(testing.points(6), 4).step) == 2
    assert int(trained(dataset(testing.points(6), 4, drop_remainder=False)).step) == 2


@pytest.mark.parametrize("k", [1, 2])
def test_the_end_of_data_of_unknown_length_is_no_step(k):
    x = testing.points(16)
    unknown = dataset(x, 4).filter(lambda batch: True)
    assert unknown.cardinality() == tf.data.UNKNOWN_CARDINALITY
    runs = []
    for data in (unknown, dataset(x, 4)):
        gan = families.make(discriminator_steps=k, ema_decay=0.9)
        families.compiled(
            gan, optimizer=keras.optimizers.Adam(), discriminator_optimizer=keras.optimizers.Adam()
        )
        history = families.fit(gan, data, None, epochs=2)
        runs.append((gan, history))
    (gan, history), (other, other_history) = runs
    assert_same_run(gan, other)
    assert int(gan.step) == 2 * 4 // k
    assert testing.same(gan.ema_generator, other.ema_generator)
    for optimizer in ("optimizer", "discriminator_optimizer"):
        assert testing.same(getattr(gan, optimizer), getattr(other, optimizer))
    for name in ("d_loss", "g_loss", "real_logits"):
        np.testing.assert_array_equal(history[name], other_history[name])


def test_the_end_of_data_of_unknown_length_draws_no_dropout_mask():
    states = []
    for unknown in (True, False):
        generator, _ = testing.mlp_networks()
        images = keras.Input((2,))
        logits = keras.layers.Dense(1)(keras.layers.Dropout(0.5, seed=3)(images))
        gan = families.make(networks=(generator, keras.Model(images, logits)))
        data = dataset(testing.points(16), 4)
        families.fit(families.compiled(gan), data.filter(lambda x: True) if unknown else data, None)
        states.append([v.numpy() for v in gan.discriminator.non_trainable_variables])
    np.testing.assert_array_equal(*states)


def test_a_repeated_dataset_with_steps_per_epoch():
    x = testing.points(16)
    gan = trained(dataset(x, 4).repeat(), None, k=2, steps_per_epoch=3)
    assert int(gan.step) == 3


def test_a_generator_of_batches_trains_with_one_discriminator_step():
    x = testing.points(8)
    gan = trained(((x[i : i + 4],) for i in (0, 4)), None, steps_per_epoch=2)
    assert_same_run(gan, trained(x, 4))


def test_shuffled_arrays_are_all_used_in_an_order_that_follows_from_the_seed():
    runs = []
    for seed in (1, 1, 2):
        gan = families.make(discriminator_steps=2, seed=seed)
        families.compiled(gan, run_eagerly=True)
        seen = []
        gan.latents_like = lambda x, s, real=gan.latents_like, seen=seen: (
            seen.append(x.numpy()),
            real(x, s),
        )[1]
        families.fit(gan, testing.points(16), shuffle=True)
        # Every minibatch twice where G's own latents follow the second one.
        runs.append(np.concatenate([seen[i] for i in (0, 1, 3, 4)]))
    np.testing.assert_array_equal(runs[0], runs[1])
    assert not np.array_equal(runs[0], runs[2])
    for run in runs:
        np.testing.assert_array_equal(np.sort(run[:, 0]), np.sort(testing.points(16)[:, 0]))


def test_a_second_fit_has_another_order():
    orders = []
    gan = families.compiled(families.make(discriminator_steps=2), run_eagerly=True)
    begin = gan.begin
    gan.begin = lambda data: orders.append(data.numpy()) or begin(data)
    for _ in range(2):
        families.fit(gan, testing.points(8), shuffle=True)
    assert not np.array_equal(*orders)


@pytest.mark.parametrize("k", [1, 2])
def test_a_validation_split_is_held_out_from_the_end(k):
    x = testing.points(16 + 8)
    gan = families.compiled(families.make(discriminator_steps=k), run_eagerly=True)
    history = families.fit(gan, x, validation_split=1 / 3)
    assert_same_run(gan, trained(x[:16], 4, k))
    assert np.isfinite(history["val_d_loss"]).all()


@pytest.mark.parametrize(
    "data",
    [
        testing.points(7),
        dataset(testing.points(7), 4),
        dataset(testing.points(7), 4, drop_remainder=False),
        dataset(testing.points(4), 4).filter(lambda x: True),
    ],
    ids=["arrays", "dataset", "remainder", "unknown"],
)
def test_an_epoch_must_have_one_step(data):
    with pytest.raises(ValueError, match="at least discriminator_steps=2 full minibatches"):
        trained(data, 4 if isinstance(data, np.ndarray) else None, k=2)


def test_an_empty_dataset_is_refused():
    with pytest.raises(ValueError, match="at least discriminator_steps=1 full minibatches"):
        trained(dataset(testing.points(2), 4))


@pytest.mark.parametrize("batch_size", [0, -4])
def test_the_batch_size_must_be_positive(batch_size):
    with pytest.raises(ValueError, match=f"must be positive. Received: batch_size={batch_size}"):
        trained(testing.points(8), batch_size)


def test_data_that_cannot_be_grouped_are_refused():
    with pytest.raises(ValueError, match=r"takes a tf.data.Dataset or arrays.*type generator"):
        trained(((x,) for x in [testing.points(4)]), None, k=2)
