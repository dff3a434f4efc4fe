"""Which of a trainer's generators is exported, and with what interface."""

import dataclasses

from tfgan_suite.checks import positive_int
from tfgan_suite.conditions import Labels, VectorCondition
from tfgan_suite.interface import infer
from tfgan_suite.kinds import infer_condition
from tfgan_suite.served_part import served_parts


def part_to_export(trainer, name=None, classes=None):
    """The `ServedPart` of a trainer to export.

    Args:
        trainer: a trainer, or a `ServedPart`.
        name: of one of several generators; None where there is one.
        classes: number of classes that it can be asked for; None for all that there are.

    Raises:
        TypeError: if the trainer has no generator.
        ValueError: if there is no such generator, its interface is not known or does not fit it, or
            the number of classes is another one.
    """
    if classes is not None:
        positive_int("classes", classes)
    parts = served_parts(trainer)
    if name is None and len(parts) == 1:
        (name,) = parts
    if name not in parts:
        known = ", ".join(f"name={known!r}" for known in parts)
        raise ValueError(
            f"{type(trainer).__name__} serves {len(parts)} generator(s), by {known}. "
            f"Received: name={name!r}"
        )
    part = parts[name]
    interface = part.interface
    if classes is not None:
        interface = _with_classes(interface, part.generator, classes)
    _check_fit(part.generator, interface)
    return dataclasses.replace(part, interface=interface)


def _with_classes(interface, generator, classes):
    """The interface with labels of a number of classes, where it has labels or one-hot vectors."""
    conditions = list(interface.conditions)
    for kind in (Labels, VectorCondition):
        for index, condition in enumerate(conditions):
            if not isinstance(condition, kind):
                continue
            found = infer_condition(generator, 1 + index, classes)
            names = condition.names and condition.names[:classes]
            conditions[index] = Labels(found.classes, names)
            return dataclasses.replace(interface, conditions=tuple(conditions))
    raise ValueError(
        f"The generator takes no labels. Received: classes={classes} for a generator with the "
        f"conditions {conditions}"
    )


def _check_fit(generator, interface):
    prior = interface.source if interface.takes_latents else None
    infer(
        generator,
        prior=prior,
        source=None if prior else interface.source,
        modality=interface.output,
        conditions=interface.conditions,
    )
    shapes = [tuple(t.shape) for t in (*generator.inputs, generator.outputs[0])]
    if any(not shape or shape[0] is not None for shape in shapes):
        raise ValueError(
            "A generator that is served must take batches of any size: each input and output has "
            f"the shape (None, ...). Received: inputs and output of shapes {shapes}"
        )
