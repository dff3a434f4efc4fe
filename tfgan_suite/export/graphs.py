"""Checks of an exported model's graph: what it takes, makes, runs and stores."""

import math

import numpy as np
import tensorflow as tf
from tensorflow.python.framework import op_def_registry

from tfgan_suite.export.files import Failed
from tfgan_suite.export.inputs import KEYS, Input
from tfgan_suite.export.signatures import FORBIDDEN_OPS

PREDICT = "tensorflow/serving/predict"
_INIT = "__saved_model_init_op"  # TensorFlow's own, which no client may call
_SOURCES = ({"latents"}, {"images"})
_CONDITIONS = {"labels", "condition"}
# Read weights, call functions, check values: the only operations with a state or an effect.
_STATEFUL = {
    "VarHandleOp", "ReadVariableOp", "StatefulPartitionedCall", "Placeholder", "Assert",
    "StatelessWhile", "While",
}  # fmt: skip
_BOOKKEEPING = "_CHECKPOINTABLE_OBJECT_GRAPH"
_MOST = 1.05  # bytes stored for each byte of weights
_SMALL = 64 * 1024  # bytes of constants that every graph may have


def signatures(model):
    """Dict of names to `SignatureDef`s that clients may call."""
    return {n: s for n, s in sorted(model.graph.signature_def.items()) if n != _INIT}


def inputs(definition, classes):
    """List of the `Input`s of a `SignatureDef`, latents, seeds or images first."""
    known = {key: info for key, info in definition.inputs.items() if key in KEYS}
    rows = {k: tuple(d.size if d.size >= 0 else None for d in info.tensor_shape.dim[1:])
            for k, info in known.items()}  # fmt: skip
    order = ("latents", "seeds", "images", "psi", "labels", "condition")
    return [Input(key, rows[key], classes) for key in order if key in rows]


def check_tags(model):
    """One graph, with the tag `serve` alone."""
    tags = [sorted(graph.meta_info_def.tags) for graph in model.graphs]
    if tags != [["serve"]]:
        raise Failed(f"graphs with the tags {tags}, not one with [['serve']]")
    return "serve"


def check_signatures(model):
    """The signatures that this kind of generator must have, with the keys they must have."""
    found = {n: (set(s.inputs), set(s.outputs)) for n, s in signatures(model).items()}
    if "serving_default" not in found:
        raise Failed(f"no signature `serving_default` among {sorted(found)}")
    main = found["serving_default"][0] - _CONDITIONS
    condition = found["serving_default"][0] & _CONDITIONS
    if main not in _SOURCES:
        raise Failed(f"serving_default takes {sorted(found['serving_default'][0])}")
    expected = {"serving_default": (main | condition, {"images"})}
    source = main
    if main == {"latents"}:
        source = {"seeds"}
        expected["from_seed"] = (source | condition, {"images"})
        expected["truncated"] = ({"latents", "psi"} | condition, {"images"})
    shape = _images_shape(model)
    if shape is not None and len(shape) == 4 and shape[-1] in (1, 3):
        expected["png"] = (source | condition, {"image_bytes"})
    for name in sorted(expected.keys() | found):
        if expected.get(name) != found.get(name):
            raise Failed(f"{name}: {_keys(found.get(name))}, not {_keys(expected.get(name))}")
    for name, definition in signatures(model).items():
        if definition.method_name != PREDICT:
            raise Failed(f"{name} has the method {definition.method_name!r}, not {PREDICT!r}")
    return "; ".join(f"{name}: {_keys(found[name])}" for name in found)


def check_shapes(model):
    """Every input and output has a batch dimension, which is free."""
    for name, key, info in _tensors(model):
        shape = _shape(info)
        if not shape or shape[0] is not None:
            raise Failed(f"{name}: `{key}` has shape {shape}; its first dimension must be free")
    return f"images {_images_shape(model)}"


def check_dtypes(model):
    """The dtypes of the contract; none that REST does not know."""
    for name, key, info in _tensors(model):
        dtype = tf.as_dtype(info.dtype).name
        expected = Input(key).dtype if key in KEYS else "string"
        if dtype != expected:
            raise Failed(f"{name}: `{key}` is {dtype}, not {expected}")
    return "as the contract says"


