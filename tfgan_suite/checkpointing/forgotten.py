"""Callbacks that remember something in a way that no checkpoint can keep."""

import dis

import keras
import numpy as np

from tfgan_suite.checkpointing.callback_state import KNOWN

# Whose attributes are of one `fit`, or are known.
_PACKAGES = ("keras", "tfgan_suite")
# Methods that a training that goes on calls as well.
_BEGINNINGS = ("__init__", "set_model", "set_params", "on_train_begin", "set_state")
_CONTAINERS = (list, dict, set, np.ndarray)
_CHANGES = {"add", "append", "clear", "extend", "insert", "pop", "remove", "setdefault", "update"}


def forgotten(callbacks):
    """Words about callbacks whose memory a resumed training lacks; "" if there is none.

    Of a class of one's own without `get_state` the code is looked at, not run: which attributes its
    methods set while a training runs, and which lists, dicts, sets or arrays they change.

    Args:
        callbacks: list of Keras callbacks, after `on_train_begin`.
    """
    found = []
    for callback in callbacks:
        names = _changed_attributes(callback)
        if names:
            found.append(f"{type(callback).__name__} ({', '.join(names)})")
    if not found:
        return ""
    return (
        "No checkpoint keeps what these callbacks remember, and a resumed training begins without "
        "it: give them `get_state()`, which returns a dict of what JSON can hold, and "
        f"`set_state(dict)`. Received: {', '.join(found)}"
    )


def _changed_attributes(callback):
    if hasattr(callback, "get_state"):
        return []
    known = {name for kind, names in KNOWN.items() if isinstance(callback, kind) for name in names}
    attributes = {k: v for k, v in vars(callback).items() if k not in known}
    changed = set()
    for code in _codes(callback):
        operations = list(dis.get_instructions(code))
        changed |= {o.argval for o in operations if o.opname == "STORE_ATTR"}
        for index, operation in enumerate(operations):
            if operation.opname == "LOAD_ATTR" and _is_changed(operations[index + 1 : index + 3]):
                if isinstance(attributes.get(operation.argval), _CONTAINERS):
                    changed.add(operation.argval)
    return sorted(changed & set(attributes))


def _is_changed(following):
    """Whether what was loaded is changed: by one of its methods, or an item of it is set."""
    names = [operation.opname for operation in following]
    method = following and following[0].opname in ("LOAD_ATTR", "LOAD_METHOD")
    return bool(method and following[0].argval in _CHANGES) or names[1:] == ["STORE_SUBSCR"]


def _codes(callback):
    """The code of the methods that are called while a training runs, and of those within them."""
    if type(callback) is keras.callbacks.LambdaCallback:
        return
    waiting = [
        member.__code__
        for kind in type(callback).__mro__
        if kind.__module__.partition(".")[0] not in (*_PACKAGES, "builtins")
        for name, member in vars(kind).items()
        if name not in _BEGINNINGS and hasattr(member, "__code__")
    ]
    while waiting:
        code = waiting.pop()
        yield code
        waiting += [constant for constant in code.co_consts if hasattr(constant, "co_consts")]
