"""Nothing that the package offers may be missing from the list of cases, or go undescribed."""

import importlib
import inspect
import re

import cases
import keras

from tfgan_suite import layers, losses, networks, trainers

# Public functions of `losses` without a case, and why.
NOT_LISTED = {
    "flip_and_shift": "no loss; the transform of ConsistencyRegularization",
    "get": "no loss",
    "mutual_information_penalty": "TF-GAN's own, of distributions; of codes ours are listed",
    "stargan_discriminator_loss_wrapper": "TF-GAN's own; a function of a function",
    "stargan_generator_loss_wrapper": "TF-GAN's own; a function of a function",
    "stargan_gradient_penalty_wrapper": "TF-GAN's own; a function of a function",
}
# Classes whose docstring can give no paper or no range, and why.
NO_FORMULA = {
    "AdversarialLoss": "the base of all pairs",
    "FunctionPair": "of functions that the user brings",
    "GAN": "the base of the trainers with latents",
    "GeneratorPenalty": "a base",
    "Penalty": "a base",
    "ReferenceBatch": "the input of VirtualBatchNormalization, which has one",
    "Stage": "a part of a training",
    "Trainer": "the base of all trainers",
    "WeightPenalty": "a base",
}


def listed(named):
    return {name.split(" ")[0] for name in named}


def registered(base, package):
    """Names of the classes that Keras knows from a sub-package."""
    return {
        cls.__name__
        for name, cls in keras.saving.get_custom_objects().items()
        if name.startswith("tfgan_suite>")
        and inspect.isclass(cls)
        and issubclass(cls, base)
        and cls.__module__.startswith(f"tfgan_suite.{package}.")
    }


def test_every_class_of_losses_has_a_case():
    assert registered(losses.AdversarialLoss, "losses") == listed(cases.LOSSES)
    assert registered(losses.Penalty, "losses") == listed(cases.PENALTIES)
    assert registered(object, "losses") <= listed(cases.CASES)


def test_every_function_of_losses_has_a_case():
    functions = {name for name in losses.__all__ if not inspect.isclass(getattr(losses, name))}
    pairs = ("minimax", "modified", "wasserstein", "least_squares", "relativistic")
    of_classes = {
        name
        for name in functions
        if name.startswith(pairs) and name.endswith(("_generator_loss", "_discriminator_loss"))
    }
    assert functions - of_classes == (
        listed(cases.FUNCTIONS) - {"PerceptualLoss"} | set(NOT_LISTED)
    )


def test_every_layer_has_a_case():
    public = {name for name in layers.__all__ if inspect.isclass(getattr(layers, name))}
    assert registered(keras.layers.Layer, "layers") == public == listed(cases.LAYERS)


def test_every_trainer_has_a_case():
    assert registered(keras.Model, "trainers") == listed(cases.TRAINERS)
    assert set(trainers.__all__) - {"HalfLife", "Trainer", "Stage"} == listed(cases.TRAINERS)


def test_every_network_has_a_case():
    builders = set()
    for family in networks.__all__:
        module = importlib.import_module(f"tfgan_suite.networks.{family}")
        builders |= {f"{family}.{name}" for name in vars(module) if name.startswith("build_")}
    assert builders == listed(cases.NETWORKS)


def test_every_case_makes_what_its_name_says():
    of_classes = {**cases.LOSSES, **cases.PENALTIES, **cases.LAYERS, **cases.TRAINERS}
    for name, case in of_classes.items():
        assert type(case.make()).__name__ == name.split(" ")[0]
    assert len(cases.CASES) == sum(
        len(getattr(cases, kind))
        for kind in ("LOSSES", "FUNCTIONS", "PENALTIES", "LAYERS", "NETWORKS", "TRAINERS")
    )


def test_every_class_gives_its_paper_and_every_loss_and_penalty_its_range():
    missing = []
    for module in (losses, layers, trainers):
        for name in set(module.__all__) - set(NO_FORMULA):
            thing = getattr(module, name)
            if not inspect.isclass(thing):
                continue
            if not re.search(r"arXiv:\d{4}\.\d{4,5}", thing.__doc__):
                missing.append(f"{name}: paper")
            if module is losses and not re.search(r"in [\[(]-?(inf|\d)", thing.__doc__):
                missing.append(f"{name}: range")
    assert not missing
