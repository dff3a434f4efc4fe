"""The minimax game on a mixture of Gaussians in the plane: where it works and where it stalls.

Paper: Goodfellow et al. 2014, "Generative Adversarial Networks", arXiv:1406.2661, algorithm 1 with
the loss of equation 1 (the generator descends log(1 - D(G(z)))). The ring of 8 modes is that of
Metz et al. 2016, arXiv:1611.02163; the grid of 25 that of Srivastava et al. 2017, arXiv:1705.07761.
Deviation: Adam, ReLU and LeakyReLU.

Command: python -m tfgan_suite train minimax_gaussians
         python -m tfgan_suite train minimax_gaussians:grid

Measured (seed 0, 2500 points, on 2 cores shared with other work): `ring`, 5120 steps in 2 min 31 s:
all 8 modes, 64.3 % of the points within 3 sigma of one; `grid`, 5120 steps in 1 min 20 s: 24 of 25
modes, 8.5 %. Where the discriminator wins, log(1 - D(G(z))) is flat and the generator stalls: with
latent_dim=64 learning_rate=2e-4 beta_1=0.5 the ring ends at 0.4 %, its points strewn about.
`wgan_gp:ring` and `wgan_gp:grid` solve both mixtures.
"""

import dataclasses

import keras

from tfgan_suite import cli, losses, networks, trainers
from tfgan_suite.experiment.point_data import PointData


@dataclasses.dataclass
class Config:
    data: str = "gaussians/ring"  # 8 modes on a circle; gaussians/grid: 25 on a square grid
    num_examples: int = 65536  # real points in an epoch
    batch_size: int = 256  # points in a minibatch
    epochs: int = 20  # passes over the points
    latent_dim: int = 2  # components of z
    hidden_units: tuple[int, ...] = (128, 128, 128)  # units of each layer, in both networks
    learning_rate: float = 1e-4  # of Adam, for both players
    beta_1: float = 0.8  # Adam's decay of the mean gradient, for each step
    num_samples: int = 2500  # generated points that are judged
    seed: int = 0  # of weights, latents, and the points and their order


PRESETS = {"ring": {}, "grid": {"data": "gaussians/grid"}}
MEASURED = {
    "ring": "2 min 31 s; 8 of 8 modes, 64.3 % of the points within 3 sigma of one",
    "grid": "1 min 20 s; 24 of 25 modes, 8.5 % of the points within 3 sigma of one",
}
SMOKE = {"num_examples": 1024, "epochs": 2, "hidden_units": (16,), "num_samples": 100}


def build(config):
    points, units = PointData(config), config.hidden_units
    generator = networks.mlp.build_generator(
        points.dim, config.latent_dim, units, seed=config.seed
    )
    discriminator = networks.mlp.build_discriminator(points.dim, units, seed=config.seed + 1)
    trainer = trainers.MinimaxGAN(generator, discriminator, config.latent_dim, seed=config.seed)
    trainer.compile(
        optimizer=keras.optimizers.Adam(config.learning_rate, beta_1=config.beta_1),
        loss=losses.Minimax(label_smoothing=0.0),
    )
    return points.experiment(trainer)


if __name__ == "__main__":
    cli.train(__file__)
