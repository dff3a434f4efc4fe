"""What can be said of a data set without reading it."""

import dataclasses

from tfgan_suite.conditions import Condition
from tfgan_suite.modalities import Modality
from tfgan_suite.registration import public


@public
@dataclasses.dataclass(frozen=True)
class Description:
    """What a data set is, before any resizing.

    Attributes:
        name: name of the data set.
        image_shape: `(height, width, channels)`, with `None` where images differ; `(2,)` for
            points.
        num_examples: number of examples in the split.
        class_names: names of the classes in the order of the labels, or `None`.
        num_classes: number of classes, or `None` without labels.
        modality: the `Modality` of the examples; None where images differ in their channels.
        condition: the `Labels` or `Attributes` of the examples, with names and frequencies where
            they are known; or None.
        sizes: the `(height, width)` met, the most frequent first; empty where nobody knows before
            the images are read.
        indexed: whether the images have indexed colours, or black and white alone, so that they are
            resized by the nearest pixel.
        passed_over: names of the files of a folder that are no images, and of its folders without
            any; hidden ones do not count.
    """

    name: str
    image_shape: tuple
    num_examples: int
    class_names: tuple | None
    num_classes: int | None
    modality: Modality | None = None
    condition: Condition | None = None
    sizes: tuple = ()
    indexed: bool = False
    passed_over: tuple = ()


def describe_source(source):
    """The `Description` of a `Source`."""
    labels = source.labels
    return Description(
        name=source.name,
        image_shape=source.shape,
        num_examples=source.num_examples,
        class_names=labels and labels.names,
        num_classes=labels and labels.classes,
        modality=source.modality,
        condition=source.condition,
        sizes=tuple(map(tuple, source.sizes)),
        indexed=source.indexed,
        passed_over=source.passed_over,
    )
