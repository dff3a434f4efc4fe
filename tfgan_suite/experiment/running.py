"""A run: build, fit, evaluate, export, and a directory that holds all of it."""

import contextlib
import dataclasses
import pathlib
import signal
import tempfile
import time

import keras

from tfgan_suite import callbacks, drawing
from tfgan_suite.callbacks._steps import steps_done
from tfgan_suite.callbacks.trainer_checkpoint import save_trainer
from tfgan_suite.callbacks.translating import is_translator
from tfgan_suite.conditions import number_of_classes
from tfgan_suite.distribution import (
    get_strategy,
    has_several_workers,
    is_chief,
    naming_lost_workers,
    on_chief,
    sum_over_workers,
    worker_index,
)
from tfgan_suite.experiment import cards, console, directory, evaluation
from tfgan_suite.experiment import precision as precisions
from tfgan_suite.experiment.definition import Experiment
from tfgan_suite.experiment.exporting import export_all
from tfgan_suite.experiment.opening import Opening
from tfgan_suite.files import write_json

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_STEPS_BETWEEN_LOOKS = 200  # updates of the generator


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

    directory: directory.RunDirectory
    experiment: Experiment | None
    interrupted: bool
    seconds: float
    exit_status: int = 0
    scores: dict = dataclasses.field(default_factory=dict)
    exported: pathlib.Path | dict | None = None
    best: dict | None = None
    is_chief: bool = True


def build(recipe, config, strategy, precision=None):
    """Builds a recipe's experiment under a strategy, from the config's seed.

    The layers of its trainer compute in a precision of `config.PRECISIONS` (None: in the one that
    Keras has); its judges, made later, do not.

    Raises:
        ValueError: if `build` returns anything but an `Experiment` with a compiled trainer.
    """
    keras.utils.set_random_seed(config.seed)
    with strategy.scope(), precisions.policy(precisions.resolve(precision)):
        experiment = recipe.build(config)
    if not isinstance(experiment, Experiment):
        raise ValueError(
            "`build(config)` must return a tfgan_suite.experiment.Experiment. "
            f"Received: {recipe.path} returning {type(experiment).__name__}"
        )
    if not getattr(experiment.trainer, "compiled", False):
        raise ValueError(
            "`build(config)` must compile the trainer: trainer.compile(...). "
            f"Received: {recipe.path} with a trainer that is not compiled"
        )
    return experiment


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
    output=None,
):
    """Trains, evaluates and exports an experiment, or goes on with a run that was interrupted.

    Args:
        recipe: a `Recipe`.
        config: its `Config`.
        run_dir: directory of the run. If it holds a run, that one goes on from its newest
            checkpoint; else it must be empty or not there yet. None for a new one in `runs/`.
        saved_models: directory to export to.
        strategy: name for `get_strategy`, or a strategy.
        precision: "float32", "mixed_bfloat16" or "mixed_float16", in which the networks compute;
            None for that of the run in `run_dir`, or of Keras's policy.
        smoke: whether the config is the recipe's smoke config: directories then say so.
        command: the command line, for the record.
        allow_changes: whether a run goes on although its config, recipe or strategy has changed.
        output: a `rich.console.Console`; None for one on standard output.

    Returns:
        A `Result`.

    Raises:
        ValueError: if the run directory holds something else, or a run with another configuration,
            or the recipe does not build.
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
    opening = Opening(
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
    )
    with naming_lost_workers(strategy), opening:
        finished = on_chief(strategy, opening.look)
        if finished is not None:
            where = directory.RunDirectory(pathlib.Path(finished))
            return Result(where, None, False, 0.0, is_chief=is_chief(strategy))
        experiment = build(recipe, config, strategy, precision)
        export_name = experiment.export_name
        if export_name and smoke:
            export_name += "-smoke"
        path = pathlib.Path(on_chief(strategy, lambda: opening.begin(export_name)))
        where = directory.RunDirectory(path)
        if not is_chief(strategy):
            scratch = opening.enter_context(tempfile.TemporaryDirectory(prefix="tfgan-suite-"))
            where = directory.WorkerDirectory(pathlib.Path(scratch), path, worker_index(strategy))
            output = opening.enter_context(console.silence())
        result = _fit(experiment, where, output, allow_changes)
        if not result.interrupted:
            export_to = export_name and pathlib.Path(saved_models) / export_name
            _finish(result, strategy, export_to, config.seed)
        return result


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
            result.exported = export_all(trainer, export_to, card=cards.of_run(where))
        write_json(where.finished, {"step": steps_done(trainer), "exported": result.exported})

    on_chief(strategy, judge_and_export)


def run_callbacks(experiment, where, lines, interrupt, allow_changes=False):
    """The callbacks of every run, in the order in which each must see the others' work."""
    for callback in experiment.callbacks:
        if hasattr(callback, "set_run_directory"):
            callback.set_run_directory(where.path)
    return [
        # First: nothing after it may keep a broken epoch.
        callbacks.GuardNonFinite(experiment.on_non_finite),
        *_evaluations(experiment, where),  # add scores to the logs
        *experiment.callbacks,  # may do so too
        *_monitor(experiment, where, lines.console),
        *_early_stopping(experiment),
        callbacks.JsonLines(where.metrics),
        callbacks.TensorBoard(where.events),
        *_sample_pictures(experiment, where),
        lines,
        callbacks.TrainerCheckpoint(where.latest, every=experiment.checkpoint_every),
        callbacks.Checkpoints(
            where.training,
            every_epochs=experiment.checkpoint_every,
            every_minutes=experiment.checkpoint_minutes,
            monitor=experiment.monitor,
            mode=experiment.monitor_mode,
            allow_changes=allow_changes,
            stop_on_signals=False,  # the run has its own words for them
        ),
        interrupt,
    ]


