"""The receptive field of a network of convolutions."""

import keras

_CONVOLUTIONS = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D, keras.layers.SeparableConv2D)
_POOLS = (keras.layers.MaxPooling2D, keras.layers.AveragePooling2D)
# What has no window: each output sees everything, or the window differs between positions.
_REFUSED = (
    keras.layers.Conv2DTranspose,
    keras.layers.Dense,
    keras.layers.Flatten,
    keras.layers.GlobalAveragePooling2D,
    keras.layers.GlobalMaxPooling2D,
    keras.layers.Reshape,
)


def receptive_field(network):
    """Sides of the window of the input that one output of a chain of convolutions depends on.

    With kernels k_i, dilations d_i and strides s_i from the input on (Isola et al. 2017,
    arXiv:1611.07004, appendix 6.1.2, gives the results for PatchGAN):

        r = 1 + sum_i (k_i - 1) d_i s_1 ... s_{i-1}

    Normalization over the whole image is not counted, as in the paper.

    Args:
        network: functional `keras.Model`: one chain of layers from its inputs to its output.

    Returns:
        `(height, width)` in pixels.

    Raises:
        ValueError: if a layer has no window (a dense one, a transposed convolution), or the layers
            are not one chain.
    """
    field, step = [1, 1], [1, 1]
    for layer in _chain(network):
        kernel, strides, dilation = _window(layer)
        for axis in range(2):
            field[axis] += (kernel[axis] - 1) * dilation[axis] * step[axis]
            step[axis] *= strides[axis]
    return tuple(field)


def _chain(network):
    """The layers behind the inputs, in their order."""
    layers, previous = [], None
    for depth in sorted(network._nodes_by_depth, reverse=True):
        for node in network._nodes_by_depth[depth]:
            if node.is_input:
                continue
            follows = all(p is previous or (p.is_input and not layers) for p in node.parent_nodes)
            if not follows:
                raise ValueError(
                    "The receptive field is that of one chain of layers. Received: "
                    f"{network.name!r}, where {node.operation.name!r} does not follow the layer "
                    "before it alone"
                )
            previous = node
            layers.append(node.operation)
    return layers


def _window(layer):
    layer = getattr(layer, "layer", layer)  # of a wrapper, such as spectral normalization
    if isinstance(layer, _REFUSED):
        raise ValueError(
            "The receptive field is that of convolutions and poolings. "
            f"Received: {type(layer).__name__} {layer.name!r}"
        )
    if isinstance(layer, _CONVOLUTIONS):
        return layer.kernel_size, layer.strides, layer.dilation_rate
    if isinstance(layer, _POOLS):
        return layer.pool_size, layer.strides, (1, 1)
    return (1, 1), (1, 1), (1, 1)
