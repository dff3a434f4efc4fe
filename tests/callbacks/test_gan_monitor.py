"""The monitor on small trainings: what it logs, what it keeps, and that it disturbs nothing."""

import json
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import callbacks, losses, networks, testing, trainers
from tfgan_suite.callbacks.monitor_figures import Figures
from tfgan_suite.generation.given_rows import spread_rows
from tfgan_suite.modalities import Image

LATENT_DIM = 3
LOGS = {
    f"monitor_{name}"
    for name in (
        "g_loss", "d_loss", "g_gradient_norm", "d_gradient_norm", "g_signal", "real_accuracy",
        "fake_accuracy", "separation", "diversity", "modes",
    )
}  # fmt: skip


def make(cls=trainers.ModifiedMinimaxGAN, shape=(2,), eager=True, rate=0.01, penalties=(), **options):
    generator = networks.mlp.build_generator(shape, LATENT_DIM, (8,), seed=1)
    discriminator = networks.mlp.build_discriminator(shape, (8,), dropout=0.1, seed=2)
    trainer = cls(generator, discriminator, LATENT_DIM, seed=3, **options)
    loss = "hinge" if cls is trainers.GAN else None
    optimizers = [keras.optimizers.Adam(rate) for _ in range(2)]
    trainer.compile(*optimizers, loss=loss, penalties=penalties, run_eagerly=eager)
    return trainer


def fit(trainer, *extra, epochs=2, rows=32, **options):
    options = {"batch_size": 8, "shuffle": False, "verbose": 0, **options}
    return trainer.fit(testing.points(rows), epochs=epochs, callbacks=list(extra), **options).history


def weights(trainer):
    return [keras.ops.convert_to_numpy(v).tobytes() for v in trainer.state_variables().values()]


TRAINERS = {
    "GAN": dict(cls=trainers.GAN),
    "MinimaxGAN": dict(cls=trainers.MinimaxGAN, ema_decay=0.9),
    "ModifiedMinimaxGAN": dict(),
    "WassersteinGAN with clipping": dict(cls=trainers.WassersteinGAN, discriminator_steps=2),
    "WassersteinGAN with a penalty": dict(
        cls=trainers.WassersteinGAN, discriminator_steps=2, penalties=[losses.GradientPenalty(1.0)]
    ),
}


@pytest.mark.parametrize("options", TRAINERS.values(), ids=TRAINERS)
def test_every_trainer_gets_its_figures_into_the_logs(options):
    history = fit(make(**options), callbacks.GANMonitor(testing.points(16)))
    gap = "wasserstein" if options.get("cls") is trainers.WassersteinGAN else "logit_gap"
    seen = {name for name in history if name.startswith("monitor_")}
    assert seen == LOGS | {f"monitor_{gap}"}
    assert all(len(history[name]) == 2 and np.isfinite(history[name]).all() for name in seen)


def test_a_training_with_a_monitor_is_the_one_without():
    ends = []
    for extra in ([], [callbacks.GANMonitor(testing.points(16), every_steps=3)]):
        keras.utils.set_random_seed(1)
        trainer = make(eager=False, ema_decay=0.9)
        fit(trainer, *extra)
        ends.append((weights(trainer), float(keras.random.uniform(()))))
    assert ends[0] == ends[1]


def test_figures_are_those_of_numpy():
    trainer, real = make(), testing.points(16)
    look = callbacks.GANMonitor(real, held_out=testing.points(12, seed=5))
    history = fit(trainer, look, epochs=1)
    seen = trainer.probe(real, 0, held_out=testing.points(12, seed=5))
    pairs = [(r > f) for r in seen["real_logits"] for f in seen["fake_logits"]]
    assert history["monitor_separation"] == [pytest.approx(np.mean(pairs))]
    kept = [(r > h) for r in seen["real_logits"] for h in seen["held_out_logits"]]
    assert history["monitor_memorization"] == [pytest.approx(np.mean(kept))]
    middle = (seen["real_logits"].mean() + seen["fake_logits"].mean()) / 2
    for name, value in (
        ("real_accuracy", np.mean(seen["real_logits"] > middle)),
        ("fake_accuracy", np.mean(seen["fake_logits"] < middle)),
        ("held_out_accuracy", np.mean(seen["held_out_logits"] > middle)),
        ("logit_gap", seen["real_logits"].mean() - seen["fake_logits"].mean()),
    ):
        assert history[f"monitor_{name}"] == [pytest.approx(value, rel=1e-5)], name


def test_real_images_have_all_their_own_variety():
    images = testing.images(64, (40, 40, 1))
    figures = Figures(images, None, 64, None, 0)
    figures.prepare(Image(40, 40, 1))
    assert figures._variety(images) == {"diversity": pytest.approx(1.0), "modes": pytest.approx(1.0)}
    copies = figures._variety(images[:1].repeat(64, axis=0))
    assert copies["diversity"] < 0.05 and copies["modes"] < 0.3


def test_classes_that_are_missing_are_groups_that_are_missing():
    centres = 5.0 * np.eye(8, dtype="float32")[np.arange(64) % 8]
    points = centres + 0.1 * testing.points(64, 8)
    figures = Figures(testing.images(64), None, 64, lambda given: points[: len(given)], 0)
    figures.prepare(Image(8, 8, 1))
    assert figures._variety(testing.images(64))["modes"] == pytest.approx(1.0)
    points[:] = points[np.arange(64) % 8 == 0].repeat(8, axis=0)
    assert figures._variety(testing.images(64))["modes"] < 0.25


