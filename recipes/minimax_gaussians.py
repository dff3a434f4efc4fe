"""The minimax game on a mixture of Gaussians in the plane: where it works and where it stalls.

Paper: Goodfellow et al. 2014, "Generative Adversarial Networks", arXiv:1406.2661, algorithm 1 with
the loss of equation 1 (the generator descends log(1 - D(G(z)))). The ring of 8 modes is that of
Metz et al. 2016, arXiv:1611.02163; the grid of 25 that of Srivastava et al. 2017, arXiv:1705.07761.
Deviation: Adam, ReLU and LeakyReLU.

Command: python -m tfgan_suite train minimax_gaussians
         python -m tfgan_suite train minimax_gaussians --set mixture=grid

Measured (seed 0, 2500 points, on 2 cores shared with other work): ring, 5120 steps in 2 min 31 s:
all 8 modes, 64.3 % of the points within 3 sigma of one; grid, 5120 steps in 1 min 20 s: 24 of 25
modes, 8.5 %. Where the discriminator wins, log(1 - D(G(z))) is flat and the generator stalls: with
latent_dim=64 learning_rate=2e-4 beta_1=0.5 the ring ends at 0.4 %, its points strewn about.
`wgan_gp_gaussians` solves both mixtures.
"""

import dataclasses
from typing import Literal

import keras

from tfgan_suite import data, losses, networks, trainers
from tfgan_suite.experiment import Experiment
from tfgan_suite.metrics import ModeCoverageEvaluator


@dataclasses.dataclass
class Config:
    mixture: Literal["ring", "grid"] = "ring"  # 8 modes on a circle, or 25 on a square grid
    num_examples: int = 65536  # real points in an epoch
    batch_size: int = 256  # points in a minibatch
    epochs: int = 20  # passes over the points
    latent_dim: int = 2  # components of z
    hidden_units: tuple[int, ...] = (128, 128, 128)  # units of each layer, in both networks
    learning_rate: float = 1e-4  # of Adam, for both players
    beta_1: float = 0.8  # Adam's decay of the mean gradient, for each step
    num_samples: int = 2500  # generated points that are judged
    seed: int = 0  # of weights, latents, and the points and their order


SMOKE = {
    "num_examples": 1024,
    "epochs": 2,
    "hidden_units": (16,),
    "num_samples": 100,
}


def build(config):
    mixture = data.GaussianMixture(config.mixture, num_examples=config.num_examples)
    generator = networks.mlp.build_generator(
        2, config.latent_dim, config.hidden_units, seed=config.seed
    )
    discriminator = networks.mlp.build_discriminator(2, config.hidden_units, seed=config.seed + 1)
    trainer = trainers.MinimaxGAN(generator, discriminator, config.latent_dim, seed=config.seed)
    trainer.compile(
        optimizer=keras.optimizers.Adam(config.learning_rate, beta_1=config.beta_1),
        loss=losses.Minimax(label_smoothing=0.0),
    )
    return Experiment(
        trainer=trainer,
        data=data.load(mixture, batch_size=config.batch_size, seed=config.seed),
        epochs=config.epochs,
        name="minimax_gaussians",
        evaluators=[
            ModeCoverageEvaluator(mixture.centers, mixture.stddev, config.num_samples)
        ],
        real=mixture.sample(2048, config.seed),
    )
