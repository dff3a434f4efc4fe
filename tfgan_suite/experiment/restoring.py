"""Trainers from disk: a run directory, or a `.keras` file."""

import dataclasses
import pathlib

import keras

import tfgan_suite
from tfgan_suite.checkpointing import CheckpointStore, assign_arrays
from tfgan_suite.checkpointing.format import read as read_checkpoint
from tfgan_suite.experiment import model_card
from tfgan_suite.experiment.run_directory import RunDirectory


@dataclasses.dataclass
class Restored:
    """A trainer that was read.

    Attributes:
        trainer: the trainer.
        file: the `.keras` file it came from, or the directory of a checkpoint.
        directory: its `RunDirectory`, or None if a file was given.
        recipe: recipe of the run, or None.
        config: config of the run, or None.
    """

    trainer: keras.Model
    file: pathlib.Path
    directory: RunDirectory | None = None
    recipe: object = None
    config: object = None

    @property
    def card(self):
        """What a model card says of the run; nothing for a file."""
        if self.directory is None:
            return {}
        card = model_card.of_run(self.directory)
        if card.get("metrics", {}).get("trainer") != self.name:
            card.pop("metrics", None)  # those of another state of the run
        return card

    @property
    def name(self):
        """The file as seen from the run directory."""
        where = self.directory
        return str(self.file.relative_to(where.path)) if where else self.file.name


def restore(path, *, run_only=False, best=False):
    """Reads a trainer.

    Args:
        path: a run directory, of which the finished trainer is read or else the latest; or a
            `.keras` file.
        run_only: whether a file is refused.
        best: whether of a run the checkpoint with the best `monitor` is read.

    Returns:
        A `Restored`.

    Raises:
        ValueError: if there is no trainer there, or no best one.
    """
    path = pathlib.Path(path)
    if path.is_file() and best:
        raise ValueError(f"Only a run has a best checkpoint. Received: {str(path)!r}")
    if path.is_file() and not run_only:
        return Restored(_load(path), path)
    if not path.is_dir():
        what = "run directory" if run_only else "run directory or .keras file"
        raise ValueError(f"There is no such {what}. Received: {str(path)!r}")
    run = RunDirectory(path)
    # The recipe may register classes of its own, which the file then names.
    recipe, config = run.load_recipe()
    for file in (run.final, run.latest):
        if file.exists():
            trainer = _load(file)
            file = _take_best(trainer, run) if best else file
            return Restored(trainer, file, run, recipe, config)
    raise ValueError(
        "The run has saved no trainer yet (it saves one after its first epoch). "
        f"Received: {str(path)!r}"
    )


def _take_best(trainer, run):
    """Puts a run's best checkpoint into its trainer; returns the checkpoint's path."""
    newest = CheckpointStore(run.training).newest()
    best = newest and newest[2]["best"]
    if not best:
        raise ValueError(
            "The run has no best checkpoint: its recipe must name a `monitor`. "
            f"Received: {str(run.path)!r}"
        )
    # The best of all is itself, and had no name when it was written.
    path = run.training / (best["checkpoint"] or newest[0].name)
    arrays, _ = read_checkpoint(path)
    assign_arrays(trainer.state_variables(), arrays)
    return path


def _load(file):
    # On the command line the package is loaded when it is asked for a class, and Keras knows the
    # classes that the file names from then on.
    base = tfgan_suite.Trainer
    try:
        trainer = keras.saving.load_model(file)
    except (ValueError, TypeError, OSError, KeyError) as error:
        raise ValueError(f"{file} cannot be read as a trainer: {error}") from error
    if not isinstance(trainer, base):
        raise ValueError(
            f"{file} must hold a trainer of tfgan_suite. Received: {type(trainer).__name__}"
        )
    return trainer
