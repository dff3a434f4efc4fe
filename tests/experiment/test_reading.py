"""How a config says that files become images: alike for the training and for its judge."""

import numpy as np
import pytest
from PIL import Image

from tfgan_suite import experiment
from tfgan_suite.cli import main
from tfgan_suite.experiment import ImageConfig, open_images
from tfgan_suite.experiment.real_data import RealData


@pytest.fixture
def dark(tmp_path):
    """Images of 12 bits in files of 16, two classes."""
    rng = np.random.default_rng(0)
    for name in ("a/0.png", "a/1.png", "b/0.png", "b/1.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        levels = rng.integers(0, 4096, (8, 8)).astype(np.uint16)
        levels[0, :2] = 0, 4095
        Image.fromarray(levels).save(tmp_path / name)
    return str(tmp_path)


def config_of(folder, *settings):
    recipe = experiment.load_recipe("dcgan")
    return experiment.resolve_config(recipe, [f"data={folder}", *settings])


def extremes(images):
    return float(images.min()), float(images.max())


def test_a_range_of_values_reaches_training_and_judge(dark):
    config = config_of(dark, "value_range=0,4095")
    images = open_images(config)
    [batch] = images.load(batch_size=4, shuffle=False)
    assert extremes(batch.numpy()) == (-1.0, 1.0)
    judged, _ = RealData(dark, **config.reading).read("train")
    np.testing.assert_array_equal(judged, batch)


def test_nothing_is_called_dark_once_its_range_is_given(dark, caplog):
    open_images(config_of(dark, "value_range=0,4095"))
    assert not caplog.records
    open_images(config_of(dark))
    assert "nearly black" in caplog.text


def test_broken_images_are_passed_over_by_training_and_judge(dark):
    with open(f"{dark}/a/0.png", "wb") as file:
        file.write(b"<html>")
    with pytest.raises(ValueError, match="0.png"):
        open_images(config_of(dark, "value_range=0,4095"))
    config = config_of(dark, "value_range=0,4095", "broken=skip")
    assert open_images(config).num_classes == 2
    assert RealData(dark, **config.reading).facts.num_classes == 2


def test_a_preset_that_speaks_of_its_own_data_does_not_speak_of_others():
    assert {"value_range", "broken"} <= set(ImageConfig.OF_DATA)


def test_a_command_takes_them(dark, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    to = ["--metrics", "ms_ssim", "--samples", "4", "--image-size", "32", "--to", "scores"]
    command = ["evaluate", f"data:{dark}", "noise", "--data", dark, *to]
    assert main([*command, "--value-range", "0,4095", "--broken", "skip"]) == 0
    with Image.open("scores/noise.png") as picture:
        assert picture.size[0] > 32
    assert main([*command, "--value-range", "4095"]) == 2
    assert "must be the lowest and the highest value" in capsys.readouterr().err
