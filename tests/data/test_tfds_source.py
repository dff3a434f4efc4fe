"""Data sets of TFDS, without a network."""

import collections
import gzip
import http.server
import pathlib
import socket
import threading

import numpy as np
import pytest
import tensorflow_datasets as tfds

from tfgan_suite import data
from tfgan_suite.data.reachability import any_reachable
from tfgan_suite.modalities import Image


class ToyForTests(tfds.core.GeneratorBasedBuilder):
    """Six images of one size, two classes, no download."""

    VERSION = tfds.core.Version("1.0.0")
    FEATURES = {
        "image": tfds.features.Image(shape=(4, 4, 3), encoding_format="png"),
        "label": tfds.features.ClassLabel(names=["cat", "dog"]),
    }
    SUPERVISED = ("image", "label")

    def _info(self):
        features = tfds.features.FeaturesDict(self.FEATURES)
        return tfds.core.DatasetInfo(
            builder=self, features=features, supervised_keys=self.SUPERVISED
        )

    def _split_generators(self, dl_manager):
        return {"train": self._generate_examples(0, 6), "test": self._generate_examples(6, 8)}

    def _generate_examples(self, first, last):
        for number in range(first, last):
            yield number, self._example(number)

    def _example(self, number):
        return {"image": np.full((4, 4, 3), number, np.uint8), "label": number % 2}


class OddNames(ToyForTests):
    """Neither supervised keys nor the usual names, but one feature of each kind."""

    FEATURES = {
        "picture": tfds.features.Image(shape=(4, 4, 1)),
        "kind": tfds.features.ClassLabel(num_classes=2),
        "note": tfds.features.Text(),
    }
    SUPERVISED = None

    def _example(self, number):
        picture = np.full((4, 4, 1), number, np.uint8)
        return {"picture": picture, "kind": number % 2, "note": "some words"}


class NoImage(ToyForTests):
    FEATURES = {"note": tfds.features.Text()}
    SUPERVISED = None


class TwoImages(ToyForTests):
    FEATURES = {key: tfds.features.Image(shape=(4, 4, 3)) for key in ("left", "right")}
    SUPERVISED = None


class FloatImage(ToyForTests):
    FEATURES = {"image": tfds.features.Image(shape=(4, 4, 1), dtype=np.float32)}
    SUPERVISED = None


class AnySize(ToyForTests):
    FEATURES = {"image": tfds.features.Image(shape=(None, None, 3))}
    SUPERVISED = None

    def _example(self, number):
        return {"image": np.full((4, 4 + number, 3), number, np.uint8)}


class ByHand(ToyForTests):
    MANUAL_DOWNLOAD_INSTRUCTIONS = "Ask the author for the files."

    def _split_generators(self, dl_manager):
        return {"train": self._generate_examples(0, len(list(dl_manager.manual_dir.iterdir())))}


def pairs(dataset):
    """The `(number, label)` that the toy images are made of."""
    return sorted(
        (int(round((float(image[0, 0, 0]) + 1.0) * 127.5)), int(label))
        for images, labels in dataset
        for image, label in zip(images, labels)
    )


# === The user's own builders ===


def test_a_builder_is_prepared_and_loaded(tmp_path, no_network):
    dataset = data.load(ToyForTests(data_dir=tmp_path), labels=True, batch_size=3)
    assert dataset.cardinality() == 2
    assert dataset.element_spec[0].shape == (3, 4, 4, 3)
    assert pairs(dataset) == [(number, number % 2) for number in range(6)]


def test_a_registered_name_is_loaded_from_data_dir(tmp_path, no_network):
    ToyForTests(data_dir=tmp_path).download_and_prepare()
    dataset = data.load("toy_for_tests", split="test", data_dir=tmp_path, batch_size=1, labels=True)
    assert pairs(dataset) == [(6, 0), (7, 1)]


