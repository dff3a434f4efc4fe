"""Conditions in the clients: by key, by name with the model card, and what is refused."""

import json
import os

import numpy as np
import pytest
import rounds

from tfgan_suite.serving import RestClient
from tfgan_suite.serving.card_conditions import CardConditions, read_card

CARD = {
    "signatures": {
        "serving_default": {
            "inputs": {
                "labels": {"dtype": "int64", "shape": [None]},
                "attributes": {"dtype": "float32", "shape": [None, 3]},
                "depth": {"dtype": "int64", "shape": [None, 2]},
            }
        }
    },
    "conditions": {
        "labels": {"shape": [], "names": ["cat", "dog", "owl"]},
        "attributes": {"shape": [3], "names": ["Glasses", "Male", "Smiling"]},
        "depth": {"shape": [2], "names": None},
    },
}


@pytest.fixture
def known():
    return CardConditions(CARD)


@pytest.mark.parametrize(
    ("key", "values", "expected"),
    [
        ("labels", ["owl", "cat"], [2, 0]),
        ("labels", [2, 0], [2, 0]),
        ("labels", "dog", [1, 1]),
        ("labels", 1, [1, 1]),
        ("attributes", [{"Smiling": 1}, {"Male": 1, "Smiling": 0}], [[0, 0, 1], [0, 1, 0]]),
        ("attributes", {"Glasses": 1}, [[1, 0, 0], [1, 0, 0]]),
        ("attributes", [[1, 0, 1], [0, 0, 0]], [[1, 0, 1], [0, 0, 0]]),
        ("depth", [[1, 2], [3, 4]], [[1, 2], [3, 4]]),
    ],
)
def test_values_and_names(known, key, values, expected):
    array = known.array(key, values, rows=2)
    assert array.dtype == CARD["signatures"]["serving_default"]["inputs"][key]["dtype"]
    np.testing.assert_array_equal(array, expected)


@pytest.mark.parametrize(
    ("key", "values", "message"),
    [
        ("labels", ["cta"], r"`labels` has the names cat, dog, owl \(did you mean cat\?\)"),
        ("labels", [{"cat": 1}], "`labels` takes one name for each row"),
        ("labels", [0.5], "`labels` must be integers"),
        ("attributes", [{"Smile": 1}], r"Glasses, Male, Smiling \(did you mean Smiling\?\)"),
        ("attributes", ["Male"], r"a number for each of its components: \{'Male': 1\}"),
        ("depth", ["deep"], "the names of its classes or components are not known. Received"),
    ],
)
def test_what_there_is_not(known, key, values, message):
    with pytest.raises(ValueError, match=message):
        known.array(key, values)


@pytest.mark.parametrize(
    ("given", "received"), [({"labels"}, "labels"), ({"labels", "colour"}, "colour, labels")]
)
def test_other_inputs_than_the_cards(known, given, received):
    message = rf"takes `labels` \(cat, dog, owl\), .*`depth`. Received: {received}"
    with pytest.raises(ValueError, match=message):
        known.check_keys("serving_default", given)


@pytest.mark.parametrize(
    ("values", "expected"), [(["a cat", "böse"], [b"a cat", "böse".encode()]), ("a", [b"a", b"a"])]
)
def test_texts(values, expected):
    assert CardConditions({}).array("text", values, rows=2).tolist() == expected


def test_what_is_no_text():
    with pytest.raises(ValueError, match="`text` must be texts. Received: \\[1\\]"):
        CardConditions({}).array("text", [1])


def test_names_without_a_card():
    with pytest.raises(ValueError, match=r"Give the model card: RestClient\(..., card=...\)"):
        RestClient("http://localhost:1", "any").from_seeds([1], labels=["cat"])


def test_dtypes_without_a_card():
    unknown = CardConditions({})
    dtypes = [unknown.array(k, [1]).dtype.name for k in ("labels", "tokens", "attributes", "mask")]
    assert dtypes == ["int64", "int64", "float32", "float32"]


@pytest.mark.parametrize("where", ["dict", "model", "version", "file"])
def test_a_card_is_found(model, where):
    file = model / "1" / "assets.extra" / "model_card.json"
    places = {"dict": json.loads(file.read_text()), "model": model, "version": model / "1"}
    card = read_card(places.get(where, file))
    assert card["conditions"]["labels"]["names"] == ["cat", "dog", "owl"]


def test_no_card(tmp_path):
    with pytest.raises(ValueError, match=f"no model card. Received: card='{tmp_path}'"):
        RestClient("http://localhost:1", "any", card=tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000, "[]", "3", '{"signatures": 3}', '{"signatures": {"a": {}}}',
        '{"conditions": 3}',
        '{"signatures": {"a": {"inputs": {"b": {"dtype": "int64", "shape": 3}}}}}',
    ],
    ids=lambda text: text[:40],
)  # fmt: skip
def test_a_card_that_makes_no_sense(tmp_path, text):
    (tmp_path / "card.json").write_text(text)
    with pytest.raises(ValueError, match="no model card"):
        RestClient("http://localhost:1", "any", card=tmp_path / "card.json")


def test_a_card_that_is_a_pipe(tmp_path):
    os.mkfifo(tmp_path / "card.json")
    with pytest.raises(ValueError, match="no model card.*card.json is no file"):
        read_card(tmp_path / "card.json")


def test_names_over_rest(server, model, trainer):
    client = RestClient(server.url, server.name, card=model)
    images = client.from_seeds(rounds.SEEDS, labels=["cat", "owl", "dog"])
    rounds.close(images, rounds.of_seeds(trainer))


def test_a_condition_that_is_missing_is_described(server, model):
    client = RestClient(server.url, server.name, card=model)
    with pytest.raises(ValueError, match=r"`labels` \(cat, dog, owl\). Received: seeds"):
        client.png([1, 2])
