"""The probe: what the next step would compute, and nothing changed by it."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from families import compiled, fit, make

from tfgan_suite import layers, losses, networks, testing, trainers
from tfgan_suite.trainers.base import probe

X = testing.points(8)


def state(trainer):
    """Every variable of a trainer, as bytes."""
    return [keras.ops.convert_to_numpy(v).tobytes() for v in trainer.state_variables().values()]


def by_hand(trainer, x, seed):
    """Norms of the gradients of both adversarial losses, by tapes of our own."""
    z = trainer.sample_latents(len(x), seed=seed)
    loss, found = trainer.adversarial_loss, {}
    with tf.GradientTape(persistent=True) as tape:
        g_z = trainer.generator(z, training=True)
        real, fake = trainer.discriminator(x, training=True), trainer.discriminator(g_z)
        values = {"g": loss.generator_loss(real, fake), "d": loss.discriminator_loss(real, fake)}
    for name, network in (("g", trainer.generator), ("d", trainer.discriminator)):
        gradients = tape.gradient(values[name], network.trainable_variables)
        squares = sum(float(np.sum(g.numpy().astype("float64") ** 2)) for g in gradients)
        found[f"{name}_gradient_norm"] = squares**0.5
        found[f"{name}_loss"] = float(values[name])
    return found


@pytest.mark.parametrize("family", ["minimax", "modified_minimax", "wasserstein"])
def test_losses_and_norms_are_those_of_tapes_by_hand(family):
    trainer = compiled(make(family))
    seen = trainer.probe(X, 5)
    for name, expected in by_hand(trainer, X, 5).items():
        assert seen[name] == pytest.approx(expected, rel=1e-5), name


def unsettled(policy="float32", **options):
    """A trainer with every kind of state that a pass in training mode changes."""
    keras.config.set_dtype_policy(policy)
    k = keras.layers
    latents, image = keras.Input((3,)), keras.Input((8, 8, 1))
    g = k.Reshape((8, 8, 1))(k.Dense(64)(k.BatchNormalization()(k.Dense(8)(latents))))
    g = k.Activation("tanh", dtype="float32")(g)
    d = layers.SpectralNormalization(k.Conv2D(3, 3), seed=1)(image)
    d = layers.NoiseInjection(seed=1)(layers.AdaptiveAugmentation(seed=2)(d))
    d = k.Dense(1, dtype="float32")(k.Flatten()(k.Dropout(0.5, seed=4)(d)))
    trainer = trainers.ModifiedMinimaxGAN(
        keras.Model(latents, g), keras.Model(image, d), 3, ema_decay=0.9, seed=1
    )
    trainer.compile(**options)
    return trainer


@pytest.mark.parametrize(
    "policy, eager", [("float32", True), ("mixed_float16", False), ("mixed_bfloat16", True)]
)
def test_nothing_changes(policy, eager):
    trainer = unsettled(policy, run_eagerly=eager)
    images = testing.images(4)
    before = state(trainer)
    first = trainer.probe(images)
    again = trainer.probe(images)
    assert state(trainer) == before
    for name, value in first.items():
        assert np.array_equal(value, again[name]), name
        assert value.dtype == np.float32 and np.isfinite(value).all(), name


def test_a_training_with_probes_is_the_one_without():
    ends = []
    for probed in (False, True):
        keras.utils.set_random_seed(1)
        trainer = unsettled(run_eagerly=True)
        for _ in range(2):
            if probed:
                trainer.probe(testing.images(4))
            fit(trainer, testing.images(8))
        ends.append((state(trainer), float(keras.random.uniform(()))))
    assert ends[0] == ends[1]


def test_small_gradients_survive_float16():
    norms = []
    for policy in ("float32", "mixed_float16"):
        keras.config.set_dtype_policy(policy)
        generator, discriminator = testing.mlp_networks()
        trainer = trainers.MinimaxGAN(generator, discriminator, testing.LATENT_DIM, seed=1)
        trainer.compile()
        last = [layer for layer in discriminator.layers if layer.weights][-1]
        # The loss is saturated: its slope is about exp(-14), below what float16 can hold.
        last.bias.assign(np.full(last.bias.shape, -14.0, "float32"))
        norms.append(float(trainer.probe(X)["g_gradient_norm"]))
    assert norms[0] > 0 and norms[1] == pytest.approx(norms[0], rel=0.1)


def test_the_signal_is_the_slope_that_the_loss_leaves():
    trainer = compiled(make("minimax"))
    fakes = np.float64(trainer.probe(X)["fake_logits"])
    sigmoid = 1.0 / (1.0 + np.exp(-fakes))
    assert trainer.probe(X)["g_signal"] == pytest.approx(sigmoid.mean(), rel=1e-5)
    assert trainer.probe(X, loss="wasserstein")["g_signal"] == pytest.approx(1.0, rel=1e-6)
    other = trainer.probe(X, loss=losses.ModifiedMinimax(label_smoothing=0.0))["g_signal"]
    assert other == pytest.approx((1.0 - sigmoid).mean(), rel=1e-5)


def test_held_out_images_are_judged_alone():
    trainer = compiled(make())
    held_out = testing.points(5, seed=4)
    seen = trainer.probe(X, held_out=held_out)
    expected = np.ravel(trainer.discriminator(held_out))
    np.testing.assert_allclose(seen["held_out_logits"], expected, rtol=1e-5)
    assert set(seen) - set(trainer.probe(X)) == {"held_out_logits"}


def test_logits_of_patches_become_one_for_each_image():
    k = keras.layers
    image = keras.Input((8, 8, 1))
    critic = keras.Model(image, k.Conv2D(1, 3)(image))
    generator = networks.mlp.build_generator((8, 8, 1), 3, (4,), seed=1)
    trainer = compiled(trainers.WassersteinGAN(generator, critic, 3, seed=1))
    images = testing.images(4)
    expected = np.mean(critic(images), axis=(1, 2, 3))
    np.testing.assert_allclose(trainer.probe(images)["real_logits"], expected, rtol=1e-5)


def test_conditions_come_with_the_images():
    trainer = compiled(make(networks=testing.conditional_networks()))
    labels = testing.one_hot(8)
    seen = trainer.probe((X, labels))
    expected = np.ravel(trainer.discriminator([X, labels]))
    np.testing.assert_allclose(seen["real_logits"], expected, rtol=1e-5)
    with pytest.raises(ValueError, match="takes (labels|vector) as a condition"):
        trainer.probe(X)


def test_it_traces_once_for_a_loss_and_anew_for_another(monkeypatch):
    trainer = compiled(make())
    traces = []
    original = probe._look
    monkeypatch.setattr(probe, "_look", lambda *a: traces.append(1) or original(*a))
    for seed in range(3):
        trainer.probe(X, seed)
    assert len(traces) == 1
    trainer.probe(X, loss="hinge")
    trainer.probe(X, loss="hinge")
    assert len(traces) == 2


def test_eagerly_it_is_the_same():
    seen = [compiled(make(), run_eagerly=eager).probe(X, 2) for eager in (False, True)]
    for name, value in seen[0].items():
        np.testing.assert_allclose(seen[1][name], value, rtol=1e-5, atol=1e-7)


def test_two_replicas_look_like_one(two_replicas):
    expected = compiled(make()).probe(X, 1)
    with two_replicas.scope():
        trainer = compiled(make())
        inside = trainer.probe(X, 1)
    fitted = compiled(make())
    for one in (trainer, fitted):
        fit(one, X, batch_size=8)
    pairs = [(inside, expected), (trainer.probe(X, 1), fitted.probe(X, 1))]
    for got, wanted in pairs:
        for name, value in wanted.items():
            np.testing.assert_allclose(got[name], value, rtol=1e-4, atol=1e-6)


def test_of_several_outputs_the_first_is_the_verdict():
    k = keras.layers
    image = keras.Input((2,))
    hidden = k.Dense(4, "tanh")(image)
    verdict, classes = k.Dense(1)(hidden), k.Dense(3)(hidden)
    generator, _ = testing.mlp_networks()
    seen = []
    for outputs in (verdict, [verdict, classes]):
        trainer = compiled(make(networks=(generator, keras.Model(image, outputs))))
        seen.append(trainer.probe(X))
    for name, value in seen[0].items():
        np.testing.assert_allclose(seen[1][name], value, rtol=1e-5)


@pytest.mark.parametrize(
    "images, words",
    [(X[:, :1], "shape"), (np.ones((4, 2), "int32"), "must be float32"), ("photo.png", "tensor")],
)
def test_what_it_refuses(images, words):
    with pytest.raises(ValueError, match=words):
        compiled(make()).probe(images)


def test_it_needs_a_compiled_trainer():
    with pytest.raises(ValueError, match="compile"):
        make().probe(X)
