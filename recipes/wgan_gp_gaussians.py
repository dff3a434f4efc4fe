"""WGAN-GP on a mixture of Gaussians in the plane: a ring of 8 modes, or a grid of 25.

Paper: Gulrajani et al. 2017, "Improved Training of Wasserstein GANs", arXiv:1704.00028, algorithm 1
(its figure 1 has such mixtures). The ring is that of Metz et al. 2016, arXiv:1611.02163; the grid
that of Srivastava et al. 2017, arXiv:1705.07761.

Command: python -m tfgan_suite train wgan_gp_gaussians
         python -m tfgan_suite train wgan_gp_gaussians --set mixture=grid epochs=32

Measured (seed 0, 5000 points, on 2 cores busy with other work): ring, 10 000 steps in
6 min 33 s: all 8 modes, 94.5 % of the points within 3 sigma of a mode. Grid with epochs=32, 16 000
steps in 10 min 37 s: all 25 modes, 88.5 %.
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
    num_examples: int = 100_000  # real points in all
    batch_size: int = 256  # points in a minibatch
    epochs: int = 20  # of `steps_per_epoch` each
    steps_per_epoch: int = 500  # updates of the generator
    discriminator_steps: int = 5  # updates of the critic for each of the generator (n_critic)
    penalty_weight: float = 0.1  # of the gradient penalty (lambda); 10 is for images
    latent_dim: int = 2  # components of z
    hidden_units: tuple[int, ...] = (128, 128, 128)  # units of each layer, in both networks
    learning_rate: float = 1e-3  # of Adam at the start, falling to 0 along a cosine; paper: 1e-4
    beta_1: float = 0.0  # Adam's decay of the mean gradient, for each step
    beta_2: float = 0.9  # Adam's decay of the mean squared gradient, for each step
    ema_decay: float = 0.999  # of the generator's moving average, for each step
    steps_per_execution: int = 25  # steps in one call of the compiled function
    num_samples: int = 5000  # generated points that are judged
    seed: int = 0  # of weights, latents, and the points and their order


SMOKE = {
    "num_examples": 2048,
    "epochs": 2,
    "steps_per_epoch": 3,
    "discriminator_steps": 2,
    "hidden_units": (16,),
    "steps_per_execution": 1,
    "num_samples": 100,
}


def build(config):
    mixture = data.GaussianMixture(config.mixture, num_examples=config.num_examples)
    generator = networks.mlp.build_generator(
        2, config.latent_dim, config.hidden_units, seed=config.seed
    )
    critic = networks.mlp.build_discriminator(
        2, config.hidden_units, activation="relu", seed=config.seed + 1, name="critic"
    )

    def adam(updates_per_step):
        steps = config.epochs * config.steps_per_epoch * updates_per_step
        schedule = keras.optimizers.schedules.CosineDecay(config.learning_rate, steps)
        return keras.optimizers.Adam(schedule, beta_1=config.beta_1, beta_2=config.beta_2)

    trainer = trainers.WassersteinGAN(
        generator,
        critic,
        config.latent_dim,
        discriminator_steps=config.discriminator_steps,
        ema_decay=config.ema_decay,
        seed=config.seed,
    )
    trainer.compile(
        optimizer=adam(1),
        discriminator_optimizer=adam(config.discriminator_steps),
        penalties=[losses.GradientPenalty(config.penalty_weight)],
        steps_per_execution=config.steps_per_execution,
    )
    return Experiment(
        trainer=trainer,
        data=data.load(mixture, batch_size=config.batch_size, seed=config.seed, repeat=True),
        epochs=config.epochs,
        steps_per_epoch=config.steps_per_epoch,
        name="wgan_gp_gaussians",
        evaluators=[
            ModeCoverageEvaluator(mixture.centers, mixture.stddev, config.num_samples)
        ],
        real=mixture.sample(2048, config.seed),
    )
