"""Scores of the generator while it trains."""

import contextlib
import pathlib
import time

import keras

from tfgan_suite.callbacks.step_counts import ended_early, epoch_start, steps_done
from tfgan_suite.checks import positive_int_or_none
from tfgan_suite.files import write_json
from tfgan_suite.generation.translator import for_evaluators
from tfgan_suite.registration import public

BATCH = 250  # samples in one call of the generator


@public
class MetricEvaluation(keras.callbacks.Callback):
    """Judges the generator that serves every few epochs or steps, and puts the scores in the logs.

    What serves is the moving average where there is one. Every score that is one number becomes the
    log `"evaluator.score"`, where `Checkpoints(monitor=...)`, `EarlyStopping`, `JsonLines` and
    TensorBoard find it, if they stand after this callback. The scores of an epoch without
    evaluation are those of the last one, so that a monitor always has a value and none is taken for
    a new one; the log `evaluation_step` says of which step they are. The first evaluation is at
    the end of the first epoch at the latest.

    The same latents are judged each time; those of the training are not advanced, so that it gives
    the same weights with and without this callback. An interrupted training that `Checkpoints`
    resumes has the logs of one that was not.

    Args:
        evaluators: list of callables `evaluator(generate, seed=...)` that return dicts of scores,
            each with a `name`.
        directory: for one JSON file for each evaluation, `step-00000123.json`: all scores with
            their protocol, step, epoch and weights; or None for none.
        every_epochs: epochs between two evaluations; None for none at the ends of epochs.
        every_steps: updates of the generator between two evaluations; None for none.
        max_samples: samples that an evaluator judges at most, if it has a `num_samples`; None for
            as many as it says.
        seed: integer seed of the samples.

    Raises:
        ValueError: if a number is not a positive integer, there is no evaluator, or two have one
            name; from `fit`, what the evaluators raise.
        OSError: if the directory cannot be written.
    """

    def __init__(
        self,
        evaluators,
        directory=None,
        *,
        every_epochs=1,
        every_steps=None,
        max_samples=None,
        seed=0,
    ):
        super().__init__()
        positive_int_or_none("every_epochs", every_epochs)
        positive_int_or_none("every_steps", every_steps)
        positive_int_or_none("max_samples", max_samples)
        if every_epochs is None and every_steps is None:
            raise ValueError("Give `every_epochs` or `every_steps`. Received: None for both")
        self.evaluators = named(evaluators)
        self.directory = directory and pathlib.Path(directory)
        self.every_epochs, self.every_steps = every_epochs, every_steps
        self.max_samples, self.seed = max_samples, seed
        # Without work after steps, Keras may call its hook for them whenever it likes.
        self.async_safe = every_steps is None
        self._generate = None

    def get_state(self):
        return {"logs": self._logs}

    def set_state(self, state):
        # JSON has kept numbers that are not finite as texts.
        self._logs = {k: float(v) if isinstance(v, str) else v for k, v in state["logs"].items()}

    def on_resume(self, epoch, step):
        """Takes away the files of evaluations that come again."""
        done = steps_done(self.model)
        for path in self.directory.glob("step-*.json") if self.directory else ():
            if int(path.stem.partition("-")[2]) > done:
                path.unlink()

    def on_train_begin(self, logs=None):
        if self._generate is None or self._generate.trainer is not self.model:
            # Kept from one evaluation to the next, with its one trace.
            self._generate = for_evaluators(self.model, BATCH)
        if self.directory:
            self.directory.mkdir(parents=True, exist_ok=True)
        self._logs, self._seen, self._epoch = {}, steps_done(self.model), 0

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch, self._first = epoch, epoch_start(self.model)

    def on_train_batch_end(self, batch, logs=None):
        if self.every_steps is None:
            return
        seen, self._seen = self._seen, steps_done(self.model)
        if self._seen // self.every_steps > seen // self.every_steps:
            self.evaluate()

    def on_epoch_end(self, epoch, logs=None):
        due = not self._logs
        due |= self.every_epochs is not None and (epoch + 1) % self.every_epochs == 0
        # Whoever interrupts a training does not want to wait for its scores.
        if due and not ended_early(self, self._first):
            self.evaluate()
        if logs is not None:
            logs.update(self._logs)

    def evaluate(self):
        """Judges the present state, unless that is done already; returns the logs."""
        step = steps_done(self.model)
        if self._logs.get("evaluation_step") == step:
            return self._logs
        start = time.perf_counter()
        scores = judge(
            self._generate, self.evaluators, seed=self.seed, max_samples=self.max_samples
        )
        record = {
            "trainer": "in training",
            **state_of(self.model),
            "epoch": self._epoch + 1,
            "seed": self.seed,
            "seconds": round(time.perf_counter() - start, 1),
            "scores": scores,
        }
        if self.directory:
            write_json(self.directory / f"step-{step:08d}.json", record)
        self._logs = {**single_numbers(scores), "evaluation_step": step}
        return self._logs


def named(evaluators):
    """Dict of names to evaluators.

    Raises:
        ValueError: if there is none, or two have one name.
    """
    found = {}
    for evaluator in evaluators:
        name = getattr(evaluator, "name", type(evaluator).__name__)
        if name in found:
            raise ValueError(f"Two evaluators have one name. Received: {name!r} twice")
        found[name] = evaluator
    if not found:
        raise ValueError(f"There must be at least one evaluator. Received: {evaluators!r}")
    return found


def judge(generate, evaluators, *, seed, max_samples=None):
    """What each evaluator finds: dict of their names to their dicts of scores.

    Args:
        generate: callable `(n, seed)`, such as a `generation.Generate`.
        evaluators: what `named` returns.
        seed: integer seed of the samples.
        max_samples: see `MetricEvaluation`.
    """
    scores = {}
    for name, evaluator in evaluators.items():
        with _bounded(evaluator, max_samples):
            scores[name] = evaluator(generate, seed=seed)
    return scores


@contextlib.contextmanager
def _bounded(evaluator, most):
    """Lowers an evaluator's number of samples for a while."""
    own = getattr(evaluator, "num_samples", None)
    if own is None or most is None or own <= most:
        yield
        return
    evaluator.num_samples = most
    try:
        yield
    finally:
        evaluator.num_samples = own


def state_of(trainer):
    """What a protocol says of a trainer: its step, and whether its moving average was judged."""
    averaged = trainer.ema_decay is not None
    return {
        "step": steps_done(trainer),
        "weights": "moving average" if averaged else "as trained",
    }


def single_numbers(scores):
    """The scores that are one number each, as `{"evaluator.score": number}`."""
    return {
        f"{evaluator}.{name}": value
        for evaluator, found in scores.items()
        for name, value in found.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    }
