"""Pix2Pix: images from images, shown in pairs; photographs of facades from label maps.

Paper: Isola et al. 2017, "Image-to-Image Translation with Conditional Adversarial Networks",
arXiv:1611.07004: U-Net, PatchGAN of 70x70, L1 with weight 100, batches of one pair, Adam with
learning rate 2e-4 and beta_1 0.5, jitter and mirroring, 200 epochs.

Command: python -m tfgan_suite train pix2pix --set data=facades-train.tar validation=facades-val.tar
         python -m tfgan_suite train pix2pix:facades_64 --set data=... validation=...
         python -m tfgan_suite train pix2pix --set data=./photos inputs=./maps image_size=256

The pairs are pictures side by side, as in the authors' data sets (of facades, the photograph left
and the label map right), in a folder or an archive; or two folders of files of the same names,
`data` of the images asked for and `inputs` of those that are given.

`facades`: the settings of the paper. Not measured.

Measured at 64x64 (seed 0, on 2 cores busy with other work; L1 is the mean absolute difference of
images in [-1, 1]):

- `facades_64`: 2000 steps in 7 min 33. On the 100 validation pairs L1 0.323 and SSIM 0.322. The
  same U-Net untrained has 0.359 and 0.121, the mean of the training photographs 0.325 and 0.132.
  Colours do not follow from a label map, so L1 says little. For 60 epochs with
  `normalization=instance`: L1 0.325 and SSIM 0.321.
- `facades_by_heart`, 8 pairs: 1500 steps in 3 min 32; L1 0.030 and SSIM 0.978 on these pairs.
"""

import dataclasses
from typing import Literal

import keras

from tfgan_suite import cli, data, metrics, networks, trainers
from tfgan_suite.experiment import PairConfig


@dataclasses.dataclass
class Config(PairConfig):
    data: str = "./facades/train"  # folder or archive of pairs, or of images asked for
    inputs: str | None = None  # images given, of the same names; none: data has both side by side
    resize: Literal["stretch", "crop", "pad"] | None = None  # where the aspect ratio changes
    validation: str | None = None  # as data, held out; none: the training pairs
    validation_inputs: str | None = None  # as inputs, held out
    targets: Literal["left", "right"] = "left"  # where in a pair the images asked for are
    pairs: int | None = None  # use the first so many pairs to train on; none: all
    validation_pairs: int | None = None  # the same of those held out
    channels: int | None = None  # of the images asked for: 1 or 3; none: their own
    input_channels: int | None = None  # of the images given: 1 or 3; none: their own
    normalization: str = "instance"  # of both networks: instance or batch


_SMALL = {"image_size": 64, "batch_size": 8, "filters": 16, "receptive_field": 34}
PRESETS = {
    "facades": {"validation": "./facades/val"},
    "facades_64": {
        **_SMALL,
        "validation": "./facades/val",
        "epochs": 40,
        "learning_rate": 5e-4,
        "ema_decay": 0.999,
        "normalization": "batch",
    },
    "facades_by_heart": {
        **_SMALL,
        "pairs": 8,
        "jitter": False,
        "epochs": 1500,
        "dropout": 0.0,
        "learning_rate": 1e-3,
    },
}
MEASURED = {
    "facades_64": "7 min 33 s; L1 0.323, SSIM 0.322 on 100 validation pairs",
    "facades_by_heart": "3 min 32 s; L1 0.030, SSIM 0.978 on the 8 pairs it learns",
}
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
    def pairs(images, inputs, **options):
        both = (images, inputs) if inputs else data.SideBySide(images, targets=config.targets)
        channels = (config.channels, config.input_channels)
        return data.load_pairs(both, channels=channels, **config.data_options, **options)

    def held_out(**options):
        source, limit = (config.validation, config.validation_inputs), config.validation_pairs
        if config.validation is None:
            source, limit = (config.data, config.inputs), config.pairs
        return pairs(*source, limit=limit, shuffle=False, drop_remainder=False, **options)

    batches = pairs(config.data, config.inputs, limit=config.pairs, **config.training_options)
    channels = tuple(spec.shape[-1] for spec in batches.element_spec)
    normalization = {"normalization": config.normalization}
    generator = networks.unet.build_generator(
        config.image_size, *channels, **config.generator_options, **normalization
    )
    discriminator = networks.patch_discriminator.build_discriminator(
        config.image_size, *channels, **config.discriminator_options, **normalization
    )
    trainer = trainers.Pix2Pix(generator, discriminator, **config.trainer_options)
    trainer.compile(optimizer=keras.optimizers.Adam(config.learning_rate, beta_1=config.beta_1))
    return config.experiment(
        trainer,
        batches,
        evaluators=[metrics.TranslationEvaluator(held_out(batch_size=8))],
        real=held_out(batch_size=8),
        notes=[] if config.validation else ["no validation: judged on the pairs it learns from"],
    )


if __name__ == "__main__":
    cli.train(__file__)
