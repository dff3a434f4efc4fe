"""The config of a run: defaults, a preset, smoke overrides, and `key=value` from outside."""

import dataclasses
import difflib
import math
import types
import typing

# Keras's names of what layers compute in; weights are float32 in all of them.
PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")

_TRUE, _FALSE, _NONE = ("true", "yes", "on", "1"), ("false", "no", "off", "0"), ("none", "null")


def resolve_config(recipe, overrides=(), smoke=False):
    """Returns the recipe's `Config` with its preset, then overrides, the last of a key winning.

    With other data than the preset's, what the preset says of its own (`recipe.of_data`) does not
    hold.

    Values are read as the dataclass annotates them: `int`, `float` (finite), `str`, `bool` (true,
    yes, on, 1 or false, no, off, 0), `tuple[...]` (comma-separated, brackets allowed),
    `Literal[...]`, and unions of these with `None` ("none").

    Args:
        recipe: a `Recipe`.
        overrides: list of `"key=value"`.
        smoke: whether to apply the recipe's smoke overrides before them.

    Raises:
        ValueError: if an override is not `key=value`, its key is unknown, or its value cannot be
            read as the key's type.
    """
    given = read_overrides(recipe.Config, overrides)
    settings, preset_smoke = recipe.settings, recipe.preset_smoke.get(recipe.preset, {})
    if given.get("data", recipe.data) != recipe.data:
        settings = {key: v for key, v in settings.items() if key not in recipe.of_data}
        preset_smoke = {}
    hints, values = _hints(recipe.Config), {}
    for name, layer in (
        (f"PRESETS[{recipe.preset!r}]", settings),
        ("SMOKE", recipe.smoke if smoke else {}),
        ("PRESET_SMOKE", preset_smoke if smoke else {}),
    ):
        for key in layer:
            _check_key(key, hints, f"{name} of {recipe.path}")
        values |= layer
    return recipe.Config(**{**values, **given})


def read_overrides(kind, overrides):
    """Reads `key=value` for a dataclass; the last of a key wins.

    Args:
        kind: the class `Config` of a recipe.
        overrides: list of `"key=value"`.

    Returns:
        Dict of keys to values.

    Raises:
        ValueError: as `resolve_config` does.
    """
    hints = _hints(kind)
    given = {}
    for override in overrides:
        key, equals, text = override.partition("=")
        key = key.strip()
        if not equals or not key:
            raise ValueError(f"An override has the form key=value. Received: {override!r}")
        _check_key(key, hints, override)
        try:
            given[key] = parse(text.strip(), hints[key])
        except ValueError as error:
            raise ValueError(
                f"`{key}` must be {describe(hints[key])}. Received: {override!r}"
            ) from error
    return given


def restore_config(recipe, values):
    """Returns the recipe's `Config` from the dict that `dataclasses.asdict` and JSON made of one.

    Raises:
        ValueError: if a key is unknown.
    """
    hints = _hints(recipe.Config)
    for key in values:
        _check_key(key, hints, f"the config of a run of {recipe.name}")
    return recipe.Config(**{key: _tuples(value) for key, value in values.items()})


def parse(text, kind):
    """Reads a text as a type.

    Raises:
        ValueError: if it cannot be read so.
    """
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        if type(None) in arguments and text.lower() in _NONE:
            return None
        return _first_that_reads(text, [a for a in arguments if a is not type(None)])
    if origin is typing.Literal:
        for choice in arguments:
            if text == str(choice):
                return choice
        raise ValueError(text)
    if origin is tuple or kind is tuple:
        return _parse_tuple(text, arguments or (str, ...))
    if kind is bool:
        if text.lower() not in _TRUE + _FALSE:
            raise ValueError(text)
        return text.lower() in _TRUE
    if kind is float:
        value = float(text)
        if not math.isfinite(value):
            raise ValueError(text)
        return value
    if kind in (int, str):
        return kind(text)
    raise ValueError(f"A config has no values of type {kind!r} that could be given as text.")


def describe(kind):
    """A type in words, for messages."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return " or ".join("none" if a is type(None) else describe(a) for a in arguments)
    if origin is typing.Literal:
        return "one of " + ", ".join(map(str, arguments))
    if origin is tuple:
        item = "values" if not arguments else getattr(arguments[0], "__name__", str(arguments[0]))
        count = "" if Ellipsis in arguments or not arguments else f"{len(arguments)} "
        return f"{count}{item}s separated by commas"
    names = {int: "an integer", float: "a number", bool: "true or false", str: "a text"}
    return names.get(kind, f"a {getattr(kind, '__name__', kind)}")


def _parse_tuple(text, kinds):
    pairs = (("(", ")"), ("[", "]"))
    if any(text.startswith(a) and text.endswith(b) for a, b in pairs):
        text = text[1:-1]
    items = [item.strip() for item in text.split(",")]
    if items[-1] == "":  # a comma at the end, or nothing at all
        items.pop()
    if kinds[-1] is Ellipsis:
        kinds = kinds[:1] * len(items)
    if len(items) != len(kinds):
        raise ValueError(text)
    return tuple(parse(item, kind) for item, kind in zip(items, kinds))


def _first_that_reads(text, kinds):
    for kind in kinds:
        try:
            return parse(text, kind)
        except ValueError:
            continue
    raise ValueError(text)


def _hints(kind):
    """Types of the fields of a dataclass by their names; a `ClassVar` is none of them."""
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def _check_key(key, hints, received):
    if key not in hints:
        near = difflib.get_close_matches(key, hints, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(
            f"Unknown key {key!r}.{hint} Known: {', '.join(hints)}. Received: {received!r}"
        )


def _tuples(value):
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value
