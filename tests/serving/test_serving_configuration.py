"""The model that comes with the repository, and the files and commands that serve it."""

import json
import pathlib
import re

import numpy as np
import pytest

from tfgan_suite.export import verify

ROOT = pathlib.Path(__file__).parents[2]
MODELS = ROOT / "saved_models"
COMMITTED = MODELS / "wgan_gp_mnist" / "1"


@pytest.fixture(scope="module")
def card():
    return json.loads((COMMITTED / "assets.extra/model_card.json").read_text())


def test_the_committed_model_is_as_the_contract_says():
    report = verify(COMMITTED)
    assert report.passed, str(report)


def test_the_committed_model_is_small():
    files = [file for file in COMMITTED.rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) < 3 * 2**20


def test_the_card_of_the_committed_model(card):
    assert (card["recipe"], card["step"], card["weights"]) == (
        "wgan_gp_mnist", 1870, "moving average",
    )  # fmt: skip
    assert "mnist" in card["dataset"] and card["licence"]
    judged = card["metrics"]["scores"]["classifier"]
    assert judged["protocol"]["num_samples"] == 2000
    # The figures of the recipe's docstring.
    assert round(judged["mean_confidence"], 3) == 0.850
    assert round(judged["protocol"]["classifier"]["accuracy"], 3) == 0.993


def test_batches_are_no_larger_than_the_graph_takes(card):
    text = (MODELS / "serving/batching.config").read_text()
    largest = int(re.search(r"max_batch_size \{ value: (\d+) \}", text)[1])
    allowed = [int(size) for size in re.findall(r"allowed_batch_sizes: (\d+)", text)]
    assert allowed == sorted(allowed) and allowed[-1] == largest <= card["max_rows"]


def test_models_config():
    config = pytest.importorskip(
        "tensorflow_serving.config.model_server_config_pb2",
        reason="tensorflow-serving-api is not installed: models.config is not parsed",
    )
    from google.protobuf import text_format

    text = (MODELS / "serving/models.config").read_text()
    parsed = text_format.Parse(text, config.ModelServerConfig())
    for model in parsed.model_config_list.config:
        assert (MODELS / pathlib.PurePath(model.base_path).relative_to("/models")).is_dir()


def test_the_page_names_files_that_are_there():
    text = (ROOT / "docs/serving.md").read_text()
    named = re.findall(r"_file=/models/(\S+)", text)
    assert len(named) == 3
    assert all((MODELS / name).is_file() for name in named)


def test_pictures_of_the_committed_model_are_no_constant():
    from tfgan_suite.export.loading import Served

    served = Served(COMMITTED)
    try:
        images = served("from_seed", {"seeds": np.arange(8)})["images"]
    finally:
        served.close()
    assert images.shape == (8, 28, 28, 1) and np.abs(images).max() <= 1.0
    assert images.std(axis=0).max() > 0.3
