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

from tfgan_suite.export import model_card, publishing, tracing, warmup
from tfgan_suite.export.loading import Served
from tfgan_suite.export.served_interface import part_to_export
from tfgan_suite.export.signatures import signatures_of
from tfgan_suite.files import check_no_pattern


def export(
    trainer, path, *, name=None, version=None, ema=True, classes=None, max_rows=1024, card=None
):
    """Writes `path/<version>`, a SavedModel of a trainer's generator.

    Its interface (`trainer.interfaces`) says what the signatures are (tag `serve`; the batch size N
    is free and may differ from call to call). Of a generator of latents, whose output has the key
    of its modality (`images`, `vectors`, ...; images are `[N, height, width, channels]`, in
    [-1, 1]):

    - `serving_default`: `latents`, float32 `[N, latent_dim]`, to the examples.
    - `from_seed`: `seeds`, int64 `[N]`, to the examples of the latents which the trainer's prior
      draws from the seeds. Example i depends on `seeds[i]` alone and is the same after a reload
      (its latents to the last bit; a convolution may round differently in another batch size).
    - `truncated`: `latents` and `psi`, float32 `[N]` in [0, 1], to the examples of `psi * latents`,
      where the codes of a structured prior (InfoGAN) stay as they are.
      (The truncation of StyleGAN, Karras et al. 2018, arXiv:1812.04948, appendix B, towards the
      mean of the latents. Deviation: in the space of z, whose mean is 0, not of w.)
    - one for each of the modality's `forms`, of `seeds`: `png`, where images have 1 to 4 channels,
      to `image_bytes`, string `[N]`, a PNG file each. REST shows strings whose name ends in
      `_bytes` as base64.
    - of a generator of texts, for each of these one by the ending `_of_text`: with strings under
      `text` instead of numbers under `tokens`.

    Each of them also takes the conditions, by their keys: `labels`, int64 `[N]` in [0, classes);
    `condition`, float32 `[N, D]`, a vector of which no number of classes is known; and whatever
    else the interface has. A translator has `serving_default` and the forms, of examples of its
    source (`images`).

    Requests are checked within the graph: shapes, the number of rows, values. A wrong one is
    refused with an error that names the input.

    Examples are float32, unless their modality says otherwise, and so is the arithmetic of layers
    with a mixed-precision policy: on a CPU, where many servers run, a float16 convolution is
    several times slower.

    `assets.extra` holds warm-up requests (`tf_serving_warmup_requests`), which are answered through
    TensorFlow's C API before the version is published, and a model card (`model_card.json`).

    The version appears in one rename, complete, so a server that polls `path` never sees half a
    model. With several workers, call this on the chief alone.

    Args:
        trainer: a trainer; a `tfgan_suite.served_part.ServedPart`, which says all there is to say
            of a generator; or a run that was read from disk
            (`tfgan_suite.experiment.restoring.restore`), which has a `trainer` and a `card`.
        path: local directory of the model, created if absent; its children are the versions.
        name: of the generator, where the trainer serves several: "a_to_b" or "b_to_a" of a
            CycleGAN.
        version: positive integer; by default one more than the largest there is (1 in an empty
            directory).
        ema: whether to export `serving_generator` rather than the raw `generator`.
        classes: number of classes of a conditional generator, where it is not to be that of the
            interface.
        max_rows: largest number of rows that one request may have.
        card: dict with what the model card should say of `recipe`, `config`, `metrics` (with their
            protocol), `dataset`, `licence`, `command`, `trained_with`, `note` and `run`, what
            identifies the run.

    Returns:
        `pathlib.Path` of the version's directory.

    Raises:
        TypeError: if `trainer` has no generator.
        ValueError: if `version` exists already or is no positive integer, `path` is a URL or would
            be a pattern to TensorFlow, a weight is not finite, the generator cannot be served or there is no one of this name, its
            interface does not fit it, or the number of classes is not known.
        RuntimeError: if what was written cannot be loaded, or does not answer its warm-up requests.
        OSError: if `path` cannot be written.
    """
    if "://" in os.fspath(path):
        raise ValueError(f"`path` must be a local directory. Received: path={path!r}")
    check_no_pattern(path)
    path = pathlib.Path(path)
    publishing.check_version(path, version)
    if isinstance(max_rows, bool) or not isinstance(max_rows, int) or max_rows < 4:
        raise ValueError(f"`max_rows` must be an integer >= 4. Received: max_rows={max_rows!r}")
    if hasattr(trainer, "trainer") and hasattr(trainer, "card"):  # a run that was read
        card = {**trainer.card, **(card or {})}
        trainer = trainer.trainer
    model_card.check_given(card)
    part = part_to_export(trainer, name, classes)
    generator = part.serving_generator if ema else part.generator
    signatures = signatures_of(part.interface)
    model_card.check_interface(part.interface)
    # A distribution strategy's scope belongs to its thread: in a thread of its own, the variables
    # made for the export are plain ones wherever the caller stands.
    with ThreadPoolExecutor(max_workers=1) as thread:
        traced = thread.submit(tracing.trace, generator, part.interface, max_rows)
        module, functions = traced.result()

        def write(folder):
            tf.saved_model.save(module, folder, signatures=functions)
            warmup.write(folder, signatures)
            with _rehearsed(folder) as served:
                made = model_card.make(
                    folder,
                    part.interface,
                    served,
                    generator=generator,
                    given=card,
                    step=None if part.step is None else int(part.step.numpy()),
                    weights="as trained" if generator is part.generator else "moving average",
                    max_rows=max_rows,
                )
            model_card.write(folder, made)

        return thread.submit(publishing.publish, write, path, version).result()


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
