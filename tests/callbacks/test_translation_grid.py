"""Pictures of translators."""

import keras
import numpy as np
import pytest
from PIL import Image

from tfgan_suite import CycleGAN, Pix2Pix, drawing, testing
from tfgan_suite.callbacks import TranslationGrid

SHAPE = (8, 8, 1)
A, B = (testing.images(5, SHAPE, seed=seed) for seed in (1, 2))


def network(seed, last=None):
    images = keras.Input(SHAPE)
    kernel = keras.initializers.GlorotUniform(seed)
    x = keras.layers.Conv2D(1, 3, padding="same", activation=last, kernel_initializer=kernel)
    return keras.Model(images, x(images))


def pix2pix():
    trainer = Pix2Pix(network(1, "tanh"), network(2), seed=1, ema_decay=0.9)
    trainer.compile(run_eagerly=True)
    return trainer


def cyclegan():
    networks = network(1, "tanh"), network(2, "tanh"), network(3), network(4)
    trainer = CycleGAN(*networks, seed=1, pool_size=0)
    trainer.compile(run_eagerly=True)
    return trainer


def cells(path, columns):
    """The images of a picture, `[rows, columns, 8, 8]` in levels, enlarged ones made small."""
    pixels = np.asarray(Image.open(path))[..., 0]
    side, gap = drawing.CELL + drawing.GAP, drawing.GAP
    rows = pixels.shape[0] // side
    at = [[pixels[gap + r * side :, gap + c * side :] for c in range(columns)] for r in range(rows)]
    whole = slice(None, drawing.CELL, drawing.CELL // 8)
    return np.array([[cell[whole, whole] for cell in row] for row in at])


def test_rows_of_input_output_and_target(tmp_path):
    trainer = pix2pix()
    grid = TranslationGrid(tmp_path, (A, B), rows=3)
    trainer.fit(A, B, batch_size=5, epochs=2, verbose=0, callbacks=[grid])
    names = {f"epoch-000{n}.png" for n in range(3)}
    assert names | {"real.png"} <= {f.name for f in tmp_path.iterdir()}
    drawn = cells(tmp_path / "epoch-0002.png", 3)
    made = trainer.ema_generator(B[:3]).numpy()
    for column, images in enumerate((B[:3], made, A[:3])):
        expected = drawing.to_uint8(images)[..., 0].astype(int)
        assert np.abs(drawn[:, column] - expected).max() <= 1


def test_a_generator_that_enlarges_is_drawn(tmp_path):
    inputs = keras.Input((4, 4, 1))
    generator = keras.Model(inputs, keras.layers.UpSampling2D(2)(inputs))
    images, small = keras.Input(SHAPE), keras.Input((4, 4, 1))
    x = keras.layers.Concatenate()([images, keras.layers.UpSampling2D(2)(small)])
    trainer = Pix2Pix(generator, keras.Model([images, small], keras.layers.Conv2D(1, 3)(x)))
    trainer.compile(run_eagerly=True)
    callback = TranslationGrid(tmp_path, (A, A[:, ::2, ::2]), rows=2, tensorboard=False)
    callback.set_model(trainer)
    callback.on_train_begin()
    found = callback.picture()
    side = drawing.CELL + drawing.GAP
    # Input, output and target are drawn as large as each other.
    assert found.shape == (2 * side + drawing.GAP, 3 * side + drawing.GAP, 3)
    np.testing.assert_array_equal(found[:, :side], found[:, side : 2 * side])


def test_rows_of_both_cycles(tmp_path):
    trainer = cyclegan()
    grid = TranslationGrid(tmp_path, (A, B), rows=2, tensorboard=False)
    trainer.fit(A, B, batch_size=5, verbose=0, callbacks=[grid])
    g, f = trainer.generator_ab, trainer.generator_ba
    a, b = A[:2], B[:2]
    columns = (a, g(a), f(g(a)), b, f(b), g(f(b)))
    drawn = cells(tmp_path / "epoch-0001.png", 6)
    for column, images in enumerate(columns):
        expected = drawing.to_uint8(images)[..., 0].astype(int)
        assert np.abs(drawn[:, column] - expected).max() <= 1


def test_training_is_the_same_with_and_without_pictures(tmp_path):
    plain, drawn = pix2pix(), pix2pix()
    plain.fit(A, B, batch_size=5, shuffle=False, verbose=0)
    grid = TranslationGrid(tmp_path, (A, B), rows=2, tensorboard=False)
    drawn.fit(A, B, batch_size=5, shuffle=False, verbose=0, callbacks=[grid])
    assert testing.same(plain.generator, drawn.generator)


@pytest.mark.parametrize(
    "real, message", [(A, "must hold pairs"), ((A[:0], B[:0]), "at least one")]
)
def test_what_is_no_pair_is_named(tmp_path, real, message):
    with pytest.raises(ValueError, match=message):
        pix2pix().fit(A, B, verbose=0, callbacks=[TranslationGrid(tmp_path, real)])
