"""`verify` passes what `export` writes, and names what is damaged."""

import json
import shutil

import keras
import numpy as np
import pytest
import served_kinds as kinds
import tensorflow as tf
from forging import reseal, rewrite_graph

from tfgan_suite import CycleGAN
from tfgan_suite.cli import main
from tfgan_suite.experiment.exporting import export_all
from tfgan_suite.export import export, messages, verify

WARMUP = "assets.extra/tf_serving_warmup_requests"
CARD = "assets.extra/model_card.json"
DATA = "variables/variables.data-00000-of-00001"


@pytest.fixture(scope="module")
def trainer():
    return kinds.of_labels()


@pytest.fixture(scope="module")
def sound(trainer, tmp_path_factory):
    return export(trainer, tmp_path_factory.mktemp("verify") / "model")


@pytest.fixture
def copy(sound, tmp_path):
    """A copy of the sound model: its version 1."""
    return shutil.copytree(sound.parent, tmp_path / "model") / "1"


def failures(path, **options):
    """Names of the checks that fail, with what they say."""
    report = verify(path, **options)
    assert report.passed == (not report.failures)
    return {check.name: check.detail for check in report.failures}


def flip(file, position=-10):
    data = bytearray(file.read_bytes())
    data[position] ^= 0xFF
    file.write_bytes(data)


def test_a_sound_model_passes(sound, trainer):
    report = verify(sound, against=trainer)
    assert report.passed, str(report)
    assert {check.status for check in report.checks} == {"pass"}


def test_a_model_is_its_largest_version(sound):
    assert verify(sound.parent).path == sound


def test_without_a_trainer_the_agreement_is_not_checked(sound):
    skipped = [check.name for check in verify(sound).checks if check.status == "skip"]
    assert skipped == ["agreement"]


@pytest.fixture(scope="module")
def directions(tmp_path_factory):
    """A trainer with two translators, and the models of both by their endings."""
    networks = [kinds.translator().generator for _ in range(2)]
    for weight in networks[1].weights:
        weight.assign(0.5 * weight.value)
    images = keras.Input((8, 8, 3))
    judges = [keras.Model(images, keras.layers.Conv2D(1, 3)(images)) for _ in range(2)]
    trainer = CycleGAN(*networks, *judges, seed=1)
    return trainer, export_all(trainer, tmp_path_factory.mktemp("directions") / "art")


@pytest.mark.parametrize("ending", ["a_to_b", "b_to_a"])
def test_each_direction_agrees_with_its_translator(directions, ending):
    trainer, versions = directions
    report = verify(versions[ending], against=trainer)
    assert report.passed, str(report)
    assert {check.status for check in report.checks} == {"pass"}


def test_a_direction_does_not_agree_with_the_other(directions, tmp_path):
    trainer, versions = directions
    version = shutil.copytree(versions["a_to_b"].parent, tmp_path / "art_b_to_a") / "1"
    assert list(failures(version, against=trainer)) == ["agreement"]


def test_a_model_whose_name_tells_no_direction(directions, tmp_path):
    trainer, versions = directions
    shutil.copytree(versions["a_to_b"].parent, tmp_path / "art")
    message = r"CycleGAN has several .* end with .*\(_a_to_b, _b_to_a\).* Received: 'art'"
    with pytest.raises(ValueError, match=message):
        verify(tmp_path / "art", against=trainer)
    assert verify(tmp_path / "art").passed


# --- Files ------------------------------------------------------------------------------------


def test_missing_variables(copy):
    shutil.rmtree(copy / "variables")
    found = failures(copy)
    assert "variables" in found["structure"] and DATA in found["checksums"]
    assert "variables" in found and "resource" in found["warm-up"]  # it loads, and fails when asked


@pytest.mark.parametrize("file", [DATA, "saved_model.pb", WARMUP])
def test_a_flipped_byte(copy, file):
    flip(copy / file)
    assert file in failures(copy)["checksums"]


def test_a_flipped_byte_of_a_weight_is_found_without_the_card(copy):
    flip(copy / DATA, position=20)
    reseal(copy)
    found = failures(copy)
    assert found.keys() & {"variables", "loading"}


