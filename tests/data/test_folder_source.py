"""Folders of image files."""

import pathlib
import tarfile

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tfgan_suite import data
from tfgan_suite.data.image_files import decode


def load_levels(folder, **kwargs):
    """All images as uint8 levels, in the order of the source."""
    dataset = data.load(folder, shuffle=False, batch_size=1, **kwargs)
    batches = [images[0] if kwargs.get("labels") else images for images in dataset]
    return [np.round((images[0].numpy() + 1.0) * 127.5).astype(np.uint8) for images in batches]


# === Pixels ===


@pytest.mark.parametrize("extension", ["png", "bmp", "PNG"])
def test_lossless_files_give_their_pixels(write_image, noise, tmp_path, extension):
    images = noise(3, 6, 5, 3)
    for position, image in enumerate(images):
        write_image(f"{position}.{extension}", image)
    assert np.array_equal(load_levels(tmp_path), images)


@pytest.mark.parametrize("extension", ["jpg", "jpeg", "webp", "gif"])
def test_lossy_files_give_what_pillow_reads(write_image, noise, tmp_path, extension):
    path = write_image(f"image.{extension}", noise(8, 8, 3))
    with Image.open(path) as image:
        expected = np.asarray(image.convert("RGB"))
    assert np.array_equal(load_levels(str(tmp_path))[0], expected)


def test_a_gif_gives_its_first_frame(write_image, tmp_path):
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    write_image("moving.gif", frames[0], save_all=True, append_images=frames[1:])
    assert load_levels(tmp_path)[0][0, 0].tolist() == [255, 0, 0]


def test_grey_files_have_one_channel(write_image, noise, tmp_path):
    image = noise(4, 5)
    write_image("grey.png", image)
    assert np.array_equal(load_levels(tmp_path)[0][..., 0], image)


def test_sixteen_bits_become_eight(write_image, tmp_path):
    write_image("deep.png", np.array([[0, 257, 32896, 65535]], np.uint16))
    assert load_levels(tmp_path)[0].ravel().tolist() == [0, 1, 128, 255]


def test_black_and_white_files_use_the_whole_range(write_image, tmp_path):
    write_image("bits.png", Image.fromarray(np.array([[0, 255]], np.uint8)).convert("1"))
    assert load_levels(tmp_path)[0].ravel().tolist() == [0, 255]


def test_palettes_are_resolved(write_image, noise, tmp_path):
    image = Image.fromarray(noise(6, 6, 3)).quantize(8)
    write_image("palette.png", image)
    assert np.array_equal(load_levels(tmp_path)[0], np.asarray(image.convert("RGB")))


def test_exif_orientation_is_followed(write_image, tmp_path):
    image = np.zeros((4, 6, 3), np.uint8)
    image[0, 0] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # The top of the scene is the right side of the file.
    write_image("turned.png", image, exif=exif)
    assert data.describe(tmp_path).image_shape == (6, 4, 3)
    assert np.array_equal(load_levels(tmp_path)[0], np.rot90(image, -1))


def test_transparency_counts_as_alpha(write_image, tmp_path):
    image = Image.new("P", (4, 4), 1)
    image.putpalette([255, 255, 255, 200, 100, 50])
    write_image("hole.png", image, transparency=1)
    assert load_levels(tmp_path)[0].shape == (4, 4, 4)
    assert load_levels(tmp_path)[0][..., 3].max() == 0
    assert load_levels(tmp_path, channels=3)[0].max() == 0


def test_real_photographs(real_data, tmp_path):
    with tarfile.open(real_data("sr_test/CSet5.tar")) as archive:
        archive.extractall(tmp_path, filter="data")
    got = load_levels(tmp_path, image_size=48, resize="crop")
    assert len(got) == 5
    for path, image in zip(sorted(tmp_path.rglob("*.png")), got):
        with Image.open(path) as original:
            side = min(original.size)
            left, top = (original.width - side) // 2, (original.height - side) // 2
            square = original.crop((left, top, left + side, top + side)).convert("RGB")
            expected = np.asarray(square.resize((48, 48), Image.Resampling.BICUBIC), int)
        assert np.abs(image - expected).max() <= 2


