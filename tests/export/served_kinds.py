"""Generators of every kind that can be served, as `export` wants them."""

import types

import keras
import numpy as np

from tfgan_suite.latents import LatentPrior

DIM, CLASSES = 4, 3


def served(generator, **attributes):
    """What `export` asks of a trainer; the generator's weights are far from initial."""
    rng = np.random.default_rng(0)
    for weight in generator.weights:
        value = rng.normal(0.0, 0.4, weight.shape)
        weight.assign(np.abs(value) + 0.5 if "variance" in weight.path else value)
    return types.SimpleNamespace(
        generator=generator, serving_generator=generator, **attributes
    )


def with_latents(generator, **attributes):
    return served(generator, latent_dim=DIM, latent_prior=LatentPrior(DIM), **attributes)


def _pictures(x, channels=3):
    x = keras.layers.Reshape((3, 3, 4))(keras.layers.Dense(36, "relu")(x))
    return keras.layers.Conv2DTranspose(channels, 3, 2, "same", activation="tanh")(x)


def of_labels(shape=(), dtype="int32", attributes=None):
    """Latents and integer labels, looked up by an embedding."""
    latents, labels = keras.Input((DIM,)), keras.Input(shape, dtype=dtype)
    rows = keras.layers.Embedding(CLASSES, DIM)(labels)
    x = keras.layers.Multiply()([latents, keras.layers.Reshape((DIM,))(rows)])
    return with_latents(keras.Model([latents, labels], _pictures(x)), **(attributes or {}))


def of_one_hot(**attributes):
    """Latents and a vector of one component for each class."""
    latents, label = keras.Input((DIM,)), keras.Input((CLASSES,))
    x = keras.layers.Concatenate()([latents, label])
    return with_latents(keras.Model([latents, label], _pictures(x, 1)), **attributes)


def translator(size=(8, 8)):
    """Images to images."""
    images = keras.Input((*size, 3))
    x = keras.layers.Conv2D(4, 3, padding="same", activation="relu")(images)
    return served(
        keras.Model(images, keras.layers.Conv2D(3, 3, padding="same", activation="tanh")(x))
    )


def of_points():
    """Latents to vectors of two components."""
    latents = keras.Input((DIM,))
    return with_latents(keras.Model(latents, keras.layers.Dense(2)(latents)))


def of_pictures():
    """Latents to grey pictures, through BatchNorm and dropout."""
    latents = keras.Input((DIM,))
    x = keras.layers.Dropout(0.5)(keras.layers.BatchNormalization()(latents))
    return with_latents(keras.Model(latents, _pictures(x, 1)))


KINDS = {
    "pictures": of_pictures,
    "points": of_points,
    "labels": of_labels,
    "labels of shape (N, 1)": lambda: of_labels((1,), "int64"),
    "one-hot labels": lambda: of_one_hot(num_classes=CLASSES),
    "condition vectors": of_one_hot,
    "translator": translator,
    "translator of any size": lambda: translator((None, None)),
}


def requests(trainer, signature, rows, seed=0):
    """A valid request of `rows` rows: a dict of arrays by key."""
    rng = np.random.default_rng(seed)
    inputs = trainer.generator.inputs
    if len(inputs) == 1 and len(inputs[0].shape) == 4:
        shape = [size or 8 for size in inputs[0].shape[1:]]
        return {"images": rng.uniform(-1, 1, (rows, *shape)).astype(np.float32)}
    latents = rng.normal(size=(rows, inputs[0].shape[1])).astype(np.float32)
    request = {"latents": latents}
    if signature in ("from_seed", "png"):
        request = {"seeds": rng.integers(-(2**62), 2**62, rows)}
    if signature == "truncated":
        request["psi"] = rng.uniform(0, 1, rows).astype(np.float32)
    if len(inputs) == 2:
        integer = "int" in inputs[1].dtype or hasattr(trainer, "num_classes")
        if integer:
            request["labels"] = rng.integers(0, CLASSES, rows)
        else:
            request["condition"] = rng.normal(size=(rows, CLASSES)).astype(np.float32)
    return request


def expected(trainer, request):
    """What the generator itself makes of a request: float32 images."""
    generator, request = trainer.serving_generator, dict(request)
    if "images" in request:
        return np.asarray(generator(request["images"], training=False))
    if "seeds" in request:
        request["latents"] = np.asarray(trainer.latent_prior.from_seeds(request.pop("seeds")))
    if "psi" in request:
        request["latents"] = request["latents"] * request.pop("psi")[:, np.newaxis]
    arguments = [request.pop("latents"), *request.values()]
    if len(arguments) == 2:
        shape, dtype = generator.inputs[1].shape, generator.inputs[1].dtype
        if "labels" in request and "float" in dtype:
            arguments[1] = np.eye(CLASSES, dtype=np.float32)[arguments[1]]
        arguments[1] = arguments[1].astype(dtype).reshape([-1, *shape[1:]])
    made = generator(arguments if len(arguments) > 1 else arguments[0], training=False)
    return np.asarray(made, np.float32)
