"""The functions of an exported generator: copies of the weights, and graphs that read them."""

import contextlib
import re
import threading

import keras
import numpy as np
import tensorflow as tf

from tfgan_suite.admission.allowed_operations import SERVED
from tfgan_suite.export.request_checks import checked, with_finite
from tfgan_suite.export.signatures import signatures_of

# A served function must give the same answer after a restart, on any server, whatever was asked
# before: no random numbers but those drawn from an input, no assignment, no Python.
FORBIDDEN_OPS = re.compile(
    r"Random|Multinomial|StandardNormal|TruncatedNormal|StatefulUniform|^Rng"
    r"|^Assign|^Resource(Apply|Scatter)|PyFunc"
)
_TRACING = threading.Lock()  # tracing borrows the layers' dtype policies


def trace(generator, interface, max_rows):
    """Returns a `tf.Module` of copied weights and a dict of the concrete functions which use them.

    Args:
        generator: functional `keras.Model`.
        interface: its `Interface`.
        max_rows: largest number of rows in a request.

    Raises:
        ValueError: if a weight is not finite, or the generator cannot be served.
    """
    pairs = _copy_weights(generator)
    module = tf.Module(name="generator")
    module.weights = [copy for _, copy in pairs]

    @tf.function(autograph=False)  # traced once, called by every signature
    def generate(inputs, conditions):
        # In this scope Keras reads the copies in place of its own variables and drops updates.
        with keras.StatelessScope([(weight, copy.read_value()) for weight, copy in pairs]):
            return examples(generator, interface, inputs, conditions)

    def function(signature):
        def body(**values):
            values = checked(signature.fields, values, max_rows)
            made = generate(source_of(interface, values), signature.conditions_of(values))
            made = with_finite(made, signature.fields[0].key)
            return {signature.output: made if signature.form is None else signature.form(made)}

        specs = {field.key: field.spec for field in signature.fields}
        return tf.function(body, autograph=False).get_concrete_function(**specs)

    with float32_arithmetic(generator):
        functions = {}
        for name, signature in signatures_of(interface).items():
            functions[name] = function(signature)
            if name == "serving_default":
                _check_graph(functions[name], module.weights)
    return module, functions


def source_of(interface, values):
    """What the generator's first input gets of a request: a dict of tensors by key."""
    if not interface.takes_latents:
        return values[interface.source.key]
    prior = interface.source
    if "seeds" in values:
        return prior.from_seeds(values["seeds"])
    latents = values["latents"]
    return prior.truncate(latents, values["psi"]) if "psi" in values else latents


def examples(generator, interface, inputs, conditions):
    """What a generator makes, in the dtype of its modality.

    Args:
        generator: functional `keras.Model`, of which the first output counts.
        interface: its `Interface`.
        inputs: tensor for its first input.
        conditions: list of tensors in the order of the interface's conditions.
    """
    made = generator(interface.arguments(generator, inputs, conditions), training=False)
    return tf.cast(tf.nest.flatten(made)[0], interface.output.dtype)


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
    functions = {body.signature.name for body in graph.library.function}
    unknown = sorted({node.op for node in nodes} - functions - SERVED)
    if unknown:
        raise ValueError(
            "A served generator is made of operations that compute and do nothing else, those of "
            f"`allowed_operations.SERVED`. Received: a generator with {unknown}"
        )
    strangers = {id(v): v.name for v in function.graph.variables}
    for weight in weights:
        strangers.pop(id(weight), None)
    if strangers:
        raise ValueError(
            "Every variable the generator reads must be one of its Keras weights. "
            f"Received: a generator which also reads {sorted(strangers.values())}"
        )
