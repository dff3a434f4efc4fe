"""Records of TensorFlow Datasets: decoded, or named and replaced where they are broken."""

import io

import numpy as np
import tensorflow as tf
from PIL import Image

from tfgan_suite.data.broken_examples import first_good, note


class Records:
    """The records of one split, read in a fixed order, with the image still compressed.

    A broken record is one whose image does not decode to what the data set promises or whose label
    is not one of its classes. It is named by the shard it is in and its number there.

    Args:
        builder: a prepared `tfds.core.DatasetBuilder`.
        split: split in the notation of TFDS.
        image_key: name of the image feature.
        label_key: name of the label feature, or None.
        skip_broken: whether the next record takes the place of a broken one; else it raises. In the
            place of an image comes the next of its class, in the place of a label the next that has
            one.

    Attributes:
        skipped: dict of the names of broken records to what is wrong, or None where they raise.
    """

    def __init__(self, builder, split, image_key, label_key, skip_broken):
        self._builder, self._split = builder, split
        self._image_key, self._label_key = image_key, label_key
        self._image = builder.info.features[image_key]
        self._classes = builder.info.features[label_key].num_classes if label_key else None
        self.skipped = {} if skip_broken else None
        # By name of a broken record, what took a search to find: an image, another record.
        self._images, self._records = {}, {}

    def elements(self, with_labels):
        """A `tf.data.Dataset` of `((encoded, name), label)`, or of `((encoded, name),)`."""
        dataset = self._read(with_labels)
        if with_labels:
            dataset = dataset.map(self._with_class)
        count = self._builder.info.splits[self._split].num_examples
        return dataset.apply(tf.data.experimental.assert_cardinality(count))

    def read(self, payload):
        """Turns `(encoded, name)`, or batches of them, into uint8 images."""
        encoded, names = payload
        # Not stateful: a pipeline with a stateful operation cannot be checkpointed.
        images = tf.numpy_function(self._decode_all, [encoded, names], tf.uint8, stateful=False)
        images.set_shape((*names.shape, *self._image.shape))
        return images

    def _read(self, with_labels):
        import tensorflow_datasets as tfds

        keys = [self._image_key, *([self._label_key] if with_labels else [])]
        dataset = self._builder.as_dataset(
            split=self._split,
            shuffle_files=False,
            decoders=tfds.decode.PartialDecoding(
                {key: True for key in keys},
                decoders={self._image_key: tfds.decode.SkipDecoding()},
            ),
            read_config=tfds.ReadConfig(try_autocache=False, add_tfds_id=True),
        )

        def as_tuple(example):
            payload = (example[self._image_key], example["tfds_id"])
            label = [tf.cast(example[key], tf.int32) for key in keys[1:]]
            return (payload, *label)

        return dataset.map(as_tuple)

    # --- Images ---------------------------------------------------------------------------------

    def _decode_all(self, encoded, names):
        if isinstance(names, bytes):
            return self._decode_one(names, encoded)
        return np.stack([self._decode_one(*one) for one in zip(names, encoded)])

    def _decode_one(self, name, encoded):
        name = name.decode()
        if self.skipped is None:
            return self._decode(name, encoded)
        if name not in self._images:
            image = first_good(self._with_others(name, encoded), self._decode, self.skipped)
            if name not in self.skipped:
                return image
            self._images[name] = image
        return self._images[name]

    def _decode(self, name, encoded):
        image = _decode_png(encoded, self._image.shape)
        if image is not None:
            return image
        try:
            with tf.device("CPU:0"):
                image = self._image.decode_example(encoded).numpy()
        except (tf.errors.OpError, ValueError) as error:
            reason = getattr(error, "message", None) or str(error)
            raise ValueError(f"Cannot read the image of record {name}: {reason}") from error
        return image

    def _with_others(self, name, encoded):
        yield name, encoded
        for other, image, _ in self._others(name, lambda own, label: label == own):
            yield other, image

    # --- Labels ---------------------------------------------------------------------------------

    def _with_class(self, payload, label):
        """A record, or what takes its place where its label is out of range."""

        def replaced():
            kinds = [tf.string, tf.string, tf.int32]
            found = tf.numpy_function(self._replace, [payload[1], label], kinds, stateful=False)
            for part in found:
                part.set_shape(())
            return tuple(found)

        in_range = (label >= 0) & (label < self._classes)
        encoded, name, label = tf.cond(in_range, lambda: (*payload, label), replaced)
        return (encoded, name), label

    def _replace(self, name, label):
        name = name.decode()
        reason = f"The label of record {name} must be from 0 to {self._classes - 1}"
        reason = f"{reason}. Received: {int(label)}"
        if self.skipped is None:
            raise ValueError(reason)
        note(self.skipped, name, reason)
        if name not in self._records:
            others = self._others(name, lambda _, label: 0 <= label < self._classes)
            found = next(others, None)
            if found is None:
                raise ValueError(f"No record can take the place of another. {reason}")
            other, encoded, label = found
            self._records[name] = (encoded, other.encode(), np.int32(label))
        return self._records[name]

    def _others(self, name, fits):
        """Yields `(name, encoded, label)` of other records: those after one, then those before it.

        Args:
            name: of the one.
            fits: `fits(its label, label)`, whether a record may take its place; labels are None
                where the data set has none.
        """
        own, behind = None, False
        for other, encoded, label in self._each():
            if other == name:
                own, behind = label, True
            elif behind and fits(own, label):
                yield other, encoded, label
        for other, encoded, label in self._each():
            if other == name:
                return
            if fits(own, label):
                yield other, encoded, label

    def _each(self):
        """Yields `(name, encoded, label)` of every record, in their order."""
        dataset = self._read(self._label_key is not None)
        options = tf.data.Options()
        # Threads of its own: those of the pipeline that looks for a replacement wait for it.
        options.threading.private_threadpool_size = 2
        for (encoded, name), *label in dataset.with_options(options).as_numpy_iterator():
            yield name.decode(), encoded, int(label[0]) if label else None


def _decode_png(encoded, shape):
    """The pixels of a PNG of a shape, from Pillow; None where TensorFlow has to say what it is.

    A PNG gives the same pixels whoever decodes it, and a call of TensorFlow from Python takes four
    times as long: 107 against 26 microseconds for a 28x28 image. A JPEG depends on the decoder.
    """
    try:
        with Image.open(io.BytesIO(encoded), formats=("PNG",)) as image:
            if {"L": 1, "RGB": 3, "RGBA": 4}.get(image.mode) != shape[-1]:
                return None
            pixels = np.asarray(image).reshape(image.height, image.width, -1)
    except Exception:  # OSError, SyntaxError, struct.error, ...: there is no one base.
        return None
    fits = all(want in (None, got) for want, got in zip(shape, pixels.shape))
    return pixels if fits else None
