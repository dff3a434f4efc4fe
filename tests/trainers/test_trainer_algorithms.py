"""Every family against an independent loop over the same minibatches and latents."""

import families
import keras
import numpy as np
import pytest
import reference
import tensorflow as tf

from tfgan_suite import GAN, testing

STEPS, BATCH, RATE, CLIP = 3, 4, 0.2, 0.3
SCHEMES = {
    "sequential": {},
    "shared_latents": {"shared_latents": True},
    "simultaneous": {"simultaneous": True},
}


def reference_run(family, k, scheme, x):
    generator, discriminator = testing.mlp_networks()
    reference.Reference(
        family,
        generator,
        discriminator,
        families.SEED,
        testing.LATENT_DIM,
        RATE,
        clip=CLIP if family == "wasserstein" else None,
        **SCHEMES[scheme],
    ).run(x.reshape(-1, k, BATCH, x.shape[-1]))
    return generator, discriminator


def trainer_run(family, k, scheme, x, **compile_options):
    options = {"weight_clip": CLIP} if family == "wasserstein" else {}
    gan = families.make(family, discriminator_steps=k, **SCHEMES[scheme], **options)
    families.fit(families.compiled(gan, RATE, **compile_options), x)
    return gan


@pytest.mark.parametrize("k", [1, 3])
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("family", families.FAMILIES)
def test_weights_equal_those_of_an_independent_loop(family, scheme, k):
    x = testing.points(STEPS * k * BATCH)
    gan = trainer_run(family, k, scheme, x, run_eagerly=True)
    generator, discriminator = reference_run(family, k, scheme, x)
    assert testing.distance(gan.generator, generator) < 1e-5
    assert testing.distance(gan.discriminator, discriminator) < 1e-5


@pytest.mark.parametrize(
    ("family", "scheme"),
    [
        ("minimax", "sequential"),
        ("modified_minimax", "shared_latents"),
        ("modified_minimax", "simultaneous"),
        ("wasserstein", "sequential"),
    ],
)
def test_compiled_weights_equal_those_of_an_independent_loop(family, scheme):
    x = testing.points(STEPS * 2 * BATCH)
    gan = trainer_run(family, 2, scheme, x)
    generator, discriminator = reference_run(family, 2, scheme, x)
    assert testing.distance(gan.generator, generator) < 1e-5
    assert testing.distance(gan.discriminator, discriminator) < 1e-5


def test_the_schemes_and_families_differ():
    """The comparisons above could not fail if every run gave the same weights."""
    x = testing.points(2 * 2 * BATCH)
    runs = [
        reference_run(family, 2, scheme, x) for family in families.FAMILIES for scheme in SCHEMES
    ]
    for i, (generator, discriminator) in enumerate(runs):
        for other_generator, other_discriminator in runs[:i]:
            assert testing.distance(generator, other_generator) > 1e-4
            assert testing.distance(discriminator, other_discriminator) > 1e-4


class Seen(keras.layers.Layer):
    """Passes its input on and writes down the first component of every example."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.values = []

    def call(self, x):
        if tf.executing_eagerly():
            self.values.append(np.unique(x.numpy()[:, 0]).tolist())
        return x


def test_five_discriminator_steps_see_five_fresh_minibatches():
    generator, discriminator = testing.mlp_networks()
    seen = Seen()
    images = keras.Input((2,))
    spy = keras.Model(images, discriminator(seen(images)))
    gan = families.make(networks=(generator, spy), discriminator_steps=5)
    families.compiled(gan, run_eagerly=True)
    # Minibatch i is filled with the number 100 + i; no generated vector comes near.
    minibatches = np.repeat(100.0 + np.arange(10, dtype="float32"), BATCH)
    families.fit(gan, np.stack([minibatches] * 2, axis=1))
    real = [values for values in seen.values if values[0] >= 100.0]
    assert real == [[100.0 + i] for i in range(10)]
    # In each of the two steps D judges 5 generated minibatches for itself and 1 for G.
    assert len(seen.values) - len(real) == 2 * 6


def test_every_update_draws_fresh_latents():
    gan = families.compiled(families.make(discriminator_steps=3), run_eagerly=True)
    drawn = []
    draw = gan.latents_like

    def spy(x, seed):
        drawn.append(np.asarray(draw(x, seed)))
        return tf.constant(drawn[-1])

    gan.latents_like = spy
    families.fit(gan, testing.points(2 * 3 * BATCH))
    rows = np.concatenate(drawn)
    assert len(drawn) == 2 * 4
    assert len(np.unique(rows.round(6), axis=0)) == len(rows)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_base_class_plays_the_same_game(scheme):
    x = testing.points(STEPS * BATCH)
    gan = trainer_run("modified_minimax", 1, scheme, x, run_eagerly=True)
    base = GAN(*testing.mlp_networks(), testing.LATENT_DIM, seed=families.SEED, **SCHEMES[scheme])
    optimizers = {"optimizer": keras.optimizers.SGD(RATE)}
    base.compile(**optimizers, loss=gan.adversarial_loss, run_eagerly=True)
    families.fit(base, x)
    assert testing.same(base.generator, gan.generator)
    assert testing.same(base.discriminator, gan.discriminator)
