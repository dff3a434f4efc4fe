"""What a recipe builds."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from tfgan_suite.checks import directory_name, positive_int

if TYPE_CHECKING:
    import keras


@dataclasses.dataclass
class Experiment:
    """Everything a run needs, as a recipe's `build(config)` returns it.

    Attributes:
        trainer: a compiled trainer.
        data: `tf.data.Dataset` of batches of real examples, as `fit` takes it.
        epochs: passes over the data, or epochs of `steps_per_epoch`.
        name: name of the experiment: of its export, and in what is printed; None for the family
            and its preset or data, as in `dcgan_digits`.
        steps_per_epoch: updates of the generator in one epoch; None for as many as the data has.
        evaluators: called as `evaluator(generate, seed=...)` after training; each returns a dict of
            scores. `generate(n, seed)` returns a float32 array of n examples.
        callbacks: Keras callbacks beside those of every run. One that has `set_run_directory(path)`
            is told where the run is.
        real: real examples (array, or dataset of batches) for the sample pictures; None for none.
        export: whether to export the generator as `saved_models/<name>/<version>`; a string is the
            name to use in place of the experiment's.
        checkpoint_every: epochs between two saves of the trainer, and of all of the training.
        checkpoint_minutes: minutes between two saves of the training; None for none.
        on_non_finite: policy of `callbacks.GuardNonFinite`: "raise", "rollback" or "skip".
        sample_every: epochs between two sample pictures.
        evaluate_every: epochs between two evaluations by `evaluators` while training, whose scores
            are then among the logs; None for one after training alone.
        evaluate_samples: samples that an evaluator judges at most while training; None for as many
            as it says.
        progress: an evaluator as `progress.ProgressEvaluator`, asked about ten times while training
            for a "distance" by which the best checkpoint is kept and the run says whether more
            steps would help; None for none. Not asked where `evaluate_every` is given.
        monitor: name of a log, such as "classifier.class_entropy", whose best checkpoint at the end
            of an epoch stays; None for none.
        monitor_mode: "min" or "max", what is best.
        patience: epochs without a better `monitor` after which the training stops; None for all
            epochs.
        notes: lines that the run says as it begins: what was left out or decided from the data.

    Raises:
        ValueError: if a number is not a positive integer, a name cannot be that of a directory, or
            something is asked for without what it needs.
    """

    trainer: keras.Model
    data: Any
    epochs: int
    name: str | None = None
    steps_per_epoch: int | None = None
    evaluators: list = dataclasses.field(default_factory=list)
    callbacks: list = dataclasses.field(default_factory=list)
    real: Any = None
    export: bool | str = True
    checkpoint_every: int = 1
    checkpoint_minutes: float | None = 10.0
    on_non_finite: str = "raise"
    sample_every: int = 1
    evaluate_every: int | None = None
    evaluate_samples: int | None = None
    progress: Any = None
    monitor: str | None = None
    monitor_mode: str = "min"
    patience: int | None = None
    notes: list = dataclasses.field(default_factory=list)

    def __post_init__(self):
        for name in ("epochs", "checkpoint_every", "sample_every"):
            positive_int(name, getattr(self, name))
        for name in ("steps_per_epoch", "evaluate_every", "evaluate_samples", "patience"):
            if getattr(self, name) is not None:
                positive_int(name, getattr(self, name))
        for name, needed in (("evaluate_every", "evaluators"), ("patience", "monitor")):
            if getattr(self, name) and not getattr(self, needed):
                raise ValueError(
                    f"`{name}` needs `{needed}`. Received: {name}={getattr(self, name)} without"
                )
        if self.monitor_mode not in ("min", "max"):
            raise ValueError(
                f'`monitor_mode` must be "min" or "max". Received: {self.monitor_mode!r}'
            )
        for name in {self.name, self.export_name} - {None}:
            directory_name(name)
        if self.evaluate_every:
            self.progress = None
        if self.progress and not self.monitor:
            self.monitor = f"{self.progress.name}.distance"

    @property
    def judges(self):
        """All evaluators, that of the progress included."""
        return [*self.evaluators, *filter(None, [self.progress])]

    @property
    def epoch_steps(self):
        """Updates of the generator in one epoch; None where the data has no known number."""
        batches = int(self.data.cardinality())
        if self.steps_per_epoch or batches < 0:
            return self.steps_per_epoch
        return batches // self.trainer.discriminator_steps

    @property
    def export_name(self):
        """Name of the exported model, or None."""
        return self.export if isinstance(self.export, str) else self.name if self.export else None
