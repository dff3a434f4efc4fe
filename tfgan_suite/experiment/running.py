"""A run: build, fit, evaluate, export, and a directory that holds all of it."""

import contextlib
import dataclasses
import pathlib
import signal
import tempfile
import time

import keras

from tfgan_suite import callbacks
from tfgan_suite.callbacks.step_counts import steps_done
from tfgan_suite.callbacks.trainer_checkpoint import save_trainer
from tfgan_suite.checkpointing import CheckpointStore
from tfgan_suite.distribution import (
    get_strategy,
    has_several_workers,
    is_chief,
    naming_lost_workers,
    on_chief,
    sum_over_workers,
    worker_index,
)
from tfgan_suite.experiment import console, evaluation, model_card, progress
from tfgan_suite.experiment import precision as precisions
from tfgan_suite.experiment.building import build
from tfgan_suite.experiment.experiment import Experiment
from tfgan_suite.experiment.export_name import ExportName
from tfgan_suite.experiment.exporting import export_all
from tfgan_suite.experiment.locked_run import LockedRun
from tfgan_suite.experiment.run_callbacks import run_callbacks
from tfgan_suite.experiment.run_directory import RunDirectory, WorkerDirectory
from tfgan_suite.files import write_json

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclasses.dataclass
class Result:
    """What a run has made.

    Attributes:
        directory: its `RunDirectory`.
        experiment: the `Experiment`, its trainer trained; None if the run was finished before.
        interrupted: whether a signal ended the training; nothing was then evaluated or exported.
        seconds: time that `fit` took.
        exit_status: of the command: 0, or 130 or 143 after SIGINT or SIGTERM.
        scores: dict of evaluators' names to their dicts of scores.
        exported: directory of the exported version, or None; of several generators, a dict.
        best: dict of the best "score" of the experiment's monitor and its "checkpoint", or None.
        is_chief: whether this process has written it all; of several workers, one has.
    """

    directory: RunDirectory
    experiment: Experiment | None
    interrupted: bool
    seconds: float
    exit_status: int = 0
    scores: dict = dataclasses.field(default_factory=dict)
    exported: pathlib.Path | dict | None = None
    best: dict | None = None
    is_chief: bool = True


def run(
    recipe,
    config,
    *,
    run_dir=None,
    saved_models="saved_models",
    strategy="auto",
    precision=None,
    smoke=False,
    command=(),
    allow_changes=False,
    new=True,
    name=None,
    supersede=False,
    aside=None,
    output=None,
):
    """Trains, evaluates and exports an experiment, or goes on with a run that was interrupted.

    Args:
        recipe: a `Recipe`.
        config: its `Config`.
        run_dir: directory of the run. If it holds a run, that one goes on from its newest
            checkpoint; else it must be empty or not there yet. None for one in `runs/`.
        saved_models: directory to export to.
        strategy: name for `get_strategy`, or a strategy.
        precision: "float32", "mixed_bfloat16" or "mixed_float16", in which the networks compute;
            None for that of the run in `run_dir`, or of Keras's policy.
        smoke: whether the config is the recipe's smoke config: directories then say so.
        command: the command line, for the record.
        allow_changes: whether a run goes on although its config, recipe or strategy has changed.
        new: whether without `run_dir` a new run is begun, rather than the newest in `runs/` of the
            same recipe, config, strategy and precision gone on with.
        name: of the exported model; None for that of the experiment, with a number where models of
            another run have it.
        supersede: whether `name` may be that of another run's models, which get one more version.
        aside: has `keep_in(path)`, which is called with the log file of the run; or None.
        output: a `rich.console.Console`; None for one on standard output.

    Returns:
        A `Result`.

    Raises:
        ValueError: if the run directory holds something else, or a run with another configuration,
            the recipe does not build, or `name` is no name or another run's.
        BlockingIOError: if another process is at work in the run directory.
        OSError: if a directory cannot be written, before anything is trained; or if a checkpoint
            cannot be.
        FloatingPointError: if the training becomes NaN; the last good state stays saved.
        WorkerLostError: (a ConnectionError) under several workers, if another one is gone.
    """
    output = output or console.make_console()
    # First of all: several workers are connected before TensorFlow is used.
    strategy_name = strategy if isinstance(strategy, str) else type(strategy).__name__
    strategy = get_strategy(strategy)
    precision = on_chief(strategy, lambda: precisions.resolve(precision, run_dir))
    locked = LockedRun(
        recipe,
        config,
        run_dir,
        saved_models,
        allow_changes,
        output,
        strategy=strategy,
        strategy_name=strategy_name,
        precision=precision,
        command=command,
        smoke=smoke,
        new=new,
        aside=aside,
    )
    wanted = ExportName(saved_models, config, smoke, name, supersede)
    with naming_lost_workers(strategy), locked:
        finished = on_chief(strategy, locked.look)
        if finished is not None:
            where = RunDirectory(pathlib.Path(finished))
            return Result(where, None, False, 0.0, is_chief=is_chief(strategy))
        experiment = build(recipe, config, strategy, precision)
        on_chief(strategy, lambda: evaluation.check(experiment.trainer, experiment.judges))
        export_name = on_chief(strategy, lambda: wanted.choose(experiment, locked.identity))
        interfaces = experiment.trainer.interfaces
        path = pathlib.Path(on_chief(strategy, lambda: locked.begin(export_name, interfaces)))
        where = RunDirectory(path)
        if not is_chief(strategy):
            scratch = locked.enter_context(tempfile.TemporaryDirectory(prefix="tfgan-suite-"))
            where = WorkerDirectory(pathlib.Path(scratch), path, worker_index(strategy))
            output = locked.enter_context(console.silence())
        for note in experiment.notes:
            output.print(f"note  {note}", markup=False)
        on_chief(strategy, lambda: _say_where(experiment, where, output))
        result = _fit(experiment, where, output, allow_changes)
        on_chief(strategy, lambda: progress.draw(where.progress, where.progress_picture))
        if not result.interrupted:

            def export_to():  # others may have been exported meanwhile
                return pathlib.Path(saved_models) / wanted.choose(experiment, locked.identity)

            _finish(result, strategy, export_name and export_to, config.seed)
        return result


