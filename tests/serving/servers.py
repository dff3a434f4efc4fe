"""Servers that run an exported model, and their clients."""

import contextlib
import importlib.util
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time

import pytest
import tensorflow as tf

from tfgan_suite.serving import GrpcClient, RestClient, ServingError

HERE = pathlib.Path(__file__).parent


@contextlib.contextmanager
def c_api_server(model):
    """Runs `server.py`; gives its clients and process."""
    tests_api = _load_c_api()
    graph = tests_api.read_graph(model / "1")

    def tensors(infos):
        return {
            key: {"tensor": info.name, "dtype": tf.as_dtype(info.dtype).name}
            for key, info in infos.items()
        }

    plan = {
        "name": model.name,
        "version": 1,
        "path": str(model / "1"),
        "library": tests_api.library(),
        "c_api": str(HERE.parents[1] / "tfgan_suite" / "export" / "c_api.py"),
        "signatures": {
            name: {"inputs": tensors(s.inputs), "outputs": tensors(s.outputs)}
            for name, s in graph.signature_def.items()
            if not name.startswith("__")
        },
    }
    file = model.parent / "plan.json"
    file.write_text(json.dumps(plan))
    process = subprocess.Popen(
        [sys.executable, str(HERE / "server.py"), str(file)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )
    try:
        ports = json.loads(process.stdout.readline())
        yield Clients(model.name, ports["rest"], ports["grpc"], process)
    finally:
        process.stdin.close()
        process.wait(timeout=30)
        process.stdout.close()


@contextlib.contextmanager
def real_server(binary, model):
    """Runs `tensorflow_model_server`; gives its clients and process."""
    rest, grpc = _free_port(), _free_port()
    process = subprocess.Popen(
        [binary, f"--rest_api_port={rest}", f"--port={grpc}", f"--model_name={model.name}",
         f"--model_base_path={model}"],
    )
    try:
        clients = Clients(model.name, rest, grpc, process)
        for _ in range(600):
            with contextlib.suppress(ConnectionError, ServingError):
                if clients.rest.status()[1] == "AVAILABLE":
                    break
            time.sleep(0.1)
        yield clients
    finally:
        process.terminate()
        process.wait(timeout=30)


class Clients:
    """The clients of one server."""

    def __init__(self, name, rest, grpc, process):
        self.name, self.process = name, process
        self.url = f"http://127.0.0.1:{rest}"
        self.rest = RestClient(self.url, name)
        self.grpc_address = grpc and f"127.0.0.1:{grpc}"

    @property
    def grpc(self):
        """A `GrpcClient`; skips the test without `tensorflow-serving-api`."""
        if importlib.util.find_spec("tensorflow_serving") is None:
            pytest.skip("tensorflow-serving-api is not installed: gRPC is not tested")
        return GrpcClient(self.grpc_address, self.name)


def model_server_binary():
    """Path of `tensorflow_model_server`, or None."""
    return os.environ.get("TF_MODEL_SERVER") or shutil.which("tensorflow_model_server")


def _load_c_api():
    path = HERE.parent / "export" / "c_api.py"
    spec = importlib.util.spec_from_file_location("c_api_of_the_tests", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
