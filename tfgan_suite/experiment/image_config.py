"""The settings that recipes of images share: bases of their `Config`."""

import dataclasses
from typing import ClassVar, Literal

from tfgan_suite.experiment.experiment import Experiment

# Smoke overrides of these settings: a few steps, a few images judged.
SMOKE_IMAGES = {
    "epochs": 2,
    "steps_per_epoch": 3,
    "num_samples": 100,
    "progress_samples": 100,
    "judge_epochs": 1,
}


@dataclasses.dataclass
class ImageConfig:
    """For recipes that learn from single images; `open_images(config)` reads them."""

    OF_DATA: ClassVar = ("split", "image_size", "channels", "resize", "value_range", "broken")

    data: str = "digits"  # a name of `data.load`, a folder, an archive, a .npz or .npy file
    split: str = "train"  # of the data; of TFDS also a slice such as train[:90%]
    image_size: int | tuple[int, int] | None = None  # pixels: side or height,width; none: as it is
    channels: int | None = None  # 1 (grey) or 3 (RGB); none: as many as the images have
    resize: Literal["stretch", "crop", "pad"] | None = None  # where the aspect ratio changes
    value_range: tuple[float, float] | None = None  # of the files' values; none: of their type
    broken: Literal["raise", "skip"] = "raise"  # what becomes of images that cannot be read
    mirror: bool = False  # left and right at random
    cache: bool = True  # keep the resized images in memory
    batch_size: int = 64  # images in a minibatch, over all devices
    epochs: int = 40  # of `steps_per_epoch` each, or passes over the images
    steps_per_epoch: int | None = None  # updates of the generator; none: as many as a pass has
    num_samples: int = 2000  # generated images that are judged
    progress_samples: int | None = 1000  # judged about ten times while training; none: never
    judge_epochs: int | None = None  # of the judge on the real images; none: 60 000 images shown
    seed: int = 0  # of weights, latents, and the order and mirroring of the data

    @property
    def reading(self):
        """How files become images, for `data.load` and for judges alike."""
        return {"resize": self.resize, "value_range": self.value_range, "broken": self.broken}


@dataclasses.dataclass
class DenseLayersConfig(ImageConfig):
    """For recipes whose networks are DCGAN's with a hidden dense layer each.

    As InfoGAN has them for MNIST (Chen et al. 2016, arXiv:1606.03657, appendix C.1).
    """

    num_samples: int = 5000  # generated images that are judged
    filters: int = 16  # of the layers at full size; doubled with each halving
    generator_units: int = 256  # of its hidden dense layer
    discriminator_units: int = 128  # of its hidden dense layer
    beta_1: float = 0.5  # Adam's decay of the mean gradient, for each step
    ema_decay: float = 0.999  # of the generator's moving average, for each step
    label_smoothing: float = 0.0  # 0.25 moves D's target for real images from 1 to 0.875

    @property
    def generator_options(self):
        """For `networks.dcgan.build_generator`."""
        return {"filters": self.filters, "units": self.generator_units, "seed": self.seed}

    @property
    def discriminator_options(self):
        """For `networks.dcgan.build_discriminator`."""
        return {"filters": self.filters, "units": self.discriminator_units, "seed": self.seed + 1}


@dataclasses.dataclass
class TranslationConfig:
    """For recipes that make images from images."""

    OF_DATA: ClassVar = ("channels",)

    image_size: int | tuple[int, int] = 256  # pixels: side or height,width
    resize: Literal["stretch", "crop", "pad"] | None = "crop"  # where the aspect ratio changes
    jitter: bool = True  # enlarge by 286/256, cut out at random, mirror
    batch_size: int = 1  # examples in a minibatch, over all devices
    filters: int = 64  # of the networks' first layers
    receptive_field: int = 70  # pixels, side of the patches that a discriminator judges
    learning_rate: float = 2e-4  # of Adam, for both players
    beta_1: float = 0.5  # Adam's decay of the mean gradient, for each step
    ema_decay: float | None = None  # of the translators' moving averages, for each step
    sample_every: int = 10  # epochs between two pictures
    seed: int = 0  # of weights, dropout, pools, and the order and jitter of the data

    @property
    def data_options(self):
        """For `data.load_pairs` and `data.load_unpaired`, of all of the examples."""
        return {"image_size": self.image_size, "resize": self.resize}

    @property
    def training_options(self):
        """For these, of the examples to train on."""
        return {
            "batch_size": self.batch_size,
            "jitter": self.jitter,
            "mirror": self.jitter,
            "seed": self.seed,
        }

    @property
    def trainer_options(self):
        """For the trainer."""
        return {"ema_decay": self.ema_decay, "seed": self.seed}

    def experiment(self, trainer, batches, **options):
        """The `Experiment` of a compiled trainer on batches of examples."""
        return Experiment(trainer, batches, sample_every=self.sample_every, **options)


@dataclasses.dataclass
class PairConfig(TranslationConfig):
    """For recipes that are shown pairs: a U-Net, a PatchGAN, and an L1 loss."""

    OF_DATA: ClassVar = ("channels", "validation")

    validation: str | None = None  # as data, held out
    epochs: int = 200  # passes over the pairs
    dropout: float = 0.5  # in the U-Net's decoder
    pixel_weight: float = 100.0  # of the L1 loss

    @property
    def generator_options(self):
        """For `networks.unet.build_generator`."""
        return {"filters": self.filters, "dropout": self.dropout, "seed": self.seed}

    @property
    def discriminator_options(self):
        """For `networks.patch_discriminator.build_discriminator`."""
        return {
            "filters": self.filters,
            "receptive_field": self.receptive_field,
            "seed": self.seed + 1,
        }

    @property
    def trainer_options(self):
        return {"pixel_weight": self.pixel_weight, **super().trainer_options}

    def experiment(self, trainer, batches, **options):
        return super().experiment(trainer, batches, epochs=self.epochs, **options)
