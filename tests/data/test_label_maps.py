"""Maps of labels, in which there is nothing between two values."""

import numpy as np
import pytest
from PIL import Image

from tfgan_suite import data

PHOTOS = np.random.default_rng(0).integers(0, 256, (4, 16, 16, 3), dtype=np.uint8)
MAPS = np.where(PHOTOS[..., :1] > 127, 255, 0).astype(np.uint8)
IN_ORDER = {"shuffle": False, "batch_size": 4}


def values(images):
    return np.unique(np.asarray(images)).tolist()


def save(folder, maps, mode, suffix="png"):
    folder.mkdir()
    for number, pixels in enumerate(maps):
        image = Image.fromarray(pixels[..., 0])
        if mode == "P":
            image = Image.fromarray(pixels[..., 0] // 255)
            image.putpalette([0, 0, 0, 255, 0, 255])
        image.convert(mode).save(folder / f"{number}.{suffix}")
    return folder


@pytest.mark.parametrize("jitter", [False, True])
@pytest.mark.parametrize("size", [24, 10])
def test_the_nearest_pixel_on_request_of_one_side(size, jitter):
    options = {"interpolation": (None, "nearest"), "image_size": size, "jitter": jitter}
    images, inputs = next(iter(data.load_pairs((PHOTOS, MAPS), **options, **IN_ORDER)))
    assert values(inputs) == [-1.0, 1.0] and inputs.shape == (4, size, size, 1)
    smooth, _ = next(iter(data.load_pairs((PHOTOS, MAPS), image_size=size, **IN_ORDER)))
    if not jitter:
        np.testing.assert_array_equal(images, smooth)


def test_without_request_grey_is_smooth():
    _, inputs = next(iter(data.load_pairs((PHOTOS, MAPS), image_size=24, **IN_ORDER)))
    assert len(values(inputs)) > 2


def test_booleans_have_no_third_value():
    pairs = data.load_pairs((PHOTOS, MAPS > 0), image_size=24, jitter=True, **IN_ORDER)
    assert values(next(iter(pairs))[1]) == [-1.0, 1.0]
    assert values(next(iter(data.load(MAPS > 0, image_size=24, **IN_ORDER)))) == [-1.0, 1.0]


@pytest.mark.parametrize(
    "mode, suffix, exact",
    [("P", "png", True), ("1", "png", True), ("1", "tif", True), ("L", "png", False),
     ("P", "gif", False)],
)  # fmt: skip
def test_indexed_colours_have_no_new_ones(tmp_path, mode, suffix, exact, caplog):
    folder = save(tmp_path / "maps", MAPS, mode, suffix)
    images = next(iter(data.load(folder, image_size=24, **IN_ORDER)))
    assert (len(values(images)) == 2) == data.describe(folder).indexed == exact
    assert ("by the nearest pixel" in caplog.text) == exact
    smooth = next(iter(data.load(folder, image_size=24, interpolation="bicubic", **IN_ORDER)))
    assert len(values(smooth)) > 2


def test_each_domain_has_its_own(tmp_path):
    maps = save(tmp_path / "maps", MAPS, "P")
    options = {"image_size": 24, "batch_size": 4}
    a, b = next(iter(data.load_unpaired(maps, PHOTOS, **options)))
    assert len(values(a)) == 2 < len(values(b))
    a, b = next(iter(data.load_unpaired(MAPS, MAPS, interpolation=("nearest", None), **options)))
    assert len(values(a)) == 2 < len(values(b))


def test_what_it_is_is_told_and_checked():
    told = data.load(MAPS, interpolation="nearest", **IN_ORDER).provenance["options"]
    assert told["interpolation"] == "nearest"
    with pytest.raises(ValueError, match="Received: interpolation='linear'"):
        data.load(MAPS, interpolation="linear", **IN_ORDER)
    with pytest.raises(ValueError, match="`interpolation` of pairs are two"):
        data.load_pairs((PHOTOS, MAPS), interpolation="nearest")
    with pytest.raises(ValueError, match="Colorization makes both images of one"):
        data.load_pairs(data.Colorization(PHOTOS), interpolation=("nearest", None))
    with pytest.raises(ValueError, match="are points.*interpolation=nearest"):
        data.load("gaussians", interpolation="nearest")
