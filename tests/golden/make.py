"""Writes the golden files of this version; run once for each version, when it is released.

    python tests/golden/make.py            # all trainings
    python tests/golden/make.py gan acgan  # some of them

The files go to `tests/golden/<version>/`, where `<version>` is `tfgan_suite.__version__`, and stay
there for ever: they are what users of that version have on their disks. `test_golden.py` asks of
every set that it loads, gives what it gave, and goes on training as it did, or that the error says
how to go on.

A set is never written anew to make a test pass. Where files, draws or the numbers of a training
change, the version is raised, this program is run at that state, the new folder is committed, and
what the new version cannot do with older files is listed in `test_golden.REFUSED` with the words of
its error. A new trainer is a line in `small_trainings.TRAININGS`; its files can be added to the
version that brings it. A set that nobody's files can be of any more may go.
"""

import pathlib
import sys
import tempfile

import kept_files
import numpy as np
from small_trainings import TRAININGS

import tfgan_suite
from tfgan_suite.export.loading import shared_loader


def make(name):
    """Writes the archive of a training; returns its path."""
    archive = kept_files.FOLDER / tfgan_suite.__version__ / f"{name}.tar.xz"
    if archive.exists():
        raise FileExistsError(f"A golden file is never overwritten. Received: {archive}")
    training = TRAININGS[name]
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        written, used = pathlib.Path(first), pathlib.Path(second)
        kept_files.write(training, written)
        kept_files.pack(written, archive)
        # Read from a copy, since going on changes the folder.
        kept_files.unpack(archive, used)
        expected = kept_files.read_trainer(training, used)
        expected |= kept_files.read_checkpoints(training, used)
        expected |= kept_files.read_exported(training, used)
        np.savez_compressed(written / kept_files.EXPECTED, **expected)
        kept_files.pack(written, archive)
    return archive


if __name__ == "__main__":
    with shared_loader():
        for name in sys.argv[1:] or TRAININGS:
            path = make(name)
            print(f"{path.stat().st_size:8d} bytes  {path}", flush=True)
