"""Pairs and unpaired domains: what belongs together stays together, and what is wrong is named."""

import io
import tarfile

import numpy as np
import pytest
from PIL import Image

from tfgan_suite import data, testing
from tfgan_suite.batches import order_of

rng = np.random.default_rng(0)
PHOTOS = rng.integers(0, 256, (6, 8, 8, 3), dtype=np.uint8)
LABELS = 255 - PHOTOS


def write(folder, arrays, names=None, suffix=".png"):
    folder.mkdir(parents=True, exist_ok=True)
    for number, pixels in enumerate(arrays):
        name = names[number] if names else f"{number:02d}"
        Image.fromarray(pixels).save(folder / f"{name}{suffix}")
    return folder


def unit(pixels):
    return np.asarray(pixels, np.float64) / 127.5 - 1.0


def epoch(dataset):
    firsts, seconds = zip(*((a.numpy(), b.numpy()) for a, b in dataset), strict=True)
    return np.concatenate(firsts), np.concatenate(seconds)


def archive(path, arrays, top="facades/val"):
    with tarfile.open(path, "w:gz" if path.suffix == ".gz" else "w") as tar:
        for number, pixels in enumerate(arrays):
            buffer = io.BytesIO()
            Image.fromarray(pixels).save(buffer, "PNG")
            info = tarfile.TarInfo(f"{top}/{number:02d}.png")
            info.size = buffer.tell()
            buffer.seek(0)
            tar.addfile(info, buffer)
    return path


# === Pairs ===


@pytest.mark.parametrize("targets", ["left", "right"])
def test_side_by_side_pictures_are_cut_in_the_middle(tmp_path, targets):
    write(tmp_path / "train", np.concatenate([PHOTOS, LABELS], axis=2))
    source = data.SideBySide(tmp_path / "train", targets=targets)
    images, inputs = epoch(data.load_pairs(source, batch_size=2, shuffle=False))
    expected = (PHOTOS, LABELS) if targets == "left" else (LABELS, PHOTOS)
    np.testing.assert_allclose(images, unit(expected[0]), atol=1e-6)
    np.testing.assert_allclose(inputs, unit(expected[1]), atol=1e-6)


def test_files_of_two_folders_are_paired_by_name(tmp_path):
    photos = write(tmp_path / "photos", PHOTOS)
    labels = write(tmp_path / "labels", LABELS, suffix=".bmp")
    images, inputs = epoch(data.load_pairs((photos, labels), batch_size=3, seed=5))
    np.testing.assert_allclose(images, -inputs, atol=1e-6)
    assert not np.allclose(images, unit(PHOTOS))  # shuffled
    np.testing.assert_allclose(np.sort(images, axis=0), np.sort(unit(PHOTOS), axis=0), atol=1e-6)


@pytest.mark.parametrize("size", [None, 8])
def test_jitter_and_mirror_are_the_same_for_both(size):
    options = {"image_size": 16, "jitter": True, "mirror": True, "batch_size": 6}
    images, inputs = epoch(data.load_pairs((PHOTOS, LABELS), **options))
    assert images.shape == (6, 16, 16, 3)
    np.testing.assert_allclose(images, -inputs, atol=2 / 255)
    plain, _ = epoch(data.load_pairs((PHOTOS, LABELS), image_size=16, batch_size=6))
    assert not np.allclose(images, plain, atol=0.1)


def test_jitter_cuts_a_window_out_of_the_enlarged_image():
    size = 8
    batch = data.load_pairs(
        (PHOTOS, LABELS), image_size=size, jitter=True, batch_size=6, shuffle=False
    )
    larger, _ = epoch(data.load_pairs((PHOTOS, LABELS), image_size=9, batch_size=6, shuffle=False))
    for image, whole in zip(epoch(batch)[0], larger):
        windows = [whole[i : i + size, j : j + size] for i in (0, 1) for j in (0, 1)]
        assert min(np.abs(image - w).max() for w in windows) < 1e-6


def test_grey_inputs_and_colour_targets():
    images, inputs = epoch(
        data.load_pairs((PHOTOS, LABELS), channels=(3, 1), batch_size=6, shuffle=False)
    )
    grey = unit(LABELS) @ np.array([0.2989, 0.587, 0.114])
    assert images.shape[-1] == 3 and inputs.shape[-1] == 1
    np.testing.assert_allclose(inputs[..., 0], grey, atol=1 / 127.5)


