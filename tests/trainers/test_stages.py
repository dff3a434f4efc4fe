"""Stages: each its own graph, and a training that goes on from the middle of any of them."""

import contextlib

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import networks, testing
from tfgan_suite.callbacks import Checkpoints, GuardNonFinite
from tfgan_suite.registration import PACKAGE
from tfgan_suite.trainers import Stage, Trainer

BY_STEPS = (("alone", {"steps": 3}), ("both", {"steps": 2}), ("refined", {}))
BY_IMAGES = (("alone", {"images": 12}), ("both", {"images": 8}), ("refined", {}))


@keras.saving.register_keras_serializable(PACKAGE)
class Staged(Trainer):
    """A generator that first learns the data's mean by itself, and in the end has a refiner.

    Args:
        lengths: pairs of a stage's name and its length, `{"steps": n}`, `{"images": n}` or `{}`.
    """

    player_networks = {**Trainer.player_networks, "generator": ("generator", "refiner")}
    default_loss = "modified_minimax"

    def __init__(self, generator, refiner, discriminator, *, lengths=BY_STEPS, **kwargs):
        parts = {"generator": generator, "refiner": refiner, "discriminator": discriminator}
        self.lengths = [[name, dict(length)] for name, length in lengths]
        stages = [Stage(n, **length, refines=n == "refined") for n, length in self.lengths]
        super().__init__(parts, stages=stages, **kwargs)
        self.__dict__.update(traced=[], begun=[])
        with self.distribute_strategy.scope():
            self.entries = keras.Variable(0, dtype="int32", trainable=False, name="entries")

    def on_stage_begin(self, stage):
        self.begun.append(stage.name)
        self.entries.assign(self.entries + 1)
        if stage.refines:
            self.refiner.set_weights([0.5 * w for w in self.refiner.get_weights()])

    def make(self, z, training):
        made = self.generator(z, training=training)
        return self.refiner(made, training=training) if self.stage.refines else made

    def train_step(self, data):
        self.traced.append(self.stage.name)
        step = self.begin(data)
        [(x, _)] = step.minibatches
        g, d = (self.players[name] for name in ("generator", "discriminator"))
        z = step.draw(x, [testing.LATENT_DIM])
        with tf.GradientTape(persistent=True) as tape:
            fakes = self.make(z, training=True)
            if self.stage.name == "alone":
                mean, wanted = (tf.reduce_mean(v, axis=0) for v in (fakes, x))
                g_loss = tf.reduce_mean(tf.square(mean - wanted))
            else:
                real, fake = (self.discriminator(v, training=True) for v in (x, fakes))
                g_loss = self.adversarial_loss.generator_loss(real, fake)
                d_loss = self.adversarial_loss.discriminator_loss(real, fake)
                step.note({"d_loss": d_loss})
        step.note({"g_loss": g_loss})
        if self.stage.name != "alone":
            d.apply(d.gradients(d_loss, tape))
        g.apply(g.gradients(g_loss, tape))
        return step.end()

    def test_step(self, data):
        z = tf.zeros([tf.shape(data)[0], testing.LATENT_DIM])
        loss = tf.reduce_mean(tf.abs(self.make(z, training=False) - data))
        return self.log({"g_loss": loss}, tf.shape(data)[0])

    def call(self, latents, training=False):
        return self.make(latents, training)

    def get_config(self):
        return {**super().get_config(), "lengths": self.lengths}


def staged(**options):
    compiled = {k: options.pop(k) for k in ("run_eagerly", "steps_per_execution") if k in options}
    generator, discriminator = testing.mlp_networks()
    refiner = networks.mlp.build_discriminator((2,), (3,), activation="tanh", seed=4)
    refiner = keras.Model(
        refiner.inputs[0],
        keras.layers.Dense(2, kernel_initializer=keras.initializers.HeNormal(6))(
            refiner.layers[-2].output
        ),
    )
    trainer = Staged(generator, refiner, discriminator, ema_decay=0.5, seed=3, **options)
    trainer.compile(keras.optimizers.Adam(0.05), keras.optimizers.Adam(0.05), **compiled)
    return trainer


def fit(trainer, epochs=1, steps=8, **options):
    options = {"batch_size": 4, "verbose": 0, "shuffle": False, **options}
    return trainer.fit(testing.points(4 * steps), epochs=epochs, **options).history


def state(trainer):
    variables = trainer.state_variables().items()
    return {name: keras.ops.convert_to_numpy(v).copy() for name, v in variables}


def assert_same(trainer, other):
    found, expected = state(trainer), state(other)
    assert list(found) == list(expected)
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value, err_msg=name)


