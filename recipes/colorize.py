"""Pix2Pix that colours grey pictures: CIFAR-10 or any other images.

Paper: Isola et al. 2017, "Image-to-Image Translation with Conditional Adversarial Networks",
arXiv:1611.07004, section 4.2 (there in the colour space Lab; here grey to RGB), with a window of
16x16 for the 32x32 images.

Command: python -m tfgan_suite train colorize_cifar10

The data come from TensorFlow Datasets, which downloads them unless they are prepared in the folder
that the environment variable TFDS_DATA_DIR names; or from folders or tar archives of images, given
with `--set data=train.tar validation=test.tar`.

Measured (seed 0, on 1 core busy with other work; all 50,000 training images, as JPEG files; judged
on 1000 test images of all classes; L1 is the mean absolute difference of images in [-1, 1], colour
is the mean of `metrics.colorfulness`; times in minutes and seconds):

| | L1 | SSIM | colour |
|---|---|---|---|
| `epochs=4 filters=16 dropout=0 learning_rate=1e-3`, 3124 steps, 18:37 | 0.094 | 0.937 | 18.3 |
| `epochs=2 filters=32 learning_rate=5e-4`, 1562 steps, 22:28 | 0.099 | 0.929 | 18.5 |
| the first, untrained | 0.424 | 0.067 | 28.7 |
| the grey image itself | 0.096 | 0.954 | 0 |
| the real image | 0 | 1 | 30.4 |

Grey is a good guess where a colour cannot be known: L1 and SSIM tell little. The SSIM that is lost
is lost in the brightness, which the network makes anew. Pictures: brown animals, green meadows,
often too little colour, and some of it in the wrong place.
"""

import dataclasses

import keras

from tfgan_suite import data, metrics, networks, trainers
from tfgan_suite.experiment import Experiment


@dataclasses.dataclass
class Config:
    data: str = "cifar10"  # colour images: name of TFDS, folder or tar archive
    validation: str | None = None  # the same, held out; none: the split "test" of data
    images: int | None = None  # use the first so many images to train on; none: all
    num_samples: int = 1000  # held-out images that are judged, drawn by the seed
    image_size: int = 32  # pixels, height and width
    batch_size: int = 64  # images in a minibatch
    epochs: int = 20  # passes over the images
    filters: int = 64  # of both networks' first layers
    dropout: float = 0.5  # in the decoder
    receptive_field: int = 16  # pixels, side of the patches that D judges
    pixel_weight: float = 100.0  # of the L1 loss
    learning_rate: float = 2e-4  # of Adam, for both players
    beta_1: float = 0.5  # Adam's decay of the mean gradient, for each step
    ema_decay: float | None = 0.999  # of the generator's moving average, for each step
    seed: int = 0  # of weights, dropout, and the order of the data


SMOKE = {"images": 32, "num_samples": 16, "batch_size": 16, "epochs": 2, "filters": 2}


def build(config):
    def images(source, **options):
        pairs = data.Colorization(source)
        return data.load_pairs(pairs, image_size=config.image_size, resize="crop", **options)

    def held_out():
        source, split = config.validation or config.data, "train" if config.validation else "test"
        batch = min(config.num_samples, 50)
        # Shuffled, as folders come class by class; with `repeat`, the same images each time.
        options = {"split": split, "seed": config.seed, "repeat": True}
        return images(source, batch_size=batch, **options).take(config.num_samples // batch)

    generator = networks.unet.build_generator(
        config.image_size,
        3,
        1,
        filters=config.filters,
        dropout=config.dropout,
        seed=config.seed,
    )
    discriminator = networks.patch_discriminator.build_discriminator(
        config.image_size,
        3,
        1,
        filters=config.filters,
        receptive_field=config.receptive_field,
        seed=config.seed + 1,
    )
    trainer = trainers.Pix2Pix(
        generator,
        discriminator,
        pixel_weight=config.pixel_weight,
        ema_decay=config.ema_decay,
        seed=config.seed,
    )
    trainer.compile(optimizer=keras.optimizers.Adam(config.learning_rate, beta_1=config.beta_1))
    return Experiment(
        trainer=trainer,
        data=images(
            config.data,
            limit=config.images,
            batch_size=config.batch_size,
            mirror=True,
            seed=config.seed,
        ),
        epochs=config.epochs,
        name="colorize_cifar10",
        evaluators=[
            metrics.TranslationEvaluator(held_out()),
            metrics.ColorizationEvaluator(held_out()),
        ],
        real=held_out(),
    )
