"""What is logged of a discriminator's logits: statistics by their names."""

import types

import tensorflow as tf

# Functions of the logits of real and of generated examples, both float32: mean logits; fractions of
# real examples called real and of generated ones called so.
LOGIT_STATISTICS = types.MappingProxyType({
    "real_logits": lambda real, fake: tf.reduce_mean(real),
    "fake_logits": lambda real, fake: tf.reduce_mean(fake),
    "real_accuracy": lambda real, fake: tf.reduce_mean(tf.cast(real > 0, tf.float32)),
    "fake_accuracy": lambda real, fake: tf.reduce_mean(tf.cast(fake < 0, tf.float32)),
})
# Of a D that classifies, as in the games of Goodfellow et al. 2014.
OF_A_CLASSIFIER = tuple(LOGIT_STATISTICS)
