"""Export of a trained generator as a SavedModel for TensorFlow Serving.

`keras.Model.export` is not used: it stores every weight twice (keras issue 23553), and a SavedModel
that holds a Keras object loads in Python but not in the C++ loader of the server (keras issue
20095). What is written here holds copies of the weights and a few functions, nothing else.
"""

import contextlib
import os
import pathlib
from concurrent.futures import ThreadPoolExecutor

import tensorflow as tf

from tfgan_suite.export import card as cards
from tfgan_suite.export import interface as interfaces
from tfgan_suite.export import publishing, signatures, warmup
from tfgan_suite.export.loading import Served


def export(trainer, path, *, version=None, ema=True, classes=None, max_rows=1024, card=None):
    """Writes `path/<version>`, a SavedModel of a trainer's generator.

    Signatures (tag `serve`; the batch size N is free and may differ from call to call):

    - `serving_default`: `latents`, float32 `[N, latent_dim]`, to `images`, float32 `[N, ...]` as
      the generator gives them (pictures are `[N, height, width, channels]` in [-1, 1]).
    - `from_seed`: `seeds`, int64 `[N]`, to `images` of the latents which the trainer's prior draws
      from the seeds. Image i depends on `seeds[i]` alone and is the same after a reload (its
      latents to the last bit; a convolution may round differently in another batch size).
    - `truncated`: `latents` and `psi`, float32 `[N]` in [0, 1], to `images` of `psi * latents`,
      where the codes of a structured prior (InfoGAN) stay as they are.
      (The truncation of StyleGAN, Karras et al. 2018, arXiv:1812.04948, appendix B, towards the
      mean of the latents. Deviation: in the space of z, whose mean is 0, not of w.)
    - `png`, where the generator makes grey or RGB pictures: `seeds` to `image_bytes`, string `[N]`,
      a PNG file each. REST shows strings whose name ends in `_bytes` as base64.

    With a conditional generator each of them also takes `labels`, int64 `[N]` in [0, classes), or
    `condition`, float32 `[N, D]`, where the condition is a vector of which no number of classes is
    known. A translator (a generator of one input `[N, height, width, channels]`) has
    `serving_default` and `png`, both of `images` in [-1, 1].

    Requests are checked within the graph: shapes, the number of rows, values. A wrong one is
    refused with an error that names the input.

    Inputs and outputs are float32, and so is the arithmetic of layers with a mixed-precision
    policy: on a CPU, where many servers run, a float16 convolution is several times slower.

    `assets.extra` holds warm-up requests (`tf_serving_warmup_requests`), which are answered through
    TensorFlow's C API before the version is published, and a model card (`model_card.json`).

    The version appears in one rename, complete, so a server that polls `path` never sees half a
    model. With several workers, call this on the chief alone.

    Args:
        trainer: object with a built functional `generator`, `serving_generator` (the exponential
            moving average of it if there is one) and, unless it is a translator, `latent_dim` and
            `latent_prior` (with methods `from_seeds` and `truncate`). Or a run that was read from disk
            (`tfgan_suite.experiment.restoring.restore`), which has a `trainer` and a `card`.
        path: local directory of the model, created if absent; its children are the versions.
        version: positive integer; by default one more than the largest there is (1 in an empty
            directory).
        ema: whether to export `serving_generator` rather than the raw `generator`.
        classes: number of classes of a conditional generator. None takes the trainer's
            `num_classes` where it has one, else that of the layer which looks the labels up.
        max_rows: largest number of rows that one request may have.
        card: dict with what the model card should say of `recipe`, `config`, `metrics` (with their
            protocol), `dataset`, `licence`, `command`, `trained_with` and `note`.

    Returns:
        `pathlib.Path` of the version's directory.

    Raises:
        TypeError: if `trainer` lacks one of the attributes above.
        ValueError: if `version` exists already or is no positive integer, `path` is a URL, a weight
            is not finite, the generator cannot be served, or the number of classes is not known.
        RuntimeError: if what was written cannot be loaded, or does not answer its warm-up requests.
        OSError: if `path` cannot be written.
    """
    if "://" in os.fspath(path):
        raise ValueError(f"`path` must be a local directory. Received: path={path!r}")
    path = pathlib.Path(path)
    publishing.check_version(path, version)
    if isinstance(max_rows, bool) or not isinstance(max_rows, int) or max_rows < 4:
        raise ValueError(f"`max_rows` must be an integer >= 4. Received: max_rows={max_rows!r}")
    if hasattr(trainer, "trainer") and hasattr(trainer, "card"):  # a run that was read
        card = {**trainer.card, **(card or {})}
        trainer = trainer.trainer
    cards.check_given(card)
    generator, interface, prior = _served_parts(trainer, ema, classes)
    inputs = signatures.inputs_of(interface)
    # A distribution strategy's scope belongs to its thread: in a thread of its own, the variables
    # made for the export are plain ones wherever the caller stands.
    with ThreadPoolExecutor(max_workers=1) as thread:
        traced = thread.submit(signatures.trace, generator, interface, prior, max_rows)
        module, functions = traced.result()

        def write(folder):
            tf.saved_model.save(module, folder, signatures=functions)
            warmup.write(folder, inputs)
            step = getattr(trainer, "step", None)
            with _rehearsed(folder) as served:
                made = cards.make(
                    folder,
                    inputs,
                    served,
                    generator=generator,
                    given=card,
                    step=None if step is None else int(step.numpy()),
                    weights=_weights(trainer, generator),
                    max_rows=max_rows,
                )
            cards.write(folder, made)

        return thread.submit(publishing.publish, write, path, version).result()


def _served_parts(trainer, ema, classes):
    """Returns the generator to serve, its interface and the prior of its latents."""
    _require(trainer, "generator", "serving_generator")
    generator = trainer.serving_generator if ema else trainer.generator
    inputs = getattr(generator, "inputs", None) or []
    translator = len(inputs) == 1 and len(inputs[0].shape) == 4
    if translator:
        return generator, interfaces.describe(generator), None
    _require(trainer, "latent_dim", "latent_prior")
    if classes is None and len(inputs) == 2:
        classes = getattr(trainer, "num_classes", None)
    interface = interfaces.describe(generator, trainer.latent_dim, classes)
    return generator, interface, trainer.latent_prior


def _require(trainer, *names):
    for name in names:
        if not hasattr(trainer, name):
            raise TypeError(
                f"`trainer` must have the attribute `{name}`: only a trainer whose generator maps "
                "latents to images, or images to images, can be exported. "
                f"Received: trainer={trainer!r}"
            )


def _weights(trainer, generator):
    return "as trained" if generator is trainer.generator else "moving average"


@contextlib.contextmanager
def _rehearsed(folder):
    """Loads what was written as a server does, answers its warm-up requests, gives the `Served`."""
    with contextlib.ExitStack() as stack:
        try:
            served = Served(folder)
            stack.callback(served.close)
            for signature, inputs in warmup.read(folder):
                served(signature, inputs)
        except (RuntimeError, ValueError) as error:
            raise RuntimeError(f"The exported generator fails its rehearsal: {error}") from error
        yield served
