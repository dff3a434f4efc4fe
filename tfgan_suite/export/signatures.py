"""The functions of an exported generator: copies of the weights, and graphs that read them."""

import contextlib
import re
import threading

import keras
import numpy as np
import tensorflow as tf

from tfgan_suite.export.inputs import Input, checked

# A served function must give the same answer after a restart, on any server, whatever was asked
# before: no random numbers but those drawn from an input, no assignment, no Python.
FORBIDDEN_OPS = re.compile(
    r"Random|Multinomial|StandardNormal|TruncatedNormal|StatefulUniform|^Rng"
    r"|^Assign|^Resource(Apply|Scatter)|PyFunc"
)
_TRACING = threading.Lock()  # tracing borrows the layers' dtype policies


def inputs_of(interface):
    """Returns a dict of every signature's name to the list of its `Input`s."""
    main, conditions = interface.main, interface.conditions
    signatures = {"serving_default": [main, *conditions]}
    source = main
    if main.key == "latents":
        source = Input("seeds")
        signatures["from_seed"] = [source, *conditions]
        signatures["truncated"] = [main, Input("psi"), *conditions]
    if interface.makes_pictures:
        signatures["png"] = [source, *conditions]
    return signatures


def trace(generator, interface, latent_prior, max_rows):
    """Returns a `tf.Module` of copied weights and a dict of the concrete functions which use them.

    Args:
        generator: functional `keras.Model`.
        interface: its `Interface`.
        latent_prior: has `from_seeds` and `truncate`; None for a translator.
        max_rows: largest number of rows in a request.

    Raises:
        ValueError: if a weight is not finite, or the generator cannot be served.
    """
    pairs = _copy_weights(generator)
    module = tf.Module(name="generator")
    module.weights = [copy for _, copy in pairs]

    @tf.function  # traced once, called by every signature
    def generate(values):
        # In this scope Keras reads the copies in place of its own variables and drops updates.
        with keras.StatelessScope([(weight, copy.read_value()) for weight, copy in pairs]):
            made = generator(interface.arguments(values), training=False)
            return tf.cast(made, tf.float32)

    def answer(name, values):
        values = dict(values)
        if "seeds" in values:
            values["latents"] = latent_prior.from_seeds(values.pop("seeds"))
        if "psi" in values:
            values["latents"] = latent_prior.truncate(values["latents"], values.pop("psi"))
        images = generate(values)
        return {"image_bytes": _png(images)} if name == "png" else {"images": images}

    def function(name, inputs):
        def body(**values):
            return answer(name, checked(inputs, values, max_rows))

        specs = {item.key: item.spec for item in inputs}
        return tf.function(body).get_concrete_function(**specs)

    with float32_arithmetic(generator):
        functions = {}
        for name, inputs in inputs_of(interface).items():
            functions[name] = function(name, inputs)
            if name == "serving_default":
                _check_graph(functions[name], module.weights)
    return module, functions


def _png(images):
    """PNG files of images in [-1, 1], rounded to 256 levels; what lies outside is clipped."""
    pixels = tf.cast(tf.round(tf.clip_by_value((images + 1.0) * 127.5, 0.0, 255.0)), tf.uint8)
    return tf.map_fn(
        tf.io.encode_png, pixels, fn_output_signature=tf.TensorSpec([], tf.string)
    )


def _copy_weights(generator):
    """Returns pairs of a Keras variable and a plain `tf.Variable` of the same value."""
    pairs = []
    for weight in generator.weights:
        value = np.asarray(weight)
        bad = value.size - np.count_nonzero(np.isfinite(value.astype(np.float64)))
        if bad:
            raise ValueError(
                "Every weight of an exported generator must be finite. "
                f"Received: {weight.path} with {bad} of {value.size} values NaN or infinite"
            )
        # Also under a GPU: a second copy of the weights would take its memory.
        with tf.device("CPU"):
            pairs.append((weight, tf.Variable(value, trainable=False, name=weight.path)))
    return pairs


@contextlib.contextmanager
def float32_arithmetic(generator):
    """Calls mixed-precision layers, also those inside others, as if built in float32."""
    with _TRACING:
        policies = [(layer, layer.dtype_policy) for layer in generator._flatten_layers()]
        mixed = [(layer, policy) for layer, policy in policies if policy.name.startswith("mixed_")]
        try:
            for layer, _ in mixed:
                layer.dtype_policy = "float32"
            yield
        finally:
            for layer, policy in mixed:
                layer.dtype_policy = policy


def _check_graph(function, weights):
    graph = function.graph.as_graph_def()
    nodes = [*graph.node, *(node for body in graph.library.function for node in body.node_def)]
    forbidden = sorted({node.op for node in nodes if FORBIDDEN_OPS.search(node.op)})
    if forbidden:
        raise ValueError(
            "A served generator must be a function of its latents alone, without random numbers, "
            f"assignments or Python calls at inference. Received: a generator with {forbidden}"
        )
    strangers = {id(v): v.name for v in function.graph.variables}
    for weight in weights:
        strangers.pop(id(weight), None)
    if strangers:
        raise ValueError(
            "Every variable the generator reads must be one of its Keras weights. "
            f"Received: a generator which also reads {sorted(strangers.values())}"
        )
