"""GuardNonFinite: found within one execution, and what its policies do."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import data, losses
from tfgan_suite.callbacks import Checkpoints, GuardNonFinite
from tfgan_suite.checkpointing import format
from tfgan_suite.registration import register


@register
class BreaksAt(losses.Penalty):
    """Adds something that is not finite, or whose gradient is not, to D's loss of some calls."""

    def __init__(self, what="loss", calls=(3,), weight=1.0, interval=1):
        super().__init__(weight, interval)
        self.what, self.calls, self.count = what, calls, 0

    def value(self, discriminator, real, fake, seed):
        self.count += 1
        logits = tf.reduce_mean(discriminator(real))
        if self.count not in self.calls:
            return 0.0 * logits
        # The root of 0 is 0, and its derivative infinite.
        return logits * np.nan if self.what == "loss" else tf.sqrt(0.0 * logits)

    def get_config(self):
        return {"what": self.what, "calls": self.calls}


@pytest.fixture
def train(make_trainer, real_examples):
    """Returns a function that trains two epochs of four steps with a penalty that breaks."""

    def train(penalty, *callbacks, epochs=2):
        trainer = make_trainer((2,))
        optimizers = [keras.optimizers.Adam(0.01) for _ in range(2)]
        trainer.compile(*optimizers, penalties=[penalty], run_eagerly=True)
        trainer.fit(
            real_examples((2,)), batch_size=8, epochs=epochs, callbacks=list(callbacks), verbose=0
        )
        return trainer

    return train


def all_finite(trainer):
    return all(np.isfinite(v.numpy()).all() for v in trainer.state_variables().values())


@pytest.mark.parametrize("what", ["loss", "gradient"])
def test_it_is_found_in_the_step_in_which_it_happens(train, what):
    penalty = BreaksAt(what)
    with pytest.raises(FloatingPointError, match=r"by step 3 \(epoch 1\).*weight "):
        train(penalty, GuardNonFinite())
    assert penalty.count == 3


def test_a_compiled_execution_of_several_steps_names_the_first(make_trainer, real_examples):
    trainer = make_trainer((2,), run_eagerly=False)
    trainer.compile(keras.optimizers.SGD(1e38), steps_per_execution=2)
    with pytest.raises(FloatingPointError, match="by step 1 "):
        trainer.fit(real_examples((2,)), batch_size=8, callbacks=[GuardNonFinite()], verbose=0)


def test_nothing_broken_is_saved(train, tmp_path):
    checkpoints = Checkpoints(tmp_path, every_steps=1, keep=9)
    with pytest.raises(FloatingPointError):
        train(BreaksAt(calls=(6,)), checkpoints, GuardNonFinite())
    assert [format.verify(path)["step"] for path in checkpoints.store.paths()] == [1, 2, 3, 4, 5]


def test_nothing_broken_is_saved_without_a_guard_either(train, tmp_path):
    checkpoints = Checkpoints(tmp_path, every_steps=1, keep=9)
    with pytest.raises(FloatingPointError, match="step 6 is not saved.*discriminator/"):
        train(BreaksAt(calls=(6,)), checkpoints)
    assert len(checkpoints.store.paths()) == 5


def test_skip_undoes_the_step(train):
    penalty = BreaksAt(calls=(3,))
    with pytest.warns(UserWarning, match="Step 3 was undone"):
        trainer = train(penalty, GuardNonFinite("skip"), epochs=1)
    assert all_finite(trainer)
    assert int(trainer.step) == 4 and int(trainer.watch.undone_steps) == 1
    # Three steps were taken, and three are in the means.
    assert int(trainer.optimizer.iterations) == int(trainer.discriminator_optimizer.iterations) == 3
    assert np.isfinite(trainer.history.history["d_loss"]).all()


def test_skip_in_a_compiled_step_equals_the_eager_one(make_trainer, real_examples):
    examples = real_examples((2,))
    examples[8:16] = np.nan  # the second minibatch
    weights = []
    for run_eagerly in (True, False):
        trainer = make_trainer((2,), run_eagerly=run_eagerly)
        with pytest.warns(UserWarning, match="Step 2 was undone"):
            trainer.fit(
                examples,
                batch_size=8,
                shuffle=False,
                callbacks=[GuardNonFinite("skip")],
                verbose=0,
            )
        weights.append(np.concatenate([np.ravel(w) for w in trainer.get_weights()]))
    np.testing.assert_allclose(*weights, rtol=1e-5, atol=1e-6)


