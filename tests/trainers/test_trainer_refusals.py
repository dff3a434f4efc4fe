"""Bad input to trainers: every one a ValueError that says what came and what to do."""

import families
import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import GAN, WassersteinGAN, testing

LATENT_DIM = testing.LATENT_DIM


def gan(generator=None, discriminator=None, latent_dim=LATENT_DIM, cls=GAN, **options):
    g, d = testing.mlp_networks()
    return cls(
        g if generator is None else generator,
        d if discriminator is None else discriminator,
        latent_dim,
        **options,
    )


class Subclassed(keras.Model):
    def call(self, x):
        return x


@pytest.mark.parametrize("role", ["generator", "discriminator"])
@pytest.mark.parametrize(
    "network",
    [
        Subclassed(),
        keras.Sequential([keras.layers.Dense(2)]),
        keras.layers.Dense(2),
        lambda x: x,
        "dcgan",
    ],
    ids=["subclassed", "unbuilt", "layer", "function", "name"],
)
def test_networks_must_be_functional_models(role, network):
    with pytest.raises(ValueError, match=f"`{role}` must be a built functional .*{role}="):
        gan(**{role: network})


def test_a_sequential_model_with_an_input_is_functional():
    layers = [keras.Input((2,)), keras.layers.Dense(1)]
    assert gan(discriminator=keras.Sequential(layers)).built


def test_latents_must_fit_the_generator():
    with pytest.raises(ValueError, match=r"latent_dim=5\). Received: generator .*\(None, 3\)"):
        gan(latent_dim=5)


def test_a_translator_is_not_a_generator_of_latents():
    images = keras.Input((8, 8, 1))
    translator = keras.Model(images, keras.layers.Conv2D(1, 1)(images))
    with pytest.raises(ValueError, match="first input must have shape"):
        gan(generator=translator)


@pytest.mark.parametrize("shape", [(3,), (8, 8, 1)])
def test_the_discriminator_must_take_what_the_generator_makes(shape):
    _, discriminator = testing.mlp_networks(shape)
    with pytest.raises(ValueError, match=r"making \(2,\), discriminator .* taking \("):
        gan(discriminator=discriminator)


def test_unknown_sizes_fit_every_size():
    images = keras.Input((None,))
    assert gan(discriminator=keras.Model(images, keras.layers.Lambda(lambda x: x[:, :1])(images)))


@pytest.mark.parametrize("latent_dim", [0, -1, 2.0, True, "100", None])
def test_latent_dim_must_be_a_positive_integer(latent_dim):
    with pytest.raises(ValueError, match="`latent_dim` must be a positive integer. Received"):
        gan(latent_dim=latent_dim)


def test_the_distribution_of_latents_must_be_known():
    with pytest.raises(ValueError, match=r"one of \('normal', 'uniform'\). Received.*gaussian"):
        gan(latent_distribution="gaussian")


@pytest.mark.parametrize("k", [0, -1, 1.5, True, None, "5"])
def test_discriminator_steps_must_be_a_positive_integer(k):
    with pytest.raises(ValueError, match="`discriminator_steps` must be .*discriminator_steps="):
        gan(discriminator_steps=k)


@pytest.mark.parametrize("decay", [0.0, 1.0, -0.5, 1.5, float("nan")])
def test_ema_decay_must_be_a_fraction(decay):
    with pytest.raises(ValueError, match=r"`ema_decay` must be in \(0, 1\), a HalfLife.*Received: ema_decay="):
        gan(ema_decay=decay)


@pytest.mark.parametrize("seed", [-1, 1.5, True, "0"])
def test_the_seed_must_be_an_integer_from_0(seed):
    with pytest.raises(ValueError, match="`seed` must be an integer >= 0, or None.*seed="):
        gan(seed=seed)


@pytest.mark.parametrize("clip", [0, -0.01, True, "no", float("nan")])
def test_weight_clip_must_be_positive(clip):
    with pytest.raises(ValueError, match="`weight_clip` must be a positive number.*weight_clip="):
        gan(cls=WassersteinGAN, weight_clip=clip)


@pytest.mark.parametrize("method", ["fit", "evaluate"])
def test_compile_comes_first(method):
    with pytest.raises(ValueError, match="compile"):
        getattr(families.make(), method)(testing.points(4))


def fit(x, y=None, k=1, **options):
    trainer = families.compiled(families.make(discriminator_steps=k), run_eagerly=True)
    families.fit(trainer, x, y=y, **options)


@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize("dtype", ["uint8", "int64"])
def test_integer_images_are_refused(dtype, k):
    with pytest.raises(ValueError, match=f"must be float32. Received: vectors of dtype {dtype}"):
        fit(np.zeros((8, 2), dtype), k=k)


def test_integer_images_are_refused_by_the_compiled_step():
    trainer = families.compiled(families.make())
    with pytest.raises(ValueError, match="Received: vectors of dtype uint8"):
        families.fit(trainer, np.zeros((8, 2), "uint8"))


def test_integer_images_are_refused_in_evaluation():
    trainer = families.compiled(families.make(), run_eagerly=True)
    with pytest.raises(ValueError, match="Received: vectors of dtype uint8"):
        trainer.evaluate(np.zeros((8, 2), "uint8"), verbose=0)


@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize("shape", [(8,), (8, 3), (8, 2, 2), (8, 28, 28, 1)], ids=str)
def test_images_of_another_shape_are_refused(shape, k):
    with pytest.raises(ValueError, match="(must have the shape|stacked on axis 1).*vectors of"):
        fit(np.zeros(shape, "float32"), k=k)


def test_train_on_batch_says_how_to_stack_minibatches():
    trainer = families.compiled(families.make(discriminator_steps=2), run_eagerly=True)
    with pytest.raises(ValueError, match=r"for `train_on_batch` stack them yourself.*\(4, 2\)"):
        trainer.train_on_batch(testing.points(4))


def test_data_must_be_images_and_condition():
    data = tf.data.Dataset.from_tensor_slices({"image": testing.points(4)}).batch(4)
    with pytest.raises(ValueError, match=r"tuple \(vectors, condition\). Received: dict"):
        fit(data, batch_size=None)


def test_strings_are_not_images():
    with pytest.raises(ValueError, match="must be float32.*dtype string"):
        fit(tf.constant([["a", "b"]] * 4))
