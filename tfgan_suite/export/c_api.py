"""SavedModels in TensorFlow's C API: the loader and the session of TensorFlow Serving.

Only NumPy and ctypes are imported here, so that a program may load this file by its path and run a
SavedModel without Python's `tensorflow`, Keras or this package. `python c_api.py LIBRARY` is such a
program: `loading.Served` asks it through a pipe.
"""

import ctypes
import os
import pickle
import sys
import threading

import numpy as np

# TF_DataType of c_types.h.
_DTYPES = {1: "float32", 2: "float64", 3: "int32", 4: "uint8", 9: "int64", 10: "bool"}
_CODES = {np.dtype(name): code for code, name in _DTYPES.items()}
_STRING, _STRING_BYTES = 7, 24  # TF_STRING, and the size of a TF_TString
_POINTERS = (
    "NewGraph", "NewSessionOptions", "NewStatus", "LoadSessionFromSavedModel",
    "GraphOperationByName", "AllocateTensor", "TensorData", "StringGetDataPointer",
)  # fmt: skip
# A ConfigProto with device_count {"GPU": 0}: a training beside it keeps its GPU's memory.
_CPU_ONLY = b"\x0a\x07\x0a\x03GPU\x10\x00"


class _Output(ctypes.Structure):
    _fields_ = [("operation", ctypes.c_void_p), ("index", ctypes.c_int)]


