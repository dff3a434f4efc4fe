"""CycleGAN: two kinds of images into each other, without pairs; Monet's paintings, photographs.

Paper: Zhu et al. 2017, "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial
Networks", arXiv:1703.10593: ResNet translators, PatchGANs of 70x70, least squares, cycles with
weight 10, identities with half of that, pools of 50 images, batches of one image of each domain,
Adam with learning rate 2e-4 and beta_1 0.5, constant for 100 epochs and then linearly to 0.

Command: python -m tfgan_suite train cyclegan
         python -m tfgan_suite train cyclegan:monet2photo_64 --set data=monet.tar data_b=photo.tar

The data come from TensorFlow Datasets, which downloads them unless they are prepared in the folder
that the environment variable TFDS_DATA_DIR names; or from two folders or archives, given with
`--set data=monet.tar data_b=photo.tar held_out=24`.

`monet2photo`: the settings of the paper. Not measured.

Measured at 64x64 (seed 0, on 1 core busy with other work; 97 paintings and 216 photographs to train
on; 24 paintings and 24 photographs held out; errors are mean absolute differences of images in
[-1, 1] after a cycle, on the held-out ones; paintings are A, photographs are B):

- `monet2photo_64`: 1944 steps in 15 min 13; 0.103 for paintings and 0.087 for photographs. Both are
  below 0.12 from step 324 on. A deviation from the paper: the skips of the U-Net, which the
  authors' code offers too, carry the brightness and the contrast past instance normalization,
  which takes them away.

  Real images, held out, while the translators train: of the pairs of a painting and a photograph,
  D_A and D_B put in the right order 76 and 62 % at step 108, 85 and 75 % at 216, 85 and 80 % at
  432, and at least 80 % each in every later evaluation (one in 108 steps), 89 and 94 % in the end.
  In between a discriminator can be worse: D_B had 70 % at step 810. Single images that the
  discriminator of their own domain finds more real than the other's: 69, 75, 79 %, first above
  80 % at step 756 (81 %), 83 % in the end. Translators against them, real above translated: 93 and
  80 % at step 108, 84 and 78 % at 432, 73 and 84 % in the end.

  Domains have moved: three PatchGANs that were trained on real images alone (600 steps; 84 to 88 %
  of the real pairs in order) see photographs as paintings 78 to 85 % on the way between the mean
  logits of both domains, paintings as photographs 53 to 59 %. The standard deviation of the pixels
  of an image is 0.353 for paintings, 0.398 once they are translated, 0.412 for photographs, 0.351
  once they are translated. Pictures: photographs become paler and get strokes, some of them a mesh;
  paintings become darker and smoother. Fine detail is lost both ways.
- `monet2photo_residual_64`, with residual translators: 2592 steps in 19 min 52; 0.106 for paintings
  and 0.102 for photographs, first below 0.12 at step 2160. Deviations from the paper: two blocks,
  and no normalization. D_A and D_B
  put 75 and 84 % of the pairs in order at step 864, 87 and 83 % at 1296, 90 and 75 % at 1728, 93
  and 85 % in the end; against translated images 95 and 99 % at step 864, 95 and 78 % in the end.
  The three judges see photographs 55 to 56 % on the way, paintings 49 to 58 %. Pictures: strokes
  and paler colours as above, and spots in which a checkerboard hides what the way back needs.
"""

import dataclasses
from typing import Literal

import keras

from tfgan_suite import cli, data, metrics, networks, schedules, trainers
from tfgan_suite.experiment import TranslationConfig


@dataclasses.dataclass
class Config(TranslationConfig):
    data: str = "cycle_gan/monet2photo"  # both domains, or images of A (paintings)
    data_b: str | None = None  # images of B (photographs); none: data has both
    held_out: int | None = None  # images of each domain, not trained on; none: the split "test"
    images: int | None = None  # use so many images of each domain to train on; none: all
    channels: int | None = None  # of both domains: 1 or 3; none: their own
    constant_epochs: int = 100  # passes over the larger domain with the full learning rate
    decay_epochs: int = 100  # passes in which it goes down to 0
    translator: Literal["resnet", "unet"] = "resnet"  # the translators' architecture
    discriminator_filters: int | None = None  # of the discriminators' first layers; none: as many
    blocks: int | None = None  # residual blocks; none: 6 below 256 pixels, else 9
    normalization: str | None = "instance"  # of the translators: instance, batch or none
    cycle_weight: float = 10.0  # of the cycles, as in the paper
    identity_weight: float = 0.5  # of the identities, as a fraction of cycle_weight
    pool_size: int = 50  # images in each discriminator's pool
    num_samples: int = 120  # held-out images of each domain that are judged, at most
    evaluate_every: int | None = None  # epochs between two evaluations; none: at the end alone


