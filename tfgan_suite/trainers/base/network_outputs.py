"""What comes out of a network besides examples or logits."""

import tensorflow as tf


def logits_of(outputs):
    """The logits among the outputs of a discriminator: its only output, or the first."""
    return outputs[0] if isinstance(outputs, (list, tuple)) else outputs


def layer_losses(network):
    """What a network's own layers add to its player's loss: regularizers, `add_loss`."""
    return sum((tf.cast(loss, tf.float32) for loss in network.losses), start=0.0)
