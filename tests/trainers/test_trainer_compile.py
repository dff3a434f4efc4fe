"""`compile`: defaults, optimizers, and what it refuses."""

import families
import keras
import numpy as np
import pytest

from tfgan_suite import GAN, losses, testing

optimizers = keras.optimizers


def base():
    return GAN(*testing.mlp_networks(), testing.LATENT_DIM)


@pytest.mark.parametrize("family", ["minimax", "modified_minimax"])
def test_the_minimax_families_default_to_dcgans_adam(family):
    gan = families.make(family)
    gan.compile()
    for optimizer in (gan.optimizer, gan.discriminator_optimizer):
        assert type(optimizer) is optimizers.Adam
        np.testing.assert_allclose(float(optimizer.learning_rate), 2e-4)
        assert (optimizer.beta_1, optimizer.beta_2) == (0.5, 0.999)
    assert gan.adversarial_loss.label_smoothing == 0.25
    assert gan.discriminator_steps == 1


def test_wasserstein_defaults_are_those_of_the_paper():
    gan = families.FAMILIES["wasserstein"][0](*testing.mlp_networks(), testing.LATENT_DIM)
    gan.compile()
    for optimizer in (gan.optimizer, gan.discriminator_optimizer):
        assert type(optimizer) is optimizers.RMSprop
        np.testing.assert_allclose(float(optimizer.learning_rate), 5e-5)
    assert gan.clip_value == 0.01
    assert gan.discriminator_steps == 5


def test_wasserstein_defaults_with_the_penalty_are_those_of_its_paper():
    gan = families.make("wasserstein")
    gan.compile(penalties=losses.GradientPenalty(10.0))
    for optimizer in (gan.optimizer, gan.discriminator_optimizer):
        assert type(optimizer) is optimizers.Adam
        np.testing.assert_allclose(float(optimizer.learning_rate), 1e-4)
        assert (optimizer.beta_1, optimizer.beta_2) == (0.0, 0.9)
    assert gan.clip_value is None


@pytest.mark.parametrize(
    ("family", "cls"),
    [
        ("minimax", losses.Minimax),
        ("modified_minimax", losses.ModifiedMinimax),
        ("wasserstein", losses.Wasserstein),
    ],
)
def test_every_family_has_its_loss(family, cls):
    gan = families.make(family)
    gan.compile()
    assert type(gan.adversarial_loss) is cls


def test_the_base_has_no_loss_of_its_own():
    with pytest.raises(ValueError, match=r"GAN has no loss of its own: pass compile\(loss=...\)"):
        base().compile()


def test_any_loss_goes_with_any_trainer():
    gan = families.make("minimax")
    gan.compile(loss="wasserstein")
    assert type(gan.adversarial_loss) is losses.Wasserstein


def test_one_optimizer_serves_as_a_model_for_the_other():
    gan = families.make()
    optimizer = optimizers.Adam(3e-4, beta_1=0.2)
    gan.compile(optimizer)
    assert gan.optimizer is optimizer
    assert gan.discriminator_optimizer is not optimizer
    assert type(gan.discriminator_optimizer) is optimizers.Adam
    assert gan.discriminator_optimizer.beta_1 == 0.2
    np.testing.assert_allclose(float(gan.discriminator_optimizer.learning_rate), 3e-4)


def test_a_discriminators_optimizer_alone_leaves_the_generators_default():
    gan = families.make("wasserstein")
    gan.compile(discriminator_optimizer=optimizers.SGD(0.5))
    assert type(gan.optimizer) is optimizers.RMSprop
    assert type(gan.discriminator_optimizer) is optimizers.SGD


def test_optimizers_by_name_and_config():
    gan = families.make()
    gan.compile("adagrad", keras.saving.serialize_keras_object(optimizers.SGD(0.5)))
    assert type(gan.optimizer) is optimizers.Adagrad
    assert type(gan.discriminator_optimizer) is optimizers.SGD


def test_each_optimizer_has_slots_for_one_player():
    gan = families.make()
    gan.compile(optimizers.SGD(0.1, momentum=0.9))
    for network, optimizer in (
        (gan.generator, gan.optimizer),
        (gan.discriminator, gan.discriminator_optimizer),
    ):
        slots = [tuple(v.shape) for v in optimizer.variables if len(v.shape)]
        assert slots == [tuple(w.shape) for w in network.trainable_variables]


def test_one_optimizer_for_both_is_refused():
    optimizer = optimizers.SGD()
    with pytest.raises(ValueError, match="an optimizer of its own.*same object twice"):
        families.make().compile(optimizer, optimizer)


@pytest.mark.parametrize("name", ["optimizer", "discriminator_optimizer"])
def test_an_average_by_the_optimizer_is_refused(name):
    with pytest.raises(
        ValueError, match=f"use the trainer's `ema_decay` instead. Received: {name}="
    ):
        families.make().compile(**{name: optimizers.Adam(use_ema=True)})


def test_a_penalty_must_be_one():
    with pytest.raises(ValueError, match="`penalties` must be a list of .*Received: 10.0"):
        families.make().compile(penalties=[10.0])


def test_a_penalty_may_come_once():
    twice = [losses.GradientPenalty(1.0), losses.GradientPenalty(2.0)]
    with pytest.raises(ValueError, match="Each penalty may come once. Received: penalties="):
        families.make().compile(penalties=twice)


def test_an_unknown_loss_is_refused():
    with pytest.raises(ValueError, match="Unknown adversarial loss"):
        families.make().compile(loss="hinged")


def test_xla_is_off_on_a_cpu_unless_asked_for():
    gan = families.make()
    gan.compile()
    assert gan.jit_compile is False
    gan.compile(jit_compile=True)
    assert gan.jit_compile is True


def test_the_file_says_auto_where_nothing_was_asked_for():
    gan = families.make()
    gan.compile()
    assert gan.get_compile_config()["jit_compile"] == "auto"


def test_an_uncompiled_trainer_has_no_compile_config_and_no_metrics():
    gan = families.make()
    assert gan.get_compile_config() is None
    assert gan.metrics == []


def test_a_trainer_can_be_compiled_again():
    gan = families.make()
    gan.compile(penalties=[losses.GradientPenalty()])
    families.fit(gan, testing.points(4))
    families.compiled(gan, loss="wasserstein")
    history = families.fit(gan, testing.points(4))
    assert "gradient_penalty" not in history
    # The Wasserstein generator loss is minus the mean output on generated data.
    assert history["g_loss"][0] != pytest.approx(0.69, abs=0.01)


@pytest.mark.parametrize("option", ["metrics", "loss_weights"])
def test_options_that_make_no_sense_for_a_gan_are_refused(option):
    with pytest.raises(TypeError, match=option):
        families.make().compile(**{option: ["mse"]})
