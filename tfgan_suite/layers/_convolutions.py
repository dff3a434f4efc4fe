"""Two-dimensional convolution and its two derivatives, each by the formula that is fastest.

A convolution of stride s relates three tensors: the large map x `[N, H, W, C]`, the small map y
`[N, h, w, K]` and the kernel `[a, b, C, K]`, by (in each of both directions)

    y[i] = sum_k x[s i + k - p] kernel[k]

with p rows of zeros before x. Each of the three functions `small_map`, `large_map` and `kernel_of`
takes two of them and gives the third, or the derivative by the third; they are each other's
derivatives, and so differentiable as often as is asked for.

On a CPU oneDNN is slow at two things that all GANs do. For an image (at the end of the generator,
and in the way back through the discriminator) it computes 16 channels where there are one or three;
here one convolution without stride computes all positions in a stride as channels, and they are put
in their places. The derivative by the kernel, where maps are small, is here a convolution with the
small map as its kernel and the images as its channels.
"""

import contextlib
import dataclasses
import math
import os
import platform

import tensorflow as tf

# What is worth it was measured: `python -m tests.benchmarks.convolutions`.
_LANES = 16  # channels that oneDNN computes at once, whether they are there or not
_LEAST_CHANNELS = 16

_used = True


@contextlib.contextmanager
def tensorflows_own():
    """Within, convolutions are traced as TensorFlow has them."""
    global _used
    before, _used = _used, False
    try:
        yield
    finally:
        _used = before


