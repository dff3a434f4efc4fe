"""Mean and variance with derivatives of every order."""

import tensorflow as tf


def moments(x, axes):
    """Mean and (biased) variance over `axes`, kept as axes of size 1.

    Not `tf.nn.moments`: it stops the gradient at the mean inside of the variance, which is right
    for the first derivative only, and penalties differentiate twice.
    """
    mean = tf.reduce_mean(x, axes, keepdims=True)
    return mean, tf.reduce_mean(tf.math.squared_difference(x, mean), axes, keepdims=True)
