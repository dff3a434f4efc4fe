"""Three trainers as a user would write them, each in a file of its own, with all that ours can do."""

import dataclasses
import functools
from collections.abc import Callable

import bigan
import keras
import numpy as np
import pytest
import sequence_gan
import tensorflow as tf
import two_stages
from PIL import Image

from tfgan_suite import callbacks, testing
from tfgan_suite.checkpointing import read_arrays
from tfgan_suite.cli import main
from tfgan_suite.export import export, verify
from tfgan_suite.generation import Generate

BATCH, STEPS = 4, 5  # of an epoch, of two
K = keras.layers


def _dense(units, seed, **options):
    return K.Dense(units, kernel_initializer=keras.initializers.GlorotUniform(seed), **options)


def make_bigan():
    z, x, code, of = keras.Input((3,)), keras.Input((5,)), keras.Input((3,)), keras.Input((5,))
    generator = keras.Model(z, _dense(5, 1)(_dense(4, 2, activation="tanh")(z)))
    encoder = keras.Model(x, _dense(3, 3)(_dense(4, 4, activation="tanh")(x)))
    both = K.Concatenate()([of, code])
    judge = keras.Model([of, code], _dense(1, 5)(_dense(6, 6, activation="tanh")(both)))
    return bigan.BiGAN(generator, encoder, judge, 3, ema_decay=0.9, seed=3)


def make_two_stages():
    def judge(side, seed):
        images = keras.Input((side, side, 1))
        return keras.Model(images, _dense(1, seed)(K.Flatten()(images)))

    z, small = keras.Input((3,)), keras.Input((4, 4, 1))
    generator = keras.Model(z, K.Reshape((4, 4, 1))(_dense(16, 1, activation="tanh")(z)))
    kernel = keras.initializers.GlorotUniform(2)
    large = K.Conv2D(4, 3, padding="same", kernel_initializer=kernel)(small)
    large = K.Reshape((8, 8, 1))(K.Activation("tanh")(large))
    refiner = keras.Model(small, large)
    return two_stages.TwoStageGAN(
        generator, refiner, judge(4, 3), judge(8, 4), 3, coarse_steps=4, seed=3
    )


def sequences(rows):
    """DNA and what is true of it."""
    rng = np.random.default_rng(0)
    texts = ["".join(rng.choice(list("ACGT"), 12)) for _ in range(rows)]
    texts = [f"ATG{t[3:]}" if i % 2 else t for i, t in enumerate(texts)]
    found = [[t.startswith("ATG"), sum(t.count(b) for b in "GC") > 6] for t in texts]
    return sequence_gan.BASES.encode(texts), np.array(found, np.int32)


@dataclasses.dataclass(frozen=True, eq=False)
class Outsider:
    """How to make one and its data, and what its exported model is called with and gives."""

    make: Callable
    data: Callable
    key: str
    condition: dict = dataclasses.field(default_factory=dict)

    def trainer(self):
        trainer = self.make()
        adam = [keras.optimizers.Adam(0.01, epsilon=1e-3) for _ in range(2)]
        trainer.compile(*adam)
        return trainer

    def fit(self, trainer, *keepers, epochs=2):
        return trainer.fit(
            *self.data(BATCH * STEPS), batch_size=BATCH, epochs=epochs, verbose=0,
            callbacks=list(keepers),
        )  # fmt: skip


EVERY = {
    "BiGAN": Outsider(make_bigan, lambda n: (testing.points(n, 5),), "vectors"),
    "sequences": Outsider(
        lambda: sequence_gan.build_trainer(latent_dim=3), sequences, "sequences",
        {"attributes": np.array([[1, 0], [0, 1], [1, 1]], np.float32)},
    ),
    "two stages": Outsider(
        make_two_stages, lambda n: (testing.images(n, (8, 8, 1)),), "images"
    ),
}  # fmt: skip
ALL = pytest.mark.parametrize("outsider", EVERY.values(), ids=EVERY)


class StopAfter(keras.callbacks.Callback):
    """Asks `fit` to stop after a number of the trainer's steps."""

    def __init__(self, steps):
        super().__init__()
        self.steps = steps

    def on_train_batch_end(self, batch, logs=None):
        if int(keras.ops.convert_to_numpy(self.model.step)) == self.steps:
            self.model.stop_training = True


def state(trainer):
    return read_arrays(trainer.state_variables())


@functools.cache
def trained(outsider):
    """A trainer after ten steps that nothing interrupted, and its history."""
    trainer = outsider.trainer()
    history = outsider.fit(trainer).history
    return trainer, history


def assert_same_state(trainer, other, tolerance=0.0):
    ours, others = state(trainer), state(other)
    assert ours.keys() == others.keys()
    for name, value in ours.items():
        np.testing.assert_allclose(
            value.astype("float64"), others[name].astype("float64"), rtol=tolerance,
            atol=tolerance, err_msg=name,
        )  # fmt: skip


