"""Batch normalization by one operation in place of a dozen."""

import keras
import tensorflow as tf

from tfgan_suite.registration import register


@register
class BatchNormalization(keras.layers.BatchNormalization):
    """`keras.layers.BatchNormalization` that takes TensorFlow's fused operation where it can.

    Batch Normalization, Ioffe & Szegedy 2015 (arXiv:1502.03167), algorithm 1. Keras computes mean,
    variance and output by a dozen operations, each of which reads the whole tensor; the fused one
    reads it twice, and keeps bfloat16 in memory while it computes in float32. Used in training for
    feature maps `[N, H, W, C]` in float32, bfloat16 or float16, without mask, synchronization or
    renormalization; everything else is Keras's own. Values, moving statistics and derivatives of
    both orders are the same but for rounding.

    Takes the arguments of `keras.layers.BatchNormalization`.
    """

    def call(self, inputs, training=None, mask=None):
        if not (training and self.trainable and self._can_be_fused(inputs, mask)):
            return super().call(inputs, training=training, mask=mask)
        channels = inputs.shape[-1]
        scale = tf.cast(self.gamma, tf.float32) if self.scale else tf.ones([channels])
        offset = tf.cast(self.beta, tf.float32) if self.center else tf.zeros([channels])
        # Not tf.compat.v1.nn.fused_batch_norm: it raises a smaller epsilon without a word.
        y, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=inputs,
            scale=scale,
            offset=offset,
            mean=tf.constant([]),
            variance=tf.constant([]),
            epsilon=self.epsilon,
            is_training=True,
        )
        # The operation gives the unbiased variance, of which Keras and the paper's y know nothing;
        # Keras's moving one is the biased.
        n = tf.cast(tf.size(inputs) // channels, tf.float32)
        variance *= (n - 1.0) / n
        for moving, value in ((self.moving_mean, mean), (self.moving_variance, variance)):
            value = tf.cast(value, moving.dtype)
            moving.assign(moving * self.momentum + value * (1.0 - self.momentum))
        return y

    def _can_be_fused(self, inputs, mask):
        return (
            inputs.shape.rank == 4
            and self.axis in (-1, 3)
            and inputs.dtype in (tf.float32, tf.bfloat16, tf.float16)
            and inputs.shape[-1] is not None
            and inputs.dtype == self.compute_dtype
            and mask is None
            and not self.synchronized
            and not self.renorm
        )
