"""Main and adversarial losses as one."""

import tensorflow as tf

from tfgan_suite.losses._reduction import at_least_float32
from tfgan_suite.registration import public


@public
def combine_adversarial_loss(
    main_loss,
    adversarial_loss,
    weight_factor=None,
    gradient_ratio=None,
    gradient_ratio_epsilon=1e-6,
    variables=None,
    tape=None,
):
    """Adds an adversarial loss to a main one, with a fixed weight or a fixed ratio of gradients.

        main + weight_factor * adversarial
        main + r / gradient_ratio * adversarial,  r = |grad main| / (|grad adversarial| + epsilon)

    TF-GAN's function of this name, whose second form works in graphs only. Here a persistent tape
    that has recorded both losses gives the gradients, in eager mode too. No gradient goes through
    the coefficient. The norm is the global one, over all variables (compare Hu et al. 2017,
    arXiv:1705.05823).

    Args:
        main_loss: tensor of any shape.
        adversarial_loss: tensor of the same shape; of another one, both become means over all but
            the first dimension, which must agree.
        weight_factor: factor of the adversarial loss. Give either this or `gradient_ratio`.
        gradient_ratio: |grad main| / |grad adversarial| after weighting, not 0.
        gradient_ratio_epsilon: added to the adversarial gradient's norm.
        variables: list of the variables of the gradients.
        tape: a `tf.GradientTape(persistent=True)`.

    Returns:
        The combined loss, of the shape that the two have in the end.

    Raises:
        ValueError: if not exactly one of the two numbers is given, the shapes do not match, or what
            `gradient_ratio` needs is missing.
    """
    if (weight_factor is None) == (gradient_ratio is None):
        raise ValueError(
            "Give either `weight_factor` or `gradient_ratio`. Received: "
            f"weight_factor={weight_factor!r}, gradient_ratio={gradient_ratio!r}"
        )
    main, adversarial = at_least_float32(main_loss), at_least_float32(adversarial_loss)
    if not main.shape.is_compatible_with(adversarial.shape):
        if not main.shape[:1].is_compatible_with(adversarial.shape[:1]):
            raise ValueError(
                "`main_loss` and `adversarial_loss` must agree in their first dimension. Received: "
                f"shapes {tuple(main.shape)} and {tuple(adversarial.shape)}"
            )
        main, adversarial = (
            tf.reduce_mean(loss, axis=list(range(1, loss.shape.rank)))
            for loss in (main, adversarial)
        )
    if weight_factor is not None:
        return main + tf.stop_gradient(tf.cast(weight_factor, main.dtype)) * adversarial
    if not gradient_ratio:
        raise ValueError(
            "`gradient_ratio` is what the norms are divided by; it cannot be 0. "
            f"Received: gradient_ratio={gradient_ratio!r}"
        )
    if tape is None or not variables:
        raise ValueError(
            "`gradient_ratio` needs `variables` and a persistent `tape` that recorded both losses. "
            f"Received: variables={variables!r}, tape={tape!r}"
        )
    norms = [_gradient_norm(tape, loss, variables) for loss in (main_loss, adversarial_loss)]
    coefficient = norms[0] / (norms[1] + gradient_ratio_epsilon) / gradient_ratio
    return main + tf.stop_gradient(tf.cast(coefficient, main.dtype)) * adversarial


def _gradient_norm(tape, loss, variables):
    """Global norm of a loss's gradient, with the largest entry divided out against overflow."""
    with tape.stop_recording():
        gradients = tape.gradient(loss, variables)
        gradients = [at_least_float32(g) for g in gradients if g is not None]
        if not gradients:
            raise ValueError(
                "A loss that `gradient_ratio` weighs depends on none of `variables`. "
                f"Received: {len(variables)} variables"
            )
        largest = tf.reduce_max([tf.reduce_max(tf.abs(g)) for g in gradients])
        scaled = [tf.math.divide_no_nan(g, largest) for g in gradients]
        return largest * tf.linalg.global_norm(scaled)
