"""An exported generator as evaluators call it: through its signatures alone."""

import hashlib
import pathlib

import numpy as np
import tensorflow as tf

from tfgan_suite.admission import load_admitted
from tfgan_suite.callbacks.metric_evaluation import BATCH
from tfgan_suite.conditions import Labels
from tfgan_suite.export import model_card
from tfgan_suite.files import read_json
from tfgan_suite.generation.declared import Declared
from tfgan_suite.generation.given_conditions import checked
from tfgan_suite.interface import Interface
from tfgan_suite.kinds import infer_modality
from tfgan_suite.latents import LatentPrior


def is_exported(path):
    """Whether a path is that of an exported model, or of one of its versions."""
    path = pathlib.Path(path)
    return (path / "saved_model.pb").is_file() or bool(_versions(path))


def _versions(path):
    """The versions below a directory: children with a SavedModel whose name is an integer."""
    if not path.is_dir():
        return []
    return [
        child
        for child in path.iterdir()
        if child.name.isascii() and child.name.isdigit() and (child / "saved_model.pb").is_file()
    ]


class ExportedGenerator(Declared):
    """A SavedModel of this package, or one with such signatures, as a generator to judge.

    Examples come from the signature `from_seed`, whose seeds are made of the seed and the number of
    the example; where there is none, from `serving_default` and latents. What it takes and makes
    its model card says; without a card it is a generator of standard normal latents, which may take
    labels beside them. A generator of classes is asked for each of them equally often unless it is
    told a condition.

    Args:
        path: directory of a version, or of a model: its largest version.

    Raises:
        ValueError: if it cannot be loaded, could do more than compute, or takes no latents.
    """

    folder = None

    def __init__(self, path):
        path = pathlib.Path(path)
        if not (path / "saved_model.pb").is_file():
            path = max(_versions(path), key=lambda child: int(child.name))
        # Held: its variables live as long as it does.
        self._module = load_admitted(path)
        self._signatures = self._module.signatures
        self._card = _read_card(path)
        self._batch = min(BATCH, self._card.get("max_rows", BATCH))
        self._inputs = self._inputs_of("serving_default", path)
        self._latents = self._name_of_latents(path)
        self.interface = self._find_interface(path)
        full = path.absolute()
        self.name = f"{full.parent.name}-{full.name}" if full.name.isdigit() else full.name
        self.description = {
            "kind": "SavedModel",
            "checkpoint": "/".join(full.parts[-2:]),
            "sha256": _hash_of(path),
            "recipe": self._card.get("recipe"),
            "step": self._card.get("step"),
            "weights": self._card.get("weights"),
            "signature": "from_seed" if "from_seed" in self._signatures else "serving_default",
        }

    def __call__(self, n, seed, condition=None):
        """Generates `n` examples: float32 array `[n, ...]`; see `generation.Generate`."""
        condition = self.condition(n, seed) if condition is None else condition
        if "from_seed" not in self._signatures:
            return self.of(self.latents(n, seed), condition)
        seeds = (np.int64(seed) << 32) + np.arange(n, dtype=np.int64)
        return self._call("from_seed", "seeds", seeds, condition)

    def latents(self, n, seed):
        """Latents of an integer seed, float32 `[n, D]`."""
        return self.interface.source.sample(n, seed).numpy()

    def of(self, latents, condition=None):
        """Generates one example for each row of latents; see `generation.Generate.of`."""
        return self._call(
            "serving_default", self._latents, latents.astype(np.float32), condition
        )

    def _call(self, signature, key, values, condition):
        given = checked(self.interface, condition, len(values), self.name)
        keys = [kind.key for kind in self.interface.conditions]
        values = {key: values, **dict(zip(keys, given))}
        parts = []
        for start in range(0, len(values[key]), self._batch):
            rows = {
                name: tf.constant(array[start : start + self._batch])
                for name, array in values.items()
            }
            (made,) = self._signatures[signature](**rows).values()
            parts.append(made.numpy())
        return np.concatenate(parts)

    def _inputs_of(self, signature, path):
        if signature not in self._signatures:
            raise ValueError(
                f"The SavedModel {path} must have the signature {signature!r}. "
                f"Received: {sorted(self._signatures)}"
            )
        return self._signatures[signature].structured_input_signature[1]

    def _name_of_latents(self, path):
        if "latents" in self._inputs:
            return "latents"
        others = [key for key in self._inputs if key != "labels"]
        specs = [self._inputs[key] for key in others]
        if len(others) != 1 or specs[0].dtype != tf.float32 or specs[0].shape.rank != 2:
            raise ValueError(
                "Judged are generators of latents, or of latents and conditions. "
                f"Received: {path} with the inputs {sorted(self._inputs)}"
            )
        return others[0]

    def _find_interface(self, path):
        if self._card.get("interface"):
            return model_card.interface_of(self._card)
        if set(self._inputs) - {self._latents, "labels"}:
            raise ValueError(
                "Of a generator that takes more than latents and labels, the model card must say "
                f"what. Received: {path} with the inputs {sorted(self._inputs)}"
            )
        outputs = self._signatures["serving_default"].structured_outputs
        if len(outputs) != 1:
            raise ValueError(f"A generator has one output. Received: {path} with {sorted(outputs)}")
        prior = LatentPrior(int(self._inputs[self._latents].shape[1]))
        conditions = (Labels(self._number_of_classes(path)),) if "labels" in self._inputs else ()
        (made,) = outputs.values()
        return Interface(prior, infer_modality(made), conditions)

    def _number_of_classes(self, path):
        classes = self._card.get("classes")
        if not classes:
            raise ValueError(
                "The model card of a generator of classes must say how many there are. "
                f"Received: classes={classes!r} in {path / model_card.FILE}"
            )
        return int(classes)


def _read_card(path):
    try:
        return read_json(path / model_card.FILE)
    except (OSError, ValueError):
        return {}


def _hash_of(path):
    """SHA-256 (hexadecimal) over the graph and the weights."""
    digest = hashlib.sha256()
    for file in (path / "saved_model.pb", *sorted((path / "variables").glob("variables.*"))):
        digest.update(file.read_bytes())
    return digest.hexdigest()
