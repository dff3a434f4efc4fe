"""Recipes with data that somebody brings: what is read off the data, and what is refused."""

import pathlib
import tarfile

import numpy as np
import pytest
from PIL import Image

from tfgan_suite import experiment
from tfgan_suite.experiment.building import build
from tfgan_suite.distribution import get_strategy
from tfgan_suite.trainers.base.packs import samples_in_packs

RECIPES = pathlib.Path(__file__).parents[2] / "recipes"
OF_IMAGES = ("acgan", "cgan", "dcgan", "infogan", "mlp_gan", "r3gan", "sngan", "wgan", "wgan_gp")
OF_LABELS = ("acgan", "cgan", "sngan")
SIZE = 20


def write_images(folder, count, size=(SIZE, SIZE), mode="RGB", seed=0):
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    for index in range(count):
        pixels = rng.integers(0, 256, (*size[::-1], len(mode)), np.uint8)
        Image.fromarray(pixels.squeeze(), mode).save(folder / f"{index:02d}.png")
    return folder


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    """Three classes of RGB images."""
    folder = tmp_path_factory.mktemp("labelled") / "pets"
    for index, name in enumerate(("ant", "bee", "cow")):
        write_images(folder / name, 6, seed=index)
    return folder


@pytest.fixture(scope="module")
def unlabelled(tmp_path_factory):
    return write_images(tmp_path_factory.mktemp("unlabelled") / "my.photos-1", 10)


def built(family, *overrides, smoke=True):
    recipe = experiment.load_recipe(RECIPES / f"{family}.py")
    config = experiment.resolve_config(recipe, overrides, smoke=smoke)
    return build(recipe, config, get_strategy("one"))


@pytest.mark.parametrize("family", OF_IMAGES)
def test_size_channels_and_classes_are_those_of_the_data(family, labelled):
    made = built(family, f"data={labelled}", "batch_size=4", f"seed={len(family)}")
    assert made.trainer.generator.outputs[0].shape[1:] == (SIZE, SIZE, 3)
    assert made.name == f"{family}_pets" and len(made.evaluators) == 1
    spec = made.data.element_spec
    images = spec[0] if family in OF_LABELS else spec
    assert images.shape == (4, SIZE, SIZE, 3)
    (interface,) = made.trainer.interfaces.values()
    classes = [condition.classes for condition in interface.conditions]
    assert classes == ([3] if family in OF_LABELS else [])


@pytest.mark.parametrize("family", [f for f in OF_IMAGES if f not in OF_LABELS])
def test_without_labels_nothing_is_judged_and_that_is_said(family, unlabelled):
    made = built(family, f"data={unlabelled}", "batch_size=4")
    assert not made.evaluators and "not judged" in " ".join(made.notes)


def test_r3gan_may_be_told_classes_or_judge_packs(labelled):
    by_class = built("r3gan", f"data={labelled}", "batch_size=4", "labels=true").trainer
    assert [condition.classes for condition in by_class.conditions] == [3]
    packed = built("r3gan", f"data={labelled}", "batch_size=4", "packing=2").trainer
    assert packed.discriminator.inputs[0].shape[1:] == (SIZE, SIZE, 3)
    assert samples_in_packs(packed.discriminator) == 2


@pytest.mark.parametrize("family", OF_LABELS)
def test_labels_that_are_not_there_are_missed_before_anything_is_built(family, unlabelled):
    with pytest.raises(ValueError, match="takes images with labels.*my.photos-1"):
        built(family, f"data={unlabelled}")


@pytest.mark.parametrize("family", [*OF_IMAGES, "vanishing_gradients"])
def test_points_are_no_images(family):
    if family == "wgan_gp":  # takes both
        return
    with pytest.raises(ValueError, match="Images are wanted.*data=gaussians/ring"):
        built(family, "data=gaussians/ring")


def test_images_are_no_points():
    with pytest.raises(ValueError, match="points in the plane.*data=digits"):
        built("minimax_gaussians", "data=digits")


def test_a_run_from_an_unlabelled_folder(unlabelled, in_tmp, capsys):
    recipe = experiment.load_recipe(RECIPES / "mlp_gan.py")
    config = experiment.resolve_config(recipe, [f"data={unlabelled}", "batch_size=4"], smoke=True)
    result = experiment.run(recipe, config, smoke=True)
    assert str(result.directory.path) == "runs/mlp_gan-my.photos_1-smoke"
    assert str(result.exported) == "saved_models/mlp_gan_my.photos_1-smoke/1"
    assert not result.scores
    assert "note  not judged after training" in capsys.readouterr().out


