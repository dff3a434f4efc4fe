"""`losses.get`: an adversarial loss from a name, a config, an instance or a pair of functions."""

import collections
import difflib
import inspect
import re

import keras

from tfgan_suite import tf_gan
from tfgan_suite.losses import functions, relativistic
from tfgan_suite.losses.adversarial import AdversarialLoss
from tfgan_suite.registration import public, register

_TF_GAN = "tensorflow_gan>"
_OURS = "tfgan_suite>"

# The fields of a TF-GAN model that its adversarial losses read.
_Logits = collections.namedtuple("_Logits", "discriminator_real_outputs discriminator_gen_outputs")


def snake_case(name):
    """`ModifiedMinimax` -> `modified_minimax`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _subclasses(cls):
    for subclass in cls.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)


def known_losses():
    """All registered adversarial losses that need no argument: `{snake_case name: class}`."""
    return {
        snake_case(cls.__name__): cls
        for cls in _subclasses(AdversarialLoss)
        if "__tfgan_suite_public__" in vars(cls) and cls is not FunctionPair
    }


def _role(function, wanted):
    """How to call a TF-GAN style loss: with a model tuple, both logits, or one player's."""
    parameters = inspect.signature(function).parameters.values()
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    names = [p.name for p in positional]
    if names[:1] == ["gan_model"]:
        return "model"
    required = [p for p in positional if p.default is p.empty]
    if len(required) > wanted:
        return "both" if len(required) == 2 else "unknown"
    return "one" if len(required) == 1 else "unknown"


def _name(function):
    return getattr(function, "__name__", type(function).__name__)


@register
class FunctionPair(AdversarialLoss):
    """Two functions in TF-GAN's style as one adversarial loss.

    Args:
        generator_fn: `f(fake_logits)` or `f(real_logits, fake_logits)`, as in
            `tfgan.losses.wargs`, or `f(gan_model)`, as in `tfgan.losses`; returns a scalar.
        discriminator_fn: `f(real_logits, fake_logits)` or `f(gan_model)`; returns a scalar.

    Raises:
        ValueError: if one is not callable or takes other arguments.
    """

    def __init__(self, generator_fn, discriminator_fn):
        for role, function in (("generator", generator_fn), ("discriminator", discriminator_fn)):
            if not callable(function):
                raise ValueError(
                    f"A pair of losses is (generator_fn, discriminator_fn), both callable. "
                    f"Received: {role}_fn={function!r}"
                )
        self.generator_fn = generator_fn
        self.discriminator_fn = discriminator_fn
        self._generator_role = _role(generator_fn, 1)
        self._discriminator_role = _role(discriminator_fn, 1)
        # Functions of a model, and relativistic ones, show their role by their name alone.
        swapped = "discriminator" in _name(generator_fn) or "generator" in _name(discriminator_fn)
        unfit = self._generator_role == "unknown" or self._discriminator_role in ("unknown", "one")
        if swapped or unfit:
            raise ValueError(
                "A pair of losses is (generator_fn, discriminator_fn), in this order: "
                "generator_fn(fake_logits) or generator_fn(real_logits, fake_logits), and "
                "discriminator_fn(real_logits, fake_logits). Received: "
                f"{_name(generator_fn)}{inspect.signature(generator_fn)}, "
                f"{_name(discriminator_fn)}{inspect.signature(discriminator_fn)}"
            )

    @property
    def generator_needs_real(self):
        # What a function of a model reads does not show in its signature.
        return self._generator_role in ("both", "model")

    def discriminator_loss(self, real_logits, fake_logits):
        return self._call(self.discriminator_fn, self._discriminator_role, real_logits, fake_logits)

    def generator_loss(self, real_logits, fake_logits):
        return self._call(self.generator_fn, self._generator_role, real_logits, fake_logits)

    @staticmethod
    def _call(function, role, real_logits, fake_logits):
        real_logits, fake_logits = functions.as_float32([real_logits, fake_logits])
        if role == "model":
            return function(_Logits(real_logits, fake_logits))
        return function(real_logits, fake_logits) if role == "both" else function(fake_logits)

    def get_config(self):
        return {
            "generator_fn": _serialize_function(self.generator_fn),
            "discriminator_fn": _serialize_function(self.discriminator_fn),
        }

    @classmethod
    def from_config(cls, config):
        return cls(**{role: _deserialize_function(f) for role, f in config.items()})


def _named_functions():
    """TF-GAN's loss functions, and ours, by the names under which a config may hold them."""
    named = {}
    for prefix, module in (
        (_TF_GAN, tf_gan.losses),
        (f"{_TF_GAN}wargs.", tf_gan.losses.wargs),
        (_OURS, functions),
        (_OURS, relativistic),
    ):
        for name in functions.NAMES:
            if hasattr(module, name):
                named[f"{prefix}{name}"] = getattr(module, name)
    return named


def _serialize_function(function):
    """TF-GAN's functions, and ours of the same names, by name; the user's by Keras."""
    for name, known in _named_functions().items():
        if known is function:
            return name
    return keras.saving.serialize_keras_object(function)


def _deserialize_function(config):
    if isinstance(config, str):
        return _named_functions()[config]
    try:
        return keras.saving.deserialize_keras_object(config)
    except (TypeError, ValueError, ImportError) as error:
        if config["class_name"] == "__lambda__":
            raise ValueError(
                "A loss that is a lambda is code in the file, which is not run: hand "
                "safe_mode=False to load_model if you trust it. Received: a lambda"
            ) from error
        module, name = config["module"], config["config"]
        raise ValueError(
            "A loss function of your own is not in the file, only its name: before loading, "
            "decorate it with keras.saving.register_keras_serializable() (and import its module), "
            f"or hand it to load_model as custom_objects={{{name!r}: {name}}}. "
            f"Received: the function {name!r} of the module {module!r}"
        ) from error


@public
def get(identifier):
    """Returns the `AdversarialLoss` that `identifier` names.

    Args:
        identifier: a name (`"modified_minimax"` or the class name), a config (as
            `keras.saving.serialize_keras_object` makes it), an `AdversarialLoss`, or a pair
            `(generator_fn, discriminator_fn)` in TF-GAN's style (see `FunctionPair`).

    Raises:
        ValueError: if the name is unknown, or the identifier is none of these.
    """
    if isinstance(identifier, AdversarialLoss):
        return identifier
    if isinstance(identifier, str):
        known = known_losses()
        if snake_case(identifier) in known:
            return known[snake_case(identifier)]()
        close = difflib.get_close_matches(snake_case(identifier), known, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise ValueError(
            f"Unknown adversarial loss.{hint} Known: {', '.join(sorted(known))}. "
            f"Received: loss={identifier!r}"
        )
    if isinstance(identifier, dict):
        loss = keras.saving.deserialize_keras_object(identifier)
        if isinstance(loss, AdversarialLoss):
            return loss
    if isinstance(identifier, (tuple, list)) and len(identifier) == 2:
        return FunctionPair(*identifier)
    raise ValueError(
        "An adversarial loss is given by a name, a config, an AdversarialLoss or a pair "
        f"(generator_fn, discriminator_fn). Received: loss={identifier!r}"
    )
