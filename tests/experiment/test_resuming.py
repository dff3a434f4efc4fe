"""The same run in the same directory goes on by itself."""

import json
import os
import signal
import textwrap

import keras
import numpy as np
import pytest

from tfgan_suite import experiment
from tfgan_suite.checkpointing import DirectoryLock
from tfgan_suite.experiment import reports, resolve_config

STOPS = """
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            import os, pathlib, signal
            if int(self.model.step.numpy()) == 6 and not pathlib.Path("stopped").exists():
                pathlib.Path("stopped").touch()
                signal.raise_signal(signal.SIGTERM)


    class Mean:"""


@pytest.fixture
def stopping(write_recipe):
    """The small recipe, stopped by SIGTERM in its sixth step where there is no file `stopped`."""
    return write_recipe(
        ("class Mean:", textwrap.dedent(STOPS).lstrip()),
        ("evaluators=", "callbacks=[Stop()], evaluators="),
        name="stopping",
    )


@pytest.fixture(autouse=True)
def foreground():
    """SIGTERM as a process has it that nothing else has touched."""
    previous = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGTERM, previous)


def run(recipe, *overrides, **options):
    return experiment.run(
        recipe, resolve_config(recipe, ["epochs=3", *overrides]), **{"run_dir": "r", **options}
    )


def test_a_stopped_run_goes_on_and_is_the_same_run(stopping, in_tmp):
    stopped = run(stopping)
    assert stopped.interrupted and stopped.exit_status == 143
    assert not stopped.directory.final.exists() and stopped.exported is None
    resumed = run(stopping)
    assert resumed.exit_status == 0 and resumed.scores and resumed.exported
    whole = run(stopping, run_dir="whole")
    for one, other in zip(
        resumed.experiment.trainer.weights, whole.experiment.trainer.weights, strict=True
    ):
        np.testing.assert_array_equal(one.numpy(), other.numpy())
    lines = [json.loads(line) for line in resumed.directory.metrics.read_text().splitlines()]
    expected = [json.loads(line) for line in whole.directory.metrics.read_text().splitlines()]
    assert len(lines) == len(expected) == 3
    for line, other in zip(lines, expected):
        assert "partial" not in line
        for timing in ("seconds", "images_per_second"):
            line.pop(timing, None), other.pop(timing, None)
        assert line == other


def test_a_finished_run_is_left_alone(recipe, in_tmp):
    first = run(recipe)
    before = {path: path.stat().st_mtime_ns for path in in_tmp.rglob("*") if path.is_file()}
    again = run(recipe)
    assert again.experiment is None and again.exit_status == 0 and not again.interrupted
    after = {path: path.stat().st_mtime_ns for path in in_tmp.rglob("*") if path.is_file()}
    before.pop(in_tmp / "r/run.lock"), after.pop(in_tmp / "r/run.lock")
    assert before == after and first.exported


def test_a_changed_configuration_is_shown_and_refused(recipe, in_tmp):
    run(recipe)
    with pytest.raises(ValueError, match=r"another configuration.*config.epochs: 3 -> 4"):
        run(recipe, "epochs=4")
    result = run(recipe, "epochs=4", allow_changes=True)
    assert int(result.experiment.trainer.step.numpy()) == 16
    assert result.directory.read_config()["config"]["epochs"] == 4
    assert str(result.exported).endswith("/2")


def test_a_changed_recipe_is_refused(recipe, in_tmp):
    run(recipe)
    recipe.path.write_text(recipe.path.read_text() + "\n# Something else.\n")
    with pytest.raises(ValueError, match="recipe file: "):
        run(recipe)


def test_two_processes_do_not_share_a_run_directory(recipe, in_tmp):
    run(recipe)
    with DirectoryLock(in_tmp / "r/run.lock"):
        with pytest.raises(BlockingIOError, match=f"Another training.*process {os.getpid()} on"):
            run(recipe)


def test_a_run_killed_before_its_record_begins_anew(recipe, in_tmp):
    (in_tmp / "r").mkdir()
    (in_tmp / "r/run.lock").touch()
    (in_tmp / "r/.tmp-1").mkdir()
    assert run(recipe).exported


def test_what_sample_and_evaluate_read_is_of_the_last_step(stopping, in_tmp):
    stopped = run(stopping)
    loaded = keras.saving.load_model(stopped.directory.latest)
    assert int(loaded.step.numpy()) == 6


def test_the_same_command_goes_on_with_its_run(stopping, in_tmp, capsys):
    same = {"run_dir": None, "new": False, "command": ["train", "--new", "it"]}
    stopped = run(stopping, **same)
    reports.summarize(stopped)
    assert "to go on:\n  train it\n" in capsys.readouterr().out
    resumed = run(stopping, **same)
    assert resumed.directory == stopped.directory and resumed.exported
    assert "resumed at step 6 of 12" in capsys.readouterr().out
    again = run(stopping, **same)
    assert again.experiment is None and again.directory == stopped.directory
    # Another configuration is a run of its own, and so is its model.
    another = run(stopping, "epochs=1", **same)
    assert another.directory.path.name == "stopping-2"
    assert str(another.exported) == "saved_models/small_2/1"


def test_a_new_run_is_begun_where_it_is_asked_for(recipe, in_tmp):
    first = run(recipe, "epochs=1", run_dir=None)
    assert run(recipe, "epochs=1", run_dir=None).directory != first.directory
