"""The floating-point operations of a training step, counted in its graph."""

import collections
import dataclasses
import math

import tensorflow as tf

from tfgan_suite.layers._convolutions import tensorflows_own
from tfgan_suite.registration import public

_CALLS = ("PartitionedCall", "StatefulPartitionedCall")
_BRANCHES = ("If", "StatelessIf")


@dataclasses.dataclass(frozen=True)
class OperationCount:
    """Convolutions and matrix products of a step.

    Attributes:
        convolutions: number of convolutions: forward, by the input, or by the kernel.
        products: number of matrix products.
        flops: floating-point operations of both together; a multiplication and an addition are two.
        by_type: dict of an operation's type in TensorFlow to `(number, flops)`.
    """

    convolutions: int
    products: int
    flops: int
    by_type: dict


@public
def step_operations(trainer, batch):
    """Counts the convolutions and matrix products that one training step takes.

    Counted in the graph of `trainer.train_step`, without what nothing asks for. Of a penalty that
    is due every n-th step, the steps in which it is due are counted. Convolutions count as
    TensorFlow has them: what `layers.Conv2D` computes by another formula may multiply by zeros too.
    Everything else (normalizations, activations, optimizers) is left out: it is bound by memory.

    Args:
        trainer: a compiled trainer.
        batch: a step's data, as an array, tensor or `tf.TensorSpec` of static shape, or a structure
            of them: `[N, ...]`, or `[N, k, ...]` with `discriminator_steps=k > 1`.

    Returns:
        An `OperationCount` for the rows of `batch`.

    Raises:
        ValueError: if the trainer is not compiled, or a shape is not known.
    """
    if not getattr(trainer, "compiled", False):
        raise ValueError(f"Compile the trainer first. Received: {trainer.name!r}, not compiled")
    specs = tf.nest.map_structure(_as_spec, batch)
    function = tf.function(lambda data: trainer.train_step(data), autograph=False)
    with trainer.distribute_strategy.scope(), tensorflows_own():
        return count_operations(function.get_concrete_function(specs))


def count_operations(function):
    """Counts the convolutions and matrix products of a `tf.ConcreteFunction`.

    Raises:
        ValueError: if a shape is not known.
    """
    found = collections.Counter()
    flops = collections.Counter()
    for kind, amount in _operations(function.graph):
        found[kind] += 1
        flops[kind] += amount
    return OperationCount(
        sum(n for kind, n in found.items() if "Conv" in kind),
        sum(n for kind, n in found.items() if "MatMul" in kind),
        sum(flops.values()),
        {kind: (found[kind], flops[kind]) for kind in sorted(found)},
    )


def _as_spec(data):
    spec = data if isinstance(data, tf.TensorSpec) else tf.TensorSpec(data.shape, data.dtype)
    if not spec.shape.is_fully_defined():
        raise ValueError(
            f"To count operations the shape of a batch must be known. Received: shape={spec.shape}"
        )
    return spec


def _operations(graph, outputs=None):
    """`(type, flops)` of what is run of a graph for some of its outputs, or for all."""
    for op, wanted in _needed(graph, outputs).items():
        if op.type in _CALLS:
            yield from _operations(_called(op, "f"), wanted)
        elif op.type in _BRANCHES:
            graphs = (_called(op, f"{name}_branch") for name in ("then", "else"))
            branches = (list(_operations(branch, wanted)) for branch in graphs)
            yield from max(branches, key=lambda branch: sum(amount for _, amount in branch))
        elif op.type in _COUNTED:
            yield op.type, _COUNTED[op.type](op)


def _needed(graph, outputs):
    """Dict of the operations on which outputs or side effects of a graph depend.

    The values are the indices of those of their own outputs that are asked for.
    """
    tensors = graph.outputs if outputs is None else [graph.outputs[i] for i in sorted(outputs)]
    needed = {}
    waiting = [*tensors, *graph.control_outputs]
    while waiting:
        item = waiting.pop()
        op = item if isinstance(item, tf.Operation) else item.op
        if op not in needed:
            needed[op] = set()
            waiting += [*op.inputs, *op.control_inputs]
        if op is not item:
            needed[op].add(item.value_index)
    return needed


def _called(op, attribute):
    name = op.get_attr(attribute).name
    return op.graph._get_function(name).graph


def _size(tensor):
    if not tensor.shape.is_fully_defined():
        raise ValueError(
            f"The shape of {tensor.name} is not known: operations cannot be counted. "
            f"Received: shape={tensor.shape}"
        )
    return tensor.shape.num_elements()


# In each of the three a kernel meets every position of the smaller map.
def _convolution(op):
    return 2 * _size(op.outputs[0]) * math.prod(op.inputs[1].shape[:-1])


def _convolution_by_input(op):
    return 2 * _size(op.inputs[2]) * math.prod(op.inputs[1].shape[:-1])


def _convolution_by_kernel(op):
    return 2 * _size(op.inputs[2]) * math.prod(op.outputs[0].shape[:-1])


def _product(op):
    adjoint = {"MatMul": "transpose_a"}.get(op.type, "adj_x")
    left = op.inputs[0].shape
    return 2 * _size(op.outputs[0]) * (left[-2] if op.get_attr(adjoint) else left[-1])


_COUNTED = {
    "Conv2D": _convolution,
    "Conv2DBackpropInput": _convolution_by_input,
    "Conv2DBackpropFilter": _convolution_by_kernel,
    "MatMul": _product,
    "BatchMatMulV2": _product,
}
