"""The base of all modalities: what examples are."""

import pathlib

import numpy as np
import tensorflow as tf

from tfgan_suite.configured import of_kind
from tfgan_suite.fields import Field, fits, of_known_shape, shape_error
from tfgan_suite.registration import public


@public
class Modality(Field):
    """What examples of one kind of data are, and all that depends on it.

    A modality knows the shape and range of an example, how a person looks at many of them, how they
    are written to disk, what an exported model calls them, and how raw data become arrays and back.
    It is declared by the data source or by whoever builds a trainer, and goes with the trainer, its
    `.keras` file, its run directory and its SavedModel. `tfgan_suite.interface.infer` finds one for
    a network's output where nobody has declared it.

    A new kind of data is one subclass, decorated with `registration.register`, in a file of this
    package.

    Attributes:
        kind: its name in records and messages, such as "image".
        noun: what messages call several examples, such as "images".
        key: name of examples in exported models: of the output, and of a translator's input.
        row: shape of one example; None along axes of any size.
        value_range: `(low, high)` of the values that networks take and make, or None.
        comes_in_unit_range: whether such data are often scaled to [0, 1] by mistake.
        grid: `(count, columns)` of the examples that one picture shows, unless it is told.
        in_rows: whether `draw` arranges examples in rows of `columns`, all of one height.
    """

    kind = None
    noun = "examples"
    value_range = None
    comes_in_unit_range = False
    grid = (64, 8)
    in_rows = True

    @property
    def shape(self):
        """Shape of one example; None along axes of any size."""
        return tuple(self.row)

    # --- Checks -----------------------------------------------------------------------------

    def check(self, batch, what=None, taker="the discriminator", groups=1):
        """Raises ValueError unless a batch holds examples of this modality.

        Args:
            batch: tensor `[N, ...]`, or `[N, groups, ...]` with several groups, of which dtype and
                static shape are looked at.
            what: what the examples are called; None for "Real" and `noun`.
            taker: what takes examples of this shape.
            groups: minibatches in one step.

        Returns:
            The batch. What a graph does not know of its shape is looked at as it comes; the
            trainers turn that error into this one.
        """
        what = what or f"Real {self.noun}"
        if not tf.is_tensor(batch):
            raise ValueError(
                f"{what} must be a tensor; data are {self.noun}, or a tuple ({self.noun}, "
                f"condition). Received: {type(batch).__name__}: {batch!r}"
            )
        if batch.dtype != tf.as_dtype(self.dtype) and not (
            batch.dtype.is_floating and tf.as_dtype(self.dtype).is_floating
        ):
            raise ValueError(
                f"{what} must be {self.dtype}{self._advice}. "
                f"Received: {self.noun} of dtype {batch.dtype.name}"
            )
        words = (what, self.noun, taker)
        if batch.shape.rank is None:
            return of_known_shape(batch, self.row, words, groups)
        shape, lead = tuple(batch.shape), 1 if groups == 1 else 2
        if groups > 1 and (len(shape) != len(self.row) + 2 or shape[1] != groups):
            raise ValueError(
                f"With discriminator_steps={groups}, one step takes {groups} minibatches stacked "
                f"on axis 1: (batch, {groups}, {', '.join(map(str, self.row))}). `fit` stacks them "
                "by itself; for `train_on_batch` stack them yourself. "
                f"Received: {self.noun} of shape {shape}"
            )
        if len(shape) != len(self.row) + lead or not fits(shape[lead:], self.row):
            raise ValueError(shape_error(*words, shape, self.row, lead))
        return of_known_shape(batch, self.row, words, groups)

    # What `check` says of a wrong dtype besides the right one.
    _advice = ""

    # --- Looking ----------------------------------------------------------------------------

    @property
    def drawable(self):
        """Whether `draw` can make a picture of examples of this shape."""
        return True

    def draw(self, examples, columns=None, real=None):
        """One picture of many examples.

        Args:
            examples: array `[N, ...]`.
            columns: examples in a row of the picture; None for `grid`'s.
            real: real examples to draw beneath or beside them, where the kind of picture does so.

        Returns:
            uint8 array `[height, width, 1 or 3]`.

        Raises:
            ValueError: if examples of this shape cannot be drawn.
        """
        raise NotImplementedError(f"{type(self).__name__} must implement `draw`.")

    def draw_real(self, real, columns=None):
        """A picture of real examples alone, to be seen beside those of generated ones.

        Args:
            real: array `[N, ...]`.
            columns: as `draw` takes it.

        Returns:
            uint8 array `[height, width, 1 or 3]`.
        """
        return self.draw(real, columns)

    def write(self, examples, folder, prefix=""):
        """Writes examples as files that other programs read.

        Args:
            examples: array `[N, ...]`.
            folder: directory, which exists.
            prefix: beginning of the files' names.

        Returns:
            List of the paths, one for each example, or one for all of them where a file holds many
            (a table).
        """
        raise NotImplementedError(f"{type(self).__name__} must implement `write`.")

    def numbered(self, examples, folder, prefix, suffix):
        """Yields each example and the path of its file: `<folder>/<prefix>0000<suffix>`."""
        for index, example in enumerate(np.asarray(examples)):
            yield example, pathlib.Path(folder) / f"{prefix}{index:04d}{suffix}"

    def flattened(self, examples, detail):
        """Examples as vectors whose distances say how alike they are.

        Args:
            examples: array `[N, ...]`.
            detail: about how many values to keep along an axis of space or time, where examples
                of this kind can be made coarser.

        Returns:
            float64 array `[N, D]`: here, all their values.
        """
        examples = np.asarray(examples, np.float64)
        return examples.reshape(len(examples), -1)

    # --- Serving ----------------------------------------------------------------------------

    def forms(self):
        """Further forms in which an exported model gives its output.

        Returns:
            Dict of a signature's name to `(key, function)`: the name of its output, and a function
            from the examples, a tensor `[N, ...]`, to it, a tensor with N rows, made of TensorFlow
            operations alone.
        """
        return {}

    # --- Raw data ---------------------------------------------------------------------------

    def encode(self, raw):
        """Raw data as people have them, as the float32 array `[N, ...]` that networks take."""
        return np.asarray(raw, self.dtype)

    def decode(self, examples):
        """What networks make, `[N, ...]`, as raw data as people have them."""
        return np.asarray(examples)


@public
def get(given, **options):
    """A modality by its kind, from its record, or as it is.

    Args:
        given: a kind, such as "image"; a record (see `configured.record`); or a `Modality`.
        **options: of a kind: the constructor's arguments.

    Raises:
        ValueError: if there is no such kind.

    Example:
        >>> modalities.get("image", height=28, width=28, channels=1)
        Image(height=28, width=28, channels=1)
    """
    return of_kind(Modality, given, options)
