"""The independent judge of generated labelled sets: a small convolutional classifier."""

import hashlib
import json
import math
import numbers
import pathlib
import re
import zipfile

import keras
import numpy as np
import tensorflow as tf

from tfgan_suite.files import replacing
from tfgan_suite.metrics._arrays import positive_integer, positive_number
from tfgan_suite.metrics._cache import cache_root, cached, hash_arrays
from tfgan_suite.metrics._classifier_training import (
    ARCHITECTURE,
    build_classifier,
    fit_classifier,
)
from tfgan_suite.metrics._images import checked_images
from tfgan_suite.metrics._labelled_images import LabelledImages, check_held_out
from tfgan_suite.registration import public

# Without `epochs`: as many passes as show about so many images, but never fewer than three.
DEFAULT_PRESENTATIONS = 60_000
MIN_DEFAULT_EPOCHS = 3

_METADATA = "classifier.json"
_LOGITS_BATCH = 256


@public
class Classifier:
    """An image classifier with the accuracy it was measured to have.

    `Classifier.train` makes one; a classifier of your own can be wrapped just as well.

    Args:
        model: `keras.Model`, images `[B, H, W, C]` in [-1, 1] to logits `[B, K]`.
        accuracy: fraction in [0, 1] of held-out images it classifies correctly.
        name: what it is called in results and file names; letters, digits, ".", "_" and "-".
        training: JSON-able description of how it was trained.

    Attributes:
        image_shape: `(H, W, C)`.
        num_classes: K.

    Raises:
        ValueError: if the model has other shapes, or an argument is out of range.
    """

    def __init__(self, model, accuracy, *, name="classifier", training=None):
        input_shape, output_shape = model.input_shape, model.output_shape
        is_classifier = (
            isinstance(input_shape, tuple)
            and isinstance(output_shape, tuple)
            and len(input_shape) == 4
            and len(output_shape) == 2
            and None not in (*input_shape[1:], output_shape[1])
        )
        if not is_classifier:
            raise ValueError(
                "`model` must map images [B, H, W, C] to logits [B, K], all but B fixed. "
                f"Received: input_shape={input_shape}, output_shape={output_shape}"
            )
        if not isinstance(accuracy, numbers.Real) or not 0 <= accuracy <= 1:
            raise ValueError(f"`accuracy` must lie in [0, 1]. Received: accuracy={accuracy!r}")
        self.model = model
        self.accuracy = float(accuracy)
        self.name = checked_name(name)
        self.training = dict(training or {})
        self.image_shape = tuple(input_shape[1:])
        self.num_classes = output_shape[1]

    @property
    def content_hash(self):
        """SHA-256 (hexadecimal) over all weights, in the order of `model.weights`."""
        return hash_arrays(weight.numpy() for weight in self.model.weights)

    @property
    def description(self):
        """JSON-able: which judge this is, to stand beside every score it gives."""
        return {
            "name": self.name,
            "content_hash": self.content_hash,
            "accuracy": self.accuracy,
            "image_shape": list(self.image_shape),
            "num_classes": self.num_classes,
        }

    def logits(self, images):
        """Computes the logits in batches.

        Args:
            images: array or tensor of shape `[N, *image_shape]` in [-1, 1].

        Returns:
            float32 NumPy array of shape `[N, num_classes]`.

        Raises:
            ValueError: if the images are of another shape or outside [-1, 1], NaN or infinite.
        """
        images = checked_images(images)
        if images.shape[1:] != self.image_shape:
            raise ValueError(
                f"`images` must have the classifier's shape [N, {str(self.image_shape)[1:-1]}]. "
                f"Received: shape={images.shape}"
            )
        logits = [
            self.model(images[start : start + _LOGITS_BATCH], training=False)
            for start in range(0, len(images), _LOGITS_BATCH)
        ]
        return tf.cast(tf.concat(logits, 0), tf.float32).numpy()

    def save(self, path):
        """Writes an ordinary `.keras` file with one more member, `classifier.json`.

        The file appears whole or not at all; folders that are missing are made.

        Raises:
            ValueError: if `path` does not end in `.keras`.
            OSError: if it cannot be written.
        """
        path = pathlib.Path(path)
        if path.suffix != ".keras":
            raise ValueError(f"`path` must end in '.keras'. Received: path={str(path)!r}")
        metadata = {
            "name": self.name,
            "accuracy": self.accuracy,
            "content_hash": self.content_hash,
            "training": self.training,
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary:
            self.model.save(temporary)
            with zipfile.ZipFile(temporary, "a") as archive:
                archive.writestr(_METADATA, json.dumps(metadata, indent=2))

    def cache_path(self, cache_dir=None):
        """The file in which `train` keeps this classifier."""
        return _cache_path(cache_root(cache_dir), self.name, self.training)

    @classmethod
    def load(cls, path):
        """Reads what `save` wrote.

        Raises:
            FileNotFoundError: if there is no such file.
            ValueError: if the file is damaged, was not written by `save`, or holds weights other
                than those whose accuracy it states.
        """
        if not pathlib.Path(path).is_file():
            raise FileNotFoundError(f"There is no classifier at {str(path)!r}.")
        try:
            with zipfile.ZipFile(path) as archive:
                metadata = json.loads(archive.read(_METADATA))
            content_hash = metadata.pop("content_hash")
            classifier = cls(keras.saving.load_model(path, compile=False), **metadata)
        # A damaged archive fails in whichever of zipfile, json, h5py and Keras meets it first.
        except Exception as error:
            raise ValueError(
                f"{str(path)!r} is damaged or was not written by `Classifier.save`. "
                f"Received: {type(error).__name__}: {error}"
            ) from error
        if classifier.content_hash != content_hash:
            raise ValueError(
                f"The weights in {str(path)!r} are not those whose accuracy it states. "
                f"Received: content_hash={classifier.content_hash}, stated {content_hash}"
            )
        return classifier

    @classmethod
    def train(
        cls,
        train,
        test,
        *,
        num_classes,
        name="classifier",
        seed=0,
        epochs=None,
        batch_size=64,
        learning_rate=2e-3,
        cache_dir=None,
    ):
        """Trains a classifier, or takes the one trained before on the same data and settings.

        Kept on disk under the name, the image shape, a fingerprint of all images and labels, and
        the settings. The order in which the datasets yield their images does not matter.

        Args:
            train: finite `tf.data.Dataset` of `(images, labels)` batches, or such a pair of
                arrays: images `[B, H, W, C]` in [-1, 1], both sides at least 8 pixels, and integer
                labels `[B]`. Held in memory. No random augmentation: it would defeat the cache.
            test: the same for images held out of `train`; the accuracy is measured on these.
            num_classes: number of classes K, at least 2.
            name: see the class.
            seed: non-negative int. On one machine's CPU the same seed and data give the same
                weights, bit by bit; elsewhere compare `content_hash`.
            epochs: passes over `train`; by default as many as show 60 000 images, at least 3.
            batch_size: images a step.
            learning_rate: the first learning rate of Adam; it decays to 0 along a cosine.
            cache_dir: folder of the cache; by default $TFGAN_SUITE_CACHE or ~/.cache/tfgan_suite.

        Returns:
            A `Classifier`.

        Raises:
            ValueError: if the data or a setting are not as described, or more than a tenth of
                `test` is in `train` too.
            RuntimeError: inside the scope of a strategy with several replicas.
        """
        if tf.distribute.get_strategy().num_replicas_in_sync > 1:
            raise RuntimeError(
                "A classifier is trained outside `strategy.scope()`: the judge must not depend on "
                "the number of replicas."
            )
        if positive_integer(num_classes, "num_classes") < 2:
            raise ValueError(f"`num_classes` must be at least 2. Received: {num_classes}")
        if isinstance(seed, bool) or not isinstance(seed, numbers.Integral) or seed < 0:
            raise ValueError(f"`seed` must be a non-negative integer. Received: seed={seed!r}")
        train = LabelledImages(train, num_classes, "train")
        test = LabelledImages(test, num_classes, "test")
        check_held_out(train, test)
        if epochs is None:
            epochs = max(MIN_DEFAULT_EPOCHS, math.ceil(DEFAULT_PRESENTATIONS / len(train)))
        settings = {
            "seed": int(seed),
            "epochs": positive_integer(epochs, "epochs"),
            "batch_size": positive_integer(batch_size, "batch_size"),
            "learning_rate": positive_number(learning_rate, "learning_rate"),
        }
        training = {
            "architecture": ARCHITECTURE,
            "num_classes": int(num_classes),
            "image_shape": list(train.image_shape),
            "train": {"images": len(train), "fingerprint": train.fingerprint},
            "test": {"images": len(test), "fingerprint": test.fingerprint},
            **settings,
        }

        def load(path):
            classifier = cls.load(path)
            if classifier.training != training:
                raise ValueError(f"{str(path)!r} was trained otherwise than its name says.")
            return classifier

        def make():
            model = build_classifier(train.image_shape, num_classes, seed)
            fit_classifier(model, train.images, train.labels, **settings)
            accuracy = _measure_accuracy(cls(model, 0.0), test)
            return cls(model, accuracy, name=name, training=training)

        path = _cache_path(cache_root(cache_dir), checked_name(name), training)
        return cached(path, load, make, cls.save)


def checked_name(name):
    """Returns `name` if it can stand in results and file names, or raises a ValueError."""
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise ValueError(
            "`name` must be made of letters, digits, '.', '_' and '-', and start with a letter or "
            f"a digit. Received: name={name!r}"
        )
    return name


def _measure_accuracy(classifier, test):
    return float(np.mean(classifier.logits(test.images).argmax(axis=1) == test.labels))


def _cache_path(root, name, training):
    key = hashlib.sha256(json.dumps(training, sort_keys=True).encode()).hexdigest()[:16]
    shape = "x".join(map(str, training["image_shape"]))
    return root / "classifiers" / f"{name}-{shape}-{key}.keras"
