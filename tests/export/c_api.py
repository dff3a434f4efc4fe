"""Runs a SavedModel through TensorFlow's C API, the loader of TensorFlow Serving.

`run` reads the tensor names from `saved_model.pb` and starts this file as a program. The program
imports NumPy and loads the C library of the installed wheel, but never Python's `tensorflow`: what
works there needs neither Keras nor this package.
"""

import ctypes
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

# TF_DataType of c_types.h.
_DTYPES = {1: "float32", 2: "float64", 3: "int32", 4: "uint8", 9: "int64", 10: "bool"}
_CODES = {np.dtype(name): code for code, name in _DTYPES.items()}
_POINTER_RESULTS = (
    "NewGraph", "NewSessionOptions", "NewStatus", "LoadSessionFromSavedModel",
    "GraphOperationByName", "AllocateTensor", "TensorData",
)


def read_graph(path):
    """The `MetaGraphDef` tagged `serve` of the SavedModel in directory `path`."""
    from tensorflow.core.protobuf import saved_model_pb2

    saved = saved_model_pb2.SavedModel()
    saved.ParseFromString((pathlib.Path(path) / "saved_model.pb").read_bytes())
    (graph,) = [graph for graph in saved.meta_graphs if "serve" in graph.meta_info_def.tags]
    return graph


def run(path, signature, inputs):
    """Loads a SavedModel in a fresh process and answers one request.

    Args:
        path: directory of the SavedModel (with the version).
        signature: name of the signature.
        inputs: dict of arrays by input key, sent in the dtypes they have.

    Returns:
        Dict of arrays by output key.

    Raises:
        RuntimeError: if loading or running fails; it carries the C API's message.
    """
    import tensorflow as tf

    definition = read_graph(path).signature_def[signature]
    library = pathlib.Path(tf.sysconfig.get_lib()) / "libtensorflow_cc.so.2"
    with tempfile.TemporaryDirectory() as folder:
        request, answer = f"{folder}/request.npz", f"{folder}/answer.npz"
        np.savez(request, **{definition.inputs[key].name: inputs[key] for key in inputs})
        outputs = [info.name for info in definition.outputs.values()]
        done = subprocess.run(
            [sys.executable, __file__, str(library), str(path), request, answer, *outputs],
            capture_output=True, text=True, check=False,
        )
        if done.returncode:
            raise RuntimeError(f"The C API failed on {path}: {done.stderr[-2000:]}")
        with np.load(answer) as arrays:
            return {key: arrays[info.name] for key, info in definition.outputs.items()}


class _Output(ctypes.Structure):
    _fields_ = [("operation", ctypes.c_void_p), ("index", ctypes.c_int)]


class _Session:
    """A SavedModel loaded with tag `serve` by `TF_LoadSessionFromSavedModel`."""

    def __init__(self, library, path):
        # RTLD_LOCAL keeps the library's symbols from taking the place of NumPy's.
        self._c = ctypes.CDLL(library, mode=ctypes.RTLD_LOCAL)
        for name in _POINTER_RESULTS:
            getattr(self._c, f"TF_{name}").restype = ctypes.c_void_p
        self._c.TF_Message.restype = ctypes.c_char_p
        self._c.TF_Dim.restype = ctypes.c_int64
        self._status = ctypes.c_void_p(self._c.TF_NewStatus())
        self._graph = ctypes.c_void_p(self._c.TF_NewGraph())
        options = ctypes.c_void_p(self._c.TF_NewSessionOptions())
        self._session = ctypes.c_void_p(self._c.TF_LoadSessionFromSavedModel(
            options, None, path.encode(), (ctypes.c_char_p * 1)(b"serve"), 1, self._graph, None,
            self._status,
        ))
        self._check()

    def run(self, inputs, outputs):
        """Maps a dict of arrays by tensor name, and a list of tensor names, to arrays by name."""
        sent = (ctypes.c_void_p * len(inputs))(*map(self._to_tensor, inputs.values()))
        received = (ctypes.c_void_p * len(outputs))()
        self._c.TF_SessionRun(
            self._session, None, self._find(inputs), sent, len(inputs), self._find(outputs),
            received, len(outputs), None, 0, None, self._status,
        )
        self._check()
        return {name: self._to_array(tensor) for name, tensor in zip(outputs, received)}

    def _check(self):
        if self._c.TF_GetCode(self._status):
            raise RuntimeError(self._c.TF_Message(self._status).decode())

    def _find(self, names):
        pairs = [name.rsplit(":", 1) for name in names]
        found = [(self._c.TF_GraphOperationByName(self._graph, op.encode()), int(index))
                 for op, index in pairs]
        return (_Output * len(found))(*found)

    def _to_tensor(self, array):
        shape = (ctypes.c_int64 * array.ndim)(*array.shape)
        size = ctypes.c_size_t(array.nbytes)
        tensor = self._c.TF_AllocateTensor(_CODES[array.dtype], shape, array.ndim, size)
        data = self._c.TF_TensorData(ctypes.c_void_p(tensor))
        ctypes.memmove(data, np.ascontiguousarray(array).ctypes.data, array.nbytes)
        return tensor

    def _to_array(self, tensor):
        tensor = ctypes.c_void_p(tensor)
        shape = [self._c.TF_Dim(tensor, axis) for axis in range(self._c.TF_NumDims(tensor))]
        array = np.empty(shape, _DTYPES[self._c.TF_TensorType(tensor)])
        ctypes.memmove(array.ctypes.data, self._c.TF_TensorData(tensor), array.nbytes)
        return array


def main(library, path, request, answer, *outputs):
    with np.load(request) as archive:
        inputs = dict(archive)
    answers = _Session(library, path).run(inputs, outputs)
    if "tensorflow" in sys.modules:
        raise RuntimeError("Python's tensorflow was imported beside the C library")
    np.savez(answer, **answers)


if __name__ == "__main__":
    main(*sys.argv[1:])
