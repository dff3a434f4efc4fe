"""Tests of `MetricEvaluation` and `EarlyStopping`."""

import functools
import json

import keras
import numpy as np
import pytest

from tfgan_suite.callbacks import Checkpoints, EarlyStopping, JsonLines, MetricEvaluation
from tfgan_suite.generation import Generate
from tfgan_suite.trainers import ModifiedMinimaxGAN

STEPS = 2  # in an epoch of the 32 examples


class Mean:
    """An evaluator that counts its calls."""

    name = "mean"

    def __init__(self, num_samples=12):
        self.num_samples = num_samples
        self.asked = []

    def __call__(self, generate, *, seed):
        self.asked.append((self.num_samples, seed))
        points = generate(self.num_samples, seed)
        return {
            "x": float(points[:, 0].mean()),
            "all": points.mean(axis=0).tolist(),
            "protocol": {"num_samples": len(points), "seed": seed},
        }


class Logs(keras.callbacks.Callback):
    """Keeps the logs of each epoch as the callbacks before it have left them."""

    def __init__(self):
        super().__init__()
        self.found = []

    def on_epoch_end(self, epoch, logs=None):
        self.found.append(dict(logs))

    def get_state(self):
        return {}  # what it hears is of one `fit`

    def set_state(self, state):
        pass


class StopAt(keras.callbacks.Callback):
    """Ends the training after a step, as a signal does."""

    def __init__(self, step):
        super().__init__()
        self.step = step

    def on_train_batch_end(self, batch, logs=None):
        if int(self.model.step.numpy()) == self.step:
            self.model.stop_training = True


@pytest.fixture
def fit(make_trainer, real_examples):
    """Returns a function that trains on points in the plane with callbacks."""

    def fit(*callbacks, epochs=2, trainer=None):
        trainer = trainer or make_trainer((2,))
        trainer.fit(
            real_examples((2,)), batch_size=16, epochs=epochs, callbacks=[*callbacks], verbose=0
        )
        return trainer

    return fit


def scores(trainer, n=12, seed=0):
    return float(Generate(trainer)(n, seed)[:, 0].mean())


def test_the_generator_that_serves_is_judged(fit):
    logs = Logs()
    trainer = fit(MetricEvaluation([Mean()], seed=5), logs)
    assert trainer.serving_generator is trainer.ema_generator
    assert logs.found[-1]["mean.x"] == pytest.approx(scores(trainer, seed=5), rel=1e-6)
    assert logs.found[-1]["evaluation_step"] == 2 * STEPS


def test_only_single_numbers_become_logs(fit):
    logs = Logs()
    fit(MetricEvaluation([Mean()]), logs)
    names = {name for name in logs.found[0] if "mean" in name}
    assert names == {"mean.x"}


def test_the_last_scores_stay_until_the_next(fit):
    logs, evaluator = Logs(), Mean()
    fit(MetricEvaluation([evaluator], every_epochs=3), logs, epochs=5)
    assert [found["evaluation_step"] / STEPS for found in logs.found] == [1, 1, 3, 3, 3]
    values = [found["mean.x"] for found in logs.found]
    assert values[0] == values[1] != values[2] == values[4]
    assert len(evaluator.asked) == 2


def test_files_hold_scores_and_protocol(fit, tmp_path):
    trainer = fit(MetricEvaluation([Mean()], tmp_path / "new", seed=4))
    names = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert names == ["step-00000002.json", "step-00000004.json"]
    record = json.loads((tmp_path / "new" / names[-1]).read_text())
    assert (record["step"], record["epoch"], record["seed"]) == (4, 2, 4)
    assert record["weights"] == "moving average"
    assert record["scores"]["mean"]["x"] == pytest.approx(scores(trainer, seed=4), rel=1e-6)
    assert record["scores"]["mean"]["protocol"] == {"num_samples": 12, "seed": 4}


def test_a_trainer_without_average_is_judged_as_trained(fit, make_trainer, tmp_path):
    fit(MetricEvaluation([Mean()], tmp_path), trainer=make_trainer((2,), ema_decay=None))
    assert "as trained" in (tmp_path / "step-00000004.json").read_text()


def test_every_few_steps(fit, tmp_path):
    logs = Logs()
    evaluation = MetricEvaluation([Mean()], tmp_path, every_epochs=None, every_steps=3)
    fit(evaluation, logs, epochs=4)
    steps = sorted(int(path.stem.split("-")[1]) for path in tmp_path.iterdir())
    assert steps == [2, 3, 6]  # 2: an epoch has scores, whatever the steps
    assert [found["evaluation_step"] for found in logs.found] == [2, 3, 6, 6]


def test_one_state_is_judged_once(fit):
    evaluator = Mean()
    fit(MetricEvaluation([evaluator], every_epochs=1, every_steps=STEPS), epochs=3)
    assert len(evaluator.asked) == 3


