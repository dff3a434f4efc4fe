"""Export of a trained generator as a SavedModel for TensorFlow Serving.

`keras.Model.export` is not used: it stores every weight twice (keras issue 23553), and a SavedModel
that holds a Keras object loads in Python but not in the C++ loader of the server (keras issue
20095). What is written here holds copies of the weights and two functions, nothing else.
"""

import contextlib
import errno
import os
import pathlib
import re
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import tensorflow as tf

# A served function must give the same answer after a restart, on any server, whatever was asked
# before: no random numbers but those drawn from an input, no assignment, no Python.
_FORBIDDEN_OPS = re.compile(
    r"Random|Multinomial|StandardNormal|TruncatedNormal|StatefulUniform|^Rng"
    r"|^Assign|^Resource(Apply|Scatter)|PyFunc"
)
_TAKEN = (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR)
_TRACING = threading.Lock()  # tracing borrows the layers' dtype policies
_LARGEST_VERSION = 2**63 - 1  # the server reads the directory's name as an int64


def export(trainer, path, *, version=None, ema=True):
    """Writes `path/<version>`, a SavedModel of a trainer's generator.

    Signatures (tag `serve`; the batch size N is free and may differ from call to call):

    - `serving_default`: `latents`, float32 `[N, latent_dim]`, to `images`, float32 `[N, ...]` as
      the generator gives them (pictures are `[N, height, width, channels]` in [-1, 1]).
    - `from_seed`: `seeds`, int64 `[N]`, to `images` of the latents which the trainer's prior draws
      from the seeds. Image i depends on `seeds[i]` alone and is the same after a reload (its latents
      to the last bit; a convolution may round differently in another batch size).

    Inputs and outputs are float32, and so is the arithmetic of layers with a mixed-precision
    policy: on a CPU, where many servers run, a float16 convolution is several times slower.

    The version appears in one rename, complete, so a server that polls `path` never sees half a
    model. With several workers, call this on the chief alone.

    Args:
        trainer: object with a built functional `generator` (latents to images),
            `serving_generator` (the exponential moving average of it if there is one),
            `latent_dim` and `latent_prior` (with a `from_seeds` method).
        path: local directory of the model, created if absent; its children are the versions.
        version: positive integer; by default one more than the largest there is (1 in an empty
            directory).
        ema: whether to export `serving_generator` rather than the raw `generator`.

    Returns:
        `pathlib.Path` of the version's directory.

    Raises:
        TypeError: if `trainer` lacks one of the attributes above.
        ValueError: if `version` exists already or is no positive integer, `path` is a URL, a weight
            is not finite, or the generator cannot be served.
        OSError: if `path` cannot be written.
    """
    if "://" in os.fspath(path):
        raise ValueError(f"`path` must be a local directory. Received: path={path!r}")
    path = pathlib.Path(path)
    _check_version(path, version)
    for name in ("generator", "serving_generator", "latent_dim", "latent_prior"):
        if not hasattr(trainer, name):
            raise TypeError(
                f"`trainer` must have the attribute `{name}`: only a trainer whose generator maps "
                f"latents to images can be exported. Received: trainer={trainer!r}"
            )
    generator = trainer.serving_generator if ema else trainer.generator
    _check_generator(generator, trainer.latent_dim)
    # A distribution strategy's scope belongs to its thread: in a thread of its own, the variables
    # made for the export are plain ones wherever the caller stands.
    with ThreadPoolExecutor(max_workers=1) as thread:
        served = thread.submit(_trace, generator, trainer.latent_prior).result()
        return thread.submit(_publish, *served, path, version).result()


def _check_generator(generator, latent_dim):
    inputs, outputs = getattr(generator, "inputs", None), getattr(generator, "outputs", None)
    if not inputs or not outputs:
        raise ValueError(
            f"The generator must be a functional keras.Model. Received: generator={generator!r}"
        )
    shapes = [tuple(tensor.shape) for tensor in inputs]
    if shapes != [(None, latent_dim)] or len(outputs) != 1:
        raise ValueError(
            f"The generator must map latents of shape (None, latent_dim={latent_dim}) to one "
            f"output. Received: inputs of shapes {shapes}, {len(outputs)} output(s)"
        )


