"""What is inside the SavedModel, and what exporting leaves behind in the trainer."""

import c_api
import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.framework import op_def_registry

SIGNATURES = ("serving_default", "from_seed")


def served_ops(path, signature):
    """Types of all operations that answering a request runs, called functions included."""
    graph = c_api.read_graph(path)
    nodes = {node.name: node for node in graph.graph_def.node}
    functions = {f.signature.name: f for f in graph.graph_def.library.function}
    outputs = graph.signature_def[signature].outputs.values()
    waiting, reached = [info.name for info in outputs], {}
    while waiting:  # upstream in the outer graph
        name = waiting.pop().lstrip("^").split(":")[0]
        if name not in reached:
            reached[name] = nodes[name]
            waiting.extend(nodes[name].input)
    waiting, called = list(reached.values()), set()
    ops = set()
    while waiting:  # down into functions
        node = waiting.pop()
        ops.add(node.op)
        for attribute in node.attr.values():
            for name in [attribute.func.name, *(f.name for f in attribute.list.func)]:
                if name in functions and name not in called:
                    called.add(name)
                    waiting.extend(functions[name].node_def)
    return ops


@pytest.mark.parametrize("signature", SIGNATURES)
def test_the_only_state_is_reading_weights(exported, signature):
    ops = served_ops(exported, signature)
    stateful = {op for op in ops if op_def_registry.get(op).is_stateful}
    assert "Conv2DBackpropInput" in ops
    assert stateful <= {
        "VarHandleOp", "ReadVariableOp", "StatefulPartitionedCall", "Placeholder", "Assert"
    }


def test_serving_default_draws_no_random_numbers(exported):
    assert not [op for op in served_ops(exported, "serving_default") if "Random" in op]


def test_from_seed_draws_from_the_seeds(exported):
    assert [op for op in served_ops(exported, "from_seed") if "Random" in op]


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_no_low_precision_is_left(make_trainer, export, tmp_path, policy):
    graph = c_api.read_graph(export(make_trainer(policy=policy), tmp_path))
    nodes = [node for f in graph.graph_def.library.function for node in f.node_def]
    dtypes = {attribute.type for node in nodes for attribute in node.attr.values()}
    assert tf.float32.as_datatype_enum in dtypes
    assert not dtypes & {tf.float16.as_datatype_enum, tf.bfloat16.as_datatype_enum}


@pytest.mark.parametrize(
    ("signature", "key", "dtype", "shape"),
    [("serving_default", "latents", tf.float32, [-1, 6]), ("from_seed", "seeds", tf.int64, [-1])],
)
def test_signature(exported, signature, key, dtype, shape):
    definition = c_api.read_graph(exported).signature_def[signature]
    assert list(definition.inputs) == [key]
    assert list(definition.outputs) == ["images"]
    given, taken = definition.inputs[key], definition.outputs["images"]
    assert given.dtype == dtype.as_datatype_enum
    assert [dim.size for dim in given.tensor_shape.dim] == shape
    assert taken.dtype == tf.float32.as_datatype_enum
    assert [dim.size for dim in taken.tensor_shape.dim] == [-1, 8, 8, 3]


def test_each_weight_is_stored_once(exported, trainer):
    reader = tf.train.load_checkpoint(str(exported / "variables/variables"))
    stored = [key for key in reader.get_variable_to_shape_map() if not key.startswith("_")]
    assert len(stored) == len(trainer.generator.weights)


def test_size_on_disk(export, make_trainer, tmp_path):
    trainer = make_trainer()
    latents = keras.Input((6,))
    x = keras.layers.Dense(300)(latents)
    trainer.generator = keras.Model(latents, keras.layers.Dense(2000)(x))
    path = export(trainer, tmp_path)
    weights = sum(np.asarray(weight).nbytes for weight in trainer.generator.weights)
    stored = sum(entry.stat().st_size for entry in (path / "variables").iterdir())
    assert weights <= stored <= 1.05 * weights


def test_points_are_served_as_well_as_pictures(export, make_trainer, tmp_path):
    trainer = make_trainer()
    latents = keras.Input((6,))
    trainer.generator = keras.Model(latents, keras.layers.Dense(2)(latents))
    path = export(trainer, tmp_path)
    points = c_api.run(path, "from_seed", {"seeds": np.arange(3)})["vectors"]
    expected = trainer.generator(trainer.latent_prior.from_seeds(np.arange(3)))
    np.testing.assert_allclose(points, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_trainer_is_as_before(export, make_trainer, tmp_path, policy):
    trainer = make_trainer(policy=policy)

    def state():
        generator = trainer.generator
        policies = [layer.dtype_policy.name for layer in generator.layers]
        return [np.asarray(v).tobytes() for v in generator.variables], policies

    before = state()
    export(trainer, tmp_path)
    assert state() == before


def test_training_after_exporting_changes_the_trainer_alone(
    export, make_trainer, latents, tmp_path
):
    trainer = make_trainer()
    function = tf.saved_model.load(export(trainer, tmp_path)).signatures["serving_default"]
    before = function(latents=tf.constant(latents))["images"].numpy()
    for weight in trainer.generator.weights:
        weight.assign(weight.value + 1.0)
    after = function(latents=tf.constant(latents))["images"].numpy()
    np.testing.assert_array_equal(after, before)
