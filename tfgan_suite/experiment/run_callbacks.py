"""The callbacks of every run, and the base of those that write into its directory."""

import pathlib

import keras

from tfgan_suite import callbacks
from tfgan_suite.experiment import progress
from tfgan_suite.generation.translator import takes_latents
from tfgan_suite.interface import takes_condition

_STEPS_BETWEEN_LOOKS = 200  # updates of the generator


class InRunDirectory(keras.callbacks.Callback):
    """Base of a recipe's callbacks that write into the directory of the run.

    Attributes:
        directory: path of the run directory; None outside of a run.
    """

    def __init__(self):
        super().__init__()
        self.directory = None

    def set_run_directory(self, path):
        """Says where the run is, before it begins."""
        self.directory = pathlib.Path(path)


def run_callbacks(experiment, where, lines, interrupt, allow_changes=False):
    """The callbacks of every run, in the order in which each must see the others' work."""
    for callback in experiment.callbacks:
        if hasattr(callback, "set_run_directory"):
            callback.set_run_directory(where.path)
    return [
        # First: nothing after it may keep a broken epoch.
        callbacks.GuardNonFinite(experiment.on_non_finite),
        *_evaluations(experiment, where),  # add scores to the logs
        *_progress(experiment, where),
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


def _progress(experiment, where):
    if not experiment.progress:
        return []
    return [
        callbacks.MetricEvaluation(
            [experiment.progress],
            where.progress,
            every_epochs=-(-experiment.epochs // progress.LOOKS),
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
    if has_one or real is None or not hasattr(trainer, "probe") or not takes_latents(trainer):
        return []
    networks = (trainer.generator, trainer.discriminator)
    if any(map(takes_condition, networks)) and not _has_conditions(real):
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


def _sample_pictures(experiment, where):
    every, real = experiment.sample_every, experiment.real
    if not takes_latents(experiment.trainer):
        return [] if real is None else [callbacks.TranslationGrid(where.samples, real, every=every)]
    interface = next(iter(experiment.trainer.interfaces.values()))
    if not interface.output.drawable:
        return []
    pictures = [callbacks.SampleGrid(where.samples, every=every, real=real)]
    if not all(condition.can_sample for condition in interface.conditions):
        # Then those of the real examples can be drawn, if there are any.
        return pictures if real is not None and _has_conditions(real) else []
    pictures.append(callbacks.LatentInterpolation(where.samples))
    if interface.source.codes:
        pictures.append(callbacks.LatentTraversal(where.samples))
    return pictures
