"""DCGAN on the digits of scikit-learn, enlarged to 16x16: real data without a download.

Paper: Radford et al. 2015, "Unsupervised Representation Learning with Deep Convolutional Generative
Adversarial Networks", arXiv:1511.06434. Deviations: fewer filters for the small images, a moving
average of the generator.

Command: python -m tfgan_suite train dcgan_digits

Measured (seed 0, 2000 images, on 2 cores beside other work): 4000 steps in 2 min 12 s; a classifier
that is right on 99.7 % of the held-out real digits sees all ten classes, each in 4.8 to 15.3 % of the images, with
mean confidence 0.885.
"""

import dataclasses

import keras

from tfgan_suite import data, losses, networks, trainers
from tfgan_suite.experiment import Experiment
from tfgan_suite.experiment.judges import classifier_judge


@dataclasses.dataclass
class Config:
    image_size: int = 16  # pixels, height and width
    batch_size: int = 64  # images in a minibatch
    epochs: int = 40  # of `steps_per_epoch` each
    steps_per_epoch: int = 100  # updates of the generator
    latent_dim: int = 64  # components of z
    filters: int = 32  # of the layers at full size; doubled with each halving
    learning_rate: float = 2e-4  # of Adam, for both players
    beta_1: float = 0.5  # Adam's decay of the mean gradient, for each step
    ema_decay: float = 0.99  # of the generator's moving average, for each step
    label_smoothing: float = 0.0  # 0.25 moves D's target for real images from 1 to 0.875
    num_samples: int = 2000  # generated images that are judged
    judge_epochs: int | None = None  # of the judge on the real images; none: 60 000 images shown
    seed: int = 0  # of weights, latents and the order of the data


SMOKE = {
    "epochs": 2,
    "steps_per_epoch": 3,
    "filters": 4,
    "num_samples": 100,
    "judge_epochs": 1,
}


def build(config):
    def digits(**options):
        return data.load("digits", image_size=config.image_size, **options)

    generator = networks.dcgan.build_generator(
        config.image_size, 1, config.latent_dim, config.filters, seed=config.seed
    )
    discriminator = networks.dcgan.build_discriminator(
        config.image_size, 1, config.filters, seed=config.seed + 1
    )
    trainer = trainers.ModifiedMinimaxGAN(
        generator,
        discriminator,
        config.latent_dim,
        ema_decay=config.ema_decay,
        seed=config.seed,
    )
    trainer.compile(
        optimizer=keras.optimizers.Adam(config.learning_rate, beta_1=config.beta_1),
        loss=losses.ModifiedMinimax(label_smoothing=config.label_smoothing),
    )
    return Experiment(
        trainer=trainer,
        data=digits(batch_size=config.batch_size, seed=config.seed, repeat=True),
        epochs=config.epochs,
        steps_per_epoch=config.steps_per_epoch,
        name="dcgan_digits",
        evaluators=[
            classifier_judge(
                "digits",
                image_size=config.image_size,
                epochs=config.judge_epochs,
                num_samples=config.num_samples,
            )
        ],
        real=digits(shuffle=False, cache=False),
    )
