"""Adam with a scheduled beta_2: against NumPy, against Keras's own, and as config."""

import keras
import numpy as np
import pytest

from tfgan_suite.optimizers import Adam
from tfgan_suite.schedules import Cosine


def trained(optimizer, gradients):
    weight = keras.Variable([1.0, -2.0])
    optimizer.build([weight])
    for gradient in gradients:
        optimizer.apply([gradient])
    return weight.numpy()


GRADIENTS = np.random.default_rng(0).normal(size=(5, 2)).astype("float32")


def test_it_follows_the_formula():
    found = trained(Adam(0.1, beta_1=0.0, beta_2=Cosine(0.5, 0.99, 3), epsilon=1e-7), GRADIENTS)
    weight, v = np.array([1.0, -2.0]), np.zeros(2)
    for t, gradient in enumerate(GRADIENTS.astype("float64")):
        beta = 0.99 + (0.5 - 0.99) * (1 + np.cos(np.pi * min(t / 3, 1.0))) / 2
        v = beta * v + (1 - beta) * gradient**2
        weight -= 0.1 * gradient / np.sqrt(v / (1 - beta ** (t + 1)))
    np.testing.assert_allclose(found, weight, rtol=1e-5)


def test_with_numbers_it_is_that_of_keras():
    options = {"learning_rate": 0.1, "beta_1": 0.3, "beta_2": 0.9, "amsgrad": True}
    found, expected = (trained(c(**options), GRADIENTS) for c in (Adam, keras.optimizers.Adam))
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("beta_2", [0.9, Cosine(0.5, 0.99, 3)], ids=["number", "schedule"])
def test_it_comes_back_from_its_config(beta_2):
    adam = Adam(Cosine(0.1, 0.2, 2), beta_2=beta_2)
    adam.build([keras.Variable([1.0])])
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(adam))
    assert type(again) is Adam and repr(again.get_config()) == repr(adam.get_config())


@pytest.mark.parametrize("beta_2", [1.0, -0.1, "0.9", None, True])
def test_beta_2_is_a_number_below_one_or_a_schedule(beta_2):
    with pytest.raises(ValueError, match=f"`beta_2` must be a number.*Received: beta_2={beta_2!r}"):
        Adam(beta_2=beta_2)
