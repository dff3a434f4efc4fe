"""Two replicas: the weights, logs and evaluations of one device with the same global batch."""

import families
import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import losses, networks, testing

STEPS, BATCH = 10, 4
OPTIONS = {
    "minimax": {},
    "modified_minimax": {"simultaneous": True},
    "wasserstein": {"shared_latents": True, "weight_clip": 0.5},
}
ONE = tf.distribute.get_strategy()


def trained(strategy, family="minimax", rows=STEPS * BATCH, k=1, optimizer="SGD", **options):
    make = getattr(keras.optimizers, optimizer)
    with strategy.scope():
        gan = families.make(family, discriminator_steps=k, ema_decay=0.9, **OPTIONS[family])
        optimizers = {"optimizer": make(0.01), "discriminator_optimizer": make(0.01)}
        families.compiled(gan, **optimizers, **options)
    return gan, families.fit(gan, testing.points(k * rows))


def assert_close(gan, other, tolerance):
    for part in ("generator", "discriminator", "ema_generator"):
        assert testing.distance(getattr(gan, part), getattr(other, part)) <= tolerance, part


@pytest.mark.slow  # the conformance lists compare a step of each trainer by default
@pytest.mark.parametrize("family", families.FAMILIES)
def test_two_replicas_equal_one_with_gradient_descent(family, two_replicas):
    runs = []
    for strategy in (two_replicas, ONE):
        penalties = [losses.GradientPenalty(10.0)]
        runs.append(trained(strategy, family, k=2, penalties=penalties))
    (gan, history), (one, one_history) = runs
    assert_close(gan, one, 1e-5)
    # The logs are means over the replicas.
    for name in ("g_loss", "d_loss", "real_logits", "fake_logits", "gradient_penalty"):
        np.testing.assert_allclose(history[name], one_history[name], rtol=1e-4, atol=1e-5)


def test_two_replicas_equal_one_with_adam_and_a_lazy_penalty(two_replicas):
    runs = []
    for strategy in (two_replicas, ONE):
        penalties = [losses.GradientPenalty(10.0, interval=3)]
        runs.append(trained(strategy, optimizer="Adam", penalties=penalties)[0])
    assert_close(*runs, 1e-3)


def test_replicas_draw_rows_of_one_batch_of_latents(two_replicas):
    seed = tf.constant([3, 8], tf.int64)
    with two_replicas.scope():
        gan = families.make()

    @tf.function
    def draw():
        return two_replicas.run(lambda: gan.latents_like(tf.zeros([3, 2]), seed))

    rows = np.concatenate(two_replicas.experimental_local_results(draw()))
    np.testing.assert_allclose(rows, gan.latent_prior.sample(6, seed), rtol=1e-5, atol=1e-6)
    assert len(np.unique(rows[:, 0].round(5))) == 6


@pytest.mark.parametrize("source", ["arrays", "dataset"])
def test_an_incomplete_minibatch_is_left_out(source, two_replicas):
    """Its last row would leave one replica without any."""
    x = testing.points(9)
    with two_replicas.scope():
        gan = families.compiled(families.make(), penalties=[losses.GradientPenalty()])
    if source == "arrays":
        history = families.fit(gan, x)
    else:
        history = families.fit(gan, tf.data.Dataset.from_tensor_slices(x).batch(4), None)
    assert int(gan.step.numpy()) == 2
    assert np.isfinite(list(history.values())).all()
    assert np.isfinite(testing.vector(gan.discriminator)).all()


def test_evaluate_gives_means_over_images_on_all_replicas(two_replicas):
    with two_replicas.scope():
        gan = families.compiled(families.make())
    x = testing.points(9)  # of the last batch, one replica has one row and the other none
    logs = gan.evaluate(x, batch_size=4, return_dict=True, verbose=0)
    np.testing.assert_allclose(logs["real_logits"], np.mean(gan.discriminator(x)), rtol=1e-5)
    assert np.isfinite(list(logs.values())).all()


