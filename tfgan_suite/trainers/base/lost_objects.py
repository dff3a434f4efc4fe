"""What of a trainer a `.keras` file could not bring back: code of the user's that has no name."""

import warnings

import keras

_FLAG = "_lost_objects_named"


def lost_objects(trainer):
    """Names of the classes and functions that loading a file of a trainer would not find.

    A file has their names alone. Keras finds what is its own, and what was registered.

    Args:
        trainer: a trainer, with its networks, loss, penalties and optimizers.

    Returns:
        Sorted list of names.
    """
    kind = type(trainer)
    own = {
        "module": kind.__module__,
        "class_name": kind.__name__,
        "registered_name": keras.saving.get_registered_name(kind),
    }
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The object being serialized includes a `lambda`")
        return sorted(set(_lost([own, trainer.get_config(), trainer.get_compile_config()])))


def warn_of_lost_objects(trainer):
    """Says once, before the hours of a training, what could not be loaded after them."""
    if vars(trainer).get(_FLAG):
        return
    vars(trainer)[_FLAG] = True
    found = lost_objects(trainer)
    if found:
        known = ", ".join(f"{name!r}: {name}" for name in found if name.isidentifier())
        warnings.warn(
            "A `.keras` file holds the names of classes and functions of your own, not their code "
            "(and code of lambdas that is not run). To load one, decorate them with "
            "keras.saving.register_keras_serializable() and import their module first (a lambda: "
            "write a function)"
            + (f", or hand over custom_objects={{{known}}}" if known else "")
            + f". Received: {type(trainer).__name__} with {', '.join(found)}"
        )


def look_again(trainer):
    """Lets the next save say it again: the trainer has changed."""
    vars(trainer).pop(_FLAG, None)


def _lost(config):
    if isinstance(config, (list, tuple)):
        for item in config:
            yield from _lost(item)
    if not isinstance(config, dict):
        return
    name = _name_if_lost(config)
    if name is not None:
        yield name
    for item in config.values():
        yield from _lost(item)


def _name_if_lost(config):
    """Name of what a serialized object names and nobody would find; None for anything else."""
    kind = config.get("class_name")
    if kind == "__lambda__":
        return "a lambda"
    if kind == "function":
        try:
            keras.saving.deserialize_keras_object(config)
        except (TypeError, ValueError, ImportError):
            return config["config"].split(">")[-1]
        return None
    name, module = config.get("registered_name"), config.get("module") or "keras"
    if not isinstance(kind, str) or module.split(".")[0] == "keras":
        return None
    return None if keras.saving.get_registered_object(name or kind) else kind
