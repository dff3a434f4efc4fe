"""The parts of an exported model that `verify` looks at, each read when it is first asked for."""

import functools
import os

import tensorflow as tf

from tfgan_suite.admission import read_graphs
from tfgan_suite.export import earlier_models, model_card
from tfgan_suite.export.loading import Served
from tfgan_suite.export.signatures import signatures_of
from tfgan_suite.export.verdicts import Failed, Unavailable

INIT = "__saved_model_init_op"  # TensorFlow's own signature, which no client may call
# Errors whose message says all.
TELLING = (Failed, ValueError, RuntimeError, OSError, tf.errors.OpError)


class ExportedModel:
    """What the checks look at. A part that cannot be read raises `Unavailable`.

    Attributes:
        path: directory of the version.
        against: the `ServedPart` to compare with, or None.
    """

    def __init__(self, path, against):
        self.path, self.against = path, against

    @functools.cached_property
    def graphs(self):
        """All `MetaGraphDef`s."""
        return _available("graph", read_graphs, self.path)

    @functools.cached_property
    def graph(self):
        """The `MetaGraphDef` with tag `serve`."""
        found = [g for g in self.graphs if set(g.meta_info_def.tags) == {"serve"}]
        if len(found) != 1:
            raise Unavailable("graph", "there is no one graph with the tag `serve`")
        return found[0]

    @functools.cached_property
    def definitions(self):
        """Dict of names to the `SignatureDef`s that clients may call."""
        return {n: s for n, s in sorted(self.graph.signature_def.items()) if n != INIT}

    @functools.cached_property
    def card(self):
        """The model card, a dict."""
        return _available("card", model_card.read, self.path)

    @functools.cached_property
    def interface(self):
        """The `Interface` that the card says; of an earlier model, the one that its keys tell."""
        if self.described_interface:
            return _available("interface", model_card.interface_of, self.card)
        definition = self.definitions.get("serving_default")
        classes = self._card_or_nothing.get("classes")
        return _available("interface", earlier_models.interface_of, definition, classes)

    @property
    def described_interface(self):
        """What the card has of the interface; None without a card, or of an earlier model."""
        return self._card_or_nothing.get("interface")

    @property
    def _card_or_nothing(self):
        try:
            return self.card
        except Unavailable:  # which is a failure of its own; the graph can be checked all the same
            return {}

    @functools.cached_property
    def signatures(self):
        """Dict of names to the `Signature`s that there must be."""
        return signatures_of(self.interface)

    @functools.cached_property
    def requests(self):
        """Those of `signatures` that the graph has."""
        return {name: s for name, s in self.signatures.items() if name in self.definitions}

    @functools.cached_property
    def checkpoint(self):
        """A reader of the variables."""
        prefix = os.fspath(self.path / "variables" / "variables")
        return _available("checkpoint", tf.train.load_checkpoint, prefix)

    @functools.cached_property
    def served(self):
        """The model in the C API."""
        return _available("served", Served, self.path)


def _available(part, read, *arguments):
    try:
        return read(*arguments)
    except TELLING as error:
        raise Unavailable(part, str(getattr(error, "message", error))) from error
