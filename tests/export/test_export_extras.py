"""Warm-up requests, the model card, and what other loaders make of an export."""

import hashlib
import json
import subprocess
import sys

import c_api
import keras
import numpy as np
import pytest
import served_kinds as kinds
import tensorflow as tf

from tfgan_suite.conditions import Labels
from tfgan_suite.export import export, exporting, loading, warmup
from tfgan_suite.latents import LatentPrior

CARD = "assets.extra/model_card.json"


@pytest.fixture(scope="module")
def trainer():
    return kinds.of_pictures()


@pytest.fixture(scope="module")
def version(trainer, tmp_path_factory):
    given = {"recipe": "r", "config": {"a": 1}, "licence": "MIT", "metrics": {"fid": 1.5}}
    return export(trainer, tmp_path_factory.mktemp("extras") / "model", card=given)


@pytest.fixture(scope="module")
def served(version):
    model = loading.Served(version)
    yield model
    model.close()


@pytest.fixture(scope="module")
def card(version):
    return json.loads((version / CARD).read_text())


def test_every_signature_is_warmed_up(version):
    requests = warmup.read(version)
    assert {name for name, _ in requests} == {"serving_default", "from_seed", "truncated", "png"}
    for name, inputs in requests:
        assert len(c_api.read_graph(version).signature_def[name].inputs) == len(inputs)


def test_nothing_is_published_that_fails_its_warm_up(trainer, tmp_path, monkeypatch):
    def write(path, signatures):
        warmup_write(path, {"from_seeds": signatures["from_seed"]})

    warmup_write = warmup.write
    monkeypatch.setattr(exporting.warmup, "write", write)
    with pytest.raises(RuntimeError, match="rehearsal.*from_seeds"):
        export(trainer, tmp_path / "model")
    assert list((tmp_path / "model").iterdir()) == []


def test_the_card_says_what_was_given(card):
    assert (card["recipe"], card["config"], card["licence"]) == ("r", {"a": 1}, "MIT")
    assert card["metrics"] == {"fid": 1.5} and card["dataset"] is None


def test_the_card_says_what_was_found(card, trainer):
    assert card["parameters"] == trainer.generator.count_params()
    assert card["versions"]["tensorflow"] == tf.__version__
    assert (card["weights"], card["max_rows"], card["classes"]) == ("as trained", 1024, None)


def test_the_card_has_the_sha_256_of_the_variables(card, version):
    name = "variables/variables.data-00000-of-00001"
    assert card["sha256"][name] == hashlib.sha256((version / name).read_bytes()).hexdigest()
    assert {"saved_model.pb", "variables/variables.index"} <= set(card["sha256"])


def test_the_cards_examples_are_the_generators(card, trainer):
    example = card["signatures"]["from_seed"]["example"]
    seeds = np.array(example["inputs"]["seeds"]["value"])
    images = kinds.expected(trainer, {"seeds": seeds})
    expected = example["outputs"]["images"]
    assert expected["shape"] == list(images.shape)
    found = images.reshape(-1)[expected["positions"]]
    np.testing.assert_allclose(found, expected["values"], rtol=0, atol=1e-5)


def test_an_unknown_field_of_the_card(trainer, tmp_path):
    with pytest.raises(ValueError, match=r"'licence'.*Received: \['license'\]"):
        export(trainer, tmp_path / "model", card={"license": "MIT"})
    assert not (tmp_path / "model").exists()


# --- Requests that are refused within the graph ------------------------------------------------


@pytest.mark.parametrize(
    ("signature", "inputs", "message"),
    [
        ("serving_default", {"latents": np.full((2, 4), np.nan, np.float32)}, "must be finite"),
        ("serving_default", {"latents": np.zeros((2, 5), np.float32)}, "latents"),
        ("from_seed", {"seeds": np.zeros(0, np.int64)}, "from 1 to 1024 rows"),
        ("from_seed", {"seeds": np.zeros(1025, np.int64)}, "from 1 to 1024 rows"),
        ("from_seed", {"seeds": np.zeros((2, 1), np.int64)}, "seeds"),
        (
            "truncated",
            {"latents": np.zeros((2, 4), np.float32), "psi": np.array([0, 2], np.float32)},
            r"`psi` must be in \[0, 1\]",
        ),
        (
            "truncated",
            {"latents": np.zeros((2, 4), np.float32), "psi": np.ones(1, np.float32)},
            "`psi` must have as many rows as `latents`",
        ),
    ],
)
def test_a_wrong_request_is_refused_by_name(served, signature, inputs, message):
    with pytest.raises(RuntimeError, match=message):
        served(signature, inputs)


def test_the_rows_that_are_wrong_are_named(served):
    latents = np.zeros((9, 4), np.float32)
    latents[[3, 7], 1] = np.inf
    with pytest.raises(RuntimeError, match=r"\[3 7\]"):
        served("serving_default", {"latents": latents})


@pytest.mark.parametrize(
    ("signature", "inputs", "message"),
    [
        ("from_seeds", {"seeds": np.arange(2)}, "no signature 'from_seeds'"),
        ("from_seed", {"seed": np.arange(2)}, r"takes \['seeds'\]"),
        ("from_seed", {"seeds": np.arange(2, dtype=np.int32)}, "`seeds` must be int64"),
    ],
)
def test_a_request_that_does_not_fit_its_signature(served, signature, inputs, message):
    with pytest.raises(ValueError, match=message):
        served(signature, inputs)


