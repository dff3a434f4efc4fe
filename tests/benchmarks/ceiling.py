"""What the machine can do: matrix products as large as it likes, in float32 and bfloat16."""

import tensorflow as tf

SIZE = 2048  # rows and columns of a square matrix: 16 MiB in float32


class Ceiling:
    """Square matrix products, one after the other.

    Args:
        dtype: `"float32"` or `"bfloat16"`.
    """

    flops = 2 * SIZE**3  # of one step

    def __init__(self, dtype):
        a = tf.random.stateless_normal([SIZE, SIZE], [0, 0])
        self.a, self.b = tf.cast(a, dtype), tf.cast(tf.transpose(a), dtype)
        self.product = tf.function(lambda a, b: tf.matmul(a, b))

    def run(self, steps):
        """Makes `steps` products and waits for them."""
        for _ in range(steps):
            result = self.product(self.a, self.b)
        return float(tf.cast(result[0, 0], tf.float32))
