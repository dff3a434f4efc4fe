"""A connection with one limit of time and one of bytes for all that it brings."""

import io
import time

from tfgan_suite.serving.errors import BadAnswerError


class BoundedSocket:
    """What `http.client` needs of a socket, whose own time limit is for each wait anew.

    Args:
        connected: a `socket.socket`.
        end: on the clock of `time.monotonic`, when all must be there.
        most: bytes that may come.
    """

    def __init__(self, connected, end, most):
        self._socket, self._end, self._most = connected, end, most

    def sendall(self, data):
        """Sends all of it, or raises TimeoutError."""
        self._wait_no_longer()
        self._socket.sendall(data)

    def makefile(self, mode):
        """What comes, as a file."""
        return io.BufferedReader(_Incoming(self, self._socket.makefile(mode, buffering=0)))

    def receive(self, raw, buffer):
        """Puts what has come by a raw file into a buffer; returns how many bytes."""
        self._wait_no_longer()
        count = raw.readinto(buffer)
        self._most -= count
        if self._most < 0:
            raise BadAnswerError("it is larger than any answer may be")
        return count

    def close(self):
        """Closes the connection."""
        self._socket.close()

    def _wait_no_longer(self):
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._socket.settimeout(left)


class _Incoming(io.RawIOBase):
    # The raw file keeps the connection open, which `http.client` closes before it has read all.
    def __init__(self, bounded, raw):
        super().__init__()
        self._bounded, self._raw = bounded, raw

    def readable(self):
        return True

    def readinto(self, buffer):
        return self._bounded.receive(self._raw, buffer)

    def close(self):
        self._raw.close()
        super().close()
