"""Learning rates: plans in steps for all players, and Keras's callbacks on the players meant."""

import families
import keras
import numpy as np
import pytest

from tfgan_suite import losses, schedules, testing
from tfgan_suite.callbacks import OnPlayers
from tfgan_suite.learning_rates import learning_rates

NAMES = ("learning_rate", "discriminator_learning_rate")


def trainer(optimizer=0.1, k=1, **options):
    """A compiled trainer whose players have the same rate, a number or a schedule."""
    gan = families.make("wasserstein", discriminator_steps=k)
    both = [keras.optimizers.SGD(optimizer) for _ in range(2)]
    gan.compile(*both, penalties=[losses.GradientPenalty()], **options)
    return gan


def rates_of(gan):
    return [learning_rates(gan)[name] for name in NAMES]


def fit(gan, epochs=1, steps=4, **options):
    rows = testing.points(4 * gan.discriminator_steps * steps)
    return gan.fit(rows, batch_size=4, epochs=epochs, verbose=0, **options).history


def weights_moved_by(schedule, k, steps):
    """How far each player's weights go under gradients of 1 in every update."""

    class Sum(losses.WeightPenalty):
        def value(self, matrices):
            return sum(keras.ops.sum(w) for w in matrices)

    gan = families.make(discriminator_steps=k)
    nothing = (lambda fake: 0.0 * keras.ops.sum(fake), lambda real, fake: 0.0 * keras.ops.sum(fake))
    gan.compile(
        keras.optimizers.SGD(schedule),
        loss=nothing,
        penalties=[Sum(1.0)],
        generator_penalties=[Sum(1.0)],
    )
    before = [network.get_weights()[0] for network in (gan.generator, gan.discriminator)]
    fit(gan, steps=steps)
    after = [network.get_weights()[0] for network in (gan.generator, gan.discriminator)]
    return [np.unique(np.round(b - a, 5)) for a, b in zip(after, before)]


@pytest.mark.parametrize("k", [1, 2, 5])
def test_both_players_follow_a_plan_in_steps(k):
    """LinearDecay(0.2, 2, 2): rates 0.2, 0.2, 0.2, 0.1, 0 in five steps."""
    of_generator, of_discriminator = weights_moved_by(schedules.LinearDecay(0.2, 2, 2), k, 5)
    np.testing.assert_allclose(of_generator, [0.7], atol=1e-5)
    np.testing.assert_allclose(of_discriminator, [0.7 * k], atol=1e-4)


def test_the_critic_is_not_frozen_while_the_generator_goes_on():
    gan = families.make("wasserstein", discriminator_steps=5)
    gan.compile(keras.optimizers.Adam(schedules.LinearDecay(2e-4, 10, 10)))
    history = fit(gan, steps=4)
    assert [history[name] for name in NAMES] == [[pytest.approx(2e-4)]] * 2


def test_an_exponential_decay_is_the_same_for_both():
    gan = trainer(keras.optimizers.schedules.ExponentialDecay(0.1, 4, 0.5), k=2)
    history = fit(gan, steps=8)
    # The rates of the step to come: 0.1 * 0.5 ** (8 / 4).
    np.testing.assert_allclose([history[name][0] for name in NAMES], [0.025, 0.025], rtol=1e-6)


def test_a_schedule_within_loss_scaling_counts_steps_too():
    keras.config.set_dtype_policy("mixed_float16")
    gan = trainer(keras.optimizers.schedules.ExponentialDecay(0.1, 4, 0.5), k=2)
    assert isinstance(gan.discriminator_optimizer, keras.optimizers.LossScaleOptimizer)
    gan.discriminator_optimizer.inner_optimizer.iterations.assign(8)
    np.testing.assert_allclose(gan.discriminator_optimizer.learning_rate, 0.05, rtol=1e-6)


def test_a_reloaded_plan_is_not_slowed_down_again(tmp_path):
    gan = trainer(schedules.LinearDecay(0.2, 2, 8), k=2)
    fit(gan, steps=4)
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    again.compile_from_config(again.get_compile_config())
    assert rates_of(again) == [pytest.approx(0.2)] * 2  # compiled anew: at step 0
    again = keras.saving.load_model(tmp_path / "gan.keras")
    assert rates_of(again) == rates_of(gan) == [pytest.approx(0.15)] * 2


