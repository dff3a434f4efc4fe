"""What a generator takes and makes, declared where somebody has and inferred here where nobody has.

This is the one place that tells kinds of data apart by ranks, dtypes and numbers of inputs.
"""

import dataclasses

import keras
import tensorflow as tf

from tfgan_suite.conditions import Condition, Labels, VectorCondition
from tfgan_suite.conditions._lookups import classes_of_layers
from tfgan_suite.latents import Prior
from tfgan_suite.modalities import Image, Modality, Vector
from tfgan_suite.modalities.modality import fits


@dataclasses.dataclass(frozen=True)
class Interface:
    """What a generator takes and makes.

    Attributes:
        source: the latent prior of a generator of latents; the `Modality` of the examples that a
            translator takes.
        output: the `Modality` of what it makes.
        conditions: tuple of what it takes beside them, each a `Condition`, in the order of the
            network's inputs.
    """

    source: Prior | Modality
    output: Modality
    conditions: tuple = ()

    @property
    def takes_latents(self):
        """Whether examples are made of latents, rather than of other examples."""
        return isinstance(self.source, Prior)

    @property
    def labels(self):
        """The `Labels` among the conditions, or None."""
        return next((c for c in self.conditions if isinstance(c, Labels)), None)

    @property
    def classes(self):
        """Number of classes that the generator can be asked for, or None."""
        return self.labels.classes if self.labels else None

    def arguments(self, network, inputs, condition=None):
        """What to call a network of this interface with.

        Args:
            network: the generator, or a discriminator, which is told as many of the conditions as
                it has inputs beside its first.
            inputs: tensor for its first input.
            condition: tensor of the condition; a tuple or list of several, or a dict of them by
                their keys; None where there is none.

        Returns:
            A tensor, or a list of tensors.
        """
        wanted = network.inputs[1:]
        if not wanted:
            return inputs
        given = self.in_order(condition)
        if len(given) < len(wanted):
            raise ValueError(
                f"The network {network.name!r} takes {len(wanted)} condition(s) beside its first "
                f"input. Received: {len(given)}"
            )
        known = (*self.conditions, *[None] * len(wanted))
        return [
            inputs,
            *(
                values if kind is None else kind.as_input(values, tensor)
                for values, kind, tensor in zip(given, known, wanted)
            ),
        ]

    def in_order(self, condition):
        """Conditions, as `arguments` takes them, as a list in the order of `conditions`."""
        if condition is None:
            return []
        if isinstance(condition, dict):
            return [condition[kind.key] for kind in self.conditions]
        return list(condition) if isinstance(condition, (tuple, list)) else [condition]

    def check_condition(self, condition, groups=1, taker="The generator"):
        """Raises ValueError unless a batch has this interface's conditions; see `Condition`."""
        given = self.in_order(condition)
        if len(given) < len(self.conditions):
            missing = " and ".join(kind.kind for kind in self.conditions[len(given) :])
            raise ValueError(
                f"{taker} takes {missing} as a condition, so the data must be "
                f"({self.output.noun}, condition). Received: {self.output.noun} alone"
            )
        for kind, values in zip(self.conditions, given):
            kind.check_batch(values, groups)


# === What networks take and make ===


def takes_condition(network):
    """Whether a network has an input beside its first."""
    return len(network.inputs) > 1


def shapes_fit(first, second):
    """Whether two shapes of batches agree wherever both are known."""
    return fits(tuple(first)[1:], tuple(second)[1:])


def infer_modality(tensor):
    """The modality of a network's input or output.

    Of shape `[N, D]` a `Vector`, of `[N, H, W, C]` an `Image`, of `[N, T, V]` a `Sequence`, with one
    or two channels an `Audio`, of `[N, T, H, W, C]` a `Video`.

    Args:
        tensor: a `keras.KerasTensor`.

    Raises:
        ValueError: if it is none of these.
    """
    shape = tuple(tensor.shape)[1:]
    if len(shape) == 1 and shape[0] is not None:
        return Vector(shape[0])
    if len(shape) == 3 and shape[2] is not None:
        return Image(*shape)
    raise ValueError(
        "What a network makes must be vectors (N, D) or images (N, H, W, C) unless its kind is "
        f"declared: pass `modality=`. Received: shape {tuple(tensor.shape)}"
    )


