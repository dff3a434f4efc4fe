"""The signatures of an exported model: what each takes and gives, from the interface alone."""

import collections
import dataclasses
from collections.abc import Callable

from tfgan_suite.export.request_fields import Latents, Psi, Seeds

EXAMPLES_OF = ("serving_default", "from_seed", "truncated")  # these give the examples themselves


@dataclasses.dataclass(frozen=True)
class Signature:
    """What one signature takes and gives.

    Attributes:
        fields: tuple of the `Field`s of a request, the first of which says how many rows there are.
        output: key of the output.
        form: function from examples to the output; None where they are the output.
    """

    fields: tuple
    output: str
    form: Callable | None = None


def signatures_of(interface):
    """Dict of names to the `Signature`s of an interface.

    Raises:
        ValueError: if two inputs of a signature, or two signatures, would have one name.
    """
    made, conditions = interface.output, interface.conditions
    source = Latents(interface.source) if interface.takes_latents else interface.source
    signatures = {"serving_default": Signature((source, *conditions), made.key)}
    asked = source  # of the further forms: nobody wants files of latents of his own
    if interface.takes_latents:
        asked = Seeds()
        signatures["from_seed"] = Signature((asked, *conditions), made.key)
        signatures["truncated"] = Signature((source, Psi(), *conditions), made.key)
    for name, (key, form) in made.forms().items():
        if name in EXAMPLES_OF:
            raise ValueError(
                f"A form of a modality needs a name of its own, other than {EXAMPLES_OF}. "
                f"Received: {name!r} of {made!r}"
            )
        signatures[name] = Signature((asked, *conditions), key, form)
    for signature in signatures.values():
        _check_keys(signature.fields)
    return signatures


def _check_keys(fields):
    counts = collections.Counter(field.key for field in fields)
    twice = sorted(key for key, count in counts.items() if count > 1)
    if twice:
        raise ValueError(
            "Each input of an exported generator needs a key of its own: make the condition one of "
            "a subclass with another `key`. "
            f"Received: {', '.join(twice)} more than once among {[f.key for f in fields]}"
        )
