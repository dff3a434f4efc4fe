"""Objects that Keras saves by their constructor's arguments, and their records in JSON."""

from tfgan_suite.checks import did_you_mean


class Configured:
    """An object that its constructor's arguments describe; equal to one with the same arguments.

    Attributes:
        kind: its name in records and messages, unique among the classes of one base.
    """

    kind = None

    def get_config(self):
        return {}

    @classmethod
    def from_config(cls, config):
        return cls(**config)

    def __repr__(self):
        options = ", ".join(f"{k}={v!r}" for k, v in self.get_config().items())
        return f"{type(self).__name__}({options})"

    def __eq__(self, other):
        return type(self) is type(other) and repr(self) == repr(other)

    def __hash__(self):
        return hash(repr(self))


def record(thing):
    """A `Configured` object as a dict that JSON can hold: its kind and its config.

    `of_kind` makes an equal object of it, and of what a JSON file gives back.
    """
    return {"kind": thing.kind, **thing.get_config()}


def of_kind(base, given, options=None):
    """An object by its kind, from its record, or as it is.

    Args:
        base: subclass of `Configured` whose subclasses are meant, users' own ones too.
        given: a kind, a record, or an instance of `base`.
        options: dict of the constructor's arguments, where a kind is given.

    Raises:
        ValueError: if it is none of these, or there is no such kind.
    """
    if isinstance(given, base):
        return given
    config = dict(options or {})
    if isinstance(given, dict) and "kind" in given:
        config = {**given, **config}
        given = config.pop("kind")
    known = {cls.kind: cls for cls in subclasses(base) if cls.__dict__.get("kind")}
    if not isinstance(given, str) or given not in known:
        raise ValueError(
            f"A {base.__name__.lower()} is given by its kind, one of {', '.join(sorted(known))}, "
            f"by its record, or as an object. Received: {given!r}{did_you_mean(given, known)}"
        )
    return known[given].from_config(config)


def subclasses(base):
    """Yields all classes below a class."""
    for cls in base.__subclasses__():
        yield cls
        yield from subclasses(cls)
