"""Conditions as people give them: one array, or several as a tuple or by their keys."""

import numpy as np

from tfgan_suite.conditions import Labels


def in_order(interface, condition):
    """A condition as a list of the arrays of an interface's conditions.

    Args:
        interface: an `Interface`.
        condition: an array; of several conditions a tuple or list of them; a dict by their keys; or
            None for none.

    Raises:
        ValueError: if the keys of a dict are others.
    """
    keys = [kind.key for kind in interface.conditions]
    if condition is None:
        return []
    if isinstance(condition, dict):
        if set(condition) != set(keys):
            raise ValueError(
                f"The conditions of this generator are {', '.join(keys) or 'none'}. "
                f"Received: {', '.join(map(str, condition))}"
            )
        return [condition[key] for key in keys]
    several = isinstance(condition, (tuple, list)) and len(keys) > 1
    return list(condition) if several else [condition]


def packed(conditions):
    """A list of arrays as `in_order` takes it."""
    return tuple(conditions) if len(conditions) > 1 else next(iter(conditions), None)


def checked(interface, condition, rows, taker):
    """A condition as the list of arrays that a generator of an interface takes.

    Args:
        interface: the `Interface`.
        condition: as `in_order` takes it.
        rows: the number of rows that there must be.
        taker: name of the generator, for errors.

    Raises:
        ValueError: if there are too few or too many, or they are not what the generator takes.
    """
    kinds, given = interface.conditions, in_order(interface, condition)
    if len(given) != len(kinds):
        takes = " and ".join(kind.kind for kind in kinds)
        takes = f"a condition ({takes})" if takes else "no condition"
        raise ValueError(
            f"The generator {taker!r} takes {takes} beside its inputs. "
            f"Received: condition={condition!r}"
        )
    return [kind.check(values, rows) for kind, values in zip(kinds, given)]


def sampled(interface, count, seed, by_frequency=False, class_frequencies=None):
    """The condition that a call without any asks for, as `in_order` takes it.

    Args:
        interface: the `Interface`.
        count: number of rows.
        seed: integer.
        by_frequency: whether values come as often as in the data, where conditions know that.
        class_frequencies: K shares of the classes, whatever the labels know of them; or None.

    Raises:
        ValueError: if nobody knows which values a condition has, or there are not K shares.
    """
    kinds = [_by_shares(kind, class_frequencies) for kind in interface.conditions]
    return packed(
        [
            kind.sample(count, seed, by_frequency=by_frequency or kind is not declared)
            for kind, declared in zip(kinds, interface.conditions)
        ]
    )


def law_of(interface, by_frequency=False, class_frequencies=None):
    """The law of what `sampled` gives, for a protocol.

    Returns:
        JSON-able dict of the keys of the conditions to a dict of "law": "frequencies", which then
        stand beside it; "equal"; or of conditions that are not counted "by chance" or "in turn", of
        what is known of the data, the number of whose rows may stand beside it as "observed"; "made
        up" where nothing is. The "names" of classes or components stand there too.
    """
    found = {}
    for declared in interface.conditions:
        kind = _by_shares(declared, class_frequencies)
        shares = getattr(kind, "frequencies", None)
        if shares is not None and (by_frequency or kind is not declared):
            found[kind.key] = {"law": "frequencies", "frequencies": list(shares)}
        elif hasattr(kind, "frequencies"):
            found[kind.key] = {"law": "equal"}
        elif not kind.knows_data:
            found[kind.key] = {"law": "made up"}
        else:
            found[kind.key] = {"law": "by chance" if by_frequency else "in turn"}
            if getattr(kind, "observed", None) is not None:
                found[kind.key]["observed"] = len(kind.observed)
        if kind.names is not None:
            found[kind.key]["names"] = list(kind.names)
    return found


def _by_shares(kind, class_frequencies):
    """Labels with other frequencies; whatever else as it is."""
    if class_frequencies is None or not isinstance(kind, Labels):
        return kind
    return Labels(kind.classes, kind.names, class_frequencies)


def repeated(condition, times):
    """A condition of rows as one of examples: each row `times` times, one after the other.

    Args:
        condition: an array, a tuple of them, or None.
        times: examples in a row.
    """
    if isinstance(condition, tuple):
        return tuple(np.repeat(values, times, axis=0) for values in condition)
    return None if condition is None else np.repeat(condition, times, axis=0)


def again(conditions, count):
    """`count` rows of a list of arrays, as `in_order` takes them, again from the first row."""
    if not conditions:
        return None
    index = np.arange(count) % len(conditions[0])
    return packed([np.asarray(values)[index] for values in conditions])