def test_the_last_row_of_convolutions_counts_although_a_replica_has_none(two_replicas):
    x = np.random.default_rng(0).uniform(-1, 1, (9, 16, 16, 1)).astype(np.float32)
    with two_replicas.scope():
        generator = networks.dcgan.build_generator(16, 1, 4, filters=8, seed=1)
        discriminator = networks.dcgan.build_discriminator(16, 1, filters=4, seed=2)
        gan = families.FAMILIES["minimax"][0](generator, discriminator, 4, seed=0)
        gan.compile()
    logs = gan.evaluate(x, batch_size=8, return_dict=True, verbose=0)
    expected = np.mean(discriminator(x, training=False))
    np.testing.assert_allclose(logs["real_logits"], expected, rtol=1e-4, atol=1e-6)
    history = gan.fit(x[:8], batch_size=8, validation_data=x, validation_batch_size=8, verbose=0)
    assert np.isfinite(history.history["val_d_loss"]).all()


def test_float16_trains_on_two_replicas_as_on_one(two_replicas):
    keras.config.set_dtype_policy("mixed_float16")
    runs = [trained(strategy, rows=16)[0] for strategy in (two_replicas, ONE)]
    assert type(runs[0].discriminator_optimizer) is keras.optimizers.LossScaleOptimizer
    assert_close(*runs, 1e-3)


def test_dcgan_with_batch_norm_and_a_lazy_penalty_trains_on_two_replicas(two_replicas):
    with two_replicas.scope():
        gan = families.FAMILIES["modified_minimax"][0](
            networks.dcgan.build_generator(16, 1, latent_dim=3, filters=2, seed=1),
            networks.dcgan.build_discriminator(16, 1, filters=2, seed=2),
            latent_dim=3,
            ema_decay=0.05,
        )
        gan.compile(penalties=[losses.GradientPenalty(interval=2)])
    before = testing.vector(gan.generator)
    gan.fit(testing.images(4, (16, 16, 1)), batch_size=4, verbose=0)
    for variable in gan.trainable_variables:
        first, second = two_replicas.experimental_local_results(variable.value)
        np.testing.assert_array_equal(first, second, err_msg=variable.path)
    # Each replica has BatchNorm statistics of its own; what is read, and averaged, is their mean.
    expected = 0.05 * before + 0.95 * testing.vector(gan.generator)
    np.testing.assert_allclose(testing.vector(gan.ema_generator), expected, rtol=1e-4, atol=1e-6)


def test_a_trained_mirrored_trainer_is_saved_for_one_device(two_replicas, tmp_path):
    gan, _ = trained(two_replicas, rows=8)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    assert loaded.distribute_strategy.num_replicas_in_sync == 1
    assert testing.same(loaded.ema_generator, gan.ema_generator)
    assert int(loaded.step) == 2


@pytest.mark.parametrize(
    "data",
    [
        testing.points(6),
        tf.data.Dataset.from_tensor_slices(testing.points(6)).batch(3, drop_remainder=True),
        tf.data.Dataset.from_tensor_slices(testing.points(6)).batch(3),
    ],
    ids=["arrays", "dataset", "remainder"],
)
@pytest.mark.parametrize("method", ["fit", "evaluate"])
def test_a_batch_must_divide_among_the_replicas(method, data, two_replicas):
    with two_replicas.scope():
        gan = families.compiled(families.make())
    options = {"batch_size": 3} if isinstance(data, np.ndarray) else {}
    with pytest.raises(ValueError, match=r"divisible by the number of .*\(2\).*batch_size=3"):
        getattr(gan, method)(data, verbose=0, **options)


@pytest.mark.parametrize("role", ["generator", "discriminator"])
def test_networks_must_be_built_in_the_scope(role, two_replicas):
    outside = testing.mlp_networks()
    with two_replicas.scope():
        inside = testing.mlp_networks()
        pair = (outside[0], inside[1]) if role == "generator" else (inside[0], outside[1])
        with pytest.raises(ValueError, match=f"The {role} was built outside the scope of"):
            families.make(networks=pair)


