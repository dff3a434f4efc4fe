"""What the check of a point of the contract comes to."""

import dataclasses
import pathlib


class Failed(Exception):
    """A point of the contract does not hold; the text says which and why."""


class Skipped(Exception):
    """A point that was not asked for, or cannot hold for this kind of model."""


class Unavailable(Exception):
    """A part of the model that cannot be read, with the reason."""

    def __init__(self, part, reason):
        super().__init__(reason)
        self.part = part


@dataclasses.dataclass(frozen=True)
class Check:
    """One point of the contract.

    Attributes:
        name: a key of `verification.CHECKS`.
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
