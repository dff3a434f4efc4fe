"""Tests of extractors: their batches, shapes, hashes and refusals."""

import json

import keras
import numpy as np
import pytest

from tfgan_suite import data
from tfgan_suite.metrics import (
    Classifier,
    FeatureExtractor,
    application_extractor,
    classifier_extractor,
    frechet_distance,
    random_extractor,
)


def _images(count=5, shape=(8, 8, 1), seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, [count, *shape]).astype(np.float32)


def _means(images):
    return images.mean(axis=(1, 2))


def _extractor(function=_means, **options):
    return FeatureExtractor(function, "means", content_hash="00", **options)


def _model(seed=1, units=3):
    images = keras.Input((8, 8, 1))
    dense = keras.layers.Dense(units, kernel_initializer=keras.initializers.GlorotUniform(seed))
    return keras.Model(images, dense(keras.layers.Flatten()(images)))


def test_features_are_those_of_the_function_whatever_the_batch():
    images = _images(11)
    features = _extractor(batch_size=4).features(images)
    np.testing.assert_allclose(features, _means(images), rtol=1e-6)
    assert features.dtype == np.float32


def test_a_dict_gives_logits_too():
    extractor = _extractor(lambda x: {"features": _means(x), "logits": 2 * _means(x)}, batch_size=2)
    outputs = extractor(_images())
    assert set(outputs) == {"features", "logits"}
    np.testing.assert_allclose(outputs["logits"], 2 * outputs["features"])


def test_models_are_in_inference_mode():
    images = keras.Input((8, 8, 1))
    model = keras.Model(images, keras.layers.Flatten()(keras.layers.Dropout(0.9)(images)))
    features = FeatureExtractor(model, "dropout").features(_images())
    np.testing.assert_array_equal(features, _images().reshape(5, -1))


def test_images_are_resized_and_grey_ones_repeated():
    seen = []

    def function(images):
        seen.append(images)
        return _means(images)

    extractor = _extractor(function, image_shape=(4, 4, 3), resize="area")
    features = extractor.features(_images())
    assert seen[0].shape == (5, 4, 4, 3)
    np.testing.assert_allclose(features, np.repeat(_means(_images()), 3, axis=1), atol=1e-6)


def test_preprocessing_comes_after_resizing():
    extractor = _extractor(preprocess=lambda x: (x + 1) * 127.5, preprocessing="to [0, 255]")
    expected = (_means(_images()) + 1) * 127.5
    np.testing.assert_allclose(extractor.features(_images()), expected, rtol=1e-5)


def test_description_says_which_extractor_it_is():
    extractor = _extractor(image_shape=(4, 4, 3), resize="area", preprocessing="none at all")
    assert extractor.description == {
        "name": "means",
        "content_hash": "00",
        "image_shape": [4, 4, 3],
        "resize": "area",
        "antialias": True,
        "preprocessing": "none at all",
    }
    assert json.loads(json.dumps(extractor.description)) == extractor.description


def test_the_hash_of_a_model_is_of_its_contents():
    first, again, other = (FeatureExtractor(_model(seed), "m").content_hash for seed in (1, 1, 2))
    assert first == again != other


def test_the_hash_of_a_model_is_of_its_settings_too():
    hashes = {
        FeatureExtractor(keras.Sequential([keras.Input((8, 8, 1)), layer]), "m").content_hash
        for layer in (
            keras.layers.AveragePooling2D(2),
            keras.layers.AveragePooling2D(4),
            keras.layers.MaxPooling2D(4),
        )
    }
    assert len(hashes) == 3


@pytest.mark.parametrize(
    "images, message",
    [
        (_images(0), "at least one image"),
        (_images(5, (8, 8)), r"shape=\(5, 8, 8\)"),
        (_images() * np.nan, "NaN or infinity in 5 of 5 rows"),
        (_images() * 3, r"must lie in \[-1, 1\]"),
        (np.zeros([2, 8, 8, 1], np.uint8), "dtype=uint8"),
        (_images(5, (9, 8, 1)), r"takes images of shape \(8, 8, 1\); choose a method"),
        (_images(5, (8, 8, 3)), "images of 1 channels"),
    ],
)
def test_wrong_images_are_refused(images, message):
    with pytest.raises(ValueError, match=message):
        _extractor(image_shape=(8, 8, 1))(images)


@pytest.mark.parametrize(
    "function, message",
    [
        (lambda x: x, r"`features of means` must have the shape \[N, D\]"),
        (lambda x: _means(x) * np.nan, "`features of means` must be finite"),
        (lambda x: _means(x)[:2], "Received: 2 rows for 5 images"),
        (lambda x: {"logits": _means(x)}, r"Received: a dict of \['logits'\]"),
        (lambda x: {"features": _means(x), "pool": 1}, r"\['features', 'pool'\]"),
    ],
)
def test_wrong_features_are_refused(function, message):
    with pytest.raises(ValueError, match=message):
        _extractor(function)(_images())


@pytest.mark.parametrize(
    "options, message",
    [
        ({"function": 3}, "must be callable"),
        ({"name": "a b"}, "name='a b'"),
        ({"content_hash": None}, "`content_hash` must say which function"),
        ({"resize": "lanczos"}, "resize='lanczos'"),
        ({"resize": "area"}, "`resize` needs `image_shape`"),
        ({"batch_size": 0}, "batch_size=0"),
    ],
)
def test_wrong_settings_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        FeatureExtractor(
            **{"function": _means, "name": "means", "content_hash": "00", **options}
        )


