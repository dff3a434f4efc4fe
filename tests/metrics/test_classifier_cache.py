"""Tests of how a `Classifier` is kept: content hash, save and load, cache."""

import hashlib
import zipfile

import keras
import numpy as np
import pytest

from tfgan_suite.metrics import Classifier


@pytest.fixture
def fits(monkeypatch):
    """A list that grows with every training; what is trained keeps its initial weights."""
    calls = []

    def fit(model, images, labels, **settings):
        calls.append(settings)

    monkeypatch.setattr("tfgan_suite.metrics.classifier.fit_classifier", fit)
    return calls


@pytest.fixture
def train(tmp_path, noise_sets, fits):
    """Returns a function that makes a classifier of two classes of noise, with one cache."""

    def run(sets=None, **options):
        options = {"num_classes": 2, "epochs": 1, "cache_dir": tmp_path, **options}
        return Classifier.train(*(sets or noise_sets()), **options)

    return run


def _files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _truncate(path):
    path.write_bytes(path.read_bytes()[:-500])


def _empty(path):
    path.write_bytes(b"")


def _flip_bytes_of_the_weights(path):
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 64] = bytes(255 - byte for byte in content[middle : middle + 64])
    path.write_bytes(content)


def _drop_the_metadata(path):
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            if name != "classifier.json":
                archive.writestr(name, content)


def _change_the_stated_hash(path):
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name).decode("latin-1") for name in archive.namelist()}
    stated = '"content_hash": "'
    members["classifier.json"] = members["classifier.json"].replace(stated, stated + "0")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content.encode("latin-1"))


DAMAGES = [
    _truncate,
    _empty,
    _flip_bytes_of_the_weights,
    _drop_the_metadata,
    _change_the_stated_hash,
]


def test_cache_hit_does_not_train(train, fits):
    train()
    train()
    assert len(fits) == 1


def test_cache_hit_is_the_same_judge(train):
    assert train().description == train().description


def test_cached_accuracy_is_the_measured_one(train, noise_sets):
    train()
    images, labels = noise_sets()[1]
    classifier = train()
    predictions = classifier.model.predict(images, verbose=0).argmax(axis=1)
    assert classifier.accuracy == np.mean(predictions == labels)


@pytest.mark.parametrize(
    "options",
    [{"seed": 1}, {"epochs": 2}, {"batch_size": 4}, {"learning_rate": 1e-3}, {"name": "noise"}],
)
def test_other_settings_are_another_entry(train, fits, options):
    train()
    train(**options)
    assert len(fits) == 2


def test_other_data_are_another_entry(train, fits, noise_sets):
    train(noise_sets(seed=0))
    train(noise_sets(seed=1))
    assert len(fits) == 2


def test_other_test_set_is_another_entry(train, fits, noise_sets):
    training, (images, labels) = noise_sets()
    train((training, (images, labels)))
    train((training, (images[1:], labels[1:])))
    assert len(fits) == 2


def test_other_labels_are_another_entry(train, fits, noise_sets):
    (images, labels), test = noise_sets()
    train(((images, labels), test))
    train(((images, 1 - labels), test))
    assert len(fits) == 2


def test_order_of_the_data_is_not_another_entry(train, fits, noise_sets):
    (images, labels), test = noise_sets()
    train(((images, labels), test))
    train(((images[::-1], labels[::-1]), test))
    assert len(fits) == 1


def test_default_epochs_show_so_many_images(train, fits, monkeypatch):
    monkeypatch.setattr("tfgan_suite.metrics.classifier.DEFAULT_PRESENTATIONS", 150)
    train(epochs=None)
    # 150 images out of 32 at a time.
    assert fits[0]["epochs"] == 5


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_entry_is_trained_again(train, fits, tmp_path, damage):
    expected = train().content_hash
    damage(_files(tmp_path)[0])
    with pytest.warns(UserWarning, match="damaged entry of the cache is made again"):
        assert train().content_hash == expected
    assert len(fits) == 2


def test_damaged_entry_is_replaced(train, fits, tmp_path):
    train()
    _truncate(_files(tmp_path)[0])
    with pytest.warns(UserWarning, match="made again"):
        train()
    train()
    assert len(fits) == 2


def test_entry_under_another_ones_name_is_trained_again(train, fits, tmp_path):
    train()
    first = _files(tmp_path)[0]
    train(seed=1)
    second = next(path for path in _files(tmp_path) if path != first)
    first.write_bytes(second.read_bytes())
    with pytest.warns(UserWarning, match="trained otherwise than its name says"):
        assert train().training["seed"] == 0


def test_cache_that_cannot_be_written_only_warns(train, tmp_path):
    blocked = tmp_path / "file"
    blocked.touch()
    with pytest.warns(UserWarning, match="Not kept in the cache"):
        assert train(cache_dir=blocked).num_classes == 2


def test_cache_holds_one_file_and_nothing_temporary(train, tmp_path):
    train(name="noise")
    (path,) = _files(tmp_path)
    assert path.name.startswith("noise-8x8x1-")
    assert list(path.parent.iterdir()) == [path]