def _say_where(experiment, where, output):
    """Says at which step a run goes on."""
    newest = CheckpointStore(where.training).newest()
    if newest is None:
        return
    steps = experiment.epoch_steps and experiment.epochs * experiment.epoch_steps
    output.print(f"resumed at step {newest[2]['step']} of {steps or 'an unknown number'}")


def _finish(result, strategy, export_to, seed):
    """What follows the training: the final trainer, its scores, its export."""
    where, experiment = result.directory, result.experiment
    where.latest.parent.mkdir(exist_ok=True)
    save_trainer(experiment.trainer, where.final)

    def judge_and_export():
        trainer = experiment.trainer
        if has_several_workers(strategy):  # what one of them can use without the others
            trainer = keras.saving.load_model(where.final)
        if experiment.evaluators:
            result.scores = evaluation.evaluate(
                trainer,
                experiment.evaluators,
                where.evaluation,
                trainer_file=str(where.final.relative_to(where.path)),
                seed=seed,
            )
        if export_to:
            result.exported = export_all(trainer, export_to(), card=model_card.of_run(where))
        write_json(where.finished, {"step": steps_done(trainer), "exported": result.exported})

    on_chief(strategy, judge_and_export)


def _fit(experiment, where, output, allow_changes):
    lines = console.EpochLines(output)
    start = time.perf_counter()
    with callbacks.Interrupt() as interrupt, contextlib.closing(lines):
        all_callbacks = run_callbacks(experiment, where, lines, interrupt, allow_changes)
        (checkpoints,) = (c for c in all_callbacks if isinstance(c, callbacks.Checkpoints))
        try:
            experiment.trainer.fit(
                experiment.data,
                epochs=experiment.epochs,
                steps_per_epoch=experiment.steps_per_epoch,
                verbose=0,
                callbacks=all_callbacks,
            )
        except FloatingPointError as error:
            kept = console.relative(where.latest) if where.latest.exists() else "none"
            raise FloatingPointError(f"{error}. Last state saved before: {kept}") from error
        # A signal may have come to one of several workers after the last step.
        signals = [interrupt.received == number for number in _SIGNALS]
        strategy = experiment.trainer.distribute_strategy
        came = [n for n, count in zip(_SIGNALS, sum_over_workers(strategy, signals)) if count]
    seconds = time.perf_counter() - start
    return Result(
        where,
        experiment,
        bool(came),
        seconds,
        128 + came[0] if came else 0,
        best=checkpoints.best,
        is_chief=is_chief(strategy),
    )