def _trace(generator, latent_prior):
    """Returns a `tf.Module` of copied weights and the concrete functions which use them."""
    pairs = _copy_weights(generator)
    module = tf.Module(name="generator")
    module.weights = [copy for _, copy in pairs]

    def images(latents):
        # In this scope Keras reads the copies in place of its own variables and drops updates.
        with keras.StatelessScope([(weight, copy.read_value()) for weight, copy in pairs]):
            return {"images": tf.cast(generator(latents, training=False), tf.float32)}

    def images_from_seeds(seeds):
        return images(latent_prior.from_seeds(seeds))

    latents = tf.TensorSpec(generator.inputs[0].shape, tf.float32, name="latents")
    seeds = tf.TensorSpec([None], tf.int64, name="seeds")
    with _float32_arithmetic(generator):
        serving_default = tf.function(images).get_concrete_function(latents)
        _check_graph(serving_default, module.weights)
        from_seed = tf.function(images_from_seeds).get_concrete_function(seeds)
    return module, {"serving_default": serving_default, "from_seed": from_seed}


def _copy_weights(generator):
    """Returns pairs of a Keras variable and a plain `tf.Variable` of the same value."""
    pairs = []
    for weight in generator.weights:
        value = np.asarray(weight)
        bad = value.size - np.count_nonzero(np.isfinite(value.astype(np.float64)))
        if bad:
            raise ValueError(
                "Every weight of an exported generator must be finite. "
                f"Received: {weight.path} with {bad} of {value.size} values NaN or infinite"
            )
        # Also under a GPU: a second copy of the weights would take its memory.
        with tf.device("CPU"):
            pairs.append((weight, tf.Variable(value, trainable=False, name=weight.path)))
    return pairs


@contextlib.contextmanager
def _float32_arithmetic(generator):
    """Traces mixed-precision layers, also those inside others, as if built in float32."""
    with _TRACING:
        policies = [(layer, layer.dtype_policy) for layer in generator._flatten_layers()]
        mixed = [(layer, policy) for layer, policy in policies if policy.name.startswith("mixed_")]
        try:
            for layer, _ in mixed:
                layer.dtype_policy = "float32"
            yield
        finally:
            for layer, policy in mixed:
                layer.dtype_policy = policy


def _check_graph(function, weights):
    graph = function.graph.as_graph_def()
    nodes = [*graph.node, *(node for body in graph.library.function for node in body.node_def)]
    forbidden = sorted({node.op for node in nodes if _FORBIDDEN_OPS.search(node.op)})
    if forbidden:
        raise ValueError(
            "A served generator must be a function of its latents alone, without random numbers, "
            f"assignments or Python calls at inference. Received: a generator with {forbidden}"
        )
    strangers = {id(v): v.name for v in function.graph.variables}
    for weight in weights:
        strangers.pop(id(weight), None)
    if strangers:
        raise ValueError(
            "Every variable the generator reads must be one of its Keras weights. "
            f"Received: a generator which also reads {sorted(strangers.values())}"
        )


def _versions(path):
    """Integers that a server would take for versions ("7" and "007" alike)."""
    if not path.is_dir():
        return []
    return [int(name) for name in os.listdir(path) if name.isascii() and name.isdigit()]


def _check_version(path, version):
    if version is None:
        return
    is_integer = isinstance(version, int) and not isinstance(version, bool)
    if not is_integer or not 1 <= version <= _LARGEST_VERSION:
        raise ValueError(
            f"`version` must be a positive integer below 2**63. Received: version={version!r}"
        )
    if version in _versions(path):
        raise ValueError(
            f"A published version is never overwritten; choose another. "
            f"Received: version={version}, which exists in {path}"
        )


def _publish(module, signatures, path, version):
    """Saves beside the versions, then makes the new one appear in one rename."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        # TemporaryDirectory is readable by its owner alone; a server needs the folder within,
        # which has the usual permissions.
        with tempfile.TemporaryDirectory(prefix=".tmp-", dir=path) as temporary:
            written = pathlib.Path(temporary) / "model"
            tf.saved_model.save(module, written, signatures=signatures)
            for entry in [*written.rglob("*"), written]:
                _flush(entry)
            target = _rename(written, path, version)
        _flush(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise type(error)(error.errno, f"Cannot export to {path}: {reason}") from error
    except tf.errors.OpError as error:
        raise OSError(errno.EIO, f"Cannot export to {path}: {error.message}") from error
    return target


def _rename(written, path, version):
    """Gives the folder its final name; Linux refuses it if another exporter was first."""
    while True:
        target = path / str(version or max(_versions(path), default=0) + 1)
        try:
            os.rename(written, target)
            return target
        except OSError as error:
            if error.errno not in _TAKEN:
                raise
            _check_version(path, version)


def _flush(path):
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
