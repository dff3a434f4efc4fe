"""Loss functions under TF-GAN's names: TF-GAN's own, without its TensorFlow 1 collections.

Each takes logits of any rank, casts them to float32 and hands all keywords on to TF-GAN, so
`real_weights`, `generated_weights`, `weights`, `label_smoothing` and `reduction` mean what they
mean there.
"""

import functools

import tensorflow as tf

from tfgan_suite import tf_gan
from tfgan_suite.registration import public


def _from_tf_gan(name):
    """Wraps `tfgan.losses.wargs.<name>`."""
    function = getattr(tf_gan.losses.wargs, name)

    @functools.wraps(function)
    def loss(*logits, **options):
        # In a `tf.function`, TF-GAN would add every loss to a graph collection that nobody reads
        # and that keeps the tensors of old traces alive.
        options.setdefault("loss_collection", None)
        return function(*as_float32(logits), **options)

    loss.__module__ = __name__
    loss.__name__ = name  # TF-GAN's Wasserstein generator loss calls itself its hinge alias
    return public(loss)


def as_float32(arguments):
    """Casts the half-precision tensors among `arguments`; the rest, None too, stay as they are."""
    return [
        tf.cast(a, tf.float32) if getattr(a, "dtype", None) in (tf.float16, tf.bfloat16) else a
        for a in arguments
    ]


minimax_discriminator_loss = _from_tf_gan("minimax_discriminator_loss")
minimax_generator_loss = _from_tf_gan("minimax_generator_loss")
modified_discriminator_loss = _from_tf_gan("modified_discriminator_loss")
modified_generator_loss = _from_tf_gan("modified_generator_loss")
wasserstein_discriminator_loss = _from_tf_gan("wasserstein_discriminator_loss")
wasserstein_generator_loss = _from_tf_gan("wasserstein_generator_loss")

NAMES = tuple(name for name, value in vars(tf_gan.losses.wargs).items() if name.endswith("_loss"))