def test_colorization_pairs_an_image_with_its_grey_one():
    images, inputs = epoch(
        data.load_pairs(data.Colorization(PHOTOS), batch_size=6, shuffle=False)
    )
    np.testing.assert_allclose(images, unit(PHOTOS), atol=1e-6)
    np.testing.assert_allclose(
        inputs[..., 0], images @ np.array([0.2989, 0.587, 0.114]), atol=1e-5
    )


def test_a_fit_of_pairs_can_be_begun_anywhere():
    pairs = data.load_pairs(
        (PHOTOS, LABELS), image_size=8, batch_size=2, seed=3, jitter=True, mirror=True
    )
    order = order_of(pairs)
    whole = [[x.numpy() for x in batch] for batch in order.begin(0, 0, None).take(6)]
    late = [[x.numpy() for x in batch] for batch in order.begin(1, 1, None).take(2)]
    np.testing.assert_array_equal(whole[4:], late)
    assert not np.array_equal(whole[:3], whole[3:])


def test_the_first_pairs_alone():
    pairs = data.load_pairs((PHOTOS, LABELS), limit=4, batch_size=2)
    assert pairs.cardinality() == 2
    images, _ = epoch(pairs)
    np.testing.assert_allclose(
        np.sort(images, axis=0), np.sort(unit(PHOTOS[:4]), axis=0), atol=1e-6
    )


def test_pairs_that_are_left_out_are_those_that_others_are_taken_from():
    options = {"shuffle": False, "batch_size": 2}
    kept, _ = epoch(data.load_pairs((PHOTOS, LABELS), skip=2, **options))
    held_out, _ = epoch(data.load_pairs((PHOTOS, LABELS), limit=2, **options))
    np.testing.assert_allclose(np.concatenate([held_out, kept]), unit(PHOTOS), atol=1e-6)


def _folders(tmp_path, photos, labels, names=None):
    return write(tmp_path / "p", photos), write(tmp_path / "l", labels, names)


@pytest.mark.parametrize(
    "source, message",
    [
        (
            lambda t: _folders(t, PHOTOS, LABELS[:5]),
            "must have a partner.* one name.*: 6 images in p, 5 inputs in l; without a partner: 05",
        ),
        (
            lambda t: _folders(t, PHOTOS[:2], LABELS[:2], ["00", "x"]),
            "must have one name. .* without a partner: 01, x",
        ),
        (
            lambda t: _folders(t, PHOTOS[:2], [LABELS[0], LABELS[1, :6]]),
            r"must have one size. .*01.png of 8x8 and .*01.png of 6x8",
        ),
        (lambda t: (PHOTOS, LABELS[:, :6]), "must have one size. .*array of shape"),
        (lambda t: (PHOTOS, LABELS[:5]), "6 images in array, 5 inputs in array"),
        (
            lambda t: data.SideBySide(write(t / "s", PHOTOS[:, :, :7])),
            "must have one size. .*00.png, 7 pixels wide, cut at column 3",
        ),
        (lambda t: data.SideBySide(write(t / "s", PHOTOS), column=3), "cut at column 3"),
        (lambda t: data.SideBySide(PHOTOS, targets="top"), "'left' or on the 'right'"),
        (lambda t: data.Colorization(PHOTOS[..., :1]), "are grey already"),
        (lambda t: PHOTOS, r"must be a tuple \(images, inputs\).*type ndarray"),
    ],
    ids=range(10),
)
def test_bad_pairs_are_named(tmp_path, source, message):
    with pytest.raises(ValueError, match=message):
        data.load_pairs(source(tmp_path))


@pytest.mark.parametrize(
    "options, message",
    [
        ({"jitter": True}, "`jitter` needs an `image_size`"),
        ({"jitter": 2, "image_size": 8}, "`jitter` must be True or False. Received: jitter=2"),
        ({"channels": 3}, "`channels` of pairs are two"),
        ({"channels": (3, 65)}, "`channels` must be 1"),
        ({"batch_size": 7}, "has 6 pairs, fewer than one batch"),
        ({"skip": 6}, "has 6 examples. Received: skip=6"),
        ({"skip": True}, "`skip` must be a positive integer"),
        ({"limit": 7}, "has 6 examples. Received: skip=0, limit=7"),
        ({"seed": -1}, "`seed` must be an integer"),
    ],
    ids=str,
)
def test_bad_options_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        data.load_pairs((PHOTOS, LABELS), **options)


# === Unpaired domains ===


