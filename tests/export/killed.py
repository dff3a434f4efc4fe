"""A program that exports and kills itself when an operation on files is about to begin.

    python killed.py MODEL_DIRECTORY N
    python killed.py MODEL_DIRECTORY os.rename

Operations are those of Python that change what is on disk (audit events, fsync), and the writes of
TensorFlow. The N-th is never reached, or the first of a name; with N = 0 nothing is killed and the
operations are printed.
"""

import os
import signal
import sys

_EVENTS = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "os.link", "os.truncate"}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Countdown:
    """Kills this process when the operation `last`, a number or a name, is about to begin."""

    def __init__(self, root, last):
        self.root, self.last, self.names = os.path.realpath(root), last, []

    def step(self, name):
        self.names.append(name)
        if self.last in (str(len(self.names)), name):
            os.kill(os.getpid(), signal.SIGKILL)

    def audit(self, event, arguments):
        if event in _EVENTS or (event == "open" and self._writes(arguments)):
            if any(self._within(argument) for argument in arguments):
                self.step(event)

    def _writes(self, arguments):
        return isinstance(arguments[2], int) and arguments[2] & _WRITES

    def _within(self, argument):
        if not isinstance(argument, (str, bytes, os.PathLike)):
            return False
        return os.path.realpath(os.fsdecode(argument)).startswith(self.root)

    def wrap(self, module, name):
        function = getattr(module, name)

        def counted(*arguments, **options):
            self.step(name)
            return function(*arguments, **options)

        setattr(module, name, counted)


def main(path, last):
    import served_kinds as kinds
    import tensorflow as tf
    from tensorflow.python.lib.io import file_io
    from tensorflow.python.ops import gen_io_ops

    from tfgan_suite.export import export

    trainer = kinds.of_points()
    countdown = Countdown(path, last)
    countdown.wrap(os, "fsync")
    for name in ("recursive_create_dir_v2", "write_string_to_file", "rename"):
        countdown.wrap(file_io, name)
    countdown.wrap(gen_io_ops, "save_v2")
    countdown.wrap(gen_io_ops, "merge_v2_checkpoints")
    countdown.wrap(tf.io, "TFRecordWriter")
    sys.addaudithook(countdown.audit)
    export(trainer, path)
    print(*countdown.names)


if __name__ == "__main__":
    main(*sys.argv[1:])
