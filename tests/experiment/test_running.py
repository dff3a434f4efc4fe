"""Runs: what is made, in which order, and what is not made after a failure."""

import json
import pathlib

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import experiment
from tfgan_suite.experiment import resolve_config
from tfgan_suite.interface import from_json, to_json


def run(recipe, *overrides, **options):
    return experiment.run(recipe, resolve_config(recipe, overrides), **options)


def read_json(path):
    return json.loads(path.read_text())


def test_the_record_of_a_run(finished):
    folder, result = finished
    record = read_json(folder / "runs/small/config.json")
    assert record["config"]["hidden_units"] == [8, 4]
    assert record["config"]["seed"] == 3
    assert record["command"] == ["the", "command"]
    assert record["versions"]["tensorflow"] == tf.__version__
    assert record["versions"]["keras"] == keras.__version__
    assert set(record["versions"]) >= {"python", "tensorflow-gan", "tfgan_suite"}
    assert record["strategy"] == "auto" and record["replicas"] == 1
    assert record["workers"] == 1
    assert any("CPU" in device["name"] for device in record["devices"])


def test_the_record_says_what_the_generator_takes_and_makes(finished):
    folder, result = finished
    ((name, declared),) = read_json(folder / "runs/small/config.json")["interfaces"].items()
    interface = result.experiment.trainer.interfaces[name]
    assert declared == to_json(interface) == to_json(from_json(declared))
    assert declared["output"] == {"kind": "vector", "dim": 2}


def test_the_recipe_is_kept_as_it_was(finished, recipe_text):
    folder, _ = finished
    assert (folder / "runs/small/recipe.py").read_text() == recipe_text


def test_one_line_of_metrics_for_each_epoch(finished):
    folder, _ = finished
    text = (folder / "runs/small/metrics.jsonl").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [(line["epoch"], line["step"]) for line in lines] == [(1, 4), (2, 8)]
    assert {"g_loss", "d_loss"} <= set(lines[0])


def test_pictures_of_every_epoch(finished):
    folder, _ = finished
    names = sorted(path.name for path in folder.glob("runs/small/samples/*.png"))
    assert names == ["epoch-0000.png", "epoch-0001.png", "epoch-0002.png", "interpolation.png"]


def test_tensorboard_has_the_scalars(finished):
    folder, _ = finished
    (events,) = folder.glob("runs/small/events/train/*")
    tags = {
        value.tag
        for record in tf.data.TFRecordDataset(str(events))
        for value in tf.compat.v1.Event.FromString(record.numpy()).summary.value
    }
    assert {"epoch_g_loss", "epoch_d_loss"} <= tags


def test_the_final_trainer_is_saved(finished):
    folder, result = finished
    loaded = keras.saving.load_model(folder / "runs/small/checkpoints/final.keras")
    for one, other in zip(loaded.weights, result.experiment.trainer.weights, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())


def test_the_latest_trainer_is_the_final_one_in_the_end(finished):
    folder, _ = finished
    latest, final = (
        keras.saving.load_model(folder / f"runs/small/checkpoints/{name}.keras")
        for name in ("latest", "final")
    )
    for one, other in zip(latest.weights, final.weights, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())


def test_the_evaluation_is_of_the_serving_generator(finished):
    folder, result = finished
    found = read_json(folder / "runs/small/evaluation.json")
    trainer = result.experiment.trainer
    points = trainer(trainer.sample_latents(10, seed=3)).numpy()
    np.testing.assert_allclose(found["scores"]["mean"]["x"], points[:, 0].mean(), rtol=1e-5)
    assert found["trainer"] == "checkpoints/final.keras"
    assert (found["step"], found["weights"], found["seed"]) == (8, "moving average", 3)


def test_the_export_is_the_serving_generator(finished):
    folder, result = finished
    assert result.exported == pathlib.Path("saved_models/small/1")
    served = tf.saved_model.load(folder / result.exported).signatures["serving_default"]
    trainer = result.experiment.trainer
    latents = trainer.sample_latents(5, seed=0)
    (made,) = served(latents=latents).values()
    np.testing.assert_allclose(made, trainer(latents), rtol=1e-5, atol=1e-6)


def test_the_same_config_gives_the_same_trainer(finished, write_recipe, in_tmp):
    _, first = finished
    second = run(write_recipe(), "hidden_units=8,4")
    for one, other in zip(
        first.experiment.trainer.weights, second.experiment.trainer.weights, strict=True
    ):
        np.testing.assert_array_equal(one.numpy(), other.numpy())


def test_a_smoke_run_is_kept_apart(recipe, in_tmp):
    config = resolve_config(recipe, smoke=True)
    result = experiment.run(recipe, config, smoke=True)
    assert str(result.directory.path) == "runs/small-smoke"
    assert str(result.exported) == "saved_models/small-smoke/1"


