"""Ports of workers that are all on one machine."""

import socket

import pytest

from tfgan_suite.distribution import loopback

only_linux = pytest.mark.skipif(
    not hasattr(socket, "SO_BINDTODEVICE"), reason="the system binds no ports to interfaces"
)


@pytest.mark.parametrize(
    ("addresses", "local"),
    [
        (["localhost:1", "127.0.0.1:2", "[::1]:3"], True),
        (["localhost:1", "10.0.0.1:2"], False),
        (["host1:1", "host2:2"], False),
    ],
)
def test_a_cluster_of_one_machine_is_known_by_its_addresses(addresses, local):
    assert loopback.is_local(addresses) == local


def interface(listener):
    return listener.getsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, 16).rstrip(b"\0")


@only_linux
def test_a_port_of_all_interfaces_is_kept_to_the_loopback_one_and_still_answers():
    with socket.create_server(("0.0.0.0", 0)) as server, socket.create_server(("", 0)) as other:
        port = server.getsockname()[1]
        loopback.keep_to_loopback(port)
        assert (interface(server), interface(other)) == (b"lo", b"")
        socket.create_connection(("127.0.0.1", port), timeout=5).close()


def test_where_it_cannot_be_had_it_is_said(monkeypatch):
    monkeypatch.delattr(socket, "SO_BINDTODEVICE", raising=False)
    with pytest.warns(UserWarning, match="Other machines can reach the port 7"):
        loopback.keep_to_loopback(7)
