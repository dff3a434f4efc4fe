"""Run directories: one folder with everything a run was given and has made."""

import dataclasses
import errno
import glob
import os
import pathlib
import re
import sys
import tempfile

from tfgan_suite.checks import directory_name
from tfgan_suite.experiment.config import restore_config
from tfgan_suite.experiment.recipe import load_recipe
from tfgan_suite.experiment.recipe_files import find_recipes
from tfgan_suite.files import read_json, read_regular


@dataclasses.dataclass(frozen=True)
class RunDirectory:
    """Names of what is in a run directory."""

    path: pathlib.Path

    @property
    def config(self):
        """Resolved config, command, versions, devices: written before the first step."""
        return self.path / "config.json"

    @property
    def recipe(self):
        """The recipe as it was when the run began."""
        return self.path / "recipe.py"

    @property
    def metrics(self):
        """One JSON line for each epoch."""
        return self.path / "metrics.jsonl"

    @property
    def samples(self):
        """Sample pictures, and their TensorBoard events."""
        return self.path / "samples"

    @property
    def events(self):
        """TensorBoard events of the scalars."""
        return self.path / "events"

    @property
    def log(self):
        """What libraries said that was not shown."""
        return self.path / "log.txt"

    @property
    def lock(self):
        """Held by the process that is at work here."""
        return self.path / "run.lock"

    @property
    def training(self):
        """Checkpoints of all of the training, to go on from."""
        return self.path / "training"

    @property
    def finished(self):
        """What the run ended with; there only once everything was done."""
        return self.path / "finished.json"

    @property
    def latest(self):
        """The trainer as it was last saved during training."""
        return self.path / "checkpoints" / "latest.keras"

    @property
    def final(self):
        """The trainer after the last epoch."""
        return self.path / "checkpoints" / "final.keras"

    @property
    def evaluation(self):
        """Scores of the finished trainer."""
        return self.path / "evaluation.json"

    @property
    def evaluations(self):
        """Scores while training, and those that `evaluate` was asked for later."""
        return self.path / "evaluations"

    @property
    def progress(self):
        """Distances to the real images while training."""
        return self.path / "progress"

    @property
    def progress_picture(self):
        """Their curve."""
        return self.path / "progress.png"

    def read_config(self):
        """Returns what `config.json` holds.

        Raises:
            ValueError: if this is not a run directory, or one that no run has written: with links
                that lead out of it, or a record that makes no sense.
        """
        try:
            _check_inside(self.path)
            record = read_json(self.config)
            for key, kind in (("recipe", str), ("config", dict)):
                if not isinstance(record.get(key), kind):
                    raise ValueError(f"`{key}` is missing or no {kind.__name__}")
            if record.get("export_name") is not None:
                directory_name(record["export_name"])
        except (OSError, ValueError, TypeError) as error:
            raise ValueError(
                f"Not a run directory: {self.config} cannot be read ({error}). "
                f"Received: {str(self.path)!r}"
            ) from error
        return record

    def load_recipe(self):
        """Runs the recipe of the run; returns it and its config, as they were.

        Where its text is not that of a recipe which `list` knows, it is said that it is run.

        Raises:
            ValueError: if one cannot be read.
        """
        values = self.read_config()
        if not _is_known(self.recipe):
            print(
                f"running {self.recipe}, the program of the run, which is none of the recipes here",
                file=sys.stderr,
            )
        recipe = load_recipe(self.recipe)
        recipe = dataclasses.replace(
            recipe, name=values["recipe"], preset=values.get("preset", recipe.preset)
        )
        return recipe, restore_config(recipe, values["config"])


def _is_known(recipe):
    """Whether a file has the text of one of the recipes that are found."""
    try:
        text = read_regular(recipe)
        return any(read_regular(path) == text for path in find_recipes().values())
    except OSError:
        return False


