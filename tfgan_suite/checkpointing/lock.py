"""One process in a directory."""

import contextlib
import errno
import fcntl
import os
import pathlib
import socket
import stat


class DirectoryLock:
    """Keeps two trainings out of one directory.

    The lock is the operating system's (`flock`) on a file in the directory: it goes with the
    process that holds it, however that ends, so the lock of a dead process is taken over without a
    guess. The file stays; it says who held it last. The directory itself is locked beside it: who
    removes the file by hand does not let a second one in.

    Args:
        path: the lock file; its directory must exist, and has no other lock.
    """

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self._held = None

    @property
    def held(self):
        """Whether this object holds the lock."""
        return self._held is not None

    def acquire(self):
        """Takes the lock; does nothing if this object has it.

        Raises:
            BlockingIOError: if another one has it, with its process id and host.
            OSError: if the file cannot be made, or is a link or no plain file: what it leads to
                would be overwritten.
        """
        if self.held:
            return
        with contextlib.ExitStack() as opened:
            descriptor = self._open()
            opened.callback(os.close, descriptor)
            self._lock(descriptor, descriptor)
            directory = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
            opened.callback(os.close, directory)
            try:
                self._lock(directory, descriptor)
            except BlockingIOError:
                raise
            except OSError:  # a file system, such as NFS, that locks no directories
                pass
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()} on {socket.gethostname()}\n".encode(), 0)
            self._held = opened.pop_all()

    def _open(self):
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
        except OSError as error:
            if error.errno != errno.ELOOP:
                raise
            raise self._refused("a symbolic link") from error
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
            os.close(descriptor)
            raise self._refused("no plain file, or has another name too")
        return descriptor

    def _refused(self, what):
        return OSError(
            errno.EINVAL,
            f"The lock file is {what}, and what it leads to would be overwritten: remove it. "
            f"Received: {str(self.path)!r}",
        )

    def _lock(self, descriptor, file):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(file, 200, 0).decode(errors="replace").strip() or "unknown"
            raise BlockingIOError(
                error.errno,
                f"Another training is at work in {self.path.parent} (process {holder}); wait for "
                f"it or give another directory. Received: {str(self.path.parent)!r}",
            ) from error

    def release(self):
        """Gives the lock back, if this object has it."""
        if self.held:
            self._held.close()
            self._held = None

    def __enter__(self):
        self.acquire()
        return self

    def __exit__(self, *_):
        self.release()
