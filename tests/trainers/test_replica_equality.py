"""Every trainer, through `fit`: two replicas give the weights and logs of one device."""

import equal_trainings
import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import testing

NAMES = list(equal_trainings.TRAININGS)
NORMS = (None, "synchronized")
# Statistics, shared by the replicas, and what else has a state: of the others one step is compared
# with the conformance lists, twenty steps of them with `slow`.
BY_DEFAULT = {("ModifiedMinimaxGAN", "synchronized"), ("WassersteinGAN", None), ("GAN with ADA", None)}
EVERY = [
    pytest.param(name, norm, marks=() if (name, norm) in BY_DEFAULT else pytest.mark.slow)
    for name in NAMES
    for norm in NORMS
]
# With Adam only the rounding differs: here for those that are cheap, all others with `slow`.
WITH_ADAM = [
    pytest.param(name, norm, marks=[] if name == "Pix2Pix" and norm else pytest.mark.slow)
    for name in NAMES
    for norm in NORMS
]


def copies(strategy, variable):
    value = variable.value if isinstance(variable, keras.Variable) else variable
    return [np.asarray(copy) for copy in strategy.experimental_local_results(value)]


def check(name, optimizer, batch_norm, strategy):
    training = equal_trainings.TRAININGS[name]
    with strategy.scope():
        both = training.trainer(optimizer, batch_norm)
    before = {part: testing.vector(v) for part, v in equal_trainings.parts_of(both).items()}
    one = training.trainer(optimizer, batch_norm)
    logs, expected = training.fit(both), training.fit(one)
    assert int(keras.ops.convert_to_numpy(both.step)) == equal_trainings.STEPS
    for part, difference in equal_trainings.differences(both, one).items():
        assert difference <= equal_trainings.TOLERANCES[optimizer], part
    for name in expected.keys() - {"images_per_second"}:
        np.testing.assert_allclose(logs[name], expected[name], rtol=1e-4, atol=1e-4, err_msg=name)
    for name, variable in both.state_variables().items():
        if not name.startswith("metrics/"):  # sums over each replica's own rows
            first, second = copies(strategy, variable)
            np.testing.assert_array_equal(first, second, err_msg=name)
    # Something was learned, or all of that would say nothing.
    for name in both.network_names:
        moved = np.abs(testing.vector(getattr(both, name)) - before[name])
        assert moved.max() > 1e-3, name


@pytest.mark.parametrize("name, batch_norm", EVERY)
def test_with_gradient_descent(name, batch_norm, two_replicas):
    check(name, "SGD", batch_norm, two_replicas)


@pytest.mark.parametrize("name, batch_norm", WITH_ADAM)
def test_with_adam(name, batch_norm, two_replicas):
    check(name, "Adam", batch_norm, two_replicas)


def test_statistics_that_are_not_synchronized_are_the_mean_over_replicas(two_replicas):
    """So all copies agree, and none of the rows is lost to a state that is saved."""
    training = equal_trainings.TRAININGS["ModifiedMinimaxGAN"]
    with two_replicas.scope():
        both = training.trainer(batch_norm="own")
    training.fit(both, steps=3)
    for network in (both.generator, both.discriminator, both.ema_generator):
        for variable in network.variables:
            first, second = copies(two_replicas, variable)
            np.testing.assert_array_equal(first, second, err_msg=variable.path)


def test_a_moving_mean_is_that_of_all_rows(two_replicas):
    """The mean over replicas of means of equally many rows is the mean of all rows."""

    def normalized():
        x = keras.Input((2,))
        y = keras.layers.BatchNormalization(momentum=0.5, name="first")(x)
        return keras.Model(x, keras.layers.Dense(1, dtype="float32")(y))

    def statistics(strategy):
        import families

        with strategy.scope():
            networks = testing.mlp_networks()[0], normalized()
            gan = families.compiled(families.make(networks=networks))
        families.fit(gan, testing.points(4))
        layer = gan.discriminator.get_layer("first")
        return [np.asarray(keras.ops.convert_to_numpy(v)) for v in layer.non_trainable_variables]

    (mean, variance), (one_mean, one_variance) = (
        statistics(s) for s in (two_replicas, tf.distribute.get_strategy())
    )
    np.testing.assert_allclose(mean, one_mean, rtol=1e-5)
    assert np.all(variance < one_variance)  # of the replicas' own rows, about their own means