def test_classifier_gives_its_penultimate_features_and_logits(brightness_classifier):
    outputs = classifier_extractor(brightness_classifier)(_images())
    np.testing.assert_allclose(outputs["features"], _means(_images()), atol=1e-6)
    expected = brightness_classifier.logits(_images())
    np.testing.assert_allclose(outputs["logits"], expected, atol=1e-5)


def test_a_layer_of_the_classifier_can_be_chosen(brightness_classifier):
    layer = brightness_classifier.model.layers[0].name
    extractor = classifier_extractor(brightness_classifier, layer=layer)
    np.testing.assert_array_equal(extractor.features(_images()), _images().reshape(5, -1))
    assert extractor.name == f"brightness.{layer}"
    assert extractor.content_hash == brightness_classifier.content_hash


def test_a_trained_classifier_gives_what_goes_into_its_last_layer(noise_sets, tmp_path):
    classifier = Classifier.train(*noise_sets(), num_classes=2, epochs=1, cache_dir=tmp_path)
    outputs = classifier_extractor(classifier)(_images())
    kernel, bias = classifier.model.layers[-1].get_weights()
    expected = outputs["features"] @ kernel + bias
    np.testing.assert_allclose(outputs["logits"], expected, rtol=1e-4, atol=1e-5)


def test_a_layer_can_be_averaged_over_its_positions(brightness_classifier):
    layer = brightness_classifier.model.layers[0].name
    extractor = classifier_extractor(brightness_classifier, layer=layer, pooling="avg")
    np.testing.assert_allclose(extractor.features(_images()), _means(_images()), atol=1e-6)
    assert extractor.name == f"brightness.{layer}.avg"


@pytest.mark.parametrize("options", [{"pooling": "max"}, {"pooling": "avg"}])
def test_wrong_pooling_is_refused(brightness_classifier, options):
    with pytest.raises(ValueError, match=r"pooling=.*output shape \(None, 1\)"):
        classifier_extractor(brightness_classifier, **options)


def test_an_unknown_layer_is_refused(brightness_classifier):
    with pytest.raises(ValueError, match="`layer` must be one of .*layer='conv_9'"):
        classifier_extractor(brightness_classifier, layer="conv_9")
    with pytest.raises(ValueError, match="must be a `Classifier`"):
        classifier_extractor(brightness_classifier.model)


@pytest.fixture(scope="module")
def mobile_net(tmp_path_factory):
    model = keras.applications.MobileNet(
        weights=None, include_top=False, pooling="avg", input_shape=(32, 32, 3)
    )
    path = tmp_path_factory.mktemp("weights") / "mobilenet_notop.weights.h5"
    model.save_weights(path)
    return model, path


def test_application_is_that_of_keras(mobile_net):
    model, path = mobile_net
    images = _images(3, (32, 32, 3))
    extractor = application_extractor("MobileNet", path, image_size=(32, 32))
    expected = model(
        keras.applications.mobilenet.preprocess_input((images + 1) * 127.5), training=False
    )
    np.testing.assert_allclose(extractor.features(images), expected, rtol=1e-4, atol=1e-6)
    assert extractor.name == "keras-MobileNet"


def test_applications_that_cannot_be_had_are_named(mobile_net, tmp_path):
    with pytest.raises(FileNotFoundError, match="MobileNet needs its weights in a local file"):
        application_extractor("MobileNet", tmp_path / "none.h5")
    with pytest.raises(ValueError, match="does not hold the weights of MobileNetV2"):
        application_extractor("MobileNetV2", mobile_net[1], image_size=(32, 32))
    for name in ("LeNet", "mobilenet"):
        with pytest.raises(ValueError, match=f"application='{name}'"):
            application_extractor(name, mobile_net[1])


# === Random features ===


def test_random_features_depend_on_the_seed_alone():
    images = _images(6, (16, 16, 3))
    one, same, other = (random_extractor((16, 16, 3), seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one.features(images), same.features(images))
    assert one.content_hash == same.content_hash != other.content_hash


def test_large_images_are_brought_to_32_pixels_by_areas():
    extractor = random_extractor((64, 48, 1))
    assert extractor.image_shape == (32, 24, 1)
    blocks = np.repeat(np.repeat(_images(3, (32, 24, 1)), 2, axis=1), 2, axis=2)
    np.testing.assert_allclose(
        extractor.features(blocks), extractor.features(blocks[:, ::2, ::2]), rtol=1e-4, atol=1e-5
    )


def test_random_features_tell_damage():
    """The distance of more damaged images is larger, and many times that of other real images."""
    images = np.concatenate(list(data.load("digits", image_size=16, seed=0).as_numpy_iterator()))
    features = random_extractor((16, 16, 1)).features(images)
    half = len(features) // 2
    real, noise = features[:half], np.random.default_rng(0)
    found = [frechet_distance(real, features[half:])]
    for strength in (0.3, 0.6):
        damaged = np.clip(images[half:] + noise.normal(0, strength, images[half:].shape), -1, 1)
        damaged = random_extractor((16, 16, 1)).features(damaged.astype(np.float32))
        found.append(frechet_distance(real, damaged))
    assert 5 * found[0] < found[1] < found[2]
