"""An exported generator as evaluators call it: through its signatures alone."""

import hashlib
import json
import pathlib

import numpy as np
import tensorflow as tf

from tfgan_suite.callbacks.metric_evaluation import BATCH
from tfgan_suite.kinds import infer_modality
from tfgan_suite.latents import LatentPrior

CARD = pathlib.Path("assets.extra") / "model_card.json"


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


class ExportedGenerator:
    """A SavedModel of this package, or one with such signatures, as a generator to judge.

    Images come from the signature `from_seed`, whose seeds are made of the seed and the number of
    the image; where there is none, from `serving_default` and latents of a standard normal prior. A
    generator of classes is asked for each of them equally often.

    Args:
        path: directory of a version, or of a model: its largest version.

    Raises:
        ValueError: if it cannot be loaded, or takes something else than latents or seeds, and
            labels.
    """

    folder = None

    def __init__(self, path):
        path = pathlib.Path(path)
        if not (path / "saved_model.pb").is_file():
            path = max(_versions(path), key=lambda child: int(child.name))
        try:
            # Held: its variables live as long as it does.
            self._module = tf.saved_model.load(path)
        except (OSError, ValueError, tf.errors.OpError) as error:
            raise ValueError(f"{path} cannot be loaded as a SavedModel: {error}") from error
        self._signatures = self._module.signatures
        self._card = _read_card(path)
        self._batch = min(BATCH, self._card.get("max_rows", BATCH))
        self._inputs = self._inputs_of("serving_default", path)
        self._latents = self._name_of_latents(path)
        self.classes = self._number_of_classes(path)
        full = path.absolute()
        self.name = f"{full.parent.name}-{full.name}" if full.name.isdigit() else full.name
        self.modality = self._modality_of_output(path)
        self.description = {
            "kind": "SavedModel",
            "checkpoint": "/".join(full.parts[-2:]),
            "sha256": _hash_of(path),
            "recipe": self._card.get("recipe"),
            "step": self._card.get("step"),
            "weights": self._card.get("weights"),
            "signature": "from_seed" if "from_seed" in self._signatures else "serving_default",
        }

    def __call__(self, n, seed):
        """Generates `n` images: float32 array `[n, H, W, C]`."""
        labels = self.labels(n, seed)
        if "from_seed" not in self._signatures:
            return self.of(self.latents(n, seed), labels)
        seeds = (np.int64(seed) << 32) + np.arange(n, dtype=np.int64)
        return self._call("from_seed", {"seeds": seeds}, labels)

    def labels(self, n, seed):
        """The classes that a call asks for, int64 `[n]`; None of a generator without classes."""
        return None if self.classes is None else np.arange(n, dtype=np.int64) % self.classes

    def latents(self, n, seed):
        """Standard normal latents, float32 `[n, D]`."""
        return LatentPrior(int(self._inputs[self._latents].shape[1])).sample(n, seed).numpy()

    def of(self, latents, labels=None):
        """Generates one image for each row of latents."""
        return self._call("serving_default", {self._latents: latents.astype(np.float32)}, labels)

    def _call(self, signature, values, labels):
        if labels is not None:
            values = {**values, "labels": labels.astype(np.int64)}
        count = len(next(iter(values.values())))
        parts = []
        for start in range(0, count, self._batch):
            rows = {
                key: tf.constant(value[start : start + self._batch])
                for key, value in values.items()
            }
            (images,) = self._signatures[signature](**rows).values()
            parts.append(images.numpy())
        return np.concatenate(parts)

    def _inputs_of(self, signature, path):
        if signature not in self._signatures:
            raise ValueError(
                f"The SavedModel {path} must have the signature {signature!r}. "
                f"Received: {sorted(self._signatures)}"
            )
        return self._signatures[signature].structured_input_signature[1]

    def _name_of_latents(self, path):
        latents = [
            key
            for key, spec in self._inputs.items()
            if key != "labels" and spec.dtype == tf.float32 and spec.shape.rank == 2
        ]
        others = set(self._inputs) - {"labels"}
        if len(latents) != 1 or len(others) != 1:
            raise ValueError(
                "Judged are generators of latents, or of latents and labels. "
                f"Received: {path} with the inputs {sorted(self._inputs)}"
            )
        return latents[0]

    def _number_of_classes(self, path):
        if "labels" not in self._inputs:
            return None
        classes = self._card.get("classes")
        if not classes:
            raise ValueError(
                "The model card of a generator of classes must say how many there are. "
                f"Received: classes={classes!r} in {path / CARD}"
            )
        return int(classes)

    def _modality_of_output(self, path):
        outputs = self._signatures["serving_default"].structured_outputs
        if len(outputs) != 1:
            raise ValueError(
                f"A generator has one output. Received: {path} with {sorted(outputs)}"
            )
        (spec,) = outputs.values()
        return infer_modality(spec)


def _read_card(path):
    try:
        return json.loads((path / CARD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _hash_of(path):
    """SHA-256 (hexadecimal) over the graph and the weights."""
    digest = hashlib.sha256()
    for file in (path / "saved_model.pb", *sorted((path / "variables").glob("variables.*"))):
        digest.update(file.read_bytes())
    return digest.hexdigest()
