"""SavedModels read as data, and loaded only if they may be."""

import pathlib

import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorflow.core.protobuf import saved_model_pb2

from tfgan_suite.admission.checks import NotAdmitted, check_files, check_graph
from tfgan_suite.files import check_no_pattern


def read_graphs(path):
    """All `MetaGraphDef`s of the SavedModel in directory `path`.

    Raises:
        ValueError: if `saved_model.pb` is missing or cannot be read.
    """
    file = pathlib.Path(path) / "saved_model.pb"
    saved = saved_model_pb2.SavedModel()
    try:
        saved.ParseFromString(file.read_bytes())
    except (OSError, DecodeError) as error:
        raise ValueError(f"{file} cannot be read: {error}") from error
    return list(saved.meta_graphs)


def admitted_graphs(path):
    """All `MetaGraphDef`s of the SavedModel in directory `path`, if it may be loaded.

    Raises:
        ValueError: if it cannot be read, or could do more than compute (`NotAdmitted`).
    """
    try:
        check_files(path)
        graphs = read_graphs(path)
        for graph in graphs:
            check_graph(graph)
    except NotAdmitted as error:
        raise NotAdmitted(
            f"The SavedModel is not loaded, for {error}. See docs/security.md. "
            f"Received: {str(path)!r}"
        ) from error
    return graphs


def load_admitted(path):
    """What `tf.saved_model.load` makes of the SavedModel in directory `path`, if it may be loaded.

    Raises:
        ValueError: if it could do more than compute (`NotAdmitted`), or cannot be loaded.
    """
    check_no_pattern(path)
    try:
        admitted_graphs(path)
        return tf.saved_model.load(str(path))
    except NotAdmitted:
        raise
    except (OSError, ValueError, tf.errors.OpError) as error:
        raise ValueError(f"{path} cannot be loaded as a SavedModel: {error}") from error