def test_the_trainer_must_be_made_in_the_scope_of_its_networks(two_replicas):
    with two_replicas.scope():
        inside = testing.mlp_networks()
    with pytest.raises(ValueError, match=r"trainer is made \(_DefaultDistributionStrategy\)"):
        families.make(networks=inside)


def test_optimizers_must_be_made_in_the_scope(two_replicas):
    outside = keras.optimizers.SGD()
    with two_replicas.scope():
        gan = families.make()
        with pytest.raises(ValueError, match="in the same scope.*discriminator_optimizer="):
            gan.compile(discriminator_optimizer=outside)


@pytest.mark.parametrize("optimizer", [None, "sgd"])
def test_compile_makes_its_own_optimizers_in_the_scope(optimizer, two_replicas):
    with two_replicas.scope():
        gan = families.make()
    gan.compile(optimizer)
    for made in (gan.optimizer, gan.discriminator_optimizer):
        assert two_replicas.extended.variable_created_in_scope(made.iterations.value)


def test_a_strategy_of_one_device_trains():
    strategy = tf.distribute.OneDeviceStrategy("CPU:1")
    with strategy.scope():
        gan = families.compiled(families.make())
    families.fit(gan, testing.points(8))
    one = families.compiled(families.make())
    families.fit(one, testing.points(8))
    assert testing.distance(gan.generator, one.generator) < 1e-6


def test_xla_on_several_replicas_is_refused(two_replicas):
    with two_replicas.scope():
        gan = families.make()
        with pytest.raises(ValueError, match="`jit_compile` works on one replica only"):
            gan.compile(jit_compile=True)


@pytest.mark.parametrize("run_eagerly", [False, True], ids=["graph", "eager"])
def test_several_steps_in_one_execution(run_eagerly, two_replicas):
    """With several minibatches in a step and with validation, whose last execution is shorter."""
    options = {"family": "wasserstein", "k": 2, "rows": 16}
    gan, _ = trained(two_replicas, steps_per_execution=2, run_eagerly=run_eagerly, **options)
    one, _ = trained(ONE, **options)
    assert int(gan.step.numpy()) == int(one.step) == 4
    assert_close(gan, one, 1e-5)
    x = testing.points(12)
    logs, expected = (g.evaluate(x, batch_size=4, return_dict=True, verbose=0) for g in (gan, one))
    for name in expected:
        np.testing.assert_allclose(logs[name], expected[name], rtol=1e-4, atol=1e-5)
    history = families.fit(gan, testing.points(32), validation_data=x, validation_batch_size=4)
    np.testing.assert_allclose(history["val_real_logits"], np.mean(gan.discriminator(x)), rtol=1e-4)


@pytest.mark.parametrize("length", [3, None])
def test_executions_must_be_whole_on_several_replicas(length, two_replicas):
    with two_replicas.scope():
        gan = families.compiled(families.make(), steps_per_execution=2)
    points = tf.data.Dataset.from_tensor_slices(testing.points(12))
    data = points.batch(4, drop_remainder=True)
    if length is None:
        data = data.filter(lambda x: True)
    with pytest.raises(ValueError, match=f"whole executions.*steps per epoch: {length}"):
        gan.fit(data, verbose=0)


def test_train_on_batch_is_one_step_however_many_an_execution_has(two_replicas):
    runs = []
    for steps in (1, 2):
        with two_replicas.scope():
            gan = families.compiled(families.make(), steps_per_execution=steps)
        logs = [gan.train_on_batch(x, return_dict=True) for x in np.split(testing.points(12), 3)]
        assert int(gan.step.numpy()) == 3
        runs.append((gan, logs))
    (gan, logs), (other, expected) = runs
    assert testing.same(gan.generator, other.generator)
    assert logs == expected
