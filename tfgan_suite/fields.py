"""What one entry of a request is: its key, its dtype, the shape of a row, and which values are right.

Modalities and conditions are fields; so are latents, seeds and truncation, which only exported
models know.
"""

import math

import numpy as np
import tensorflow as tf

from tfgan_suite.configured import Configured

FREE_SIZE = 256  # of example rows, along axes of any size


class Field(Configured):
    """One entry of a request.

    Attributes:
        key: its name in the signatures of exported models.
        dtype: name of its dtype there.
        row: shape of one row; None along axes of any size.
        rule: what the values must be, as a phrase; None if anything will do.
    """

    key = None
    dtype = "float32"
    row = ()
    rule = "finite"

    @property
    def spec(self):
        """Its `tf.TensorSpec`, with a free batch size."""
        return tf.TensorSpec([None, *self.row], self.dtype, name=self.key)

    def valid(self, values):
        """Boolean tensor of the shape of `values`: whether each value is what it must be."""
        return tf.math.is_finite(values)

    def example(self, rows, seed=0):
        """NumPy array of `rows` valid rows, all different."""
        rng = np.random.default_rng(seed)
        shape = [FREE_SIZE if size is None else size for size in self.row]
        return rng.normal(size=(rows, *shape)).astype(self.dtype)

    def invalid(self):
        """Invalid values to try, by what is wrong with them: a dict of text to one value."""
        return {"NaN": math.nan, "infinite": math.inf}