@ALL
def test_fit_moves_every_network(outsider):
    trainer, history = trained(outsider)
    before = outsider.make()
    assert np.isfinite([history[name] for name in history]).all()
    for name in trainer.network_names:
        assert not testing.same(getattr(trainer, name), getattr(before, name)), name


@ALL
@pytest.mark.parametrize(
    "stop", [2, pytest.param(4, marks=pytest.mark.slow), pytest.param(7, marks=pytest.mark.slow)]
)
def test_a_resumed_training_is_the_uninterrupted_one(outsider, stop, tmp_path):
    interrupted = outsider.trainer()
    outsider.fit(interrupted, StopAfter(stop), callbacks.Checkpoints(tmp_path))
    assert int(keras.ops.convert_to_numpy(interrupted.step)) == stop
    resumed, whole = outsider.trainer(), outsider.trainer()
    outsider.fit(resumed, callbacks.Checkpoints(tmp_path))
    outsider.fit(whole, callbacks.Checkpoints(tmp_path / "whole"))
    assert_same_state(resumed, whole)


@ALL
def test_a_keras_file_brings_it_back(outsider, tmp_path):
    trainer, _ = trained(outsider)
    trainer.save(tmp_path / "trainer.keras")
    loaded = keras.saving.load_model(tmp_path / "trainer.keras")
    assert type(loaded) is type(trainer)
    assert loaded.interfaces == trainer.interfaces
    z = testing.points(4, 3)
    given = [z, np.ones([4, 2], np.float32)] if outsider.condition else z
    np.testing.assert_array_equal(loaded(given), trainer(given))


@ALL
def test_two_replicas_equal_one(outsider, two_replicas):
    with two_replicas.scope():
        several = outsider.trainer()
    alone = outsider.trainer()
    for trainer in (several, alone):
        data = outsider.data(BATCH * STEPS)
        trainer.fit(*data, batch_size=BATCH, epochs=2, shuffle=False, verbose=0)
    for name in alone.network_names:
        assert testing.distance(getattr(several, name), getattr(alone, name)) < 1e-5, name


@ALL
def test_its_exported_generator_gives_the_same_and_verifies(outsider, tmp_path):
    trainer, _ = trained(outsider)
    path = export(trainer, tmp_path / "model")
    assert verify(path).passed
    z = testing.points(3, 3)
    serve = tf.saved_model.load(str(path)).signatures["serving_default"]
    given = {"latents": z, **outsider.condition}
    served = serve(**{name: tf.constant(value) for name, value in given.items()})
    expected = Generate(trainer).of(z, outsider.condition or None)
    np.testing.assert_allclose(served[outsider.key], expected, atol=1e-5)


@ALL
def test_samples_are_drawn_from_the_command_line(outsider, tmp_path, capsys):
    trainer, _ = trained(outsider)
    trainer.save(tmp_path / "trainer.keras")
    picture = tmp_path / "samples.png"
    assert main(["sample", str(tmp_path / "trainer.keras"), "--to", str(picture)]) == 0
    with Image.open(picture) as drawn:
        assert np.asarray(drawn).std() > 1.0


@ALL
def test_it_is_evaluated(outsider):
    trainer, history = trained(outsider)
    losses = trainer.evaluate(
        *outsider.data(8), batch_size=4, verbose=0, return_dict=True
    )  # fmt: skip
    assert np.isfinite(list(losses.values())).all()
    assert {"g_loss", "d_loss"} <= losses.keys() <= history.keys()


def test_the_encoder_has_an_optimizer_and_a_learning_rate_of_its_own():
    trainer, history = trained(EVERY["BiGAN"])
    assert trainer.encoder_optimizer is trainer.players["encoder"].optimizer
    assert "encoder_learning_rate" in history and "encoder_loss" in history
    assert trainer.encode(testing.points(2, 5)).shape == (2, 3)


def test_the_first_stage_leaves_the_second_ones_networks_alone():
    outsider = EVERY["two stages"]
    trainer, before = outsider.trainer(), outsider.make()
    outsider.fit(trainer, StopAfter(4))
    for name in ("refiner", "discriminator"):
        assert testing.same(getattr(trainer, name), getattr(before, name))
    assert not testing.same(trainer.coarse_discriminator, before.coarse_discriminator)
    assert trainer(testing.points(2, 3)).shape == (2, 4, 4, 1) or trainer.stage.name == "fine"


def test_each_stage_is_traced_once(monkeypatch):
    traced, step = [], two_stages.TwoStageGAN.train_step

    def spy(self, data):
        traced.append(self.stage.name)
        return step(self, data)

    monkeypatch.setattr(two_stages.TwoStageGAN, "train_step", spy)
    outsider = EVERY["two stages"]
    outsider.fit(outsider.trainer())
    assert traced == ["coarse", "fine"]


def test_attributes_that_are_asked_for_reach_the_generator():
    trainer, _ = trained(EVERY["sequences"])
    z = np.repeat(testing.points(1, 3), 2, axis=0)
    one, other = Generate(trainer).of(z, np.array([[0, 0], [1, 1]]))
    assert np.abs(one - other).max() > 1e-4
