"""An exported model as a server holds it: in a process of its own, through TensorFlow's C API."""

import contextlib
import os
import pathlib
import pickle
import subprocess
import sys
import tempfile
import threading

import tensorflow as tf

from tfgan_suite.admission import admitted_graphs

_PROGRAM = pathlib.Path(__file__).with_name("c_api.py")
_SECONDS = 600.0  # for a process to load a model, or to answer one request
_shared = None  # the `Loader` of all models within `shared_loader`


class Loader:
    """A process that runs models through the C API.

    It never has Python's `tensorflow`, Keras or this package; what crashes the C++ library ends
    that process, not this one.
    """

    def __init__(self):
        library = _library()
        self._lock, self._said = threading.Lock(), tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [sys.executable, str(_PROGRAM), str(library)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            start_new_session=True,  # Ctrl-C is for us
            env={**os.environ, "CUDA_VISIBLE_DEVICES": "-1"},  # a training may have the GPU
        )

    def ask(self, *request):
        """Returns the result of a request; raises RuntimeError if it fails or takes too long."""
        with self._lock:
            watch = threading.Timer(_SECONDS, self._process.kill)
            watch.daemon = True
            watch.start()
            try:
                pickle.dump(request, self._process.stdin)
                self._process.stdin.flush()
                outcome, result = pickle.load(self._process.stdout)
            except (EOFError, OSError, pickle.UnpicklingError) as error:
                raise RuntimeError(f"The C library ended its process: {self._last()}") from error
            finally:
                watch.cancel()
        if outcome == "failed":
            raise RuntimeError(result)
        return result

    def close(self):
        """Ends the process."""
        with self._lock, contextlib.suppress(OSError):
            self._process.stdin.close()
            self._process.stdout.close()
        self._process.wait()
        self._said.close()

    def _last(self):
        self._process.wait()
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").strip().splitlines()
        return f"status {self._process.returncode}, {lines[-1] if lines else 'without a word'}"


def _library():
    """Path of TensorFlow's C library in the installed wheel."""
    folder = pathlib.Path(tf.sysconfig.get_lib())
    for name in ("libtensorflow_cc.so.2", "libtensorflow_cc.2.dylib"):
        if (folder / name).exists():
            return folder / name
    raise RuntimeError(f"There is no C library of TensorFlow in {folder}")


@contextlib.contextmanager
def shared_loader():
    """All models that are loaded within share one process: quicker for many of them."""
    global _shared
    _shared, before = Loader(), _shared
    try:
        yield
    finally:
        _shared.close()
        _shared = before


class Served:
    """A SavedModel in TensorFlow's C API: `served(signature, inputs)` answers a request.

    As in a server, a request must have exactly the keys and dtypes of the signature.

    Args:
        path: directory of the version.

    Raises:
        ValueError: if there is no graph with tag `serve` alone, or it could do more than compute.
        RuntimeError: if it cannot be loaded.
    """

    def __init__(self, path):
        graphs = [g for g in admitted_graphs(path) if set(g.meta_info_def.tags) == {"serve"}]
        if len(graphs) != 1:
            raise ValueError(f"{path} has {len(graphs)} graphs with the tag `serve`, not one")
        self.graph = graphs[0]
        self._owned = None if _shared else Loader()
        self._loader = _shared or self._owned
        try:
            self._handle = self._loader.ask("load", str(pathlib.Path(path).absolute()))
        except BaseException:
            if self._owned:
                self._owned.close()
            raise

    def __call__(self, signature, inputs):
        """Maps a dict of arrays by key to a dict of arrays by key.

        Raises:
            ValueError: if the signature, a key or a dtype is wrong.
            RuntimeError: if the request fails.
        """
        if signature not in self.graph.signature_def:
            raise ValueError(f"There is no signature {signature!r}")
        definition = self.graph.signature_def[signature]
        if set(inputs) != set(definition.inputs):
            raise ValueError(
                f"{signature} takes {sorted(definition.inputs)}. Received: {sorted(inputs)}"
            )
        fed = {}
        for key, info in definition.inputs.items():
            dtype = tf.as_dtype(info.dtype).as_numpy_dtype
            if inputs[key].dtype != dtype:
                raise ValueError(
                    f"`{key}` must be {dtype.__name__}. Received: {inputs[key].dtype}"
                )
            fed[info.name] = inputs[key]
        fetched = [info.name for info in definition.outputs.values()]
        made = self._loader.ask("run", self._handle, fed, fetched)
        return {key: made[info.name] for key, info in definition.outputs.items()}

    def close(self):
        """Unloads the model."""
        if self._owned:
            self._owned.close()
        else:
            self._loader.ask("close", self._handle)
