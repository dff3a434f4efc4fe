"""The conditions of a served generator as its model card describes them: names and dtypes."""

import difflib
import json
import pathlib

import numpy as np

_CARD = pathlib.PurePath("assets.extra", "model_card.json")
# Of requests, where no card says it.
_INTEGERS = ("seeds", "labels", "tokens")


class CardConditions:
    """Turns what a person gives for the inputs of a request into arrays.

    Args:
        card: what `read_card` returns; an empty dict where no card is known. Then names cannot be
            given, and the dtypes are those of the keys that this package uses.
    """

    def __init__(self, card):
        conditions = card.get("interface", {}).get("conditions")
        self._known = None if conditions is None else {c["key"]: c for c in conditions}
        self._dtypes = {
            key: described["dtype"]
            for signature in card.get("signatures", {}).values()
            for key, described in signature["inputs"].items()
        }

    def check_keys(self, given):
        """Raises ValueError unless the conditions given are those of the card, where there is one.

        Args:
            given: set of their keys.
        """
        if self._known is not None and given != set(self._known):
            wanted = ", ".join(map(self._described, self._known)) or "no condition"
            raise ValueError(
                f"The generator takes {wanted}. Received: {', '.join(sorted(given)) or 'none'}"
            )

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
        if any(isinstance(value, str) for value in listed):
            listed = [self._class_of(key, value) for value in listed]
        elif any(isinstance(value, dict) for value in listed):
            listed = [self._row_of(key, value) for value in listed]
        dtype = self._dtypes.get(key, "int64" if key in _INTEGERS else "float32")
        array = _numbers(key, listed, np.dtype(dtype))
        return np.broadcast_to(array, (rows, *array.shape[1:])) if single and rows else array

    def _names(self, key):
        names = (self._known or {}).get(key, {}).get("names")
        if not names:
            raise ValueError(
                f"`{key}` must be numbers: the names of its classes or components are not known"
                + (". Give the model card: RestClient(..., card=...)" if self._known is None else "")
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
        if self._known[key]["shape"]:
            raise ValueError(
                f"`{key}` takes a number for each of its components: "
                f"{{{name!r}: 1}}. Received: {name!r}"
            )
        return index

    def _row_of(self, key, numbers):
        row = [0.0] * len(self._names(key))
        if not self._known[key]["shape"]:
            raise ValueError(f"`{key}` takes one name for each row. Received: {numbers!r}")
        for name, number in numbers.items():
            row[self._index(key, name)] = number
        return row

    def _described(self, key):
        names = self._known[key].get("names")
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
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"There is no model card. Received: card={str(card)!r}: {error}") from error


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
