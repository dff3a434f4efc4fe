"""The files of a training that are kept: written as any user writes them, and what they give.

One archive a training, `<version>/<training>.tar.xz`, holds

    trainer.keras     `save` after an epoch
    checkpoints/      of `callbacks.Checkpoints`, in the middle of an epoch
    exported/         `export` of each generator after that first epoch: `model*/1`
    expected.npz      what the version gave when it read the files that it had just written
"""

import pathlib
import tarfile

import keras
import numpy as np
from small_trainings import BATCH, STOPPED_AT

from tfgan_suite import callbacks, export
from tfgan_suite.experiment.exporting import export_all
from tfgan_suite.export.loading import Served

FOLDER = pathlib.Path(__file__).parent
TRAINER, CHECKPOINTS = "trainer.keras", "checkpoints"
EXPORTED, EXPECTED = "exported", "expected.npz"
ROWS = 3  # of a request
# Logs that say nothing of the training.
_TIMINGS = {"images_per_second"}


class _Stop(keras.callbacks.Callback):
    """Stops `fit` within its first epoch."""

    def on_train_batch_end(self, batch, logs=None):
        if batch + 1 == STOPPED_AT:
            self.model.stop_training = True


def write(training, folder):
    """Writes the files of a training into an empty folder."""
    trainer = _eager(training.make())
    _fit_arrays(trainer, training, seed=0)
    trainer.save(folder / TRAINER)
    export_all(trainer, folder / EXPORTED / "model")
    keeper = callbacks.Checkpoints(folder / CHECKPOINTS, keep=1)
    stopped = _eager(training.make())
    stopped.fit(**training.interrupted(), verbose=0, callbacks=[_Stop(), keeper])
    for lock in (folder / CHECKPOINTS).glob("*.lock"):
        lock.unlink()


def pack(folder, archive):
    """Puts a folder into one archive that says nothing of the machine."""

    def anonymous(member):
        member.uid = member.gid = member.mtime = 0
        member.uname = member.gname = ""
        return member

    archive.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive, "w:xz") as packed:
        for path in sorted(folder.iterdir()):
            packed.add(path, path.name, filter=anonymous)


def unpack(archive, folder):
    """Puts the files of an archive into a folder."""
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")


def read_trainer(training, folder):
    """What the `.keras` file gives: images of each generator, then the logs of another epoch."""
    trainer = _eager(keras.saving.load_model(folder / TRAINER))
    given = training.requests(ROWS)
    images = {
        f"generated/{direction}": keras.ops.convert_to_numpy(part.serving_generator(given))
        for direction, part in trainer.exports().items()
    }
    return images | _logs("next", _fit_arrays(trainer, training, seed=2))


def read_checkpoints(training, folder, **options):
    """What the interrupted training gives that goes on: its step, and the logs of the epoch.

    It works on `folder` itself.
    """
    trainer = _eager(training.make())
    keeper = callbacks.Checkpoints(folder / CHECKPOINTS, keep=1, **options)
    history = trainer.fit(**training.interrupted(), verbose=0, callbacks=[keeper])
    return {"resumed/step": np.array(int(trainer.step.numpy())), **_logs("resumed", history)}


def read_exported(training, folder):
    """What the exported models give, through TensorFlow's C API, for requests of float outputs."""
    answers = {}
    for path in exported(folder):
        model = Served(path)
        for signature, definition in sorted(model.graph.signature_def.items()):
            if signature == "png" or signature.startswith("__"):
                continue  # a picture's file depends on the release of the compressor
            made = model(signature, _request(training, set(definition.inputs)))
            for key, array in made.items():
                answers[f"served/{path.parent.name}/{signature}/{key}"] = array
        model.close()
    return answers


def exported(folder):
    """The directories of the exported versions."""
    return sorted((folder / EXPORTED).glob("*/1"))


def verify_exported(folder):
    """Texts of the checks of the exported models that fail."""
    reports = [export.verify(path) for path in exported(folder)]
    return [f"{check.name}: {check.detail}" for report in reports for check in report.failures]


def _request(training, keys):
    given = training.requests(ROWS)
    first, *conditions = given if isinstance(given, list) else [given]
    known = {
        "latents": first,
        "images": first,
        "seeds": np.arange(ROWS, dtype="int64"),
        "psi": np.linspace(0.0, 1.0, ROWS, dtype="float32"),
        "labels": np.arange(ROWS, dtype="int64"),
    }
    return {key: known[key] for key in keys}


def _eager(trainer):
    trainer.run_eagerly = True  # quicker, for so few steps
    return trainer


def _fit_arrays(trainer, training, seed):
    x, y = training.arrays(seed)
    return trainer.fit(x, y, batch_size=BATCH, shuffle=False, verbose=0)


def _logs(prefix, history):
    logs = history.history.items()
    return {f"{prefix}/{name}": np.array(v) for name, v in logs if name not in _TIMINGS}
