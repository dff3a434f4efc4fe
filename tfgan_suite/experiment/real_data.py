"""Real images at the shape of generated ones, and what judges make of them."""

import functools
import hashlib
import re

import numpy as np

from tfgan_suite import data
from tfgan_suite.data.stacked_mnist import CHANNELS, DIGITS, is_stacked
from tfgan_suite.metrics import Classifier, ReferenceImages, stacked_classifier
from tfgan_suite.metrics._classifier_training import MIN_IMAGE_SIZE

# Splits of images that nothing was trained on, in the order in which they are looked for.
HELD_OUT = ("test", "validation", "val", "valid")
# Of a data set without such a split, one image in so many is held out for the classifier's test.
HELD_OUT_SHARE = 5


class RealData:
    """A data set at one image shape; whatever is dear is made when first asked for.

    Args:
        source: as `data.load` takes it.
        image_size: as `data.load` takes it; None for the images' own.
        channels: as `data.load` takes it; None for the images' own.
        resize, value_range, broken: as `data.load` takes them.
        split: split of the images that generated ones are compared with; None for the first of
            `HELD_OUT` that there is, else `train_split`.
        train_split: split on which the classifier is trained, and the generator was.
        epochs: of the classifier; None for as many as show 60 000 images.
        data_dir: as `data.load` takes it.

    Raises:
        ValueError: by whatever reads them, if the source or a split is unknown, or not of images.
    """

    def __init__(
        self,
        source,
        *,
        image_size=None,
        channels=None,
        resize=None,
        value_range=None,
        broken="raise",
        split=None,
        train_split="train",
        epochs=None,
        data_dir=None,
    ):
        self.source, self.image_size, self.channels = source, image_size, channels
        self.resize, self.value_range, self.broken = resize, value_range, broken
        self._split, self.train_split = split, train_split
        self.epochs, self.data_dir = epochs, data_dir
        self._read = {}

    @functools.cached_property
    def facts(self):
        """The `data.Description` of the training split."""
        return data.describe(self.source, split=self.train_split, **self._reading)

    @property
    def _reading(self):
        names = ("value_range", "broken", "data_dir")
        return {name: getattr(self, name) for name in names}

    @functools.cached_property
    def split(self):
        """The split of the images that generated ones are compared with."""
        return self._split or self.held_out or self.train_split

    @functools.cached_property
    def held_out(self):
        """The first of the splits `HELD_OUT` that there is and nothing was trained on; or None."""
        others = (split for split in HELD_OUT if split != self.train_split)
        return next(filter(self._has, others), None)

    @functools.cached_property
    def image_shape(self):
        """`(height, width, channels)` to which the images come, known before they are read.

        Raises:
            ValueError: if they have no common shape, or cannot be brought to the one asked for.
        """
        spec = self._load(self.train_split, labels=False).element_spec
        return tuple(spec.shape[1:])

    def check_classifiable(self):
        """Raises ValueError unless a classifier can be trained on the images."""
        name, classes = self.facts.name, self.facts.num_classes
        if not classes:
            raise ValueError(
                f"{name} has no labels to train a classifier on; choose another "
                "extractor and scores that need none, such as sliced_wasserstein and ms_ssim. "
                f"Received: source={str(self.source)!r}"
            )
        if classes < 2 or min(self.image_shape[:2]) < MIN_IMAGE_SIZE:
            raise ValueError(
                f"A classifier tells at least 2 classes apart, in images of at least "
                f"{MIN_IMAGE_SIZE} pixels to a side. Received: {name} with {classes} class(es) "
                f"and images of {self.image_shape}"
            )

        if is_stacked(self.source) and self.image_shape[2] != CHANNELS:
            raise ValueError(
                f"Each of the {CHANNELS} channels of {name} is a digit for the classifier. "
                f"Received: channels={self.channels}"
            )

    @property
    def name(self):
        """What the set is called in the names of scores and files."""
        return name_in_files(self.facts.name)

    @property
    def description(self):
        """JSON-able: where the images come from and how they came to their shape."""
        own, wanted = self.facts.image_shape, self.reference.images.shape[1:]
        return {
            "source": str(self.source),
            **self.reference.description,
            "own_shape": list(own),
            "resize": None if own[:2] == wanted[:2] else self._resizing,
        }

    @property
    def _resizing(self):
        how = "nearest pixel" if self.facts.indexed else "bicubic, antialiased"
        return how if self.resize is None else f"{how}, {self.resize}"

    def read(self, split):
        """A split in the order of the source: float32 images, and labels or None; read once."""
        if split not in self._read:
            labels = bool(self.facts.num_classes)
            batches = self._load(split, labels).as_numpy_iterator()
            parts = zip(*(batch if labels else (batch,) for batch in batches))
            images, *others = (np.concatenate(part) for part in parts)
            self._read[split] = images, (others[0] if others else None)
        return self._read[split]

    def _load(self, split, labels):
        return data.load(
            self.source,
            image_size=self.image_size,
            channels=self.channels,
            resize=self.resize,
            split=split,
            labels=labels,
            batch_size=500,
            shuffle=False,
            cache=False,
            drop_remainder=False,
            **self._reading,
        )

    @functools.cached_property
    def reference(self):
        """The `ReferenceImages` of `split`."""
        return self._images_of(self.split)

    @functools.cached_property
    def training(self):
        """The `ReferenceImages` of `train_split`."""
        return self._images_of(self.train_split)

    def _images_of(self, split):
        images, labels = self.read(split)
        names = self.facts.class_names
        return ReferenceImages(images, self.name, split=split, labels=labels, class_names=names)

    @functools.cached_property
    def labelled_sets(self):
        """Pairs `(images, labels)` of arrays to train a classifier on and to test it on.

        Raises:
            ValueError: if the data set has no labels.
        """
        self.check_classifiable()
        train = self.read(self.train_split)
        if self.held_out is not None:
            return train, self.read(self.held_out)
        return held_out_by_content(*train)

    @property
    def labelled_test(self):
        """The pair `(images, labels)` that the classifier was not trained on."""
        if self.held_out is None:
            return self.labelled_sets[1]
        self.check_classifiable()
        return self.read(self.held_out)

    @functools.cached_property
    def classifier(self):
        """The `Classifier` of the real classes, trained once and then kept on disk.

        Measured: right on 0.993 of the test images of MNIST, and on 0.745 of those of CIFAR-10 (as
        JPEG files, `epochs=5`), for which the architecture is small. That of StackedMNIST is the
        one of MNIST, which reads each channel (see `stacked_classifier`).

        Raises:
            ValueError: if the data set has no labels, or as `Classifier.train` does.
        """
        if is_stacked(self.source):
            self.check_classifiable()
            return stacked_classifier(self._digits.classifier, CHANNELS)
        train, test = self.labelled_sets
        return Classifier.train(
            train,
            test,
            num_classes=self.facts.num_classes,
            name=self.name,
            epochs=self.epochs,
        )

    @property
    def _digits(self):
        """What each channel of StackedMNIST is drawn from, at the same size."""
        return RealData(
            DIGITS,
            image_size=self.image_size,
            resize=self.resize,
            broken=self.broken,
            train_split=self.train_split,
            epochs=self.epochs,
            data_dir=self.data_dir,
        )

    def _has(self, split):
        return data.has_split(self.source, split, **self._reading)


def name_in_files(name):
    """The name of a data set as it stands in the names of scores and files."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._")


def held_out_by_content(images, labels):
    """Splits a labelled set in two by the images' digests, four fifths and one.

    Which image is held out depends on the image alone: another order, or more images, moves none.

    Returns:
        `((images, labels), (images, labels))`, to train on and to test on.
    """
    digests = [hashlib.sha256(image.tobytes()).digest() for image in images]
    held_out = np.array([digest[0] % HELD_OUT_SHARE == 0 for digest in digests])
    return (images[~held_out], labels[~held_out]), (images[held_out], labels[held_out])
