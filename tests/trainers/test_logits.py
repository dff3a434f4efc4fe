"""What ends in probabilities where a loss takes logits is named."""

import warnings

import keras
import pytest

from tfgan_suite import networks, trainers

L = keras.layers


def trainer_of(*last):
    x = y = keras.Input([4])
    for layer in last:
        y = layer(y)
    generator = networks.mlp.build_generator((4,), 2, (3,))
    return trainers.ModifiedMinimaxGAN(generator, keras.Model(x, y, name="judge"), 2)


@pytest.mark.parametrize(
    ("last", "name"),
    [
        ((L.Dense(1, activation="sigmoid"),), "sigmoid"),
        ((L.Dense(1), L.Activation("sigmoid"), L.Flatten()), "sigmoid"),
        ((L.Dense(2), L.Softmax()), "softmax"),
        ((L.Dense(1), keras.ops.sigmoid), "sigmoid"),
        ((keras.Sequential([keras.Input([4]), L.Dense(1, activation="sigmoid")]),), "sigmoid"),
    ],
)
def test_a_critic_of_probabilities_is_named(last, name):
    with pytest.warns(UserWarning, match=f"losses take logits.*'judge'.*ends in a {name}"):
        trainer_of(*last).compile()


@pytest.mark.parametrize("last", [(L.Dense(1),), (L.Dense(1, activation="sigmoid"), L.Dense(1))])
def test_a_critic_of_logits_is_not(last):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trainer_of(*last).compile()
