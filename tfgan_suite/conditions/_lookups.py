"""The number of classes that a network's layers know: those that look its labels up."""

import keras


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
