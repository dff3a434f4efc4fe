"""Players: a third one with all that the first two have, and what is said of wrong ones."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import GAN, losses, networks, testing
from tfgan_suite.callbacks import Checkpoints
from tfgan_suite.registration import PACKAGE
from tfgan_suite.trainers import Trainer
from tfgan_suite.trainers.base.player_losses import loss_of_discriminator, loss_of_generator


@keras.saving.register_keras_serializable(PACKAGE)
class Distilled(Trainer):
    """A GAN of vectors whose generator a smaller student imitates."""

    player_networks = {**Trainer.player_networks, "student": ("student",)}
    averaged_players = ("generator", "student")
    default_loss = "modified_minimax"

    def __init__(self, generator, discriminator, student, **kwargs):
        parts = {"generator": generator, "discriminator": discriminator, "student": student}
        super().__init__(parts, **kwargs)

    def train_step(self, data):
        step = self.begin(data)
        g, d, s = (self.players[name] for name in ("generator", "discriminator", "student"))
        [(x, _)] = step.minibatches
        z = step.draw(x, [testing.LATENT_DIM])
        with tf.GradientTape(persistent=True) as tape:
            fakes = self.generator(z, training=True)
            real, fake = (self.discriminator(v, training=True) for v in (x, fakes))
            g_loss, logs = loss_of_generator(self, step, self.generator, real, fake, None)
            d_loss, more = loss_of_discriminator(
                self, step, self.discriminator, x, fakes, None, real, fake
            )
            made = self.student(z, training=True)
            s_loss = tf.reduce_mean(tf.square(made - tf.stop_gradient(fakes)))
            for penalty in s.penalties_on(self.student):
                logs[penalty.log_name("student")] = step.penalize(penalty, s, self.student)
                s_loss += logs[penalty.log_name("student")]
        step.note({"g_loss": g_loss, "d_loss": d_loss, "student_loss": s_loss, **logs, **more})
        for player, loss in ((d, d_loss), (g, g_loss), (s, s_loss)):
            player.apply(player.gradients(loss, tape))
        return step.end()

    def call(self, latents, training=False):
        return self.serving("student")(latents, training=training)


def make(seed=3):
    generator, discriminator = testing.mlp_networks()
    student = networks.mlp.build_generator(
        (2,), testing.LATENT_DIM, (2,), activation="tanh", seed=5
    )
    return Distilled(generator, discriminator, student, ema_decay=0.5, seed=seed)


def compiled(**options):
    trainer = make()
    given = {"student_optimizer": keras.optimizers.Adam(0.01), **options}
    trainer.compile(keras.optimizers.SGD(0.1), **given)
    return trainer


def fit(trainer, epochs=1, **options):
    x = testing.points(16)
    return trainer.fit(x, batch_size=4, epochs=epochs, verbose=0, **options).history


def test_a_third_player_learns():
    trainer = compiled(student_optimizer=keras.optimizers.Adam(0.05))
    trainer.optimizer.learning_rate = 0.0  # or the student would run after what moves
    history = fit(trainer, epochs=40)
    assert history["student_loss"][-1] < 0.5 * history["student_loss"][0]


def test_its_learning_rate_is_logged():
    history = fit(compiled())
    assert history["student_learning_rate"] == [pytest.approx(0.01)]
    for name in ("learning_rate", "discriminator_learning_rate"):
        assert history[name] == [pytest.approx(0.1)]


def test_it_has_an_average_and_the_discriminator_none():
    trainer = compiled()
    fit(trainer)
    assert 0.0 < testing.distance(trainer.ema_student, trainer.student) < 1.0
    assert trainer.serving("student") is trainer.ema_student
    assert trainer.serving("discriminator") is trainer.discriminator


def test_its_optimizer_has_the_config_of_the_first_where_none_is_given():
    trainer = make()
    trainer.compile(keras.optimizers.SGD(0.3, momentum=0.5))
    optimizers = [trainer.optimizer, trainer.discriminator_optimizer, trainer.student_optimizer]
    assert [float(o.learning_rate) for o in optimizers] == [pytest.approx(0.3)] * 3
    assert len({id(o) for o in optimizers}) == 3
    assert [player.optimizer for player in trainer.players.values()] == optimizers


def test_its_penalties_are_its_own():
    trainer = compiled(student_penalties=[losses.OrthogonalRegularization()])
    history = fit(trainer)
    assert history["student_orthogonal_regularization"][0] > 0.0
    assert not trainer.players["generator"].penalties_on(trainer.generator)


def test_a_file_brings_it_back(tmp_path):
    penalties = [losses.SpectralNormRegularization()]
    trainer = compiled(student_penalties=penalties)
    fit(trainer)
    trainer.save(tmp_path / "trainer.keras")
    again = keras.saving.load_model(tmp_path / "trainer.keras")
    for one in (trainer, again):
        fit(one)
    for name in ("student", "ema_student", "student_optimizer"):
        assert testing.same(getattr(again, name), getattr(trainer, name)), name
    assert testing.same(again.penalty_memories[0], trainer.penalty_memories[0])


def test_a_checkpoint_brings_it_back(tmp_path):
    whole = compiled()
    fit(whole, epochs=4, callbacks=[Checkpoints(tmp_path / "whole")])
    for epochs in (2, 4):
        trainer = compiled()
        fit(trainer, epochs=epochs, callbacks=[Checkpoints(tmp_path / "checkpoints")])
    for name in ("student", "ema_student", "student_optimizer", "generator"):
        assert testing.same(getattr(trainer, name), getattr(whole, name)), name


def test_two_replicas_equal_one(two_replicas):
    one = compiled()
    with two_replicas.scope():
        two = compiled()
    for trainer in (one, two):
        fit(trainer, shuffle=False)
    assert testing.distance(two.discriminator, one.discriminator) < 1e-5


def test_the_two_players_of_a_gan_are_named_as_ever():
    gan = GAN(*testing.mlp_networks(), testing.LATENT_DIM)
    gan.compile(loss="hinge")
    names = gan.state_variables()
    assert {name.partition("/")[0] for name in names} == {
        "step", "draws", "noise", "undone_steps", "generator", "discriminator", "optimizer",
        "discriminator_optimizer", "metrics",
    }  # fmt: skip
    assert list(gan.players) == ["generator", "discriminator"]


@pytest.mark.parametrize("option", ["student_optimizer", "student_penalties", "optimiser"])
def test_options_of_players_that_there_are_not(option):
    gan = GAN(*testing.mlp_networks(), testing.LATENT_DIM)
    with pytest.raises(TypeError, match=rf"of its players generator, discriminator.*: {option}"):
        gan.compile(loss="hinge", **{option: None})


def test_a_players_penalty_must_fit_its_kind():
    with pytest.raises(ValueError, match="`student_penalties` are added to the student's loss"):
        compiled(student_penalties=[losses.R1()])


@pytest.mark.parametrize(
    "attributes, named",
    [
        ({"player_networks": {"generator": ("generator",)}}, "must name the networks"),
        ({"averaged_players": ("encoder",)}, "averaged_players` must be players.*: encoder"),
        ({"critics": ("judge",)}, "critics` must be players of `player_networks`.*: judge"),
    ],
)
def test_wrong_declarations_are_named(attributes, named):
    cls = type("Wrong", (Distilled,), attributes)
    with pytest.raises(ValueError, match=named):
        cls(*testing.mlp_networks(), testing.mlp_networks()[0])


def test_a_weight_that_no_loss_reaches_warns_unless_parts_may_rest():
    trainer = compiled()
    student = trainer.players["student"]
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(student.weights[0].value ** 2)
    gradients = student.gradients(loss, tape)
    assert [g is None for g in gradients] == [False] + [True] * (len(gradients) - 1)
    with pytest.warns(UserWarning, match="Gradients do not exist"):
        student.apply(gradients)
    student.parts_may_rest = True
    before = testing.vector(trainer.student)
    student.apply(gradients)
    moved = testing.vector(trainer.student) != before
    assert np.flatnonzero(moved).size == student.weights[0].shape.num_elements()


@pytest.mark.parametrize(
    "call",
    [
        lambda trainer, x: trainer.evaluate(x, verbose=0),
        lambda trainer, x: trainer.fit(x, validation_data=x, verbose=0),
    ],
    ids=["evaluate", "validation_data"],
)
def test_without_test_step_nothing_is_evaluated(call):
    with pytest.raises(NotImplementedError, match="test_step.*Received: Distilled"):
        call(compiled(), testing.points(8))
