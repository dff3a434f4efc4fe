"""The base of all conditions: what generation depends on beside latents or inputs."""

import numpy as np
import tensorflow as tf

from tfgan_suite.configured import of_kind
from tfgan_suite.fields import Field, fits, of_known_shape
from tfgan_suite.registration import public


@public
class Condition(Field):
    """What a network takes beside its main input, and all that depends on it.

    A condition has one form in which people, data sets and requests give it, with the key `key` and
    rows of shape `row`; `as_input` turns it, and what is equivalent to it, into what a network's
    input takes. It is declared by the data source or by whoever builds a trainer, and is found by
    `tfgan_suite.interface.infer` otherwise.

    A new kind is one subclass, decorated with `registration.register`, in a file of this package.

    Attributes:
        kind: its name in records and messages, such as "labels".
        key: its name in the signatures of exported models.
        row: shape of one row there.
        names: names of its classes or components, or None.
        can_sample: whether `sample` can give values.
        knows_data: whether what it gives comes of the data; else it is made up.
        has_forms: whether training data may have it in several forms, of other shapes.
    """

    kind = None
    names = None
    can_sample = True
    knows_data = False
    has_forms = False

    def check(self, values, rows=None):
        """Values that a person gave, as an array in the form of requests.

        Args:
            values: array-like with a row for each example, in any form that `as_input` takes.
            rows: the number of rows that there must be; None for any.

        Returns:
            NumPy array `[N, *row]` of `dtype`.

        Raises:
            ValueError: if they are no values of this condition.
        """
        values = np.asarray(values)
        if rows is not None and (values.ndim == 0 or len(values) != rows):
            raise ValueError(
                f"The condition must have a row for each of the {rows} examples. "
                f"Received: {self.kind} of shape {values.shape}"
            )
        return self.checked_values(values)

    def checked_values(self, values):
        """`check` of an array, without the number of rows."""
        if not fits(values.shape[1:], self.row) or values.dtype.kind not in "fiub":
            raise ValueError(
                f"{self.kind} must be numbers of shape (N, {', '.join(map(str, self.row))}). "
                f"Received: shape {values.shape}, dtype {values.dtype}"
            )
        values = values.astype(self.dtype)
        valid = self.valid(tf.constant(values)).numpy()
        if not valid.all():
            row = int(np.argwhere(~valid)[0][0])
            raise ValueError(
                f"{self.kind} must be {self.rule}. Received: row {row} with {values[row]!r}"
            )
        return values

    def check_batch(self, values, groups=1):
        """Raises ValueError unless a batch of training data can be one of this condition.

        Args:
            values: tensor `[N, ...]`, or `[N, groups, ...]`, of which dtype and static shape are
                looked at.
            groups: minibatches in one step.

        Returns:
            The values, as `Modality.check` returns a batch.
        """
        shape, lead = tuple(values.shape), 1 if groups == 1 else 2
        if values.dtype == tf.string or not fits(shape[lead:], self.row):
            raise ValueError(
                f"{self.kind} must have the shape (N, {', '.join(map(str, self.row))}). "
                f"Received: a condition of shape {shape} and dtype {values.dtype.name}"
            )
        words = (self.kind, "a condition", "the network")
        return of_known_shape(values, self.row, words, groups)

    def as_input(self, values, tensor):
        """A batch of the condition as a network takes it.

        Args:
            values: tensor `[N, ...]` in the form of requests, or one that `check_batch` lets pass.
            tensor: the network's input for it, a `keras.KerasTensor`.

        Returns:
            Tensor of the shape and dtype of the input.
        """
        return tf.cast(values, tensor.dtype)

    def in_one_form(self, values, tensor):
        """Values of training data in one of the forms that are equivalent, always the same one.

        A graph that was made for one form is not made anew for another, with more or fewer axes.

        Args:
            values: as `as_input` takes them.
            tensor: as `as_input` takes it.
        """
        return values

    def sample(self, count, seed=0, by_frequency=False):
        """Values for generated examples: float array `[count, *row]`.

        Args:
            count: number of rows.
            seed: integer.
            by_frequency: whether they come as often as in the data, where that is known; else
                equally often.
        """
        return self.example(count, seed).astype(self.dtype)

    def knowing(self, values):
        """This condition, with what data tell of it where nobody has said it: here, nothing.

        Args:
            values: array of rows of the data, `[N, ...]`, as training data have them; what is not
                right among them is for others to refuse.
        """
        return self

    def parse(self, text):
        """Reads what a person wrote on a command line.

        Returns:
            Array `[M, *row]`: one row or several.

        Raises:
            ValueError: if it cannot be read so.
        """
        raise ValueError(
            f"{self.kind} cannot be given as text. Received: {text!r}"
        )

    def request_forms(self):
        """Further forms in which a request to an exported model may give it.

        Returns:
            Dict of the key of such a form to `(spec, function, inverse)`: a `tf.TensorSpec` of N
            rows with that name; a function from a tensor of it to the condition `[N, *row]` of
            `dtype`, made of TensorFlow operations alone that keep no state; and a function from an
            array of the condition to a list of N rows in that form, for examples.
        """
        return {}

    def describe(self, row):
        """One row in a few words, for the margins of pictures."""
        return ", ".join(f"{value:g}" for value in np.ravel(row)[:4])


@public
def get(given, **options):
    """A condition by its kind, from its record, or as it is.

    Args:
        given: a kind, such as "labels"; a record (see `configured.record`); or a `Condition`.
        **options: of a kind: the constructor's arguments.

    Raises:
        ValueError: if there is no such kind.

    Example:
        >>> conditions.get("labels", classes=10)
        Labels(classes=10, names=None, frequencies=None)
    """
    return of_kind(Condition, given, options)


def evenly_spaced(count, most):
    """At most `most` of the indices 0 to `count` - 1, the first and the last among them."""
    return np.linspace(0, count - 1, min(count, most)).round().astype(int)
