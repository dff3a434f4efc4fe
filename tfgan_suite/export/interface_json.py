"""An interface as JSON, for the model card: what other programs read, and what makes it anew."""

import keras

from tfgan_suite.conditions.condition import Condition
from tfgan_suite.export.request_fields import Latents
from tfgan_suite.interface import Interface
from tfgan_suite.latents import Prior
from tfgan_suite.modalities.modality import Modality


def describe(interface):
    """Returns the dict of an `Interface`: its source, its output and a list of its conditions.

    Each has `kind`, `key`, `dtype`, the `shape` of a row, the `names` of its classes or components
    where they have any, `value_range` where there is one; and its `class` and `config`, of which
    `read` makes it anew.

    Raises:
        ValueError: if a class is not registered with Keras, so that nobody could read it.
    """
    source = interface.source
    latents = {"kind": "latents", **_of_field(Latents(source))} if interface.takes_latents else None
    return {
        "source": {**(latents or _of_kind(source)), **_of_object(source)},
        "output": {**_of_kind(interface.output), **_of_object(interface.output)},
        "conditions": [
            {**_of_kind(condition), "names": condition.names, **_of_object(condition)}
            for condition in interface.conditions
        ],
    }


def read(described):
    """Makes the `Interface` of what `describe` returned, as it comes from JSON.

    Raises:
        ValueError: if it is no such dict, or a class is not registered here.
    """
    try:
        source, output = described["source"], described["output"]
        conditions = described["conditions"]
        return Interface(
            _made(source, (Prior, Modality)),
            _made(output, Modality),
            tuple(_made(condition, Condition) for condition in conditions),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"The interface of the model card cannot be read: {type(error).__name__}: {error}"
        ) from error


def _of_field(field):
    return {"key": field.key, "dtype": field.dtype, "shape": list(field.row)}


def _of_kind(field):
    value_range = getattr(field, "value_range", None)
    ranged = {} if value_range is None else {"value_range": list(value_range)}
    return {"kind": field.kind, **_of_field(field), **ranged}


def _of_object(value):
    name = keras.saving.get_registered_name(type(value))
    if keras.saving.get_registered_object(name) is not type(value):
        raise ValueError(
            "A modality or condition of an exported model must be registered: decorate its class "
            f"with keras.saving.register_keras_serializable(). Received: {value!r}"
        )
    return {"class": name, "config": value.get_config()}


def _made(described, kinds):
    # Of registered classes alone: a card is a file that anybody may have written.
    found = keras.saving.get_registered_object(described["class"])
    if not (isinstance(found, type) and issubclass(found, kinds)):
        raise ValueError(
            "The interface of the model card is made of classes that must be imported first. "
            f"Received: {described['class']!r}, which is not known here"
        )
    return found.from_config(described["config"])