def _evaluations(experiment, where):
    if not experiment.evaluate_every:
        return []
    return [
        callbacks.MetricEvaluation(
            experiment.evaluators,
            where.evaluations,
            every_epochs=experiment.evaluate_every,
            max_samples=experiment.evaluate_samples,
            seed=experiment.trainer.seed,
        )
    ]


def _monitor(experiment, where, output):
    """A `GANMonitor`, where there are real examples to look at and none is among the callbacks;
    none for translators.
    """
    trainer, real = experiment.trainer, experiment.real
    has_one = any(isinstance(c, callbacks.GANMonitor) for c in experiment.callbacks)
    # Translations are less various than their targets long before they are wrong: no alarm unasked.
    if has_one or real is None or not hasattr(trainer, "probe") or is_translator(trainer):
        return []
    networks = (trainer.generator, trainer.discriminator)
    if any(len(network.inputs) > 1 for network in networks) and not _has_conditions(real):
        return []
    # A look costs what one or two steps cost: at most one in two hundred steps.
    every = -(-_STEPS_BETWEEN_LOOKS // (experiment.steps_per_epoch or _STEPS_BETWEEN_LOOKS))
    return [
        callbacks.GANMonitor(
            real,
            directory=where.path,
            every=every,
            say=lambda words: output.print(words, markup=False),
        )
    ]


def _has_conditions(real):
    return isinstance(getattr(real, "element_spec", real), tuple)


def _early_stopping(experiment):
    if not experiment.patience:
        return []
    return [
        callbacks.EarlyStopping(
            experiment.monitor, patience=experiment.patience, mode=experiment.monitor_mode
        )
    ]


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


def _sample_pictures(experiment, where):
    every, real = experiment.sample_every, experiment.real
    if is_translator(experiment.trainer):
        return [] if real is None else [callbacks.TranslationGrid(where.samples, real, every=every)]
    if not _is_drawable(experiment.trainer):
        return []
    codes = experiment.trainer.latent_prior.codes
    return [
        callbacks.ImageGrid(where.samples, every=every, real=real),
        callbacks.LatentInterpolation(where.samples),
        *([callbacks.LatentTraversal(where.samples)] if codes else []),
    ]


def _is_drawable(trainer):
    generator = getattr(trainer, "generator", None)
    if generator is None or (len(generator.inputs) > 1 and not number_of_classes(trainer)):
        return False
    try:
        drawing.check_drawable(tuple(generator.outputs[0].shape)[1:])
    except ValueError:
        return False
    return True
