"""Models that were exported before their cards had an interface: it is read from their keys.

Whatever they make is called `images`, points too; they have the signature `png` where they make
grey or RGB pictures.
"""

import tensorflow as tf

from tfgan_suite.conditions import Labels, VectorCondition
from tfgan_suite.interface import Interface
from tfgan_suite.kinds import infer_modality
from tfgan_suite.latents import LatentPrior
from tfgan_suite.modalities import Image
from tfgan_suite.modalities.modality import Modality

_KEYS = {"latents", "images", "labels", "condition"}


class EarlierExamples(Modality):
    """Examples of any modality as earlier models call them."""

    kind, key = "examples", "images"

    def __init__(self, modality):
        self._modality, self.row = modality, modality.row

    def forms(self):
        modality = self._modality
        has_png = isinstance(modality, Image) and modality.channels in (1, 3)
        return modality.forms() if has_png else {}


def interface_of(definition, classes):
    """The interface of an earlier model.

    Args:
        definition: the `SignatureDef` of `serving_default`, or None.
        classes: number of classes, as its card says; None without a card, where it does not matter,
            since nothing is asked of a model without one.

    Raises:
        ValueError: if no earlier model had such keys.
    """
    if definition is None:
        raise ValueError("there is no signature `serving_default`")
    specs = {key: _spec(info) for key, info in definition.inputs.items()}
    made = {key: _spec(info) for key, info in definition.outputs.items()}
    sources = [key for key in ("latents", "images") if key in specs]
    if len(sources) != 1 or set(specs) - _KEYS or set(made) != {"images"}:
        raise ValueError(
            "the card has no interface, and serving_default is not that of an earlier model: it "
            f"takes {sorted(specs)} and gives {sorted(made)}. Export the generator again"
        )
    source = infer_modality(specs[sources[0]])
    if sources == ["latents"]:
        source = LatentPrior(source.dim)
    conditions = []
    if "labels" in specs:
        conditions.append(Labels(classes or 1))
    if "condition" in specs:
        conditions.append(VectorCondition(specs["condition"].shape[1]))
    return Interface(source, EarlierExamples(infer_modality(made["images"])), tuple(conditions))


def _spec(info):
    return tf.TensorSpec(info.tensor_shape, tf.as_dtype(info.dtype))
