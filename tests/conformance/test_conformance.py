"""What everything in the list of cases must do, whatever it computes."""

import functools
import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from cases import CASES, SIMILAR

SPEED = {name: pytest.mark.slow if name in SIMILAR else () for name in CASES}


def those(attribute=None):
    """The cases, or those that have something which the others lack."""
    found = {
        name: pytest.param(case, marks=SPEED[name])
        for name, case in CASES.items()
        if attribute is None or getattr(case, attribute)
    }
    return pytest.mark.parametrize("case", found.values(), ids=found)


EVERY = those()


def arrays(tensors):
    return [
        np.asarray(keras.ops.convert_to_numpy(t), "float64") for t in tf.nest.flatten(tensors)
    ]


def assert_close(ours, expected, tolerance):
    for a, b in zip(arrays(ours), arrays(expected), strict=True):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


@EVERY
@pytest.mark.parametrize("jit_compile", [False, True], ids=["graph", "xla"])
def test_compiled_equals_eager(case, jit_compile):
    """Values, and gradients with respect to weights and inputs."""
    compiled, eager = case.compiled(jit_compile), case.eager()
    assert_close(compiled, eager, case.tolerance)
    assert any(np.any(a) for a in arrays(eager))


@EVERY
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_is_finite_and_near_float32(case, dtype):
    half, exact, others = case.half(dtype)
    assert all(np.isfinite(a).all() for a in arrays([half, others]))
    if case.gives_float32 and exact is not None:
        assert all(value.dtype == tf.float32 for value in half)
    if case.half_tolerance is not None:
        for a, b in zip(arrays(half), arrays(exact), strict=True):
            assert np.abs(a - b).max() <= case.half_tolerance * np.abs(b).max()


@those("has_config")
def test_config_round_trip(case):
    thing, again, values = case.config_round_trip()
    assert type(again) is type(thing)
    assert json.dumps(again.get_config()) == json.dumps(thing.get_config())
    for a, b in values:
        assert_close(b, a, 0)


@those("has_file")
def test_a_keras_file_brings_it_back(case, tmp_path):
    for before, after in case.saved_and_loaded(tmp_path):
        assert_close(after, before, 1e-6)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """Returns a function from a kind to what its cases are before and after an export."""

    @functools.cache
    def of_kind(kind):
        cases = {name: case for name, case in CASES.items() if type(case) is kind}
        return kind.exported_and_loaded(cases, tmp_path_factory.mktemp("exported"))

    return of_kind


@pytest.mark.parametrize("name", [pytest.param(name, marks=SPEED[name]) for name in CASES])
def test_exported_and_loaded_it_computes_the_same(name, exported):
    before, after = exported(type(CASES[name]))[name]
    assert_close(after, before, 1e-4)


@EVERY
def test_two_replicas_equal_one(case, two_replicas):
    """Values, and gradients with respect to the weights."""
    for both, alone in case.on_two_replicas(two_replicas):
        assert_close(both.values, alone.values, case.tolerance)
        assert_close(both.weights, alone.weights, case.tolerance)
