"""What a trainer learns of its kinds from the data that it is trained on."""

from tfgan_suite.conditions import Condition, VectorCondition


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
        for name in ("conditions", "interfaces", "interface"):
            vars(trainer).pop(name, None)


def _says_more(condition, inferred):
    """Whether a data set's condition is the inferred one, with more known of it."""
    if not isinstance(condition, Condition) or condition == inferred:
        return False
    if type(condition) is type(inferred):
        return condition.row == inferred.row and condition.rule == inferred.rule
    return isinstance(inferred, VectorCondition) and condition.row == inferred.row
