"""The contract of an exported model as a checklist."""

import pathlib

from tfgan_suite import admission
from tfgan_suite.export import answer_checks, file_checks, graph_checks
from tfgan_suite.export.exported_model import TELLING, ExportedModel
from tfgan_suite.export.publishing import is_version
from tfgan_suite.export.verdicts import Check, Report, Skipped, Unavailable
from tfgan_suite.files import check_no_pattern
from tfgan_suite.served_part import served_parts

# In the order in which they are made: what can be seen from the files, from the graph, and what
# only answers show.
CHECKS = {
    "versions": file_checks.check_versions,
    "structure": file_checks.check_structure,
    "checksums": file_checks.check_checksums,
    "model card": file_checks.check_card,
    "tags": graph_checks.check_tags,
    "signatures": graph_checks.check_signatures,
    "shapes": graph_checks.check_shapes,
    "dtypes": graph_checks.check_dtypes,
    "operations": graph_checks.check_operations,
    "variables": graph_checks.check_variables,
    "size": graph_checks.check_size,
    "loading": answer_checks.check_loading,
    "warm-up": answer_checks.check_warmup,
    "examples": answer_checks.check_examples,
    "determinism": answer_checks.check_determinism,
    "independent rows": answer_checks.check_independent_rows,
    "refusals": answer_checks.check_refusals,
    "agreement": answer_checks.check_agreement,
}
# A part that cannot be read fails one check; the others that need it are skipped.
_CHECKED_BY = {
    "graph": "tags", "card": "model card", "interface": "signatures", "checkpoint": "variables",
    "served": "loading",
}  # fmt: skip


def verify(path, *, against=None):
    """Checks an exported model point by point, through TensorFlow's C API as TensorFlow Serving.

    A model may come from anybody: before anything of it is run, its files say whether it could do
    more than compute, and then it is not loaded (`tfgan_suite.admission`). What runs, runs
    in a process of its own.

    What the signatures must be follows from the interface on the model card; of a model that was
    exported before cards had one, from the keys of `serving_default`.

    Args:
        path: directory of a version; or of a model, of which the largest version is checked.
        against: trainer from which it was exported, or a run that was read from disk
            (`tfgan_suite.experiment.restoring.restore`): the answers are compared with it. Of a
            trainer with several generators, the one by whose ending the model's name ends
            (`name_a_to_b`). None for no comparison.

    Returns:
        A `Report`: `passed`, `failures` and `checks`; printed, it is the checklist.

    Raises:
        ValueError: if there is no such directory, or no version in it, or TensorFlow would take its
            path for a pattern; or if the model's name does
            not say which of the trainer's generators it is.
    """
    check_no_pattern(path)
    version = _version_directory(pathlib.Path(path))
    against = getattr(against, "trainer", against)
    model = ExportedModel(version, against and _served_part(against, version))
    try:
        admission.check_files(version)
    except admission.NotAdmitted as error:  # to read it could take for ever
        skipped = [Check(n, "skip", "not checked: not read") for n in CHECKS if n != "structure"]
        return Report(version, [Check("structure", "fail", str(error)), *skipped])
    checks = [_perform(name, check, model) for name, check in CHECKS.items()]
    if "served" in vars(model):
        model.served.close()
    return Report(version, checks)


def _served_part(trainer, version):
    """What was exported: a trainer's generator, of several the one by the ending of the name."""
    parts = served_parts(trainer)
    if list(parts) == [""]:
        return parts[""]
    name = version.absolute().parent.name
    for ending, part in parts.items():
        if name.endswith(f"_{ending}"):
            return part
    endings = ", ".join(f"_{ending}" for ending in parts)
    raise ValueError(
        f"{type(trainer).__name__} has several generators: the name of a model must end with that "
        f"of one ({endings}) to be compared with it. Received: {name!r}"
    )


def _perform(name, check, model):
    try:
        return Check(name, "pass", check(model) or "")
    except Skipped as reason:
        return Check(name, "skip", str(reason))
    except Unavailable as reason:
        if _CHECKED_BY[reason.part] == name:
            return Check(name, "fail", str(reason))
        return Check(name, "skip", f"not checked: {reason}")
    except TELLING as error:
        return Check(name, "fail", str(getattr(error, "message", error)))
    except Exception as error:  # whatever a damaged model does to a check is the model's fault
        return Check(name, "fail", f"{type(error).__name__}: {error}")


def _version_directory(path):
    if not path.is_dir():
        raise ValueError(f"There is no such directory of a model. Received: {str(path)!r}")
    if (path / "saved_model.pb").exists() or is_version(path.absolute().name):
        return path
    found = [child for child in path.iterdir() if is_version(child.name) and child.is_dir()]
    if not found:
        raise ValueError(
            "There is no version in the directory: no child whose name is an integer. "
            f"Received: {str(path)!r}"
        )
    complete = [child for child in found if (child / "saved_model.pb").exists()]
    return max(complete or found, key=lambda child: int(child.name))