@pytest.mark.parametrize("lengths", [BY_STEPS, BY_IMAGES], ids=["steps", "images"])
def test_each_stage_is_traced_once_and_entered_once(lengths):
    trainer = staged(lengths=lengths)
    fit(trainer, epochs=2)
    assert trainer.traced == trainer.begun == ["alone", "both", "refined"]
    assert trainer.stage.name == "refined"
    assert list(keras.ops.convert_to_numpy(trainer.stage_clock.entered)) == [
        2, 5, 20 if lengths is BY_IMAGES else 0
    ]  # fmt: skip


class StageNames(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.names = []

    def on_train_batch_end(self, batch, logs=None):
        self.names.append(self.model.stage.name)

    def get_state(self):
        return {}  # what it hears is of one `fit`

    def set_state(self, state):
        pass


@pytest.mark.parametrize("eager", [True, False], ids=["eager", "graph"])
@pytest.mark.parametrize("lengths", [BY_STEPS, BY_IMAGES], ids=["steps", "images"])
def test_stages_have_their_lengths(lengths, eager):
    trainer, heard = staged(lengths=lengths, run_eagerly=eager), StageNames()
    fit(trainer, callbacks=[heard])
    assert heard.names == ["alone"] * 3 + ["both"] * 2 + ["refined"] * 3


def test_the_last_minibatch_of_an_epoch_counts_as_it_is():
    """10 images an epoch in minibatches of 4, 4 and 2: 12 have been shown after the fourth step."""
    trainer, heard = staged(lengths=BY_IMAGES), StageNames()
    data = tf.data.Dataset.from_tensor_slices(testing.points(10)).batch(4)
    trainer.fit(data, epochs=3, verbose=0, callbacks=[heard])
    # Shown: 4 8 10 14 | 18 20 | 24 ...; the second stage ends at 20.
    assert heard.names == ["alone"] * 4 + ["both"] * 2 + ["refined"] * 3


def test_units_may_be_mixed():
    lengths = (("alone", {"steps": 2}), ("both", {"images": 12}), ("refined", {}))
    trainer, heard = staged(lengths=lengths), StageNames()
    fit(trainer, callbacks=[heard])
    assert heard.names == ["alone"] * 2 + ["both"] * 3 + ["refined"] * 3


def test_a_bounded_last_stage_goes_on():
    lengths = (("alone", {"steps": 2}), ("both", {"steps": 1}))
    trainer, heard = staged(lengths=lengths), StageNames()
    fit(trainer, callbacks=[heard], steps=5)
    assert heard.names == ["alone"] * 2 + ["both"] * 3


def test_what_a_stage_does_not_play_does_not_move_and_is_not_logged():
    trainer = staged()
    before = testing.vector(trainer.discriminator), testing.vector(trainer.refiner)
    history = fit(trainer, steps=3)
    assert "d_loss" not in history and history["g_loss"]
    assert np.array_equal(testing.vector(trainer.discriminator), before[0])
    assert np.array_equal(testing.vector(trainer.refiner), before[1])
    assert int(trainer.discriminator_optimizer.iterations) == 0
    history = fit(trainer, steps=3)
    assert history["d_loss"]
    assert not np.array_equal(testing.vector(trainer.refiner), before[1])


def test_optimizers_have_the_slots_of_all_stages_from_the_beginning():
    trainer = staged()
    weights = sum(len(network.trainable_variables) for network in trainer.networks()[:2])
    assert len(trainer.optimizer.variables) == 2 + 2 * weights


class StopAfter(keras.callbacks.Callback):
    """Ends the training after a number of steps of the trainer."""

    def __init__(self, step):
        super().__init__()
        self.step = step

    def on_train_batch_end(self, batch, logs=None):
        if int(self.model.step.numpy()) == self.step:
            self.model.stop_training = True


@pytest.mark.parametrize(
    "lengths, stop, eager",
    [
        *((BY_STEPS, stop, True) for stop in (1, 3, 4, 5, 6)),
        (BY_IMAGES, 4, True),
        (BY_IMAGES, 4, False),
        pytest.param(BY_STEPS, 4, False, marks=pytest.mark.slow),
        *(pytest.param(BY_IMAGES, stop, True, marks=pytest.mark.slow) for stop in (1, 3, 5, 6)),
    ],
)
def test_a_training_goes_on_bit_for_bit_from_anywhere(lengths, stop, eager, tmp_path):
    options = {"lengths": lengths, "run_eagerly": eager}  # graphs take long to trace
    whole = staged(**options)
    fit(whole, epochs=2, steps=4)
    for step in (stop, None):
        trainer = staged(**options)
        callbacks = [StopAfter(step), Checkpoints(tmp_path)]
        fit(trainer, epochs=2, steps=4, callbacks=callbacks)
    assert_same(trainer, whole)
    assert int(trainer.entries.numpy()) == 3


def test_a_file_knows_its_stage(tmp_path):
    trainer = staged()
    fit(trainer, steps=4)
    trainer.save(tmp_path / "trainer.keras")
    again = keras.saving.load_model(tmp_path / "trainer.keras")
    assert again.stage.name == "both"
    for one in (trainer, again):
        fit(one, steps=3)
    assert_same(again, trainer)
    assert again.begun == ["refined"] and again.traced == ["both", "refined"]


def test_train_on_batch_goes_through_the_stages():
    by_fit, by_batch = staged(), staged()
    fit(by_fit, steps=7)
    for x in testing.points(28).reshape(7, 4, 2):
        by_batch.train_on_batch(x)
    metrics = {name for name in state(by_fit) if name.startswith("metrics")}
    found, expected = state(by_batch), state(by_fit)
    for name in set(expected) - metrics:
        np.testing.assert_array_equal(found[name], expected[name], err_msg=name)


def test_evaluate_and_predict_are_of_the_present_stage():
    trainer, x = staged(), testing.points(4)
    z = testing.points(4, testing.LATENT_DIM)
    for steps in (1, 4, 2):
        fit(trainer, steps=steps)
        expected = np.abs(trainer(np.zeros_like(z)) - x).mean()
        found = trainer.evaluate(x, batch_size=4, verbose=0, return_dict=True)
        np.testing.assert_allclose(found["g_loss"], expected, rtol=1e-5)
        np.testing.assert_allclose(
            trainer.predict(z, verbose=0), trainer(z), rtol=1e-5, atol=1e-6
        )


def test_a_rollback_across_a_border_goes_back_to_the_stage_before(tmp_path):
    class Break(keras.callbacks.Callback):
        """Breaks a weight as the first stage ends, once."""

        broken = False

        def on_train_batch_end(self, batch, logs=None):
            if int(self.model.step.numpy()) == 3 and not self.broken:
                self.broken = True
                self.model.generator.weights[0].assign(
                    np.nan * self.model.generator.weights[0].numpy()
                )

    trainer, heard = staged(), StageNames()
    guard = GuardNonFinite("rollback", learning_rate_factor=1.0)
    callbacks = [guard, Checkpoints(tmp_path, every_steps=2), Break(), heard]
    with pytest.warns(UserWarning, match="Rolled back to step 2"):
        fit(trainer, callbacks=callbacks)
    assert int(trainer.step.numpy()) == 8
    assert trainer.stage.name == "refined" and heard.names[-3:] == ["refined"] * 3
    assert int(trainer.entries.numpy()) == 3


def test_two_replicas_equal_one(two_replicas):
    lengths = (("alone", {"steps": 1}), ("both", {"images": 8}), ("refined", {}))
    trained = []
    for scope in (contextlib.nullcontext(), two_replicas.scope()):
        with scope:
            trainer = staged(lengths=lengths)
        fit(trainer)
        trained.append(trainer)
    one, two = trained
    assert two.begun == one.begun and two.traced[::2] == one.traced
    np.testing.assert_array_equal(
        keras.ops.convert_to_numpy(two.stage_clock.entered),
        keras.ops.convert_to_numpy(one.stage_clock.entered),
    )


@pytest.mark.parametrize("lengths", [BY_STEPS, BY_IMAGES], ids=["steps", "images"])
def test_an_execution_must_not_cross_a_border(lengths):
    trainer = staged(lengths=lengths, steps_per_execution=2)
    with pytest.raises(ValueError, match=r"border.*steps_per_execution=2 with 3 .*'alone'"):
        fit(trainer)


def test_executions_of_several_steps_within_stages():
    lengths = (("alone", {"steps": 4}), ("both", {"images": 16}), ("refined", {}))
    trainer, other = staged(lengths=lengths, steps_per_execution=2), staged(lengths=lengths)
    for one in (trainer, other):
        fit(one, steps=12)
    assert_same(trainer, other)
    assert trainer.begun == ["alone", "both", "refined"]


def test_an_execution_from_within_a_stage_must_not_cross_its_border():
    lengths = (("alone", {"steps": 4}), ("both", {}))
    trainer = staged(lengths=lengths, steps_per_execution=2)
    trainer.train_on_batch(testing.points(4))
    with pytest.raises(ValueError, match="with 1 steps to the end of the stage 'alone'"):
        fit(trainer, steps=4)


@pytest.mark.parametrize(
    "make, named",
    [
        (lambda: Stage("a", steps=1, images=1), "steps or in images. Received: stage 'a' with"),
        (lambda: Stage("a", steps=0), "`steps` must be a positive integer or None"),
        (lambda: staged(lengths=(("a", {"steps": 1}), ("a", {}))), "with different names"),
        (lambda: staged(lengths=(("a", {}), ("b", {}))), r"may have no end.*Stage\('a'"),
    ],
)
def test_wrong_stages_are_named(make, named):
    with pytest.raises(ValueError, match=named):
        make()


def test_a_trainer_without_stages_has_none():
    generator, discriminator = testing.mlp_networks()
    trainer = Trainer({"generator": generator, "discriminator": discriminator})
    assert trainer.stage is None and "stage" not in trainer.state_variables()