def test_another_weight_is_found_without_the_checksums(copy, trainer):
    other = kinds.of_labels()
    other.generator.set_weights([1.01 * w for w in trainer.generator.get_weights()])
    version = export(other, copy.parent)
    shutil.copy(copy / CARD, version / CARD)
    reseal(version)
    assert "differs from the card" in failures(version)["examples"]
    assert "differs from the trainer" in failures(version, against=trainer)["agreement"]


def test_a_bad_warm_up_record(copy):
    with tf.io.TFRecordWriter(str(copy / WARMUP)) as writer:
        tensors = {"seeds": tf.make_tensor_proto(np.arange(2))}
        writer.write(messages.prediction_log("from_seed", tensors))
    reseal(copy)
    assert "record 0 (from_seed)" in failures(copy)["warm-up"]


@pytest.mark.parametrize("record", [b"no message", b""])
def test_a_warm_up_record_that_is_no_request(copy, record):
    with tf.io.TFRecordWriter(str(copy / WARMUP)) as writer:
        writer.write(record)
    assert "record 0" in failures(copy)["warm-up"]


def test_a_warm_up_file_cut_short(copy):
    data = (copy / WARMUP).read_bytes()
    (copy / WARMUP).write_bytes(data[:-3])
    assert "record" in failures(copy)["warm-up"]


def test_a_warm_up_that_forgets_a_signature(copy):
    (copy / WARMUP).write_bytes(b"")
    assert "png" in failures(copy)["warm-up"]


def test_a_version_that_is_a_file(copy):
    (copy.parent / "2").write_text("")
    assert failures(copy.parent)["versions"].startswith("version 2 is a file")


def test_an_extra_numeric_folder(copy):
    (copy.parent / "007").mkdir()
    assert failures(copy)["versions"].startswith("version 007 has no saved_model.pb")


def test_the_same_version_twice(copy):
    shutil.copytree(copy, copy.parent / "01")
    assert "same version" in failures(copy)["versions"]


def test_a_numeric_folder_within_the_version(copy):
    (copy / "2").mkdir()
    assert failures(copy)["structure"].endswith("2")


def test_a_name_that_no_server_loads(sound, tmp_path):
    path = shutil.copytree(sound, tmp_path / "first")
    assert "'first'" in failures(path)["versions"]


def test_a_model_without_a_card(copy):
    (copy / CARD).unlink()
    report = verify(copy)
    failed = {check.name for check in report.failures}
    assert failed == {"structure", "model card"}
    assert {c.name for c in report.checks if c.status == "skip"} >= {"checksums", "examples"}


def test_a_card_that_lacks_a_field(copy):
    card = json.loads((copy / CARD).read_text())
    del card["licence"], card["card_sha256"]
    (copy / CARD).write_text(json.dumps(card))
    assert "licence" in failures(copy)["model card"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("licence", "CC0"), ("recipe", "other"), ("metrics", {"scores": {"fid": 0.0}}), ("note", "")],
)
def test_a_card_that_somebody_has_changed(copy, field, value):
    card = json.loads((copy / CARD).read_text())
    card[field] = value
    (copy / CARD).write_text(json.dumps(card, indent=2) + "\n")
    assert "changed after the export" in failures(copy)["model card"]


def test_an_entry_twice_in_a_card(copy):
    text = (copy / CARD).read_text()
    (copy / CARD).write_text(text.replace("{", '{\n  "licence": "CC0",', 1))
    assert "changed after the export" in failures(copy)["model card"]


def test_a_card_of_an_earlier_version_has_no_sum_and_it_is_said(copy):
    card = json.loads((copy / CARD).read_text())
    del card["card_sha256"]
    (copy / CARD).write_text(json.dumps(card))
    report = verify(copy)
    assert report.passed, str(report)
    assert "nothing vouches for the card" in str(report)


def test_a_card_that_makes_no_sense(copy):
    card = json.loads((copy / CARD).read_text())
    card["max_rows"] = None
    (copy / CARD).write_text(json.dumps(card))
    assert failures(copy)["refusals"].startswith("TypeError")


# --- Graph ------------------------------------------------------------------------------------


