"""What decides a training and is in no checkpoint: it is refused, or said as `fit` begins."""

import re
import warnings

import keras
import tensorflow as tf

from tfgan_suite.checkpointing import forgotten
from tfgan_suite.random_operations import stateful_draws

# Whose layers draw from seeds that are variables.
_PACKAGES = ("keras", "tfgan_suite")


def check_what_is_kept(trainer, callbacks):
    """Warns of callbacks and layers that a resumed training has not as they were.

    Args:
        trainer: a built trainer.
        callbacks: list of Keras callbacks, after `on_train_begin`.

    Raises:
        ValueError: if one of the callbacks restores trainings too.
    """
    if any(isinstance(c, keras.callbacks.BackupAndRestore) for c in callbacks):
        raise ValueError(
            "Checkpoints and BackupAndRestore would go back to states of their own: give `fit` "
            "one of them. Received: both"
        )
    for words in (forgotten(callbacks), _unseeded(trainer)):
        if words:
            warnings.warn(words)


def warn_of_lost_order(lost):
    """Warns that the order of data is not known, if there are words `lost` about why."""
    if lost is not None:
        warnings.warn(
            f"{lost}, so that this training resumes exactly only if the dataset gives the "
            "same elements in every iteration. `map`, `take`, `skip`, `prefetch` and `repeat()` "
            "of what `tfgan_suite.data.load` returns keep its order."
        )


def _unseeded(trainer):
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
