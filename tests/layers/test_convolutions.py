"""Convolutions with derivatives by other formulas, against TensorFlow's and Keras's own."""

import collections
import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf
from oracles import array, maps, normal, randomize

from tfgan_suite import layers, networks
from tfgan_suite.layers import _convolutions
from tfgan_suite.layers._convolutions import Geometry

SIZES = [(14, 14), (7, 9), (8, 5), (13, 4)]
KERNELS = [(5, 5), (4, 4), (3, 2), (2, 5), (1, 1)]


def geometries():
    for size, kernel, stride in itertools.product(SIZES, KERNELS, (1, 2, 3)):
        yield Geometry.of(size, kernel, stride, "SAME")
        if all(k <= n for k, n in zip(kernel, size)):
            yield Geometry.of(size, kernel, stride, "VALID")


def tensors(geometry, channels=3):
    """x, y and a kernel of a geometry, in float64."""
    x = maps(2, *geometry.large, channels)
    y = maps(2, *geometry.small, 4, seed=1)
    kernel = normal(*geometry.kernel, channels, 4, seed=2)
    return tuple(map(tf.constant, (x, y, kernel)))


def test_small_maps_have_the_size_that_tensorflow_makes():
    for geometry in geometries():
        x, _, kernel = tensors(geometry)
        y = tf.nn.conv2d(x, kernel, geometry.stride, geometry.padding)
        assert tuple(y.shape[1:3]) == geometry.small, geometry


@pytest.mark.parametrize("channels", [1, 3])
def test_a_map_gathered_a_stride_at_a_time_is_the_transposed_convolution(channels):
    for geometry in geometries():
        if geometry.stride == 1:
            continue
        _, y, kernel = tensors(geometry, channels)
        expected = _convolutions._transposed(y, kernel, geometry)
        found = _convolutions._gathered(y, kernel, geometry)
        np.testing.assert_allclose(found, expected, atol=1e-12, err_msg=str(geometry))


def test_a_kernel_by_correlation_is_the_derivative_by_the_kernel():
    for geometry in geometries():
        if min(min(pair) for pair in geometry.zeros()) < 0:
            continue  # left to TensorFlow: see `correlates`
        x, y, _ = tensors(geometry)
        expected = _convolutions._by_kernel(x, y, geometry)
        found = _convolutions._correlated(x, y, geometry)
        np.testing.assert_allclose(found, expected, atol=1e-12, err_msg=str(geometry))


# --- The layers --------------------------------------------------------------------------------

# Both formulas; by the image alone; by the kernel alone, with a stride and without.
CASES = {
    "discriminator": ("Conv2D", (32, 8, 8, 3), {"filters": 4, "kernel_size": 5, "strides": 2}),
    "image": ("Conv2D", (2, 24, 20, 1), {"filters": 4, "kernel_size": 4, "strides": 2}),
    "features": ("Conv2D", (32, 8, 8, 16), {"filters": 4, "kernel_size": 3, "strides": 2}),
    "small": ("Conv2D", (32, 4, 4, 16), {"filters": 5, "kernel_size": 3}),
    "valid": ("Conv2D", (2, 9, 10, 3), {"filters": 4, "kernel_size": 3, "strides": 2}),
    "generator": ("Conv2DTranspose", (2, 7, 6, 4), {"filters": 1, "kernel_size": 5, "strides": 2}),
    "odd": (
        "Conv2DTranspose", (2, 4, 4, 4),
        {"filters": 3, "kernel_size": 5, "strides": 2, "output_padding": (0, 1)},
    ),
    "middle": ("Conv2DTranspose", (32, 4, 4, 6), {"filters": 16, "kernel_size": 4, "strides": 2}),
}  # fmt: skip


def pair(name, dtype="float32", of="float64"):
    """A layer, Keras's of the same weights in another precision, and an input."""
    kind, shape, options = CASES[name]
    options = {"padding": "valid" if name == "valid" else "same", **options}
    ours = getattr(layers, kind)(**options, activation="tanh", dtype=dtype)
    ours.build(shape)
    theirs = getattr(keras.layers, kind)(**options, activation="tanh", dtype=of)
    theirs.build(shape)
    theirs.set_weights([0.3 * w for w in randomize(ours).get_weights()])
    ours.set_weights(theirs.get_weights())
    return ours, theirs, maps(*shape)


def derivatives(layer, x, order):
    """Output of a training call; derivatives of a function of it by the input and all weights."""
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x, training=True)
            loss = tf.reduce_sum(tf.sin(tf.cast(y, tf.float64)))
        if order == 2:
            by_input = tape.gradient(loss, x)
            loss = tf.reduce_sum(tf.square(tf.cast(by_input, tf.float64)))
    return [y, *outer.gradient(loss, [x, *layer.trainable_variables])]


