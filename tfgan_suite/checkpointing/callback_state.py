"""What callbacks remember between epochs: as JSON, and as arrays."""

import keras
import numpy as np

from tfgan_suite.checkpointing.variables import OF_CALLBACKS
from tfgan_suite.files import strict

_BATCHES_SEEN = ("_batches_seen_since_last_saving", "_last_batch_seen")
# Of Keras's own callbacks, which have no state to ask for: the attributes they go by.
KNOWN = {
    keras.callbacks.ReduceLROnPlateau: ("best", "wait", "cooldown_counter"),
    keras.callbacks.EarlyStopping: ("best", "wait", "best_epoch", "stopped_epoch"),
    keras.callbacks.ModelCheckpoint: ("best", *_BATCHES_SEEN),
    keras.callbacks.OrbaxCheckpoint: ("best", *_BATCHES_SEEN, "_total_batches_seen"),
    keras.callbacks.TensorBoard: ("_global_train_batch",),
    keras.callbacks.History: ("epoch", "history"),
}
_KINDS = (*KNOWN, keras.callbacks.CSVLogger)
_BEST_WEIGHTS = "best_weights"  # a list of arrays: of `EarlyStopping` alone


def get_callback_state(callbacks):
    """What the callbacks remember, but for arrays.

    A callback of one's own takes part by `get_state()`, which returns a dict of what JSON can hold,
    and `set_state(dict)`.

    Args:
        callbacks: list of Keras callbacks.

    Returns:
        Dict of `"position in the list of its class, class name"` to dicts.
    """
    return {key: strict(_get(callback)) for key, callback in _keys(callbacks).items()}


def set_callback_state(callbacks, state):
    """Gives callbacks back what `get_callback_state` returned; others keep what they have."""
    for key, callback in _keys(callbacks).items():
        if key not in state:
            continue
        if hasattr(callback, "set_state"):
            callback.set_state(state[key])
        elif isinstance(callback, keras.callbacks.CSVLogger):
            _write_again(callback, state[key]["lines"])
        else:
            # No others: a checkpoint may be a stranger's.
            for name in _known_names(callback):
                if name in state[key]:
                    setattr(callback, name, _number(state[key][name]))


def get_callback_arrays(callbacks):
    """Dict of names, which begin with `OF_CALLBACKS`, to the arrays that callbacks remember."""
    return {
        f"{OF_CALLBACKS}{key}/{_BEST_WEIGHTS}/{index:03d}": np.asarray(array)
        for key, callback in _keys(callbacks).items()
        for index, array in enumerate(getattr(callback, _BEST_WEIGHTS, None) or ())
    }


def set_callback_arrays(callbacks, arrays):
    """Gives callbacks back what `get_callback_arrays` returned, among the arrays of a state."""
    for key, callback in _keys(callbacks).items():
        prefix = f"{OF_CALLBACKS}{key}/{_BEST_WEIGHTS}/"
        found = [arrays[name] for name in sorted(arrays) if name.startswith(prefix)]
        if found:
            setattr(callback, _BEST_WEIGHTS, found)


def _keys(callbacks):
    found, counts = {}, {}
    for callback in callbacks:
        callback = getattr(callback, "remembers", callback)  # of one that hands on to another
        if hasattr(callback, "get_state") or isinstance(callback, _KINDS):
            name = type(callback).__name__
            counts[name] = counts.get(name, -1) + 1
            found[f"{name}/{counts[name]}"] = callback
    return found


def _get(callback):
    if hasattr(callback, "get_state"):
        return callback.get_state()
    if isinstance(callback, keras.callbacks.CSVLogger):
        with open(callback.filename, encoding="utf-8", newline="") as file:
            return {"lines": file.read()}
    known = _known_names(callback)
    return {name: getattr(callback, name) for name in known if hasattr(callback, name)}


def _known_names(callback):
    return next(names for kind, names in KNOWN.items() if isinstance(callback, kind))


def _write_again(logger, lines):
    """Leaves of a file those lines that it had at the checkpoint: Keras may have emptied it, and
    the epochs after it come again.
    """
    logger.csv_file.truncate(0)
    logger.csv_file.seek(0)
    logger.csv_file.write(lines)
    logger.csv_file.flush()
    logger.append_header = not lines


def _number(value):
    """Undoes what `strict` does to numbers that are not finite, wherever they stand."""
    if isinstance(value, str) and value in ("NaN", "Infinity", "-Infinity"):
        return float(value)
    if isinstance(value, list):
        return [_number(item) for item in value]
    if isinstance(value, dict):
        return {key: _number(item) for key, item in value.items()}
    return value
