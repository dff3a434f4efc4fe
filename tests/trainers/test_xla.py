"""`jit_compile=True` with all that a step may contain: the step without it, but for rounding.

Losses, penalties, layers and networks by themselves: see the conformance tests.
"""

import equal_trainings
import numpy as np
import pytest

from tfgan_suite import callbacks, networks, testing, trainers

TRAININGS = equal_trainings.TRAININGS
STEPS = 4


def assert_equal(compiled, plain, logs, expected):
    for part, difference in equal_trainings.differences(compiled, plain).items():
        assert difference <= 1e-5, part
    for name in expected.keys() - {"images_per_second"}:
        np.testing.assert_allclose(logs[name], expected[name], rtol=1e-3, atol=1e-4, err_msg=name)


# The conformance tests have a case of each trainer; here those with more than that in them.
BY_DEFAULT = ("CycleGAN", "GAN with ADA", "ModifiedMinimaxGAN", "Pix2Pix")
EVERY = [
    pytest.param(name, norm, marks=[] if name in BY_DEFAULT and not norm else pytest.mark.slow)
    for name in TRAININGS
    for norm in (None, "own")
]


@pytest.mark.parametrize("name, batch_norm", EVERY)
def test_every_trainer(name, batch_norm):
    """Dropout, pools, ADA, spectral normalization, lazy penalties with memories, averages."""
    training = TRAININGS[name]
    made = [training.trainer(batch_norm=batch_norm, jit_compile=jit) for jit in (True, False)]
    assert_equal(*made, *(training.fit(trainer, STEPS) for trainer in made))


def test_steps_that_are_undone():
    """What GuardNonFinite does inside the step: a batch of infinite images changes nothing."""
    training = TRAININGS["ModifiedMinimaxGAN"]
    trainer, plain = (training.trainer(jit_compile=jit) for jit in (True, False))
    x = testing.images(3 * 8, equal_trainings.SHAPE)
    x[9] = np.inf
    for t in (trainer, plain):
        guard = callbacks.GuardNonFinite("skip")
        with pytest.warns(UserWarning, match="Step 2 was undone"):
            t.fit(x, batch_size=8, shuffle=False, verbose=0, callbacks=[guard])
    assert int(trainer.watch.undone_steps) == int(plain.watch.undone_steps) == 1
    for part, difference in equal_trainings.differences(trainer, plain).items():
        assert difference <= 1e-5, part
    assert all(np.isfinite(testing.vector(network)).all() for network in trainer.layers)


def translators():
    return (
        networks.unet.build_generator(32, 1, 1, 1, seed=1),
        networks.patch_discriminator.build_discriminator(
            32, 1, filters=2, receptive_field=16, input_channels=1, seed=2
        ),
    )


def test_the_u_net_with_its_dropout():
    fits = []
    for jit in (True, False):
        trainer = trainers.Pix2Pix(*translators(), seed=3)
        trainer.compile("sgd", jit_compile=jit)
        x, y = (testing.images(4, (32, 32, 1), seed=seed) for seed in range(2))
        trainer.fit(x, y, batch_size=2, shuffle=False, verbose=0)
        fits.append(trainer)
    assert testing.distance(fits[0].generator, fits[1].generator) < 1e-5
    assert testing.distance(fits[0].discriminator, fits[1].discriminator) < 1e-5


@pytest.mark.slow
def test_sngan_which_upsamples_by_neighbours():
    fits = []
    for jit in (True, False):
        parts = (
            networks.sngan.build_generator(16, 1, 3, 2, seed=1),
            networks.sngan.build_discriminator(16, 1, 2, seed=2),
        )
        gan = trainers.GAN(*parts, 3, ema_decay=0.9, seed=3)
        gan.compile("sgd", loss="hinge", jit_compile=jit)
        gan.fit(testing.images(8, (16, 16, 1)), batch_size=4, shuffle=False, verbose=0)
        fits.append(gan)
    for name in ("generator", "discriminator", "ema_generator"):
        assert testing.distance(*(getattr(gan, name) for gan in fits)) < 1e-5
