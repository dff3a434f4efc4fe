"""Warm-up requests: what a server runs before it says that a version is available.

TensorFlow Serving reads `assets.extra/tf_serving_warmup_requests`, a TFRecord of `PredictionLog`s,
when it loads a version. One bad record makes the load fail.
"""

import pathlib

import tensorflow as tf

from tfgan_suite.export import messages

FILE = pathlib.PurePath("assets.extra", "tf_serving_warmup_requests")
ROWS = (1, 4)  # of the requests of each signature


def write(path, signatures):
    """Writes the warm-up file of an export.

    Args:
        path: directory of the version; `assets.extra` is made.
        signatures: dict of names to `Signature`s.
    """
    file = pathlib.Path(path) / FILE
    file.parent.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(file)) as writer:
        for name, signature in signatures.items():
            for rows in ROWS:
                tensors = {f.key: _to_proto(f.example(rows)) for f in signature.fields}
                writer.write(messages.prediction_log(name, tensors))


def read(path):
    """Returns the requests of a version's warm-up file: a list of `(signature, inputs)`.

    Raises:
        ValueError: if the file is damaged; it says in which record.
        OSError: if it cannot be read.
    """
    file = pathlib.Path(path) / FILE
    file.stat()  # a missing file is no damaged one
    requests = []
    records = iter(tf.data.TFRecordDataset(str(file)))
    while True:
        try:
            record = next(records, None)
            if record is None:
                return requests
            signature, tensors = messages.parse_prediction_log(record.numpy())
            arrays = {key: tf.make_ndarray(tensor) for key, tensor in tensors.items()}
        except (ValueError, TypeError, tf.errors.OpError) as error:
            reason = getattr(error, "message", error)
            raise ValueError(f"{FILE}, record {len(requests)}: {reason}") from error
        requests.append((signature, arrays))


def _to_proto(array):
    """A `TensorProto`; one that has the same value everywhere takes no room."""
    if array.size > 1 and (array == array.flat[0]).all():
        return tf.make_tensor_proto(array.flat[0], dtype=array.dtype, shape=array.shape)
    return tf.make_tensor_proto(array)
