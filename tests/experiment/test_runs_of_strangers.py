"""Runs that somebody else has made: nothing of them is executed, nothing outside is written."""

import json
import os
import pathlib
import random
import shutil

import fuzzing
import keras
import pytest

from tfgan_suite import trainers
from tfgan_suite.experiment import commands
from tfgan_suite.experiment.restoring import restore
from tfgan_suite.experiment.run_directory import RunDirectory
from tfgan_suite.export import verify


@pytest.fixture
def run(finished, tmp_path):
    """A copy of a finished run, whose recipe would write a file."""
    folder, result = finished
    path = shutil.copytree(folder / result.directory.path, tmp_path / "run")
    with open(path / "recipe.py", "a") as file:
        file.write(f"\nopen({str(tmp_path / 'executed')!r}, 'w').close()\n")
    return path


def test_a_trainer_is_restored_without_its_program(run, tmp_path, in_tmp):
    restored = restore(run)
    assert restored.recipe_name == "small" and restored.card["recipe"] == "small"
    commands.sample(restored, seed=1, to=tmp_path / "samples.png")
    version = commands.publish(restored, to=tmp_path / "model")
    assert verify(version, against=restored).passed
    assert not (tmp_path / "executed").exists()


def test_where_the_program_is_needed_it_is_said_that_it_is_run(run, tmp_path, capsys):
    assert restore(run).config.seed == 3
    assert f"running {run / 'recipe.py'}" in capsys.readouterr().err
    assert (tmp_path / "executed").exists()


def test_a_recipe_that_is_known_needs_no_words(run, monkeypatch, capsys):
    monkeypatch.setattr(
        "tfgan_suite.experiment.run_directory.find_recipes", lambda: {"small": run / "recipe.py"}
    )
    restore(run).recipe  # noqa: B018, which runs it
    assert capsys.readouterr().err == ""


OWN_LAYER = """
@keras.saving.register_keras_serializable("strangers")
class Doubled(keras.layers.Layer):
    def call(self, x):
        return 2.0 * x
"""


def test_a_class_that_only_the_recipe_has_needs_its_program(run, tmp_path, capsys):
    known = {"keras": keras}
    exec(OWN_LAYER, known)
    latents, points = keras.Input((3,)), keras.Input((2,))
    made = keras.layers.Dense(2)(known["Doubled"]()(latents))
    judge = keras.Model(points, keras.layers.Dense(1)(points))
    trainer = trainers.MinimaxGAN(keras.Model(latents, made), judge, 3)
    trainer.compile()
    trainer.save(run / "checkpoints" / "final.keras")
    keras.saving.get_custom_objects().pop("strangers>Doubled")
    with open(run / "recipe.py", "a") as file:
        file.write(OWN_LAYER)
    assert restore(run).trainer.generator.layers[1].name.startswith("doubled")
    assert f"running {run / 'recipe.py'}" in capsys.readouterr().err


def change(run, **values):
    file = run / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | values))


@pytest.mark.parametrize("name", ["../../outside", "/outside", "a/b", "..", "", 3, ["a"]])
def test_a_name_that_is_a_path_exports_nowhere(run, in_tmp, name):
    restored = restore(run)
    change(run, export_name=name)
    with pytest.raises(ValueError, match="Not a run directory.*Received"):
        commands.publish(restored)
    assert not list(in_tmp.rglob("*"))


@pytest.mark.parametrize("where", ["samples", "checkpoints/latest.keras", "metrics.jsonl", "new"])
def test_a_link_that_leads_out_is_refused(run, tmp_path, where):
    path = run / where
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    path.symlink_to(tmp_path)
    with pytest.raises(ValueError, match=f"{where} leads out of it"):
        restore(run)


@pytest.mark.parametrize(
    "name", ["checkpoints/final.keras", "recipe.py", "config.json", "metrics.jsonl"]
)
def test_a_pipe_is_refused(run, name):
    (run / name).unlink()
    os.mkfifo(run / name)
    with pytest.raises(ValueError, match=f"{name} is neither a file nor a folder"):
        restore(run)


def test_a_trainer_that_is_a_pipe_is_none(tmp_path):
    os.mkfifo(tmp_path / "a.keras")
    with pytest.raises(ValueError, match="There is no such.*a.keras"):
        restore(tmp_path / "a.keras")


@pytest.mark.parametrize("text", ["", "[]", "3", "{}", '{"recipe": 3}', "[" * 100_000])
def test_a_record_that_makes_no_sense(run, text):
    (run / "config.json").write_text(text)
    with pytest.raises(ValueError, match=f"Not a run directory.*{run}"):
        restore(run)


@pytest.mark.parametrize("scores", [[], {}, {"scores": 3}, {"scores": {"a": 3}}])
def test_scores_that_make_no_sense(run, scores):
    (run / "evaluation.json").write_text(json.dumps(scores))
    with pytest.raises(ValueError, match="evaluation.json"):
        restore(run).card  # noqa: B018, which reads them


@pytest.mark.parametrize("part", [0.5, 0.8, 0.999])
def test_a_flipped_byte_of_a_trainer_names_the_file(run, part):
    file = run / "checkpoints" / "final.keras"
    data = bytearray(file.read_bytes())
    data[int(part * len(data))] ^= 0xFF
    file.write_bytes(data)
    with pytest.raises(ValueError, match="final.keras cannot be read as a trainer"):
        restore(run)


@fuzzing.cases(150)
def test_any_change_of_a_record_is_read_or_refused_by_name(run, tmp_path, cases):
    sound = (run / "config.json").read_bytes()
    draw, refused = random.Random(0), 0
    for _ in range(cases):
        text = bytearray(sound)
        for _ in range(draw.randint(1, 4)):
            text[draw.randrange(len(text))] = draw.choice(b'{}[]",:0123/.xn\x00\xff ')
        (run / "config.json").write_bytes(text)
        try:
            with fuzzing.time_limit():
                record = RunDirectory(pathlib.Path(run)).read_config()
        except ValueError as error:
            assert str(run) in str(error)
            refused += 1
        else:
            assert "/" not in (record.get("export_name") or "")
    assert 0 < refused < cases
    assert not (tmp_path / "executed").exists()
