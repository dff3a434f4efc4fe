"""The zero-sum game of Goodfellow et al. 2014."""

import tensorflow as tf

from tfgan_suite.registration import register
from tfgan_suite.trainers.gan import GAN


class AccuracyLogs:
    """Mixin of the games in which D classifies: its accuracy is logged beside its mean output."""

    logit_metrics = ("real_logits", "fake_logits", "real_accuracy", "fake_accuracy")

    def describe_logits(self, real_logits, fake_logits):
        """Mean logits; fractions of real images called real and of generated ones called so."""
        return {
            **super().describe_logits(real_logits, fake_logits),
            "real_accuracy": tf.reduce_mean(tf.cast(real_logits > 0, tf.float32)),
            "fake_accuracy": tf.reduce_mean(tf.cast(fake_logits < 0, tf.float32)),
        }


@register
class MinimaxGAN(AccuracyLogs, GAN):
    """Generative Adversarial Nets, Goodfellow et al. 2014 (arXiv:1406.2661), algorithm 1.

        min_G max_D  V(D, G) = E log D(x) + E log(1 - D(G(z)))

    The generator's gradient vanishes where D wins; `ModifiedMinimaxGAN` is the remedy of the same
    paper. Deviation: the default loss smooths D's label for real images, as TF-GAN does; pass
    `compile(loss=losses.Minimax(label_smoothing=0.0))` for the paper's V. Default optimizers are
    those of DCGAN (the paper has gradient ascent with momentum).

    Takes the arguments of `GAN`.
    """

    default_loss = "minimax"

    def train_step(self, data):
        if self.simultaneous:
            return self.simultaneous_step(data)
        for x, y in self.minibatches(data):         # for k steps do
            g_z, tape = self.generate(x, y)         #   m latents z ~ p_g(z), m examples x
            self.update_discriminator(x, g_z, y)    #   ascend mean log D(x) + log(1 - D(G(z)))
        if not self.shared_latents:
            g_z, tape = self.generate(x, y)         # m latents z ~ p_g(z)
        self.update_generator(x, g_z, y, tape)      # descend mean log(1 - D(G(z)))
        return self.end_step()