@dataclasses.dataclass(frozen=True)
class Geometry:
    """How the maps and the kernel of a convolution fit each other.

    Attributes:
        large: `(height, width)` of the large map.
        small: of the small map.
        kernel: of the kernel.
        stride: in both directions.
        padding: `"SAME"` or `"VALID"`, as TensorFlow has them.
    """

    large: tuple
    small: tuple
    kernel: tuple
    stride: int
    padding: str

    @classmethod
    def of(cls, large, kernel, stride, padding):
        """The geometry of a convolution of a map of a size `(height, width)`."""
        reach = (1, 1) if padding == "SAME" else kernel
        small = tuple((n - r) // stride + 1 for n, r in zip(large, reach))
        return cls(tuple(large), small, tuple(kernel), stride, padding)

    def zeros(self):
        """Rows and columns of zeros around the large map: `((top, bottom), (left, right))`.

        Those behind it are negative where the kernel does not reach the end of the map.
        """
        pairs = []
        for large, small, kernel in zip(self.large, self.small, self.kernel):
            missing = (small - 1) * self.stride + kernel - large
            before = 0 if self.padding == "VALID" else max(missing, 0) // 2
            pairs.append((before, missing - before))
        return tuple(pairs)

    def taps(self):
        """First and last t in x[s i + r] = sum_t y[i - t] kernel[s t + r + p], in each direction.

        Those for which any r of 0..s-1 has a weight.
        """
        s = self.stride
        return tuple(
            (-((before + s - 1) // s), (kernel - 1 - before) // s)
            for kernel, (before, _) in zip(self.kernel, self.zeros())
        )

    def gathers(self, channels):
        """Whether the large map, of so many channels, is better computed a stride at a time."""
        if self.stride == 1:
            return False
        taps = math.prod(last - first + 1 for first, last in self.taps())
        here = taps * _computed(channels * self.stride**2)
        return here < math.prod(self.kernel) * _computed(channels)

    def correlates(self, images, channels, dtype):
        """Whether the kernel is better computed by a convolution with the small map.

        Args:
            images: number of images; None if unknown.
            channels: of the large map.
            dtype: of the maps.
        """
        if min(min(pair) for pair in self.zeros()) < 0 or channels < _LEAST_CHANNELS:
            return False
        if dtype == tf.bfloat16:
            most, least = 64, 16
        else:
            most, least = 64 if min(self.kernel) >= 5 else 16, 32
        return math.prod(self.small) <= most and (images or 0) >= least


def _computed(channels):
    return -(-channels // _LANES) * _LANES


def is_worth_it(geometry, images, channels, dtype):
    """Whether a convolution is better computed here than by TensorFlow alone.

    Args:
        geometry: its `Geometry`.
        images: number of images; None if unknown.
        channels: of the large map.
        dtype: of the maps.
    """
    if not _used or not _has_onednn() or dtype not in (tf.float32, tf.bfloat16):
        return False
    if has_accelerator():
        return False
    return geometry.gathers(channels) or geometry.correlates(images, channels, dtype)


def has_accelerator():
    """Whether TensorFlow has any other device than CPUs."""
    return any(device.device_type != "CPU" for device in tf.config.list_logical_devices())


def _has_onednn():
    """Whether TensorFlow computes with oneDNN; without it, its own kernels are often faster."""
    is_x86 = platform.machine().lower() in ("x86_64", "amd64")
    return is_x86 and os.environ.get("TF_ENABLE_ONEDNN_OPTS", "1") != "0"


def small_map(x, kernel, geometry):
    """The convolution itself.

    Args:
        x: the large map, `[N, H, W, C]`.
        kernel: `[a, b, C, K]`.
        geometry: a `Geometry`.

    Returns:
        The small map `[N, h, w, K]`.
    """

    @tf.custom_gradient
    def convolve(x, kernel):
        def derivatives(u):
            return large_map(u, kernel, geometry), kernel_of(x, u, geometry)

        return tf.nn.conv2d(x, kernel, geometry.stride, geometry.padding), derivatives

    return convolve(x, kernel)


def large_map(y, kernel, geometry):
    """The transposed convolution: also the derivative of a convolution by its large map.

    Args:
        y: the small map, `[N, h, w, K]`.
        kernel: `[a, b, C, K]`.
        geometry: a `Geometry`.

    Returns:
        The large map `[N, H, W, C]`.
    """
    function = _gathered if geometry.gathers(kernel.shape[2]) else _transposed

    @tf.custom_gradient
    def transpose(y, kernel):
        def derivatives(u):
            return small_map(u, kernel, geometry), kernel_of(u, y, geometry)

        return function(y, kernel, geometry), derivatives

    return transpose(y, kernel)


def kernel_of(x, y, geometry):
    """The derivative of a convolution by its kernel.

    Args:
        x: the large map, `[N, H, W, C]`.
        y: the small map, `[N, h, w, K]`, or the derivative by it.
        geometry: a `Geometry`.

    Returns:
        Tensor of the shape of the kernel, `[a, b, C, K]`.
    """
    correlates = geometry.correlates(x.shape[0], x.shape[3], x.dtype)
    function = _correlated if correlates else _by_kernel

    @tf.custom_gradient
    def correlate(x, y):
        def derivatives(u):
            return large_map(y, u, geometry), small_map(x, u, geometry)

        return function(x, y, geometry), derivatives

    return correlate(x, y)


# --- The formulas --------------------------------------------------------------------------------


def _transposed(y, kernel, geometry):
    shape = [tf.shape(y)[0] if y.shape[0] is None else y.shape[0], *geometry.large, kernel.shape[2]]
    return tf.nn.conv2d_transpose(y, kernel, shape, geometry.stride, geometry.padding)


def _gathered(y, kernel, geometry):
    """x[s i + r] for all r = 0..s-1 in one convolution of y: see `Geometry.taps`."""
    s, channels = geometry.stride, kernel.shape[2]
    reach, padding = [], []
    for large, small, size, (p, _), (first, last) in zip(
        geometry.large, geometry.small, geometry.kernel, geometry.zeros(), geometry.taps()
    ):
        reach.append((-(s * first + p), s * (last + 1) + p - size, last - first + 1))
        padding.append((last, -(-large // s) - small - first))
    (top, bottom, rows), (left, right, columns) = reach
    kernel = tf.pad(kernel, [(top, bottom), (left, right), (0, 0), (0, 0)])
    kernel = tf.reshape(kernel, [rows, s, columns, s, channels, -1])
    # TensorFlow's convolution has a plus where this one has the minus of `i - t`.
    kernel = tf.transpose(tf.reverse(kernel, [0, 2]), [0, 2, 5, 1, 3, 4])
    kernel = tf.reshape(kernel, [rows, columns, -1, s * s * channels])
    cut = [min(after, 0) for _, after in padding]  # rows of y that no x has a share in
    y = y[:, : y.shape[1] + cut[0], : y.shape[2] + cut[1]]
    padding = [(before, max(after, 0)) for before, after in padding]
    x = tf.nn.depth_to_space(tf.nn.conv2d(y, kernel, 1, [(0, 0), *padding, (0, 0)]), s)
    return x[:, : geometry.large[0], : geometry.large[1]]


def _by_kernel(x, y, geometry):
    s = geometry.stride
    return tf.raw_ops.Conv2DBackpropFilter(
        input=x,
        filter_sizes=[*geometry.kernel, x.shape[3], y.shape[3]],
        out_backprop=y,
        strides=[1, s, s, 1],
        padding=geometry.padding,
    )


def _correlated(x, y, geometry):
    """kernel[k] = sum_i x[s i + k - p] y[i]: a convolution of dilation s, over images too."""
    x, y = tf.transpose(x, [3, 1, 2, 0]), tf.transpose(y, [1, 2, 0, 3])
    padding = [(0, 0), *geometry.zeros(), (0, 0)]
    result = tf.nn.conv2d(x, y, 1, padding, dilations=geometry.stride)
    return tf.transpose(result, [1, 2, 0, 3])
