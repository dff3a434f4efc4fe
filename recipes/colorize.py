"""Pix2Pix that colours grey pictures: CIFAR-10 or any other images.

Paper: Isola et al. 2017, "Image-to-Image Translation with Conditional Adversarial Networks",
arXiv:1611.07004, section 4.2 (there in the colour space Lab; here grey to RGB), with a window of
16x16 for the 32x32 images.

Command: python -m tfgan_suite train colorize
         python -m tfgan_suite train colorize:cifar10_16
         python -m tfgan_suite train colorize --set data=train.tar validation=test.tar

CIFAR-10 comes from TensorFlow Datasets, which downloads it unless it is prepared in the folder that
the environment variable TFDS_DATA_DIR names; other images from folders or archives.

Measured (seed 0, on 1 core busy with other work; all 50,000 training images, as JPEG files; judged
on 1000 test images of all classes; L1 is the mean absolute difference of images in [-1, 1], colour
is the mean of `metrics.colorfulness`; times in minutes and seconds):

| preset | L1 | SSIM | colour |
|---|---|---|---|
| `cifar10_16`: 16 filters, 4 epochs, 3124 steps, 18:37 | 0.094 | 0.937 | 18.3 |
| `cifar10_32`: 32 filters, 2 epochs, 1562 steps, 22:28 | 0.099 | 0.929 | 18.5 |
| the first, untrained | 0.424 | 0.067 | 28.7 |
| the grey image itself | 0.096 | 0.954 | 0 |
| the real image | 0 | 1 | 30.4 |

Grey is a good guess where a colour cannot be known: L1 and SSIM tell little. The SSIM that is lost
is lost in the brightness, which the network makes anew. Pictures: brown animals, green meadows,
often too little colour, and some of it in the wrong place.
"""

import dataclasses

import keras

from tfgan_suite import cli, data, metrics, networks, trainers
from tfgan_suite.experiment import PairConfig


@dataclasses.dataclass
class Config(PairConfig):
    data: str = "cifar10"  # colour images: name of TFDS, folder, archive or .npz file
    validation: str | None = None  # the same, held out; none: the split "test" of data, if any
    batch_size: int = 64  # images in a minibatch, over all devices
    ema_decay: float | None = 0.999  # of the generator's moving average, for each step
    sample_every: int = 1  # epochs between two pictures
    jitter: bool = False  # enlarge by 286/256 and cut out at random, beside the mirroring
    images: int | None = None  # use the first so many images to train on; none: all
    num_samples: int = 1000  # held-out images that are judged, drawn by the seed
    epochs: int = 20  # passes over the images


_CIFAR10 = {"image_size": 32, "receptive_field": 16}
PRESETS = {
    "cifar10": _CIFAR10,
    "cifar10_16": {
        **_CIFAR10,
        "epochs": 4,
        "filters": 16,
        "dropout": 0.0,
        "learning_rate": 1e-3,
    },
    "cifar10_32": {**_CIFAR10, "epochs": 2, "filters": 32, "learning_rate": 5e-4},
}
MEASURED = {
    "cifar10_16": "18 min 37 s; L1 0.094, SSIM 0.937, colourfulness 18.3 (real images: 30.4)",
    "cifar10_32": "22 min 28 s; L1 0.099, SSIM 0.929, colourfulness 18.5 (real images: 30.4)",
}
SMOKE = {"images": 32, "num_samples": 16, "batch_size": 16, "epochs": 2, "filters": 2}


def build(config):
    def images(source, **options):
        return data.load_pairs(data.Colorization(source), **config.data_options, **options)

    tested = not config.validation and data.has_split(config.data, "test")

    def held_out():
        source, split = config.validation or config.data, "test" if tested else "train"
        batch = min(config.num_samples, 50)
        # Shuffled, as folders come class by class; with `repeat`, the same images each time.
        options = {"split": split, "seed": config.seed, "repeat": True}
        return images(source, batch_size=batch, **options).take(config.num_samples // batch)

    training = {**config.training_options, "mirror": True}
    batches = images(config.data, limit=config.images, **training)
    shape = (config.image_size, 3, 1)
    generator = networks.unet.build_generator(*shape, **config.generator_options)
    discriminator = networks.patch_discriminator.build_discriminator(
        *shape, **config.discriminator_options
    )
    trainer = trainers.Pix2Pix(generator, discriminator, **config.trainer_options)
    adam = keras.optimizers.Adam(config.learning_rate, beta_1=config.beta_1)
    trainer.compile(optimizer=adam)
    kinds = (metrics.TranslationEvaluator, metrics.ColorizationEvaluator)
    evaluators = [kind(held_out()) for kind in kinds]
    judged_on_training = "no split test, no validation: judged on images it learns from"
    return config.experiment(
        trainer,
        batches,
        evaluators=evaluators,
        real=held_out(),
        notes=[] if tested or config.validation else [judged_on_training],
    )


if __name__ == "__main__":
    cli.train(__file__)
