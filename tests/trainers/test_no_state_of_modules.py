"""What belongs to one step or one trainer is not kept by a module: read from the source."""

import ast
import pathlib

import pytest

import tfgan_suite

FILES = sorted((pathlib.Path(tfgan_suite.__file__).parent / "trainers").rglob("*.py"))
# What may be made once, when a module is imported: it does not change afterwards.
CONSTANT_CALLS = {
    "MappingProxyType", "collect", "compile", "frozenset", "namedtuple", "sorted", "tuple",
}  # fmt: skip
MUTABLE = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp)


def mutable_state(source):
    """Lines of a module that keep something which can change, or rebind a global."""
    tree, lines = ast.parse(source), []
    for node in tree.body:
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)) and node.value is not None:
            lines += [n.lineno for n in _parts(node.value) if _can_change(n)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            lines.append(node.lineno)
        if isinstance(node, ast.FunctionDef):
            defaults = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
            lines += [default.lineno for default in defaults if isinstance(default, MUTABLE)]
    return lines


def _parts(value):
    """A value and, where it is a tuple, what that holds."""
    yield value
    if isinstance(value, ast.Tuple):
        for element in value.elts:
            yield from _parts(element)


def _can_change(value):
    if isinstance(value, ast.Call):
        name = value.func.attr if isinstance(value.func, ast.Attribute) else value.func.id
        return name not in CONSTANT_CALLS
    return isinstance(value, MUTABLE)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_module_of_trainers_keeps_state(path):
    assert mutable_state(path.read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        "import threading\n_local = threading.local()",
        "_cache = {}",
        "A, B = (1, []), 2",
        "def f():\n    global x\n    x = 1",
        "def f(seen=[]):\n    pass",
        "_cache: dict = {}",
    ],
)
def test_state_is_seen(source):
    assert mutable_state(source)


@pytest.mark.parametrize(
    "source", ["A = 3", "A = ('x', 2)", "import re\nA = re.compile('x')", "def f(x=()):\n    y = []"]
)
def test_constants_are_let_pass(source):
    assert not mutable_state(source)
