"""One process in a directory."""

import fcntl
import os
import pathlib
import socket


class DirectoryLock:
    """Keeps two trainings out of one directory.

    The lock is the operating system's (`flock`) on a file in the directory: it goes with the
    process that holds it, however that ends, so the lock of a dead process is taken over without a
    guess. The file stays; it says who held it last.

    Args:
        path: the lock file; its directory must exist.
    """

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self._descriptor = None

    @property
    def held(self):
        """Whether this object holds the lock."""
        return self._descriptor is not None

    def acquire(self):
        """Takes the lock; does nothing if this object has it.

        Raises:
            BlockingIOError: if another one has it, with its process id and host.
            OSError: if the file cannot be made.
        """
        if self.held:
            return
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(descriptor, 200).decode(errors="replace").strip() or "unknown"
            os.close(descriptor)
            raise BlockingIOError(
                error.errno,
                f"Another training is at work in {self.path.parent} (process {holder}); wait for "
                f"it or give another directory. Received: {str(self.path.parent)!r}",
            ) from error
        except BaseException:
            os.close(descriptor)
            raise
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()} on {socket.gethostname()}\n".encode(), 0)
        self._descriptor = descriptor

    def release(self):
        """Gives the lock back, if this object has it."""
        if self.held:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self):
        self.acquire()
        return self

    def __exit__(self, *_):
        self.release()
