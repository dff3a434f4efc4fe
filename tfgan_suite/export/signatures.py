"""The signatures of an exported model: what each takes and gives, from the interface alone."""

import collections
import dataclasses
from collections.abc import Callable

import tensorflow as tf

from tfgan_suite.export.request_fields import Latents, Psi, RequestForm, Seeds


@dataclasses.dataclass(frozen=True)
class Signature:
    """What one signature takes and gives.

    Attributes:
        source: tuple of the `Field`s of which examples are made; the first says how many rows
            there are.
        conditions: tuple of the `Field`s of the conditions, in the interface's order: each itself,
            or a `RequestForm` of it.
        output: key of the output.
        form: function from examples to the output; None where they are the output.
    """

    source: tuple
    conditions: tuple
    output: str
    form: Callable | None = None

    @property
    def fields(self):
        """All `Field`s of a request."""
        return (*self.source, *self.conditions)

    def conditions_of(self, values):
        """List of the conditions, from a dict of a request's tensors by key."""
        return [
            field.read(values[field.key]) if isinstance(field, RequestForm) else values[field.key]
            for field in self.conditions
        ]


def signatures_of(interface):
    """Dict of names to the `Signature`s of an interface.

    Raises:
        ValueError: if two inputs of a signature, or two signatures, would have one name.
    """
    made = interface.output
    source = Latents(interface.source) if interface.takes_latents else interface.source
    sources = {"serving_default": (source,)}
    asked = (source,)  # of the further forms: nobody wants files of latents of his own
    if interface.takes_latents:
        asked = (Seeds(),)
        sources |= {"from_seed": asked, "truncated": (source, Psi())}
    conditions = interface.conditions
    signatures = {n: Signature(fields, conditions, made.key) for n, fields in sources.items()}
    for name, (key, form) in made.forms().items():
        form = tf.function(form, autograph=False)
        _add(signatures, name, Signature(asked, conditions, key, form))
    otherwise = list(_told_otherwise(conditions))
    for name, signature in list(signatures.items()):
        for form, told in otherwise:
            _add(signatures, f"{name}_of_{form}", dataclasses.replace(signature, conditions=told))
    for signature in signatures.values():
        _check_keys(signature.fields)
    return signatures


def _add(signatures, name, signature):
    if name in signatures:
        raise ValueError(
            f"A form of a modality needs a name of its own, other than {', '.join(signatures)}. "
            f"Received: {name!r} twice"
        )
    signatures[name] = signature


def _told_otherwise(conditions):
    """Yields the key of each request form, and the conditions with it in place of its own."""
    for index, condition in enumerate(conditions):
        for key in condition.request_forms():
            form = RequestForm(condition, key)
            yield key, (*conditions[:index], form, *conditions[index + 1 :])


def _check_keys(fields):
    counts = collections.Counter(field.key for field in fields)
    twice = sorted(key for key, count in counts.items() if count > 1)
    if twice:
        raise ValueError(
            "Each input of an exported generator needs a key of its own: make the condition one of "
            "a subclass with another `key`. "
            f"Received: {', '.join(twice)} more than once among {[f.key for f in fields]}"
        )
