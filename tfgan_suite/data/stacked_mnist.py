"""StackedMNIST: three digits of MNIST as the channels of one image, a thousand modes to count."""

import dataclasses
import functools
import os
import re

import numpy as np
import tensorflow as tf

from tfgan_suite.conditions import Labels
from tfgan_suite.data.tensorflow_datasets import open_tfds
from tfgan_suite.provenance import of_arrays

NAME, DIGITS = "stacked_mnist", "mnist"
CHANNELS, CLASSES = 3, 10
MODES = CLASSES**CHANNELS
# Images for each digit that there is to draw from: 128,000 to train on, as in the code of
# arXiv:1712.04086, and as many to test on as are judged.
_SHARES = {"train": 128_000 / 60_000, "test": 25_600 / 10_000}
_READ = 5000  # digits at a time


def is_stacked(source):
    """Whether a source, as `data.load` takes it, is StackedMNIST."""
    return isinstance(source, str) and source == NAME


def open_stacked_mnist(split, seed, data_dir=None, skip_broken=False):
    """Opens StackedMNIST, 28x28 pixels and three channels, drawn from the MNIST of TFDS.

    Each channel is a digit drawn with equal probability, independently of the others, from the
    split; so the modes are equally likely but for the frequencies of the digits. The label is the
    number that they spell: 100 times the first, 10 times the second, plus the third. The digits are
    read once, when the first images or labels are asked for, and kept (47 MB).

    Args:
        split: of MNIST, such as `"train"` (128,000 images), `"test"` (25,600), `"train[:90%]"` (in
            proportion).
        seed: of the draws; int.
        data_dir: as `open_tfds` takes it.
        skip_broken: as `open_tfds` takes it.

    Raises:
        UnknownSplitError: (a ValueError) if the split is unknown.
        ValueError: if MNIST is neither prepared nor can be downloaded.

    References:
        Metz et al. 2017, "Unrolled Generative Adversarial Networks", arXiv:1611.02163.
        Lin et al. 2018, "PacGAN: The power of two samples in generative adversarial networks",
        arXiv:1712.04086.
    """
    digits = open_tfds(DIGITS, split, data_dir, skip_broken)
    share = _SHARES.get(re.split(r"\W", split)[0], 1.0)
    count = max(1, round(digits.num_examples * share))
    rows = np.random.default_rng(seed).integers(digits.num_examples, size=(count, CHANNELS))
    where = data_dir or os.environ.get("TFDS_DATA_DIR")

    def held():
        return _read(split, where and os.fspath(where), skip_broken)

    def elements(with_labels):
        columns = (rows, _spelled(held()[1][rows])) if with_labels else (rows,)
        return tf.data.Dataset.from_tensor_slices(columns)

    def read(chosen):
        # Not stateful: a pipeline with a stateful operation cannot be checkpointed.
        images = tf.numpy_function(
            lambda numbers: _stacked(held()[0][numbers]), [chosen], tf.uint8, stateful=False
        )
        images.set_shape((*chosen.shape[:-1], *digits.shape[:-1], CHANNELS))
        return images

    return dataclasses.replace(
        digits,
        name=NAME,
        num_examples=count,
        shape=(*digits.shape[:-1], CHANNELS),
        elements=elements,
        read=read,
        vectorized=True,
        in_memory=True,
        element_bytes=rows.itemsize * CHANNELS,
        fingerprint=lambda: {
            "kind": NAME,
            "count": count,
            "rows": of_arrays(rows=rows),
            "digits": digits.fingerprint(),
        },
        condition=Labels(MODES),
    )


def _stacked(digits):
    """Digits `[..., 3, H, W, 1]` as the channels of images `[..., H, W, 3]`."""
    return np.ascontiguousarray(np.moveaxis(digits[..., 0], -3, -1))


def _spelled(labels):
    """The numbers that three digits `[N, 3]` spell, int32 `[N]`."""
    return (labels @ CLASSES ** np.arange(CHANNELS)[::-1]).astype(np.int32)


# Kept for the next one who opens it: a run reads its data several times, and TFDS takes long.
@functools.lru_cache(maxsize=2)
def _read(split, data_dir, skip_broken):
    """All images, uint8 `[N, 28, 28, 1]`, and digits `[N]` of a split of MNIST."""
    source = open_tfds(DIGITS, split, data_dir, skip_broken)
    parts = [
        (source.read(payload).numpy(), labels.numpy())
        for payload, labels in source.elements(True).batch(_READ)
    ]
    images, labels = zip(*parts)
    return np.concatenate(images), np.concatenate(labels)
