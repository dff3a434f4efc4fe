"""A small training of every trainer that must not depend on the number of devices.

To be imported by whoever compares two replicas, two worker processes or micro-batches with one
device; it imports nothing of the other tests.
"""

import contextlib

import keras
import numpy as np

from tfgan_suite import latents, layers, losses, networks, testing, trainers

STEPS, BATCH = 20, 8
SHAPE = (8, 8, 1)
# Relative norms of the difference, by the optimizer.
TOLERANCES = {"SGD": 1e-5, "Adam": 1e-3}
K = keras.layers


def init(seed):
    return keras.initializers.HeNormal(seed)


def generator(dim=testing.LATENT_DIM, labels=False, batch_norm=False, seed=1):
    """Latents, perhaps with labels of three classes, to 8x8 images."""
    given = [keras.Input((dim,))]
    x = given[0]
    if labels:
        given.append(keras.Input((), dtype="int32"))
        x = K.Concatenate()([x, K.Embedding(3, 2, embeddings_initializer=init(seed))(given[1])])
    x = K.Reshape((4, 4, 2))(K.Dense(32, kernel_initializer=init(seed + 1))(x))
    if batch_norm and labels:
        x = layers.ConditionalBatchNormalization(3, momentum=0.8)([x, given[1]])
    elif batch_norm:
        x = K.BatchNormalization(momentum=0.8)(x)
    x = K.Activation("tanh")(x)
    x = K.Conv2DTranspose(1, 4, 2, "same", kernel_initializer=init(seed + 2))(x)
    images = K.Activation("tanh", dtype="float32")(x)
    return keras.Model(given if labels else given[0], images)


def discriminator(labels=False, batch_norm=False, spectral=False, dropout=0.0, ada=False, seed=5):
    """8x8 images, perhaps with labels of three classes, to a logit."""
    given = [keras.Input(SHAPE)]
    x = given[0]
    if ada:
        # It reaches p = 1 within the training, and so changes what is learned.
        options = {"interval": 2, "images_to_full": 100, "target": -0.9, "seed": 4}
        x = layers.AdaptiveAugmentation(**options)(x)
    convolution = K.Conv2D(3, 4, 2, "same", kernel_initializer=init(seed))
    x = (layers.SpectralNormalization(convolution, seed=6) if spectral else convolution)(x)
    if batch_norm:
        x = K.BatchNormalization(momentum=0.8)(x)
    x = K.Flatten()(K.Activation("tanh")(x))
    if dropout:
        x = layers.Dropout(dropout, seed=7)(x)
    if labels:
        given.append(keras.Input((), dtype="int32"))
        x = K.Concatenate()([x, K.Embedding(3, 2, embeddings_initializer=init(seed + 1))(given[1])])
    logits = K.Dense(1, kernel_initializer=init(seed + 2), dtype="float32")(x)
    return keras.Model(given if labels else given[0], logits)


def translator(seed, dropout=0.0, batch_norm=False):
    images = keras.Input(SHAPE)
    x = K.Conv2D(2, 3, padding="same", kernel_initializer=init(seed))(images)
    if batch_norm:
        x = K.BatchNormalization(momentum=0.8)(x)
    x = K.Activation("tanh")(x)
    if dropout:
        x = layers.Dropout(dropout, seed=seed)(x)
    x = K.Conv2D(1, 3, padding="same", kernel_initializer=init(seed + 1))(x)
    return keras.Model(images, K.Activation("tanh", dtype="float32")(x))


def patch_judge(seed, inputs=1, batch_norm=False):
    given = [keras.Input(SHAPE) for _ in range(inputs)]
    x = K.Concatenate()(given) if inputs > 1 else given[0]
    x = K.Conv2D(2, 3, 2, kernel_initializer=init(seed))(x)
    if batch_norm:
        x = K.BatchNormalization(momentum=0.8)(x)
    x = K.Activation("tanh")(x)
    logits = K.Conv2D(1, 2, kernel_initializer=init(seed + 1), dtype="float32")(x)
    return keras.Model(given if inputs > 1 else given[0], logits)




def _acgan(batch_norm, **options):
    judge = discriminator(batch_norm=batch_norm)
    heads = networks.heads.build_class_head(judge, 3, seed=8)
    parts = generator(labels=True, batch_norm=batch_norm), heads
    return trainers.ACGAN(*parts, testing.LATENT_DIM, discriminator_steps=2, **options)


def _conditional(batch_norm, **options):
    parts = (f(labels=True, batch_norm=batch_norm) for f in (generator, discriminator))
    return trainers.ConditionalGAN(*parts, testing.LATENT_DIM, **options)


def _cyclegan(batch_norm, **options):
    seeds = (1, 3, 5, 7)
    parts = (translator, translator, patch_judge, patch_judge)
    made = [part(seed, batch_norm=batch_norm) for part, seed in zip(parts, seeds)]
    return trainers.CycleGAN(*made, pool_size=10, **options)


def _infogan(batch_norm, **options):
    prior = latents.StructuredLatentPrior(2, (3,), 1)
    judge = discriminator(batch_norm=batch_norm)
    features = judge.layers[-1].input
    if batch_norm:
        heads = networks.heads.build_code_heads(judge, (3,), 1, units=4, seed=8)
    else:
        sizes = {"code": 3, "means": 1}
        more = [
            K.Dense(size, kernel_initializer=init(8 + i), dtype="float32", name=name)(features)
            for i, (name, size) in enumerate(sizes.items())
        ]
        heads = keras.Model(judge.inputs[0], [*judge.outputs, *more])
    return trainers.InfoGAN(generator(prior.dim, batch_norm=batch_norm), heads, prior, **options)