def compare(found, expected, tolerance):
    for value, exact in zip(found, expected, strict=True):
        exact = array(exact)
        np.testing.assert_allclose(array(value), exact, atol=tolerance * np.abs(exact).max())


@pytest.mark.parametrize("how", ["eager", "graph", "xla"])
@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", CASES)
def test_values_and_derivatives_are_those_of_keras_in_float64(name, order, how):
    ours, theirs, x = pair(name)
    function = derivatives
    if how != "eager":
        function = tf.function(derivatives, autograph=False, jit_compile=how == "xla")
    found = function(ours, tf.constant(x, tf.float32), order)
    compare(found, derivatives(theirs, tf.constant(x), order), 2e-5)


@pytest.mark.parametrize("name", CASES)
def test_bfloat16_is_as_exact_as_that_of_keras(name):
    ours, exact, x = pair(name, "bfloat16")
    _, theirs, _ = pair(name, of="bfloat16")
    x = tf.cast(x, tf.bfloat16)
    expected = [array(v) for v in derivatives(exact, tf.cast(x, tf.float64), 1)]
    own, keras_own = (derivatives(layer, x, 1) for layer in (ours, theirs))
    for value, other, truth in zip(own, keras_own, expected, strict=True):
        assert value.dtype == tf.bfloat16
        error, bound = (np.linalg.norm(array(v) - truth) for v in (value, other))
        assert error <= 1.3 * bound + 1e-6


def kinds(layer, shape, dtype=tf.float32, training=True):
    """How often each type of operation is in the graph of a call and its first derivatives."""

    def function(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(layer(x, training=training))
        return tape.gradient(y, [x, *layer.trainable_variables])

    spec = tf.TensorSpec(shape, dtype)
    graph = tf.function(function, autograph=False).get_concrete_function(spec).graph
    return collections.Counter(op.type for op in graph.get_operations())


NATIVE = {"Conv2D": 1, "Conv2DBackpropInput": 1, "Conv2DBackpropFilter": 1}


@pytest.mark.parametrize(
    "name, expected",
    [
        ("image", {"Conv2D": 2, "Conv2DBackpropInput": 0, "Conv2DBackpropFilter": 1}),
        ("features", {"Conv2D": 2, "Conv2DBackpropInput": 1, "Conv2DBackpropFilter": 0}),
        ("small", {"Conv2D": 2, "Conv2DBackpropInput": 1, "Conv2DBackpropFilter": 0}),
        ("generator", {"Conv2D": 2, "Conv2DBackpropInput": 0, "Conv2DBackpropFilter": 1}),
        ("middle", {"Conv2D": 2, "Conv2DBackpropInput": 1, "Conv2DBackpropFilter": 0}),
    ],
)
def test_each_formula_is_taken_where_it_is_faster(name, expected):
    ours, _, x = pair(name)
    found = kinds(ours, x.shape)
    assert {kind: found[kind] for kind in NATIVE} == expected


@pytest.mark.parametrize(
    "layer, shape, dtype",
    [
        (layers.Conv2D(4, 5, 2, "same", dtype="float64"), (32, 8, 8, 3), "float64"),
        (layers.Conv2D(4, 5, 2, "same", dtype="float16"), (32, 8, 8, 3), "float16"),
        (layers.Conv2D(4, 5, 2, "same"), (32, 32, 32, 16), "float32"),  # neither few nor small
        (layers.Conv2D(4, 3, 1, "same"), (32, 16, 16, 3), "float32"),
        (layers.Conv2D(4, 5, 2, "same"), (4, 8, 8, 16), "float32"),  # too few images
        (layers.Conv2D(4, 5, 2, "same"), (None, 8, 8, 16), "float32"),
        (layers.Conv2D(4, 5, 2, "same"), (32, None, 8, 3), "float32"),
        (layers.Conv2D(4, 5, (2, 1), "same"), (32, 8, 8, 3), "float32"),
    ],
)
def test_the_rest_is_left_to_tensorflow(layer, shape, dtype):
    found = kinds(layer, shape, tf.as_dtype(dtype))
    assert {kind: found[kind] for kind in NATIVE} == NATIVE


def test_inference_is_left_to_keras():
    layer = layers.Conv2DTranspose(3, 5, 2, "same")
    found = kinds(layer, (2, 7, 7, 4), training=False)
    assert found["Conv2DBackpropInput"] == 1
    assert found["DepthToSpace"] == found["IdentityN"] == 0


def test_without_onednn_all_is_left_to_tensorflow(monkeypatch):
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
    ours, _, x = pair("discriminator")
    found = kinds(ours, x.shape)
    assert {kind: found[kind] for kind in NATIVE} == NATIVE


def test_a_gpu_is_left_to_tensorflow(monkeypatch):
    gpu = tf.config.LogicalDevice("/device:GPU:0", "GPU")
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind=None: [gpu])
    ours, _, x = pair("discriminator")
    found = kinds(ours, x.shape)
    assert {kind: found[kind] for kind in NATIVE} == NATIVE


