"""Small trainings with every option that has a state, and what to compare of them."""

import contextlib
import hashlib
import math

import keras
import numpy as np

from tfgan_suite import (
    callbacks,
    data,
    latents,
    layers,
    losses,
    schedules,
    testing,
    trainers,
)
from tfgan_suite import networks as networks_of
from tfgan_suite.checkpointing import read_arrays

BATCH, EPOCHS, STEPS = 4, 2, 4

OPTIONS = (
    "plain",
    "critic_steps",
    "lazy_r1",
    "dropout_and_augmentation",
    "spectral_norm",
    "ema",
    "mixed_bfloat16",
    "mixed_float16",
    "ada",
    "two_replicas",
    "micro_batches",
    "pix2pix",
    "cyclegan",
    "conditional",
    "acgan",
    "infogan",
)


def networks(option):
    """A generator of 4x4 images and a discriminator, as small as the option allows."""
    init = keras.initializers.GlorotUniform
    latents = keras.Input((testing.LATENT_DIM,))
    x = keras.layers.Dense(8, kernel_initializer=init(1))(latents)
    x = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9)(x))
    x = keras.layers.Dense(16, "tanh", kernel_initializer=init(2), dtype="float32")(x)
    generator = keras.Model(latents, keras.layers.Reshape((4, 4, 1), dtype="float32")(x))
    images = keras.Input((4, 4, 1))
    y = images
    if option == "ada":
        y = layers.AdaptiveAugmentation(interval=1, images_to_full=50, target=0.1, seed=5)(y)
    y = keras.layers.Flatten()(y)
    hidden = keras.layers.Dense(8, kernel_initializer=init(3))
    if option == "spectral_norm":
        hidden = layers.SpectralNormalization(hidden)
    y = keras.layers.LeakyReLU()(hidden(y))
    if option in ("dropout_and_augmentation", "micro_batches"):
        y = keras.layers.Dropout(0.5, seed=4)(y)
    logits = keras.layers.Dense(1, kernel_initializer=init(6), dtype="float32")(y)
    return generator, keras.Model(images, logits)


def translator(seed, inputs=1, dropout=None):
    """A network of 4x4 images as small as can be: a translator or a judge of patches."""
    given = [keras.Input((4, 4, 1)) for _ in range(inputs)]
    x = keras.layers.Concatenate()(given) if inputs > 1 else given[0]
    x = keras.layers.Dropout(dropout, seed=seed)(x) if dropout else x
    kernel = keras.initializers.GlorotUniform(seed)
    x = keras.layers.Conv2D(1, 3, padding="same", kernel_initializer=kernel, dtype="float32")(x)
    return keras.Model(given if inputs > 1 else given[0], x)


def make_translation(option, rate):
    """A compiled trainer of translators, with a schedule of its learning rate."""
    if option == "pix2pix":
        networks = translator(1, dropout=0.5), translator(2, inputs=2)
        trainer = trainers.Pix2Pix(*networks, ema_decay=0.9, seed=7)
    else:
        networks = [translator(seed) for seed in range(1, 5)]
        trainer = trainers.CycleGAN(*networks, pool_size=3, seed=7)
    trainer.compile(keras.optimizers.Adam(schedules.LinearDecay(rate, STEPS, 2 * STEPS)))
    return trainer


def make_conditional(option, rate):
    """A compiled trainer of labelled images, or of codes."""
    prior = latents.StructuredLatentPrior(2, (3,), 1)
    dim = prior.dim if option == "infogan" else testing.LATENT_DIM
    size = {"hidden_units": (4,), "activation": "tanh"}
    generator = networks_of.mlp.build_generator((4, 4, 1), dim, seed=1, **size)
    discriminator = networks_of.mlp.build_discriminator((4, 4, 1), seed=2, **size)
    given = {"ema_decay": 0.9, "seed": 7}
    if option == "infogan":
        heads = networks_of.heads.build_code_heads(
            discriminator, (3,), 1, units=4, augmentation=layers.AffineAugmentation(seed=4), seed=3
        )
        trainer = trainers.InfoGAN(generator, heads, prior, **given)
    else:
        of_classes = with_classes(generator, 4)
        if option == "acgan":
            heads = networks_of.heads.build_class_head(discriminator, 3, seed=3)
            trainer = trainers.ACGAN(of_classes, heads, dim, discriminator_steps=2, **given)
        else:
            trainer = trainers.ConditionalGAN(
                of_classes, with_classes(discriminator, 5), dim, **given
            )
    trainer.compile(keras.optimizers.Adam(rate))
    return trainer


