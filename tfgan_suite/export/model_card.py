"""The model card: what an exported generator is, in one JSON file that goes with it."""

import datetime
import hashlib
import json
import pathlib
import platform

import keras
import numpy as np
import tensorflow as tf

from tfgan_suite.export.signatures import signatures_of
from tfgan_suite.files import read_json, strict
from tfgan_suite.interface import from_json, to_json
from tfgan_suite.sealed_json import seal, unseal
from tfgan_suite.version import __version__

FILE = pathlib.PurePath("assets.extra", "model_card.json")
# What only the one who exports can say; the rest is found.
GIVEN = (
    "recipe", "config", "run", "metrics", "dataset", "licence", "command", "trained_with", "note",
)  # fmt: skip
_SEAL = "card_sha256"  # the key of the card's own sum
_INDENT = 2
_POSITIONS = 16  # of an output, of which an example gives the values
_LARGEST = 4096  # numbers in an example's input


def check_given(given):
    """Raises ValueError for a field that is not in `GIVEN`."""
    unknown = sorted(set(given or {}) - set(GIVEN))
    if unknown:
        raise ValueError(f"A model card has the fields {GIVEN}. Received: {unknown}")


def check_interface(interface):
    """Raises ValueError unless the card of an interface gives it back."""
    written = json.loads(json.dumps(to_json(interface)))
    try:
        again = from_json(written)
        same = _types(again) == _types(interface) and to_json(again) == written
        reason = "" if same else f", of which the card gives back {again!r}"
    except (ValueError, TypeError) as error:
        same, reason = False, f": {error}"
    if not same:
        raise ValueError(
            "What a generator takes and makes is written on the model card by its kind and its "
            "`get_config`: a modality or condition of your own needs a `kind` of its own and a "
            f"config of all its arguments. Received: {interface!r}{reason}"
        )


def _types(interface):
    return [type(part) for part in (interface.source, interface.output, *interface.conditions)]


def interface_of(card):
    """The `Interface` on a card that has one.

    Raises:
        ValueError: if it cannot be read.
    """
    try:
        return from_json(card["interface"])
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(
            f"The interface of the model card cannot be read: {type(error).__name__}: {error}"
        ) from error


def make(path, interface, served, *, generator, given, step, weights, max_rows):
    """Returns the model card of a version that is not published yet, as a dict for JSON.

    Args:
        path: directory of the version, complete but for the card.
        interface: the generator's `Interface`.
        served: the version, as a `Served`.
        generator: its `keras.Model`.
        given: dict of the fields of `GIVEN`; missing ones are null, the licence "unspecified".
        step: updates of the generator so far, or None.
        weights: "moving average" or "as trained".
        max_rows: largest number of rows in a request.
    """
    given = {"licence": "unspecified", **(given or {})}
    return strict(
        {
            **{field: given.get(field) for field in GIVEN},
            "generator": generator.name,
            "parameters": generator.count_params(),
            "weights": weights,
            "step": step,
            "exported": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "versions": _versions(),
            "max_rows": max_rows,
            "classes": interface.classes,
            "interface": to_json(interface),
            "conditions": {
                condition.key: {"shape": list(condition.row), "names": condition.names}
                for condition in interface.conditions
            },
            "signatures": {
                name: _signature(name, signature.fields, served)
                for name, signature in signatures_of(interface).items()
            },
            "sha256": checksums(path),
        }
    )


def write(path, card):
    """Writes the card, sealed, into the directory of a version that is not published yet."""
    content = {key: value for key, value in card.items() if key != _SEAL}
    (pathlib.Path(path) / FILE).write_bytes(seal(content, _SEAL, _INDENT))


def check_seal(path):
    """The card's own SHA-256, or None of a card of an earlier version, which had none.

    It stands for the whole export: the card has the sums of all other files.

    Raises:
        ValueError: if the card is not as it was written.
    """
    if _SEAL not in read(path):
        return None
    try:
        return unseal((pathlib.Path(path) / FILE).read_bytes(), _SEAL, _INDENT)[_SEAL]
    except ValueError as error:
        raise ValueError(f"{FILE} was changed after the export: {error}") from error


def read(path):
    """Returns the card of a version.

    Raises:
        ValueError: if it is missing, no JSON object, or has no checksums.
    """
    file = pathlib.Path(path) / FILE
    try:
        card = read_json(file)
    except (OSError, ValueError) as error:
        raise ValueError(f"{FILE} cannot be read: {error}") from error
    if not isinstance(card, dict) or not isinstance(card.get("sha256"), dict):
        raise ValueError(f"{FILE} is no model card: it has no object `sha256`")
    return card


def checksums(path):
    """SHA-256 of every file of a version but the card itself, by its path within."""
    path = pathlib.Path(path)
    files = sorted(file for file in path.rglob("*") if file.is_file())
    names = {file.relative_to(path).as_posix(): file for file in files}
    names.pop(FILE.as_posix(), None)
    return {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in names.items()}


def summarize(array):
    """What an example says of an output: its shape, and values at evenly spaced positions."""
    if array.dtype == object:
        return {"shape": list(array.shape)}
    flat = array.reshape(-1)
    positions = np.unique(np.linspace(0, flat.size - 1, _POSITIONS).astype(int))
    return {"shape": list(array.shape), "positions": positions, "values": flat[positions]}


def example_inputs(described):
    """Arrays by key of an example's inputs, as the card describes them."""
    arrays = {}
    for key, item in described.items():
        value = _array(item["value"], item["dtype"])
        arrays[key] = np.broadcast_to(value, item["shape"]).copy()
    return arrays


def _array(value, dtype):
    if dtype != "string":
        return np.asarray(value, np.dtype(dtype))
    return np.array([text.encode() for text in value], object)


def _jsonable(array):
    return [text.decode() for text in array] if array.dtype == object else array


def _signature(name, fields, served):
    arrays = {field.key: field.example(2) for field in fields}
    described = {}
    for field in fields:
        array = arrays[field.key]
        if array.size > _LARGEST:
            array = arrays[field.key] = np.full_like(array, array.flat[0])
        value = array.flat[0] if array.size > _LARGEST else _jsonable(array)
        described[field.key] = {"dtype": field.dtype, "shape": list(array.shape), "value": value}
    made = served(name, arrays)
    return {
        "inputs": {f.key: {"dtype": f.dtype, "shape": [None, *f.row]} for f in fields},
        "example": {
            "inputs": described,
            "outputs": {key: summarize(array) for key, array in made.items()},
        },
    }


def _versions():
    return {
        "python": platform.python_version(),
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
        "tfgan_suite": __version__,
    }
