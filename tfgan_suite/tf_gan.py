"""TF-GAN on current TensorFlow: the one place that imports `tensorflow_gan`.

tensorflow-gan 2.1 cannot be imported on TensorFlow >= 2.16, where `tf.estimator` is gone: its
`train.py` names `tf.estimator.SessionRunHook` once, and its sub-package `estimator` subclasses
Estimators. Importing this module puts stand-ins for these two in place, imports TF-GAN and leaves
`tf` as it found it. Afterwards `import tensorflow_gan` works in the whole process, and this module
gives TF-GAN's own names:

    from tfgan_suite import tf_gan
    tf_gan.losses.wargs.modified_generator_loss(logits)
    tf_gan.eval.frechet_classifier_distance_from_activations(real, fake)

What works: `losses`, `losses.wargs`, `features` and `eval`. `train` is written for TensorFlow 1
graphs; `estimator` raises an error that says so. Where `tf.estimator` still exists, TF-GAN is
imported unchanged.
"""

import importlib
import sys
import threading
import types
import warnings

import tensorflow as tf

_ESTIMATOR = "tensorflow_gan.python.estimator"
_lock = threading.Lock()


class _MissingEstimator(types.ModuleType):
    """Takes the place of TF-GAN's estimators and explains itself when touched."""

    __all__ = ()

    def __getattr__(self, name):
        if name.startswith("__"):  # the import system and `inspect` probe modules for these
            raise AttributeError(name)
        raise AttributeError(
            f"tensorflow_gan.estimator.{name} needs tf.estimator, which TensorFlow "
            f"{tf.__version__} no longer has (it was removed in 2.16). Use the Keras trainers of "
            "tfgan_suite, for example tfgan_suite.ModifiedMinimaxGAN, or install tensorflow<2.16."
        )


def _import_tensorflow_gan():
    """Imports TF-GAN, with stand-ins where `tf.estimator` is gone."""
    stand_in = not hasattr(tf, "estimator")
    if stand_in:
        # This one stays in `sys.modules`: a later import of the real sub-package could only fail
        # with a traceback from deep inside it.
        sys.modules[_ESTIMATOR] = _MissingEstimator(_ESTIMATOR)
        hook = type("SessionRunHook", (), {})
        tf.estimator = types.SimpleNamespace(SessionRunHook=hook)
    try:
        with warnings.catch_warnings():
            # TF-GAN and TensorFlow Probability use `distutils`, tensorflow-hub `pkg_resources`:
            # nothing that a user of this package could mend.
            warnings.simplefilter("ignore")
            return importlib.import_module("tensorflow_gan")
    except ModuleNotFoundError as error:
        if error.name in ("distutils", "pkg_resources"):
            raise ImportError(
                f"tensorflow-gan needs the module {error.name!r}, which setuptools provides up to "
                "version 80. Install it with: pip install 'setuptools<81'"
            ) from error
        raise
    finally:
        if stand_in:
            del tf.estimator
            if "tensorflow_gan" not in sys.modules:
                sys.modules.pop(_ESTIMATOR, None)


def load():
    """Returns the module `tensorflow_gan`, importing it on the first call (thread-safe).

    Raises:
        ImportError: if tensorflow-gan, or something that it needs, is not installed.
    """
    with _lock:
        return sys.modules.get("tensorflow_gan") or _import_tensorflow_gan()


_tensorflow_gan = load()


def __getattr__(name):
    return getattr(_tensorflow_gan, name)


def __dir__():
    return sorted({*globals(), *dir(_tensorflow_gan)})
