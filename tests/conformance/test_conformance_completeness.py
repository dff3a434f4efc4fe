"""Nothing that is registered may be missing from the list of cases."""

import importlib
import inspect

import cases
import keras

import tfgan_suite
from tfgan_suite import losses, networks

REGISTERED = [
    cls
    for name, cls in keras.saving.get_custom_objects().items()
    if name.startswith("tfgan_suite>") and inspect.isclass(cls)
]


def names(base, package):
    return {
        cls.__name__
        for cls in REGISTERED
        if issubclass(cls, base) and cls.__module__.startswith(f"tfgan_suite.{package}.")
    }


def test_every_loss_has_a_case():
    assert names(losses.AdversarialLoss, "losses") == set(cases.LOSSES)


def test_every_penalty_has_a_case():
    assert names(losses.Penalty, "losses") == set(cases.PENALTIES)


def test_every_trainer_has_a_case():
    assert names(keras.Model, "trainers") == set(cases.TRAINERS)
    assert set(tfgan_suite.trainers.__all__) == set(cases.TRAINERS)


def test_every_network_has_a_case():
    builders = set()
    for family in networks.__all__:
        module = importlib.import_module(f"tfgan_suite.networks.{family}")
        builders |= {f"{family}.{name}" for name in vars(module) if name.startswith("build_")}
    assert builders == set(cases.NETWORKS)


def test_every_case_makes_what_its_name_says():
    for named in (cases.LOSSES, cases.PENALTIES, cases.TRAINERS):
        assert {type(make()).__name__ for make in named.values()} == set(named)
