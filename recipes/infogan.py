"""InfoGAN on MNIST: a categorical and two continuous codes, learned without a label.

Paper: Chen et al. 2016, "InfoGAN: Interpretable Representation Learning by Information Maximizing
Generative Adversarial Nets", arXiv:1606.03657. Deviations: the networks of its appendix C.1 with
fewer filters and units, kernels of 5x5 and LeakyReLU(0.2); Q reads the categorical code in images
that are rotated, sheared, scaled and moved a little, so that slant, width and place are left to the
continuous codes (what Elastic-InfoGAN, arXiv:1910.01112, does by another loss); the images of D's
update serve G's too; a moving average of the generator.

Command: python -m tfgan_suite train infogan_mnist

The data comes from TensorFlow Datasets, which downloads it (11 MiB) unless it is prepared in the
folder that the environment variable TFDS_DATA_DIR names.

Measured (seed 0, 5000 images, on one of 2 cores busy with other work): 6 epochs in 9 min 41 s;
matched one-to-one to the digits that a classifier, right on 99.3 % of the real test digits, sees in
the images, the categorical code agrees with it on 99.8 % of them (chance: about 10 %); with seed 1
on 99.9 %, with seed 2 on 99.2 %. Without the augmentation (rotation, shear, scale and translation
0) it was 83.5 % with seed 0: four and nine shared values, and three and five.

`traversal.png` shows what each code changes: the first continuous one the width and stroke of a
two, the second its slant, both the slant of a one. Within a value of the code pixels vary less than
in real images of its digit (their standard deviation over the images is 0.75 to 0.93 of the real
one).
"""

import dataclasses

import keras

from tfgan_suite import data, layers, losses, networks, trainers
from tfgan_suite.experiment import Experiment
from tfgan_suite.experiment.judges import code_judge
from tfgan_suite.latents import StructuredLatentPrior


@dataclasses.dataclass
class Config:
    split: str = "train"  # of the data set, in the notation of TFDS
    batch_size: int = 64  # images in a minibatch
    epochs: int = 6  # passes over the images
    noise_dim: int = 62  # components of the noise z, uniform on [-1, 1)
    continuous: int = 2  # continuous codes, uniform on [-1, 1)
    filters: int = 16  # of the layers at full size; doubled with each halving
    generator_units: int = 256  # of its hidden dense layer
    discriminator_units: int = 128  # of its hidden dense layer
    rotation: float = 0.175  # radians, the largest before Q reads the digit
    shear: float = 0.35  # columns per row, the largest
    scale: float = 0.2  # logarithm of the largest factor of height and of width
    translation: float = 0.05  # the largest way, of height and of width
    generator_learning_rate: float = 1e-3  # of Adam
    discriminator_learning_rate: float = 2e-4  # of Adam, for D and Q
    beta_1: float = 0.5  # Adam's decay of the mean gradient, for each step
    ema_decay: float = 0.999  # of the generator's moving average, for each step
    information_weight: float = 1.0  # lambda, for both players
    continuous_weight: float = 0.1  # of the continuous codes' information beside the digit's
    label_smoothing: float = 0.0  # 0.25 moves D's target for real images from 1 to 0.875
    num_samples: int = 5000  # generated images that are judged
    judge_epochs: int | None = None  # of the judge on the real images; none: 60 000 images shown
    seed: int = 0  # of weights, latents and the order of the data


SMOKE = {
    "split": "train[:256]",
    "batch_size": 64,
    "epochs": 2,
    "filters": 4,
    "num_samples": 100,
    "judge_epochs": 1,
}


def build(config):
    def mnist(**options):
        return data.load("mnist", split=config.split, **options)

    prior = StructuredLatentPrior(config.noise_dim, (10,), config.continuous, "uniform")
    generator = networks.dcgan.build_generator(
        28, 1, prior.dim, config.filters, units=config.generator_units, seed=config.seed
    )
    discriminator = networks.heads.build_code_heads(
        networks.dcgan.build_discriminator(
            28, 1, config.filters, units=config.discriminator_units, seed=config.seed + 1
        ),
        prior.categorical,
        prior.continuous,
        augmentation=layers.AffineAugmentation(
            config.rotation, config.shear, config.scale, config.translation, seed=config.seed + 3
        ),
        seed=config.seed + 2,
    )
    trainer = trainers.InfoGAN(
        generator,
        discriminator,
        prior,
        generator_information_weight=config.information_weight,
        discriminator_information_weight=config.information_weight,
        continuous_weight=config.continuous_weight,
        shared_latents=True,
        ema_decay=config.ema_decay,
        seed=config.seed,
    )
    trainer.compile(
        optimizer=keras.optimizers.Adam(config.generator_learning_rate, beta_1=config.beta_1),
        discriminator_optimizer=keras.optimizers.Adam(
            config.discriminator_learning_rate, beta_1=config.beta_1
        ),
        loss=losses.ModifiedMinimax(label_smoothing=config.label_smoothing),
    )
    return Experiment(
        trainer=trainer,
        data=mnist(batch_size=config.batch_size, seed=config.seed),
        epochs=config.epochs,
        name="infogan_mnist",
        evaluators=[
            code_judge(
                "mnist",
                prior,
                split=config.split,
                epochs=config.judge_epochs,
                num_samples=config.num_samples,
            )
        ],
        real=mnist(shuffle=False, cache=False),
    )