class Session:
    """A SavedModel loaded with tag `serve` by `TF_LoadSessionFromSavedModel`, on the CPU.

    Several threads may call `run` at once.

    Args:
        library: path of `libtensorflow_cc.so.2`.
        path: directory of the SavedModel.

    Raises:
        RuntimeError: if the model cannot be loaded; it carries the C API's message.
    """

    def __init__(self, library, path):
        # RTLD_LOCAL keeps the library's symbols from taking the place of NumPy's.
        self._c = ctypes.CDLL(str(library), mode=ctypes.RTLD_LOCAL)
        for name in _POINTERS:
            getattr(self._c, f"TF_{name}").restype = ctypes.c_void_p
        self._c.TF_Message.restype = ctypes.c_char_p
        self._c.TF_Dim.restype = ctypes.c_int64
        self._c.TF_StringGetSize.restype = ctypes.c_size_t
        self._c.TF_TensorByteSize.restype = ctypes.c_size_t
        self._operations, self._lock = {}, threading.Lock()
        self._graph = ctypes.c_void_p(self._c.TF_NewGraph())
        self._session = None
        options = ctypes.c_void_p(self._c.TF_NewSessionOptions())
        status = self._new_status()
        try:
            size = ctypes.c_size_t(len(_CPU_ONLY))
            self._c.TF_SetConfig(options, _CPU_ONLY, size, status)
            tags = (ctypes.c_char_p * 1)(b"serve")
            session = self._c.TF_LoadSessionFromSavedModel(
                options, None, str(path).encode(), tags, 1, self._graph, None, status
            )
            self._session = session and ctypes.c_void_p(session)
            self._check(status)
        except BaseException:
            self.close()
            raise
        finally:
            self._c.TF_DeleteStatus(status)
            self._c.TF_DeleteSessionOptions(options)

    def run(self, inputs, outputs):
        """Maps a dict of arrays by tensor name, and a list of tensor names, to arrays by name.

        Strings go and come as object arrays of `bytes`.

        Raises:
            RuntimeError: if the request fails; it carries the C API's message.
        """
        fed, fetched = self._find(inputs), self._find(outputs)
        status = self._new_status()
        sent = (ctypes.c_void_p * len(inputs))()
        received = (ctypes.c_void_p * len(outputs))()
        try:
            for index, array in enumerate(inputs.values()):
                sent[index] = self._to_tensor(np.asarray(array))
            self._c.TF_SessionRun(
                self._session, None, fed, sent, len(inputs), fetched, received, len(outputs),
                None, 0, None, status,
            )  # fmt: skip
            self._check(status)
            return {name: self._to_array(tensor) for name, tensor in zip(outputs, received)}
        finally:
            for tensor in (*sent, *received):
                if tensor:
                    self._delete(ctypes.c_void_p(tensor))
            self._c.TF_DeleteStatus(status)

    def close(self):
        """Frees the session and its graph."""
        if self._session:
            status = self._new_status()
            self._c.TF_CloseSession(self._session, status)
            self._c.TF_DeleteSession(self._session, status)
            self._c.TF_DeleteStatus(status)
            self._session = None
        if self._graph:
            self._c.TF_DeleteGraph(self._graph)
            self._graph = None

    def _new_status(self):
        return ctypes.c_void_p(self._c.TF_NewStatus())

    def _check(self, status):
        if self._c.TF_GetCode(status):
            raise RuntimeError(self._c.TF_Message(status).decode(errors="replace"))

    def _find(self, names):
        found = []
        for name in names:
            operation, _, index = name.rpartition(":")
            with self._lock:
                if operation not in self._operations:
                    self._operations[operation] = self._c.TF_GraphOperationByName(
                        self._graph, operation.encode()
                    )
            if not self._operations[operation]:
                raise RuntimeError(f"The graph has no operation {operation!r}")
            found.append((self._operations[operation], int(index)))
        return (_Output * len(found))(*found)

    def _delete(self, tensor):
        if self._c.TF_TensorType(tensor) == _STRING:
            for string in self._strings(tensor):
                self._c.TF_StringDealloc(string)
        self._c.TF_DeleteTensor(tensor)

    def _strings(self, tensor):
        """Pointers to the strings of a tensor."""
        data = self._c.TF_TensorData(tensor)
        count = self._c.TF_TensorByteSize(tensor) // _STRING_BYTES
        return [ctypes.c_void_p(data + index * _STRING_BYTES) for index in range(count)]

    def _to_tensor(self, array):
        if array.dtype == object:
            return self._to_strings(array)
        if array.dtype not in _CODES:
            raise RuntimeError(f"Arrays of dtype {array.dtype} cannot be sent")
        shape = (ctypes.c_int64 * array.ndim)(*array.shape)
        size = ctypes.c_size_t(array.nbytes)
        tensor = self._c.TF_AllocateTensor(_CODES[array.dtype], shape, array.ndim, size)
        if array.nbytes:
            data = self._c.TF_TensorData(ctypes.c_void_p(tensor))
            contiguous = np.ascontiguousarray(array)
            ctypes.memmove(data, contiguous.ctypes.data, array.nbytes)
        return tensor

    def _to_strings(self, array):
        shape = (ctypes.c_int64 * array.ndim)(*array.shape)
        size = ctypes.c_size_t(array.size * _STRING_BYTES)
        tensor = self._c.TF_AllocateTensor(_STRING, shape, array.ndim, size)
        for string, text in zip(self._strings(ctypes.c_void_p(tensor)), array.reshape(-1)):
            self._c.TF_StringInit(string)
            self._c.TF_StringCopy(string, text, ctypes.c_size_t(len(text)))
        return tensor

    def _to_array(self, tensor):
        tensor = ctypes.c_void_p(tensor)
        shape = [self._c.TF_Dim(tensor, axis) for axis in range(self._c.TF_NumDims(tensor))]
        data, kind = self._c.TF_TensorData(tensor), self._c.TF_TensorType(tensor)
        if kind == _STRING:
            texts = np.empty(int(np.prod(shape)), object)
            for index, string in enumerate(self._strings(tensor)):
                size = self._c.TF_StringGetSize(string)
                texts[index] = ctypes.string_at(self._c.TF_StringGetDataPointer(string), size)
            return texts.reshape(shape)
        array = np.empty(shape, _DTYPES[kind])
        if array.nbytes:
            ctypes.memmove(array.ctypes.data, data, array.nbytes)
        return array


def main(library):
    """Answers pickled requests until the input ends: ("load", path), ("run", handle, inputs,
    outputs) and ("close", handle), each with ("done", result) or ("failed", message).
    """
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the library may print does not come between
    sessions, count = {}, 0
    while True:
        try:
            what, *arguments = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        try:
            if what == "load":
                result = count = count + 1
                sessions[count] = Session(library, *arguments)
            elif what == "run":
                handle, inputs, outputs = arguments
                result = sessions[handle].run(inputs, outputs)
            else:
                result = sessions.pop(*arguments).close()
            answer = ("done", result)
        except (RuntimeError, MemoryError) as error:
            answer = ("failed", str(error) or type(error).__name__)
        pickle.dump(answer, answers)
        answers.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