def test_it_looks_every_so_many_epochs_and_steps():
    counts = []
    for options in ({"every": 2}, {"every": 9, "every_steps": 3}):
        monitor = callbacks.GANMonitor(testing.points(16), **options)
        fit(make(), monitor, epochs=4, rows=16)  # of 2 steps
        counts.append(monitor.diagnosis.looks - 1)  # one is taken before the first step
    assert counts == [2, 2]


def test_it_compiles_once():
    trainer = make(eager=False)
    fit(trainer, callbacks.GANMonitor(testing.points(16), every_steps=1), epochs=2)
    (_, function), *others = trainer.__dict__["_looks"].values()
    assert not others and function.experimental_get_tracing_count() == 1


def test_a_resumed_training_remembers_what_the_other_does(tmp_path):
    def run(directory, *epochs):
        for count in epochs:
            monitor = callbacks.GANMonitor(testing.points(16), warm_up=1, say=print)
            checkpoints = callbacks.Checkpoints(directory, stop_on_signals=False)
            fit(make(rate=0.0), monitor, checkpoints, epochs=count, rows=8)
        return monitor.get_state()

    whole, parts = run(tmp_path / "a", 5), run(tmp_path / "b", 1, 2, 5)
    assert parts == whole
    assert [finding["name"] for finding in whole["findings"]]
    assert json.loads(json.dumps(whole)) == whole


def test_what_was_said_is_not_said_again_after_a_resumption(tmp_path):
    said = []
    for epochs in (4, 6):
        monitor = callbacks.GANMonitor(testing.points(16), say=said.append)
        checkpoints = callbacks.Checkpoints(tmp_path, stop_on_signals=False)
        fit(make(rate=0.0), monitor, checkpoints, epochs=epochs, rows=8)
    assert len(said) == len(set(said)) == len(monitor.findings) > 0


def test_the_diagnosis_is_written(tmp_path):
    monitor = callbacks.GANMonitor(testing.points(16), directory=tmp_path / "new", say=print)
    history = fit(make(rate=0.0), monitor, epochs=4, rows=8)
    record = json.loads((tmp_path / "new" / "diagnosis.json").read_text())
    assert record["findings"] == monitor.findings and record["looks"] == 5
    assert record["last"]["separation"] == history["monitor_separation"][-1]


def test_it_warns_with_a_class_of_its_own():
    trainer = make(rate=0.0)
    trainer.discriminator_optimizer.learning_rate = 0.01
    with pytest.warns(callbacks.GANWarning, match="Epoch 2, step 2: No weight of the generator"):
        fit(trainer, callbacks.GANMonitor(testing.points(16)), epochs=2, rows=8)


def test_a_short_sound_training_says_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error", callbacks.GANWarning)
        monitor = callbacks.GANMonitor(testing.points(16))
        fit(make(), monitor, epochs=6, rows=8)
    assert monitor.findings == []


def test_mixed_float16():
    keras.config.set_dtype_policy("mixed_float16")
    history = fit(make(eager=False), callbacks.GANMonitor(testing.points(16)))
    assert LOGS <= set(history)


def test_two_replicas_see_what_one_sees(two_replicas):
    expected = fit(make(eager=False), callbacks.GANMonitor(testing.points(16)))
    with two_replicas.scope():
        trainer = make(eager=False)
    got = fit(trainer, callbacks.GANMonitor(testing.points(16)))
    for name in LOGS:
        # Dropout draws other masks on two replicas.
        np.testing.assert_allclose(got[name], expected[name], rtol=0.2, atol=0.2)


def test_conditions_come_with_the_images():
    trainer = trainers.ModifiedMinimaxGAN(*testing.conditional_networks(), LATENT_DIM, seed=1)
    trainer.compile(run_eagerly=True)
    real = (testing.points(16), testing.one_hot(16))
    history = trainer.fit(
        *real, batch_size=8, verbose=0, callbacks=[callbacks.GANMonitor(real, examples=9)]
    ).history
    assert LOGS <= set(history)


def test_images_are_spread_over_an_array_and_over_batches():
    rows = np.arange(40, dtype="float32")[:, None]
    batches = tf.data.Dataset.from_tensor_slices(rows).batch(7)
    for source in (rows, batches):
        (images,) = spread_rows(source, 4)
        assert images[:, 0].tolist() == [0, 13, 26, 39]


@pytest.mark.parametrize(
    "real, words",
    [
        (testing.points(4), "at least 8 images. Received: 4"),
        (np.ones((9, 2), "float32"), "all alike"),
        (np.full((9, 2), np.nan, "float32"), "finite"),
        (testing.points(9, dim=3), "shape"),
        (testing.points(0), "at least one"),
    ],
)
def test_what_it_refuses_of_images(real, words):
    with pytest.raises(ValueError, match=words):
        fit(make(), callbacks.GANMonitor(real))


@pytest.mark.parametrize("option", ["every", "every_steps", "examples", "warm_up", "patience"])
def test_numbers_must_be_positive(option):
    with pytest.raises(ValueError, match=f"{option}=0"):
        callbacks.GANMonitor(testing.points(16), **{option: 0})


def test_it_refuses_a_model_that_cannot_be_probed():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    model.compile(loss="mse")
    with pytest.raises(TypeError, match="Sequential"):
        model.fit(
            testing.points(8), testing.points(8), verbose=0,
            callbacks=[callbacks.GANMonitor(testing.points(16))],
        )  # fmt: skip
