"""In which precision a run's networks compute."""

import contextlib
import pathlib

import keras

from tfgan_suite.experiment.config import PRECISIONS
from tfgan_suite.experiment.run_directory import RunDirectory, is_run


def resolve(precision, run_dir=None):
    """The precision of a run: what is asked for, or else recorded, or else Keras's policy now.

    Args:
        precision: one of `PRECISIONS`, or None.
        run_dir: directory of the run, which may not be there yet; or None.

    Raises:
        ValueError: if the precision is unknown, or the directory's record cannot be read.
    """
    if precision is None:
        recorded = {}
        if run_dir is not None and is_run(run_dir):
            recorded = RunDirectory(pathlib.Path(run_dir)).read_config()
        return recorded.get("precision") or keras.config.dtype_policy().name
    if precision not in PRECISIONS:
        raise ValueError(f"`precision` must be one of {PRECISIONS}. Received: {precision!r}")
    return precision


@contextlib.contextmanager
def policy(precision):
    """Within, new layers compute in a precision; judges and whatever is made later do not."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
