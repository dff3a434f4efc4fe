"""A discriminator's view of the variety in its minibatch."""

import keras
import tensorflow as tf

from tfgan_suite.checks import positive_int
from tfgan_suite.layers._checks import feature_maps, positive, sizes
from tfgan_suite.registration import register


@register
class MinibatchStddev(keras.layers.Layer):
    """Appends feature maps with the average standard deviation over a group of images.

    Progressive Growing of GANs, Karras et al. 2017 (arXiv:1710.10196), section 3: the standard
    deviation over the group of each feature at each position, sqrt(variance + epsilon), averaged
    over positions and over the channels of each of `num_features` parts, is put in front of every
    image of the group as a constant map.

    A group is `group_size` consecutive images of the replica's own batch, so that replicas with
    whole groups see what one device would see. (The authors' code strides through the batch, which
    is the same for shuffled images.) A batch that is no multiple of `group_size` takes the largest
    group size below that divides it; with groups of one the map is sqrt(epsilon).

    For discriminators only: rows depend on each other, so a network with this layer must not be
    served, and a penalty on each image's own gradient has no strict meaning with it.

    Input `[N, H, W, C]`, output `[N, H, W, C + num_features]`. Statistics in float32.

    Args:
        group_size: images in a group; None for the whole batch.
        num_features: maps appended; must divide C.
        epsilon: added to the variance, since the root has no derivative at 0.
        **kwargs: of `keras.layers.Layer`.

    Raises:
        ValueError: if a size is not a positive integer, the input has not rank 4 or C is no
            multiple of `num_features`.
    """

    def __init__(self, group_size=4, num_features=1, epsilon=1e-8, **kwargs):
        super().__init__(**kwargs)
        self.group_size = group_size
        if group_size is not None:
            positive_int("group_size", group_size)
        self.num_features = positive_int("num_features", num_features)
        self.epsilon = positive("epsilon", epsilon)

    def build(self, input_shape):
        channels = feature_maps(self, input_shape)[3]
        if channels % self.num_features:
            raise ValueError(
                "`num_features` must divide the number of channels. "
                f"Received: num_features={self.num_features}, input_shape={tuple(input_shape)}"
            )

    def call(self, x):
        n, height, width, channels = sizes(x)
        group = self._group(n)
        y = x if x.dtype == tf.float64 else tf.cast(x, tf.float32)
        part = channels // self.num_features
        y = tf.reshape(y, [-1, group, height, width, self.num_features, part])
        variance = tf.math.reduce_variance(y, axis=1, keepdims=True)
        stddev = tf.reduce_mean(tf.sqrt(variance + self.epsilon), axis=[2, 3, 5], keepdims=True)
        maps = tf.broadcast_to(stddev[..., 0], [*sizes(y)[:4], self.num_features])
        maps = tf.reshape(maps, [n, height, width, self.num_features])
        return tf.concat([x, tf.cast(maps, x.dtype)], axis=-1)

    def _group(self, n):
        if self.group_size is None:
            return n
        candidates = range(1, self.group_size + 1)
        if isinstance(n, int):
            return max(c for c in candidates if n % c == 0)
        candidates = tf.constant(list(candidates), n.dtype)
        return tf.reduce_max(tf.where(n % candidates == 0, candidates, 1))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:3], input_shape[3] + self.num_features)

    def get_config(self):
        return {
            **super().get_config(),
            "group_size": self.group_size,
            "num_features": self.num_features,
            "epsilon": self.epsilon,
        }
