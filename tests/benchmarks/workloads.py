"""The workloads of the benchmarks: networks, trainer, data, and the same step by hand."""

import dataclasses

import keras
import numpy as np
import tensorflow as tf

import tfgan_suite as tgs
from tests.benchmarks import by_hand

LATENT_DIM = 100


@dataclasses.dataclass(frozen=True)
class Workload:
    """One training step: which networks, which algorithm, in which precision, on what."""

    name: str
    image_size: int  # pixels, height and width
    channels: int
    batch_size: int = 64  # images in one minibatch, over all replicas
    filters: int = 64
    wasserstein: bool = False
    options: dict = dataclasses.field(default_factory=dict)  # of the trainer
    precision: str = "float32"  # name of a Keras policy
    replicas: int = 1

    @property
    def row_name(self):
        """Its name in tables, with the precision where that is not float32."""
        return self.name + (", bfloat16" if "bfloat16" in self.precision else "")

    @property
    def discriminator_steps(self):
        return 5 if self.wasserstein else 1

    @property
    def images_per_step(self):
        return self.batch_size * self.discriminator_steps

    @property
    def shape(self):
        return self.image_size, self.image_size, self.channels

    @property
    def step_shape(self):
        """Shape of the real images of one step, as `train_step` takes them."""
        minibatches = (self.discriminator_steps,) if self.discriminator_steps > 1 else ()
        return self.batch_size, *minibatches, *self.shape

    def networks(self):
        previous = keras.config.dtype_policy()
        keras.config.set_dtype_policy(self.precision)
        try:
            options = {"image_size": self.image_size, "channels": self.channels}
            options["filters"] = self.filters
            return (
                tgs.networks.dcgan.build_generator(latent_dim=LATENT_DIM, seed=1, **options),
                tgs.networks.dcgan.build_discriminator(
                    batch_norm=not self.wasserstein, seed=2, **options
                ),
            )
        finally:
            keras.config.set_dtype_policy(previous)

    def trainer(self, strategy=None):
        """A compiled trainer; with several replicas the strategy must be given."""
        with (strategy or tf.distribute.get_strategy()).scope():
            family = tgs.WassersteinGAN if self.wasserstein else tgs.ModifiedMinimaxGAN
            gan = family(
                *self.networks(),
                latent_dim=LATENT_DIM,
                discriminator_steps=self.discriminator_steps,
                seed=3,
                **self.options,
            )
            gan.compile(penalties=[tgs.losses.GradientPenalty(10.0)] if self.wasserstein else ())
        return gan

    def step_by_hand(self):
        if self.wasserstein:
            return by_hand.wasserstein_gp_step(
                *self.networks(), LATENT_DIM, self.batch_size, self.discriminator_steps
            )
        return by_hand.modified_minimax_step(*self.networks(), LATENT_DIM, self.batch_size)

    def dataset(self):
        images = np.random.default_rng(0).uniform(-1, 1, (self.batch_size * 8, *self.shape))
        dataset = tf.data.Dataset.from_tensor_slices(images.astype("float32")).cache().repeat()
        return dataset.batch(self.batch_size, drop_remainder=True).prefetch(2)

    def operations(self):
        """Floating-point operations of one step, over all replicas."""
        return tgs.step_operations(self.trainer(), tf.TensorSpec(self.step_shape)).flops

    def in_precision(self, precision):
        return dataclasses.replace(self, precision=precision)


DCGAN_28 = Workload("DCGAN-28 grey", 28, 1)
DCGAN_64 = Workload("DCGAN-64 RGB", 64, 3)
WGAN_GP_32 = Workload("WGAN-GP-32 RGB, 5 critic steps", 32, 3, wasserstein=True)
WORKLOADS = [
    DCGAN_28,
    dataclasses.replace(
        DCGAN_28, name="DCGAN-28, shared latents", options={"shared_latents": True}
    ),
    dataclasses.replace(DCGAN_28, name="DCGAN-28, EMA", options={"ema_decay": 0.999}),
    dataclasses.replace(DCGAN_28, name="DCGAN-28, 2 replicas", replicas=2),
    WGAN_GP_32,
    dataclasses.replace(WGAN_GP_32, name="WGAN-GP-32, 2 replicas", replicas=2),
    DCGAN_64,
    *(w.in_precision("mixed_bfloat16") for w in (DCGAN_28, WGAN_GP_32, DCGAN_64)),
]