def test_two_replicas(recipe, in_tmp, two_replicas):
    result = run(recipe, "epochs=1", strategy=two_replicas)
    assert read_json(result.directory.config)["replicas"] == 2
    assert result.exported and result.scores["mean"]["x"]


def test_directories_are_given(recipe, tmp_path, in_tmp):
    result = run(recipe, "epochs=1", run_dir=tmp_path / "r", saved_models=tmp_path / "s")
    assert (tmp_path / "r/config.json").exists()
    assert result.exported == tmp_path / "s/small/1"
    assert not list(in_tmp.iterdir())


def test_no_export_if_none_is_wanted(recipe, in_tmp):
    assert run(recipe, "epochs=1", "export=false").exported is None
    assert not pathlib.Path("saved_models").exists()


ASKS_FOR_RECORD = """
    class Ask(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            import os
            raise RuntimeError(sorted(os.listdir("runs/small")))


    class Mean:"""


def test_the_record_is_written_before_the_first_step(write_recipe, in_tmp):
    recipe = write_recipe(
        ("class Mean:", ASKS_FOR_RECORD), ("evaluators=", "callbacks=[Ask()], evaluators=")
    )
    with pytest.raises(RuntimeError, match="'config.json'.*'recipe.py'"):
        run(recipe)


@pytest.mark.parametrize("place", ["run_dir", "saved_models"])
def test_nothing_is_built_if_a_directory_cannot_be_written(write_recipe, tmp_path, in_tmp, place):
    recipe = write_recipe(("generator = networks", "raise RuntimeError\n    generator = networks"))
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="Cannot write to the directory"):
        run(recipe, **{place: tmp_path / "file" / "x"})


def test_a_run_directory_in_use_is_refused_before_the_build(write_recipe, tmp_path, in_tmp):
    recipe = write_recipe(("generator = networks", "raise RuntimeError\n    generator = networks"))
    with pytest.raises(ValueError, match="not empty"):
        run(recipe, run_dir=tmp_path)


def test_a_broken_training_is_neither_saved_as_final_nor_exported(recipe, in_tmp):
    with pytest.raises(FloatingPointError, match="Last state saved before: none"):
        run(recipe, "learning_rate=1e38")
    run_dir = in_tmp / "runs/small"
    assert (run_dir / "config.json").exists()
    assert not list(run_dir.rglob("*.keras"))
    assert not (in_tmp / "saved_models").exists()


def test_an_evaluator_name_comes_once(write_recipe, in_tmp):
    recipe = write_recipe(("evaluators=[Mean()]", "evaluators=[Mean(), Mean()]"))
    with pytest.raises(ValueError, match="'mean' twice"):
        run(recipe, "epochs=1")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("return Experiment(", "return dict(", "returning dict"),
        ("trainer.compile(", "print(", "not compiled"),
    ],
)
def test_a_recipe_that_builds_something_else_is_refused(write_recipe, in_tmp, old, new, message):
    with pytest.raises(ValueError, match=message):
        run(write_recipe((old, new)))
    assert not (in_tmp / "runs").exists()


@pytest.mark.parametrize(
    ("override", "message"), [("epochs=0", "epochs=0"), ("name=../x", "'../x'"), ("name=", "''")]
)
def test_an_experiment_checks_its_fields(recipe, in_tmp, override, message):
    with pytest.raises(ValueError, match=message):
        run(recipe, override)


def test_models_of_other_data_are_no_versions_of_one_another(write_recipe, in_tmp, capsys):
    recipe = write_recipe(
        ('name: str = "small"\n', 'data: str = "a/ring"\n'), ("name=config.name,\n", "\n")
    )
    exported = [run(recipe, "epochs=1", f"data={x}/ring").exported for x in ("a", "b", "b")]
    assert [str(path) for path in exported] == [
        "saved_models/small/1",
        "saved_models/small_ring/1",
        "saved_models/small_ring_2/1",  # of another run
    ]
    assert str(run(recipe, "epochs=1", "data=c/ring").exported) == "saved_models/small_ring_3/1"
    assert "exported as small_ring_3: " in capsys.readouterr().out.replace("note  ", "")


def test_what_evaluators_cannot_judge_is_found_before_the_training(write_recipe, in_tmp):
    docstring = '"""An evaluator."""'
    check = """

    def check(self, generate):
        raise ValueError(f"no points of {generate.modality.shape}")
"""
    recipe = write_recipe((docstring, docstring + check))
    with pytest.raises(ValueError, match=r"'mean' cannot judge .*no points of \(2,\)"):
        run(recipe)
    assert not list(in_tmp.iterdir())
