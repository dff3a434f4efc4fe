"""A network as penalties see it: what it makes of images, and its gradient there."""

import keras
import tensorflow as tf

from tfgan_suite.interface import samples_in_packs
from tfgan_suite.losses._reduction import at_least_float32


class PenalizedNetwork:
    """A network as penalties call it: with images (or latents) alone, in training mode.

    The function that is trained is the one that is penalized, so Dropout drops and BatchNorm uses
    the statistics of the batch. But the call leaves no trace in the network: interpolated or
    augmented images move no average.

    Args:
        network: a `keras.Model`, or any callable.
        condition: what the network takes beside its input, one tensor or a list; or None.
        known: pairs `(input, output)` of calls made already; the same input tensor is not put
            through the network again.
    """

    def __init__(self, network, condition=None, known=()):
        self.network = network
        self.condition = condition
        self.known = [(x, at_least_float32(y)) for x, y in known if y is not None]

    @property
    def rows_per_output(self):
        """Rows of the inputs that one row of the outputs is of: more than one of packs."""
        if not isinstance(self.network, keras.layers.Layer):
            return 1
        return samples_in_packs(self.network)

    def __call__(self, inputs):
        for known, output in self.known:
            if inputs is known:
                return output
        arguments = inputs
        if self.condition is not None:
            several = isinstance(self.condition, (list, tuple))
            arguments = [inputs, *(self.condition if several else [self.condition])]
        if isinstance(self.network, keras.layers.Layer):
            with keras.StatelessScope():  # collects what layers assign, and is thrown away
                outputs = self.network(arguments, training=True)
        else:
            outputs = self.network(arguments)
        # Of a network with several outputs (AC-GAN) the first is the logits.
        first = outputs[0] if isinstance(outputs, (list, tuple)) else outputs
        return at_least_float32(first)


def input_gradients(network, inputs, weights=None, names=("discriminator", "images")):
    """Gradient of each row's outputs with respect to that row's input, or of a pack's to its rows.

    With several outputs a row (PatchGAN), it is the gradient of their sum, or of their sum weighted
    by `weights(outputs)` (a vector-Jacobian product).

    Args:
        network: a `PenalizedNetwork`.
        inputs: tensor `[N, ...]`.
        weights: a function of the outputs, or None.
        names: what errors call the network and its inputs.

    Returns:
        Tensor of the shape of `inputs`, of packs of m inputs `[N / m, m, ...]`; differentiable once
        more.

    Raises:
        ValueError: if the network's output does not depend on the inputs.
    """
    inputs = tf.identity(inputs)  # outputs known already have no tape to their input
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = network(inputs)
        if weights is not None:
            outputs = outputs * weights(outputs)
    gradients = tape.gradient(outputs, inputs)
    if gradients is None:
        raise ValueError(
            f"The {names[0]}'s output does not depend on the {names[1]} by differentiable "
            "operations, so a penalty on its gradient has no meaning. "
            f"Received: {names[0]}={network.network!r}"
        )
    m = network.rows_per_output
    if m > 1:
        gradients = tf.reshape(gradients, tf.concat([[-1, m], tf.shape(gradients)[1:]], axis=0))
        gradients = tf.ensure_shape(gradients, [None, m, *inputs.shape[1:]])
    return gradients


def squared_norms(tensor):
    """Squared Euclidean norm of each row: `[N, ...]` -> `[N]`."""
    return tf.reduce_sum(tf.square(tensor), axis=list(range(1, tensor.shape.rank)))