def test_what_spectral_normalization_wraps_takes_them_too():
    wrapped = layers.SpectralNormalization(layers.Conv2D(4, 5, 2, "same"))
    assert kinds(wrapped, (32, 8, 8, 3))["DepthToSpace"] == 1


def test_networks_take_them():
    generator = networks.dcgan.build_generator(28, 1)
    discriminator = networks.dcgan.build_discriminator(28, 1)
    assert kinds(generator, (64, 100))["DepthToSpace"] == 1
    found = kinds(discriminator, (64, 28, 28, 1))
    assert found["DepthToSpace"] == 1  # back to the image
    assert found["Conv2DBackpropFilter"] == 1  # of the first layer, whose maps are large


def test_a_saved_layer_is_the_same(tmp_path):
    ours, _, x = pair("odd")
    model = keras.Sequential([keras.Input(x.shape[1:]), ours])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert isinstance(loaded.layers[-1], layers.Conv2DTranspose)
    np.testing.assert_array_equal(array(model(x)), array(loaded(x)))


def test_two_replicas_have_the_derivatives_of_one(two_replicas):
    x = maps(64, 8, 8, 16).astype("float32")

    def total(layer, x):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.sin(layer(x, training=True)))
        gradients = tape.gradient(loss, [w.value for w in layer.trainable_variables])
        context = tf.distribute.get_replica_context()
        return context.all_reduce(tf.distribute.ReduceOp.SUM, gradients)

    def layer():
        made = layers.Conv2D(4, 5, 2, "same")
        made.build(x.shape)
        return randomize(made)

    alone = [array(g) for g in total(layer(), tf.constant(x))]
    with two_replicas.scope():
        shared = layer()

    @tf.function
    def step(x):
        return two_replicas.run(total, args=(shared, x))

    batches = tf.data.Dataset.from_tensors(x).unbatch().batch(64)
    found = step(next(iter(two_replicas.experimental_distribute_dataset(batches))))
    local = [two_replicas.experimental_local_results(g)[0] for g in found]
    compare(local, alone, 1e-5)


# --- Groups --------------------------------------------------------------------------------------


def of_blocks(kernel, groups):
    """The kernel of a plain convolution that equals one in groups: zeros between them."""
    *size, channels, filters = kernel.shape
    by_group = tf.reshape(kernel, [*size, 1, channels, groups, filters // groups])
    whole = by_group * tf.reshape(tf.eye(groups, dtype=kernel.dtype), [1, 1, groups, 1, groups, 1])
    return tf.reshape(whole, [*size, groups * channels, filters])


@pytest.mark.parametrize("padding, strides", [("same", 1), ("valid", 2)])
def test_groups_have_the_values_of_keras_and_derivatives_of_first_and_second_order(
    padding, strides
):
    options = {"groups": 3, "strides": strides, "padding": padding, "dtype": "float64"}
    layer, keras_own = layers.Conv2D(6, 3, **options), keras.layers.Conv2D(6, 3, **options)
    x = tf.constant(maps(2, 6, 5, 9))
    for each in (layer, keras_own):
        each.build(x.shape)
    layer.kernel.assign(normal(3, 3, 3, 6))
    layer.bias.assign(normal(6, seed=1))
    keras_own.set_weights(layer.get_weights())
    np.testing.assert_allclose(layer(x, training=True), keras_own(x), atol=1e-12)

    def plain(x):
        y = tf.nn.conv2d(x, of_blocks(layer.kernel.value, 3), strides, padding.upper())
        return y + layer.bias.value

    found, expected = (slopes(f, x, layer.kernel) for f in (layer, plain))
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-11)


def slopes(f, x, kernel):
    """Derivatives by x and the kernel, and of a penalty on the first by both."""
    with tf.GradientTape(persistent=True) as outer:
        outer.watch(x)
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            y = tf.reduce_sum(tf.tanh(f(x)))
        first = tape.gradient(y, [x, kernel.value])
        penalty = tf.reduce_sum(tf.square(first[0]))
    return [*first, *outer.gradient(penalty, [x, kernel.value])]
