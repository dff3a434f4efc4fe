"""Data that come by Python code: a look at their first batches, as Keras takes one."""

import itertools
import types

import keras

from tfgan_suite.trainers.base.label_checks import with_checked_conditions
from tfgan_suite.trainers.base.value_checks import with_checked_values

_FIRST = 2  # batches; Keras makes as many of them before it begins


def looked_at(trainer, x, finite=True):
    """Looks at the first batches of a `keras.utils.PyDataset` or a generator: values and labels.

    Args:
        trainer: the trainer.
        x: as `fit` takes it; anything else is left alone.
        finite: as `with_checked_values` takes it.

    Returns:
        The batches that were looked at, and data that still begin with them.

    Raises:
        ValueError: for what `fit` refuses of arrays.
    """
    batches = []
    if isinstance(x, keras.utils.PyDataset):
        count = _FIRST if x.num_batches is None else min(_FIRST, x.num_batches)
        batches = [x[index] for index in range(count)]
    elif isinstance(x, types.GeneratorType):
        batches = list(itertools.islice(x, _FIRST))
        x = _beginning_with(batches, x)
    for batch in batches:
        examples, condition, _ = keras.utils.unpack_x_y_sample_weight(batch)
        with_checked_conditions(trainer, examples, condition)
        with_checked_values(trainer, examples, condition, finite, whole=False)
    return batches, x


def _beginning_with(batches, rest):
    yield from batches
    for batch in rest:  # not `yield from`, by which the end of this one would close the other
        yield batch