def test_skip_ends_when_nothing_else_happens(train):
    guard = GuardNonFinite("skip", max_skips=2)
    with (
        pytest.warns(UserWarning, match="undone"),
        pytest.raises(FloatingPointError, match="3 steps in a row"),
    ):
        train(BreaksAt(calls=list(range(2, 99))), guard)


def test_rollback_goes_on_from_the_checkpoint_with_other_draws_and_lower_rates(train, tmp_path):
    penalty = BreaksAt(calls=(6,))
    guard = GuardNonFinite("rollback", learning_rate_factor=0.25)
    with pytest.warns(UserWarning, match="Rolled back to step 4, learning rates 0.0025"):
        trainer = train(penalty, Checkpoints(tmp_path), guard)
    assert int(trainer.step) == 8 and all_finite(trainer)
    assert int(trainer.watch.noise) == guard.rollbacks == 1
    assert float(trainer.optimizer.learning_rate) == pytest.approx(0.0025)
    assert float(trainer.discriminator_optimizer.learning_rate) == pytest.approx(0.0025)
    assert penalty.count == 6 + 4  # steps 5 to 8 once more
    assert len(trainer.history.history["d_loss"]) == 2


def test_rollback_before_the_first_save_begins_anew(train, tmp_path):
    with pytest.warns(UserWarning, match="Rolled back to step 0"):
        trainer = train(BreaksAt(calls=(2,)), Checkpoints(tmp_path), GuardNonFinite("rollback"))
    assert int(trainer.step) == 8


def test_broken_data_are_named_instead_of_tried_again(make_trainer, real_examples, tmp_path):
    batches = data.load(real_examples((2, 2, 1)), batch_size=4, shuffle=False)
    sixth = next(iter(batches.skip(5)))[0, 0, 0, 0]
    broken = batches.map(lambda x: tf.where(tf.reduce_any(x == sixth), np.nan, x))
    trainer = make_trainer((2, 2, 1), run_eagerly=False)
    with pytest.raises(FloatingPointError, match="The data of step 6 hold NaN"):
        trainer.fit(
            broken, callbacks=[Checkpoints(tmp_path), GuardNonFinite("rollback")], verbose=0
        )


def test_rollbacks_are_bounded(train, tmp_path):
    guard = GuardNonFinite("rollback", max_rollbacks=2)
    with (
        pytest.warns(UserWarning, match="rollback [12] of 2"),
        pytest.raises(FloatingPointError, match="after 2 rollbacks"),
    ):
        train(BreaksAt(calls=list(range(5, 99))), Checkpoints(tmp_path), guard)


def test_a_rollback_needs_checkpoints(train):
    with pytest.raises(ValueError, match="put a Checkpoints among"):
        train(BreaksAt(), GuardNonFinite("rollback"))


def test_a_collapse_of_the_loss_scale_is_reported_as_such(make_trainer, real_examples):
    trainer = make_trainer((2,))
    optimizers = [
        keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(), initial_scale=4.0)
        for _ in range(2)
    ]
    penalty = BreaksAt("gradient", calls=list(range(99)))
    trainer.compile(*optimizers, penalties=[penalty], run_eagerly=True)
    with pytest.raises(FloatingPointError, match="loss scale of 'adam.*' has collapsed by step 3"):
        trainer.fit(
            real_examples((2,)), batch_size=8, callbacks=[GuardNonFinite()], verbose=0
        )


@pytest.mark.parametrize(
    "options",
    [
        {"policy": "ignore"},
        {"learning_rate_factor": 0.0},
        {"learning_rate_factor": 1.5},
        {"max_rollbacks": 0},
        {"max_skips": 1.5},
    ],
)
def test_options_out_of_range_are_refused(options):
    with pytest.raises(ValueError, match=f"Received: {next(iter(options))}="):
        GuardNonFinite(**options)
