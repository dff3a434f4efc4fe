"""What a trainer learns of its kinds from the data that it is trained on."""

import numpy as np
import tensorflow as tf

from tfgan_suite.conditions import Condition, VectorCondition
from tfgan_suite.trainers.base.step import unpack

_BATCHES, _ROWS = 16, 512  # of a dataset, that are read at most


def take_kinds(trainer, data):
    """Declares what a data set knows of its kinds, where nobody has declared it before.

    So names of classes and attributes, rates of sound and the like go with the trainer, into its
    file, its pictures and its exported generator. Only what is of the shape that the networks take
    and make is taken; a translator, whose data are two kinds of examples, infers both.

    Args:
        trainer: the trainer.
        data: what `fit` was given: a `Batches`, or anything else, which declares nothing.
    """
    if not trainer.interface.takes_latents:
        return
    modality, condition = (getattr(data, name, None) for name in ("modality", "condition"))
    taken = False
    if trainer.declared_modality is None and modality is not None:
        if modality != trainer.modality and modality.row == trainer.modality.row:
            trainer.declared_modality, taken = modality, True
    known = trainer.conditions
    if not trainer.declared_conditions and len(known) == 1 and _says_more(condition, known[0]):
        trainer.declared_conditions, taken = (condition,), True
    if taken:
        _infer_anew(trainer)


def take_rows(trainer, x, y, seen=()):
    """Lets conditions that know nothing of the data keep some rows of them, to draw from later.

    Nobody else can say which vectors a generator may be asked for. Of arrays all rows are there to
    choose from, of a dataset the first batches are read.

    Args:
        trainer: the trainer.
        x, y: as `fit` takes them.
        seen: batches of data that come by Python code.
    """
    known = trainer.conditions
    learning = {place: kind for place, kind in enumerate(known) if _learns(kind)}
    if not learning or not trainer.interface.takes_latents:
        return
    told = list(known)
    for place, kind in learning.items():
        values = _rows(trainer.interface, place, x, y, seen)
        if values is not None and values.dtype.kind in "fiub" and values.shape[1:] == kind.row:
            told[place] = kind.knowing(values)
    if told != list(known):
        trainer.declared_conditions = tuple(told)
        _infer_anew(trainer)


def _learns(kind):
    return not kind.knows_data and type(kind).knowing is not Condition.knowing


def _rows(interface, place, x, y, seen):
    """Some rows of the condition at a place, as the data have them; None if none came."""

    def of(condition):
        given = interface.in_order(condition)
        return np.asarray(given[place]) if place < len(given) else None

    if y is not None:
        return of(y)
    parts = []
    for batch in x.take(_BATCHES) if isinstance(x, tf.data.Dataset) else seen:
        rows = of(unpack(batch)[1])
        if rows is None or rows.shape[1:] != (parts or [rows])[0].shape[1:]:
            return None
        parts.append(rows)
        if sum(map(len, parts)) >= _ROWS:
            break
    return np.concatenate(parts) if parts else None


def _infer_anew(trainer):
    for name in ("conditions", "interfaces", "interface"):
        vars(trainer).pop(name, None)


def _says_more(condition, inferred):
    """Whether a data set's condition is the inferred one, with more known of it."""
    if not isinstance(condition, Condition) or condition == inferred:
        return False
    if type(condition) is type(inferred):
        return condition.row == inferred.row and condition.rule == inferred.rule
    return isinstance(inferred, VectorCondition) and condition.row == inferred.row
