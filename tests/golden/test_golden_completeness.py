"""The version at hand has its files."""

import kept_files
from small_trainings import TRAININGS

import tfgan_suite


def test_every_training_has_files_of_this_version():
    folder = kept_files.FOLDER / tfgan_suite.__version__
    kept = {path.name.removesuffix(".tar.xz") for path in folder.glob("*.tar.xz")}
    assert kept == set(TRAININGS), "see tests/golden/make.py"
