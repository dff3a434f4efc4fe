"""One small training of each trainer, whose files are kept (see `make.py`).

They must stay what they are, for the checkpoints that are kept are resumed with them. What a new
version names otherwise is named otherwise here.
"""

import dataclasses
import math
from collections.abc import Callable

import keras
import numpy as np

from tfgan_suite import data, latents, layers, losses, networks, testing, trainers

BATCH, STEPS, STOPPED_AT = 4, 3, 2
LATENT_DIM, CLASSES = 3, 3
GREY, RGB = (4, 4, 1), (8, 8, 3)
CODES = latents.StructuredLatentPrior(2, (3,), 1)


def _kernel(seed):
    return keras.initializers.GlorotUniform(seed)


def _dense(units, seed, **options):
    return keras.layers.Dense(units, kernel_initializer=_kernel(seed), **options)


def _maker(*, shape=GREY, latent_dim=LATENT_DIM, of_classes=None):
    """A generator of images or vectors, with BatchNorm."""
    z = keras.Input((latent_dim,))
    y, inputs = _told(z, of_classes)
    y = keras.layers.ReLU()(layers.BatchNormalization(momentum=0.9)(_dense(4, 11)(y)))
    y = _dense(math.prod(shape), 12, activation="tanh", dtype="float32")(y)
    return keras.Model(inputs, keras.layers.Reshape(shape, dtype="float32")(y))


def _judge(*, shape=GREY, of_classes=None, spectral=False):
    """A discriminator of images or vectors."""
    x = keras.Input(shape)
    y, inputs = _told(keras.layers.Flatten()(x), of_classes, x)
    hidden = _dense(4, 21)
    y = keras.layers.LeakyReLU()((layers.SpectralNormalization(hidden) if spectral else hidden)(y))
    return keras.Model(inputs, _dense(1, 22, dtype="float32")(y))


def _told(x, of_classes, given=None):
    """A tensor with a condition beside it, and the network's inputs."""
    given = x if given is None else given
    if of_classes is None:
        return x, given
    if of_classes == "labels":
        condition = keras.Input((), dtype="int32")
        rows = keras.layers.Embedding(CLASSES, 2, embeddings_initializer=_kernel(31))(condition)
    else:
        condition = rows = keras.Input((CLASSES,))
    return keras.layers.Concatenate()([x, rows]), [given, condition]


def _translator(seed, *, dropout=False):
    x = keras.Input(GREY)
    same = {"kernel_size": 3, "padding": "same"}
    y = layers.Conv2D(2, **same, activation="tanh", kernel_initializer=_kernel(seed))(x)
    y = keras.layers.Dropout(0.5, seed=seed)(y) if dropout else y
    y = keras.layers.Conv2D(1, **same, kernel_initializer=_kernel(seed + 1))(y)
    return keras.Model(x, keras.layers.Activation("tanh", dtype="float32")(y))


def _patch_judge(seed, inputs=1):
    given = [keras.Input(GREY) for _ in range(inputs)]
    y = keras.layers.Concatenate()(given) if inputs > 1 else given[0]
    y = keras.layers.Conv2D(1, 3, kernel_initializer=_kernel(seed), dtype="float32")(y)
    return keras.Model(given if inputs > 1 else given[0], y)


def _adam():
    # With an epsilon that keeps small gradients from deciding about large updates.
    return keras.optimizers.Adam(0.01, beta_1=0.5, epsilon=1e-3)


def _gan():
    gan = trainers.GAN(_maker(), _judge(spectral=True), LATENT_DIM, ema_decay=0.9, seed=7)
    gan.compile(_adam(), _adam(), loss="hinge", penalties=[losses.LeCam(0.1)])
    return gan


def _minimax_gan():
    of_points = {"shape": (2,)}
    players = _maker(**of_points), _judge(**of_points)
    options = {"simultaneous": True, "latent_distribution": "uniform", "seed": 7}
    gan = trainers.MinimaxGAN(*players, LATENT_DIM, **options)
    gan.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1))
    return gan


def _modified_minimax_gan():
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        players = _maker(shape=RGB), _judge(shape=RGB)
        gan = trainers.ModifiedMinimaxGAN(*players, LATENT_DIM, seed=7)
        scaled = {"initial_scale": 2.0**10, "dynamic_growth_steps": 3}
        gan.compile(*(keras.optimizers.LossScaleOptimizer(_adam(), **scaled) for _ in range(2)))
    finally:
        keras.config.set_dtype_policy(policy)
    return gan


def _wasserstein_clip():
    options = {"weight_clip": 0.1, "discriminator_steps": 2, "seed": 7}
    gan = trainers.WassersteinGAN(_maker(), _judge(), LATENT_DIM, **options)
    gan.compile()
    return gan


