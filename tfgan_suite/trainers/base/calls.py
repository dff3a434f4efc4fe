"""How the networks of a trainer are called."""

import tensorflow as tf


def takes_condition(network):
    """Whether a network has an input beside its first."""
    return len(network.inputs) > 1


def with_condition(network, inputs, condition):
    """What to call `network` with: its condition beside the inputs, if it takes one."""
    return [inputs, condition] if takes_condition(network) else inputs


def judge(discriminator, examples, y=None, training=True):
    """Outputs of a discriminator, given its condition if it takes one."""
    inputs = with_condition(discriminator, examples, y)
    with tf.control_dependencies([examples]):
        return discriminator(inputs, training=training)


def logits_of(outputs):
    """The logits among the outputs of a discriminator: its only output, or the first."""
    return outputs[0] if isinstance(outputs, (list, tuple)) else outputs


def layer_losses(network):
    """What a network's own layers add to its player's loss: regularizers, `add_loss`."""
    return sum((tf.cast(loss, tf.float32) for loss in network.losses), start=0.0)