def test_arrays_in_a_file(tmp_path):
    images = np.zeros((9, 24, 18, 1), np.uint8)
    np.savez(tmp_path / "maps.npz", images=images, labels=np.arange(9) % 2)
    made = built("wgan_gp", f"data={tmp_path / 'maps.npz'}", "batch_size=3")
    assert made.trainer.generator.outputs[0].shape[1:] == (24, 18, 1)
    assert made.name == "wgan_gp_maps" and made.evaluators


def test_an_archive(unlabelled, tmp_path):
    with tarfile.open(tmp_path / "photos.tar.gz", "w:gz") as archive:
        archive.add(unlabelled, "photos")
    made = built("dcgan", f"data={tmp_path / 'photos.tar.gz'}", "image_size=16", "batch_size=4")
    assert made.trainer.generator.outputs[0].shape[1:] == (16, 16, 3)
    assert made.name == "dcgan_photos"


def test_mixed_sizes_and_colours(tmp_path):
    folder = write_images(tmp_path / "mixed", 4, (30, 20))
    write_images(folder / ".." / "other", 3, (25, 25), "L")
    for path in (tmp_path / "other").iterdir():
        path.rename(folder / f"grey-{path.name}")
    with pytest.raises(ValueError, match="different sizes.*image_size=.*resize=crop"):
        built("dcgan", f"data={folder}")
    made = built("dcgan", f"data={folder}", "image_size=16", "resize=crop", "batch_size=4")
    assert made.data.element_spec.shape == (4, 16, 16, 3)
    assert "all are made RGB" in " ".join(made.notes)


@pytest.mark.parametrize(
    "family, size, nearest",
    [("dcgan", (300, 200), "128"), ("sngan", (34, 34), "32"), ("wgan", (8, 8), "16")],
)
def test_a_size_that_the_network_cannot_make(family, size, nearest, tmp_path):
    for name in ("a", "b"):
        write_images(tmp_path / "set" / name, 2, size)
    with pytest.raises(ValueError, match=f"nearest that it makes: image_size={nearest}"):
        built(family, f"data={tmp_path / 'set'}", "batch_size=2")


def test_other_data_put_aside_what_a_preset_says_of_its_own(labelled):
    recipe = experiment.load_recipe(f"{RECIPES / 'dcgan.py'}:celeb_a")
    own = experiment.resolve_config(recipe, [f"data={labelled}"])
    assert (own.image_size, own.resize, own.mirror, own.filters) == (None, None, True, 64)
    kept = experiment.resolve_config(recipe, ["data=celeb_a"])
    assert (kept.image_size, kept.resize) == (64, "crop")


def test_pairs_in_two_folders(tmp_path):
    write_images(tmp_path / "photos", 3, (32, 32))
    write_images(tmp_path / "maps", 3, (32, 32), "L")
    made = built(
        "pix2pix", f"data={tmp_path / 'photos'}", f"inputs={tmp_path / 'maps'}", "image_size=32",
        "pairs=none", "validation_pairs=none", "batch_size=3", "receptive_field=16",
    )  # fmt: skip
    assert [spec.shape[-1] for spec in made.data.element_spec] == [3, 1]
    assert made.trainer.generator.inputs[0].shape[-1] == 1
    assert made.name == "pix2pix_photos"


def test_domains_of_other_channels(tmp_path):
    a, b = (write_images(tmp_path / name, 6, (32, 32), "L") for name in ("ink", "pen"))
    made = built("cyclegan", f"data={a}", f"data_b={b}", "images=4")
    assert [spec.shape[-1] for spec in made.data.element_spec] == [1, 1]
    assert made.name == "cyclegan_ink_pen"
    assert made.notes == ["held out: the first 1 images of each domain"]


def test_a_folder_without_a_test_split_is_coloured(unlabelled):
    made = built("colorize", f"data={unlabelled}", "images=8", "batch_size=4", "num_samples=4")
    assert "judged on images it learns from" in " ".join(made.notes)
    assert made.name == "colorize_my.photos_1"
