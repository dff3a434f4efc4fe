"""Workers of one machine alone: their ports are not for others.

TensorFlow's gRPC server listens on all interfaces, knows no passwords, and does what whoever
connects asks for. It cannot be told otherwise; but what it listens to can be bound to the loopback
interface once it is there.
"""

import contextlib
import ipaddress
import os
import socket
import warnings

_INTERFACE = b"lo"


def is_local(addresses):
    """Whether all addresses `"host:port"` of a cluster are of this machine's loopback."""
    return all(_is_loopback(address.rpartition(":")[0].strip("[]")) for address in addresses)


def keep_to_loopback(port):
    """Lets no other machine reach what this process listens to at a port, or warns that it cannot.

    Args:
        port: its number.
    """
    if not hasattr(socket, "SO_BINDTODEVICE"):
        _warn(port, "this system cannot bind a port to an interface")
        return
    for listener in _listeners(port):
        with listener:
            try:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, _INTERFACE + b"\0")
            except OSError as error:
                _warn(port, error)


def _warn(port, reason):
    warnings.warn(
        f"Other machines can reach the port {port} of this worker, which obeys whoever connects: "
        f"{reason}. Use a firewall; see docs/security.md."
    )


def _is_loopback(host):
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _listeners(port):
    """Yields the sockets of this process that listen at a port, as duplicates to be closed."""
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):  # closed meanwhile, or no socket
            if not os.readlink(f"/proc/self/fd/{name}").startswith("socket:"):
                continue
            found = socket.socket(fileno=os.dup(int(name)))
            listens = found.family in (socket.AF_INET, socket.AF_INET6)
            listens = listens and found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
            if listens and found.getsockname()[1] == port:
                yield found
            else:
                found.close()
