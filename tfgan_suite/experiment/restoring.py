"""Trainers from disk: a run directory, or a `.keras` file."""

import dataclasses
import functools
import pathlib

import keras

import tfgan_suite
from tfgan_suite.checkpointing import CheckpointStore, assign_arrays
from tfgan_suite.checkpointing.format import read as read_checkpoint
from tfgan_suite.experiment import model_card
from tfgan_suite.experiment.run_directory import RunDirectory
from tfgan_suite.files import check_regular


@dataclasses.dataclass
class Restored:
    """A trainer that was read.

    Attributes:
        trainer: the trainer.
        file: the `.keras` file it came from, or the directory of a checkpoint.
        directory: its `RunDirectory`, or None if a file was given.
    """

    trainer: keras.Model
    file: pathlib.Path
    directory: RunDirectory | None = None

    @property
    def recipe_name(self):
        """Name of the recipe of the run, or None."""
        return self.directory and self.directory.read_config()["recipe"]

    @property
    def recipe(self):
        """Recipe of the run, which is a program that is run for it, or None."""
        return self._program[0]

    @property
    def config(self):
        """Config of the run, as its recipe makes it, or None."""
        return self._program[1]

    @functools.cached_property
    def _program(self):
        return self.directory.load_recipe() if self.directory else (None, None)

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

    Nothing of a run is executed, unless its trainer has classes that only the run's recipe knows:
    then the recipe is run, and it says so.

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
    run.read_config()
    for file in (run.final, run.latest):
        if file.exists():
            trainer = _load(file, run)
            file = _take_best(trainer, run) if best else file
            return Restored(trainer, file, run)
    raise ValueError(
        "The run has saved no trainer yet (it saves one after its first epoch). "
        f"Received: {str(path)!r}"
    )


def _take_best(trainer, run):
    """Puts a run's best checkpoint into its trainer; returns the checkpoint's path."""
    store = CheckpointStore(run.training)
    newest = store.newest()
    best = newest and newest[2]["best"]
    if not best:
        raise ValueError(
            "The run has no best checkpoint: its recipe must name a `monitor`. "
            f"Received: {str(run.path)!r}"
        )
    # The best of all is itself, and had no name when it was written.
    name = best["checkpoint"] or newest[0].name
    path = next((path for path in store.paths() if path.name == name), None)
    if path is None:
        raise ValueError(f"The run's best checkpoint is not there. Received: {name!r}")
    arrays, _ = read_checkpoint(path)
    assign_arrays(trainer.state_variables(), arrays)
    return path


def _load(file, run=None):
    # On the command line the package is loaded when it is asked for a class, and Keras knows the
    # classes that the file names from then on.
    base = tfgan_suite.Trainer
    try:
        check_regular(file)
        try:
            trainer = keras.saving.load_model(file)
        except (TypeError, ValueError) as error:
            if run is None or not _lacks_a_class(error):
                raise
            run.load_recipe()
            trainer = keras.saving.load_model(file)
    except Exception as error:  # a flipped bit ends in whatever the archive's reader stumbles over
        raise ValueError(
            f"{file} cannot be read as a trainer: {type(error).__name__}: {error}"
        ) from error
    if not isinstance(trainer, base):
        raise ValueError(
            f"{file} must hold a trainer of tfgan_suite. Received: {type(trainer).__name__}"
        )
    return trainer


def _lacks_a_class(error):
    return "Could not locate class" in str(error)
