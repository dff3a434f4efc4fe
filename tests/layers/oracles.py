"""Independent references: NumPy in float64, and derivatives by finite differences."""

import keras
import numpy as np
import tensorflow as tf

rng = np.random.default_rng


def normal(*shape, seed=0):
    """Standard normal float64 numbers."""
    return rng(seed).normal(size=shape)


def maps(*shape, seed=0):
    """Uniform float64 numbers on [-1, 1)."""
    return rng(seed).uniform(-1, 1, shape)


def randomize(layer, seed=0):
    """Gives all float weights of a layer values that no initializer gives; returns the layer."""
    for index, weight in enumerate(layer.weights):
        if "float" in weight.dtype:
            value = 0.5 * normal(*weight.shape, seed=seed + index)
            weight.assign(np.abs(value) + 0.5 if "variance" in weight.path else value)
    return layer


def correlate(x, kernel, stride=1):
    """What TensorFlow calls a convolution, without padding: `[N, H, W, C]` by `[h, w, C, D]`."""
    h, w = kernel.shape[:2]
    windows = np.lib.stride_tricks.sliding_window_view(x, (h, w), axis=(1, 2))
    return np.einsum("nyxchw,hwcd->nyxd", windows[:, ::stride, ::stride], kernel)


def pad(x, before, after):
    """Zeros around both spatial axes."""
    return np.pad(x, [(0, 0), (before, after), (before, after), (0, 0)])


def zero_insert(x, factor=2):
    """Each pixel followed by zeros."""
    n, h, w, c = x.shape
    result = np.zeros((n, h * factor, w * factor, c))
    result[:, ::factor, ::factor] = x
    return result


def filtered(x, taps, gain=1.0):
    """True convolution of each map by the outer product of a filter, without padding."""
    taps = np.asarray(taps, "float64") / np.sum(taps)
    kernel = np.outer(taps, taps)[::-1, ::-1] * gain
    kernel = kernel[:, :, None, None]
    channels = [correlate(x[..., c : c + 1], kernel) for c in range(x.shape[-1])]
    return np.concatenate(channels, axis=-1)


def array(tensor):
    """A tensor as a float64 array."""
    return np.asarray(keras.ops.convert_to_numpy(tensor), "float64")


def _directional(value, points, seed):
    """Derivative of `value(*points)` in a random direction, by the tape and by differences."""
    directions = [normal(*p.shape, seed=seed + i) for i, p in enumerate(points)]
    tensors = [tf.constant(p) for p in points]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        result = value(*tensors)
    gradients = tape.gradient(result, tensors, unconnected_gradients="zero")
    by_tape = sum(np.sum(array(g) * d) for g, d in zip(gradients, directions))

    def moved(h):
        return float(value(*(tf.constant(p + h * d) for p, d in zip(points, directions))))

    h = 1e-5
    # Fourth order: errors of h^4 and of rounding.
    by_differences = (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h)
    return by_tape, by_differences


def derivatives(layer, inputs, call, order=1, seed=0):
    """Directional derivatives with respect to the float inputs and all trainable weights.

    Args:
        layer: a built layer of float64.
        inputs: list of float64 arrays.
        call: function of the list of input tensors that gives the layer's output.
        order: 1 for the derivative of a linear form of the output; 2 for that of the squared norm
            of the gradient of this form with respect to the first input.
        seed: of the direction.

    Returns:
        `(by_tape, by_differences)`.
    """
    weights = layer.trainable_variables
    points = [*inputs, *(array(w) for w in weights)]

    def form(*tensors):
        with keras.StatelessScope(list(zip(weights, tensors[len(inputs) :]))):
            y = call(list(tensors[: len(inputs)]))
        return tf.reduce_sum(y * tf.constant(normal(*y.shape, seed=99)))

    def squared_gradient(first, *others):
        with tf.GradientTape() as tape:
            tape.watch(first)
            value = form(first, *others)
        return tf.reduce_sum(tf.square(tape.gradient(value, first)))

    return _directional(form if order == 1 else squared_gradient, points, seed)
