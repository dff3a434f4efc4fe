"""Tests of the Inception extractor with a stand-in of the graph's signature."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import tf_gan
from tfgan_suite.admission import NotAdmitted
from tfgan_suite.admission.allowed_operations import SERVED
from tfgan_suite.metrics import inception_extractor, score_name


class _Module(tf.Module):
    """Gives the means of the channels, in columns as many as the graph's."""

    def __init__(self, logits=1008):
        super().__init__()
        self.logits = logits

    @tf.function(input_signature=[tf.TensorSpec([None, 299, 299, 3], tf.float32)])
    def __call__(self, images):
        means = tf.reduce_mean(images, axis=[1, 2])
        return {
            "pool_3": tf.pad(means, [[0, 0], [0, 2045]])[:, None, None],
            "logits": tf.pad(means, [[0, 0], [0, self.logits - 3]]),
        }


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("inception")
    tf.saved_model.save(_Module(), str(path))
    return path


def test_images_are_resized_as_tf_gan_does(folder):
    images = np.random.default_rng(0).uniform(-1, 1, [3, 32, 32, 3]).astype(np.float32)
    outputs = inception_extractor(folder, batch_size=2)(images)
    expected = tf.reduce_mean(tf.image.resize(images, [299, 299], "bilinear"), axis=[1, 2])
    np.testing.assert_allclose(outputs["features"][:, :3], expected, atol=1e-5)
    assert (outputs["features"].shape, outputs["logits"].shape) == ((3, 2048), (3, 1008))


def test_larger_images_are_not_filtered(folder):
    images = np.random.default_rng(0).uniform(-1, 1, [1, 600, 600, 3]).astype(np.float32)
    outputs = inception_extractor(folder)(images)
    plain = tf.image.resize(images, [299, 299], "bilinear", antialias=False)
    np.testing.assert_allclose(
        outputs["features"][:, :3], tf.reduce_mean(plain, axis=[1, 2]), atol=1e-6
    )


def test_the_scores_have_their_short_names(folder):
    extractor = inception_extractor(folder)
    assert score_name("frechet_distance", 50_000, extractor) == "FID-50000"
    assert extractor.description["resize"] == "bilinear"
    assert not extractor.description["antialias"]


def test_the_hash_is_of_the_files(folder, tmp_path):
    tf.saved_model.save(_Module(), str(tmp_path))
    assert inception_extractor(folder).content_hash == inception_extractor(folder).content_hash
    (tmp_path / "assets").mkdir(exist_ok=True)
    (tmp_path / "assets" / "more").write_text("x")
    assert inception_extractor(tmp_path).content_hash != inception_extractor(folder).content_hash


def test_another_graph_is_refused(tmp_path):
    tf.saved_model.save(_Module(logits=1000), str(tmp_path))
    with pytest.raises(ValueError, match=r"is not TF-GAN's Inception module.*\(1, 1000\)"):
        inception_extractor(tmp_path)


def test_a_graph_that_is_no_classifier_is_refused(tmp_path):
    tf.saved_model.save(tf.Module(), str(tmp_path))
    with pytest.raises(ValueError, match="is not TF-GAN's Inception module"):
        inception_extractor(tmp_path)


def test_a_graph_that_would_write_a_file_is_not_loaded(tmp_path):
    class Writing(_Module):
        @tf.function(input_signature=[tf.TensorSpec([None, 299, 299, 3], tf.float32)])
        def __call__(self, images):
            tf.io.write_file(str(tmp_path / "written"), "pwned")
            return super().__call__(images)

    tf.saved_model.save(Writing(), str(tmp_path / "module"))
    with pytest.raises(NotAdmitted, match="more than compute: WriteFile"):
        inception_extractor(tmp_path / "module")
    assert not (tmp_path / "written").exists()


def test_operations_of_the_graph_of_2015_are_admitted():
    operations = {
        "AvgPool", "BatchNormWithGlobalNormalization", "BiasAdd", "Cast", "CheckNumerics", "Concat",
        "Const", "Conv2D", "DecodeJpeg", "ExpandDims", "Identity", "MatMul", "MaxPool", "Mul",
        "Placeholder", "Relu", "Reshape", "ResizeBilinear", "Softmax", "Squeeze", "Sub",
    }  # fmt: skip
    assert operations <= SERVED


def test_a_folder_without_a_graph_says_what_to_bring(tmp_path):
    with pytest.raises(FileNotFoundError, match="download .*inception.*no saved_model.pb"):
        inception_extractor(tmp_path)


def test_no_network_says_what_to_bring(monkeypatch):
    hub = pytest.importorskip("tensorflow_hub")

    def resolve(handle):
        assert handle == tf_gan.eval.INCEPTION_TFHUB
        raise OSError("Network is unreachable")

    monkeypatch.setattr(hub, "resolve", resolve)
    with pytest.raises(FileNotFoundError, match="give the folder as `path=`.*unreachable"):
        inception_extractor()


def test_the_handle_is_resolved(folder, monkeypatch):
    hub = pytest.importorskip("tensorflow_hub")
    monkeypatch.setattr(hub, "resolve", lambda handle: str(folder))
    assert inception_extractor().content_hash == inception_extractor(folder).content_hash
