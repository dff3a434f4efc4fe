"""Gradient normalization of a whole discriminator."""

import keras
import tensorflow as tf

from tfgan_suite.layers._checks import positive
from tfgan_suite.registration import public, register


@register
class GradientNormalization(keras.layers.Wrapper):
    """Divides a discriminator's output so that its gradient has norm at most 1.

    Gradient Normalization for Generative Adversarial Networks, Wu et al. 2021 (arXiv:2109.02235),
    eq. 8 and 9:

        f_hat(x) = f(x) / (|grad_x f(x)| + |f(x)|)

    |grad f_hat| <= 1 holds for f that are piecewise linear in x, as theorem 3 assumes: with ReLU or
    LeakyReLU and without normalization by the input's own statistics. f_hat is in (-1, 1). Where
    both terms vanish, f_hat is 0; there is an epsilon inside the root of the norm, whose derivative
    at 0 would be NaN (the authors' code has none).

    Each image must have one output that depends on no other image. The derivative with respect to
    the weights goes through grad f: an update costs about twice that of f. The norm is computed in
    float32 whatever the policy of f.

    `gradient_normalized(f)` gives a functional model, for a trainer.

    Input: that of f, images or `[images, condition]`; the gradient is with respect to the images.
    Output: float32 (float64 for float64 images) of f's shape, `[N, 1]` or `[N]`.

    Args:
        layer: f, a discriminator as a `keras.Model` or a layer.
        epsilon: added to the squared norm.
        **kwargs: `name` and `trainable`.

    Raises:
        ValueError: if `epsilon` is not positive, or f has several outputs for an image or does not
            depend on the images by differentiable operations.
    """

    def __init__(self, layer, epsilon=1e-12, **kwargs):
        # The images stay as they come; f casts them for itself.
        kwargs["dtype"] = getattr(layer, "variable_dtype", "float32")
        super().__init__(layer, autocast=False, **kwargs)
        self.epsilon = positive("epsilon", epsilon)

    def call(self, inputs, training=None):
        structured = isinstance(inputs, (tuple, list))
        images, *condition = inputs if structured else [inputs]
        if images.dtype != tf.float64:
            images = tf.cast(images, tf.float32)
        with tf.GradientTape() as tape:
            tape.watch(images)
            f = self.layer([images, *condition] if structured else images, training=training)
            f = tf.cast(f, images.dtype)
        if f.shape.rank not in (1, 2) or (f.shape.rank == 2 and f.shape[1] != 1):
            raise ValueError(
                "Gradient normalization needs one output for each image, of shape (N, 1) or (N,). "
                f"Received: {self.layer.name!r} with an output of shape {tuple(f.shape)}"
            )
        gradients = tape.gradient(f, images)
        if gradients is None:
            raise ValueError(
                "The output must depend on the images by differentiable operations. "
                f"Received: {self.layer.name!r}, whose gradient is None"
            )
        squares = tf.reduce_sum(tf.square(gradients), axis=list(range(1, images.shape.rank)))
        norms = tf.reshape(tf.sqrt(squares + self.epsilon), tf.shape(f))
        return f / (norms + tf.abs(f))

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}


@public
def gradient_normalized(discriminator, epsilon=1e-12, name=None):
    """Returns a functional `keras.Model` of the same inputs: `GradientNormalization` of f.

    Args:
        discriminator: f, a functional `keras.Model` from images, or `[images, condition]`, to one
            output for each image. Its weights are shared.
        epsilon: see `GradientNormalization`.
        name: of the model; None for that of `discriminator` with "_normalized".

    Raises:
        ValueError: as `GradientNormalization`, or if the model is not functional.
    """
    tensors = getattr(discriminator, "inputs", None)
    if not isinstance(discriminator, keras.Model) or not tensors:
        raise ValueError(
            "`discriminator` must be a functional keras.Model. "
            f"Received: discriminator={discriminator!r}"
        )
    inputs = [keras.Input(t.shape[1:], dtype=t.dtype, name=t.name) for t in tensors]
    inputs = inputs if len(inputs) > 1 else inputs[0]
    f_hat = GradientNormalization(discriminator, epsilon, name="gradient_normalization")
    return keras.Model(inputs, f_hat(inputs), name=name or f"{discriminator.name}_normalized")
