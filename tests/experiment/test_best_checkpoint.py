"""Recipes that are judged while they train: the best checkpoint, and the end without progress."""

import json

import keras
import numpy as np
import pytest

from tfgan_suite import experiment
from tfgan_suite.experiment import resolve_config
from tfgan_suite.experiment.restoring import restore

# The small recipe's evaluator, with scores that are known: the best is that of its third call.
PLANNED = (
    'return {"x": float(points[:, 0].mean()), "protocol": {"num_samples": len(points)}}',
    'self.calls = getattr(self, "calls", 0) + 1\n'
    '        return {"x": abs(self.calls - 3.0), "mean": float(points[:, 0].mean())}',
)
JUDGED = ("evaluators=[Mean()],", 'evaluators=[Mean()], evaluate_every=1, monitor="mean.x",')


@pytest.fixture
def stopped(write_recipe, in_tmp):
    """The `Result` of a run of which the third epoch is the best, and the fifth the last."""
    recipe = write_recipe(PLANNED, (JUDGED[0], f"{JUDGED[1]} patience=2,"))
    return experiment.run(recipe, resolve_config(recipe, ["epochs=9", "export=false"]))


def test_a_run_stops_when_it_gets_no_better(stopped):
    lines = stopped.directory.metrics.read_text().splitlines()
    assert [json.loads(line)["mean.x"] for line in lines] == [2, 1, 0, 1, 2]
    assert not stopped.interrupted and stopped.directory.finished.exists()


def test_evaluations_of_a_run_are_kept(stopped):
    names = sorted(path.name for path in stopped.directory.evaluations.iterdir())
    assert names == [f"step-{4 * epoch:08d}.json" for epoch in range(1, 6)]


def test_the_best_trainer_is_that_of_the_best_epoch(stopped):
    best, last = (restore(stopped.directory.path, best=flag) for flag in (True, False))
    assert (int(best.trainer.step.numpy()), int(last.trainer.step.numpy())) == (12, 20)
    assert stopped.best == {"score": 0.0, "checkpoint": best.file.name}
    recorded = json.loads((stopped.directory.evaluations / "step-00000012.json").read_text())
    seed = recorded["seed"]
    points = best.trainer(best.trainer.sample_latents(10, seed=seed)).numpy()
    assert points[:, 0].mean() == pytest.approx(recorded["scores"]["mean"]["mean"], rel=1e-5)


def test_the_card_of_the_best_trainer_has_no_scores_of_another(stopped):
    assert "metrics" in restore(stopped.directory.path).card
    assert "metrics" not in restore(stopped.directory.path, best=True).card


def test_a_run_without_monitor_has_no_best(finished):
    folder, result = finished
    with pytest.raises(ValueError, match="no best checkpoint.*`monitor`"):
        restore(folder / result.directory.path, best=True)


def test_a_file_has_no_best(tmp_path):
    (tmp_path / "t.keras").touch()
    with pytest.raises(ValueError, match="Only a run has a best checkpoint"):
        restore(tmp_path / "t.keras", best=True)


def test_judging_does_not_change_the_training(write_recipe, in_tmp):
    weights = []
    for name, replacements in (("plain", ()), ("judged", (PLANNED, JUDGED))):
        recipe = write_recipe(*replacements, name=name)
        result = experiment.run(recipe, resolve_config(recipe, ["export=false"]))
        weights.append(result.experiment.trainer.weights)
    for one, other in zip(*weights, strict=True):
        np.testing.assert_array_equal(*(keras.ops.convert_to_numpy(w) for w in (one, other)))


@pytest.mark.parametrize(
    "fields, message",
    [
        ("evaluators=[], evaluate_every=1,", "`evaluate_every` needs `evaluators`"),
        ("evaluators=[Mean()], patience=1,", "`patience` needs `monitor`"),
        ('evaluators=[Mean()], monitor="x", monitor_mode="least",', "'least'"),
        ("evaluators=[Mean()], evaluate_every=0,", "evaluate_every=0"),
        ("evaluators=[Mean()], evaluate_samples=-1,", "evaluate_samples=-1"),
    ],
)
def test_fields_that_do_not_fit_are_refused(write_recipe, fields, message):
    recipe = write_recipe((JUDGED[0], fields))
    with pytest.raises(ValueError, match=message):
        recipe.build(recipe.Config())
