"""Files of this version and of those before it load, and give what they gave."""

import kept_files
import numpy as np
import pytest
from small_trainings import TRAININGS

from tfgan_suite.export.loading import shared_loader

ARCHIVES = sorted(kept_files.FOLDER.glob("*/*.tar.xz"))
# What this version refuses of files of another one, by version, training ("*" for all) and kind of
# files ("trainer", "checkpoints", "exported"): part of the error, which says how to go on, and the
# options of `kept_files.read_...` with which it does go on, or None.
REFUSED = {}
_PREFIXES = {
    "trainer": ("generated", "next"), "checkpoints": ("resumed",), "exported": ("served",)
}  # fmt: skip

pytestmark = pytest.mark.parametrize(
    "archive", ARCHIVES, ids=[f"{path.parent.name}/{path.name.split('.')[0]}" for path in ARCHIVES]
)


@pytest.fixture(scope="module", autouse=True)
def loader():
    with shared_loader():
        yield


@pytest.fixture
def training(archive, tmp_path):
    kept_files.unpack(archive, tmp_path)
    return TRAININGS[_name(archive)]


def test_the_trainer_gives_the_same_images_and_trains_on_alike(archive, training, tmp_path):
    _check(archive, "trainer", kept_files.read_trainer, training, tmp_path)


# Version 0.1.0 did not say what the data was.
@pytest.mark.filterwarnings("ignore:The checkpoint does not say what the data was:UserWarning")
def test_the_training_goes_on_from_the_checkpoint(archive, training, tmp_path):
    _check(archive, "checkpoints", kept_files.read_checkpoints, training, tmp_path)


def test_the_exported_models_answer_alike(archive, training, tmp_path):
    _check(archive, "exported", kept_files.read_exported, training, tmp_path)


@pytest.mark.slow
def test_the_exported_models_pass_the_checklist(archive, training, tmp_path):
    assert kept_files.exported(tmp_path) and not kept_files.verify_exported(tmp_path)


def _check(archive, kind, read, training, folder):
    options, version = {}, archive.parent.name
    refusal = REFUSED.get((version, _name(archive), kind), REFUSED.get((version, "*", kind)))
    if refusal:
        words, options = refusal
        with pytest.raises(ValueError, match=words):
            read(training, folder)
        if options is None:
            return
    with np.load(folder / kept_files.EXPECTED) as stored:
        expected = {k: stored[k] for k in stored if k.split("/")[0] in _PREFIXES[kind]}
    found = read(training, folder, **options)
    assert expected and set(expected) <= set(found)
    tolerance = {"rtol": training.tolerance, "atol": training.tolerance}
    for name, array in expected.items():
        np.testing.assert_allclose(found[name], array, **tolerance, err_msg=name)


def _name(archive):
    return archive.name.removesuffix(".tar.xz")
