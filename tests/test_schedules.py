"""Learning rate schedules: against the formula, in an optimizer, and as config."""

import keras
import numpy as np
import pytest

from tfgan_suite.schedules import Cosine, LinearDecay


@pytest.mark.parametrize("constant, decay", [(3, 4), (0, 2)])
def test_the_rate_is_constant_and_then_linear_down_to_nothing(constant, decay):
    schedule = LinearDecay(0.2, constant, decay)
    steps = np.arange(constant + decay + 3)
    expected = np.interp(steps, [0, constant, constant + decay], [0.2, 0.2, 0.0])
    np.testing.assert_allclose([float(schedule(s)) for s in steps], expected, atol=1e-8)


def test_an_optimizer_follows_it():
    optimizer = keras.optimizers.SGD(LinearDecay(1.0, 1, 2))
    weight = keras.Variable([0.0])
    optimizer.build([weight])
    for _ in range(4):
        optimizer.apply([np.ones(1, "float32")])
    np.testing.assert_allclose(weight.numpy(), [-(1.0 + 1.0 + 0.5 + 0.0)])


@pytest.mark.parametrize("start, end", [(0.2, 0.05), (0.0, 5e6), (-1.0, 1.0)])
def test_the_cosine_leads_from_one_number_to_the_other(start, end):
    schedule = Cosine(start, end, 4)
    expected = [end + (start - end) * (1 + np.cos(np.pi * t / 4)) / 2 for t in range(5)]
    found = [float(schedule(t)) for t in range(7)]
    np.testing.assert_allclose(found, [*expected, end, end], rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(
    "arguments, named",
    [((float("nan"), 1.0, 2), "start=nan"), ((0, "1", 2), "end='1'"), ((0, 1, 0), "steps=0")],
)
def test_a_cosine_of_nothing_is_named(arguments, named):
    with pytest.raises(ValueError, match=f"Received: {named}"):
        Cosine(*arguments)


@pytest.mark.parametrize("schedule", [LinearDecay(0.2, 3, 4), Cosine(0.2, 0.1, 4)], ids=["linear", "cosine"])
def test_it_comes_back_from_its_config(schedule):
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(schedule))
    assert type(again) is type(schedule) and again.get_config() == schedule.get_config()


@pytest.mark.parametrize(
    "arguments, name",
    [
        ((0.0, 1, 1), "learning_rate"),
        ((0.1, -1, 1), "constant_steps"),
        ((0.1, 1, 0), "decay_steps"),
    ],
)
def test_numbers_out_of_range_are_named(arguments, name):
    with pytest.raises(ValueError, match=f"`{name}` must be a positive"):
        LinearDecay(*arguments)
