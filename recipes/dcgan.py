"""DCGAN: convolutions only, on small images of any kind.

Paper: Radford et al. 2015, "Unsupervised Representation Learning with Deep Convolutional Generative
Adversarial Networks", arXiv:1511.06434: batches of 128, Adam with learning rate 2e-4 and beta_1
0.5, 100 latents. Deviations: normal latents (the paper's are uniform), a moving average of the
generator, fewer filters for small images, mirrored faces.

Command: python -m tfgan_suite train dcgan
         python -m tfgan_suite train dcgan:mnist
         python -m tfgan_suite train dcgan:celeb_a
         python -m tfgan_suite train dcgan --set data=./my_photos image_size=64 resize=crop

`digits`: the digits of scikit-learn, enlarged to 16x16, real data without a download.
Measured (seed 0, 2000 images, on 2 cores beside other work): 4000 steps in 2 min 12 s; a classifier
that is right on 99.7 % of the held-out real digits sees all ten classes, each in 4.8 to 15.3 % of
the images, with mean confidence 0.885.

`mnist`: MNIST at its own size, 28x28, from TensorFlow Datasets, which downloads it (11 MiB) unless
it is prepared in the folder that the environment variable TFDS_DATA_DIR names.
Measured (seed 0, 2000 images, on 2 cores busy with other work): 6 epochs in 11 min 42 s; a
classifier that is right on 99.3 % of the real test digits sees all ten classes, each in 3.7 to
16.8 % of the images, with mean confidence 0.869.

`celeb_a`: the faces of CelebA, cropped and resized to 64x64, from TensorFlow Datasets likewise
(1.4 GiB). A GPU or several are advised; the batch is divided among them. Not measured.
"""

import dataclasses

import keras

from tfgan_suite import cli, losses, networks, trainers
from tfgan_suite.experiment import SMOKE_IMAGES, ImageConfig, open_images
from tfgan_suite.experiment.judges import classifier_judge


@dataclasses.dataclass
class Config(ImageConfig):
    latent_dim: int = 64  # components of z
    filters: int = 32  # of the layers at full size; doubled with each halving
    learning_rate: float = 2e-4  # of Adam, for both players
    beta_1: float = 0.5  # Adam's decay of the mean gradient, for each step
    ema_decay: float = 0.999  # of the generator's moving average, for each step
    label_smoothing: float = 0.0  # 0.25 moves D's target for real images from 1 to 0.875


PRESETS = {
    "digits": {"image_size": 16, "steps_per_epoch": 100, "ema_decay": 0.99},
    "mnist": {"data": "mnist", "epochs": 6, "latent_dim": 100},
    "celeb_a": {
        "data": "celeb_a",
        "image_size": 64,
        "resize": "crop",
        "mirror": True,
        "batch_size": 128,
        "epochs": 25,
        "latent_dim": 100,
        "filters": 64,
    },
}
MEASURED = {
    "digits": "2 min 12 s; 10 of 10 classes, each 4.8 to 15.3 %, mean confidence 0.885",
    "mnist": "11 min 42 s; 10 of 10 classes, each 3.7 to 16.8 %, mean confidence 0.869",
}
SMOKE = {**SMOKE_IMAGES, "filters": 4}
PRESET_SMOKE = {
    "mnist": {"split": "train[:256]", "steps_per_epoch": None},
    "celeb_a": {"split": "train[:64]", "steps_per_epoch": None, "batch_size": 16},
}


def build(config):
    images = open_images(config)
    size, filters = images.size, config.filters
    generator = networks.dcgan.build_generator(
        size, images.channels, config.latent_dim, filters, seed=config.seed
    )
    discriminator = networks.dcgan.build_discriminator(
        size, images.channels, filters, seed=config.seed + 1
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
