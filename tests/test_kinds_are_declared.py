"""What a network takes and makes is declared, or inferred in one place: read from the source.

Outside `interface.py`, `kinds.py`, `modalities/` and `conditions/`, nobody tells kinds of data
apart by how many inputs a network has, by ranks of what it takes and makes, or by integer dtypes.
Checks that only raise an error are no such decisions; nor are shapes that are compared as a whole.
"""

import ast
import pathlib

import pytest

import tfgan_suite

PACKAGE = pathlib.Path(tfgan_suite.__file__).parent
ROOT = PACKAGE.parent
# Where kinds are told apart, and what builds networks or reads graphs of operations.
HERE = {"interface.py", "kinds.py", "modalities", "conditions"}
BUILDERS = {"networks", "layers", "losses", "operations.py", "testing.py"}
FILES = sorted(
    path
    for folder in (PACKAGE, ROOT / "recipes")
    for path in folder.rglob("*.py")
    if path.relative_to(folder).parts[0] not in HERE | BUILDERS
)


def name(path):
    return path.relative_to(ROOT).as_posix()


def parents(tree):
    """Dict of each node of a syntax tree to the node that holds it."""
    return {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}


def of_networks(node, known=()):
    """Whether an expression reads a network's `inputs` or `outputs`, or a name made of them.

    What an object calls its own, `self.outputs`, is no network's.
    """
    return any(
        isinstance(n, ast.Attribute) and n.attr in ("inputs", "outputs")
        and getattr(n.value, "id", None) != "self"
        or isinstance(n, ast.Name) and n.id in known
        for n in ast.walk(node)
    )  # fmt: skip


def made_of_networks(function):
    """Names that a function binds to what it reads of a network's inputs and outputs."""
    known = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and of_networks(node.value, known):
            known |= {n.id for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name)}
    return known


def is_len(node):
    return isinstance(node, ast.Call) and getattr(node.func, "id", None) == "len"


def ranks(node):
    """Expressions within one whose rank it asks for."""
    for n in ast.walk(node):
        if is_len(n) and n.args:
            yield n.args[0]
        elif isinstance(n, ast.Attribute) and n.attr in ("rank", "ndim"):
            yield n.value


def is_shape(node):
    """Whether an expression is called a shape."""
    return "shape" in (getattr(node, "attr", None) or getattr(node, "id", None) or "")


def compares_with_number(node):
    return isinstance(node, ast.Compare) and any(
        isinstance(side, ast.Constant) and isinstance(side.value, int) for side in node.comparators
    )


def only_raises(node, above):
    """Whether an expression is in the test of an `if` that only raises, or in a message."""
    while node in above and not isinstance(node, ast.stmt):
        if isinstance(node, ast.JoinedStr):
            return True
        node = above[node]
    return isinstance(node, ast.Raise) or (
        isinstance(node, ast.If) and not node.orelse and isinstance(node.body[-1], ast.Raise)
    )


def in_message(node, above):
    while node in above and not isinstance(node, ast.JoinedStr):
        node = above[node]
    return isinstance(node, ast.JoinedStr)


def findings(source):
    """Yields `(line, what)` of all places where a source tells kinds of data apart."""
    tree = ast.parse(source)
    above = parents(tree)
    functions = [n for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.Lambda))]
    for scope in (tree, *functions):
        known = made_of_networks(scope) if isinstance(scope, ast.FunctionDef) else set()
        for node in ast.walk(scope):
            what = finding(node, known, above)
            if what:
                yield node.lineno, what


def finding(node, known, above):
    """What a node tells kinds of data apart by, or None."""
    if is_len(node) and node.args and getattr(node.args[0], "attr", None) == "inputs":
        return None if in_message(node, above) else "the number of inputs"
    if isinstance(node, ast.Call) and getattr(node.func, "attr", None) == "is_int_dtype":
        return "an integer dtype"
    if isinstance(node, ast.Attribute) and node.attr == "is_integer":
        told = of_networks(node, known) and not only_raises(node, above)
        return "an integer dtype" if told else None
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
        return picture(node)
    if not compares_with_number(node):
        return None
    if any(of_networks(asked, known) for asked in ranks(node)) and not only_raises(node, above):
        return "a rank of inputs or outputs"
    if isinstance(above.get(node), ast.Return) and any(map(is_shape, ranks(node))):
        return "a rank"
    return None


def picture(node):
    """A rank and a number of channels, or a rank and an integer dtype, in one condition."""
    rank = any(
        compares_with_number(value) and any(map(is_shape, ranks(value))) for value in node.values
    ) or any(isinstance(n, ast.Attribute) and n.attr == "ndim" for n in ast.walk(node))
    channels = any(
        isinstance(n, ast.Compare) and isinstance(n.ops[0], ast.In)
        and isinstance(n.left, ast.Subscript) and ast.unparse(n.left.slice) in ("-1", "2")
        for n in ast.walk(node)
    )  # fmt: skip
    integer = any(
        isinstance(n, ast.Attribute) and n.attr == "is_integer"
        or isinstance(n, ast.Attribute) and n.attr == "kind"
        and getattr(n.value, "attr", None) == "dtype"
        for n in ast.walk(node)
    )  # fmt: skip
    return "a rank and channels or a dtype" if rank and (channels or integer) else None


@pytest.mark.parametrize("path", FILES, ids=name)
def test_nobody_tells_kinds_of_data_apart(path):
    found = sorted(set(findings(path.read_text())))
    assert not found, "ask the interface, its modalities and conditions instead"


@pytest.mark.parametrize(
    "source",
    [
        "if len(generator.inputs) > 1: f()",
        "if len(generator.inputs) != 2: raise ValueError(generator)",
        "labels = keras.backend.is_int_dtype(tensor.dtype)",
        "takes = tf.as_dtype(network.inputs[1].dtype).is_integer",
        "def f(g):\n    shape = tuple(g.outputs[0].shape)\n    return 1 if len(shape) == 4 else 2",
        "x = a if trainer.generator.inputs[0].shape.rank == 4 else b",
        "def f(self): return len(self.example_shape) == 3 and self.example_shape[-1] in (1, 3)",
        "def f(self):\n    return len(self.shape) == 3",
        "if condition.dtype.kind in 'iu' and condition.ndim == 1: f()",
    ],
)
def test_what_tells_kinds_apart_is_seen(source):
    assert list(findings(source))


@pytest.mark.parametrize(
    "source",
    [
        "if images.ndim != 4: raise ValueError(images)",
        "if a.inputs[0].shape != b.outputs[0].shape: f()",
        "if len(g.inputs[0].shape) != 2: raise ValueError(f'{len(g.inputs)} inputs')",
        "if not labels.dtype.is_integer or labels.shape.rank != 1: raise ValueError(labels)",
        "rows = [size for size in shape] + [0] * len(shape)",
        "axes = list(range(1, rows.shape.rank))",
        "if value.is_integer(): f()",
        "if len(shape) != len(wanted) + 1: f()",
    ],
)
def test_checks_of_shapes_are_not(source):
    assert not list(findings(source))
