"""What `fit` and `evaluate` report, and that Keras's callbacks can use it."""

import csv

import families
import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import losses, testing

callbacks = keras.callbacks
ALWAYS = {"g_loss", "d_loss", "real_logits", "fake_logits"}
ACCURACIES = {"real_accuracy", "fake_accuracy"}
RATES = {"learning_rate", "discriminator_learning_rate"}
OF_FAMILY = {
    "minimax": ACCURACIES,
    "modified_minimax": ACCURACIES,
    "wasserstein": {"wasserstein"},
}


def run(rows=16, epochs=1, family="modified_minimax", compile_options=None, **options):
    gan = families.make(family)
    families.compiled(gan, **{"run_eagerly": True, **(compile_options or {})})
    return gan, families.fit(gan, testing.points(rows), epochs=epochs, **options)


@pytest.mark.parametrize("family", families.FAMILIES)
def test_the_logs_have_the_documented_names(family):
    _, history = run(family=family)
    assert set(history) == ALWAYS | OF_FAMILY[family] | RATES | {"images_per_second"}


def test_penalties_are_logged_by_their_names():
    _, history = run(compile_options={"penalties": [losses.GradientPenalty()]})
    assert "gradient_penalty" in history


def test_evaluation_logs_have_the_names_of_the_game():
    gan, history = run(validation_data=testing.points(8, seed=1))
    validated = {name.removeprefix("val_") for name in history if name.startswith("val_")}
    assert validated == ALWAYS | ACCURACIES
    assert set(gan.evaluate(testing.points(8), return_dict=True, verbose=0)) == ALWAYS | ACCURACIES


def test_means_are_over_all_updates_of_an_epoch():
    seen = []

    def remembered(real_logits, fake_logits):
        seen.append(float(tf.reduce_mean(real_logits) - tf.reduce_mean(fake_logits)))
        return tf.reduce_mean(real_logits) - tf.reduce_mean(fake_logits)

    gan = families.make(discriminator_steps=2)
    loss = (losses.modified_generator_loss, remembered)
    families.compiled(gan, loss=loss, run_eagerly=True)
    history = families.fit(gan, testing.points(32), epochs=2)
    np.testing.assert_allclose(history["d_loss"], np.reshape(seen, (2, 8)).mean(axis=1), rtol=1e-5)


def test_accuracies_are_fractions_of_logits_of_the_right_sign():
    generator, _ = testing.mlp_networks()
    images = keras.Input((2,))
    logits = keras.layers.Dense(1, kernel_initializer="zeros", bias_initializer="ones")(images)
    gan = families.make(networks=(generator, keras.Model(images, logits)))
    families.compiled(gan, rate=0.0, run_eagerly=True)
    history = families.fit(gan, testing.points(8))
    assert history["real_accuracy"] == [1.0]
    assert history["fake_accuracy"] == [0.0]
    assert history["real_logits"] == history["fake_logits"] == [1.0]


def test_the_wasserstein_estimate_is_the_difference_of_the_means():
    _, history = run(family="wasserstein")
    expected = history["real_logits"][0] - history["fake_logits"][0]
    np.testing.assert_allclose(history["wasserstein"], [expected], rtol=1e-5)


def test_learning_rates_of_both_players():
    schedule = keras.optimizers.schedules.ExponentialDecay(0.5, 1, 0.5)
    optimizers = {
        "optimizer": keras.optimizers.SGD(0.25),
        "discriminator_optimizer": keras.optimizers.SGD(schedule),
    }
    _, history = run(epochs=2, compile_options=optimizers)
    assert history["learning_rate"] == [0.25, 0.25]
    np.testing.assert_allclose(history["discriminator_learning_rate"], [0.5**5, 0.5**9], rtol=1e-5)


def test_images_per_second_is_positive_and_absent_after_a_single_step():
    assert run(rows=16)[1]["images_per_second"][0] > 0.0
    assert "images_per_second" not in run(rows=4)[1]


def test_images_per_second_counts_all_minibatches_of_a_step(monkeypatch):
    clock = iter(range(1000))
    module = "tfgan_suite.trainers.base.throughput"
    monkeypatch.setattr(f"{module}.time.perf_counter", lambda: next(clock))
    gan = families.compiled(families.make(discriminator_steps=3), run_eagerly=True)
    history = families.fit(gan, testing.points(4 * 3 * 4))
    # 3 steps after the first, of 3 minibatches of 4, in 3 ticks of the clock.
    assert history["images_per_second"] == [12.0]


def test_csv_logger_and_tensorboard_write_every_scalar(tmp_path):
    _, history = run(
        epochs=2,
        validation_data=testing.points(4),
        callbacks=[
            callbacks.CSVLogger(tmp_path / "log.csv"),
            callbacks.TensorBoard(tmp_path / "events", write_graph=False),
        ],
    )
    with open(tmp_path / "log.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2
    assert set(rows[0]) == set(history) | {"epoch"}
    assert float(rows[1]["g_loss"]) == pytest.approx(history["g_loss"][1])
    tags = set()
    for path in (tmp_path / "events").rglob("events.*"):
        for event in tf.compat.v1.train.summary_iterator(str(path)):
            tags |= {value.tag for value in event.summary.value}
    assert {"epoch_g_loss", "epoch_d_loss", "epoch_fake_accuracy"} <= tags


def test_learning_rate_scheduler_sets_the_rate_of_every_player():
    scheduler = callbacks.LearningRateScheduler(lambda epoch, rate: 0.5 / (epoch + 1))
    gan, history = run(epochs=2, callbacks=[scheduler])
    assert history["learning_rate"] == [0.5, 0.25]
    assert history["discriminator_learning_rate"] == [0.5, 0.25]
    assert float(gan.discriminator_optimizer.learning_rate) == 0.25


def test_reduce_lr_on_plateau_reduces_the_rate_of_every_player():
    options = {"factor": 0.5, "patience": 1, "min_delta": 1e9, "mode": "min"}
    _, history = run(epochs=3, callbacks=[callbacks.ReduceLROnPlateau("d_loss", **options)])
    # Seen to have stalled after the second epoch; what an epoch logs is the rate it ran with.
    for name in ("learning_rate", "discriminator_learning_rate"):
        np.testing.assert_allclose(history[name], [0.1, 0.1, 0.05])


@pytest.mark.parametrize("monitor", ["real_accuracy", "val_d_loss", "images_per_second"])
def test_early_stopping_on_any_logged_name(monitor):
    stop = callbacks.EarlyStopping(monitor, patience=1, min_delta=1e9, mode="min")
    _, history = run(epochs=5, validation_data=testing.points(4), callbacks=[stop])
    assert len(history["g_loss"]) == 2


def test_model_checkpoint_keeps_the_best(tmp_path):
    path = tmp_path / "{epoch}.keras"
    best = callbacks.ModelCheckpoint(path, monitor="d_loss", save_best_only=True, mode="min")
    gan, history = run(epochs=2, callbacks=[best])
    epoch = int(np.argmin(history["d_loss"])) + 1
    assert (tmp_path / f"{epoch}.keras").exists()
    loaded = keras.saving.load_model(tmp_path / f"{epoch}.keras")
    assert int(loaded.step) == 4 * epoch


def test_a_single_callback_needs_no_list():
    seen = []
    only = callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(dict(logs)))
    run(callbacks=only)
    assert seen[0]["learning_rate"] == pytest.approx(0.1)