# === Mixed folders ===


@pytest.fixture
def mixed_sizes(write_image, noise, tmp_path):
    write_image("a.png", noise(8, 8, 3))
    write_image("b.png", noise(8, 16, 3))
    write_image("c.png", noise(8, 16, 3))
    return tmp_path


def test_mixed_sizes_are_refused_and_named(mixed_sizes):
    with pytest.raises(ValueError, match="different sizes .*8x16, 8x8.*image_size=None"):
        data.load(mixed_sizes, batch_size=1)
    with pytest.raises(ValueError, match="different sizes .*8x16, 8x8.*Received: resize=None"):
        data.load(mixed_sizes, batch_size=1, image_size=8)


@pytest.mark.parametrize("resize", ["stretch", "crop", "pad"])
def test_mixed_sizes_with_a_policy(mixed_sizes, resize):
    dataset = data.load(mixed_sizes, batch_size=3, image_size=8, resize=resize)
    assert next(iter(dataset)).shape == (3, 8, 8, 3)


def test_mixed_sizes_are_described_as_unknown(mixed_sizes):
    assert data.describe(mixed_sizes).image_shape == (None, None, 3)


def test_mixed_channels_need_a_decision(write_image, noise, tmp_path):
    grey, rgb = noise(4, 4), noise(4, 4, 3)
    write_image("a.png", grey)
    write_image("b.png", rgb)
    assert data.describe(tmp_path).image_shape == (4, 4, None)
    with pytest.raises(ValueError, match="mixes numbers of channels.*channels=1 or channels=3"):
        data.load(tmp_path, batch_size=1)
    coloured = load_levels(tmp_path, channels=3)
    assert np.array_equal(coloured, [np.repeat(grey[..., None], 3, -1), rgb])
    in_grey = load_levels(tmp_path, channels=1)
    assert np.array_equal(in_grey[0][..., 0], grey)
    np.testing.assert_allclose(in_grey[1][..., 0], rgb @ [0.2989, 0.587, 0.114], atol=0.52)


# === Labels and splits ===


@pytest.fixture
def classes(write_image, tmp_path):
    for name, level in (("cats/a", 1), ("cats/deep/b", 2), ("apes/c", 3), ("dogs/d", 4)):
        write_image(f"{name}.png", np.full((2, 2), level, np.uint8))
    write_image(".hidden/e.png", np.zeros((2, 2), np.uint8))
    return tmp_path


def test_sub_folders_are_classes(classes):
    described = data.describe(classes)
    assert described.class_names == ("apes", "cats", "dogs")
    assert described.num_classes == 3
    assert described.num_examples == 4


def test_labels_are_those_of_the_sorted_names(classes):
    found = {}
    for images, labels in data.load(classes, labels=True, batch_size=2):
        levels = np.round((images[:, 0, 0, 0] + 1.0) * 127.5)
        found.update(zip(levels.astype(int).tolist(), labels.numpy().tolist()))
    assert found == {1: 1, 2: 1, 3: 0, 4: 2}


def test_a_flat_folder_has_no_labels(write_image, noise, tmp_path):
    write_image("a.png", noise(4, 4))
    assert data.describe(tmp_path).class_names is None
    with pytest.raises(ValueError, match="has no labels. Received: labels=True"):
        data.load(tmp_path, labels=True, batch_size=1)


