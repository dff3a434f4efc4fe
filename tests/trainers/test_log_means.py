"""The means behind the logs."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite.trainers.base.log_means import Means


def values(means):
    return {name: float(value) for name, value in means.result().items()}


def test_means_over_calls_and_over_examples():
    means = Means(["a", "b"])
    means.update_state({"a": 1.0, "b": 4.0})
    means.update_state({"a": 2.0, "b": 6.0})
    assert values(means) == {"a": 1.5, "b": 5.0}
    means.reset_state()
    means.update_state({"a": 1.0, "b": 4.0}, rows=3)
    means.update_state({"a": 2.0, "b": 8.0}, rows=1)
    assert values(means) == {"a": 1.25, "b": 5.0}


def test_what_is_left_out_keeps_its_mean():
    means = Means(["a", "b", "c"])
    means.update_state({"a": 1.0, "b": 4.0})
    means.update_state({"a": 3.0})
    assert values(means) == {"a": 2.0, "b": 4.0, "c": 0.0}


def test_a_nan_spoils_its_own_mean_alone():
    means = Means(["a", "b"])
    means.update_state({"a": float("nan"), "b": 4.0})
    found = values(means)
    assert np.isnan(found["a"]) and found["b"] == 4.0


def test_no_examples_count_for_nothing_whatever_their_mean():
    means = Means(["a"])
    means.update_state({"a": 3.0}, rows=2)
    means.update_state({"a": float("nan")}, rows=0)
    assert values(means) == {"a": 3.0}


def test_an_unknown_name_is_named():
    with pytest.raises(ValueError, match=r"Received: values of \['c'\]"):
        Means(["a", "b"]).update_state({"c": 1.0})


def test_more_scalars_do_not_cost_more_updates():
    def updates(count):
        names = [f"v{i}" for i in range(count)]
        means = Means(names)
        function = tf.function(lambda x: means.update_state({name: x for name in names}))
        graph = function.get_concrete_function(tf.TensorSpec((), tf.float32)).graph
        return len(graph.get_operations())

    assert updates(10) == updates(2)