def with_classes(network, seed):
    """A network that adds something of each class to what it is given."""
    labels = keras.Input((), dtype="int32")
    shape = network.inputs[0].shape[1:]
    kernel = keras.initializers.GlorotUniform(seed)
    rows = keras.layers.Embedding(3, math.prod(shape), embeddings_initializer=kernel)(labels)
    given = keras.Input(shape)
    shifted = keras.layers.Add()([given, keras.layers.Reshape(shape)(rows)])
    return keras.Model([given, labels], network(shifted))


def make_trainer(option, rate=0.01):
    """A compiled trainer with one option."""
    keras.utils.set_random_seed(1)  # of what has no seed of its own
    if option in ("conditional", "acgan", "infogan"):
        return make_conditional(option, rate)
    if option in ("pix2pix", "cyclegan"):
        return make_translation(option, rate)
    policy = option if option.startswith("mixed") else "float32"
    keras.config.set_dtype_policy(policy)
    generator, discriminator = networks(option)
    kind, given, compiled = trainers.ModifiedMinimaxGAN, {}, {}
    if option == "critic_steps":
        kind = trainers.WassersteinGAN
        given = {"discriminator_steps": 5}
        compiled = {"penalties": [losses.GradientPenalty(10.0)]}
    elif option == "lazy_r1":
        # One that has a memory too.
        compiled = {"penalties": [losses.R1(1.0, interval=3), losses.LeCam(0.1)]}
    elif option == "micro_batches":
        given, compiled = {"ema_decay": 0.9}, {"micro_batches": 2, "penalties": [losses.LeCam()]}
    elif option == "ema":
        given = {"ema_decay": 0.9}
    trainer = kind(generator, discriminator, testing.LATENT_DIM, seed=7, **given)
    if option == "mixed_float16":
        compiled = {
            "optimizer": keras.optimizers.LossScaleOptimizer(
                keras.optimizers.Adam(rate), dynamic_growth_steps=3
            ),
            "discriminator_optimizer": keras.optimizers.LossScaleOptimizer(
                keras.optimizers.Adam(rate), initial_scale=2.0**18, dynamic_growth_steps=3
            ),
        }
    trainer.compile(**{"optimizer": keras.optimizers.Adam(rate), **compiled})
    keras.config.set_dtype_policy("float32")
    return trainer


def make_data(option, steps=STEPS):
    """Images of which an epoch has `steps` steps and some left over."""
    count = BATCH * steps * (5 if option == "critic_steps" else 1) + 3
    if option == "pix2pix":
        pairs = tuple(testing.images(count, (4, 4, 1), seed=seed) for seed in (0, 1))
        jitter = {"image_size": 4, "jitter": True, "mirror": True}
        return data.load_pairs(pairs, batch_size=BATCH, seed=3, **jitter)
    if option == "cyclegan":
        a, b = testing.images(count, (4, 4, 1)), testing.images(7, (4, 4, 1), seed=1)
        return data.load_unpaired(a, b, batch_size=BATCH, seed=3, mirror=True)
    if option in ("conditional", "acgan", "infogan"):
        count += BATCH * steps * (option == "acgan")
        labelled = testing.images(count, (4, 4, 1)), np.arange(count) % 3
        return data.load(labelled, batch_size=BATCH, seed=3, labels=True)
    augment = ["flip", "shift"] if option == "dropout_and_augmentation" else []
    return data.load(
        testing.images(count, (4, 4, 1)), batch_size=BATCH, seed=3, augment=augment
    )


@contextlib.contextmanager
def scope(option, strategy):
    """The scope of two replicas where the option is those, else none."""
    with strategy.scope() if option == "two_replicas" else contextlib.nullcontext():
        yield


class StopAt(keras.callbacks.Callback):
    """Asks `fit` to stop after a number of the trainer's steps, as a signal does."""

    async_safe, saves = True, False

    def __init__(self, step):
        super().__init__()
        self.step = step

    def after_step(self, position):
        if int(keras.ops.convert_to_numpy(self.model.step)) == self.step:
            self.model.stop_training = True

    def begin_fit(self, trainer, steps, keepers):
        """Nothing of this and what follows matters here."""

    after_train_begin = after_epoch = lambda self, *_: None
    resume_epoch = after_training = end_fit = lambda self, _: None


def train(option, folder=None, stop=None, epochs=EPOCHS, extra=(), strategy=None, **options):
    """One process's part of a training; returns the trainer."""
    with scope(option, strategy):
        trainer = make_trainer(option)
    kept = [] if stop is None else [StopAt(stop)]
    kept += [] if folder is None else [callbacks.Checkpoints(folder, **options)]
    trainer.fit(make_data(option), epochs=epochs, verbose=0, callbacks=[*extra, *kept])
    return trainer


def digests(trainer):
    """SHA-256 of every variable, and of every replica's copy, by name."""
    arrays = read_arrays(trainer.state_variables())
    return {
        name: hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()
        for name, array in arrays.items()
    }
