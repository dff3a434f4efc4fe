"""What a SavedModel would run, read off its files and its graphs."""

import graphlib
import os
import pathlib
import stat

from tensorflow.python.framework import op_def_registry

from tfgan_suite.admission.allowed_operations import RESTORING, SAVING, SERVED

_LARGEST = 5_000_000  # operations, with each call in the place of what it calls
_OBJECTS = {
    "user_object", "variable", "function", "bare_concrete_function", "constant", "captured_tensor",
}  # fmt: skip
_CALLS = {"PartitionedCall", "StatefulPartitionedCall"}


class NotAdmitted(ValueError):
    """A SavedModel that could do more than compute."""


def check_files(path):
    """Raises NotAdmitted unless all below a directory are folders, files, or links to such.

    What else there is, a pipe or a device, could keep whoever reads it waiting for ever.
    """
    path = pathlib.Path(path)
    for folder, _, files in os.walk(path):
        for name in files:
            entry = pathlib.Path(folder, name)
            try:
                mode = entry.stat().st_mode
            except OSError as error:  # a link that leads nowhere
                raise NotAdmitted(f"{entry.relative_to(path)} cannot be read: {error}") from error
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                raise NotAdmitted(f"{entry.relative_to(path)} is neither a file nor a folder")


def check_graph(graph):
    """Raises NotAdmitted for a `MetaGraphDef` that could do more than compute.

    - Operations: those of `SERVED` alone, in the graph, in all functions, in what is run when the
      model is loaded; reading the weights beside them where they are restored, and writing them
      where nothing but a saver reaches.
    - Functions: none that calls itself, is called without being there, bears the name of an
      operation, or grows beyond all measure once its calls are put in.
    - No assets, which are files that a graph reads, and no objects but weights and functions.
    """
    functions = _functions(graph)
    calls = {name: _calls(body.node_def, functions) for name, body in functions.items()}
    _check_objects(graph)
    main, saver = list(graph.graph_def.node), graph.saver_def
    _check_calls(calls, functions, main)
    asked = _reached(main, _entrances(graph))
    restoring = _reached(main, [saver.restore_op_name]) - asked
    saving = _reached(main, [saver.save_tensor_name]) - asked - restoring
    restores = [node for node in main if node.name in restoring]
    saves = [node for node in main if node.name in saving]
    served = [node for node in main if node.name not in restoring | saving]
    of_restores, of_saves, of_served = (
        _called(calls, _calls(nodes, functions)) for nodes in (restores, saves, served)
    )
    others = (set(functions) - of_restores - of_saves) | of_served
    others |= _called(calls, [*others, *graph.object_graph_def.concrete_functions])
    # Keras leaves assignments of its variables in the graph, from which nothing leads anywhere.
    idle = {n.name for n in served if n.op == "AssignVariableOp"} - asked
    _check_ops([n for n in served if n.name not in idle], functions, SERVED)
    _check_ops(_bodies(functions, others), functions, SERVED)
    _check_restoring(restores, [functions[n] for n in of_restores], saver.filename_tensor_name)
    _check_ops([*saves, *_bodies(functions, of_saves - others)], functions, SERVED | SAVING)


def _entrances(graph):
    """Names of what a loader or a request asks for: outputs, initializers, collections."""
    names = [name for kept in graph.collection_def.values() for name in kept.node_list.value]
    for name, signature in graph.signature_def.items():
        for key, info in signature.outputs.items():
            if info.WhichOneof("encoding") not in ("name", None):
                raise NotAdmitted(f"the output {key!r} of {name!r} is no plain tensor")
            names.append(info.name)
    return names


def _functions(graph):
    """Dict of the functions by name."""
    functions = {}
    for body in graph.graph_def.library.function:
        name = body.signature.name
        if name in functions or op_def_registry.get(name) is not None:
            raise NotAdmitted(f"two functions, or a function and an operation, are called {name}")
        functions[name] = body
    return functions


def _check_objects(graph):
    if graph.asset_file_def:
        names = ", ".join(sorted(asset.filename for asset in graph.asset_file_def))
        raise NotAdmitted(f"it has assets, files that a graph reads: {names}")
    for thing in graph.object_graph_def.nodes:
        kind = thing.WhichOneof("kind")
        if kind not in _OBJECTS:
            raise NotAdmitted(f"it has an object of the kind {kind!r}")
        registered = thing.registered_name or thing.registered_saver
        if registered:
            raise NotAdmitted(f"it has an object of a class of its own: {registered}")


def _check_calls(calls, functions, main):
    """No call leads back, and all of them together stay within bounds."""
    try:
        order = list(graphlib.TopologicalSorter(calls).static_order())
    except graphlib.CycleError as error:
        raise NotAdmitted(f"the function {error.args[1][0]} calls itself") from error
    sizes = {}
    for name in order:
        sizes[name] = len(functions[name].node_def) + sum(sizes[called] for called in calls[name])
    whole = len(main) + sum(sizes[called] for called in _calls(main, functions))
    if max([whole, *sizes.values()]) > _LARGEST:
        raise NotAdmitted(f"its calls add up to more than {_LARGEST:,} operations")


def _calls(nodes, functions):
    """Names of the functions that nodes call, each as often as it is called."""
    names = []
    for node in nodes:
        if node.op in functions:
            names.append(node.op)
        for attribute in node.attr.values():
            told = [attribute.func.name, *(function.name for function in attribute.list.func)]
            names += filter(None, told)
    missing = sorted(set(names) - set(functions))
    if missing:
        raise NotAdmitted(f"it calls functions that are not there: {', '.join(missing)}")
    return names


def _called(calls, names):
    """Names of functions, and of all that those call."""
    waiting, found = list(names), set()
    while waiting:
        name = waiting.pop()
        if name not in found and name in calls:
            found.add(name)
            waiting += calls[name]
    return found


def _bodies(functions, names):
    """All operations of some functions."""
    return [node for name in names for node in functions[name].node_def]


def _reached(nodes, names):
    """Names of the nodes on which those of some tensors or operations depend."""
    known = {node.name: node for node in nodes}
    waiting, found = [name for name in names if name], set()
    while waiting:
        name = waiting.pop().lstrip("^").split(":")[0]
        if name in known and name not in found:
            found.add(name)
            waiting += known[name].input
    return found


def _check_ops(nodes, functions, allowed):
    found = {node.op for node in nodes} - set(functions) - allowed
    if found:
        raise NotAdmitted(f"it has operations that may do more than compute: {_list(found)}")


def _check_restoring(nodes, bodies, filename):
    """The weights are read from the files beside the graph, whose name the loader gives."""
    given = filename.split(":")[0]
    plain = {"VarHandleOp", "NoOp", *_CALLS}
    # Any other operation that is fed would still be run for what waits for it.
    fed = {"Placeholder", "PlaceholderWithDefault"}
    strange = [n for n in nodes if n.op not in (plain | fed if n.name == given else plain)]
    if strange or len(bodies) > 1:
        raise NotAdmitted("its weights are not restored by one function, from its own files")
    for body in bodies:
        _check_ops(body.node_def, (), SERVED | RESTORING)
        arguments = {argument.name for argument in body.signature.input_arg}
        for node in body.node_def:
            if node.op == "RestoreV2" and node.input[0] not in arguments:
                raise NotAdmitted("its weights are restored from another place than its own files")


def _list(names):
    names = sorted(names)
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
