"""Pix2Pix on facades: photographs from label maps.

Paper: Isola et al. 2017, "Image-to-Image Translation with Conditional Adversarial Networks",
arXiv:1611.07004: U-Net, PatchGAN of 70x70, L1 with weight 100, batches of one pair, Adam with
learning rate 2e-4 and beta_1 0.5, jitter and mirroring, 200 epochs.

Command: python -m tfgan_suite train pix2pix_facades

The data are the pictures of the authors' data set, photograph left and label map right, as a folder
or a tar archive of JPEG files: training pairs in `data`, others in `validation`, to be given with
`--set data=facades-train.tar validation=facades-val.tar`.

Measured at 64x64 (seed 0, on 2 cores busy with other work; L1 is the mean absolute difference of
images in [-1, 1]):

- With `image_size=64 batch_size=8 epochs=40 filters=16 learning_rate=5e-4 receptive_field=34
  ema_decay=0.999 normalization=batch`: 2000 steps in 7 min 33. On the 100 validation pairs L1
  0.323 and SSIM 0.322. The same U-Net untrained has 0.359 and 0.121, the mean of the training
  photographs 0.325 and 0.132. Colours do not follow from a label map, so L1 says little.
- The same for 60 epochs with `normalization=instance`: L1 0.325 and SSIM 0.321.
- Learning 8 pairs by heart, `validation=none pairs=8 jitter=false image_size=64 batch_size=8
  epochs=1500 filters=16 dropout=0 learning_rate=1e-3 receptive_field=34`: 1500 steps in 3 min 32;
  L1 0.030 and SSIM 0.978 on these pairs.
"""

import dataclasses

import keras

from tfgan_suite import data, metrics, networks, trainers
from tfgan_suite.experiment import Experiment


@dataclasses.dataclass
class Config:
    data: str = "./facades/train"  # folder or tar archive of pairs side by side
    validation: str | None = "./facades/val"  # the same, held out; none: the training pairs
    targets: str = "left"  # where the images asked for are: left or right
    pairs: int | None = None  # use the first so many pairs to train on; none: all
    validation_pairs: int | None = None  # the same of those held out
    image_size: int = 256  # pixels, height and width
    jitter: bool = True  # enlarge by 286/256, cut out at random, mirror
    batch_size: int = 1  # pairs in a minibatch
    epochs: int = 200  # passes over the pairs
    filters: int = 64  # of both networks' first layers
    dropout: float = 0.5  # in the decoder
    normalization: str = "instance"  # of both networks: instance or batch
    receptive_field: int = 70  # pixels, side of the patches that D judges
    pixel_weight: float = 100.0  # of the L1 loss
    learning_rate: float = 2e-4  # of Adam, for both players
    beta_1: float = 0.5  # Adam's decay of the mean gradient, for each step
    ema_decay: float | None = None  # of the generator's moving average, for each step
    sample_every: int = 10  # epochs between two pictures
    seed: int = 0  # of weights, dropout, and the order and jitter of the data


SMOKE = {
    "pairs": 8,
    "validation_pairs": 4,
    "image_size": 64,
    "batch_size": 4,
    "epochs": 2,
    "filters": 4,
    "receptive_field": 34,
    "sample_every": 1,
}


def build(config):
    def pairs(path, **options):
        source = data.SideBySide(path, targets=config.targets)
        return data.load_pairs(source, image_size=config.image_size, **options)

    def held_out(**options):
        path, limit = config.validation, config.validation_pairs
        if path is None:
            path, limit = config.data, config.pairs
        return pairs(path, limit=limit, shuffle=False, drop_remainder=False, **options)

    generator = networks.unet.build_generator(
        config.image_size,
        filters=config.filters,
        dropout=config.dropout,
        normalization=config.normalization,
        seed=config.seed,
    )
    discriminator = networks.patch_discriminator.build_discriminator(
        config.image_size,
        input_channels=3,
        filters=config.filters,
        receptive_field=config.receptive_field,
        normalization=config.normalization,
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
        data=pairs(
            config.data,
            limit=config.pairs,
            batch_size=config.batch_size,
            jitter=config.jitter,
            mirror=config.jitter,
            seed=config.seed,
        ),
        epochs=config.epochs,
        name="pix2pix_facades",
        evaluators=[metrics.TranslationEvaluator(held_out(batch_size=8))],
        real=held_out(batch_size=8),
        sample_every=config.sample_every,
    )
