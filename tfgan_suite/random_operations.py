"""Operations of TensorFlow that draw from a state which no checkpoint keeps."""

# How they are called: TensorFlow's own, and those of `tf.random.Generator`.
_DRAWS = (
    "Random", "Multinomial", "TruncatedNormal", "ParameterizedTruncatedNormal", "StatefulRandom",
    "StatefulUniform", "StatefulStandardNormal", "StatefulTruncatedNormal", "Rng",
)  # fmt: skip


def stateful_draws(graph, others=()):
    """Names of the operations of a graph, and of all functions in it, that draw from such a state.

    Args:
        graph: a `tf.Graph`.
        others: beginnings of further types of operations to look for.
    """
    definition = graph.as_graph_def()
    kinds = (*_DRAWS, *others)
    return [
        node.name
        for nodes in (definition.node, *(f.node_def for f in definition.library.function))
        for node in nodes
        if node.op.startswith(kinds)
    ]
