"""Generators of every kind that can be served, as `export` wants them."""

import math

import keras
import numpy as np
import pandas as pd

from tfgan_suite.conditions import (
    Attributes,
    ImageCondition,
    Labels,
    Mask,
    Tokens,
    VectorCondition,
)
from tfgan_suite.interface import infer
from tfgan_suite.latents import LatentPrior
from tfgan_suite.modalities import Audio, Image, Sequence, Table, Vector, Video
from tfgan_suite.served_part import ServedPart

DIM, CLASSES = 4, 3


def served(generator, prior=None, **declared):
    """A generator whose weights are far from initial, with what `infer` is told of it."""
    rng = np.random.default_rng(0)
    for weight in generator.weights:
        value = rng.normal(0.0, 0.4, weight.shape)
        weight.assign(np.abs(value) + 0.5 if "variance" in weight.path else value)
    return ServedPart(generator, infer(generator, prior=prior, **declared))


def with_latents(generator, **declared):
    return served(generator, prior=LatentPrior(DIM), **declared)


def _pictures(x, channels=3):
    x = keras.layers.Reshape((3, 3, 4))(keras.layers.Dense(36, "relu")(x))
    return keras.layers.Conv2DTranspose(channels, 3, 2, "same", activation="tanh")(x)


def of_labels(shape=(), dtype="int32", **declared):
    """Latents and integer labels, looked up by an embedding."""
    latents, labels = keras.Input((DIM,)), keras.Input(shape, dtype=dtype)
    rows = keras.layers.Embedding(CLASSES, DIM)(labels)
    x = keras.layers.Multiply()([latents, keras.layers.Reshape((DIM,))(rows)])
    return with_latents(keras.Model([latents, labels], _pictures(x)), **declared)


def of_one_hot(**declared):
    """Latents and a vector of one component for each class."""
    latents, label = keras.Input((DIM,)), keras.Input((CLASSES,))
    x = keras.layers.Concatenate()([latents, label])
    return with_latents(keras.Model([latents, label], _pictures(x, 1)), **declared)


def translator(size=(8, 8)):
    """Images to images."""
    images = keras.Input((*size, 3))
    x = keras.layers.Conv2D(4, 3, padding="same", activation="relu")(images)
    return served(
        keras.Model(images, keras.layers.Conv2D(3, 3, padding="same", activation="tanh")(x))
    )


def translator_of_attributes():
    """Images and named attributes to images, as StarGAN's."""
    images, attributes = keras.Input((8, 8, 3)), keras.Input((2,))
    shifts = keras.layers.Reshape((1, 1, 4))(keras.layers.Dense(4)(attributes))
    x = keras.layers.Add()([keras.layers.Conv2D(4, 3, padding="same")(images), shifts])
    x = keras.layers.Conv2D(3, 1, activation="tanh")(x)
    return served(keras.Model([images, attributes], x), conditions=Attributes(["Male", "Smiling"]))


def of_points():
    """Latents to vectors of two components."""
    latents = keras.Input((DIM,))
    return with_latents(keras.Model(latents, keras.layers.Dense(2)(latents)))


def of_pictures():
    """Latents to grey pictures, through BatchNorm and dropout."""
    latents = keras.Input((DIM,))
    x = keras.layers.Dropout(0.5)(keras.layers.BatchNormalization()(latents))
    return with_latents(keras.Model(latents, _pictures(x, 1)))


# --- Every modality with every condition -------------------------------------------------------

PEOPLE = pd.DataFrame({"age": [31.5, 45.25, 28.0, 60.5], "eyes": ["grey", "blue", "grey", "brown"]})
MODALITIES = {
    **{f"images of {c} channels": Image(3, 3, c) for c in (1, 2, 3, 4, 5)},
    "vectors": Vector(3),
    "sequences": Sequence(5, "ACGT-", padding="-"),
    "waveforms": Audio(12, rate=8000),
    "videos": Video(2, 3, 3),
    "rows": Table.fit(PEOPLE),
}
CONDITIONS = {
    "nothing": (),
    "labels": (Labels(CLASSES, names=["cat", "dog", "owl"]),),
    "attributes": (Attributes(["Male", "Smiling"]),),
    "vectors": (VectorCondition(2),),
    "tokens": (Tokens(["a", "red", "seven", "on", "green"], 4),),
    "numbers of tokens": (Tokens(6, 3),),
    "images": (ImageCondition(2, 2, 1),),
    "image and mask": (ImageCondition(2, 2, 3), Mask(2, 2)),
    "labels and attributes": (Labels(CLASSES), Attributes(2)),
}


