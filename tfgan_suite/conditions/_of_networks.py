"""What the parts that do not read interfaces yet ask of networks."""

import keras

from tfgan_suite.conditions._lookups import classes_of_layers
from tfgan_suite.conditions.labels import Labels


def takes_labels(network):
    """Whether a network has a second input, and it is one of integers."""
    inputs = network.inputs
    return len(inputs) > 1 and keras.backend.is_int_dtype(inputs[1].dtype)


def number_of_classes(trainer):
    """Number of classes among which a trainer's generator can be asked for one, or None."""
    generator = trainer.generator
    if len(generator.inputs) < 2:
        return None
    classes = getattr(trainer, "num_classes", None)
    return classes or (classes_of_layers(generator) if takes_labels(generator) else None)


def as_input(labels, tensor, classes):
    """Integer labels `[N]` as a network takes them."""
    return Labels(classes).as_input(labels, tensor)
