"""Loss functions under TF-GAN's names: TF-GAN's own, without its TensorFlow 1 collections.

Each takes logits of any rank, casts half-precision ones to float32 and hands all keywords on to
TF-GAN, so `real_weights`, `generated_weights`, `weights`, `label_smoothing` and `reduction` mean
what they mean there. Beyond TF-GAN, weights may also be vectors `[N]`, one for each example, and
real and generated logits of different shapes are refused by name.

TF-GAN's functions that are not here are ours under the same names: `relativistic_*` (module
`relativistic`: TF-GAN's take no weights), `wasserstein_gradient_penalty` (module
`penalties.gradient`: TF-GAN's refuses eager mode), `combine_adversarial_loss` (module
`auxiliary.combination`: likewise) and `cycle_consistency_loss` (module
`auxiliary.reconstruction`: TF-GAN's takes no weights).
"""

import functools
import inspect

import tensorflow as tf

from tfgan_suite import tf_gan
from tfgan_suite.losses._reduction import (
    as_float32,
    check_reduction,
    check_same_shape,
    example_weights,
)
from tfgan_suite.registration import public

_WEIGHTS = ("weights", "real_weights", "generated_weights")


def _from_tf_gan(name, prepare=None):
    """Wraps `tfgan.losses.wargs.<name>`; `prepare` may change its arguments (a dict) in place."""
    function = getattr(tf_gan.losses.wargs, name)
    signature = inspect.signature(function)

    @functools.wraps(function)
    def loss(*logits, **options):
        arguments = signature.bind(*logits, **options).arguments
        # In a `tf.function`, TF-GAN would add every loss to a graph collection that nobody reads
        # and that keeps the tensors of old traces alive.
        arguments.setdefault("loss_collection", None)
        arguments.update(zip(arguments, as_float32(arguments.values())))
        if "reduction" in arguments:
            check_reduction(arguments["reduction"])
        if prepare is not None:
            prepare(arguments)
        return function(**arguments)

    loss.__module__ = __name__
    loss.__name__ = name  # TF-GAN's Wasserstein generator loss calls itself its hinge alias
    loss.__qualname__ = name
    return public(loss)


def _prepare_logits(arguments):
    """Checks the logits of both players against each other, and the weights against the logits."""
    logits = [name for name in arguments if name.endswith("_outputs")]
    for name in logits:
        arguments[name] = tf.convert_to_tensor(arguments[name])
    if len(logits) == 2:
        check_same_shape(*(arguments[name] for name in logits), logits)
    for name in _WEIGHTS:
        if name in arguments:
            arguments[name] = example_weights(arguments[name], arguments[logits[-1]], name)


def _prepare_classes(arguments):
    """Integer labels `[N]` become one-hot; logits and labels are checked against each other."""
    logits = [name for name in arguments if name.endswith("_logits")]
    labels = tf.convert_to_tensor(arguments["one_hot_labels"])
    for name in logits:
        arguments[name] = tf.convert_to_tensor(arguments[name])
    if labels.dtype.is_integer and labels.shape.rank == arguments[logits[0]].shape.rank - 1:
        labels = tf.one_hot(labels, arguments[logits[0]].shape[-1])
    for name in logits:
        check_same_shape(arguments[name], labels, (name, "one_hot_labels"))
    arguments["one_hot_labels"] = labels


minimax_discriminator_loss = _from_tf_gan("minimax_discriminator_loss", _prepare_logits)
minimax_generator_loss = _from_tf_gan("minimax_generator_loss", _prepare_logits)
modified_discriminator_loss = _from_tf_gan("modified_discriminator_loss", _prepare_logits)
modified_generator_loss = _from_tf_gan("modified_generator_loss", _prepare_logits)
wasserstein_discriminator_loss = _from_tf_gan("wasserstein_discriminator_loss", _prepare_logits)
wasserstein_generator_loss = _from_tf_gan("wasserstein_generator_loss", _prepare_logits)
wasserstein_hinge_discriminator_loss = _from_tf_gan(
    "wasserstein_hinge_discriminator_loss", _prepare_logits
)
wasserstein_hinge_generator_loss = _from_tf_gan("wasserstein_hinge_generator_loss", _prepare_logits)
least_squares_discriminator_loss = _from_tf_gan("least_squares_discriminator_loss", _prepare_logits)
least_squares_generator_loss = _from_tf_gan("least_squares_generator_loss", _prepare_logits)
acgan_discriminator_loss = _from_tf_gan("acgan_discriminator_loss", _prepare_classes)
acgan_generator_loss = _from_tf_gan("acgan_generator_loss", _prepare_classes)
mutual_information_penalty = _from_tf_gan("mutual_information_penalty")

NAMES = tuple(name for name, value in vars(tf_gan.losses.wargs).items() if name.endswith("_loss"))