def test_an_unreadable_graph(copy):
    (copy / "saved_model.pb").write_bytes(b"\xff\xff")
    assert "cannot be read" in failures(copy)["tags"]


def test_another_tag(copy):
    rewrite_graph(copy, lambda saved: saved.meta_graphs[0].meta_info_def.tags.append("gpu"))
    assert "gpu" in failures(copy)["tags"]


def test_a_missing_signature(copy):
    rewrite_graph(copy, lambda saved: saved.meta_graphs[0].signature_def.pop("png"))
    assert failures(copy)["signatures"].startswith("png: missing")


def test_another_key(copy):
    def rename(saved):
        inputs = saved.meta_graphs[0].signature_def["from_seed"].inputs
        inputs["seed"].CopyFrom(inputs.pop("seeds"))

    rewrite_graph(copy, rename)
    assert failures(copy)["signatures"].startswith("from_seed")


def test_a_fixed_batch_size(copy):
    def fix(saved):
        info = saved.meta_graphs[0].signature_def["from_seed"].inputs["seeds"]
        info.tensor_shape.dim[0].size = 4

    rewrite_graph(copy, fix)
    assert "`seeds`" in failures(copy)["shapes"]


def test_another_dtype(copy):
    def change(saved):
        info = saved.meta_graphs[0].signature_def["from_seed"].outputs["images"]
        info.dtype = tf.float16.as_datatype_enum

    rewrite_graph(copy, change)
    assert "`images` is float16" in failures(copy)["dtypes"]


# --- Models that were not exported by this package ------------------------------------------


def _save(path, function, spec, variables=()):
    module = tf.Module()
    module.kept = list(variables)
    module.function = tf.function(function, input_signature=[spec])
    tf.saved_model.save(module, path, signatures={"serving_default": module.function})
    return path


LATENTS = tf.TensorSpec([None, 2], tf.float32, name="latents")


def test_random_numbers(tmp_path):
    def noisy(latents):
        return {"images": latents + tf.random.normal(tf.shape(latents))}

    found = failures(_save(tmp_path / "1", noisy, LATENTS))
    assert "RandomStandardNormal" in found["operations"]


def test_an_assignment(tmp_path):
    counter = tf.Variable(0.0)

    def counting(latents):
        return {"images": latents + counter.assign_add(1.0)}

    found = failures(_save(tmp_path / "1", counting, LATENTS, [counter]))
    assert "AssignAddVariableOp" in found["operations"]


def test_weights_stored_twice(tmp_path):
    kernel, copy = tf.Variable(tf.ones([2, 400])), tf.Variable(tf.ones([2, 400]))

    def made(latents):
        return {"images": latents @ kernel}

    found = failures(_save(tmp_path / "1", made, LATENTS, [kernel, copy]))
    assert "6,400 bytes stored" in found["size"] and "3,200 of weights" in found["size"]


def test_weights_as_constants(tmp_path):
    kernel = tf.random.stateless_normal([2, 40_000], [0, 0])

    def made(latents):
        return {"images": latents @ kernel}

    assert "of constants" in failures(_save(tmp_path / "1", made, LATENTS))["size"]


def test_keras_export_is_not_the_contract(tmp_path):
    latents = keras.Input((2,))
    generator = keras.Model(latents, keras.layers.Dense(2)(latents))
    generator.export(tmp_path / "1", verbose=False)
    assert "signatures" in failures(tmp_path / "1")


# --- Command line -----------------------------------------------------------------------------


def test_the_command_passes(sound, capsys):
    assert main(["verify", str(sound)]) == 0
    said = capsys.readouterr().out
    assert "pass  signatures" in said and "passed" in said and "skip  agreement" in said


def test_the_command_fails(copy, capsys):
    flip(copy / DATA)
    assert main(["verify", str(copy)]) == 1
    said = capsys.readouterr().out
    assert "fail  checksums" in said and DATA in said and "FAILED" in said


@pytest.mark.parametrize("name", ["none", "."])
def test_the_command_where_there_is_no_model(tmp_path, capsys, name):
    assert main(["verify", str(tmp_path / name)]) == 2
    assert capsys.readouterr().err.startswith("error: There is no")
