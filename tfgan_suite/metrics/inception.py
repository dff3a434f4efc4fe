"""TF-GAN's Inception graph of 2015: the extractor of what is called FID without another name."""

import hashlib
import importlib
import os
import pathlib

import numpy as np
import tensorflow as tf

from tfgan_suite import tf_gan
from tfgan_suite.admission import load_admitted
from tfgan_suite.metrics.extractors import FeatureExtractor
from tfgan_suite.registration import public

_FEATURES, _CLASSES = 2048, 1008


@public
def inception_extractor(path=None, *, batch_size=32):
    """The extractor of FID, KID and the Inception score as TF-GAN computes them.

    Images are resized to 299 x 299 pixels by `tf.image.resize`, bilinear without antialiasing, and
    stay in [-1, 1], as in TF-GAN's examples. Features are `pool_3`, 2048 numbers; logits are 1008.

    Args:
        path: folder of the SavedModel of TF-GAN's Inception module. By default its TensorFlow Hub
            handle, which needs the network, or the cache that $TFHUB_CACHE_DIR names.
        batch_size: images in a call of the graph.

    Returns:
        A `FeatureExtractor` that gives "features" and "logits".

    Raises:
        FileNotFoundError: if there is neither such a folder nor a way to the handle; it names what
            to bring.
        ValueError: if it is another graph, or one that could do more than compute, which is not
            loaded (docs/security.md).
    """
    handle = tf_gan.eval.INCEPTION_TFHUB
    folder = pathlib.Path(path or _resolve(handle))
    if not (folder / "saved_model.pb").is_file():
        raise FileNotFoundError(_what_to_bring(handle, f"no saved_model.pb in {str(folder)!r}"))
    # `tf_gan.eval.run_inception` loads the module anew at every call.
    module = load_admitted(folder)
    size = tf_gan.eval.INCEPTION_DEFAULT_IMAGE_SIZE

    def function(images):
        outputs = module(tf.convert_to_tensor(images))
        return {
            "features": tf.reshape(outputs[tf_gan.eval.INCEPTION_FINAL_POOL], [len(images), -1]),
            "logits": tf.reshape(outputs[tf_gan.eval.INCEPTION_OUTPUT], [len(images), -1]),
        }

    _check_graph(function, size, folder)
    return FeatureExtractor(
        function,
        "inception-2015",
        content_hash=_folder_hash(folder),
        image_shape=(size, size, 3),
        resize="bilinear",
        antialias=False,
        batch_size=batch_size,
        inception_2015=True,
    )


def _resolve(handle):
    try:
        # Not at the top: TF-GAN's import quiets what this one would warn of.
        return importlib.import_module("tensorflow_hub").resolve(handle)
    # Without a network it may be one of urllib, ssl, socket or TensorFlow that gives up.
    except Exception as error:
        raise FileNotFoundError(
            _what_to_bring(handle, f"{type(error).__name__}: {error}")
        ) from error


def _what_to_bring(handle, received):
    return (
        f"TF-GAN's Inception module was not found. Where there is a network, download {handle} "
        "(a compressed folder of `saved_model.pb`, `variables` and `assets`), unpack it, and give "
        "the folder as `path=`; or train a `Classifier` and use `classifier_extractor`, whose "
        f"scores have another name. Received: {received}"
    )


def _check_graph(function, size, folder):
    try:
        outputs = function(np.zeros([1, size, size, 3], np.float32))
        shapes = {key: tuple(value.shape) for key, value in outputs.items()}
    # Another SavedModel may refuse the call in any way, or return another structure.
    except Exception as error:
        shapes = f"{type(error).__name__}: {error}"
    if shapes != {"features": (1, _FEATURES), "logits": (1, _CLASSES)}:
        raise ValueError(
            f"The SavedModel in {str(folder)!r} is not TF-GAN's Inception module, which gives "
            f"'pool_3' with {_FEATURES} and 'logits' with {_CLASSES} columns. Received: {shapes}"
        )


def _folder_hash(folder):
    """SHA-256 (hexadecimal) over names and contents of the files of a SavedModel."""
    digest = hashlib.sha256()
    for file in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(os.fsencode(file.relative_to(folder).as_posix()) + b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