def test_an_epoch_is_a_pass_over_the_larger_domain():
    a, b = testing.images(5, seed=1), testing.images(2, seed=2)
    batches = data.load_unpaired(a, b, batch_size=1, seed=4)
    assert batches.cardinality() == 5
    first, second = epoch(batches)
    np.testing.assert_array_equal(np.sort(first, axis=0), np.sort(a, axis=0))
    rows = [int(np.argmin([np.abs(x - y).max() for y in b])) for x in second]
    assert sorted(rows[:2]) == sorted(rows[2:4]) == [0, 1]


def test_a_fit_of_domains_can_be_begun_anywhere():
    batches = data.load_unpaired(testing.images(5), testing.images(3), seed=4, mirror=True)
    order = order_of(batches)
    whole = [[x.numpy() for x in batch] for batch in order.begin(0, 0, None).take(12)]
    late = [[x.numpy() for x in batch] for batch in order.begin(1, 2, None).take(5)]
    np.testing.assert_array_equal(whole[7:], late)
    np.testing.assert_array_equal(whole[:5], [[x.numpy() for x in batch] for batch in batches])


def test_domains_are_shuffled_apart():
    images = testing.images(6)
    first, second = epoch(data.load_unpaired(images, images, seed=1))
    assert not np.array_equal(first, second)


def test_one_folder_of_both_domains(tmp_path):
    write(tmp_path / "trainA", PHOTOS[:3])
    write(tmp_path / "trainB", LABELS[:2])
    first, second = epoch(data.load_unpaired(tmp_path, shuffle=False))
    np.testing.assert_allclose(first, unit(PHOTOS[:3]), atol=1e-6)
    np.testing.assert_allclose(second, unit(LABELS[[0, 1, 0]]), atol=1e-6)
    with pytest.raises(ValueError, match="testA and testB; testA is not there"):
        data.load_unpaired(tmp_path, split="test")


def test_an_empty_domain_is_named(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="Domain B: .*empty holds no image"):
        data.load_unpaired(PHOTOS, tmp_path / "empty")
    with pytest.raises(ValueError, match="Domain A: An array of images has shape"):
        data.load_unpaired(PHOTOS[:0], LABELS)
    with pytest.raises(ValueError, match="Domain B: .*none.tar"):
        data.load_unpaired(PHOTOS, archive(tmp_path / "none.tar", []))
    write(tmp_path / "both" / "trainA", PHOTOS)
    (tmp_path / "both" / "trainB").mkdir()
    with pytest.raises(ValueError, match="Domain B: .*trainB holds no image"):
        data.load_unpaired(tmp_path / "both")


def test_two_domains_in_one_must_be_a_folder_or_a_name():
    with pytest.raises(ValueError, match="Give both domains.*domain_a of type ndarray"):
        data.load_unpaired(PHOTOS)


# === Archives ===


@pytest.mark.parametrize("name", ["val.tar", "val.tar.gz"])
def test_an_archive_is_the_folder_in_it(tmp_path, name):
    path = archive(tmp_path / name, PHOTOS)
    images = np.concatenate([x.numpy() for x in data.load(path, batch_size=3, shuffle=False)])
    np.testing.assert_allclose(images, unit(PHOTOS), atol=1e-6)
    assert data.describe(path).num_classes is None


def test_folders_in_an_archive_are_classes(tmp_path):
    path = tmp_path / "all.tar"
    with tarfile.open(path, "w") as tar:
        for label in ("cat", "dog"):
            write(tmp_path / label, PHOTOS[:2])
            tar.add(tmp_path / label, f"test/{label}")
    assert data.describe(path).class_names == ("cat", "dog")


def test_bad_archives_are_named(tmp_path):
    with pytest.raises(ValueError, match="archive does not exist. Received: .*none.tar"):
        data.load(tmp_path / "none.tar")
    (tmp_path / "broken.tar").write_bytes(b"no archive at all" * 100)
    with pytest.raises(ValueError, match="cannot be unpacked: .*broken.tar"):
        data.load(tmp_path / "broken.tar")
    path = archive(tmp_path / "empty.tar", [])
    with pytest.raises(ValueError, match="empty.tar"):
        data.load(path)


def test_real_facades(real_data):
    source = data.SideBySide(real_data("facades/facades-val.tar"))
    pairs = data.load_pairs(source, image_size=64, batch_size=10, limit=10, shuffle=False)
    images, inputs = next(iter(pairs))
    assert images.shape == inputs.shape == (10, 64, 64, 3)
    # Label maps have few colours, among them much blue; photographs have not.
    blue = (inputs.numpy()[..., 2] - inputs.numpy()[..., 0] > 0.5).mean()
    assert blue > 0.2 > (images.numpy()[..., 2] - images.numpy()[..., 0] > 0.5).mean()