def _wasserstein_penalty():
    options = {"discriminator_steps": 2, "seed": 7}
    gan = trainers.WassersteinGAN(_maker(), _judge(), LATENT_DIM, **options)
    penalties = [losses.GradientPenalty(10.0), losses.Drift(0.001)]
    gan.compile(_adam(), _adam(), penalties=penalties)
    return gan


def _conditional(kind, **options):
    players = _maker(of_classes=kind), _judge(of_classes=kind)
    gan = trainers.ConditionalGAN(*players, LATENT_DIM, ema_decay=0.9, seed=7, **options)
    gan.compile(_adam(), _adam())
    return gan


def _acgan():
    heads = networks.heads.build_class_head(_judge(), CLASSES, seed=23)
    gan = trainers.ACGAN(_maker(of_classes="labels"), heads, LATENT_DIM, seed=7)
    gan.compile(_adam(), _adam())
    return gan


def _infogan():
    heads = networks.heads.build_code_heads(_judge(), (3,), 1, units=4, seed=23)
    gan = trainers.InfoGAN(_maker(latent_dim=CODES.dim), heads, CODES, seed=7)
    gan.compile(_adam(), _adam())
    return gan


def _pix2pix():
    networks_ = _translator(41, dropout=True), _patch_judge(43, inputs=2)
    gan = trainers.Pix2Pix(*networks_, ema_decay=0.9, seed=7)
    gan.compile(_adam(), _adam())
    return gan


def _cyclegan():
    networks_ = _translator(41), _translator(43), _patch_judge(45), _patch_judge(46)
    gan = trainers.CycleGAN(*networks_, pool_size=3, ema_decay=0.9, seed=7)
    gan.compile(_adam(), _adam())
    return gan


@dataclasses.dataclass(frozen=True)
class Training:
    """A trainer and the kind of its data.

    Attributes:
        make: function of nothing that gives a compiled trainer.
        shape: of an example.
        condition: None, `"labels"` or `"one_hot"`.
        translates: None, `"pairs"` or `"unpaired"`.
        minibatches: of the discriminator in a step.
        latent_dim: number of components of the latents.
        tolerance: relative and absolute, of what its files give on another CPU.
    """

    make: Callable
    shape: tuple = GREY
    condition: str | None = None
    translates: str | None = None
    minibatches: int = 1
    latent_dim: int = LATENT_DIM
    tolerance: float = 1e-5

    def arrays(self, seed):
        """Examples of an epoch, and what stands beside them or None."""
        count = BATCH * STEPS * self.minibatches
        x = testing.images(count, self.shape, seed)
        if self.translates:
            return x, testing.images(count, self.shape, seed + 100)
        if self.condition == "labels":
            return x, (np.arange(count) % CLASSES).astype("int32")
        return x, testing.one_hot(count, CLASSES) if self.condition else None

    def interrupted(self):
        """What `fit` is given where a training is interrupted: data of which the order is known."""
        x, y = self.arrays(1)
        options = {"batch_size": BATCH, "seed": 3}
        if self.translates == "pairs":
            return {"x": data.load_pairs((x, y), **options)}
        if self.translates == "unpaired":
            return {"x": data.load_unpaired(x, y, **options)}
        if self.condition == "labels":
            return {"x": data.load((x, y), labels=True, **options)}
        if self.condition or len(self.shape) == 1:
            return {"x": x, "y": y, "batch_size": BATCH}
        return {"x": data.load(x, **options)}

    def requests(self, rows):
        """What a loaded trainer makes images of: an array, or two of them."""
        if self.translates:
            return testing.images(rows, self.shape, seed=5)
        z = testing.points(rows, self.latent_dim, seed=5)
        if self.condition is None:
            return z
        if self.condition == "labels":
            return [z, np.arange(rows, dtype="int32") % CLASSES]
        return [z, testing.one_hot(rows, CLASSES)]


TRAININGS = {
    "gan": Training(_gan),
    "minimax_gan": Training(_minimax_gan, shape=(2,)),
    "modified_minimax_gan": Training(
        _modified_minimax_gan, shape=RGB, tolerance=2e-3  # it computes in float16
    ),
    "wasserstein_gan_clip": Training(_wasserstein_clip, minibatches=2),
    "wasserstein_gan_penalty": Training(_wasserstein_penalty, minibatches=2),
    "conditional_gan_labels": Training(lambda: _conditional("labels"), condition="labels"),
    "conditional_gan_one_hot": Training(
        lambda: _conditional("one_hot", num_classes=CLASSES), condition="one_hot"
    ),
    "acgan": Training(_acgan, condition="labels"),
    "infogan": Training(_infogan, latent_dim=CODES.dim),
    "pix2pix": Training(_pix2pix, translates="pairs"),
    "cyclegan": Training(_cyclegan, translates="unpaired"),
}