def of(modality, conditions):
    """Latents and conditions to examples of a modality, by one layer."""
    latents = keras.Input((DIM,))
    inputs, features = zip((latents, latents), *map(_told, conditions))
    x = keras.layers.Concatenate()(features) if conditions else latents
    x = keras.layers.Dense(math.prod(modality.row), "tanh")(x)
    x = keras.layers.Reshape(modality.row)(x)
    model = keras.Model(list(inputs) if conditions else latents, x)
    return with_latents(model, modality=modality, conditions=conditions)


def _told(condition):
    """An input for a condition, and features of it, `[N, D]`."""
    if isinstance(condition, Labels):
        given = keras.Input((), dtype="int32")
        return given, keras.layers.Embedding(condition.classes, 2)(given)
    if isinstance(condition, Tokens):
        given = keras.Input(condition.row, dtype="int32")
        rows = keras.layers.Embedding(condition.size, 2)(given)
        return given, keras.layers.GlobalAveragePooling1D()(rows)
    given = keras.Input(condition.row)
    return given, keras.layers.Flatten()(given)


MATRIX = {
    f"{made} of {told}": (modality, conditions)
    for made, modality in MODALITIES.items()
    for told, conditions in CONDITIONS.items()
}
# One modality with every condition, every modality with one; the rest of the product is slow.
QUICK = {
    f"{made} of {told}": MATRIX[f"{made} of {told}"]
    for made in MODALITIES
    for told in CONDITIONS
    if made == "vectors" or told == "labels and attributes"
}
KINDS = {
    "pictures": of_pictures,
    "points": of_points,
    "labels": of_labels,
    "labels of shape (N, 1)": lambda: of_labels((1,), "int64"),
    "one-hot labels": lambda: of_one_hot(classes=CLASSES),
    "condition vectors": of_one_hot,
    "translator": translator,
    "translator of any size": lambda: translator((None, None)),
    "translator of attributes": translator_of_attributes,
    **{name: lambda kind=kind: of(*kind) for name, kind in QUICK.items()},
}


# --- Requests and right answers ----------------------------------------------------------------


def requests(part, signature, rows, seed=0):
    """A valid request of `rows` rows: a dict of arrays by key."""
    rng, interface = np.random.default_rng(seed), part.interface
    conditions = {kind.key: kind.example(rows, seed + 1) for kind in interface.conditions}
    if signature.endswith("_of_text"):
        (tokens,) = interface.conditions
        texts = tokens.decode(conditions.pop("tokens"))
        conditions["text"] = np.array([text.upper().encode() for text in texts], object)
    if not interface.takes_latents:
        shape = [size or 8 for size in interface.source.row]
        examples = rng.uniform(-1, 1, (rows, *shape)).astype(np.float32)
        return {interface.source.key: examples, **conditions}
    latents = rng.normal(size=(rows, interface.source.dim)).astype(np.float32)
    request = {"latents": latents}
    if signature.startswith("truncated"):
        request["psi"] = rng.uniform(0, 1, rows).astype(np.float32)
    elif not signature.startswith("serving_default"):
        request = {"seeds": rng.integers(-(2**62), 2**62, rows)}
    return {**request, **conditions}


def expected(part, request):
    """What the generator itself makes of a request: float32 examples."""
    generator, interface, request = part.serving_generator, part.interface, dict(request)
    if "seeds" in request:
        request["latents"] = np.asarray(interface.source.from_seeds(request.pop("seeds")))
    if "psi" in request:
        request["latents"] = request["latents"] * request.pop("psi")[:, np.newaxis]
    main = "latents" if interface.takes_latents else interface.source.key
    arguments = [request[main]]
    for condition, tensor in zip(interface.conditions, generator.inputs[1:], strict=True):
        if "text" in request and condition.key == "tokens":
            request["tokens"] = condition.check(request["text"])
        values = request[condition.key]
        if condition.key == "labels" and "float" in tensor.dtype:
            values = np.eye(CLASSES, dtype=np.float32)[values]
        arguments.append(values.astype(tensor.dtype).reshape([-1, *tensor.shape[1:]]))
    made = generator(arguments if len(arguments) > 1 else arguments[0], training=False)
    return np.asarray(made, np.float32)
