"""What an export says of its interface, and what `verify` makes of it."""

import json
import shutil

import keras
import numpy as np
import pytest
import served_kinds as kinds

from tfgan_suite import CycleGAN
from tfgan_suite.conditions import Attributes, Labels, Tokens, VectorCondition
from tfgan_suite.export import export, model_card, verify
from tfgan_suite.export.signatures import signatures_of
from tfgan_suite.interface import Interface, from_json, to_json
from tfgan_suite.latents import LatentPrior, StructuredLatentPrior
from tfgan_suite.modalities import Image, Vector
from tfgan_suite.served_part import ServedPart

CARD = "assets.extra/model_card.json"


def read_card(version):
    return json.loads((version / CARD).read_text())


def rewrite_card(version, change):
    card = read_card(version)
    change(card)
    model_card.write(version, card)


def failures(version, **options):
    return {check.name: check.detail for check in verify(version, **options).failures}


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    named = Labels(kinds.CLASSES, names=["cat", "dog", "owl"])
    return export(kinds.of_labels(conditions=named), tmp_path_factory.mktemp("i") / "model")


@pytest.fixture
def copy(sound, tmp_path):
    return shutil.copytree(sound.parent, tmp_path / "model") / "1"


# --- The card ---------------------------------------------------------------------------------


def test_the_card_names_what_the_model_takes_and_makes(sound):
    card = read_card(sound)
    assert card["interface"]["source"] == {
        "kind": "LatentPrior", "dim": 4, "distribution": "normal"
    }  # fmt: skip
    assert card["interface"]["output"]["kind"] == "image"
    assert repr(from_json(card["interface"]).output) == repr(Image(6, 6, 3))
    assert card["conditions"] == {"labels": {"shape": [], "names": ["cat", "dog", "owl"]}}


@pytest.mark.parametrize(
    "interface",
    [
        Interface(LatentPrior(3, "uniform"), Vector(2), (Labels(3, names="abc"),)),
        Interface(
            StructuredLatentPrior(2, (3,), 1),
            Image(4, 4, 2),
            (Attributes("xy"), VectorCondition(2)),
        ),
        Interface(Image(None, None, 3), Image(4, 4, 1)),
    ],
    ids=["labels", "codes", "translator"],
)
def test_an_interface_comes_back_from_its_card(interface):
    model_card.check_interface(interface)
    card = json.loads(json.dumps({"interface": to_json(interface)}))
    again = model_card.interface_of(card)
    assert to_json(again) == to_json(interface)
    assert repr(again.output) == repr(interface.output)
    assert repr(again.conditions) == repr(interface.conditions)


class WithoutAKind(Vector):
    """A modality that its record does not give back."""


class WithoutAConfig(Vector):
    kind = "without a config"

    def __init__(self, dim, colour):
        super().__init__(dim)


@pytest.mark.parametrize("modality", [WithoutAKind(2), WithoutAConfig(2, "red")])
def test_a_modality_that_nobody_could_read_is_refused(tmp_path, modality):
    part = kinds.of_points()
    interface = Interface(part.interface.source, modality)
    with pytest.raises(ValueError, match=f"a `kind` of its own.*{type(modality).__name__}"):
        export(ServedPart(part.generator, interface), tmp_path / "points")
    assert not (tmp_path / "points").exists()


def test_a_large_vocabulary_is_no_weight_of_a_graph(tmp_path):
    words = Tokens([f"word{index}" for index in range(6000)], 4)
    part = kinds.of(Vector(2), (words,))
    report = verify(export(part, tmp_path), against=part)
    assert report.passed, str(report)


# --- What does not fit --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("interface", "message"),
    [
        (Interface(LatentPrior(kinds.DIM), Vector(3)), r"of shape \(2,\). Received: Vector"),
        (Interface(LatentPrior(5), Vector(2)), "latent_dim=5"),
        (Interface(LatentPrior(kinds.DIM), Vector(2), (Labels(3),)), "takes 0 condition"),
    ],
)
def test_an_interface_that_does_not_fit_the_generator(tmp_path, interface, message):
    with pytest.raises(ValueError, match=message):
        export(ServedPart(kinds.of_points().generator, interface), tmp_path)


