"""Feature extractors: from images to what the scores compare, and which extractor it was."""

import hashlib
import json

import keras
import numpy as np
import tensorflow as tf

from tfgan_suite.metrics._arrays import finite_matrix, positive_integer
from tfgan_suite.metrics._cache import hash_arrays
from tfgan_suite.metrics._images import checked_images, checked_resize, resize_images
from tfgan_suite.metrics.classifier import checked_name
from tfgan_suite.registration import public


@public
class FeatureExtractor:
    """A function from images to features, and all that has to be known to repeat it.

    Args:
        function: callable or `keras.Model`; takes float32 images `[B, H, W, C]` (in [-1, 1] unless
            `preprocess` changes that) to a matrix `[B, D]` of features, or to a dict with the key
            "features" and, if it is a classifier, "logits" `[B, K]`.
        name: what it is called in the names of scores; letters, digits, ".", "_" and "-".
        content_hash: hexadecimal hash of all that `function` computes with. That of a
            `keras.Model`'s config and weights by default; any other callable must state one.
        image_shape: `(H, W, C)` that `function` takes; `None` for whatever comes. Grey images are
            repeated to three channels where C is 3.
        resize: method by which images of another size are brought to `image_shape`: "area",
            "bicubic", "bilinear" or "nearest"; by default they are refused.
        antialias: whether resizing to a smaller size filters first.
        preprocess: callable on resized images in [-1, 1], such as a scaling; with
            `preprocessing`, its description in words.
        preprocessing: see `preprocess`.
        batch_size: images in a call of `function`.
        inception_2015: whether this is the graph of 2015 whose scores are called FID, KID and
            Inception score without another name. `inception_extractor` alone sets it.

    Raises:
        ValueError: if an argument is not as described.
    """

    def __init__(
        self,
        function,
        name,
        *,
        content_hash=None,
        image_shape=None,
        resize=None,
        antialias=True,
        preprocess=None,
        preprocessing="none",
        batch_size=64,
        inception_2015=False,
    ):
        if not callable(function):
            raise ValueError(f"`function` must be callable. Received: {function!r}")
        checked_resize(resize)
        if resize is not None and image_shape is None:
            raise ValueError("`resize` needs `image_shape`, the shape to resize to.")
        if content_hash is None:
            if not isinstance(function, keras.Model):
                raise ValueError(
                    "`content_hash` must say which function this is: only that of a keras.Model "
                    f"can be computed. Received: {function!r}"
                )
            content_hash = model_hash(function)
        self.function = function
        self.name = checked_name(name)
        self.content_hash = content_hash
        self.image_shape = None if image_shape is None else tuple(image_shape)
        self.resize = resize
        self.antialias = bool(antialias)
        self.preprocess = preprocess
        self.preprocessing = preprocessing
        self.batch_size = positive_integer(batch_size, "batch_size")
        self.inception_2015 = bool(inception_2015)

    @property
    def description(self):
        """JSON-able: which extractor this is, to stand beside every score from its features."""
        return {
            "name": self.name,
            "content_hash": self.content_hash,
            "image_shape": None if self.image_shape is None else list(self.image_shape),
            "resize": self.resize,
            "antialias": self.antialias if self.resize else None,
            "preprocessing": self.preprocessing,
        }

    def __call__(self, images):
        """Extracts what `function` gives, in batches.

        Args:
            images: floating point array of shape `[N, H, W, C]` in [-1, 1], N at least 1.

        Returns:
            dict of "features", float32 `[N, D]`, and "logits", float32 `[N, K]`, if there are any.

        Raises:
            ValueError: if the images are empty, NaN, infinite or outside [-1, 1], of a shape that
                the extractor does not take, or if it returns something else than a finite matrix
                with a row for each image.
        """
        images = checked_images(images)
        self.check_shape(images.shape[1:])
        parts = []
        for start in range(0, len(images), self.batch_size):
            batch = self._prepare(images[start : start + self.batch_size])
            parts.append(self._checked(self._call(batch), len(batch)))
        return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}

    def features(self, images):
        """The features alone: see `__call__`."""
        return self(images)["features"]

    def _call(self, batch):
        if isinstance(self.function, keras.Model):
            return self.function(batch, training=False)
        return self.function(batch)

    def check_shape(self, shape):
        """Raises ValueError unless images of a shape `(H, W, C)` are taken."""
        wanted = self.image_shape
        if wanted is None or shape == wanted:
            return
        if shape[2] != wanted[2] and (shape[2], wanted[2]) != (1, 3):
            raise ValueError(
                f"The extractor {self.name!r} takes images of {wanted[2]} channels. "
                f"Received: image shape {shape}"
            )
        if shape[:2] != wanted[:2] and self.resize is None:
            raise ValueError(
                f"The extractor {self.name!r} takes images of shape {wanted}; choose a method with "
                f"`resize=` to bring others there. Received: image shape {shape}"
            )

    def _prepare(self, batch):
        wanted = self.image_shape
        if wanted is not None:
            if batch.shape[1:3] != wanted[:2]:
                batch = resize_images(batch, wanted[:2], self.resize, self.antialias)
            if batch.shape[3] != wanted[2]:
                batch = np.repeat(batch, wanted[2], axis=3)
        return batch if self.preprocess is None else self.preprocess(batch)

    def _checked(self, outputs, count):
        outputs = outputs if isinstance(outputs, dict) else {"features": outputs}
        if "features" not in outputs or not set(outputs) <= {"features", "logits"}:
            raise ValueError(
                f"The extractor {self.name!r} must return a matrix, or a dict of 'features' and "
                f"'logits'. Received: a dict of {sorted(outputs)}"
            )
        checked = {}
        for key, value in outputs.items():
            matrix = finite_matrix(value, f"{key} of {self.name}").astype(np.float32)
            if len(matrix) != count:
                raise ValueError(
                    f"The extractor {self.name!r} must return one row for each image. "
                    f"Received: {len(matrix)} rows for {count} images"
                )
            checked[key] = matrix
        return checked


def model_hash(model):
    """SHA-256 (hexadecimal) of a model's layers and weights; the names of layers do not matter."""
    layers = [(type(layer).__name__, _nameless(layer.get_config())) for layer in model.layers]
    digest = hashlib.sha256(json.dumps(layers, sort_keys=True, default=str).encode())
    digest.update(hash_arrays(tf.convert_to_tensor(w).numpy() for w in model.weights).encode())
    return digest.hexdigest()


def _nameless(config):
    """A config without the names that Keras numbers anew in every process."""
    if isinstance(config, dict):
        return {key: _nameless(value) for key, value in config.items() if key != "name"}
    if isinstance(config, (list, tuple)):
        return [_nameless(value) for value in config]
    return config
