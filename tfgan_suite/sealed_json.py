"""JSON that vouches for itself: one of its entries is the SHA-256 of all the others.

It tells what was changed since by accident, or by somebody who did not mean it to be found out and
did not know how. It is no signature: whoever changes an entry can compute the sum anew, so that
what somebody else vouches for is the sum itself, told by another way.
"""

import hashlib
import json

from tfgan_suite.files import json_object


def seal(content, key, indent):
    """The text of a dict with its checksum, as `bytes`.

    Args:
        content: dict of what strict JSON can hold (see `files.strict`), without `key`.
        key: of the entry that is added, the last one.
        indent: spaces for each level.
    """
    return _text({**content, key: _digest(content, indent)}, indent)


def unseal(raw, key, indent):
    """The dict of a text that `seal` made, with the entry `key`.

    Raises:
        ValueError: if it is not, byte for byte, what `seal` makes of its entries.
        KeyError: if it has no such entry.
    """
    sealed = json_object(raw)
    content = {name: value for name, value in sealed.items() if name != key}
    if sealed[key] != _digest(content, indent) or raw != _text(sealed, indent):
        raise ValueError("it is not as it was written")
    return sealed


def _digest(content, indent):
    return hashlib.sha256(_text(content, indent)).hexdigest()


def _text(content, indent):
    return (json.dumps(content, indent=indent, allow_nan=False) + "\n").encode()
