"""Conditions: the class labels, or vectors, that a network takes beside its main input."""

import keras
import numpy as np
import tensorflow as tf


def takes_labels(network):
    """Whether a network has a second input, and it is one of integers."""
    inputs = network.inputs
    return len(inputs) > 1 and keras.backend.is_int_dtype(inputs[1].dtype)


def classes_of_layers(network):
    """The least number of classes of all layers that look a network's labels up.

    Args:
        network: functional `keras.Model` whose second input is one of integer labels.

    Returns:
        An int, or None if there is no such layer.
    """
    waiting, seen, found = [network.inputs[1]], set(), []
    while waiting:
        tensor = waiting.pop()
        if id(tensor) in seen:
            continue
        seen.add(id(tensor))
        for operation in network.operations:
            for node in operation._inbound_nodes:
                if not any(tensor is given for given in node.input_tensors):
                    continue
                classes = _classes_of(operation)
                if classes:
                    found.append(classes)
                elif all(keras.backend.is_int_dtype(made.dtype) for made in node.output_tensors):
                    waiting.extend(node.output_tensors)  # reshaped or cast, still labels
    return min(found, default=None)


def _classes_of(operation):
    if isinstance(operation, keras.layers.Embedding):
        return operation.input_dim
    if isinstance(operation, keras.layers.CategoryEncoding):
        return operation.num_tokens
    wrapped = getattr(operation, "layer", None)
    if wrapped is not None:
        return _classes_of(wrapped)
    classes = getattr(operation, "num_classes", None)
    return classes if isinstance(classes, int) else None


def number_of_classes(trainer):
    """Number of classes among which a trainer's generator can be asked for one.

    Returns:
        The trainer's `num_classes` where it has one, else that of the layers which look the labels
        up; None for a generator without labels, or one that takes other vectors.
    """
    generator = trainer.generator
    if len(generator.inputs) < 2:
        return None
    classes = getattr(trainer, "num_classes", None)
    return classes or (classes_of_layers(generator) if takes_labels(generator) else None)


def balanced_labels(count, classes):
    """int32 labels `[count]`: 0, 1, ..., classes - 1, again from 0."""
    return np.arange(count, dtype=np.int32) % classes


def check_labels(labels, classes):
    """Raises ValueError unless all integers of an array are in [0, classes)."""
    if labels.size and not (0 <= labels.min() and labels.max() < classes):
        raise ValueError(
            f"Labels must lie in [0, {classes}), the classes that the network knows. "
            f"Received: labels from {labels.min()} to {labels.max()}"
        )


def as_input(labels, tensor, classes):
    """Integer labels `[N]` as a network takes them.

    Args:
        labels: integer tensor `[N]`.
        tensor: the network's input for them: integers `[N]` or `[N, 1]`, or one-hot `[N, K]`.
        classes: K.
    """
    if not keras.backend.is_int_dtype(tensor.dtype):
        return tf.one_hot(labels, classes, dtype=tensor.dtype)
    labels = tf.cast(labels, tensor.dtype)
    return labels[:, tf.newaxis] if len(tensor.shape) == 2 else labels
