"""Checkpoints of trainings: what they hold, how they are written, verified and found again.

`tfgan_suite.callbacks.Checkpoints` is what `fit` takes. Nothing here knows a network or a trainer:
states are dicts of arrays.
"""

from tfgan_suite.checkpointing.callback_state import (
    get_callback_arrays,
    get_callback_state,
    set_callback_arrays,
    set_callback_state,
)
from tfgan_suite.checkpointing.differences import differences
from tfgan_suite.checkpointing.forgotten import forgotten
from tfgan_suite.checkpointing.lock import DirectoryLock
from tfgan_suite.checkpointing.store import CheckpointError, CheckpointStore
from tfgan_suite.checkpointing.variables import (
    OF_CALLBACKS,
    assign_arrays,
    non_finite,
    read_arrays,
)
from tfgan_suite.checkpointing.workers import agree_on_newest

__all__ = [
    "CheckpointError",
    "CheckpointStore",
    "OF_CALLBACKS",
    "DirectoryLock",
    "agree_on_newest",
    "assign_arrays",
    "differences",
    "forgotten",
    "get_callback_arrays",
    "get_callback_state",
    "non_finite",
    "read_arrays",
    "set_callback_arrays",
    "set_callback_state",
]
