"""SavedModels that would do more than compute: `verify` and `evaluate` see it and load nothing."""

import os
import random
import shutil

import fuzzing
import pytest
import tensorflow as tf
from forging import rewrite_graph
from tensorflow.core.framework import node_def_pb2
from tensorflow.python.framework import op_def_registry

from tfgan_suite import admission
from tfgan_suite.admission.allowed_operations import RESTORING, SAVING, SERVED
from tfgan_suite.experiment.exported import ExportedGenerator
from tfgan_suite.export import verify

INIT = "__saved_model_init_op"
EVERY_OPERATION = [name for name in dir(tf.raw_ops) if name[0].isupper()]


@pytest.fixture
def copy(exported, tmp_path):
    """A copy of a sound model: its version 1."""
    return shutil.copytree(exported.parent, tmp_path / "model") / "1"


def constant(name, value):
    node = node_def_pb2.NodeDef(name=name, op="Const")
    node.attr["dtype"].type = node.attr["value"].tensor.dtype = 7
    node.attr["value"].tensor.string_val.append(os.fsencode(value))
    node.attr["value"].tensor.tensor_shape.SetInParent()
    return node


def writing(target):
    """Nodes of which the last writes a file."""
    write = node_def_pb2.NodeDef(name="evil", op="WriteFile", input=["evil_name", "evil_text"])
    return [constant("evil_name", target), constant("evil_text", "pwned"), write]


def in_the_initializer(graph, target):
    graph.graph_def.node.extend(writing(target))
    (init,) = (n for n in graph.graph_def.node if n.name == "NoOp")
    init.input.append("^evil")


def as_a_main_op(graph, target):
    graph.graph_def.node.extend(writing(target))
    del graph.signature_def[INIT]
    graph.collection_def["saved_model_main_op"].node_list.value[:] = ["evil"]


def in_a_function(graph, target):
    function = graph.graph_def.library.function[0]
    for node in writing(target):
        node.input[:] = [f"{i}:output:0" for i in node.input]
        function.node_def.append(node)
    function.control_ret["evil"] = "evil"


def where_weights_are_restored(graph, target):
    graph.graph_def.node.extend(writing(target))
    (restore,) = (n for n in graph.graph_def.node if n.name == graph.saver_def.restore_op_name)
    restore.input.append("^evil")


def by_saving_in_place_of_restoring(graph, target):
    graph.saver_def.restore_op_name = graph.saver_def.save_tensor_name.split(":")[0]


def by_asking_for_what_saves(graph, target):
    output = graph.signature_def["from_seed"].outputs["images"]
    output.name = graph.saver_def.save_tensor_name


def by_restoring_another_file(graph, target):
    for body in graph.graph_def.library.function:
        for node in body.node_def:
            if node.op == "RestoreV2":
                node.input[0] = "evil:output:0"
                body.node_def.append(constant("evil", target))
                return


def by_giving_the_name_of_the_files(graph, target):
    given = graph.saver_def.filename_tensor_name.split(":")[0]
    (node,) = (n for n in graph.graph_def.node if n.name == given)
    node.op = "DebugIdentity"
    node.attr["debug_urls"].list.s.append(b"file://" + os.fsencode(target))


def by_an_asset(graph, target):
    graph.asset_file_def.add(filename="../../../etc/passwd").tensor_info.name = "Const:0"


def by_a_resource(graph, target):
    graph.object_graph_def.nodes.add().resource.SetInParent()


def by_a_registered_class(graph, target):
    graph.object_graph_def.nodes[0].registered_name = "Custom.Thing"


def by_a_function_called_like_an_operation(graph, target):
    graph.graph_def.library.function[0].signature.name = "Relu"


def by_a_function_that_is_not_there(graph, target):
    node = graph.graph_def.node.add(name="more", op="StatefulPartitionedCall")
    node.attr["f"].func.name = "elsewhere"


def by_a_function_that_calls_itself(graph, target):
    body = graph.graph_def.library.function[0]
    node = body.node_def.add(name="again", op="StatefulPartitionedCall")
    node.attr["f"].func.name = body.signature.name


