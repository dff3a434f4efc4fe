"""Layers whose random draws no checkpoint can keep."""

import re

import tensorflow as tf

from tfgan_suite.random_operations import stateful_draws

# Whose layers draw from seeds that are variables.
_PACKAGES = ("keras", "tfgan_suite")


def unseeded(trainer):
    """Words about layers that draw by `tf.random`; "" if there is none.

    Args:
        trainer: a built trainer; networks with layers of one's own are traced, and not run.
    """
    found = []
    for name in trainer.network_names:
        network = getattr(trainer, name)
        own = [layer.name for layer in network._flatten_layers() if _is_own(layer)]
        drawing = _drawing_scopes(network, trainer.distribute_strategy) if own else set()
        found += [f"{key!r} of the {name}" for key in own if key in drawing]
    if not found:
        return ""
    return (
        "These layers draw by tf.random, whose state no checkpoint keeps: a resumed training draws "
        "something else. Use keras.random with a keras.random.SeedGenerator that is an attribute "
        f"of the layer. Received: {', '.join(found)}"
    )


def _is_own(layer):
    module = type(layer).__module__.partition(".")[0]
    return module not in _PACKAGES or type(layer).__name__ == "Lambda"


def _drawing_scopes(network, strategy):
    """Names of the layers within which operations draw from a state of TensorFlow."""
    @tf.function(autograph=False)
    def call(inputs):
        return network(inputs, training=True)

    specs = tf.nest.map_structure(lambda i: tf.TensorSpec(i.shape, i.dtype), network.input)
    with strategy.scope():
        graph = call.get_concrete_function(specs).graph
    parts = {part for name in stateful_draws(graph) for part in name.split("/")}
    # TensorFlow counts the calls of a layer in the names of their scopes.
    return parts | {re.sub(r"_\d+$", "", part) for part in parts}
