"""Real trainers, exported while and after they train, as the server loads them."""

import c_api
import keras
import numpy as np
import pytest

import tfgan_suite

SEEDS = np.arange(3, dtype=np.int64)


def train(ema_decay=0.9, distribution="normal", callbacks=()):
    networks = tfgan_suite.networks.dcgan
    trainer = tfgan_suite.ModifiedMinimaxGAN(
        networks.build_generator(16, 3, latent_dim=8, filters=4, seed=0),
        networks.build_discriminator(16, 3, filters=4, seed=1),
        latent_dim=8, ema_decay=ema_decay, latent_distribution=distribution, seed=2,
    )
    trainer.compile()
    images = np.random.default_rng(3).uniform(-1, 1, (16, 16, 16, 3)).astype(np.float32)
    trainer.fit(images, batch_size=8, epochs=2, shuffle=False, verbose=0, callbacks=[*callbacks])
    return trainer


@pytest.fixture(scope="module")
def averaged():
    return train()


@pytest.mark.parametrize("ema", [True, False])
def test_images_of_seeds_are_the_generators(averaged, export, tmp_path, ema):
    path = export(averaged, tmp_path, ema=ema)
    images = c_api.run(path, "from_seed", {"seeds": SEEDS})["images"]
    generators = [averaged.generator, averaged.ema_generator]
    latents = averaged.latent_prior.from_seeds(SEEDS)
    raw, average = (np.asarray(generator(latents, training=False)) for generator in generators)
    np.testing.assert_allclose(images, average if ema else raw, rtol=0, atol=1e-6)
    assert np.abs(raw - average).max() > 1e-4


def test_trainer_without_an_average_and_with_uniform_latents(export, tmp_path):
    trainer = train(ema_decay=None, distribution="uniform")
    images = c_api.run(export(trainer, tmp_path), "from_seed", {"seeds": SEEDS})["images"]
    expected = trainer(trainer.latent_prior.from_seeds(SEEDS))
    np.testing.assert_allclose(images, expected, rtol=0, atol=1e-6)


def test_exporting_while_training_does_not_change_the_training(averaged, export, tmp_path):
    class Publish(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            export(self.model, tmp_path)

    trainer = train(callbacks=[Publish()])
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["1", "2"]
    for undisturbed, variable in zip(averaged.variables, trainer.variables):
        np.testing.assert_array_equal(np.asarray(undisturbed), np.asarray(variable))
