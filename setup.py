"""Installation of tfgan_suite; tested versions are pinned in constraints.txt."""

import pathlib
import re

from setuptools import find_packages, setup

here = pathlib.Path(__file__).parent
version = re.search(
    r'^__version__ = "(.+)"$', (here / "tfgan_suite/version.py").read_text(), re.M
).group(1)

setup(
    name="tfgan-suite",
    version=version,
    description="TF-GAN as Keras 3 models: GAN trainers, losses, networks, data and serving",
    long_description=(here / "README.md").read_text(),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    packages=[*find_packages(include=["tfgan_suite", "tfgan_suite.*"]), "tfgan_suite.recipes"],
    # Recipes stand at the top of the repository; installed, they are found by name from anywhere.
    package_dir={"tfgan_suite.recipes": "recipes"},
    python_requires=">=3.11",
    install_requires=[
        "tensorflow>=2.21,<2.23",
        "keras>=3.15,<4",
        "tensorflow-gan>=2.1,<2.2",
        # What tensorflow-gan 2.1 imports but its wheel leaves to the user.
        "tensorflow-probability>=0.25,<0.26",
        "tf-keras>=2.21,<2.23",
        # tensorflow-hub imports pkg_resources (gone in setuptools 81); TF-GAN and TensorFlow
        # Probability import distutils, which on Python >= 3.12 comes from setuptools.
        "setuptools<81",
        "tensorflow-datasets>=4.9.10,<5",
        # TFDS imports it without requiring it.
        "importlib_resources>=6",
        "tensorboard>=2.20,<2.23",
        "numpy>=2,<3",
        "scikit-learn>=1.5,<2",
        "scipy>=1.13,<2",
        "ml-dtypes>=0.5,<1",
        "pillow>=10",
        "matplotlib>=3.9,<4",
        "pandas>=2.2,<4",
        "rich>=13",
    ],
    extras_require={
        "test": [
            "pytest>=8,<10",
            "pytest-xdist>=3.6,<4",
            "tensorflow-serving-api>=2.21,<2.23",
            "markdown-it-py>=3,<5",
        ],
        # The messages of TensorFlow Serving's gRPC interface; REST needs nothing.
        "serving": ["tensorflow-serving-api>=2.21,<2.23"],
    },
    entry_points={"console_scripts": ["tfgan-suite = tfgan_suite.cli:main"]},
)
