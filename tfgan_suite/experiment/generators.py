"""What can be judged: trained generators, exported ones, real images, noise.

Each is a callable `generator(n, seed)` that gives n images, with what `metrics.Comparison` asks of
a generator, and

- `name`: what it is called in tables;
- `modality`: of what it makes, or None for that of the real images;
- `description`: JSON-able dict that stands beside its scores;
- `folder`: where its evaluations are kept, or None.
"""

import hashlib
import os
import pathlib
import re

import numpy as np

from tfgan_suite.callbacks.metric_evaluation import BATCH, state_of
from tfgan_suite.checkpointing.format import STATE
from tfgan_suite.experiment.exported import ExportedGenerator, is_exported
from tfgan_suite.experiment.real_data import RealData
from tfgan_suite.experiment.restoring import restore
from tfgan_suite.generation import Generate
from tfgan_suite.modalities import Image

NOISE, REAL = "noise", "data:"
# A split is a name, perhaps with a slice, of which there may be several: train[:50%]+test. What
# begins with a digit is the version of a data set: mnist:3.0.1.
_SPLIT = re.compile(r":([A-Za-z][\w.+-]*(?:\[[^\]]*\][\w.+-]*)*)$")


def source_and_split(text):
    """Splits `SOURCE` or `SOURCE:SPLIT`, where the source is a path or a name that may have colons.

    Returns:
        The source, and the split or None.

    Example:
        >>> source_and_split("mnist:3.0.1:train[:50%]")
        ('mnist:3.0.1', 'train[:50%]')
    """
    found = _SPLIT.search(text)
    if found is None or pathlib.Path(os.path.expanduser(text)).exists():
        return text, None
    return text[: found.start()], found[1]


def open_generator(text, *, best=False, **options):
    """Opens what a command is to judge.

    Args:
        text: one of
            - a run directory, or a `.keras` file of a trainer;
            - the directory of an exported model, of which the largest version is taken, or of one
              of its versions;
            - `"data:SOURCE"` or `"data:SOURCE:SPLIT"`: real images as `data.load` knows them, of
              the split "train" by default: the floor of every score. A path or a version may have
              colons (see `source_and_split`);
            - `"noise"`: independent uniform pixels, the other end.
        best: whether of a run the best checkpoint is taken.
        **options: of real images: `image_size`, `channels`, `resize`, `value_range`, `broken` and
            `data_dir`, as `data.load` takes them.

    Returns:
        One of the classes here.

    Raises:
        ValueError: if there is no such thing.
    """
    if text == NOISE:
        return Noise()
    if text.startswith(REAL):
        source, split = source_and_split(text.removeprefix(REAL))
        split = split or "train"
        # RealData calls the images that are compared `split`.
        return RealImages(text, RealData(source, split=split, train_split=split, **options))
    if is_exported(text):
        return ExportedGenerator(text)
    if not pathlib.Path(text).exists():
        raise ValueError(
            "There is no such run directory, .keras file or exported model; real images are "
            f"data:SOURCE:SPLIT. Received: {text!r}"
        )
    return TrainedGenerator(restore(text, best=best))


class TrainedGenerator(Generate):
    """The generator of a trainer that was read from disk: the moving average where there is one."""

    def __init__(self, restored):
        super().__init__(restored.trainer, batch_size=BATCH)
        where = restored.directory
        self.folder = where and where.path / "evaluations"
        # How the images that it was trained on came to their size.
        self.resize = getattr(restored.config, "resize", None)
        self.name = where.path.name if where else restored.file.stem
        file = restored.file / STATE if restored.file.is_dir() else restored.file
        self.description = {
            "kind": "trainer",
            "recipe": restored.recipe_name,
            "checkpoint": restored.name,
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
            **state_of(restored.trainer),
        }


class RealImages:
    """Real images in the place of generated ones: drawn without replacement from a split."""

    folder = None

    def __init__(self, text, real):
        self.name, self._real = text, real
        self.classes, self.class_names = real.facts.num_classes, real.facts.class_names
        self._images, self._labels = real.read(real.split)
        self.modality = Image(*self._images.shape[1:])

    @property
    def description(self):
        data = self._real.description
        return {
            "kind": "real images",
            "source": data["source"],
            "split": data["split"],
            "images": data["images"],
            "data": data,
        }

    def __call__(self, n, seed):
        return self._images[self._drawn(n, seed)]

    def labels(self, n, seed):
        """The labels of the images of `self(n, seed)`."""
        return self._labels[self._drawn(n, seed)]

    def _drawn(self, n, seed):
        if n > len(self._images):
            raise ValueError(
                f"{self.name} has {len(self._images)} images. Received: {n} to be drawn; give "
                "fewer with --samples"
            )
        return np.random.default_rng(seed).choice(len(self._images), n, replace=False)


class Noise:
    """Independent uniform pixels in [-1, 1): what a generator of nothing would score."""

    name, folder, modality = "noise", None, None
    description = {"kind": "noise", "pixels": "independent, uniform on [-1, 1)"}

    def __call__(self, n, seed):
        rng = np.random.default_rng(seed)
        return rng.uniform(-1.0, 1.0, [n, *self.modality.shape]).astype(np.float32)
