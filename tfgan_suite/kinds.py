"""Kinds of data, inferred from the shapes and dtypes of networks where nobody declares them.

With `interface`, this is the one place that tells kinds of data apart by ranks, dtypes and numbers
of inputs.
"""

import itertools

import keras

from tfgan_suite.conditions import ImageCondition, Labels, Tokens, VectorCondition
from tfgan_suite.modalities import Audio, Image, Sequence, Vector, Video


def infer_modality(tensor):
    """The modality of a network's input or output, by its shape.

    | shape | modality |
    |---|---|
    | `[N, D]` | `Vector` (a `Table` must be declared) |
    | `[N, T, 1]` or `[N, T, 2]` | `Audio` of 16,000 samples in a second (other rates: declared) |
    | `[N, T, V]` with V > 2 | `Sequence` over V tokens that have no names |
    | `[N, H, W, C]` | `Image` |
    | `[N, T, H, W, C]` | `Video` of 8 frames in a second (other rates: declared) |

    All but the last axis and D may be of any size.

    Args:
        tensor: a `keras.KerasTensor`.

    Raises:
        ValueError: if it is none of these.
    """
    shape = tuple(tensor.shape)[1:]
    if shape and shape[-1] is not None:
        if len(shape) == 1:
            return Vector(shape[0])
        if len(shape) == 2:
            return Audio(shape[0], channels=shape[1]) if shape[1] <= 2 else Sequence(*shape)
        if len(shape) == 3:
            return Image(*shape)
        if len(shape) == 4:
            return Video(*shape)
    raise ValueError(
        "Networks take and make vectors (N, D), sequences (N, T, V), waveforms (N, T, 1 or 2), "
        "images (N, H, W, C) and videos (N, T, H, W, C), unless a kind is declared: pass "
        f"`modality=`. Received: shape {tuple(tensor.shape)}"
    )


def infer_condition(network, index, classes=None):
    """The condition that one of a network's inputs is for, by its dtype and shape.

    | dtype | shape | condition |
    |---|---|---|
    | integer | `[N]` or `[N, 1]` | `Labels`: `classes` of them, or as many as layers look up |
    | integer | `[N, T]` | `Tokens` without names: as many as the embedding has |
    | float | `[N, D]` | `Labels` where there are `classes`, one-hot; else `VectorCondition` |
    | float | `[N, H, W, C]` | `ImageCondition` |

    Attributes and masks must be declared.

    Args:
        network: functional `keras.Model`.
        index: of the input.
        classes: number of classes of labels; None to find it, or if the input has none.

    Raises:
        ValueError: if it is none of these, or the number of classes is not known or another one.
    """
    tensor = network.inputs[index]
    shape = tuple(tensor.shape)
    known = f"Received: input {index} of {network.name!r}, of shape {shape}"
    if keras.backend.is_int_dtype(tensor.dtype):
        found = classes_of_layers(network, index)
        if _is_of_labels(tensor):
            return Labels(_number_of_classes(network, classes, found, known))
        if len(shape) == 2 and found:
            return Tokens(found, shape[1])
        raise ValueError(
            "Integer labels must have shape (N,) or (N, 1), and tokens (N, T) and an embedding "
            f"that tells their number, unless a kind is declared: pass `condition=`. {known}"
        )
    if len(shape) == 4 and shape[3] is not None:
        return ImageCondition(*shape[1:])
    if len(shape) != 2 or shape[1] is None:
        raise ValueError(
            "A condition must be labels of shape (N,), tokens (N, T), vectors (N, D) or images "
            f"(N, H, W, C), unless its kind is declared: pass `condition=`. {known}"
        )
    if classes is None:
        return VectorCondition(shape[1])
    if classes != shape[1]:
        raise ValueError(
            f"One-hot labels of {classes} classes have {classes} components. "
            f"Received: classes={classes} for an input of shape {shape}"
        )
    return Labels(classes)


def _is_of_labels(tensor):
    return keras.backend.is_int_dtype(tensor.dtype) and tuple(tensor.shape)[1:] in ((), (1,))


def _number_of_classes(network, classes, found, known):
    if classes is not None and found is not None and classes > found:
        raise ValueError(
            f"The layers of {network.name!r} know {found} classes. Received: classes={classes}"
        )
    if not (classes or found):
        raise ValueError(
            "The number of classes is not known: no embedding of the labels was found. Give "
            f"`condition=Labels(classes)`. {known}"
        )
    return classes or found


def input_of_labels(network, first, classes):
    """Index of the input that `classes` is for: the first integer one for labels; without, the
    first for vectors of as many components; without, the first of all.
    """
    candidates = range(first, len(network.inputs))
    shapes = [tuple(tensor.shape) for tensor in network.inputs]
    integers = (i for i in candidates if _is_of_labels(network.inputs[i]))
    vectors = (i for i in candidates if shapes[i] == (None, classes))
    return next(itertools.chain(integers, vectors), first)


def classes_of_layers(network, index=1):
    """The least number of classes of all layers that look a network's labels up.

    Args:
        network: functional `keras.Model` one of whose inputs is one of integers.
        index: of that input.

    Returns:
        An int, or None if there is no such layer.
    """
    waiting, seen, found = [network.inputs[index]], set(), []
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
