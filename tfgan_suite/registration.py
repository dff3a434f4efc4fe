"""Registration: one decorator makes a class public and Keras-serializable."""

import importlib
import pkgutil

import keras

PACKAGE = "tfgan_suite"


def register(cls):
    """Registers a class (or function) with Keras as `tfgan_suite>Name` and marks it public.

    A `.keras` file that names the class then loads after a plain `import tfgan_suite`, with no
    `custom_objects`, and `collect` re-exports it from the sub-package that defines it.
    """
    cls.__tfgan_suite_public__ = cls.__name__
    return keras.saving.register_keras_serializable(package=PACKAGE)(cls)


def public(function):
    """Marks a function for re-export by `collect`, without Keras serialization."""
    function.__tfgan_suite_public__ = function.__name__
    return function


def collect(namespace):
    """Imports every module of a package and re-exports what they marked public.

    Called once in a sub-package's `__init__`, so that adding a loss, a layer, a network or a
    trainer means adding one file: no list has to be edited anywhere.

    Args:
        namespace: `globals()` of the package's `__init__`.

    Returns:
        Sorted list of the public names, for `__all__`.
    """
    names = set()
    for info in pkgutil.iter_modules(namespace["__path__"]):
        if info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{namespace['__name__']}.{info.name}")
        for name, value in vars(module).items():
            is_public = "__tfgan_suite_public__" in getattr(value, "__dict__", {})
            if is_public and value.__module__ == module.__name__:
                if name in names:
                    raise ImportError(f"{name} is defined twice in {namespace['__name__']}")
                namespace[name] = value
                names.add(name)
    return sorted(names)


def modules(namespace):
    """Imports every module of a package; returns their names, for `__all__`."""
    names = [m.name for m in pkgutil.iter_modules(namespace["__path__"]) if m.name[0] != "_"]
    for name in names:
        importlib.import_module(f"{namespace['__name__']}.{name}")
    return sorted(names)
