"""TF-GAN as Keras 3 models: trainers, losses, networks, data, metrics, export."""

from tfgan_suite import callbacks, data, export, layers, losses, metrics, networks, tf_gan, trainers
from tfgan_suite.distribution import get_strategy
from tfgan_suite.trainers import *  # noqa: F403 - every trainer is part of the top-level face
from tfgan_suite.version import __version__

__all__ = [
    "__version__",
    "callbacks",
    "data",
    "export",
    "get_strategy",
    "layers",
    "losses",
    "metrics",
    "networks",
    "tf_gan",
    "trainers",
    *trainers.__all__,
]
