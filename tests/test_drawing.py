"""Grids and scatter plots against NumPy, and PNG files against Pillow."""

import numpy as np
import pytest
from PIL import Image

from tfgan_suite import drawing


def test_every_grey_level_survives_the_way_there_and_back():
    levels = np.arange(256, dtype=np.uint8)
    images = levels.astype(np.float32) / 127.5 - 1.0
    np.testing.assert_array_equal(drawing.to_uint8(images), levels)


@pytest.mark.parametrize(
    ("value", "level"), [(-1.0, 0), (1.0, 255), (-7.0, 0), (7.0, 255), (np.inf, 255), (np.nan, 0)]
)
def test_values_outside_are_clipped(value, level):
    assert drawing.to_uint8(np.float32(value)) == level


@pytest.mark.parametrize("channels", [1, 3])
def test_a_grid_holds_every_image_where_it_belongs(channels):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (5, 32, 40, channels))
    sheet = drawing.tile(images / 127.5 - 1.0, columns=3)
    assert sheet.shape == (2 * 34 + 2, 3 * 42 + 2, channels)
    np.testing.assert_array_equal(sheet[2:34, 2:42], images[0])
    np.testing.assert_array_equal(sheet[2:34, 86:126], images[2])
    np.testing.assert_array_equal(sheet[36:68, 44:84], images[4])


def test_the_rest_of_a_grid_is_grey():
    sheet = drawing.tile(np.ones((2, 64, 64, 1)), columns=2)
    grey = np.ones(sheet.shape, bool)
    grey[2:66, 2:66] = grey[2:66, 68:132] = False
    assert set(sheet[grey]) == {128}


def test_small_images_are_enlarged_by_a_whole_factor():
    images = np.random.default_rng(0).uniform(-1.0, 1.0, (1, 16, 8, 1))
    enlarged = drawing.tile(images, columns=1)[2:-2, 2:-2]
    expected = np.kron(drawing.to_uint8(images[0, ..., 0]), np.ones((4, 4)))
    np.testing.assert_array_equal(enlarged[..., 0], expected)


def test_images_larger_than_a_cell_keep_their_size():
    assert drawing.tile(np.zeros((1, 70, 90, 3)), columns=1).shape == (74, 94, 3)


def is_blue(pixels):
    return (pixels[..., 2].astype(int) - pixels[..., 0]) > 50


def test_a_point_is_drawn_where_it_is():
    plot = drawing.scatter(np.array([[0.5, 0.25]]), ((0.0, 1.0), (0.0, 1.0)))
    rows, columns = np.nonzero(is_blue(plot))
    # The y axis points upwards.
    np.testing.assert_allclose([columns.mean(), rows.mean()], [256, 384], atol=1.0)


def test_points_outside_and_not_finite_are_not_drawn():
    points = np.array([[2.0, 0.0], [0.0, -1.5], [np.nan, 0.0], [np.inf, 0.0]])
    assert not is_blue(drawing.scatter(points, ((-1.0, 1.0), (-1.0, 1.0)))).any()


def test_generated_points_hide_real_ones():
    point = np.array([[0.0, 0.0]])
    plot = drawing.scatter(point, ((-1.0, 1.0), (-1.0, 1.0)), real=point)
    assert is_blue(plot)[256, 256]


def test_limits_are_a_square_around_all_points():
    points = np.array([[-1.0, 0.0], [3.0, 1.0], [np.nan, 9.0]])
    np.testing.assert_allclose(drawing.limits(points), [(-1.4, 3.4), (-1.9, 2.9)])


@pytest.mark.parametrize("points", [np.zeros((0, 2)), np.full((3, 2), 5.0)])
def test_limits_without_extent_are_not_empty(points):
    (left, right), (bottom, top) = drawing.limits(points)
    assert left < right and bottom < top


@pytest.mark.parametrize("channels", [1, 3])
def test_a_png_holds_the_pixels(tmp_path, channels):
    pixels = np.random.default_rng(0).integers(0, 256, (9, 7, channels), dtype=np.uint8)
    drawing.write_png(tmp_path / "p.png", pixels)
    with Image.open(tmp_path / "p.png") as image:
        assert image.format == "PNG"
        np.testing.assert_array_equal(np.asarray(image).reshape(pixels.shape), pixels)
