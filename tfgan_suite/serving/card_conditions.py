"""The conditions of a served generator as its model card describes them: names and dtypes."""

import difflib
import json
import math
import pathlib

import numpy as np

from tfgan_suite.serving.errors import BadAnswerError

_CARD = pathlib.PurePath("assets.extra", "model_card.json")
_AROUND = 1000  # signs of an answer around its values: keys, other parts
# Of requests, where no card says it.
_DTYPES = {"seeds": "int64", "labels": "int64", "tokens": "int64", "text": "string"}


class CardConditions:
    """Turns what a person gives for the inputs of a request into arrays.

    Args:
        card: what `read_card` returns; an empty dict where no card is known. Then names cannot be
            given, and the dtypes are those of the keys that this package uses.
    """

    def __init__(self, card):
        self._has_card = bool(card)
        try:
            self._read(card)
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(
                f"That is no model card, or a damaged one: {type(error).__name__}: {error}"
            ) from error

    def _read(self, card):
        signatures = card.get("signatures", {}).items()
        self._conditions = dict(card.get("conditions", {}))
        self._inputs = {name: dict(signature["inputs"]) for name, signature in signatures}
        self._examples = {
            name: dict(signature.get("example", {}).get("outputs", {}))
            for name, signature in signatures
        }
        described = [item for inputs in self._inputs.values() for item in inputs.items()]
        self._dtypes = _DTYPES | {key: item["dtype"] for key, item in described}
        for item in (*self._inputs.values(), *self._examples.values()):
            for described in item.values():
                if not isinstance(described["shape"], list):
                    raise TypeError("`shape` is no list")

    def check_keys(self, signature, given):
        """Raises ValueError unless a request has the inputs that the card says.

        Args:
            signature: name of the signature; one that the card has not is for the server to refuse.
            given: set of the keys of the inputs.
        """
        wanted = self._inputs.get(signature)
        if wanted is not None and given != set(wanted):
            raise ValueError(
                f"{signature} takes {', '.join(map(self._described, wanted))}. "
                f"Received: {', '.join(sorted(given))}"
            )

    def row_of_output(self, signature, key):
        """The shape of one row of an output; None where no card says it, or it is free.

        Raises:
            ServingError: if the card knows the signature, and no such output of it.
        """
        outputs = self._examples.get(signature)
        if not outputs:
            return None
        if key not in outputs:
            raise BadAnswerError(f"{signature} gives {', '.join(outputs)}, and {key!r} came")
        free = any(None in item["shape"][1:] for item in self._inputs[signature].values())
        return None if free else outputs[key]["shape"][1:]

    def most_values(self, signature, rows):
        """How many values and lists an answer in JSON has at most; None where no card says it.

        Args:
            signature: its name.
            rows: of the request; None where it is not known.
        """
        outputs = self._examples.get(signature)
        if not outputs or rows is None:
            return None
        count = 0
        for key, output in outputs.items():
            row = self.row_of_output(signature, key)
            if row is None or "values" not in output:  # of any size: files, texts
                return None
            # Each level of lists has the numbers of those above it times its own.
            count += rows * sum(math.prod(row[:depth]) for depth in range(len(row) + 1))
        return 2 * count + _AROUND  # a comma and a bracket for each

    def array(self, key, values, rows=None):
        """The array of an input.

        Args:
            key: of the input.
            values: numbers, `[N, ...]`; for a condition whose classes have names also a list of N
                names; for one whose components have names also a list of N dicts from names to
                numbers, in which those that are left out are 0. One number, name or dict is for all
                rows.
            rows: N, where it is known.

        Raises:
            ValueError: if they are something else, or there is no such name.
        """
        single = isinstance(values, (str, dict)) or np.ndim(values) == 0
        listed = [values] if single else values
        dtype = self._dtypes.get(key, "float32")
        if dtype == "string":
            listed = _texts(key, listed)
        elif any(isinstance(value, str) for value in listed):
            listed = [self._class_of(key, value) for value in listed]
        elif any(isinstance(value, dict) for value in listed):
            listed = [self._row_of(key, value) for value in listed]
        array = listed if dtype == "string" else _numbers(key, listed, np.dtype(dtype))
        return np.broadcast_to(array, (rows, *array.shape[1:])) if single and rows else array

    def _names(self, key):
        names = self._conditions.get(key, {}).get("names")
        if not names:
            raise ValueError(
                f"`{key}` must be numbers: the names of its classes or components are not known"
                ". Received: a name"
                + ("" if self._has_card else ". Give the model card: RestClient(..., card=...)")
            )
        return names

    def _index(self, key, name):
        names = self._names(key)
        if name not in names:
            near = difflib.get_close_matches(str(name), names, n=1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            raise ValueError(
                f"`{key}` has the names {', '.join(names)}{hint}. Received: {name!r}"
            )
        return names.index(name)

    def _class_of(self, key, name):
        index = self._index(key, name)
        if self._conditions[key]["shape"]:
            raise ValueError(
                f"`{key}` takes a number for each of its components: "
                f"{{{name!r}: 1}}. Received: {name!r}"
            )
        return index

    def _row_of(self, key, numbers):
        row = [0.0] * len(self._names(key))
        if not self._conditions[key]["shape"]:
            raise ValueError(f"`{key}` takes one name for each row. Received: {numbers!r}")
        for name, number in numbers.items():
            row[self._index(key, name)] = number
        return row

    def _described(self, key):
        names = self._conditions.get(key, {}).get("names")
        return f"`{key}` ({', '.join(names)})" if names else f"`{key}`"


def read_card(card):
    """The model card as a dict.

    Args:
        card: a dict as it is in `model_card.json`; the path of that file, of the directory of a
            version, or of a model (of which the largest version counts); None for an empty one.

    Raises:
        ValueError: if there is no card.
    """
    if card is None or isinstance(card, dict):
        return card or {}
    path = pathlib.Path(card)
    if path.is_dir():
        versions = [child for child in path.iterdir() if child.name.isdigit()]
        path = max(versions, key=lambda child: int(child.name), default=path) / _CARD
    try:
        if not path.is_file():  # a pipe would be waited for
            raise ValueError(f"{path.name} is no file")
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict):
            raise ValueError("it is no JSON object")
        return found
    except (OSError, ValueError, RecursionError) as error:
        raise ValueError(
            f"There is no model card. Received: card={str(card)!r}: {error}"
        ) from error


def _texts(key, values):
    if not all(isinstance(value, (str, bytes)) for value in values):
        raise ValueError(f"`{key}` must be texts. Received: {values!r}")
    texts = np.empty(len(values), object)
    texts[:] = [value.encode() if isinstance(value, str) else value for value in values]
    return texts


def _numbers(key, values, dtype):
    array = np.asarray(values)
    if np.issubdtype(dtype, np.integer):
        if array.size and (array.dtype.kind not in "iu" or int(array.max()) >= 2**63):
            raise ValueError(
                f"`{key}` must be integers that fit 64 bits. Received: {array.dtype}, {values!r}"
            )
    elif array.dtype.kind not in "fiub":
        raise ValueError(f"`{key}` must be numbers. Received: {array.dtype}")
    return array.astype(dtype)
