"""Everything that the package registers, how to make a small one; a new class joins by a line."""

import keras

from tfgan_suite import losses, networks, testing, trainers

LATENT_DIM = testing.LATENT_DIM
IMAGE_SHAPE = (8, 8, 1)


# Function of nothing -> adversarial loss.
LOSSES = {
    "FunctionPair": lambda: losses.get(
        (losses.least_squares_generator_loss, losses.wasserstein_hinge_discriminator_loss)
    ),
    "Hinge": losses.Hinge,
    "LeastSquares": losses.LeastSquares,
    "Logistic": losses.Logistic,
    "Minimax": lambda: losses.Minimax(label_smoothing=0.1),
    "ModifiedMinimax": lambda: losses.ModifiedMinimax(label_smoothing=0.1),
    "RelativisticAverageHinge": losses.RelativisticAverageHinge,
    "RelativisticAverageLeastSquares": losses.RelativisticAverageLeastSquares,
    "RelativisticAverageLogistic": losses.RelativisticAverageLogistic,
    "RelativisticStandardHinge": losses.RelativisticStandardHinge,
    "RelativisticStandardLeastSquares": losses.RelativisticStandardLeastSquares,
    "RelativisticStandardLogistic": losses.RelativisticStandardLogistic,
    "Wasserstein": losses.Wasserstein,
}

# Function of nothing -> penalty.
PENALTIES = {
    "BalancedConsistencyRegularization": losses.BalancedConsistencyRegularization,
    "ConsistencyRegularization": losses.ConsistencyRegularization,
    "DRAGAN": losses.DRAGAN,
    "Drift": losses.Drift,
    "GradientPenalty": lambda: losses.GradientPenalty(5.0, target=0.5, interval=2),
    "LatentConsistencyRegularization": losses.LatentConsistencyRegularization,
    "LatentDiversityRegularization": losses.LatentDiversityRegularization,
    "LeCam": losses.LeCam,
    "ModeSeeking": losses.ModeSeeking,
    "OrthogonalRegularization": losses.OrthogonalRegularization,
    "PathLength": losses.PathLength,
    "R1": losses.R1,
    "R2": losses.R2,
    "SpectralNormRegularization": losses.SpectralNormRegularization,
}

# Function of nothing -> network.
NETWORKS = {
    "dcgan.build_discriminator": lambda: networks.dcgan.build_discriminator(
        16, 1, filters=2, seed=1
    ),
    "dcgan.build_generator": lambda: networks.dcgan.build_generator(16, 1, 3, filters=2, seed=1),
    "mlp.build_discriminator": lambda: networks.mlp.build_discriminator((8, 8, 1), (4,), seed=1),
    "mlp.build_generator": lambda: networks.mlp.build_generator((8, 8, 1), 3, (4,), seed=1),
}


def compiled(cls, penalties=(), loss=None, **options):
    """A trainer of vectors, compiled with an optimizer whose steps are easy to compare."""
    trainer = cls(*testing.mlp_networks(), LATENT_DIM, seed=3, **options)
    optimizers = [keras.optimizers.Adam(0.01, epsilon=1e-3) for _ in range(2)]
    trainer.compile(*optimizers, loss=loss, penalties=penalties)
    return trainer


# Function of nothing -> compiled trainer of vectors with two components.
TRAINERS = {
    "GAN": lambda: compiled(trainers.GAN, loss="hinge", simultaneous=True),
    "MinimaxGAN": lambda: compiled(trainers.MinimaxGAN, ema_decay=0.9),
    "ModifiedMinimaxGAN": lambda: compiled(
        trainers.ModifiedMinimaxGAN, shared_latents=True, penalties=[losses.R1(interval=2)]
    ),
    "WassersteinGAN": lambda: compiled(
        trainers.WassersteinGAN,
        discriminator_steps=2,
        ema_decay=0.9,
        penalties=[losses.GradientPenalty(1.0)],
    ),
}

# What compares the examples of a replica's share with each other: two replicas, each with its half,
# differ from one device with the whole.
OF_THEIR_BATCH = {"ModeSeeking"}
