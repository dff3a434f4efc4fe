"""A run: build, fit, evaluate, export, and a directory that holds all of it."""

import contextlib
import dataclasses
import pathlib
import time

import keras

from tfgan_suite import callbacks
from tfgan_suite.callbacks import pictures
from tfgan_suite.callbacks.trainer_checkpoint import save_trainer
from tfgan_suite.distribution import get_strategy
from tfgan_suite.experiment import console, directory, evaluation
from tfgan_suite.experiment.definition import Experiment
from tfgan_suite.experiment.interrupt import Interrupt
from tfgan_suite.export import export


@dataclasses.dataclass
class Result:
    """What a run has made.

    Attributes:
        directory: its `RunDirectory`.
        experiment: the `Experiment`, its trainer trained.
        interrupted: whether Ctrl-C ended the training; nothing was then evaluated or exported.
        seconds: time that `fit` took.
        scores: dict of evaluators' names to their dicts of scores.
        exported: directory of the exported version, or None.
    """

    directory: directory.RunDirectory
    experiment: Experiment
    interrupted: bool
    seconds: float
    scores: dict = dataclasses.field(default_factory=dict)
    exported: pathlib.Path | None = None


def build(recipe, config, strategy):
    """Builds a recipe's experiment under a strategy, from the config's seed.

    Raises:
        ValueError: if `build` returns anything but an `Experiment` with a compiled trainer.
    """
    keras.utils.set_random_seed(config.seed)
    with strategy.scope():
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
    smoke=False,
    command=(),
    output=None,
):
    """Trains, evaluates and exports an experiment.

    Args:
        recipe: a `Recipe`.
        config: its `Config`.
        run_dir: directory of the run, empty or not there yet; None for a new one in `runs/`.
        saved_models: directory to export to.
        strategy: name for `get_strategy`, or a strategy.
        smoke: whether the config is the recipe's smoke config: directories then say so.
        command: the command line, for the record.
        output: a `rich.console.Console`; None for one on standard output.

    Returns:
        A `Result`.

    Raises:
        ValueError: if the run directory is not empty, or the recipe does not build.
        OSError: if a directory cannot be written; before anything is trained.
        FloatingPointError: if the training becomes NaN; the last good state stays saved.
    """
    output = output or console.make_console()
    directory.check_writable(run_dir or "runs")
    directory.check_writable(saved_models)
    if run_dir is not None:
        directory.check_new(pathlib.Path(run_dir))
    strategy_name = strategy if isinstance(strategy, str) else type(strategy).__name__
    strategy = get_strategy(strategy)
    experiment = build(recipe, config, strategy)
    suffix = "-smoke" if smoke else ""
    where = directory.create(run_dir, recipe.name + suffix)
    export_name = experiment.export_name and experiment.export_name + suffix
    directory.record(
        where,
        recipe,
        config,
        export_name=export_name,
        strategy=strategy,
        strategy_name=strategy_name,
        command=command,
        smoke=smoke,
    )
    output.print(f"run directory  {console.relative(where.path)}")
    result = _fit(experiment, where, output)
    if not result.interrupted:
        where.latest.parent.mkdir(exist_ok=True)
        save_trainer(experiment.trainer, where.final)
        if experiment.evaluators:
            result.scores = evaluation.evaluate(
                experiment.trainer,
                experiment.evaluators,
                where.evaluation,
                trainer_file=str(where.final.relative_to(where.path)),
                seed=config.seed,
            )
        if export_name:
            result.exported = export(experiment.trainer, pathlib.Path(saved_models) / export_name)
    return result


def run_callbacks(experiment, where, lines, interrupt):
    """The callbacks of every run, in the order in which each must see the others' work."""
    trainer = experiment.trainer
    drawable = _is_drawable(trainer)
    tensorboard = keras.callbacks.TensorBoard(where.events, write_graph=False)
    # It writes by epochs here: its batch hooks do nothing that a thread could disturb.
    tensorboard.async_safe = True
    return [
        callbacks.TerminateOnNonFinite(),  # first: nothing after it may keep a broken epoch
        *experiment.callbacks,  # may add scores to the logs
        callbacks.JsonLines(where.metrics),
        tensorboard,
        *(
            [
                callbacks.ImageGrid(
                    where.samples, every=experiment.sample_every, real=experiment.real
                ),
                callbacks.LatentInterpolation(where.samples),
            ]
            if drawable
            else []
        ),
        lines,
        callbacks.TrainerCheckpoint(where.latest, every=experiment.checkpoint_every),
        interrupt,
    ]


def _fit(experiment, where, output):
    lines = console.EpochLines(output)
    start = time.perf_counter()
    with Interrupt() as interrupt, contextlib.closing(lines):
        try:
            experiment.trainer.fit(
                experiment.data,
                epochs=experiment.epochs,
                steps_per_epoch=experiment.steps_per_epoch,
                verbose=0,
                callbacks=run_callbacks(experiment, where, lines, interrupt),
            )
        except FloatingPointError as error:
            kept = console.relative(where.latest) if where.latest.exists() else "none"
            raise FloatingPointError(f"{error}. Last state saved before: {kept}") from error
    return Result(where, experiment, interrupt.requested, time.perf_counter() - start)


def _is_drawable(trainer):
    generator = getattr(trainer, "generator", None)
    if generator is None or len(generator.inputs) != 1:
        return False
    try:
        pictures.check_drawable(tuple(generator.outputs[0].shape)[1:])
    except ValueError:
        return False
    return True