_SMALL = {
    "channels": 3,
    "held_out": 24,
    "image_size": 64,
    "filters": 16,
    "receptive_field": 34,
}
PRESETS = {
    "monet2photo": {"channels": 3},
    "monet2photo_64": {
        **_SMALL,
        "batch_size": 4,
        "constant_epochs": 24,
        "decay_epochs": 12,
        "translator": "unet",
        "learning_rate": 5e-4,
        "evaluate_every": 2,
    },
    "monet2photo_residual_64": {
        **_SMALL,
        "batch_size": 2,
        "constant_epochs": 16,
        "decay_epochs": 8,
        "blocks": 2,
        "normalization": None,
        "learning_rate": 1e-3,
        "evaluate_every": 4,
    },
}
MEASURED = {
    "monet2photo_64": "15 min 13 s; cycle error 0.103 for paintings, 0.087 for photographs",
    "monet2photo_residual_64": "19 min 52 s; cycle error 0.106 and 0.102",
}
SMOKE = {
    "images": 8,
    "image_size": 32,
    "batch_size": 4,
    "constant_epochs": 1,
    "decay_epochs": 1,
    "filters": 2,
    "blocks": 1,
    "receptive_field": 34,
    "num_samples": 8,
    "sample_every": 1,
}


def build_translator(config, number, channels, input_channels):
    """The first or the second translator."""
    options = {
        "channels": channels,
        "input_channels": input_channels,
        "filters": config.filters,
        "normalization": config.normalization,
        "seed": config.seed + number,
        "name": f"translator_{number}",
    }
    if config.translator == "unet":
        return networks.unet.build_generator(config.image_size, dropout=0.0, **options)
    return networks.resnet_translator.build_generator(
        config.image_size, blocks=config.blocks, **options
    )


def build_discriminator(config, number, channels):
    """The discriminator of the first or of the second domain."""
    return networks.patch_discriminator.build_discriminator(
        config.image_size,
        channels,
        filters=config.discriminator_filters or config.filters,
        receptive_field=config.receptive_field,
        seed=config.seed + 2 + number,
        name=f"discriminator_{number}",
    )


def count_held_out(config):
    """How many of the first images of each domain are held out, None for the split "test"."""
    both = (config.data, config.data_b)
    if config.held_out or None in both or all(data.has_split(domain, "test") for domain in both):
        return config.held_out
    return max(1, min(24, *(data.describe(domain).num_examples // 10 for domain in both)))


def build(config):
    held = count_held_out(config)

    def domains(**options):
        options |= {"channels": config.channels, **config.data_options}
        return data.load_unpaired(config.data, config.data_b, **options)

    def held_out(count):
        part = {"split": "test"} if held is None else {"limit": held}
        # One by one, as the last batch of a domain is left out where it is not full.
        images = domains(batch_size=1, shuffle=False, **part).take(count)
        return images.unbatch().batch(8)

    batches = domains(skip=held or 0, limit=config.images, **config.training_options)
    a, b = (spec.shape[-1] for spec in batches.element_spec)
    trainer = trainers.CycleGAN(
        build_translator(config, 0, b, a),
        build_translator(config, 1, a, b),
        build_discriminator(config, 0, a),
        build_discriminator(config, 1, b),
        cycle_weight=config.cycle_weight,
        identity_weight=config.identity_weight,
        pool_size=config.pool_size,
        **config.trainer_options,
    )
    steps = int(batches.cardinality())
    rate = schedules.LinearDecay(
        config.learning_rate, config.constant_epochs * steps, config.decay_epochs * steps
    )
    trainer.compile(optimizer=keras.optimizers.Adam(rate, beta_1=config.beta_1))
    return config.experiment(
        trainer,
        batches,
        epochs=config.constant_epochs + config.decay_epochs,
        evaluators=[
            metrics.CycleEvaluator(held_out(config.num_samples)),
            metrics.DomainEvaluator(held_out(config.num_samples)),
        ],
        real=held_out(8),
        evaluate_every=config.evaluate_every,
        notes=[f"held out: the first {held} images of each domain"] if held else [],
    )


if __name__ == "__main__":
    cli.train(__file__)
