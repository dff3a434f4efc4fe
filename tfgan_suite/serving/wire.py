"""What an answer would become in memory, told from its bytes before it is read.

A byte of JSON may become 28 bytes of objects, a byte of a protocol buffer 88. So an answer within
its limit of bytes is still refused if it would become too much.
"""

from tfgan_suite.serving.errors import BadAnswerError

LARGEST = 2**28  # bytes of an answer, and of the arrays in it
MOST_VALUES = 2**25  # of an answer in JSON: of as many bytes as it may have, with 8 for each number
_MOST_FIELDS = 2**20  # of a message: an output has 5 at least, and one for each text or file
_MOST_PACKED = LARGEST // 8  # bytes of integers in a message, of which each may become 8
# Messages within messages, by the numbers of their fields in TensorFlow Serving's definitions.
_LOOKED_INTO = {("response", 1): "entry", ("entry", 2): "tensor", ("tensor", 2): "shape"}
_INTEGERS = {7, 10, 11, 13, 16, 17}  # of TensorProto, packed
_NO_ARRAYS = {14, 15}  # of TensorProto: resources and variants, with messages in one another
_FIXED = {1: 8, 5: 4}  # bytes by wire type


def check_json(text, most=None):
    """Raises BadAnswerError for JSON that would become too much.

    Args:
        text: bytes.
        most: values that there may be, lists and their brackets counted; None for `MOST_VALUES`.
    """
    # One letter beyond ASCII gives all letters of a text four bytes.
    if len(text) > LARGEST // 4 and not text.isascii():
        raise BadAnswerError(f"it has {len(text):,} bytes that are not all ASCII")
    most = MOST_VALUES if most is None else min(most, MOST_VALUES)
    found = sum(text.count(sign) for sign in b",:[{")
    if found > most:
        raise BadAnswerError(f"it has {found:,} values and lists, and {most:,} at most were due")


def check_response(data):
    """Raises BadAnswerError for a `PredictResponse` that would become too much, or is none."""
    count, packed = 0, 0
    waiting = [(0, len(data), "response")]
    while waiting:
        start, end, kind = waiting.pop()
        for number, wire, first, last in _fields(data, start, end):
            count += 1
            if count > _MOST_FIELDS:
                raise BadAnswerError(f"it has more than {_MOST_FIELDS:,} fields")
            if kind == "tensor" and number in _NO_ARRAYS:
                raise BadAnswerError("it has a resource or a variant, which is no array")
            if wire == 2 and kind == "tensor" and number in _INTEGERS:
                packed += last - first
                if packed > _MOST_PACKED:
                    raise BadAnswerError(f"it has more than {_MOST_PACKED:,} bytes of integers")
            if wire == 2 and (kind, number) in _LOOKED_INTO:
                waiting.append((first, last, _LOOKED_INTO[kind, number]))


def _fields(data, start, end):
    """Yields (number, wire type, first byte, end) of each field of a message."""
    while start < end:
        tag, start = _varint(data, start, end)
        number, wire = tag >> 3, tag & 7
        if wire == 0:
            first, (_, start) = start, _varint(data, start, end)
        elif wire == 2:
            size, first = _varint(data, start, end)
            start = first + size
        elif wire in _FIXED:
            first, start = start, start + _FIXED[wire]
        else:
            raise BadAnswerError("it is no message of TensorFlow Serving")
        if start > end:
            raise BadAnswerError("it is cut short")
        yield number, wire, first, start


def _varint(data, start, end):
    """An integer of up to ten bytes, and where it ends."""
    value = shift = 0
    for position in range(start, min(end, start + 10)):
        value |= (data[position] & 127) << shift
        if data[position] < 128:
            return value, position + 1
        shift += 7
    raise BadAnswerError("it is cut short")