def test_a_form_that_would_take_the_place_of_a_signature():
    class Odd(Vector):
        def forms(self):
            return {"from_seed": ("text", None)}

    with pytest.raises(ValueError, match="a name of its own.*Received: 'from_seed'"):
        signatures_of(Interface(LatentPrior(2), Odd(2)))


# --- Several generators -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cycle():
    translators = [kinds.translator().generator for _ in range(2)]
    images = keras.Input((8, 8, 3))
    judges = [keras.Model(images, keras.layers.Conv2D(1, 3)(images)) for _ in range(2)]
    translators[1].set_weights([0.5 * weight for weight in translators[1].get_weights()])
    return CycleGAN(*translators, *judges, seed=1)


def test_one_generator_by_its_name(cycle, tmp_path):
    version = export(cycle, tmp_path / "art_b_to_a", name="b_to_a")
    assert verify(version, against=cycle).passed


@pytest.mark.parametrize("name", [None, "c_to_d"])
def test_a_generator_that_is_not_named(cycle, tmp_path, name):
    message = f"serves 2 generator.*name='a_to_b', name='b_to_a'. Received: name={name!r}"
    with pytest.raises(ValueError, match=message):
        export(cycle, tmp_path, name=name)


# --- Verify -------------------------------------------------------------------------------------


def test_another_modality_on_the_card(copy):
    def change(card):
        card["interface"]["output"] = {"kind": "vector", "dim": 108}

    rewrite_card(copy, change)
    assert "vectors" in failures(copy)["signatures"]


def test_another_shape_on_the_card(copy):
    rewrite_card(copy, lambda card: card["interface"]["output"].update(height=7))
    [(check, message)] = failures(copy).items()
    assert check == "shapes"
    assert message.endswith(": `images` has rows of shape (6, 6, 3), not (7, 6, 3)")


def test_more_classes_on_the_card(copy):
    def change(card):
        card["interface"]["conditions"][0].update(classes=5, names=None)

    rewrite_card(copy, change)
    assert "`labels` must be in [0, 3)" in failures(copy)["determinism"]


def test_a_kind_that_is_not_known_here(copy):
    rewrite_card(copy, lambda card: card["interface"]["output"].update(kind="voxels"))
    report = verify(copy)
    assert [check.name for check in report.failures] == ["signatures"]
    assert "Received: 'voxels'" in report.failures[0].detail


@pytest.mark.parametrize("interface", [{"source": 1}, "image", {"source": {}, "output": {}}])
def test_an_interface_that_makes_no_sense(copy, interface):
    rewrite_card(copy, lambda card: card.update(interface=interface))
    assert failures(copy).keys() == {"signatures"}


def test_a_model_whose_card_has_no_interface(copy):
    """As cards were before: the keys tell it."""
    rewrite_card(copy, lambda card: card.pop("interface"))
    report = verify(copy, against=kinds.of_labels())
    assert report.passed, str(report)
    assert {check.status for check in report.checks} == {"pass"}


def test_keys_that_no_earlier_model_had(tmp_path):
    version = export(kinds.of_points(), tmp_path / "points")
    rewrite_card(version, lambda card: card.pop("interface"))
    found = failures(version)
    assert found.keys() == {"signatures"}
    assert "gives ['vectors']. Export the generator again" in found["signatures"]


def test_rows_of_examples_keep_their_order(sound):
    from tfgan_suite.export.loading import Served

    served = Served(sound)
    request = {"latents": np.ones([3, 4], np.float32), "labels": np.arange(3)}
    images = served("serving_default", request)["images"]
    served.close()
    part = kinds.of_labels()
    np.testing.assert_allclose(images, kinds.expected(part, request), rtol=0, atol=1e-5)
