"""The contract of an exported model as a checklist."""

import dataclasses
import functools
import os
import pathlib

import tensorflow as tf

from tfgan_suite.export import answers, card, files, graphs
from tfgan_suite.export.loading import Served, read_graphs
from tfgan_suite.export.publishing import is_version

# In the order in which they are made: what can be seen from the files, from the graph, and what
# only answers show.
CHECKS = {
    "versions": files.check_versions,
    "structure": files.check_structure,
    "checksums": files.check_checksums,
    "model card": files.check_card,
    "tags": graphs.check_tags,
    "signatures": graphs.check_signatures,
    "shapes": graphs.check_shapes,
    "dtypes": graphs.check_dtypes,
    "operations": graphs.check_operations,
    "variables": graphs.check_variables,
    "size": graphs.check_size,
    "loading": answers.check_loading,
    "warm-up": answers.check_warmup,
    "examples": answers.check_examples,
    "determinism": answers.check_determinism,
    "independent rows": answers.check_independent_rows,
    "refusals": answers.check_refusals,
    "agreement": answers.check_agreement,
}
# A part that cannot be read fails one check; the others that need it are skipped.
_CHECKED_BY = {
    "graph": "tags", "card": "model card", "checkpoint": "variables", "served": "loading"
}  # fmt: skip
# Errors whose message says all.
_TELLING = (files.Failed, ValueError, RuntimeError, OSError, tf.errors.OpError)


@dataclasses.dataclass(frozen=True)
class Check:
    """One point of the contract.

    Attributes:
        name: a key of `CHECKS`.
        status: "pass", "fail", or "skip" if it could not be or was not asked to be checked.
        detail: what was found.
    """

    name: str
    status: str
    detail: str


@dataclasses.dataclass(frozen=True)
class Report:
    """What `verify` found.

    Attributes:
        path: directory of the version.
        checks: list of `Check`s.
    """

    path: pathlib.Path
    checks: list

    @property
    def passed(self):
        """Whether no check failed."""
        return not self.failures

    @property
    def failures(self):
        """The `Check`s that failed."""
        return [check for check in self.checks if check.status == "fail"]

    def __str__(self):
        width = max(len(check.name) for check in self.checks)
        lines = [f"{c.status}  {c.name:<{width}}  {c.detail}".rstrip() for c in self.checks]
        return "\n".join([f"{self.path}: {'passed' if self.passed else 'FAILED'}", *lines])


class Model:
    """What the checks look at: each part is read when it is first asked for.

    A part that cannot be read raises `Unavailable`.

    Attributes:
        path: directory of the version.
        against: the trainer to compare with, or None.
    """

    def __init__(self, path, against):
        self.path, self.against = path, against

    @functools.cached_property
    def graph(self):
        """The `MetaGraphDef` with tag `serve`."""
        found = [g for g in self.graphs if set(g.meta_info_def.tags) == {"serve"}]
        if len(found) != 1:
            raise Unavailable("graph", "there is no one graph with the tag `serve`")
        return found[0]

    @functools.cached_property
    def graphs(self):
        return _available("graph", read_graphs, self.path)

    @functools.cached_property
    def card(self):
        """The model card, a dict."""
        return _available("card", card.read, self.path)

    @functools.cached_property
    def checkpoint(self):
        """A reader of the variables."""
        prefix = os.fspath(self.path / "variables" / "variables")
        return _available("checkpoint", tf.train.load_checkpoint, prefix)

    @functools.cached_property
    def served(self):
        """The model in the C API."""
        return _available("served", Served, self.path)


class Unavailable(Exception):
    """A part of the model that cannot be read, with the reason."""

    def __init__(self, part, reason):
        super().__init__(reason)
        self.part = part


def verify(path, *, against=None):
    """Checks an exported model point by point, through TensorFlow's C API as TensorFlow Serving.

    Args:
        path: directory of a version; or of a model, of which the largest version is checked.
        against: trainer from which it was exported, or a run that was read from disk
            (`tfgan_suite.experiment.restoring.restore`): the answers are compared with it. Of a
            trainer with several generators, the one by whose ending the model's name ends
            (`name_a_to_b`). None for no comparison.

    Returns:
        A `Report`: `passed`, `failures` and `checks`; printed, it is the checklist.

    Raises:
        ValueError: if there is no such directory, or no version in it; or if the model's name does
            not say which of the trainer's generators it is.
    """
    version = _version_directory(pathlib.Path(path))
    against = getattr(against, "trainer", against)
    model = Model(version, _exported_part(against, version))
    checks = [_perform(name, check, model) for name, check in CHECKS.items()]
    if "served" in vars(model):
        model.served.close()
    return Report(version, checks)


def _exported_part(trainer, version):
    """What `export` was given: the trainer, or one of its generators by the ending of the name."""
    parts = trainer.exports() if hasattr(trainer, "exports") else {"": trainer}
    if list(parts) == [""]:
        return trainer
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
    except files.Skipped as reason:
        return Check(name, "skip", str(reason))
    except Unavailable as reason:
        if _CHECKED_BY[reason.part] == name:
            return Check(name, "fail", str(reason))
        return Check(name, "skip", f"not checked: {reason}")
    except _TELLING as error:
        return Check(name, "fail", str(getattr(error, "message", error)))
    except Exception as error:  # whatever a damaged model does to a check is the model's fault
        return Check(name, "fail", f"{type(error).__name__}: {error}")


def _available(part, read, *arguments):
    try:
        return read(*arguments)
    except _TELLING as error:
        raise Unavailable(part, str(getattr(error, "message", error))) from error


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
