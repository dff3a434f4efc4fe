"""Registration: public names are collected, and found by Keras when a file names them."""

import pathlib
import re
import sys

import keras
import pytest

import tfgan_suite
from tfgan_suite import losses, networks, registration


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Returns a function that makes a package of the given sources and collects it."""

    def make(name, **sources):
        folder = tmp_path / name
        folder.mkdir()
        init = "from tfgan_suite.registration import collect\n__all__ = collect(globals())\n"
        (folder / "__init__.py").write_text(init)
        for module, source in sources.items():
            (folder / f"{module}.py").write_text(source)
        monkeypatch.syspath_prepend(tmp_path)
        try:
            return __import__(name)
        finally:
            for module in [m for m in sys.modules if m.split(".")[0] == name]:
                monkeypatch.delitem(sys.modules, module)

    return make


MARKED = "from tfgan_suite.registration import public\n@public\ndef {0}():\n    return 1\n"


def test_collect_exports_what_is_marked_and_nothing_else(package):
    made = package("one_marked", a=MARKED.format("shown") + "def hidden():\n    pass\n")
    assert made.__all__ == ["shown"]
    assert made.shown() == 1
    assert not hasattr(made, "hidden")


def test_collect_leaves_out_modules_that_begin_with_an_underscore(package):
    made = package("underscored", a=MARKED.format("shown"), _b=MARKED.format("internal"))
    assert made.__all__ == ["shown"]


def test_collect_leaves_out_public_names_imported_from_elsewhere(package):
    made = package("imported", a="from tfgan_suite.losses import Wasserstein, get\n")
    assert made.__all__ == []


def test_collect_leaves_out_unmarked_subclasses(package):
    source = "from tfgan_suite.losses import Wasserstein\nclass Mine(Wasserstein):\n    pass\n"
    assert package("subclassed", a=source).__all__ == []


def test_collect_refuses_a_name_that_two_modules_define(package):
    with pytest.raises(ImportError, match="twice is defined twice in doubled"):
        package("doubled", a=MARKED.format("twice"), b=MARKED.format("twice"))


def test_registered_classes_bear_the_name_of_the_package():
    assert keras.saving.get_registered_name(losses.Wasserstein) == "tfgan_suite>Wasserstein"
    assert keras.saving.get_registered_object("tfgan_suite>Wasserstein") is losses.Wasserstein


def test_register_returns_the_class_itself_and_marks_it():
    class Registered:
        def get_config(self):
            return {}

    assert registration.register(Registered) is Registered
    assert vars(Registered)["__tfgan_suite_public__"] == "Registered"
    assert keras.saving.get_registered_object("tfgan_suite>Registered") is Registered
    del keras.saving.get_custom_objects()["tfgan_suite>Registered"]


def test_modules_are_listed_without_the_helpers():
    assert {"dcgan", "mlp"} <= set(networks.__all__)
    assert not any(name.startswith("_") for name in networks.__all__)


def test_every_public_name_of_the_package_exists():
    for module in (tfgan_suite, losses, networks, tfgan_suite.trainers):
        assert sorted(set(module.__all__)) == sorted(module.__all__)
        assert all(hasattr(module, name) for name in module.__all__)


def test_the_version_stands_where_setup_looks_for_it():
    source = pathlib.Path(tfgan_suite.__file__).with_name("version.py").read_text()
    found = re.search(r'^__version__ = "(.+)"$', source, re.M)
    assert found.group(1) == tfgan_suite.__version__