def _pix2pix(batch_norm, **options):
    made = translator(1, dropout=0.5, batch_norm=batch_norm), patch_judge(5, 2, batch_norm)
    return trainers.Pix2Pix(*made, **options)


def _of_latents(cls, judged=None, **given):
    def make(batch_norm, **options):
        d_options = {"batch_norm": True} if batch_norm else judged or {}
        parts = generator(batch_norm=batch_norm), discriminator(**d_options)
        return cls(*parts, testing.LATENT_DIM, **given, **options)

    return make


class Training:
    """One trainer and what to train it with.

    Args:
        make: function of `batch_norm` and further options that gives it, uncompiled.
        kind: of its data: "images", "labels" or "pairs".
        loss: for `compile`.
        penalties: function of nothing that gives both players' penalties, as options of `compile`.
    """

    def __init__(self, make, kind="images", loss=None, penalties=dict):
        self.make, self.kind, self.loss, self.penalties = make, kind, loss, penalties

    def trainer(self, optimizer="SGD", batch_norm=None, **options):
        """A compiled trainer, made in the scope of the caller.

        Args:
            optimizer: "SGD" or "Adam".
            batch_norm: None for none, else "own" or "synchronized".
            **options: of `compile`.
        """
        trainer = self.make(bool(batch_norm), ema_decay=0.9, seed=3)
        if batch_norm == "synchronized":
            trainer = with_synchronized(trainer)
        # An epsilon with which rounding errors of tiny gradients are no steps of full size.
        given = {"SGD": {"learning_rate": 0.02}, "Adam": {"learning_rate": 2e-3, "epsilon": 1e-4}}
        both = [getattr(keras.optimizers, optimizer)(**given[optimizer]) for _ in range(2)]
        # Penalties differentiate twice, which normalization by the batch gives no meaning.
        penalties = {} if batch_norm else self.penalties()
        trainer.compile(*both, loss=self.loss, **penalties, **options)
        return trainer

    def data(self, trainer, steps=STEPS):
        """Arrays for a number of steps."""
        rows = steps * BATCH * trainer.discriminator_steps
        if self.kind == "pairs":
            return tuple(testing.images(rows, SHAPE, seed=seed) for seed in range(2))
        labels = np.arange(rows, dtype="int32") % 3 if self.kind == "labels" else None
        return testing.images(rows, SHAPE), labels

    def fit(self, trainer, steps=STEPS, **options):
        """Trains on arrays in their order; returns the logs of the epoch."""
        x, y = self.data(trainer, steps)
        options = {"batch_size": BATCH, "shuffle": False, "verbose": 0, **options}
        history = trainer.fit(x, y, **options).history
        return {name: values[-1] for name, values in history.items()}


def with_synchronized(trainer):
    """A trainer like another whose networks have synchronized BatchNorm."""
    config = trainer.get_config()
    for name in trainer.network_names:
        network = getattr(trainer, name)
        with contextlib.suppress(ValueError):  # those without BatchNorm
            network = networks.synchronized(network)
        config[name] = keras.saving.serialize_keras_object(network)
    return type(trainer).from_config(config)


def _gradient_penalty():
    return {"penalties": [losses.GradientPenalty(1.0)]}


TRAININGS = {
    "ACGAN": Training(_acgan, "labels", penalties=lambda: {"penalties": [losses.R1(1.0)]}),
    "ConditionalGAN": Training(_conditional, "labels", "hinge", _gradient_penalty),
    "CycleGAN": Training(_cyclegan, "pairs"),
    "GAN": Training(
        _of_latents(trainers.GAN, {"spectral": True}, simultaneous=True), loss="hinge"
    ),
    "GAN with ADA": Training(_of_latents(trainers.GAN, {"ada": True}), loss="logistic"),
    "InfoGAN": Training(_infogan),
    "MinimaxGAN": Training(_of_latents(trainers.MinimaxGAN, {"dropout": 0.5})),
    "ModifiedMinimaxGAN": Training(
        _of_latents(trainers.ModifiedMinimaxGAN, shared_latents=True),
        penalties=lambda: {
            "penalties": [losses.R1(1.0, interval=3), losses.LeCam(0.1)],
            "generator_penalties": [losses.PathLength(1.0, interval=2)],
        },
    ),
    "Pix2Pix": Training(_pix2pix, "pairs"),
    "WassersteinGAN": Training(
        _of_latents(trainers.WassersteinGAN, {"spectral": True}, discriminator_steps=2),
        penalties=_gradient_penalty,
    ),
}


def parts_of(trainer):
    """What must be equal, by name: networks, averages, optimizers, pools, penalties' memories."""
    averages = [f"ema_{n}" for p in trainer.players.values() for n in p.averages]
    names = (*trainer.network_names, *averages, "pool_a", "pool_b")
    found = {name: getattr(trainer, name, None) for name in names}
    found.update({f"memory {i}": m for i, m in enumerate(trainer.penalty_memories)})
    return {name: part for name, part in found.items() if part is not None and part.variables}


def differences(trainer, other):
    """Relative norms of the differences of all parts."""
    pairs = zip(parts_of(trainer).items(), parts_of(other).values(), strict=True)
    return {name: testing.distance(part, same) for (name, part), same in pairs}
