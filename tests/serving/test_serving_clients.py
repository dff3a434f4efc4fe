"""The clients where there is no server, and what they refuse themselves."""

import socket
import sys

import pytest

from tfgan_suite.serving import GrpcClient, RestClient


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_no_server(free_port):
    url = f"http://127.0.0.1:{free_port}"
    with pytest.raises(ConnectionError, match=url):
        RestClient(url, "any").from_seeds([1])


def test_a_server_that_does_not_answer():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        client = RestClient(f"http://127.0.0.1:{silent.getsockname()[1]}", "any", timeout=0.2)
        with pytest.raises(ConnectionError, match="timed out"):
            client.from_seeds([1])


@pytest.mark.parametrize("url", ["localhost:8501", "ftp://host", "", "http://"])
def test_a_url_that_is_none(url):
    with pytest.raises(ValueError, match="Received: url="):
        RestClient(url, "any")


@pytest.mark.parametrize(
    ("method", "arguments", "name"),
    [
        ("from_seeds", ([0.5],), "seeds"),
        ("from_seeds", ([2**63],), "seeds"),
        ("from_seeds", (["1"],), "seeds"),
        ("png", ([1], [0.5]), "labels"),
        ("images", ([["a"]],), "latents"),
        ("images", ([[1.0]], None, [None]), "psi"),
    ],
)
def test_what_no_dtype_can_hold_is_not_sent(free_port, method, arguments, name):
    client = RestClient(f"http://127.0.0.1:{free_port}", "any")
    with pytest.raises(ValueError, match=f"`{name}`"):
        getattr(client, method)(*arguments)


def test_grpc_without_its_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_serving.apis", None)
    with pytest.raises(ImportError, match="tensorflow-serving-api"):
        GrpcClient("localhost:8500", "any")
