"""Several images that a discriminator judges together."""

import keras
import tensorflow as tf

from tfgan_suite.checks import positive_int
from tfgan_suite.registration import register


@register
class Pack(keras.layers.Layer):
    """Puts m consecutive rows of a batch together, along their last axis: PacGAN's packing.

    PacGAN: The power of two samples in generative adversarial networks, Lin et al. 2018
    (arXiv:1712.04086), section 3: a discriminator that judges m samples of one kind at once sees
    when those of the generator are alike. Images become channels of one image. As a discriminator's
    first layer (`networks.packing.build_discriminator`) it makes a logit for each pack; losses are
    means over packs, and penalties on the gradient take the norm of that by a whole pack.

    Input `[N, ..., C]`, output `[N / m, ..., m C]`; vectors `[N]` become `[N / m, m]`.

    Args:
        samples: m, rows in a pack.
        **kwargs: of `keras.layers.Layer`.

    Raises:
        ValueError: if `samples` is not a positive integer, or a batch is not of whole packs where
            its size is known; `tf.errors.InvalidArgumentError` where it is not.
    """

    def __init__(self, samples=2, **kwargs):
        kwargs.setdefault("autocast", False)  # labels stay integers
        super().__init__(**kwargs)
        self.samples = positive_int("samples", samples)

    @property
    def rows_per_output(self):
        """Rows of a batch that what follows makes one of, as trainers and penalties ask."""
        return self.samples

    def call(self, x):
        m, rows = self.samples, x.shape[0]
        words = f"A minibatch of each device, or micro-batch, must be of whole packs of {m} rows"
        if rows is not None and rows % m:
            raise ValueError(f"{words}. Received: {rows} rows in layer {self.name!r}")
        if rows is None:
            rows = tf.shape(x)[0]
            whole = tf.debugging.assert_equal(rows % m, 0, f"{words}: layer {self.name!r}")
            with tf.control_dependencies([] if whole is None else [whole]):
                rows = tf.identity(rows)
        rest = [tf.shape(x)[i] if n is None else n for i, n in enumerate(x.shape)][1:]
        packs = tf.reshape(x, [rows // m, m, *rest])
        rank = packs.shape.rank
        packs = tf.transpose(packs, [0, *range(2, rank - 1), 1, rank - 1]) if rest else packs
        packed = tf.reshape(packs, [rows // m, *rest[:-1], m * rest[-1]]) if rest else packs
        return tf.ensure_shape(packed, self.compute_output_shape(x.shape))

    def compute_output_shape(self, input_shape):
        rows, *rest = input_shape
        m = self.samples
        rows = None if rows is None else rows // m
        if not rest:
            return (rows, m)
        return (rows, *rest[:-1], None if rest[-1] is None else m * rest[-1])

    def compute_output_spec(self, x):
        return keras.KerasTensor(self.compute_output_shape(x.shape), dtype=x.dtype)

    def get_config(self):
        return {**super().get_config(), "samples": self.samples}
