"""TrainerCheckpoint: the whole trainer, complete or not at all."""

import keras
import numpy as np
import pytest

from tfgan_suite.callbacks import TrainerCheckpoint
from tfgan_suite.callbacks.trainer_checkpoint import save_trainer


def fit(trainer, examples, checkpoint, epochs=2):
    trainer.fit(examples, batch_size=16, epochs=epochs, callbacks=[checkpoint], verbose=0)


def test_the_file_holds_the_trained_trainer(make_trainer, real_examples, tmp_path):
    path, trainer = tmp_path / "new" / "latest.keras", make_trainer()
    fit(trainer, real_examples(), TrainerCheckpoint(path))
    loaded = keras.saving.load_model(path)
    for one, other in zip(trainer.weights, loaded.weights, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())


def test_it_saves_every_second_epoch_and_the_last(make_trainer, real_examples, tmp_path):
    checkpoint, saved = TrainerCheckpoint(tmp_path / "latest.keras", every=2), []
    save = checkpoint.save
    checkpoint.save = lambda: saved.append(int(checkpoint.model.step.numpy())) or save()
    fit(make_trainer(), real_examples(), checkpoint, epochs=5)
    assert saved == [4, 8, 10]


def test_a_save_that_fails_leaves_the_last_one(make_trainer, real_examples, tmp_path, monkeypatch):
    path, trainer = tmp_path / "latest.keras", make_trainer()
    checkpoint = TrainerCheckpoint(path)
    fit(trainer, real_examples(), checkpoint)
    before = path.read_bytes()

    def half(file):
        file.write_bytes(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(trainer, "save", half)
    with pytest.raises(OSError, match="No space"):
        checkpoint.save()
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_save_makes_no_variables(make_trainer, real_examples, tmp_path, monkeypatch):
    """TensorFlow keeps 36 kB for each variable with a name of its own."""
    trainer, made = make_trainer(), []
    fit(trainer, real_examples(), TrainerCheckpoint(tmp_path / "first.keras"), epochs=1)
    make = keras.optimizers.Optimizer.__init__
    monkeypatch.setattr(
        keras.optimizers.Optimizer,
        "__init__",
        lambda self, *args, **options: made.append(self) or make(self, *args, **options),
    )
    save_trainer(trainer, tmp_path / "second.keras")
    assert not made
    keras.optimizers.SGD()
    assert made


@pytest.mark.parametrize("every", [0, 1.0, True])
def test_every_is_checked(tmp_path, every):
    with pytest.raises(ValueError, match=f"every={every}"):
        TrainerCheckpoint(tmp_path / "t.keras", every=every)


def test_another_suffix_is_refused(tmp_path):
    with pytest.raises(ValueError, match="t.h5"):
        TrainerCheckpoint(tmp_path / "t.h5")
