"""Images of other channels than 1 and 3 on the command line."""

import numpy as np
import pytest
from PIL import Image

from tfgan_suite.cli import main


@pytest.mark.parametrize("channels", [2, 4, 5, 7])
def test_they_are_sampled(make_trainer, tmp_path, channels):
    trainer = make_trainer((8, 8, channels))
    trainer.save(tmp_path / "bands.keras")
    to = tmp_path / "picture.png"
    command = ["sample", str(tmp_path / "bands.keras"), "--count", "3", "--columns", "3"]
    assert main([*command, "--to", str(to)]) == 0
    with Image.open(to) as picture:
        drawn = np.asarray(picture.convert("RGB"))
    assert len(np.unique(drawn)) > 2


@pytest.mark.parametrize("channels", [4, 5])
def test_they_are_written_as_files(make_trainer, tmp_path, channels):
    trainer = make_trainer((8, 8, channels))
    trainer.save(tmp_path / "bands.keras")
    command = ["sample", str(tmp_path / "bands.keras"), "--count", "2", "--format", "folder"]
    assert main([*command, "--to", str(tmp_path / "files")]) == 0
    files = sorted((tmp_path / "files").iterdir())
    assert len(files) == 2
    if channels == 4:
        with Image.open(files[0]) as picture:
            assert (picture.mode, picture.size) == ("RGBA", (8, 8))
    else:
        assert np.load(files[0]).shape == (8, 8, 5)
