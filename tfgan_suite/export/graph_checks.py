"""Checks of an exported model's graph: what it takes, makes, runs and stores."""

import json
import math

import numpy as np
import tensorflow as tf
from tensorflow.python.framework import op_def_registry

from tfgan_suite import admission
from tfgan_suite.export.tracing import FORBIDDEN_OPS
from tfgan_suite.export.verdicts import Failed
from tfgan_suite.fields import fits

PREDICT = "tensorflow/serving/predict"
# Dtypes of further forms, which a modality may choose among those that REST knows.
_FORMS = {"string", "float32", "int32", "int64", "uint8"}
# Read weights, call functions, check values: the only operations with a state or an effect.
_STATEFUL = {
    "VarHandleOp", "ReadVariableOp", "StatefulPartitionedCall", "Placeholder", "Assert",
    "StatelessWhile", "While",
}  # fmt: skip
_BOOKKEEPING = "_CHECKPOINTABLE_OBJECT_GRAPH"
_MOST = 1.05  # bytes stored for each byte of weights
_SMALL = 64 * 1024  # bytes of constants that every graph may have


def check_tags(model):
    """One graph, with the tag `serve` alone."""
    tags = [sorted(graph.meta_info_def.tags) for graph in model.graphs]
    if tags != [["serve"]]:
        raise Failed(f"graphs with the tags {tags}, not one with [['serve']]")
    return "serve"


def check_signatures(model):
    """The signatures that the interface asks for, with the keys that it asks for."""
    found = {n: (set(s.inputs), set(s.outputs)) for n, s in model.definitions.items()}
    if "serving_default" not in found:
        raise Failed(f"no signature `serving_default` among {sorted(found)}")
    expected = {
        name: ({field.key for field in signature.fields}, {signature.output})
        for name, signature in model.signatures.items()
    }
    for name in sorted(expected.keys() | found):
        if expected.get(name) != found.get(name):
            raise Failed(f"{name}: {_keys(found.get(name))}, not {_keys(expected.get(name))}")
    for name, definition in model.definitions.items():
        if definition.method_name != PREDICT:
            raise Failed(f"{name} has the method {definition.method_name!r}, not {PREDICT!r}")
    return "; ".join(f"{name}: {_keys(found[name])}" for name in found)


def check_shapes(model):
    """Every input and output has a free batch dimension, and rows as the interface has them."""
    for name, key, info in _tensors(model):
        shape = _shape(info)
        if not shape or shape[0] is not None:
            raise Failed(f"{name}: `{key}` has shape {shape}; its first dimension must be free")
    made = model.interface.output
    for name, signature in model.requests.items():
        definition = model.definitions[name]
        rows = [(field.key, field.row, definition.inputs[field.key]) for field in signature.fields]
        if signature.form is None:
            rows.append((made.key, made.row, definition.outputs[made.key]))
        for key, row, info in rows:
            if not fits(_shape(info)[1:], row):
                raise Failed(f"{name}: `{key}` has rows of shape {_shape(info)[1:]}, not {row}")
    return f"{made.key} {_shape(model.definitions['serving_default'].outputs[made.key])}"


def check_dtypes(model):
    """The dtypes of the interface; none that REST does not know."""
    for name, signature in model.requests.items():
        definition = model.definitions[name]
        wanted = {field.key: {field.dtype} for field in signature.fields}
        made = _FORMS if signature.form else {model.interface.output.dtype}
        wanted[signature.output] = made | wanted.get(signature.output, made)
        for tensors in (definition.inputs, definition.outputs):
            for key, info in sorted(tensors.items()):
                dtype = tf.as_dtype(info.dtype).name
                if dtype not in wanted.get(key, ()):
                    raise Failed(f"{name}: `{key}` is {dtype}, not {_either(wanted.get(key))}")
    return "as the interface says"


def check_operations(model):
    """Nothing random but from seeds, nothing assigned, nothing that does more than compute."""
    admission.check_graph(model.graph)
    for name, definition in model.definitions.items():
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
    for definition in model.definitions.values():
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
    # A vocabulary, which the graph has to look words up, stands in the interface too.
    words = 2 * len(json.dumps(model.described_interface or ""))
    if stored + max(0, constants - _SMALL - words) > _MOST * weights:
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
    for name, definition in model.definitions.items():
        for tensors in (definition.inputs, definition.outputs):
            for key, info in sorted(tensors.items()):
                yield name, key, info


def _shape(info):
    if info.tensor_shape.unknown_rank:
        return None
    return tuple(d.size if d.size >= 0 else None for d in info.tensor_shape.dim)


def _keys(pair):
    return "missing" if pair is None else f"{', '.join(sorted(pair[0]))} -> {', '.join(pair[1])}"


def _either(dtypes):
    return " or ".join(sorted(dtypes)) if dtypes else "asked for"
