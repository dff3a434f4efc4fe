"""What callbacks remember between epochs, as JSON."""

import keras

from tfgan_suite.files import strict

# Of Keras's own callbacks, which have no state to ask for: the attributes they go by.
_KNOWN = {
    keras.callbacks.ReduceLROnPlateau: ("best", "wait", "cooldown_counter"),
    keras.callbacks.EarlyStopping: ("best", "wait", "best_epoch", "stopped_epoch"),
    keras.callbacks.ModelCheckpoint: ("best",),
    keras.callbacks.History: ("epoch", "history"),
}


def get_callback_state(callbacks):
    """What the callbacks remember.

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
        else:
            for name, value in state[key].items():
                setattr(callback, name, _number(value))


def _keys(callbacks):
    found, counts = {}, {}
    for callback in callbacks:
        callback = getattr(callback, "remembers", callback)  # of one that hands on to another
        if hasattr(callback, "get_state") or _known(callback):
            name = type(callback).__name__
            counts[name] = counts.get(name, -1) + 1
            found[f"{name}/{counts[name]}"] = callback
    return found


def _known(callback):
    return next((names for kind, names in _KNOWN.items() if isinstance(callback, kind)), ())


def _get(callback):
    if hasattr(callback, "get_state"):
        return callback.get_state()
    return {name: getattr(callback, name) for name in _known(callback) if hasattr(callback, name)}


def _number(value):
    """Undoes what `strict` does to numbers that are not finite, wherever they stand."""
    if isinstance(value, str) and value in ("NaN", "Infinity", "-Infinity"):
        return float(value)
    if isinstance(value, list):
        return [_number(item) for item in value]
    if isinstance(value, dict):
        return {key: _number(item) for key, item in value.items()}
    return value
