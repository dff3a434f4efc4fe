"""The three families and how the tests make them."""

import keras

from tfgan_suite import MinimaxGAN, ModifiedMinimaxGAN, WassersteinGAN, losses, testing

SEED = 7
FAMILIES = {
    "minimax": (MinimaxGAN, losses.Minimax(label_smoothing=0.0)),
    "modified_minimax": (ModifiedMinimaxGAN, losses.ModifiedMinimax(label_smoothing=0.0)),
    "wasserstein": (WassersteinGAN, losses.Wasserstein()),
}


def make(family="modified_minimax", networks=None, seed=SEED, **options):
    """An uncompiled trainer of vectors with two components; one discriminator step by default."""
    generator, discriminator = networks or testing.mlp_networks()
    options = {"discriminator_steps": 1, **options}
    cls, _ = FAMILIES[family]
    return cls(generator, discriminator, testing.LATENT_DIM, seed=seed, **options)


def compiled(trainer, rate=0.1, **options):
    """Compiles with plain gradient descent and the unsmoothed loss of the trainer's family."""
    loss = next(loss for cls, loss in FAMILIES.values() if type(trainer) is cls)
    trainer.compile(
        **{
            "optimizer": keras.optimizers.SGD(rate),
            "discriminator_optimizer": keras.optimizers.SGD(rate),
            "loss": loss,
            **options,
        }
    )
    return trainer


def fit(trainer, x, batch_size=4, **options):
    """Trains on arrays in their order, silently; returns the history."""
    options = {"verbose": 0, "shuffle": False, **options}
    return trainer.fit(x, batch_size=batch_size, **options).history
