"""A run directory under its lock: found or made by the one process that writes there."""

import contextlib
import pathlib

from tfgan_suite.checkpointing import DirectoryLock
from tfgan_suite.experiment import console, run_directory, run_record


class LockedRun(contextlib.ExitStack):
    """Opens a run directory in two steps, and keeps its lock while the context lasts.

    Args:
        recipe: the `Recipe`.
        config: its resolved config.
        run_dir, saved_models, smoke, command, allow_changes, new, aside: as `running.run` takes
            them.
        output: a `rich.console.Console`.
        strategy: the `tf.distribute.Strategy`.
        strategy_name: its name on the command line.
        precision: in which the networks compute.
    """

    def __init__(
        self, recipe, config, run_dir, saved_models, allow_changes, output, *, new, aside,
        **record,
    ):
        super().__init__()
        self.recipe, self.config, self.run_dir = recipe, config, run_dir
        self.saved_models, self.allow_changes = saved_models, allow_changes
        self.output, self.record = output, record
        self.new, self.aside = new, aside
        self._where, self._changed = None, True

    @property
    def name(self):
        """Name of the run."""
        return self.recipe.run_name(self.config) + ("-smoke" if self.record["smoke"] else "")

    def look(self):
        """Checks, before anything is built, that there is something to do.

        Returns:
            Path of a run that is finished already, else None.

        Raises:
            ValueError, BlockingIOError, OSError: as `running.run` does.
        """
        run_directory.check_writable(self.run_dir or "runs")
        run_directory.check_writable(self.saved_models)
        if self.run_dir is None and not self.new:
            self.run_dir = self._same_run()
        if self.run_dir is None or not run_directory.is_run(self.run_dir):
            if self.run_dir is not None:
                run_directory.check_new(pathlib.Path(self.run_dir))
            return None
        self._take(run_directory.RunDirectory(pathlib.Path(self.run_dir)))
        self._changed = self._check_changes()
        if self._where.finished.exists() and not self._changed:
            return str(self._where.path)
        return None

    def _same_run(self):
        """Directory of the run that the same command began: the newest that is not finished, or
        else the newest; None where there is none.
        """
        same = [where for where in run_directory.numbered(self.name) if self._is_same(where)]
        unfinished = [where for where in same if not where.finished.exists()]
        return next((where.path for where in [*unfinished, *same]), None)

    def _is_same(self, where):
        try:
            return not self._changes(where)
        except (OSError, ValueError, KeyError):  # damaged, or no run
            return False

    @property
    def identity(self):
        """What identifies the run, once it has begun, or None."""
        if self._where is None or not self._where.config.exists():
            return None
        return self._where.read_config().get("run")

    def begin(self, export_name, interfaces):
        """Makes the run's directory, where it is not there, and its record, after the run is built.

        Args:
            export_name: name under which the generator is exported, or None.
            interfaces: dict of the `Interface`s of the trainer by their names.

        Returns:
            Path of the run directory.
        """
        if self._where is None:
            self._take(run_directory.create(self.run_dir, self.name))
            run_directory.check_new(self._where.path)  # another process may have been faster
        if self._changed:
            self._where.finished.unlink(missing_ok=True)
            run_record.record(
                self._where,
                self.recipe,
                self.config,
                export_name=export_name,
                interfaces=interfaces,
                **self.record,
            )
        if self.aside is not None:
            self.aside.keep_in(self._where.log)
        self.output.print(f"run directory  {console.relative(self._where.path)}", markup=False)
        return str(self._where.path)

    def _take(self, where):
        self._where = where
        self.enter_context(DirectoryLock(where.lock))

    def _check_changes(self):
        """Whether the run goes on changed; ValueError if it must not."""
        changed = self._changes(self._where)
        if changed and not self.allow_changes:
            raise ValueError(
                "The run was begun with another configuration; give another directory, or "
                f"--allow-changes to go on with the new one. Received: {self._where.path} with "
                + "; ".join(changed)
            )
        for line in changed:
            self.output.print(f"changed  {line}", markup=False)
        return bool(changed)

    def _changes(self, where):
        names = {name: self.record[name] for name in ("strategy", "strategy_name", "precision")}
        return run_record.changes(where, self.recipe, self.config, **names)
