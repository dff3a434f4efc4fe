"""DCGAN on the faces of CelebA, cropped and resized to 64x64.

Paper: Radford et al. 2015, "Unsupervised Representation Learning with Deep Convolutional Generative
Adversarial Networks", arXiv:1511.06434: batches of 128, Adam with learning rate 2e-4 and beta_1
0.5, 100 latents. Deviations: normal latents (the paper's are uniform), a moving average of the
generator, mirrored images.

Command: python -m tfgan_suite train dcgan_celeb_a

The data comes from TensorFlow Datasets, which downloads it (1.4 GiB) unless it is prepared in the
folder that the environment variable TFDS_DATA_DIR names. A GPU or several are advised; the batch
is divided among them.
"""

import dataclasses

import keras

from tfgan_suite import data, losses, networks, trainers
from tfgan_suite.experiment import Experiment


@dataclasses.dataclass
class Config:
    split: str = "train"  # of the data set, in the notation of TFDS
    image_size: int = 64  # pixels, height and width
    batch_size: int = 128  # images in a minibatch, over all GPUs
    epochs: int = 25  # passes over the images
    latent_dim: int = 100  # components of z
    filters: int = 64  # of the layers at full size; doubled with each halving
    learning_rate: float = 2e-4  # of Adam, for both players
    beta_1: float = 0.5  # Adam's decay of the mean gradient, for each step
    ema_decay: float = 0.999  # of the generator's moving average, for each step
    label_smoothing: float = 0.0  # 0.25 moves D's target for real images from 1 to 0.875
    cache: bool = True  # keep the resized images in memory: 12 KiB each
    seed: int = 0  # of weights, latents, and the order and mirroring of the data


SMOKE = {
    "split": "train[:64]",
    "batch_size": 16,
    "epochs": 2,
    "filters": 4,
}


def build(config):
    def faces(**options):
        return data.load(
            "celeb_a",
            split=config.split,
            image_size=config.image_size,
            resize="crop",
            **options,
        )

    generator = networks.dcgan.build_generator(
        config.image_size, 3, config.latent_dim, config.filters, seed=config.seed
    )
    discriminator = networks.dcgan.build_discriminator(
        config.image_size, 3, config.filters, seed=config.seed + 1
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
        data=faces(
            batch_size=config.batch_size, augment="flip", cache=config.cache, seed=config.seed
        ),
        epochs=config.epochs,
        name="dcgan_celeb_a",
        real=faces(shuffle=False, cache=False),
    )
