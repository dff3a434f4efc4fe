"""Conditional networks, `[latents, label]` and `[images, label]`, in the same trainers."""

import families
import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import losses, testing

CLASSES = 3


def labelled(rows):
    """Vectors whose first component is 100 + the class of their one-hot label."""
    labels = testing.one_hot(rows, CLASSES)
    x = testing.points(rows)
    x[:, 0] = 100.0 + labels.argmax(axis=1)
    return x, labels


class Pairs(keras.layers.Layer):
    """Passes images on and writes down their first component beside the class they come with."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seen = []

    def call(self, inputs):
        images, labels = inputs
        if tf.executing_eagerly():
            self.seen += list(zip(images.numpy()[:, 0], labels.numpy().argmax(axis=1), strict=True))
        return images


def with_spy(discriminator):
    pairs = Pairs()
    inputs = [keras.Input((2,)), keras.Input((CLASSES,))]
    return pairs, keras.Model(inputs, discriminator([pairs(inputs), inputs[1]]))


@pytest.mark.parametrize("family", families.FAMILIES)
@pytest.mark.parametrize("k", [1, 2])
def test_conditional_networks_train(family, k):
    gan = families.make(family, networks=testing.conditional_networks(), discriminator_steps=k)
    families.compiled(gan, rate=1e-3, penalties=[losses.GradientPenalty()], run_eagerly=True)
    before = testing.vector(gan.generator)
    x, y = labelled(8 * k)
    history = families.fit(gan, x, y=y)
    assert int(gan.step) == 2
    assert np.isfinite(list(history.values())).all()
    assert np.all(testing.vector(gan.generator) != before)


@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize("source", ["arrays", "dataset"])
def test_every_image_is_judged_with_its_own_label(source, k):
    generator, discriminator = testing.conditional_networks()
    pairs, spy = with_spy(discriminator)
    gan = families.make(networks=(generator, spy), discriminator_steps=k)
    families.compiled(gan, rate=0.0, run_eagerly=True)
    x, y = labelled(16)
    if source == "arrays":
        families.fit(gan, x, y=y, shuffle=True)
    else:
        families.fit(gan, tf.data.Dataset.from_tensor_slices((x, y)).batch(4), None)
    real = [(value, label) for value, label in pairs.seen if value >= 100.0]
    assert len(real) == 16
    assert all(value == 100.0 + label for value, label in real)


def test_generated_images_get_the_labels_of_the_real_ones():
    _, discriminator = testing.conditional_networks()
    pairs, spy = with_spy(discriminator)
    # A generator whose first component is ten times the class it was asked for.
    latents, of = keras.Input((testing.LATENT_DIM,)), keras.Input((CLASSES,))
    nothing = keras.layers.Dense(2, kernel_initializer="zeros")(latents)
    shown = keras.layers.Dense(2, use_bias=False)
    generator = keras.Model([latents, of], keras.layers.Add()([nothing, shown(of)]))
    shown.set_weights([np.array([[0.0, 0.0], [10.0, 0.0], [20.0, 0.0]])])
    gan = families.make(networks=(generator, spy))
    families.compiled(gan, rate=0.0, run_eagerly=True)
    x, y = labelled(8)
    families.fit(gan, x, y=y)
    fake = [(value, label) for value, label in pairs.seen if value < 100.0]
    assert len(fake) == 2 * 8
    assert all(value == 10.0 * label for value, label in fake)


def test_integer_labels_through_an_embedding():
    layers = keras.layers
    latents, of = keras.Input((testing.LATENT_DIM,)), keras.Input((), dtype="int32")
    merged = layers.Concatenate()([latents, layers.Embedding(CLASSES, 2)(of)])
    generator = keras.Model([latents, of], layers.Dense(2)(merged))
    _, discriminator = testing.mlp_networks()
    gan = families.make(networks=(generator, discriminator), discriminator_steps=2)
    families.compiled(gan, run_eagerly=True)
    x, y = labelled(16)
    families.fit(gan, x, y=y.argmax(axis=1).astype("int32"))
    assert int(gan.step) == 2


def test_evaluate_and_predict_take_the_condition():
    gan = families.make(networks=testing.conditional_networks())
    families.compiled(gan, run_eagerly=True)
    x, y = labelled(6)
    assert np.isfinite(gan.evaluate(x, y, verbose=0)).all()
    z = gan.sample_latents(6, seed=1)
    images = gan.predict([z, y], verbose=0)
    np.testing.assert_allclose(images, gan.generator([z, tf.constant(y)]), rtol=1e-5)


def test_a_condition_that_no_network_takes_is_left_alone():
    runs = []
    for y in (None, testing.one_hot(8)):
        gan = families.compiled(families.make(), run_eagerly=True)
        families.fit(gan, testing.points(8), y=y)
        runs.append(gan)
    assert testing.same(runs[0].generator, runs[1].generator)


def test_the_compiled_step_takes_the_condition():
    gan = families.make(networks=testing.conditional_networks(), discriminator_steps=2)
    families.compiled(gan, rate=1e-3, penalties=[losses.GradientPenalty()])
    x, y = labelled(16)
    families.fit(gan, x, y=y, validation_data=(x, y))
    assert int(gan.step) == 2


@pytest.mark.parametrize("conditional", ["generator", "discriminator"])
@pytest.mark.parametrize("k", [1, 2])
def test_a_missing_condition_is_named(conditional, k):
    networks = list(testing.mlp_networks())
    index = ("generator", "discriminator").index(conditional)
    networks[index] = testing.conditional_networks()[index]
    gan = families.make(networks=networks, discriminator_steps=k)
    families.compiled(gan, run_eagerly=True)
    with pytest.raises(ValueError, match="takes vector as a condition, so the data must be"):
        families.fit(gan, testing.points(8))