def test_samples_are_bounded(fit):
    evaluator, small = Mean(50), Mean(7)
    small.name = "small"
    fit(MetricEvaluation([evaluator, small], max_samples=20), epochs=1)
    assert evaluator.asked == [(20, 0)] and small.asked == [(7, 0)]
    assert evaluator.num_samples == 50


def test_weights_are_those_of_a_training_without(fit):
    judged, plain = fit(MetricEvaluation([Mean()], every_steps=1)), fit()
    for one, other in zip(judged.weights, plain.weights, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())


def test_nothing_is_traced_again(fit, make_trainer, monkeypatch):
    traces = []

    def train_step(trainer, data):
        traces.append(trainer)
        return ModifiedMinimaxGAN.train_step(trainer, data)

    def traced_by(callbacks):
        traces.clear()
        trainer = make_trainer((2,), run_eagerly=False)
        monkeypatch.setattr(trainer, "train_step", functools.partial(train_step, trainer))
        fit(*callbacks, epochs=3, trainer=trainer)
        return len(traces)

    evaluation = MetricEvaluation([Mean()], every_steps=1)
    assert traced_by([evaluation]) == traced_by([])
    _, generate = evaluation._generate._functions["generator"]
    assert generate.experimental_get_tracing_count() == 1


def resumable(folder):
    return [
        MetricEvaluation([Mean()], folder / "scores", every_epochs=2, every_steps=3),
        EarlyStopping("mean.x", patience=100, mode="min"),
        JsonLines(folder / "metrics.jsonl"),
        Checkpoints(folder / "training", monitor="mean.x"),
    ]


def record_of(folder):
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    for line in lines:
        line.pop("seconds"), line.pop("images_per_second", None)
    files = {path.name: json.loads(path.read_text()) for path in (folder / "scores").iterdir()}
    for file in files.values():
        del file["seconds"]
    return lines, files


@pytest.mark.parametrize("stop", [3, 4, 5])
def test_a_resumed_training_has_the_same_scores(fit, tmp_path, stop):
    straight, resumed = tmp_path / "straight", tmp_path / "resumed"
    whole = resumable(straight)
    fit(*whole, epochs=5)
    fit(*resumable(resumed), StopAt(stop), epochs=5)
    parts = resumable(resumed)
    fit(*parts, epochs=5)
    assert record_of(resumed) == record_of(straight)
    assert parts[-1].best["score"] == whole[-1].best["score"]
    assert (parts[1].wait, parts[1].best) == (whole[1].wait, whole[1].best)


def test_scores_of_what_is_trained_again_are_taken_away(fit, tmp_path):
    fit(*resumable(tmp_path), epochs=2)
    late = tmp_path / "scores" / "step-00000099.json"
    late.write_text("{}")
    fit(*resumable(tmp_path), epochs=3)
    assert not late.exists()
    assert (tmp_path / "scores" / "step-00000002.json").exists()


def test_an_interrupted_epoch_is_not_judged(fit):
    evaluator = Mean()
    fit(MetricEvaluation([evaluator]), StopAt(STEPS + 1), epochs=5)
    assert len(evaluator.asked) == 1


def test_the_best_checkpoint_is_that_of_the_best_scores(fit, tmp_path):
    logs, checkpoints = Logs(), Checkpoints(tmp_path, keep=1, monitor="mean.x", mode="max")
    fit(MetricEvaluation([Mean()], every_epochs=2), logs, checkpoints, epochs=6)
    assert checkpoints.best["score"] == max(found["mean.x"] for found in logs.found)


class Falling(Mean):
    """Gets worse from the third call on."""

    def __call__(self, generate, *, seed):
        super().__call__(generate, seed=seed)
        return {"x": -abs(len(self.asked) - 3.0)}


def test_training_stops_without_improvement(fit):
    logs = Logs()
    stop = EarlyStopping("mean.x", patience=2, mode="max")
    fit(MetricEvaluation([Falling()]), stop, logs, epochs=9)
    assert [found["mean.x"] for found in logs.found] == [-2.0, -1.0, 0.0, -1.0, -2.0]


def test_scores_that_are_not_finite_are_remembered():
    evaluation = MetricEvaluation([Mean()])
    evaluation.set_state({"logs": {"mean.x": "Infinity", "mean.n": 3}})
    assert evaluation.get_state() == {"logs": {"mean.x": float("inf"), "mean.n": 3}}


@pytest.mark.parametrize(
    "options, message",
    [
        ({"every_epochs": 0}, "every_epochs=0"),
        ({"every_steps": 1.5}, "every_steps=1.5"),
        ({"max_samples": True}, "max_samples=True"),
        ({"every_epochs": None}, "Give `every_epochs` or `every_steps`"),
        ({"evaluators": []}, "at least one evaluator"),
        ({"evaluators": [Mean(), Mean()]}, "'mean' twice"),
    ],
)
def test_wrong_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        MetricEvaluation(**{"evaluators": [Mean()], **options})