def test_the_number_of_rows_can_be_set(trainer, tmp_path):
    version = export(trainer, tmp_path, max_rows=2000)
    seeds = np.arange(1500)
    assert len(c_api.run(version, "from_seed", {"seeds": seeds})["images"]) == 1500


@pytest.mark.parametrize("max_rows", [0, 3, 8.0, True])
def test_a_number_of_rows_that_is_none(trainer, tmp_path, max_rows):
    with pytest.raises(ValueError, match="Received: max_rows="):
        export(trainer, tmp_path, max_rows=max_rows)


def test_pixels_far_outside_are_no_image(tmp_path):
    version = export(kinds.translator(), tmp_path)
    images = np.full((1, 8, 8, 3), 255.0, np.float32)
    with pytest.raises(RuntimeError, match="`images` must be finite and in"):
        c_api.run(version, "serving_default", {"images": images})


# --- Classes ----------------------------------------------------------------------------------


def _shown_labels():
    """A generator whose labels no embedding looks up."""
    latents, labels = keras.Input((kinds.DIM,)), keras.Input((1,), dtype="int32")
    x = keras.layers.Multiply()([latents, keras.layers.Rescaling(1.0)(labels)])
    return keras.Model([latents, labels], keras.layers.Dense(2)(x))


def test_an_unknown_number_of_classes(tmp_path, make_trainer):
    trainer = make_trainer()
    trainer.generator, trainer.latent_prior = _shown_labels(), LatentPrior(kinds.DIM)
    with pytest.raises(ValueError, match=r"condition=Labels\(classes\)"):
        export(trainer, tmp_path)


@pytest.mark.parametrize(("declared", "asked"), [(2, None), (5, 2)])
def test_a_given_number_of_classes(tmp_path, declared, asked):
    part = kinds.with_latents(_shown_labels(), conditions=Labels(declared))
    version = export(part, tmp_path, classes=asked)
    with pytest.raises(RuntimeError, match=r"`labels` must be in \[0, 2\)"):
        c_api.run(version, "from_seed", {"seeds": np.arange(1), "labels": np.array([2])})


def test_one_hot_labels_of_another_number_of_classes(tmp_path):
    with pytest.raises(ValueError, match="classes=4 for an input of shape"):
        export(kinds.of_one_hot(), tmp_path, classes=4)


def test_classes_of_a_generator_without_labels(tmp_path, trainer):
    with pytest.raises(ValueError, match="takes no labels. Received: classes=4"):
        export(trainer, tmp_path, classes=4)


# --- Other loaders ----------------------------------------------------------------------------


def test_keras_tfsm_layer(version, trainer):
    layer = keras.layers.TFSMLayer(str(version), call_endpoint="from_seed")
    images = layer(tf.constant([3, 4], tf.int64))["images"]
    expected = kinds.expected(trainer, {"seeds": np.array([3, 4])})
    np.testing.assert_allclose(images, expected, rtol=0, atol=1e-5)


def test_saved_model_load_of_every_signature(version, trainer):
    loaded = tf.saved_model.load(version)
    for name in ("serving_default", "from_seed", "truncated"):
        request = kinds.requests(trainer, name, 3)
        tensors = {key: tf.constant(value) for key, value in request.items()}
        images = loaded.signatures[name](**tensors)["images"]
        np.testing.assert_allclose(images, kinds.expected(trainer, request), rtol=0, atol=1e-5)


# --- Converters, where they are installed -------------------------------------------------------


@pytest.fixture
def latents_and_images(trainer):
    """A request of latents, and what the generator makes of it."""
    request = kinds.requests(trainer, "serving_default", 3)
    return request["latents"], kinds.expected(trainer, request)


def test_openvino(version, latents_and_images):
    openvino = pytest.importorskip("openvino", reason="openvino is not installed")
    latents, expected = latents_and_images
    # Without the hint OpenVINO computes in bfloat16 where the CPU can.
    hint = {"INFERENCE_PRECISION_HINT": "f32"}
    compiled = openvino.compile_model(openvino.convert_model(version), "CPU", hint)
    (images,) = compiled({"latents": latents}).values()
    np.testing.assert_allclose(images, expected, rtol=0, atol=1e-5)


def test_onnx(version, latents_and_images, tmp_path):
    pytest.importorskip("tf2onnx", reason="tf2onnx is not installed")
    onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    latents, expected = latents_and_images
    file = str(tmp_path / "generator.onnx")
    # In a process of its own: the converter is written for a TensorFlow of graphs.
    command = [sys.executable, "-m", "tf2onnx.convert", "--saved-model", str(version)]
    options = ["--signature_def", "serving_default", "--opset", "18", "--output", file]
    subprocess.run([*command, *options], check=True, capture_output=True)
    (images,) = onnxruntime.InferenceSession(file).run(None, {"latents": latents})
    np.testing.assert_allclose(images, expected, rtol=0, atol=1e-5)


def test_litert(version, latents_and_images):
    interpreter = pytest.importorskip(
        "ai_edge_litert.interpreter", reason="ai-edge-litert is not installed"
    )
    latents, expected = latents_and_images
    converter = tf.lite.TFLiteConverter.from_saved_model(
        str(version), signature_keys=["serving_default"]
    )
    runner = interpreter.Interpreter(model_content=converter.convert())
    images = runner.get_signature_runner("serving_default")(latents=latents)["images"]
    np.testing.assert_allclose(images, expected, rtol=0, atol=1e-5)
