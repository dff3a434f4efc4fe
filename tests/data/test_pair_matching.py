"""Which files are pairs, and pairs of different sizes."""

import numpy as np
import pytest
from PIL import Image

from tfgan_suite import data


def write(folder, names, level=100):
    """Grey images of 4x4 pixels, each of a level of its own: the base's, and its number."""
    for number, name in enumerate(sorted(names)):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (4, 4), level + number).save(path)
    return folder


def levels(pairs):
    return [
        tuple(int(np.rint((part[0, 0, 0, 0] + 1) * 127.5)) for part in pair) for pair in pairs
    ]


def pairs_of(tmp_path, images, inputs):
    """Levels of the pairs of two folders: 100 and on, 200 and on, in the order of the names."""
    both = write(tmp_path / "A", images), write(tmp_path / "B", inputs, 200)
    return levels(data.load_pairs(both, shuffle=False))


@pytest.mark.parametrize(
    "images, inputs, expected",
    [
        (["x.bmp", "x.k.bmp"], ["x.png", "x.k.png"], [(100, 201), (101, 200)]),
        (["a/1.png", "b/1.png"], ["a/1.tif", "b/1.tif"], [(100, 200), (101, 201)]),
        (["a/1.png", "b/2.png"], ["1.png", "2.png"], [(100, 200), (101, 201)]),
        (["p/2.png", "q/1.png"], ["x/1.png", "x/2.png"], [(100, 201), (101, 200)]),
    ],
    ids=["a dot in the name", "sub-folders", "sub-folders of one alone", "other sub-folders"],
)
def test_names_decide(tmp_path, images, inputs, expected):
    assert sorted(pairs_of(tmp_path, images, inputs)) == expected


@pytest.mark.parametrize(
    "images, inputs, message",
    [
        (["a/1.png", "b/1.png"], ["b/1.png", "c/1.png"], "without a partner: a/1, c/1"),
        (["a/1.png", "b/2.png"], ["a/2.png", "b/1.png"], "without a partner: a/1, a/2, b/1, b/2"),
        (["1.png", "2.png"], ["1.png"], "2 images in A, 1 inputs in B; without a partner: 2"),
        (["1.png", "1.bmp"], ["1.png", "2.png"], "must not have one name. .*1.bmp and .*1.png"),
        (["a/1.png", "b/1.png"], ["1.png", "2.png"], "must not have one name. .*a/1.png"),
    ],
    ids=["other classes", "crossed", "one more", "one name", "one name in two folders"],
)
def test_what_is_no_pair_is_named(tmp_path, images, inputs, message):
    with pytest.raises(ValueError, match=message):
        pairs_of(tmp_path, images, inputs)


# === Sizes ===

LARGE = np.random.default_rng(0).integers(0, 256, (4, 16, 32, 1), dtype=np.uint8)
SMALL = LARGE.reshape(4, 8, 2, 16, 2, 1)[:, :, 0, :, 0]


def test_each_keeps_its_size():
    images, inputs = next(iter(data.load_pairs((LARGE, SMALL), batch_size=4, shuffle=False)))
    np.testing.assert_allclose(images, LARGE / 127.5 - 1, atol=1e-6)
    np.testing.assert_allclose(inputs, SMALL / 127.5 - 1, atol=1e-6)


def test_each_has_the_size_asked_for():
    options = {"image_size": (8, 16), "batch_size": 2}
    images, inputs = next(iter(data.load_pairs((LARGE, SMALL), **options)))
    assert images.shape == inputs.shape == (2, 8, 16, 1)
    images, inputs = next(iter(data.load_pairs((LARGE, SMALL), **options, input_size=(4, 8))))
    assert images.shape == (2, 8, 16, 1) and inputs.shape == (2, 4, 8, 1)
    with pytest.raises(ValueError, match="Received: input_size=0"):
        data.load_pairs((LARGE, SMALL), input_size=0)


def test_jitter_and_mirror_cut_the_same_windows_out():
    """A ramp, in which every pixel knows where it is, in two sizes."""
    ramp = np.indices((32, 32)).transpose(1, 2, 0)[np.newaxis].repeat(8, axis=0) * 5.0
    large = np.concatenate([ramp, ramp[..., :1]], axis=-1)
    small = large.reshape(8, 16, 2, 16, 2, 3).mean(axis=(2, 4))
    large, small = (np.rint(images).astype(np.uint8) for images in (large, small))
    options = {"image_size": 32, "input_size": 16, "batch_size": 8, "seed": 1}
    pairs = data.load_pairs((large, small), jitter=True, mirror=True, **options)
    images, inputs = (part.numpy() for part in next(iter(pairs)))
    halved = images.reshape(8, 16, 2, 16, 2, 3).mean(axis=(2, 4))
    np.testing.assert_allclose(halved, inputs, atol=0.02)  # a pixel is a step of 0.08
    assert len({image.tobytes() for image in inputs}) > 1


def test_other_aspect_ratios_must_be_stretched(tmp_path):
    other = LARGE[:, :12]
    with pytest.raises(ValueError, match='one aspect ratio .or resize="stretch"'):
        data.load_pairs((LARGE, other), image_size=8, resize="crop")
    stretched = data.load_pairs((LARGE, other), image_size=8, resize="stretch")
    assert [part.shape[1:] for part in next(iter(stretched))] == [(8, 8, 1), (8, 8, 1)]


@pytest.mark.parametrize(
    "size, fits",
    [((1000, 667), True), ((500, 333), True), ((500, 334), True), ((1000, 666), False),
     ((999, 667), False), ((500, 336), False), ((667, 1000), False)],
)  # fmt: skip
def test_rounding_of_sizes_is_allowed_for(tmp_path, size, fits):
    for name, (width, height) in (("A", (1000, 667)), ("B", size)):
        (tmp_path / name).mkdir()
        Image.new("L", (width, height), 200).save(tmp_path / name / "0.png")
    both = tmp_path / "A", tmp_path / "B"
    if fits:
        pairs = data.load_pairs(both, image_size=8, resize="crop")
        assert next(iter(pairs))[1].shape == (1, 8, 8, 1)
    else:
        with pytest.raises(ValueError, match=r"A/0.png of 667x1000 and .*B/0.png"):
            data.load_pairs(both, image_size=8, resize="crop")


# === Channels ===


def test_domains_may_have_other_channels(noise):
    grey, colours = noise(2, 4, 4, 1), noise(3, 4, 4, 3)
    a, b = next(iter(data.load_unpaired(grey, colours)))
    assert (a.shape[-1], b.shape[-1]) == (1, 3)
    a, b = next(iter(data.load_unpaired(colours, grey, channels=(1, 3))))
    assert (a.shape[-1], b.shape[-1]) == (1, 3)
    with pytest.raises(ValueError, match="Domain B: `channels` must be"):
        data.load_unpaired(grey, colours, channels=(1, 0))


def test_alpha_of_pairs_is_weighted_as_that_of_one_image(noise):
    seen = noise(2, 8, 8, 4)
    options = {"image_size": 4, "batch_size": 2, "shuffle": False}
    images, _ = next(iter(data.load_pairs((seen, seen), **options)))
    np.testing.assert_array_equal(images, next(iter(data.load(seen, **options))))
