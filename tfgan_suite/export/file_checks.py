"""Checks of an exported model's files."""

import os

from tfgan_suite.export import model_card, warmup
from tfgan_suite.export.publishing import is_version
from tfgan_suite.export.verdicts import Failed

_NEEDED = ("saved_model.pb", "variables/variables.index", "variables/variables.data-00000-of-00001")
_USUAL = {"saved_model.pb", "fingerprint.pb", "variables", "assets", "assets.extra"}


def check_versions(model):
    """All children of the model's directory that a server would try to load are versions."""
    path = model.path.absolute()
    if not is_version(path.name):
        raise Failed(f"the directory's name {path.name!r} is no integer: no server would load it")
    siblings = [child for child in path.parent.iterdir() if is_version(child.name)]
    numbers = {}
    for child in sorted(siblings):
        if not child.is_dir():
            raise Failed(f"version {child.name} is a file, not a directory: {child}")
        if not (child / "saved_model.pb").is_file():
            raise Failed(f"version {child.name} has no saved_model.pb: {child}")
        if int(child.name) in numbers:
            raise Failed(f"{child.name} and {numbers[int(child.name)]} are the same version")
        numbers[int(child.name)] = child.name
    return f"{len(numbers)}: {', '.join(numbers[n] for n in sorted(numbers))}"


def check_structure(model):
    """The files of a SavedModel are there, and nothing else."""
    for name in (*_NEEDED, warmup.FILE.as_posix(), model_card.FILE.as_posix()):
        if not (model.path / name).is_file():
            raise Failed(f"{name} is missing")
    strange = sorted(set(os.listdir(model.path)) - _USUAL)
    if strange:
        raise Failed(f"what does not belong there: {', '.join(strange)}")
    hidden = [entry for entry in model.path.rglob("*") if not os.access(entry, os.R_OK)]
    if hidden:
        raise Failed(f"cannot be read: {hidden[0].relative_to(model.path)}")
    return ", ".join(sorted(os.listdir(model.path)))


def check_checksums(model):
    """Every file has the SHA-256 that the model card says."""
    expected, found = model.card["sha256"], model_card.checksums(model.path)
    missing, extra = sorted(expected.keys() - found), sorted(found.keys() - expected)
    changed = sorted(name for name in expected.keys() & found if expected[name] != found[name])
    for names, what in ((missing, "missing"), (extra, "not in the card"), (changed, "changed")):
        if names:
            raise Failed(f"{what}: {', '.join(names)}")
    return f"SHA-256 of {len(found)} files"


def check_card(model):
    """The model card has every field, as they were written."""
    found = model.card
    fields = (*model_card.GIVEN, "generator", "weights", "step", "versions", "max_rows", "classes",
              "signatures", "parameters", "exported")  # fmt: skip
    seal = model_card.check_seal(model.path)
    # Cards have a run since they have a sum of their own.
    missing = [f for f in fields if f not in found and (seal or f != "run")]
    if missing:
        raise Failed(f"{model_card.FILE} lacks {', '.join(missing)}")
    kind = "" if found.get("interface") else ", of a version whose cards had no interface"
    vouched = (
        f"SHA-256 {seal}"
        if seal
        else "nothing vouches for the card, which is of a version whose cards had no sum"
    )
    maker = found["recipe"] or found["generator"]
    return f"{maker}, step {found['step']}, {found['weights']}{kind}; {vouched}"
