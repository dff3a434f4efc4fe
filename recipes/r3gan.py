"""R3GAN: relativistic pairs with R1 and R2, residual networks without normalization, schedules.

Paper: Huang et al. 2024, "The GAN is dead; long live the GAN! A Modern GAN Baseline",
arXiv:2501.05441: learning rate, gamma, beta_2 of Adam and the half-life of the moving average go
from one value to another along a cosine, counted in images shown (the burn-in), beta_1 is 0.
Deviations: the paper's augmentation of what D sees, whose probability follows a schedule too, is
left out; D is updated before G; float32. The presets that are not called `paper` have networks and
schedules for two CPU cores.

Command: python -m tfgan_suite train r3gan
         python -m tfgan_suite train r3gan:mnist
         python -m tfgan_suite train r3gan:stacked_mnist
         python -m tfgan_suite train r3gan:cifar10
         python -m tfgan_suite train r3gan:photos --set data=./my_photos image_size=64 resize=crop
         python -m tfgan_suite train r3gan --set labels=true

`digits`: the digits of scikit-learn, enlarged to 16x16, real data without a download. `mnist` and
`stacked_mnist`: 28x28, the latter three digits as red, green and blue. `cifar10`: 32x32 in colour.
`photos`: 64x64, an own folder. With `labels=true` the class is asked for, of any of them. None of
these was measured.

`paper_cifar10`, `paper_stacked_mnist`, `paper_ffhq_64` and `paper_ffhq_256`: the networks, batches
and schedules of the paper, for accelerators; FFHQ is a folder or an archive that you bring with
`--set data=./ffhq image_size=64` (or 256). Not measured. They are as long as the burn-in, on
StackedMNIST five times as long.
"""

import dataclasses
import math

from tfgan_suite import cli, losses, networks, optimizers, schedules, trainers
from tfgan_suite.experiment import SMOKE_IMAGES, ImageConfig, open_images
from tfgan_suite.experiment.judges import classifier_judge, conditional_judge


@dataclasses.dataclass
class Config(ImageConfig):
    num_samples: int = 5000  # generated images that are judged
    labels: bool = False  # whether both networks are told the class of an image
    latent_dim: int = 64  # components of z
    filters: int = 8  # of the stage at full size
    max_filters: int = 128  # the most of any stage
    growth: int = 4  # of the filters with each halving
    blocks: int = 1  # residual blocks in each stage
    group_size: int = 16  # channels in each group of the 3x3 convolutions
    packing: int = 1  # images without labels that D judges together (PacGAN, arXiv:1712.04086)
    learning_rate: tuple[float, float] = (1e-3, 2e-4)  # of Adam: at first, after the burn-in
    beta_2: tuple[float, float] = (0.9, 0.99)  # Adam's, for each step, likewise
    gamma: tuple[float, float] = (1.0, 0.1)  # weight of R1 and of R2, likewise
    half_life: tuple[float, float] = (0.0, 20e3)  # of the moving average, images shown, likewise
    burn_in: int | None = None  # images shown until these are reached; none: in all the training


_PAPER = {
    "max_filters": 768,
    "growth": 2,
    "blocks": 2,
    "learning_rate": (2e-4, 5e-5),
    "burn_in": 20_000_000,
}
_FFHQ = {
    **_PAPER,
    "data": "ffhq",
    "mirror": True,
    "batch_size": 256,
    "epochs": 287,
    "half_life": (0.0, 500e3),
}
PRESETS = {
    "digits": {"image_size": 16, "epochs": 20, "steps_per_epoch": 100, "half_life": (0.0, 5e3)},
    "mnist": {"data": "mnist", "epochs": 6},
    "stacked_mnist": {"data": "stacked_mnist", "epochs": 6, "filters": 16},
    "cifar10": {
        "data": "cifar10",
        "mirror": True,
        "epochs": 20,
        "filters": 16,
        "gamma": (0.5, 0.05),
    },
    "photos": {"data": "celeb_a", "image_size": 64, "resize": "crop", "mirror": True, "epochs": 10},
    "paper_cifar10": {
        **_PAPER,
        "data": "cifar10",
        "labels": True,
        "mirror": True,
        "batch_size": 512,
        "epochs": 403,
        "filters": 768,
        "gamma": (0.05, 0.005),
        "half_life": (0.0, 5e6),
    },
    "paper_stacked_mnist": {
        **_PAPER,
        "data": "stacked_mnist",
        "image_size": 32,
        "batch_size": 512,
        "epochs": 79,
        "filters": 768,
        "learning_rate": (2e-4, 2e-4),
        "gamma": (1.0, 0.1),
        "half_life": (0.0, 500e3),
        "burn_in": 2_000_000,
    },
    "paper_ffhq_64": {**_FFHQ, "image_size": 64, "filters": 384, "gamma": (2.0, 0.2)},
    "paper_ffhq_256": {**_FFHQ, "image_size": 256, "filters": 96, "gamma": (150.0, 15.0)},
}
MEASURED = {}
SMOKE = {**SMOKE_IMAGES, "filters": 4, "max_filters": 8, "group_size": 8}


def build(config):
    images = open_images(config, labels=config.labels)
    width = {name: getattr(config, name) for name in ("filters", "max_filters", "growth")}
    width |= {"blocks": config.blocks, "group_size": config.group_size}
    if config.labels:
        width["num_classes"] = images.num_classes
    discriminator = networks.r3gan.build_discriminator(
        images.size, config.packing * images.channels, seed=config.seed + 1, **width
    )
    if config.packing > 1:
        discriminator = networks.packing.build_discriminator(discriminator, config.packing)
    half_life, rate, beta_2, gamma = scheduled(config, images)
    kind = trainers.ConditionalGAN if config.labels else trainers.GAN
    trainer = kind(
        networks.r3gan.build_generator(
            images.size, images.channels, config.latent_dim, seed=config.seed, **width
        ),
        discriminator,
        config.latent_dim,
        ema_decay=trainers.HalfLife(half_life),
        seed=config.seed,
    )
    experiment = images.experiment(
        trainer, conditional_judge if config.labels else classifier_judge
    )
    trainer.compile(
        optimizers.Adam(rate, beta_1=0.0, beta_2=beta_2, epsilon=1e-8),
        loss="relativistic_standard_logistic",
        penalties=[losses.R1(gamma), losses.R2(gamma)],
    )
    return experiment


def scheduled(config, images):
    """The schedules of half-life, learning rate, beta_2 and gamma, in steps."""
    steps = images.training_steps
    if config.burn_in is not None:
        steps = math.ceil(config.burn_in / config.batch_size)
    ends = (config.half_life, config.learning_rate, config.beta_2, config.gamma)
    return [schedules.Cosine(*pair, steps) for pair in ends]


if __name__ == "__main__":
    cli.train(__file__)