def test_a_scheduler_reaches_both_players_from_their_own_rates():
    gan = trainer()
    gan.discriminator_optimizer.learning_rate = 0.4
    halve = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    history = fit(gan, epochs=2, callbacks=[halve])
    np.testing.assert_allclose(history["learning_rate"], [0.05, 0.025])
    np.testing.assert_allclose(history["discriminator_learning_rate"], [0.2, 0.1])


@pytest.mark.parametrize("form", [list, keras.callbacks.CallbackList])
def test_a_plateau_is_counted_once_for_all_players(form):
    """`patience=2`: reduced at the end of the third and fifth epochs without progress."""
    gan = trainer(0.0)
    for optimizer, rate in zip((gan.optimizer, gan.discriminator_optimizer), (0.1, 0.4)):
        optimizer.learning_rate = rate
    callbacks = [SameLoss(), keras.callbacks.ReduceLROnPlateau("g_loss", 0.5, 2, mode="min")]
    if form is not list:
        callbacks = keras.callbacks.CallbackList(callbacks, model=gan, add_history=True)
    fit(gan, epochs=5, steps=1, callbacks=callbacks)
    np.testing.assert_allclose(rates_of(gan), [0.025, 0.1])


class SameLoss(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        logs["g_loss"] = 1.0


def test_the_logs_of_a_plateau_have_each_players_name():
    gan = trainer()
    gan.discriminator_optimizer.learning_rate = 0.4
    plateau = keras.callbacks.ReduceLROnPlateau("g_loss", 0.5, 1, mode="min")
    history = fit(gan, epochs=3, steps=1, callbacks=[SameLoss(), plateau])
    assert not [name for name in history if name.startswith("learning_rate_")]
    # Keras logs the rate of the epoch, before it is reduced.
    np.testing.assert_allclose(history["learning_rate"], [0.1, 0.1, 0.05])
    np.testing.assert_allclose(history["discriminator_learning_rate"], [0.4, 0.4, 0.2])


def test_a_callback_reaches_the_players_it_is_meant_for():
    gan = trainer()
    halve = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    history = fit(gan, epochs=2, callbacks=[OnPlayers(halve, ["discriminator"])])
    np.testing.assert_allclose(history["learning_rate"], [0.1, 0.1])
    np.testing.assert_allclose(history["discriminator_learning_rate"], [0.05, 0.025])


def test_a_player_at_its_minimum_does_not_hold_the_other():
    gan = trainer()
    gan.optimizer.learning_rate = 0.01
    plateau = keras.callbacks.ReduceLROnPlateau("g_loss", 0.5, 1, mode="min", min_lr=0.01)
    fit(gan, epochs=3, steps=1, callbacks=[SameLoss(), plateau])
    np.testing.assert_allclose(rates_of(gan), [0.01, 0.025])


def test_unknown_players_are_named():
    callback = keras.callbacks.LearningRateScheduler(lambda epoch: 0.1)
    with pytest.raises(ValueError, match=r"generator, discriminator. Received: players=\['critic'"):
        fit(trainer(), callbacks=[OnPlayers(callback, ["critic"])])


def test_a_rate_that_follows_a_schedule_cannot_be_set():
    callback = keras.callbacks.LearningRateScheduler(lambda epoch: 0.1)
    with pytest.raises(ValueError, match="the player 'generator' follows a schedule"):
        fit(trainer(schedules.LinearDecay(0.1, 1, 1)), callbacks=[callback])


def test_other_callbacks_find_the_optimizers_by_themselves():
    with pytest.raises(ValueError, match=r"`model.players\[name\].optimizer`. Received: callback="):
        OnPlayers(keras.callbacks.History())


def test_a_plan_in_steps_comes_back_from_its_config():
    schedule = schedules.InSteps(schedules.LinearDecay(0.2, 3, 4), 5)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(schedule))
    assert type(again) is schedules.InSteps and again.get_config() == schedule.get_config()


@pytest.mark.parametrize("arguments, name", [((0.1, 2), "schedule"), ((None, 0), "updates")])
def test_wrong_plans_are_named(arguments, name):
    schedule, updates = arguments
    with pytest.raises(ValueError, match=f"`{name}` must be a"):
        schedules.InSteps(schedule or schedules.LinearDecay(0.2, 3, 4), updates)
