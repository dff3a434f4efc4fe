"""What `load` tells of its data: everything that decides what a training sees, and nothing else."""

import shutil

import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import data, testing
from tfgan_suite.batches import provenance_of
from tfgan_suite.provenance import changes

IMAGES = np.arange(16 * 24, dtype=np.uint8).reshape(6, 8, 8, 1)
LABELS = np.arange(6) % 2


def of(source=IMAGES, **options):
    return data.load(source, **{"batch_size": 2, **options}).provenance


def brighter(image, seed):
    return image


@pytest.mark.parametrize(
    "options, line",
    [
        ({"image_size": 4}, "data.options.image_size: nothing -> [4, 4]"),
        ({"image_size": (8, 4), "resize": "crop"}, "data.options.resize: nothing -> 'crop'"),
        ({"channels": 3}, "data.options.channels: nothing -> 3"),
        ({"seed": 1}, "data.options.seed: 0 -> 1"),
        ({"shuffle": False}, "data.options.shuffle: True -> False"),
        ({"augment": ["flip"]}, "data.options.augment: [] -> ['flip']"),
        ({"augment": brighter}, "data.options.augment: [] -> ['brighter']"),
        ({"batch_size": 3}, "data.options.batch_size: 2 -> 3"),
        ({"drop_remainder": False}, "data.options.drop_remainder: True -> False"),
        ({"repeat": True}, "data.options.repeat: False -> True"),
        ({"source": IMAGES[::-1]}, "data.source.examples.contents: other bytes in row 0, row 1"),
    ],
    ids=lambda given: given if isinstance(given, str) else "-".join(given),
)
def test_what_is_seen_is_told(options, line):
    assert any(changed.startswith(line) for changed in changes(of(), of(**options)))


@pytest.mark.parametrize("options", [{}, {"cache": False}, {"broken": "skip"}], ids=str)
def test_what_is_seen_alike_is_told_alike(options):
    assert of() == of(**options)


def test_labels_and_the_order_of_their_classes_are_told(write_image, noise, tmp_path):
    for name in ("a/1.png", "b/1.png"):
        write_image(f"one/{name}", noise(4, 4))
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    (tmp_path / "two" / "b").rename(tmp_path / "two" / "c")
    one, two = (of(tmp_path / name, batch_size=1, labels=True) for name in ("one", "two"))
    assert any("options.labels" in line for line in changes(one, two))
    unlabelled = of(tmp_path / "one", batch_size=1)
    assert any("options.labels: False -> 'labels of" in line for line in changes(unlabelled, one))


def test_a_folder_is_told_by_its_files_wherever_it_is(write_image, noise, tmp_path):
    for number in range(3):
        write_image(f"photos/{number}.png", noise(4, 4))
    shutil.copytree(tmp_path / "photos", tmp_path / "other" / "copy")
    shutil.make_archive(tmp_path / "packed", "tar", tmp_path / "photos")
    first = of(tmp_path / "photos")
    assert changes(first, of(tmp_path / "other" / "copy")) == []
    assert changes(first, of(tmp_path / "packed.tar")) == []
    write_image("photos/1.png", noise(4, 4))
    (line,) = changes(first, {**of(tmp_path / "photos")})[-1:]
    assert line == "data.source.contents: other bytes in 1.png"


def test_a_smaller_buffer_makes_another_order(monkeypatch):
    monkeypatch.setattr("tfgan_suite.data.pipeline._SHUFFLE_BYTES", 24)
    options = {"image_size": 4, "cache": False}
    assert of(**options)["options"]["shuffle"] == "in a buffer of 3"


def test_mixtures_are_told_by_their_parameters():
    one, two = (of(data.GaussianMixture("ring", stddev=s)) for s in (0.02, 0.03))
    assert changes(one, two) == ["data.source.stddev: 0.02 -> 0.03"]


def test_pairs_and_domains_tell_of_both():
    images, inputs = IMAGES, 255 - IMAGES
    pairs = data.load_pairs((images, inputs), batch_size=2)
    other = data.load_pairs((images, images), batch_size=2, limit=4, image_size=4, jitter=True)
    lines = changes(pairs.provenance, other.provenance)
    assert "data.options.jitter: False -> True" in lines
    assert "data.options.limit: nothing -> 4" in lines
    assert "data.options.image_size: nothing -> [4, 4]" in lines
    assert any(line.startswith("data.source.inputs.examples.contents") for line in lines)
    assert not any("source.images" in line for line in lines)
    a, b = testing.images(4), testing.images(4, seed=1)
    domains = [data.load_unpaired(a, x, mirror=mirror) for x, mirror in ((a, True), (b, False))]
    lines = changes(*(d.provenance for d in domains))
    assert "data.a.options.mirror: True -> False" in lines
    assert any(line.startswith("data.b.source.examples.contents") for line in lines)


def test_derived_batches_say_how_they_were_derived():
    batches = data.load(IMAGES, batch_size=2)
    derived = batches.map(lambda x: -x).take(2).filter(lambda x: True)
    assert derived.provenance["operations"] == ["map", "take(2)", "filter"]
    assert derived.provenance["source"] == batches.provenance["source"]
    assert "operations" not in batches.checked(lambda x: x).provenance


def test_several_datasets_are_told_together():
    a, b = data.load(IMAGES, batch_size=2), data.load(255 - IMAGES, batch_size=2)
    assert provenance_of(tf.data.Dataset.zip(a, b)) == {"0": a.provenance, "1": b.provenance}
    assert provenance_of(tf.data.Dataset.range(3)) is None
    assert provenance_of(tf.data.Dataset.zip(a, tf.data.Dataset.range(3))) == a.provenance