def test_split_folders(write_image, tmp_path):
    for name, level in (("train/a/0", 1), ("train/b/1", 2), ("val/b/2", 3)):
        write_image(f"{name}.png", np.full((2, 2), level, np.uint8))
    assert [image[0, 0, 0] for image in load_levels(tmp_path)] == [1, 2]
    (batch,) = list(data.load(tmp_path, split="val", labels=True, batch_size=1))
    # "b" keeps its number although this split has no "a".
    assert batch[1].numpy().tolist() == [1]
    assert data.describe(tmp_path, split="val").class_names == ("a", "b")
    with pytest.raises(ValueError, match=r"splits \['train', 'val'\]. Received: split='test'"):
        data.load(tmp_path, split="test")


def test_without_split_folders_there_is_only_train(classes):
    with pytest.raises(ValueError, match="no split folders .*only.*Received: split='test'"):
        data.load(classes, split="test")


def test_split_and_class_folders_side_by_side_are_refused(classes, write_image, noise):
    write_image("train/f.png", noise(2, 2))
    with pytest.raises(ValueError, match="mixes folders named after splits.*apes, cats, dogs"):
        data.load(classes, batch_size=1)


def test_images_beside_class_folders_are_refused(classes, write_image, noise):
    write_image("stray.png", noise(2, 2))
    with pytest.raises(ValueError, match="both images and folders.*stray.png beside apes"):
        data.load(classes, batch_size=1)


# === What cannot be read ===


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(ValueError, match="does not exist. Received: source=.*nowhere"):
        data.load(str(tmp_path / "nowhere"))


def test_a_folder_of_no_user_is_refused():
    with pytest.raises(ValueError, match="Received: source='~no-such-user/photos'"):
        data.load("~no-such-user/photos")


def test_a_file_is_no_folder(write_image, noise):
    path = write_image("a.png", noise(2, 2))
    with pytest.raises(ValueError, match="is not a folder .*source=.*a.png', a file of image/png"):
        data.load(path)


def test_an_empty_folder_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing to see")
    with pytest.raises(ValueError, match="holds no image"):
        data.load(tmp_path)


@pytest.mark.parametrize("content", [b"", b"these are not pixels", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_image_is_refused_at_load(write_image, noise, tmp_path, content):
    write_image("good.png", noise(2, 2))
    (tmp_path / "bad.png").write_bytes(content)
    with pytest.raises(ValueError, match=r"Cannot read the image file .*bad\.png"):
        data.load(tmp_path, batch_size=1)


@pytest.mark.parametrize("extension", ["png", "jpg"])
def test_a_truncated_file_is_named_by_the_iteration(write_image, noise, tmp_path, extension):
    write_image(f"a.{extension}", noise(64, 64, 3))
    path = write_image(f"cut_short.{extension}", noise(64, 64, 3))
    path.write_bytes(path.read_bytes()[:-2000])
    dataset = data.load(tmp_path, batch_size=2)
    with pytest.raises(tf.errors.InvalidArgumentError, match=rf"cut_short\.{extension}"):
        list(dataset)


def test_a_file_changed_after_load_is_named(write_image, noise, tmp_path):
    write_image("a.png", noise(4, 4))
    dataset = data.load(tmp_path, batch_size=1)
    write_image("a.png", noise(5, 4))
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"a\.png is not what its header"):
        list(dataset)


def test_decode_names_the_file(tmp_path):
    path = tmp_path / "bad.webp"
    path.write_bytes(b"RIFF")
    with pytest.raises(ValueError, match=r"Cannot read the image file .*bad\.webp"):
        decode(bytes(path))


# === Names ===


def test_a_relative_path_is_a_folder(write_image, noise, tmp_path, monkeypatch):
    write_image("photos/a.png", noise(2, 2))
    monkeypatch.chdir(tmp_path)
    for source in ("photos", "./photos", pathlib.Path("photos")):
        assert data.describe(source).name == "photos"


def test_names_of_data_sets_win_over_folders(write_image, noise, tmp_path, monkeypatch):
    write_image("digits/a.png", noise(2, 2))
    monkeypatch.chdir(tmp_path)
    assert data.describe("digits").num_examples == 1500
    assert data.describe("./digits").num_examples == 1