def check_operations(model):
    """Nothing random but from seeds, nothing assigned, no Python, no custom operation."""
    for name, definition in signatures(model).items():
        ops = served_operations(model.graph, definition)
        random = {op for op in ops if "Random" in op} if "seeds" in definition.inputs else set()
        forbidden = {op for op in ops if FORBIDDEN_OPS.search(op)}
        forbidden -= {op for op in random if op.startswith("Stateless")}
        unknown = {op for op in ops if op_def_registry.get(op) is None}
        stateful = {op for op in ops - unknown if op_def_registry.get(op).is_stateful}
        bad = forbidden | unknown | (stateful - _STATEFUL)
        if bad:
            raise Failed(f"{name} runs {', '.join(sorted(bad))}")
    return f"{len(ops)} kinds, all TensorFlow's own"


def check_variables(model):
    """Every variable is stored as the graph reads it, whole and finite."""
    stored = model.checkpoint.get_variable_to_shape_map()
    shapes = sorted(tuple(shape) for key, shape in stored.items() if key != _BOOKKEEPING)
    declared = sorted(shape for shape, _ in _variables(model).values())
    if shapes != declared:
        raise Failed(f"{len(declared)} variables in the graph, {len(shapes)} that fit are stored")
    count = 0
    for key in sorted(stored):
        if key == _BOOKKEEPING:
            continue
        value = np.asarray(model.checkpoint.get_tensor(key))
        if not np.isfinite(value.astype(np.float64)).all():
            raise Failed(f"{key} has values that are not finite")
        count += value.size
    return f"{len(shapes)} with {count:,} values"


def check_size(model):
    """Each weight is stored once: at most 1.05 bytes for one byte of weights that are read."""
    read = set()
    for definition in signatures(model).values():
        read |= set(_reached(model.graph, definition))
    kept = _variables(model)
    weights = sum(math.prod(kept[n][0]) * kept[n][1].size for n in read & kept.keys())
    stored, dtypes = 0, model.checkpoint.get_variable_to_dtype_map()
    for key, shape in model.checkpoint.get_variable_to_shape_map().items():
        if key != _BOOKKEEPING:
            stored += math.prod(shape) * tf.as_dtype(dtypes[key]).size
    graph = model.graph.graph_def
    nodes = [*graph.node, *(n for body in graph.library.function for n in body.node_def)]
    constants = sum(n.attr["value"].tensor.ByteSize() for n in nodes if n.op == "Const")
    if stored + max(0, constants - _SMALL) > _MOST * weights:
        raise Failed(
            f"{stored:,} bytes stored and {constants:,} of constants for {weights:,} of weights"
        )
    files = sum(file.stat().st_size for file in model.path.rglob("*") if file.is_file())
    return f"{stored:,} bytes stored for {weights:,} of weights; {files:,} in all files"


def served_operations(graph, definition):
    """Types of all operations that a signature runs, those of called functions included."""
    functions = {body.signature.name: body for body in graph.graph_def.library.function}
    waiting, called, ops = list(_reached(graph, definition).values()), set(), set()
    while waiting:
        node = waiting.pop()
        ops.add(node.op)
        for attribute in node.attr.values():
            for name in [attribute.func.name, *(f.name for f in attribute.list.func)]:
                if name in functions and name not in called:
                    called.add(name)
                    waiting.extend(functions[name].node_def)
    return ops


def _reached(graph, definition):
    """Dict of the outer graph's nodes, by name, on which the outputs of a signature depend."""
    nodes = {node.name: node for node in graph.graph_def.node}
    waiting, reached = [info.name for info in definition.outputs.values()], {}
    while waiting:
        name = waiting.pop().lstrip("^").split(":")[0]
        if name not in reached:
            reached[name] = nodes[name]
            waiting.extend(nodes[name].input)
    return reached


def _variables(model):
    """Dict of the graph's variables to `(shape, dtype)`."""
    return {
        node.name: (
            tuple(d.size for d in node.attr["shape"].shape.dim),
            tf.as_dtype(node.attr["dtype"].type),
        )
        for node in model.graph.graph_def.node
        if node.op == "VarHandleOp"
    }


def _tensors(model):
    for name, definition in signatures(model).items():
        for tensors in (definition.inputs, definition.outputs):
            for key, info in sorted(tensors.items()):
                yield name, key, info


def _images_shape(model):
    """Shape of the images of `serving_default`; None without."""
    definition = signatures(model).get("serving_default")
    info = definition and dict(definition.outputs).get("images")
    return info and _shape(info)


def _shape(info):
    if info.tensor_shape.unknown_rank:
        return None
    return tuple(d.size if d.size >= 0 else None for d in info.tensor_shape.dim)


def _keys(pair):
    return "missing" if pair is None else f"{', '.join(sorted(pair[0]))} -> {', '.join(pair[1])}"
