"""What a training is, as far as it must not change while it is interrupted."""

import warnings

from tfgan_suite import provenance
from tfgan_suite.batches import provenance_of
from tfgan_suite.checkpointing import differences
from tfgan_suite.files import strict

# What does not change how a training goes on: names, how its steps are run, what data are called.
_NOT_COMPARED = {
    "name", "run_eagerly", "jit_compile", "steps_per_execution", "modality", "condition", "source",
}  # fmt: skip


def describe_training(trainer, steps):
    """JSON-able dict of the trainer, how it was compiled, and its data.

    Args:
        trainer: a compiled trainer.
        steps: the `Steps` of a `fit`.
    """
    options = trainer.get_config()
    # The variables' names and shapes stand for the networks; their configs hold names that count
    # what a process has built before.
    options = {k: v for k, v in options.items() if k not in trainer.network_names}
    return strict(
        {
            "trainer": type(trainer).__name__,
            "options": _without_names(options),
            "compiled": _without_names(trainer.get_compile_config()),
            "data": {
                "batch_size": steps.batch_size,
                "steps_per_epoch": steps.per_epoch,
                "provenance": None if steps.given is None else provenance_of(steps.given),
            },
        }
    )


def _without_names(value):
    if isinstance(value, dict):
        return {k: _without_names(v) for k, v in value.items() if k not in _NOT_COMPARED}
    if isinstance(value, (list, tuple)):
        return {str(index): _without_names(item) for index, item in enumerate(value)}
    return value


def changes_of_training(before, now):
    """What is another in two dicts of `describe_training`.

    It warns where nobody can tell whether the data is the same.

    Returns:
        List of strings `key: before -> now`.
    """
    before, now = ({**config, "data": dict(config["data"])} for config in (before, now))
    old, new = (config["data"].pop("provenance", None) for config in (before, now))
    lines = differences(before, now)
    if old is not None and new is not None:
        return lines + provenance.changes(old, new)
    if old is not None:
        return [*lines, "data: known by its contents -> a dataset of unknown origin"]
    if new is not None:
        warnings.warn(
            "The checkpoint does not say what the data was (an earlier version wrote it, or the "
            "data was a dataset of unknown origin), so that it cannot be told whether it is the "
            "same now."
        )
    return lines
