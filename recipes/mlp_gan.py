"""The first GAN: multilayer perceptrons, on very small images.

Paper: Goodfellow et al. 2014, "Generative Adversarial Networks", arXiv:1406.2661: algorithm 1 with
the generator's loss of section 3 (-log D(G(z))). Deviations: Adam, LeakyReLU for maxout, a moving
average of the generator.

Command: python -m tfgan_suite train mlp_gan

`digits`: the digits of scikit-learn at their own size, 8x8.
Measured (seed 0, 2000 images, on 2 cores shared with other work): 4000 steps in 44 s; a classifier
that is right on 98.7 % of the held-out real digits sees all ten classes, each in 6.8 to 13.9 % of
the images, with mean confidence 0.886. The images are noisy: nothing in an MLP knows that
neighbouring pixels belong together.
"""

import dataclasses

import keras

from tfgan_suite import cli, losses, networks, trainers
from tfgan_suite.experiment import SMOKE_IMAGES, ImageConfig, open_images
from tfgan_suite.experiment.judges import classifier_judge


@dataclasses.dataclass
class Config(ImageConfig):
    latent_dim: int = 64  # components of z
    hidden_units: tuple[int, ...] = (256, 256)  # units of each hidden layer, in both networks
    dropout: float = 0.3  # fraction of the discriminator's hidden units dropped
    learning_rate: float = 2e-4  # of Adam, for both players
    beta_1: float = 0.5  # Adam's decay of the mean gradient, for each step
    ema_decay: float = 0.99  # of the generator's moving average, for each step
    label_smoothing: float = 0.0  # 0.25 moves D's target for real images from 1 to 0.875


PRESETS = {"digits": {"steps_per_epoch": 100}}
MEASURED = {"digits": "44 s; 10 of 10 classes, each 6.8 to 13.9 %, mean confidence 0.886"}
SMOKE = {**SMOKE_IMAGES, "hidden_units": (16,)}


def build(config):
    images, units = open_images(config), config.hidden_units
    generator = networks.mlp.build_generator(
        images.shape, config.latent_dim, units, seed=config.seed
    )
    discriminator = networks.mlp.build_discriminator(
        images.shape, units, dropout=config.dropout, seed=config.seed + 1
    )
    trainer = trainers.ModifiedMinimaxGAN(
        generator, discriminator, config.latent_dim, ema_decay=config.ema_decay, seed=config.seed
    )
    trainer.compile(
        optimizer=keras.optimizers.Adam(config.learning_rate, beta_1=config.beta_1),
        loss=losses.ModifiedMinimax(label_smoothing=config.label_smoothing),
    )
    return images.experiment(trainer, classifier_judge)


if __name__ == "__main__":
    cli.train(__file__)