def test_the_environment_names_the_data_dir(tmp_path, no_network, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    assert data.describe("toy_for_tests").num_examples == 6
    assert (tmp_path / "toy_for_tests").is_dir()


def test_describe(tmp_path, no_network):
    described = data.describe(ToyForTests(data_dir=tmp_path), split="test")
    assert (described.name, described.image_shape) == ("toy_for_tests", (4, 4, 3))
    assert (described.num_examples, described.class_names) == (2, ("cat", "dog"))
    assert repr(described.modality) == repr(Image(4, 4, 3))


def test_slices_of_splits(tmp_path, no_network):
    builder = ToyForTests(data_dir=tmp_path)
    assert data.describe(builder, split="train[:50%]").num_examples == 3
    assert data.load(builder, split="train[4:]+test", batch_size=1).cardinality() == 4


def test_the_only_image_and_class_label_are_found(tmp_path, no_network):
    dataset = data.load(OddNames(data_dir=tmp_path), labels=True, batch_size=6)
    assert pairs(dataset) == [(number, number % 2) for number in range(6)]


def test_sizes_that_vary_need_a_policy(tmp_path, no_network):
    builder = AnySize(data_dir=tmp_path)
    assert data.describe(builder).image_shape == (None, None, 3)
    with pytest.raises(ValueError, match="different sizes .*Received: resize=None"):
        data.load(builder, image_size=4, batch_size=1)
    dataset = data.load(builder, image_size=4, resize="crop", batch_size=6)
    assert next(iter(dataset)).shape == (6, 4, 4, 3)


@pytest.mark.parametrize("cache", [True, False])
def test_an_uncached_pipeline_yields_the_same_images(tmp_path, no_network, cache):
    builder = ToyForTests(data_dir=tmp_path)
    dataset = data.load(builder, labels=True, batch_size=3, cache=cache, image_size=8)
    assert pairs(dataset) == [(number, number % 2) for number in range(6)]


@pytest.mark.parametrize(
    "builder, message",
    [
        (NoImage, r"one image feature.*features \['note'\]"),
        (TwoImages, r"images among them \['left', 'right'\]"),
        (FloatImage, "must be uint8. Received: float32 of feature 'image'"),
    ],
)
def test_data_sets_without_the_image_are_refused(tmp_path, builder, message):
    with pytest.raises(ValueError, match=message):
        data.load(builder(data_dir=tmp_path))


@pytest.mark.parametrize("split", ["val", "train[:many]", "train[:200%]"])
def test_unknown_splits_are_refused(tmp_path, no_network, split):
    message = r"splits \['test', 'train'\].*Received: split='" + split.replace("[", r"\[")
    with pytest.raises(ValueError, match=message):
        data.load(ToyForTests(data_dir=tmp_path), split=split)


def test_an_empty_slice_is_refused(tmp_path, no_network):
    with pytest.raises(ValueError, match=r"no example in this split.*split='train\[:0%\]'"):
        data.load(ToyForTests(data_dir=tmp_path), split="train[:0%]")


def test_a_builder_and_a_data_dir_are_refused(tmp_path):
    with pytest.raises(ValueError, match="knows its own data_dir.*Received: data_dir="):
        data.load(ToyForTests(data_dir=tmp_path), data_dir=tmp_path)


def test_files_to_be_fetched_by_hand(tmp_path, no_network):
    with pytest.raises(ValueError, match="Ask the author for the files"):
        data.load(ByHand(data_dir=tmp_path), batch_size=1)
    (tmp_path / "downloads" / "manual").mkdir(parents=True)
    (tmp_path / "downloads" / "manual" / "one").touch()
    assert data.describe(ByHand(data_dir=tmp_path)).num_examples == 1


# === Names that lead nowhere ===


def test_unknown_names_get_near_matches(tmp_path):
    with pytest.raises(ValueError, match="near matches: cifar10.*Received: source='cifra10'"):
        data.load("cifra10", data_dir=tmp_path)


def test_names_near_to_nothing(tmp_path):
    with pytest.raises(ValueError, match="Neither a folder nor a data set.*'qqqqqqqq/x'"):
        data.load("qqqqqqqq/x", data_dir=tmp_path)


@pytest.mark.parametrize("name", ["mnist/upside_down", "mnist:9.9.9"])
def test_unknown_configs_and_versions_are_refused(tmp_path, name):
    with pytest.raises(ValueError, match=f"TFDS refuses the name.*Received: source='{name}'"):
        data.load(name, data_dir=tmp_path)


def test_what_is_not_prepared_says_what_to_do(tmp_path, no_network):
    with pytest.raises(ValueError) as caught:
        data.load("cifar10", data_dir=tmp_path)
    message = str(caught.value)
    assert str(tmp_path / "cifar10") in message
    assert "data_dir" in message and "TFDS_DATA_DIR" in message
    assert f"cifar-10-binary.tar.gz into {tmp_path / 'downloads' / 'manual'}" in message
    assert "tfds.builder('cifar10', data_dir=" in message
    assert not (tmp_path / "cifar10").exists()


# === Hosts ===


@pytest.fixture
def direct(monkeypatch):
    """No proxy between the test and this machine."""
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "*")


def test_a_host_that_hangs_is_given_up(direct):
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/file"
        assert not any_reachable([url], timeout=0.3)


def test_one_host_that_answers_is_enough(direct):
    class Refuses(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_error(404)

        def log_message(self, *args):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Refuses) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        good = f"http://127.0.0.1:{server.server_port}/file"
        assert any_reachable(["http://127.0.0.1:9/file", good])
        server.shutdown()


def test_no_host_no_answer(direct):
    assert not any_reachable(["http://127.0.0.1:9/file", "nonsense://file"])


# === The real thing ===


@pytest.mark.slow
def test_mnist_equals_its_files(mnist_dir, real_data, no_network):
    dataset = data.load(
        "mnist", split="test", labels=True, batch_size=500, data_dir=mnist_dir, cache=False
    )
    files = pathlib.Path(real_data("mnist"))
    pixels = gzip.decompress((files / "t10k-images-idx3-ubyte.gz").read_bytes())[16:]
    labels = gzip.decompress((files / "t10k-labels-idx1-ubyte.gz").read_bytes())[8:]
    expected = collections.Counter(
        (pixels[784 * row : 784 * row + 784], label) for row, label in enumerate(labels)
    )
    got = collections.Counter()
    for images, digits in dataset:
        levels = np.round((images.numpy() + 1.0) * 127.5).astype(np.uint8)
        got.update((level.tobytes(), int(digit)) for level, digit in zip(levels, digits))
    assert got == expected


def test_mnist_is_described(mnist_dir, no_network):
    described = data.describe("mnist", data_dir=mnist_dir)
    names = tuple("0123456789")
    assert (described.name, described.image_shape) == ("mnist", (28, 28, 1))
    assert (described.num_examples, described.class_names) == (60000, names)
