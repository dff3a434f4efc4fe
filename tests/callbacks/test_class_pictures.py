"""Pictures of generators of classes, and of codes."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tfgan_suite import ConditionalGAN, InfoGAN, drawing, networks
from tfgan_suite.callbacks import (
    ImageGrid,
    LatentInterpolation,
    LatentTraversal,
)
from tfgan_suite.generation import Generate, traverse
from tfgan_suite.generation.interpolation import linear, spherical
from tfgan_suite.latents import LatentPrior, StructuredLatentPrior

CLASSES, DIM = 3, 4
PRIOR = StructuredLatentPrior(4, (3,), 2)


def trainer_of_classes(one_hot=False):
    shape = (CLASSES,) if one_hot else ()
    kind = "float32" if one_hot else "int32"

    def condition():
        labels = keras.Input(shape, dtype=kind)
        rows = keras.layers.Dense if one_hot else keras.layers.Embedding
        return labels, rows(*((8,) if one_hot else (CLASSES, 8)))(labels)

    latents, (labels, rows) = keras.Input((DIM,)), condition()
    x = keras.layers.Dense(64, "tanh")(keras.layers.Concatenate()([latents, rows]))
    generator = keras.Model([latents, labels], keras.layers.Reshape((8, 8, 1))(x))
    images, (of, rows) = keras.Input((8, 8, 1)), condition()
    x = keras.layers.Concatenate()([keras.layers.Flatten()(images), rows])
    discriminator = keras.Model([images, of], keras.layers.Dense(1)(x))
    classes = CLASSES if one_hot else None
    trainer = ConditionalGAN(generator, discriminator, DIM, num_classes=classes, seed=1)
    trainer.compile(run_eagerly=True)
    return trainer


def infogan():
    generator = networks.mlp.build_generator((8, 8, 1), PRIOR.dim, (8,), seed=1)
    discriminator = networks.heads.build_code_heads(
        networks.mlp.build_discriminator((8, 8, 1), (8,), seed=2), (3,), 2, units=4, seed=3
    )
    trainer = InfoGAN(generator, discriminator, PRIOR, seed=1)
    trainer.compile(run_eagerly=True)
    return trainer


def fit(trainer, callback):
    images = np.zeros((4, 8, 8, 1), "float32")
    labels = np.arange(4, dtype="int32") % CLASSES
    if len(trainer.generator.inputs) > 1 and trainer.generator.inputs[1].dtype == "float32":
        labels = np.eye(CLASSES, dtype="float32")[labels]
    trainer.fit(images, labels, batch_size=4, callbacks=[callback], verbose=0)
    return trainer


def read(path):
    with Image.open(path) as image:
        return np.asarray(image).astype(int)


@pytest.mark.parametrize("one_hot", [False, True])
def test_without_a_condition_all_classes_come_in_turn(one_hot):
    trainer = trainer_of_classes(one_hot)
    generate = Generate(trainer, batch_size=4)
    assert generate.classes == CLASSES
    labels = np.array([0, 1, 2, 0, 1])
    np.testing.assert_array_equal(generate.labels(5, seed=3), labels)
    given = tf.one_hot(labels, CLASSES) if one_hot else labels
    expected = trainer([trainer.sample_latents(5, seed=3), tf.convert_to_tensor(given)])
    np.testing.assert_allclose(generate(5, seed=3), expected, atol=1e-6)


def test_a_label_out_of_range_is_named():
    with pytest.raises(ValueError, match=r"in \[0, 3\).*from 0 to 3"):
        Generate(trainer_of_classes())(2, seed=0, condition=np.array([0, 3]))


@pytest.mark.parametrize("one_hot", [False, True])
def test_each_row_of_a_grid_is_a_class_and_each_column_one_latent_vector(tmp_path, one_hot):
    trainer = fit(trainer_of_classes(one_hot), ImageGrid(tmp_path, columns=4, seed=5))
    z = np.tile(trainer.sample_latents(4, seed=5), (CLASSES, 1))
    labels = np.repeat(np.arange(CLASSES), 4)
    made = Generate(trainer).of(z, labels)
    drawn = read(tmp_path / "epoch-0001.png")
    assert np.abs(drawn - drawing.tile(made, 4)[..., 0]).max() <= 1
    assert drawn.shape[0] == CLASSES * (64 + drawing.GAP) + drawing.GAP


def test_more_rows_than_classes_begin_anew(tmp_path):
    fit(trainer_of_classes(), ImageGrid(tmp_path, rows=4, columns=2))
    drawn = read(tmp_path / "epoch-0001.png")
    height = 64 + drawing.GAP
    np.testing.assert_array_equal(drawn[:height], drawn[3 * height : 4 * height])
    assert np.any(drawn[:height] != drawn[height : 2 * height])


def test_each_walk_is_of_one_class(tmp_path):
    trainer = fit(trainer_of_classes(), LatentInterpolation(tmp_path, rows=2, columns=3, seed=6))
    ends = trainer.sample_latents(4, seed=6).numpy()
    z = spherical(ends[:2], ends[2:], np.linspace(0.0, 1.0, 3)).reshape(6, DIM)
    made = Generate(trainer).of(z, np.array([0, 0, 0, 1, 1, 1]))
    drawn = read(tmp_path / "interpolation.png")
    assert np.abs(drawn - drawing.tile(made, 3)[..., 0]).max() <= 1


def test_walks_between_structured_latents_stay_in_the_prior(tmp_path):
    callback = LatentInterpolation(tmp_path, rows=2, columns=4, seed=6)
    trainer = fit(infogan(), callback)
    (start, end), t = np.split(PRIOR.sample(4, 6).numpy(), 2), np.linspace(0.0, 1.0, 4)
    walk = np.concatenate(
        [
            spherical(start[:, :4], end[:, :4], t),
            np.stack([start, start, end, end], axis=1)[..., 4:7],
            linear(start[:, 7:], end[:, 7:], t),
        ],
        axis=-1,
    )
    made = Generate(trainer).of(walk.reshape(8, -1))
    drawn = read(tmp_path / "interpolation.png")
    assert np.abs(drawn - drawing.tile(made, 4)[..., 0]).max() <= 1


def test_a_traversal_varies_one_code_in_each_row():
    strips = traverse(PRIOR, rows=2, span=1.5, seed=4)
    assert strips.shape == (3 * 2, 10, PRIOR.dim)
    base = PRIOR.sample(2, 4).numpy()
    for row, strip in enumerate(strips):
        code = PRIOR.codes[row // 2].columns
        expected = np.repeat(base[row % 2][np.newaxis], 10, axis=0)
        if row < 2:
            expected[:, code] = np.eye(3)[np.arange(10) % 3]
        else:
            expected[:, code] = np.linspace(-1.5, 1.5, 10)[:, np.newaxis]
        np.testing.assert_allclose(strip, expected, rtol=1e-6)


def test_components_of_a_plain_prior_can_be_varied():
    prior = LatentPrior(6)
    strips = traverse(prior, rows=1, columns=3, components=(5,))
    assert strips.shape == (1, 3, 6)
    np.testing.assert_allclose(strips[0, :, 5], [-2.0, 0.0, 2.0])
    assert len(traverse(prior, rows=1)) == 4


@pytest.mark.parametrize("make", [infogan, trainer_of_classes])
def test_the_traversal_is_drawn_when_training_ends(make, tmp_path):
    callback = LatentTraversal(tmp_path, rows=2, columns=3)
    trainer = fit(make(), callback)
    z = callback.latents(trainer.latent_prior)
    labels = None
    if Generate(trainer).classes:
        labels = np.tile(np.repeat([0, 1], 3), len(z) // 2)
    made = Generate(trainer).of(z.reshape(-1, z.shape[-1]), labels)
    drawn = read(tmp_path / "traversal.png")
    assert np.abs(drawn - drawing.tile(made, 3)[..., 0]).max() <= 1


@pytest.mark.parametrize(
    "options", [{"rows": 0}, {"columns": 0}, {"span": 0.0}, {"span": float("inf")}]
)
def test_numbers_are_checked(options):
    ((name, value),) = options.items()
    with pytest.raises(ValueError, match=f"{name}={value}"):
        LatentTraversal("unused", **options)


def test_a_component_that_is_not_there_is_named():
    with pytest.raises(ValueError, match=r"\[0, 6\).*components=\(6,\)"):
        traverse(LatentPrior(6), components=(6,))