def by_calls_that_double(graph, target):
    for number in range(40):
        body = graph.graph_def.library.function.add()
        body.signature.name = f"double_{number}"
        for twice in range(2 * (number > 0)):
            node = body.node_def.add(name=f"call_{twice}", op="PartitionedCall")
            node.attr["f"].func.name = f"double_{number - 1}"
        body.node_def.add(name="none", op="NoOp")


ATTACKS = [
    in_the_initializer, as_a_main_op, in_a_function, where_weights_are_restored,
    by_saving_in_place_of_restoring, by_asking_for_what_saves, by_restoring_another_file,
    by_giving_the_name_of_the_files, by_an_asset, by_a_resource, by_a_registered_class,
    by_a_function_called_like_an_operation, by_a_function_that_is_not_there,
    by_a_function_that_calls_itself, by_calls_that_double,
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_an_attack_is_found_before_anything_is_loaded(copy, tmp_path, attack):
    target = tmp_path / "written"
    rewrite_graph(copy, lambda saved: attack(saved.meta_graphs[0], target))
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    report = verify(copy)
    assert {"operations", "loading"} <= {check.name for check in report.failures}, str(report)
    assert not {c.name for c in report.checks if c.status == "pass"} & {"warm-up", "examples"}
    with pytest.raises(admission.NotAdmitted, match="docs/security.md"):
        ExportedGenerator(copy)
    assert not target.exists()
    assert before == {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}


def test_a_second_graph_is_looked_at_too(copy, tmp_path):
    def add(saved):
        second = saved.meta_graphs.add()
        second.CopyFrom(saved.meta_graphs[0])
        second.meta_info_def.tags.append("gpu")
        in_the_initializer(second, tmp_path / "written")

    rewrite_graph(copy, add)
    assert "WriteFile" in {c.name: c.detail for c in verify(copy).failures}["loading"]


def test_a_pipe_in_the_place_of_a_file(copy):
    (copy / "saved_model.pb").unlink()
    os.mkfifo(copy / "saved_model.pb")
    (failed,) = verify(copy).failures
    assert failed.name == "structure" and "saved_model.pb" in failed.detail
    with pytest.raises(admission.NotAdmitted, match="neither a file nor a folder"):
        admission.admitted_graphs(copy)


def test_every_admitted_operation_is_one_of_tensorflows():
    names = SERVED | RESTORING | SAVING
    assert not [name for name in names if op_def_registry.get(name) is None]


def test_no_admitted_operation_touches_files():
    words = ("File", "Dataset", "Iterator", "Send", "Recv", "PyFunc", "Debug", "Summary", "Reader")
    assert not [name for name in SERVED for word in words if word in name]


# --- Fuzzing ----------------------------------------------------------------------------------


def mutated(graph, draw):
    """Makes a random change to a graph; returns the operation that was put in, if there was one."""
    bodies = [graph.graph_def.node, *(b.node_def for b in graph.graph_def.library.function)]
    body = draw.choice([nodes for nodes in bodies if len(nodes)])
    node = draw.choice(body)
    kind = draw.randrange(4)
    if kind == 0:
        node.op = draw.choice(EVERY_OPERATION)
        return node.op
    if kind == 1 and node.input:
        node.input[draw.randrange(len(node.input))] = draw.choice(body).name
    elif kind == 2:
        calls = [n for nodes in bodies for n in nodes if "f" in n.attr]
        one, other = draw.choice(calls), draw.choice(calls)
        one.attr["f"].func.name = other.attr["f"].func.name
    else:
        saver, names = graph.saver_def, [n.name for n in graph.graph_def.node]
        setattr(saver, draw.choice(["restore_op_name", "save_tensor_name"]), draw.choice(names))
    return None


@fuzzing.cases(60)
def test_any_change_is_admitted_or_refused_by_name(exported, cases):
    (sound,) = admission.read_graphs(exported)
    draw = random.Random(0)
    refused = 0
    for _ in range(cases):
        graph = type(sound).FromString(sound.SerializeToString())
        put_in = mutated(graph, draw)
        try:
            with fuzzing.time_limit():
                admission.check_graph(graph)
        except admission.NotAdmitted:
            refused += 1
        else:
            assert put_in is None or put_in in SERVED | RESTORING | SAVING
    assert 0 < refused < cases
