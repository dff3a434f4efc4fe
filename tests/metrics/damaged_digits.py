"""Real MNIST and what can be done to it: shared by the test and the plot of sensitivity."""

import gzip
import pathlib

import numpy as np
import scipy.ndimage

from tfgan_suite import metrics

COUNT = 500  # images in the reference, and in every damaged set


def read_digits(folder):
    """Images of MNIST in [-1, 1] and labels, by the name of the file: "train" and "t10k".

    Args:
        folder: where the four files are.
    """
    folder = pathlib.Path(folder)

    def read(name, header):
        with gzip.open(folder / name) as file:
            return np.frombuffer(file.read(), np.uint8, offset=header)

    def load(name, count):
        images = read(f"{name}-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28, 1)[:count]
        labels = read(f"{name}-labels-idx1-ubyte.gz", 8)[:count]
        return images.astype(np.float32) / 127.5 - 1, labels.astype(np.int64)

    return {"train": load("train", 6000), "t10k": load("t10k", 10_000)}


def train_extractor(digits, cache_dir):
    """Features and logits of a small classifier that was trained on 6000 digits."""
    held_out = tuple(values[-1000:] for values in digits["t10k"])
    classifier = metrics.Classifier.train(
        digits["train"], held_out, num_classes=10, epochs=3, cache_dir=cache_dir
    )
    assert classifier.accuracy > 0.95
    return metrics.classifier_extractor(classifier, layer="relu_3", pooling="avg")


def blur(images, sigma):
    return scipy.ndimage.gaussian_filter(images, (0, sigma, sigma, 0))


def noise(images, stddev):
    noise = np.random.default_rng(0).normal(size=images.shape)
    return np.clip(images + stddev * noise, -1, 1).astype(np.float32)


def brighten(images, shift):
    """The shift of colour that a grey image can have: its black turns grey."""
    return np.maximum(images, np.float32(shift - 1))