def _check_inside(path):
    """Raises ValueError if there is a link that leads out of a directory, or a pipe or device."""
    root = os.path.realpath(path)
    for folder, folders, files in os.walk(path):
        for name in (*folders, *files):
            entry = os.path.join(folder, name)
            end = os.path.realpath(entry)
            if os.path.islink(entry) and os.path.commonpath([root, end]) != root:
                raise ValueError(f"{entry} leads out of it, to {end}")
            if not (os.path.isdir(end) or os.path.isfile(end) or os.path.islink(entry)):
                if os.path.lexists(entry):
                    raise ValueError(f"{entry} is neither a file nor a folder")


@dataclasses.dataclass(frozen=True)
class WorkerDirectory(RunDirectory):
    """What a worker other than the chief has: scratch, and checkpoints of its own in the run.

    It does all that the chief does, for reading a variable may need all workers; what it writes
    beside its checkpoints goes into a folder that is thrown away.
    """

    run: pathlib.Path
    index: int

    @property
    def training(self):
        """Checkpoints of this worker."""
        return RunDirectory(self.run).training / f"worker-{self.index}"


def create(run_dir, name, root="runs"):
    """Makes the directory of a new run.

    Args:
        run_dir: the directory, which must be new (see `check_new`); or None for `<root>/<name>`, or
            the first of `<root>/<name>-2`, `-3`, ... that is not there.
        name: name of the run.
        root: where run directories are made.

    Returns:
        A `RunDirectory`.

    Raises:
        BlockingIOError: if another process has begun a run in `run_dir` meanwhile.
        ValueError: if `run_dir` is not empty.
        OSError: if the directory cannot be made or written.
    """
    if run_dir is not None:
        path = pathlib.Path(run_dir)
        check_new(path)
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(path, error) from error
    else:
        path = _make_numbered(pathlib.Path(root), name)
    check_writable(path)
    return RunDirectory(path)


def numbered(name, root="runs"):
    """The directories of runs of a name that are there, as `create` numbers them, newest first."""
    found = {}
    for path in pathlib.Path(root).glob(f"{glob.escape(name)}*"):
        end = path.name.removeprefix(name)
        if not end or re.fullmatch(r"-([2-9]|[1-9]\d+)", end):
            found[int(end[1:] or 1)] = RunDirectory(path)
    return [found[number] for number in sorted(found, reverse=True)]


def is_run(path):
    """Whether a run was begun in `path`."""
    return RunDirectory(pathlib.Path(path)).config.is_file()


def check_new(path):
    """Refuses a directory that holds anything but what a run killed as it began has left.

    Raises:
        BlockingIOError: if another process has begun a run there meanwhile.
        ValueError: if it holds something else.
    """
    run = RunDirectory(path)
    if is_run(path):
        raise BlockingIOError(
            errno.EAGAIN,
            "Another process has just begun a run in this directory; give another directory, or "
            f"the same command again to go on with it. Received: {str(path)!r}",
        )
    left = {run.lock.name, run.recipe.name}
    if path.is_dir() and any(
        p.name not in left and not p.name.startswith(".tmp-") for p in path.iterdir()
    ):
        raise ValueError(
            "The directory is not empty and holds no run; give another, or none for a new one. "
            f"Received: {str(path)!r}"
        )


def check_writable(path):
    """Raises OSError unless files can be made in `path`, or in what there is of it so far."""
    path = pathlib.Path(path)
    there = next(p for p in (path.absolute(), *path.absolute().parents) if p.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path, error):
    return type(error)(error.errno, f"Cannot write to the directory {path}: {error.strerror}")


def _make_numbered(root, name):
    number = 1
    while True:
        path = root / (name if number == 1 else f"{name}-{number}")
        try:
            # Two runs that start at once get different directories: only one of them makes it.
            path.mkdir(parents=True)
            return path
        except FileExistsError:
            number += 1
        except OSError as error:
            raise _unwritable(path, error) from error
