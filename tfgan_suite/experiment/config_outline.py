"""What can be set in a recipe, read from its file without running it: TensorFlow is not needed."""

import ast
import dataclasses
import inspect
import io
import sys
import textwrap
import tokenize
import typing

from tfgan_suite.experiment.config import describe, read_overrides
from tfgan_suite.files import read_regular

# Modules that a `Config` may take its types and bases from, for it to be known before.
_LIGHT = ("dataclasses", "typing", "tfgan_suite.experiment")


def config_of(path):
    """The class `Config` of a recipe file, or None where only running the file can tell.

    The class alone is run, with what it takes from the modules above.
    """
    try:
        kept = [node for node in ast.parse(read_regular(path)).body if _is_light(node)]
        namespace = {"__name__": "recipe_outline"}
        sys.modules.setdefault("recipe_outline", type(sys)("recipe_outline"))
        exec(compile(ast.Module(kept, []), str(path), "exec"), namespace)
        found = namespace.get("Config")
        typing.get_type_hints(found, namespace)
    except Exception:  # whatever it is, running the recipe says it better
        return None
    return found if dataclasses.is_dataclass(found) else None


def check_overrides(path, overrides):
    """Raises ValueError for overrides that a recipe cannot read, where that can be known.

    Args:
        path: the recipe's file.
        overrides: list of `"key=value"`.
    """
    found = config_of(path)
    if found is not None:
        read_overrides(found, overrides)


def describe_config(path):
    """Lines `key=default  type: comment` of all that can be set in a recipe; [] where unknown."""
    found = config_of(path)
    if found is None:
        return []
    comments = {}
    for kind in reversed(found.__mro__):
        if dataclasses.is_dataclass(kind):
            comments |= _comments(kind, path)
    hints = typing.get_type_hints(found)
    lines = []
    for field in dataclasses.fields(found):
        default = field.default if field.default is not dataclasses.MISSING else "..."
        said = f"{describe(hints[field.name])}; {comments.get(field.name, '')}".rstrip("; ")
        lines.append((f"{field.name}={_text(default)}", said))
    width = max(len(first) for first, _ in lines)
    return [f"{first:<{width}}  {second}" for first, second in lines]


def _is_light(node):
    if isinstance(node, ast.ImportFrom):
        return node.module in _LIGHT
    if isinstance(node, ast.Import):
        return all(alias.name in _LIGHT for alias in node.names)
    return isinstance(node, ast.ClassDef) and node.name == "Config"


def _comments(kind, path):
    """The comments behind the fields of a class, by the fields' names."""
    if kind.__module__ == "recipe_outline":
        source = read_regular(path).decode("utf-8")
        (node,) = [n for n in ast.parse(source).body if _is_config(n)]
        source = "\n".join(source.splitlines()[node.lineno - 1 : node.end_lineno])
    else:
        source = textwrap.dedent(inspect.getsource(kind))
    found, name = {}, None
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NAME and token.start[1] == 4:
            name = token.string
        elif token.type == tokenize.COMMENT and token.line.lstrip()[:1] != "#":
            found[name] = token.string.lstrip("# ")
    return found


def _is_config(node):
    return isinstance(node, ast.ClassDef) and node.name == "Config"


def _text(value):
    """A default as `--set` takes it."""
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return "none" if value is None else str(value).lower() if isinstance(value, bool) else value
