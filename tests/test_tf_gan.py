"""TF-GAN on current TensorFlow: what its import leaves behind."""

import importlib.util
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import tf_gan


def run_in_fresh_process(script):
    """Runs a script in a process of its own; returns what it printed."""
    result = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr[-2000:]
    return result.stdout.split()


def test_tensorflow_is_left_as_it_was_found():
    assert not hasattr(tf, "estimator")


def test_loading_again_gives_the_same_module():
    assert tf_gan.load() is tf_gan.load() is sys.modules["tensorflow_gan"]


def test_names_of_tf_gan_are_found():
    assert tf_gan.losses is sys.modules["tensorflow_gan"].losses
    assert {"losses", "eval", "features"} <= set(dir(tf_gan))
    with pytest.raises(AttributeError, match="no_such_name"):
        tf_gan.no_such_name


def test_estimators_explain_themselves():
    with pytest.raises(AttributeError, match=r"GANEstimator needs tf.estimator.*removed in 2.16"):
        tf_gan.estimator.GANEstimator


def test_evaluation_functions_work():
    features = np.random.default_rng(0).normal(size=(64, 4))
    distance = tf_gan.eval.frechet_classifier_distance_from_activations(
        tf.constant(features), tf.constant(features + [3.0, 0.0, 0.0, 0.0])
    )
    # Equal covariances: the squared distance of the means.
    np.testing.assert_allclose(distance, 9.0, rtol=1e-6)


def test_threads_import_it_once_together():
    printed = run_in_fresh_process(
        """
        import concurrent.futures, importlib, threading
        import tensorflow as tf
        start = threading.Barrier(8)
        def load(_):
            start.wait()
            return importlib.import_module("tfgan_suite.tf_gan").load()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            modules = set(map(id, pool.map(load, range(8))))
        import tensorflow_gan
        print(len(modules), id(tensorflow_gan) in modules, hasattr(tf, "estimator"))
        """
    )
    assert printed == ["1", "True", "False"]


def loaded_alone(monkeypatch):
    """A second copy of the module `tf_gan`, for which TF-GAN is not loaded yet."""
    for name in [n for n in sys.modules if n.split(".")[0] == "tensorflow_gan"]:
        monkeypatch.delitem(sys.modules, name)
    spec = importlib.util.spec_from_file_location("another_tf_gan", tf_gan.__file__)
    return importlib.util.module_from_spec(spec), spec


def test_nothing_stands_in_where_estimators_exist(monkeypatch):
    another, spec = loaded_alone(monkeypatch)
    estimator = object()
    monkeypatch.setattr(tf, "estimator", estimator, raising=False)
    imported = []

    def import_module(name):
        imported.append((name, tf.estimator, "tensorflow_gan.python.estimator" in sys.modules))
        return sys

    monkeypatch.setattr(importlib, "import_module", import_module)
    spec.loader.exec_module(another)
    assert imported == [("tensorflow_gan", estimator, False)]
    assert tf.estimator is estimator


@pytest.mark.parametrize("missing", ["distutils", "pkg_resources"])
def test_new_setuptools_are_named(monkeypatch, missing):
    another, spec = loaded_alone(monkeypatch)

    def import_module(name):
        raise ModuleNotFoundError(f"No module named {missing!r}", name=missing)

    monkeypatch.setattr(importlib, "import_module", import_module)
    with pytest.raises(ImportError, match=f"{missing}.*pip install 'setuptools<81'"):
        spec.loader.exec_module(another)
    assert not hasattr(tf, "estimator")


def test_other_missing_modules_are_not_blamed_on_setuptools(monkeypatch):
    another, spec = loaded_alone(monkeypatch)

    def import_module(name):
        raise ModuleNotFoundError("No module named 'tensorflow_gan'", name="tensorflow_gan")

    monkeypatch.setattr(importlib, "import_module", import_module)
    with pytest.raises(ModuleNotFoundError, match="tensorflow_gan"):
        spec.loader.exec_module(another)
