"""Names of exported models: other data, another name."""

import dataclasses
import json

import pytest

from tfgan_suite.experiment.export_name import check_supersedes, free_export_name
from tfgan_suite.export.model_card import FILE


@dataclasses.dataclass
class Config:
    data: str = "a/photos"
    data_b: str | None = None


@pytest.fixture
def export(in_tmp):
    """Returns a function that leaves an export with a model card."""

    def export(name, version=1, **config):
        card = in_tmp / "saved_models" / name / str(version) / FILE
        card.parent.mkdir(parents=True)
        card.write_text(json.dumps({"config": config}))

    return export


def free(*arguments, **options):
    return free_export_name("saved_models", "dcgan_photos", *arguments, **options)


def test_a_folder_from_which_tensorflow_loads_no_weights_is_named_before_the_training(in_tmp):
    with pytest.raises(ValueError, match=r"pattern.*\[models\]"):
        free_export_name("[models]", "dcgan_photos", Config())


def test_nothing_is_there(in_tmp):
    assert free(Config()) == "dcgan_photos"


@pytest.mark.parametrize("data", ["a/photos", "./a/photos", "a/photos/", "a/../a/photos"])
def test_the_same_data_have_the_same_name(export, data):
    export("dcgan_photos", data="a/photos")
    assert free(Config(data)) == "dcgan_photos"


def test_other_data_have_another(export):
    export("dcgan_photos", 1, data="a/photos")
    export("dcgan_photos", 12, data="b/photos")
    assert free(Config("b/photos")) == "dcgan_photos"
    export("dcgan_photos_2", data="c/photos")
    assert free(Config("a/photos")) == "dcgan_photos_3"
    assert free(Config("c/photos")) == "dcgan_photos_2"


def test_a_domain_is_data(export):
    export("dcgan_photos_a_to_b", data="a/photos", data_b="a/maps")
    endings = ("a_to_b", "b_to_a")
    assert free(Config(data_b="b/maps"), endings=endings) == "dcgan_photos_2"
    assert free(Config(data_b="a/maps"), endings=endings) == "dcgan_photos"


@pytest.mark.parametrize("config", [None, {}, {"epochs": 3}])
def test_a_card_that_does_not_say_is_no_obstacle(export, config):
    export("dcgan_photos", **(config or {}))
    assert free(Config()) == "dcgan_photos"


def test_a_recipe_without_data(export):
    export("dcgan_photos", data="a/photos")
    assert free(dataclasses.make_dataclass("C", ["seed"])(0)) == "dcgan_photos"


@pytest.fixture
def of_a_run(in_tmp):
    """Returns a function that leaves an export of a run of the same data."""

    def export(name, run):
        card = in_tmp / "saved_models" / name / "1" / FILE
        card.parent.mkdir(parents=True)
        card.write_text(json.dumps({"config": {"data": "a/photos"}, "run": run}))

    return export


def test_another_run_of_the_same_data_has_another_name(of_a_run):
    of_a_run("dcgan_photos", "first-1")
    assert free(Config(), run="first-1") == "dcgan_photos"
    assert free(Config(), run="second-2") == "dcgan_photos_2"
    assert free(Config()) == "dcgan_photos_2"


def test_a_name_of_another_run_is_refused(of_a_run):
    of_a_run("mine", "first-1")
    check_supersedes("saved_models", "mine", Config(), run="first-1")
    check_supersedes("saved_models", "other", Config(), run="second-2")
    with pytest.raises(ValueError, match="--supersede.*saved_models/mine"):
        check_supersedes("saved_models", "mine", Config(), run="second-2")
