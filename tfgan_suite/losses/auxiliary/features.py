"""Losses between the features that a network sees in two images."""

import keras
import tensorflow as tf

from tfgan_suite.distribution import mean_over_replicas
from tfgan_suite.losses._reduction import (
    DEFAULT_REDUCTION,
    at_least_float32,
    weighted,
)
from tfgan_suite.losses.auxiliary.reconstruction import differences
from tfgan_suite.registration import public, register

_DISTANCES = {"l1": tf.abs, "l2": tf.square}


def _pairs(real_features, fake_features):
    real, fake = tf.nest.flatten(real_features), tf.nest.flatten(fake_features)
    if len(real) != len(fake):
        raise ValueError(
            "Real and generated images must have the same features. "
            f"Received: {len(real)} and {len(fake)} tensors"
        )
    return list(zip(real, fake))


def _check_distance(distance):
    if distance not in _DISTANCES:
        raise ValueError(
            f"`distance` must be one of {tuple(_DISTANCES)}. Received: distance={distance!r}"
        )
    return distance


@public
def feature_matching_loss(real_features, fake_features):
    """Feature matching (Salimans et al. 2016, arXiv:1606.03498, section 3.1).

        sum over layers |mean f(x) - mean f(G(z))|_2^2     in [0, inf)

    The means run over the whole batch, over all replicas. No gradient goes to the real features:
    D is not trained by this loss.

    Args:
        real_features: a tensor `[N, ...]`, or a list of them: D's features of real images.
        fake_features: those of generated images; the batch size may differ.

    Raises:
        ValueError: if the shapes, or the numbers of tensors, differ.
    """
    total = 0.0
    for real, fake in _pairs(real_features, fake_features):
        real, fake = (tf.reduce_mean(at_least_float32(f), axis=0) for f in (real, fake))
        names = ("mean of real_features", "mean of fake_features")
        difference = differences(
            tf.stop_gradient(mean_over_replicas(real)), mean_over_replicas(fake), names
        )
        total += tf.reduce_sum(tf.square(difference))
    return total


@public
def paired_feature_matching_loss(
    real_features, fake_features, distance="l1", weights=1.0, reduction=DEFAULT_REDUCTION
):
    """Feature matching of pairs (pix2pixHD: Wang et al. 2017, arXiv:1711.11585, equation 4).

        sum over layers mean |f(y) - f(G(x))|     in [0, inf)

    For translators, whose output has a target. No gradient goes to the real features.

    Args:
        real_features: a tensor `[N, ...]`, or a list of them: D's features of the targets.
        fake_features: those of the outputs, of the same shapes.
        distance: `"l1"` or `"l2"` (squared).
        weights: a number or one for each example.
        reduction: TF-GAN's name of a reduction.

    Raises:
        ValueError: if the shapes, or the numbers of tensors, differ, or the distance is unknown.
    """
    apply = _DISTANCES[_check_distance(distance)]
    total = 0.0
    for real, fake in _pairs(real_features, fake_features):
        difference = differences(tf.stop_gradient(real), fake, ("real_features", "fake_features"))
        total += weighted(apply(difference), weights, reduction)
    return total


@register
class PerceptualLoss:
    """Distance of two images in the features of a network (Johnson et al. 2016, arXiv:1603.08155,
    section 3.1, "feature reconstruction loss"; the content loss of SRGAN, arXiv:1609.04802,
    equation 5).

        sum over outputs mean |f(y) - f(G(x))|^2     in [0, inf)

    The network is frozen: it runs in inference mode and is not trained by this loss.

    Args:
        feature_model: a built `keras.Model` from images to a tensor of features, or a list of them.
        distance: `"l2"` (squared, as in the papers) or `"l1"`.
        preprocess: a function of images in [-1, 1] to what the network takes, for example
            `keras.applications.vgg19.preprocess_input` after a change of range; registered with
            Keras if the loss is to be saved. None for none.

    Raises:
        ValueError: if `feature_model` is not a `keras.Model`, or the distance is unknown.
    """

    def __init__(self, feature_model, distance="l2", preprocess=None):
        if not isinstance(feature_model, keras.Model):
            raise ValueError(
                f"`feature_model` must be a keras.Model. Received: feature_model={feature_model!r}"
            )
        self.feature_model = feature_model
        self.distance = _check_distance(distance)
        self.preprocess = preprocess

    def __call__(self, targets, outputs, weights=1.0, reduction=DEFAULT_REDUCTION):
        """Returns the loss of `outputs` (images `[N, ...]`) against `targets` of the same shape."""
        differences(targets, outputs, ("targets", "outputs"))
        features = [self._features(images) for images in (targets, outputs)]
        return paired_feature_matching_loss(*features, self.distance, weights, reduction)

    def _features(self, images):
        images = at_least_float32(images)
        return self.feature_model(
            images if self.preprocess is None else self.preprocess(images), training=False
        )

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        return {
            "feature_model": serialize(self.feature_model),
            "distance": self.distance,
            "preprocess": self.preprocess and serialize(self.preprocess),
        }

    @classmethod
    def from_config(cls, config):
        """Rebuilds the loss; as everywhere in Keras, a config holds no weights of the network."""
        deserialize = keras.saving.deserialize_keras_object
        preprocess = config["preprocess"] and deserialize(config["preprocess"])
        return cls(deserialize(config["feature_model"]), config["distance"], preprocess)
