"""The checkpoints of one training: written whole, verified, counted, thinned out."""

import contextlib
import os
import pathlib
import re
import shutil
import tempfile
import time
import warnings

from tfgan_suite.checkpointing import format
from tfgan_suite.files import sync

_NAME = re.compile(r"checkpoint-(\d{6,})")
_TEMPORARY = ".tmp-"


class CheckpointError(OSError):
    """A checkpoint could not be written; those before it are as they were."""


class CheckpointStore:
    """A directory of checkpoints `checkpoint-000001`, `checkpoint-000002`, ...

    A checkpoint is written in a hidden directory beside the others, reaches the disk, is renamed in
    one step and read again in full. Only then older ones go: the last `keep` stay, and the best.
    One process at a time may write (see `DirectoryLock`).

    Args:
        directory: created if absent.
        keep: checkpoints that stay, the newest.
        retries: further attempts at a save that failed.
        retry_seconds: pause before each of them.

    Raises:
        ValueError: if a number is out of range.
    """

    def __init__(self, directory, keep=3, retries=0, retry_seconds=1.0):
        for name, value, least in (("keep", keep, 1), ("retries", retries, 0)):
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise ValueError(
                    f"`{name}` must be an integer of at least {least}. Received: {name}={value!r}"
                )
        self.directory = pathlib.Path(directory)
        self.keep, self.retries, self.retry_seconds = keep, retries, retry_seconds

    def prepare(self):
        """Makes the directory, and takes away what killed saves have left in it.

        Raises:
            OSError: if the directory cannot be written.
        """
        self.directory.mkdir(parents=True, exist_ok=True)
        for leftover in self.directory.glob(f"{_TEMPORARY}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        with tempfile.TemporaryFile(dir=self.directory):
            pass

    def paths(self):
        """The checkpoints' directories, the oldest first; none of them was verified."""
        if not self.directory.is_dir():
            return []
        found = [p for p in self.directory.iterdir() if _NAME.fullmatch(p.name) and p.is_dir()]
        return sorted(found, key=_number)

    def save(self, arrays, facts, best=None):
        """Writes a checkpoint, verifies it, and lets old ones go.

        Args:
            arrays: dict of names to NumPy arrays.
            facts: dict for the manifest.
            best: path of a checkpoint that is kept whatever its age, or True for this one.

        Returns:
            Path of the checkpoint.

        Raises:
            CheckpointError: if it cannot be written, after all retries.
        """
        for attempt in range(self.retries + 1):
            try:
                path = self._save_once(arrays, facts)
                break
            except (OSError, format.DamagedCheckpoint) as error:
                if attempt < self.retries:
                    warnings.warn(f"A checkpoint could not be saved, trying again: {error}")
                    time.sleep(self.retry_seconds)
                    continue
                raise CheckpointError(
                    getattr(error, "errno", None),
                    f"No checkpoint could be written to {self.directory} ({error}). Those before "
                    "it are as they were",
                ) from error
        self._thin_out({path if best is True else best and pathlib.Path(best)})
        return path

    def _save_once(self, arrays, facts):
        numbers = [_number(path) for path in self.paths()]
        path = self.directory / f"checkpoint-{max(numbers, default=0) + 1:06d}"
        temporary = self.directory / f"{_TEMPORARY}{path.name}"
        try:
            if temporary.exists():
                shutil.rmtree(temporary)
            os.mkdir(temporary)
            format.write(temporary, arrays, facts)
            format.verify(temporary)
            os.rename(temporary, path)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
        sync(self.directory)
        return path

    def _thin_out(self, spared):
        for path in self.paths()[: -self.keep]:
            if path not in spared:
                self._remove(path)

    def _remove(self, path):
        # In one step for whoever looks: a directory that is half gone would look damaged.
        hidden = self.directory / f"{_TEMPORARY}old-{path.name}"
        with contextlib.suppress(FileNotFoundError):
            os.rename(path, hidden)
            shutil.rmtree(hidden)

    def newest(self, up_to=None):
        """Reads the newest checkpoint that verifies, with a warning for each newer one.

        Args:
            up_to: step after which none is taken; None for no such step.

        Returns:
            `(path, arrays, facts)`, or None if there is no checkpoint at all.

        Raises:
            CheckpointError: if there are checkpoints and none of them verifies.
        """
        damaged = []
        for path in reversed(self.paths()):
            try:
                arrays, facts = format.read(path)
            except format.DamagedCheckpoint as error:
                damaged.append(str(error))
                continue
            if up_to is not None and facts["step"] > up_to:
                continue
            for problem in damaged:
                warnings.warn(
                    f"A CHECKPOINT IS DAMAGED and was passed over: {problem}. "
                    f"Going back to {path.name}, step {facts.get('step')}."
                )
            return path, arrays, facts
        if damaged:
            raise CheckpointError(
                f"No checkpoint in {self.directory} verifies; move them away to begin anew. "
                f"Received: {'; '.join(damaged)}"
            )
        return None


def _number(path):
    return int(_NAME.fullmatch(path.name)[1])