def infer_condition(network, index, classes=None):
    """The condition that one of a network's inputs is for.

    Integers of shape `[N]` or `[N, 1]` are `Labels`, whose number the layers know that look them
    up; floats `[N, D]` are a `VectorCondition`, or one-hot `Labels` where there are `classes`.

    Args:
        network: functional `keras.Model`.
        index: of the input.
        classes: number of classes of labels; None to find it.

    Raises:
        ValueError: if it is none of these, or the number of classes is not known or another one.
    """
    tensor = network.inputs[index]
    shape = tuple(tensor.shape)
    if keras.backend.is_int_dtype(tensor.dtype):
        if shape not in ((None,), (None, 1)):
            raise ValueError(
                "Integer labels must have shape (N,) or (N, 1). "
                f"Received: input {index} of {network.name!r}, of shape {shape}"
            )
        found = classes_of_layers(network, index)
        if classes is not None and found is not None and classes > found:
            raise ValueError(
                f"The layers of {network.name!r} know {found} classes. Received: classes={classes}"
            )
        if not (classes or found):
            raise ValueError(
                "The number of classes is not known: no embedding of the labels was found. Give "
                f"`condition=Labels(classes)`. Received: input {index} of {network.name!r}, of "
                f"shape {shape}"
            )
        return Labels(classes or found)
    if len(shape) != 2 or shape[1] is None:
        raise ValueError(
            "A condition must be labels of shape (N,), or vectors of shape (N, D), unless its kind "
            f"is declared: pass `condition=`. Received: input {index} of {network.name!r}, of "
            f"shape {shape}"
        )
    if classes is None:
        return VectorCondition(shape[1])
    if classes != shape[1]:
        raise ValueError(
            f"One-hot labels of {classes} classes have {classes} components. "
            f"Received: classes={classes} for an input of shape {shape}"
        )
    return Labels(classes)


def infer(generator, *, prior=None, source=None, modality=None, conditions=None, classes=None):
    """The interface of a generator: what was declared, and the rest from its inputs and outputs.

    Args:
        generator: functional `keras.Model` whose first input is latents or examples, the others
            conditions, and whose first output is what it makes.
        prior: the prior of its latents; None for a translator.
        source: the `Modality` of what a translator takes, where declared.
        modality: the `Modality` of what it makes, where declared.
        conditions: a `Condition` or a list of them, where declared.
        classes: number of classes where it takes labels; None to find it.

    Returns:
        An `Interface`.

    Raises:
        ValueError: if it is no functional model, or something is neither declared nor known.

    Example:
        >>> interface = infer(networks.dcgan.build_generator(16, 1, 64), prior=LatentPrior(64))
        >>> interface.output
        Image(height=16, width=16, channels=1)
    """
    inputs = getattr(generator, "inputs", None)
    outputs = getattr(generator, "outputs", None)
    if not inputs or not outputs:
        raise ValueError(
            f"The generator must be a functional keras.Model. Received: generator={generator!r}"
        )
    output = modality or infer_modality(outputs[0])
    _check_row(output, outputs[0], "makes")
    if prior is None:
        source = source or infer_modality(inputs[0])
        _check_row(source, inputs[0], "takes")
    elif tuple(inputs[0].shape) != (None, prior.dim):
        raise ValueError(
            f"The generator's first input must have shape (None, latent_dim={prior.dim}). "
            f"Received: generator {generator.name!r} with input shape {tuple(inputs[0].shape)}"
        )
    known = as_conditions(conditions)
    if len(known) > len(inputs) - 1:
        raise ValueError(
            f"The generator {generator.name!r} takes {len(inputs) - 1} condition(s). "
            f"Received: {list(known)}"
        )
    known = conditions_of_game([generator], known, classes)
    return Interface(source if prior is None else prior, output, known)


def conditions_of_game(networks, known=(), classes=None):
    """What networks that play together are told beside their first inputs.

    Args:
        networks: functional `keras.Model`s, each told the first few of the conditions.
        known: those conditions that were declared.
        classes: number of classes where one is of labels; None to find it.

    Returns:
        Tuple of conditions; labels that were not declared have as many classes as all networks know.

    Raises:
        ValueError: if one is neither declared nor known, or the layers of a network know fewer
            classes than were declared.
    """
    found = []
    for network in networks:
        for place in range(len(network.inputs) - 1):
            if place < len(known):
                kind = known[place]
                if isinstance(kind, Labels):
                    infer_condition(network, place + 1, kind.classes)
            else:
                kind = infer_condition(network, place + 1, classes)
            if place == len(found):
                found.append(kind)
            elif isinstance(kind, Labels) and isinstance(found[place], Labels):
                found[place] = min(found[place], kind, key=lambda labels: labels.classes)
    return tuple(found)


def of_network(network, conditions):
    """Those of a game's conditions that a network is told."""
    return tuple(conditions[: len(network.inputs) - 1])


def as_conditions(given):
    """A condition, a list of them or None as a tuple."""
    if given is None:
        return ()
    found = tuple(given) if isinstance(given, (tuple, list)) else (given,)
    for condition in found:
        if not isinstance(condition, Condition):
            raise ValueError(
                "A condition must be a tfgan_suite.conditions.Condition, such as Labels(10). "
                f"Received: condition={condition!r}"
            )
    return found


def _check_row(modality, tensor, verb):
    if not isinstance(modality, Modality):
        raise ValueError(
            "A modality must be a tfgan_suite.modalities.Modality, such as Image(28, 28, 1). "
            f"Received: modality={modality!r}"
        )
    shape = tuple(tensor.shape)[1:]
    if not fits(shape, modality.row):
        raise ValueError(
            f"The modality must be that of what the generator {verb}, of shape {shape}. "
            f"Received: {modality!r}"
        )
