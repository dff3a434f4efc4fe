"""ACGAN: its losses against TF-GAN's own, its weights, its logs."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import ACGAN, losses, networks, testing, tf_gan

CLASSES, ROWS = 3, 8
X, Y = testing.points(ROWS), tf.constant(np.arange(ROWS) % CLASSES, tf.int32)


def make(classes=CLASSES, **options):
    generator, _ = testing.label_networks(classes=CLASSES)
    _, discriminator = testing.mlp_networks()
    head = networks.heads.build_class_head(discriminator, classes, seed=3)
    return ACGAN(generator, head, testing.LATENT_DIM, seed=1, **options)


def step(trainer, rate=0.1, **options):
    """One step of plain descent; returns the logs."""
    optimizers = [keras.optimizers.SGD(rate) for _ in range(2)]
    loss = losses.ModifiedMinimax(label_smoothing=0.0)
    trainer.compile(*optimizers, **{"loss": loss, "run_eagerly": True, **options})
    logs = trainer.train_on_batch(X, Y.numpy(), return_dict=True)
    return {name: float(value) for name, value in logs.items()}


def outputs(trainer, z, training):
    """Outputs of D on the real vectors and on what G makes of z and the same classes."""
    g_z = trainer.generator([z, Y], training=training)
    return trainer.discriminator(X), trainer.discriminator(g_z)


def test_the_losses_are_those_of_tf_gan():
    """Both players' losses of one step at frozen weights, by `tensorflow_gan` itself."""
    weights = {"generator_class_weight": 0.5, "discriminator_class_weight": 2.0}
    trainer = make(**weights)
    # The discriminator's loss is of the first draw; at a rate of 0 G's differs by its own only.
    logs = step(trainer, rate=0.0, loss="wasserstein")
    seeds = [tf.constant([1, draw], tf.int64) for draw in range(2)]
    wargs, one_hot = tf_gan.losses.wargs, tf.one_hot(Y, CLASSES)
    real, fake = outputs(trainer, trainer.latent_prior.sample(ROWS, seeds[0]), True)
    d_class = 2.0 * wargs.acgan_discriminator_loss(real[1], fake[1], one_hot)
    d_loss = wargs.wasserstein_discriminator_loss(real[0], fake[0]) + d_class
    _, again = outputs(trainer, trainer.latent_prior.sample(ROWS, seeds[1]), True)
    g_class = 0.5 * wargs.acgan_generator_loss(again[1], one_hot)
    g_loss = wargs.wasserstein_generator_loss(again[0]) + g_class
    of_d, of_g = {"d_class_loss": d_class, "d_loss": d_loss}, {"g_class_loss": g_class}
    for name, value in {**of_d, **of_g, "g_loss": g_loss}.items():
        np.testing.assert_allclose(logs[name], value, rtol=1e-5, err_msg=name)


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_each_weight_is_of_its_own_player(player):
    """Without the weight of a player his update knows nothing of the classes."""
    other = {"generator": "discriminator", "discriminator": "generator"}[player]
    ends = []
    for weight in (0.0, 3.0):
        trainer = make(**{f"{other}_class_weight": weight}, simultaneous=True)
        step(trainer)
        ends.append(trainer)
    assert testing.same(getattr(ends[0], player), getattr(ends[1], player))
    assert not testing.same(getattr(ends[0], other), getattr(ends[1], other))


@pytest.mark.parametrize("weight", [0.0, 0.25])
def test_generated_images_may_count_less_for_the_classifier(weight):
    trainer = make(generated_class_weight=weight)
    real, fake = outputs(trainer, trainer.latent_prior.sample(ROWS, [1, 0]), True)
    entropies = [
        np.mean(keras.losses.sparse_categorical_crossentropy(Y, logits, from_logits=True))
        for logits in (real[1], fake[1])
    ]
    logs = step(trainer, rate=0.0)
    expected = entropies[0] + weight * entropies[1]
    np.testing.assert_allclose(logs["d_class_loss"], expected, rtol=1e-5)


def test_class_accuracies_are_in_the_logs():
    trainer = make()
    z = trainer.latent_prior.sample(ROWS, tf.constant([1, 0], tf.int64))
    real, fake = outputs(trainer, z, True)
    logs = step(trainer)
    for name, logits in (("real", real[1]), ("fake", fake[1])):
        expected = np.mean(np.argmax(logits, axis=1) == Y)
        np.testing.assert_allclose(logs[f"{name}_class_accuracy"], expected, rtol=1e-6)
    assert 0.0 < logs["real_class_accuracy"] < 1.0


def test_evaluate_gives_the_losses_and_accuracies_of_the_classes():
    trainer = make()
    step(trainer)
    found = trainer.evaluate(X, Y.numpy(), batch_size=ROWS, verbose=0, return_dict=True)
    real = trainer.discriminator(X)[1]
    np.testing.assert_allclose(
        found["real_class_accuracy"], np.mean(np.argmax(real, axis=1) == Y), rtol=1e-6
    )
    assert {"d_class_loss", "g_class_loss", "fake_class_accuracy"} <= set(found)


@pytest.mark.parametrize("form", [lambda y: y[:, None], lambda y: np.eye(CLASSES, dtype=int)[y]])
def test_labels_of_all_forms_are_the_same_to_it(form):
    labels, found = Y.numpy(), []
    for given in (labels, form(labels)):
        trainer = make()
        trainer.compile(*[keras.optimizers.SGD(0.1) for _ in range(2)], run_eagerly=True)
        trainer.fit(X, given, batch_size=ROWS, verbose=0)
        trainer.fit(tf.data.Dataset.from_tensors((X, given)), verbose=0)
        found.append([*trainer.evaluate(X, given, verbose=0), testing.vector(trainer.generator)])
    np.testing.assert_array_equal(np.hstack(found[0]), np.hstack(found[1]))


def test_a_label_out_of_range_is_named():
    trainer = make()
    trainer.compile(run_eagerly=True)
    with pytest.raises(ValueError, match=r"in \[0, 3\).*from 1 to 3"):
        trainer.fit(X, Y.numpy() + 1, verbose=0)


def test_missing_labels_are_named():
    trainer = make()
    trainer.compile(run_eagerly=True)
    with pytest.raises(ValueError, match="takes (labels|vector) as a condition"):
        trainer.fit(X, verbose=0)


@pytest.mark.parametrize(
    "build, named",
    [
        (lambda: make(classes=4), "know 3 classes. Received: classes=4"),
        (lambda: make(generator_class_weight=-1.0), "generator_class_weight=-1.0"),
        (lambda: make(discriminator_class_weight=None), "discriminator_class_weight=None"),
        (lambda: make(generated_class_weight=True), "generated_class_weight=True"),
        (
            lambda: ACGAN(*testing.label_networks(), testing.LATENT_DIM),
            r"\[logits, class_logits\].*build_class_head.*2 input",
        ),
        (
            lambda: ACGAN(testing.mlp_networks()[0], make().discriminator, testing.LATENT_DIM),
            "takes labels as a second input",
        ),
    ],
)
def test_wrong_networks_and_weights_are_named(build, named):
    with pytest.raises(ValueError, match=named):
        build()
