"""TerminateOnNonFinite: nothing broken is kept."""

import keras
import numpy as np
import pytest

from tfgan_suite.callbacks import TerminateOnNonFinite, TrainerCheckpoint


def fit(trainer, examples, *callbacks):
    trainer.fit(
        examples,
        batch_size=16,
        epochs=2,
        callbacks=[TerminateOnNonFinite(), *callbacks],
        verbose=0,
    )


def diverging(trainer):
    trainer.compile(keras.optimizers.SGD(1e38), keras.optimizers.SGD(1e38))
    return trainer


def test_a_healthy_training_goes_on(make_trainer, real_examples):
    trainer = make_trainer()
    fit(trainer, real_examples())
    assert int(trainer.step.numpy()) == 4


def test_a_broken_training_ends_with_the_name_of_what_broke_and_the_step(
    make_trainer, real_examples
):
    message = r"by step 1 \(epoch 1\).*weight .*kernel"
    with pytest.raises(FloatingPointError, match=message):
        fit(diverging(make_trainer()), real_examples())


def test_no_broken_trainer_is_saved(make_trainer, real_examples, tmp_path):
    checkpoint = TrainerCheckpoint(tmp_path / "latest.keras")
    with pytest.raises(FloatingPointError):
        fit(diverging(make_trainer()), real_examples(), checkpoint)
    for file in tmp_path.iterdir():
        for weight in keras.saving.load_model(file).weights:
            assert np.isfinite(weight.numpy()).all()


def test_a_broken_weight_behind_finite_logs_is_found(make_trainer, real_examples):
    class BreakAWeight(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 1:
                kernel = self.model.generator.trainable_variables[0]
                kernel.assign(kernel.numpy() * np.nan)

    with pytest.raises(FloatingPointError, match="by step [23].*weight .*kernel"):
        fit(make_trainer(), real_examples(), BreakAWeight())


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_any_log_at_the_end_of_an_epoch_counts(make_trainer, value):
    callback = TerminateOnNonFinite()
    callback.set_model(make_trainer())
    callback.on_epoch_begin(4)
    with pytest.raises(FloatingPointError, match=rf"epoch 5.*val_fid={value}"):
        callback.on_epoch_end(4, {"d_loss": 1.0, "count": 3, "val_fid": value})
