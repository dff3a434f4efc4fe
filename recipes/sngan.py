"""SNGAN with a projection discriminator: the class that is asked for, on small images.

Papers: Miyato & Koyama 2018, "cGANs with Projection Discriminator", arXiv:1802.05637; Miyato et al.
2018, "Spectral Normalization for Generative Adversarial Networks", arXiv:1802.05957. Deviations:
the plain convolutional networks of the second paper, and a moving average of the generator.

Command: python -m tfgan_suite train sngan

`digits`: the digits of scikit-learn, enlarged to 16x16.
Measured (seed 0, 5000 images, 500 of each digit, on 2 cores busy with other work): 2000 steps in
3 min 58 s; a classifier that is right on 99.7 % of the held-out real digits sees the digit asked
for in 92.8 % of the images, of single digits in 74.0 % (one) to 100 % (four).
"""

import dataclasses

import keras

from tfgan_suite import cli, networks, trainers
from tfgan_suite.experiment import SMOKE_IMAGES, ImageConfig, open_images
from tfgan_suite.experiment.judges import conditional_judge


@dataclasses.dataclass
class Config(ImageConfig):
    num_samples: int = 5000  # generated images that are judged
    latent_dim: int = 64  # components of z
    filters: int = 16  # of the layers at full size; doubled with each halving
    learning_rate: float = 2e-4  # of Adam, for both players
    beta_1: float = 0.0  # Adam's decay of the mean gradient, for each step
    beta_2: float = 0.9  # Adam's decay of the mean squared gradient, for each step
    ema_decay: float = 0.99  # of the generator's moving average, for each step


PRESETS = {"digits": {"image_size": 16, "epochs": 20, "steps_per_epoch": 100}}
MEASURED = {"digits": "3 min 58 s; the digit asked for in 92.8 % of the images"}
SMOKE = {**SMOKE_IMAGES, "filters": 4}


def build(config):
    images = open_images(config, labels=True)
    image, classes = (images.size, images.channels), {"num_classes": images.num_classes}
    generator = networks.sngan.build_generator(
        *image, config.latent_dim, config.filters, seed=config.seed, **classes
    )
    discriminator = networks.sngan.build_discriminator(
        *image, config.filters, seed=config.seed + 1, **classes
    )
    trainer = trainers.ConditionalGAN(
        generator, discriminator, config.latent_dim, ema_decay=config.ema_decay, seed=config.seed
    )
    adam = keras.optimizers.Adam(config.learning_rate, beta_1=config.beta_1, beta_2=config.beta_2)
    trainer.compile(optimizer=adam, loss="hinge")
    return images.experiment(trainer, conditional_judge)


if __name__ == "__main__":
    cli.train(__file__)
