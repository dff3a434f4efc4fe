"""What takes the place of an example that is broken."""

import logging

_LOGGER = logging.getLogger("tfgan_suite.data")


def first_good(candidates, read, skipped):
    """Reads the first of several examples that can be read.

    Broken examples are replaced, not left out: an epoch keeps its length and its order, whatever
    breaks and whenever, and a training that is resumed sees what one that was not interrupted sees.

    Args:
        candidates: iterable of `(name, example)`: the one that is wanted, and then those that may
            stand in for it, in an order that the data alone decides. It is not read further than
            needed.
        read: function of a name and an example; raises ValueError if that one is broken.
        skipped: dict to which the names of broken examples are added, with the reason.

    Returns:
        What `read` returned.

    Raises:
        ValueError: if none of them can be read.
    """
    wanted, reason = None, None
    for name, example in candidates:
        try:
            return read(name, example)
        except ValueError as error:
            if wanted is None:
                wanted, reason = name, str(error)
            note(skipped, name, str(error))
    raise ValueError(f"No image can be read in the place of {wanted}: {reason}")


def note(skipped, name, reason):
    """Adds a broken example to those that were skipped, and logs it, once."""
    # In one operation: examples are read by several threads.
    if skipped.setdefault(name, reason) is reason:
        _LOGGER.warning("skipped image %d: %s", len(skipped), reason)