def test_environment_variable_names_the_cache(train, tmp_path, monkeypatch):
    monkeypatch.setenv("TFGAN_SUITE_CACHE", str(tmp_path / "elsewhere"))
    train(cache_dir=None)
    assert len(_files(tmp_path / "elsewhere")) == 1


def test_home_is_the_default_cache(train, tmp_path, monkeypatch):
    monkeypatch.delenv("TFGAN_SUITE_CACHE", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    train(cache_dir=None)
    assert len(_files(tmp_path / ".cache/tfgan_suite")) == 1


def test_content_hash_is_sha256_of_the_weights(brightness_classifier):
    kernel, bias = brightness_classifier.model.get_weights()
    expected = hashlib.sha256(
        b"float32(1, 2)" + kernel.tobytes() + b"float32(2,)" + bias.tobytes()
    )
    assert brightness_classifier.content_hash == expected.hexdigest()


def test_content_hash_sees_one_bit(brightness_classifier):
    before = brightness_classifier.content_hash
    kernel, bias = brightness_classifier.model.get_weights()
    kernel[0, 0] = np.nextafter(kernel[0, 0], np.float32(np.inf))
    brightness_classifier.model.set_weights([kernel, bias])
    assert brightness_classifier.content_hash != before


def test_loaded_is_what_was_saved(brightness_classifier, tmp_path):
    path = tmp_path / "new" / "judge.keras"
    brightness_classifier.save(path)
    assert Classifier.load(path).description == brightness_classifier.description


def test_loaded_gives_the_same_logits(brightness_classifier, tmp_path, noise_sets):
    images, _ = noise_sets()[0]
    brightness_classifier.save(tmp_path / "judge.keras")
    loaded = Classifier.load(tmp_path / "judge.keras")
    np.testing.assert_array_equal(loaded.logits(images), brightness_classifier.logits(images))


def test_saved_file_is_an_ordinary_keras_file(brightness_classifier, tmp_path):
    brightness_classifier.save(tmp_path / "judge.keras")
    model = keras.saving.load_model(tmp_path / "judge.keras")
    assert model.output_shape == (None, 2)


def test_save_that_fails_leaves_the_old_file(brightness_classifier, tmp_path, monkeypatch):
    path = tmp_path / "judge.keras"
    brightness_classifier.save(path)
    before = path.read_bytes()

    def interrupted(self, temporary):
        temporary.write_bytes(b"half a file")
        raise OSError("the disk is full")

    monkeypatch.setattr(keras.Model, "save", interrupted)
    with pytest.raises(OSError, match="the disk is full"):
        brightness_classifier.save(path)
    assert _files(tmp_path) == [path] and path.read_bytes() == before


def test_save_under_another_suffix_is_refused(brightness_classifier, tmp_path):
    with pytest.raises(ValueError, match="must end in '.keras'"):
        brightness_classifier.save(tmp_path / "judge.h5")


def test_load_of_a_missing_file_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere.keras"):
        Classifier.load(tmp_path / "nowhere.keras")


@pytest.mark.parametrize("damage", DAMAGES)
def test_load_of_a_damaged_file_is_refused(brightness_classifier, tmp_path, damage):
    path = tmp_path / "judge.keras"
    brightness_classifier.save(path)
    damage(path)
    with pytest.raises(ValueError, match="judge.keras"):
        Classifier.load(path)


def test_logits_are_those_of_the_model_over_several_batches(brightness_classifier):
    images = np.random.default_rng(0).uniform(-1, 1, [600, 8, 8, 1])
    means = images.mean(axis=(1, 2, 3))
    expected = np.stack([10 * means, -10 * means], axis=1)
    np.testing.assert_allclose(brightness_classifier.logits(images), expected, atol=1e-5)


def test_logits_of_another_shape_are_refused(brightness_classifier):
    with pytest.raises(ValueError, match=r"shape \[N, 8, 8, 1\].*shape=\(1, 9, 8, 1\)"):
        brightness_classifier.logits(np.zeros([1, 9, 8, 1]))


@pytest.mark.parametrize("accuracy", [-0.1, 1.5, float("nan"), "high"])
def test_wrong_accuracy_is_refused(brightness_model, accuracy):
    with pytest.raises(ValueError, match="`accuracy` must lie in"):
        Classifier(brightness_model(), accuracy)


def test_model_without_a_fixed_shape_is_refused():
    images = keras.Input([None, None, 1])
    model = keras.Model(images, keras.layers.GlobalAveragePooling2D()(images))
    with pytest.raises(ValueError, match="input_shape="):
        Classifier(model, 0.5)


def test_model_with_two_inputs_is_refused():
    inputs = [keras.Input([2]), keras.Input([2])]
    model = keras.Model(inputs, keras.layers.Add()(inputs))
    with pytest.raises(ValueError, match="input_shape="):
        Classifier(model, 0.5)
