"""What a generator takes and makes: declared where somebody has, else inferred; as JSON, and back.

With `kinds`, this is the one place that tells kinds of data apart by ranks, dtypes and numbers of
inputs.
"""

import dataclasses

import keras
import tensorflow as tf

from tfgan_suite import conditions as kinds_of_conditions
from tfgan_suite import modalities
from tfgan_suite.conditions import Condition, Labels
from tfgan_suite.configured import record
from tfgan_suite.fields import fits
from tfgan_suite.files import strict
from tfgan_suite.kinds import infer_condition, infer_modality, input_of_labels
from tfgan_suite.latents import Prior
from tfgan_suite.modalities import Modality
from tfgan_suite.registration import PACKAGE


@dataclasses.dataclass(frozen=True)
class Interface:
    """What a generator takes and makes.

    Attributes:
        source: the latent prior of a generator of latents; the `Modality` of the examples that a
            translator takes.
        output: the `Modality` of what it makes.
        conditions: tuple of what it takes beside them, each a `Condition`, in the order of the
            network's inputs.

    Raises:
        ValueError: if two of the conditions have the same key.
    """

    source: Prior | Modality
    output: Modality
    conditions: tuple = ()

    def __post_init__(self):
        keys = [condition.key for condition in self.conditions]
        if len(set(keys)) < len(keys):
            raise ValueError(
                "Requests name conditions by their keys, which must differ. "
                f"Received: conditions with the keys {keys}"
            )

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
        """Raises ValueError unless a batch has this interface's conditions; see `Condition`.

        Returns:
            The condition, in the form in which it was given.
        """
        given = self.in_order(condition)
        if len(given) < len(self.conditions):
            missing = " and ".join(kind.kind for kind in self.conditions[len(given) :])
            raise ValueError(
                f"{taker} takes {missing} as a condition, so the data must be "
                f"({self.output.noun}, condition). Received: {self.output.noun} alone"
            )
        if not self.conditions:
            return condition
        for kind, values in zip(self.conditions, given):
            if values.shape.rank is None:
                raise ValueError(
                    f"Of {kind.kind} the number of axes must be known: say it in the dataset's "
                    "signature, or with tf.ensure_shape. Received: a condition of unknown rank"
                )
        found = [k.check_batch(values, groups) for k, values in zip(self.conditions, given)]
        return self.like_given(condition, found)

    def like_given(self, condition, values):
        """Other values of the conditions, in order, in the form in which a condition was given."""
        if isinstance(condition, dict):
            return {**condition, **dict(zip((kind.key for kind in self.conditions), values))}
        values = [*values, *self.in_order(condition)[len(values) :]]
        return tuple(values) if isinstance(condition, (tuple, list)) else values[0]

    def inputs_of(self, networks):
        """For each of the conditions the input of the first of some networks that is told it."""
        found = [network.inputs[1:] for network in networks]
        return [
            next(inputs[place] for inputs in found if len(inputs) > place)
            for place in range(len(self.conditions))
        ]


# === What networks take and make ===


def takes_condition(network):
    """Whether a network has an input beside its first."""
    return len(network.inputs) > 1


def samples_in_packs(network):
    """Examples that a network judges together: 1 without a layer that packs them."""
    packing = [getattr(layer, "rows_per_output", 1) for layer in network._flatten_layers()]
    return max(packing, default=1)


def shapes_fit(first, second):
    """Whether two shapes of batches agree wherever both are known."""
    return fits(tuple(first)[1:], tuple(second)[1:])


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
        Tuple of conditions; labels that were not declared have as many classes as all networks
        know.

    Raises:
        ValueError: if one is neither declared nor known, or the layers of a network know fewer
            classes than were declared.
    """
    found = []
    for network in networks:
        labelled = input_of_labels(network, 1 + len(known), classes)
        for place in range(len(network.inputs) - 1):
            if place < len(known):
                kind = known[place]
                if isinstance(kind, Labels):
                    infer_condition(network, place + 1, kind.classes)
            else:
                number = classes if place + 1 == labelled else None
                kind = infer_condition(network, place + 1, number)
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


# === Records ===


def to_json(interface):
    """An interface as a dict that JSON can hold, for run directories and model cards.

    Example:
        >>> to_json(Interface(LatentPrior(64), Vector(2)))
        {'source': {'kind': 'LatentPrior', 'dim': 64, 'distribution': 'normal'},
         'output': {'kind': 'vector', 'dim': 2}, 'conditions': []}
    """
    source = interface.source
    if interface.takes_latents:
        source = {"kind": type(source).__name__, **source.get_config()}
    else:
        source = record(source)
    conditions = [record(condition) for condition in interface.conditions]
    return strict({"source": source, "output": record(interface.output), "conditions": conditions})


def from_json(value):
    """The interface that `to_json` was given.

    Args:
        value: what it returned, or what a JSON file gave back of it.

    Raises:
        ValueError: if something in it is not known, such as a kind from a module that is not
            imported.
    """
    source = dict(value["source"])
    prior = keras.saving.get_registered_object(f"{PACKAGE}>{source['kind']}")
    if isinstance(prior, type) and issubclass(prior, Prior):
        source.pop("kind")
        source = prior.from_config(source)
    else:
        source = modalities.get(source)
    return Interface(
        source,
        modalities.get(value["output"]),
        tuple(kinds_of_conditions.get(condition) for condition in value["conditions"]),
    )
