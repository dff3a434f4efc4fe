"""AC-GAN: the discriminator also tells the classes apart."""

import keras
import tensorflow as tf

from tfgan_suite import losses
from tfgan_suite.checks import non_negative
from tfgan_suite.interface import takes_condition
from tfgan_suite.registration import register
from tfgan_suite.trainers.gan import GAN


@register
class ACGAN(GAN):
    """Auxiliary Classifier GAN, Odena et al. 2017 (arXiv:1610.09585), section 3.

        L_S = E log P(S = real | x) + E log P(S = fake | G(c, z))
        L_C = E log P(C = c | x) + E log P(C = c | G(c, z))

    D ascends L_S + w_D L_C, G ascends w_G L_C - L_S (here the loss that does not saturate in place
    of -L_S, as in the authors' experiments; with any adversarial loss). D is not told the class, it
    has a second output for it: `networks.heads.build_class_head` adds one. The losses of the
    classes are TF-GAN's pair, `losses.acgan_discriminator_loss` and `losses.acgan_generator_loss`,
    and its two weights.

    The data is `(images, labels)`, integers `[N]` or `[N, 1]`, or one-hot `[N, K]`; generated
    images are asked for the classes of the real ones. The logs have `d_class_loss` and
    `g_class_loss`, both weighted as they are in the players' losses, and the classifier's accuracy
    on both kinds of images.

    Args:
        generator: functional `keras.Model` of `[latents, labels]`; see `GAN`.
        discriminator: functional `keras.Model` from images to `[logits, class_logits]`, the latter
            `[N, K]`.
        latent_dim: see `GAN`.
        generator_class_weight: w_G >= 0.
        discriminator_class_weight: w_D >= 0.
        generated_class_weight: factor >= 0 of the second term of L_C, on generated images, in D's
            loss; 1 in the paper, TF-GAN's `generated_weights`. With 0 D learns the classes from
            real images alone, and cannot agree with G on signs of a class that real ones lack.
        **kwargs: see `GAN`.

    Raises:
        ValueError: as `GAN`, or if the networks have other inputs and outputs, or different numbers
            of classes, or a weight is negative. `fit` and `evaluate` raise it for a label out of
            range.
    """

    default_loss = "modified_minimax"
    loss_parts = ("d_class_loss", "g_class_loss", "real_class_accuracy", "fake_class_accuracy")

    def __init__(
        self,
        generator,
        discriminator,
        latent_dim,
        *,
        generator_class_weight=1.0,
        discriminator_class_weight=1.0,
        generated_class_weight=1.0,
        **kwargs,
    ):
        super().__init__(generator, discriminator, latent_dim, **kwargs)
        self.generator_class_weight = non_negative("generator_class_weight", generator_class_weight)
        self.discriminator_class_weight = non_negative(
            "discriminator_class_weight", discriminator_class_weight
        )
        self.generated_class_weight = non_negative("generated_class_weight", generated_class_weight)
        if [kind.key for kind in self.conditions] != ["labels"]:
            raise ValueError(
                "The generator of AC-GAN takes labels as a second input. "
                f"Received: {generator.name!r} with conditions {list(self.conditions)}"
            )

    @property
    def given_classes(self):
        """K, of which the discriminator tells apart."""
        discriminator = self.discriminator
        shapes = [tuple(output.shape) for output in discriminator.outputs]
        if takes_condition(discriminator) or len(shapes) != 2 or len(shapes[1]) != 2:
            raise ValueError(
                "The discriminator of AC-GAN maps images to [logits, class_logits], the latter of "
                "shape (N, K): see networks.heads.build_class_head. Received: "
                f"{discriminator.name!r} with {len(discriminator.inputs)} input(s) and outputs of "
                f"shapes {shapes}"
            )
        return shapes[1][1]

    def train_step(self, data):
        if self.simultaneous:
            return self.simultaneous_step(data)
        step = self.begin(data)
        for x, c in step.minibatches:                   # for k steps do
            g_z, tape = self.generate(step, x, c)       #   m images x of classes c, m z ~ p(z)
            self.update_discriminator(step, x, g_z, c)  #   ascend L_S + w_D L_C
        if not self.shared_latents:
            g_z, tape = self.generate(step, x, c)       # m latents z ~ p(z)
        self.update_generator(step, x, g_z, c, tape)    # ascend w_G L_C - L_S
        return step.end()

    def head_losses(self, player, c, real, fake):
        """Cross-entropies of the classes, and how often D is right about them."""
        classes = None if real is None else real[1]
        c = self.interface.labels.as_input(c, keras.KerasTensor((None,), "int32"))
        if player == "generator":
            loss = losses.acgan_generator_loss(fake[1], c)
            return {"g_class_loss": self.generator_class_weight * loss}, {}
        loss = losses.acgan_discriminator_loss(
            classes, fake[1], c, generated_weights=self.generated_class_weight
        )
        return {"d_class_loss": self.discriminator_class_weight * loss}, {
            "real_class_accuracy": _accuracy(classes, c),
            "fake_class_accuracy": _accuracy(fake[1], c),
        }

    def get_config(self):
        return {
            **super().get_config(),
            "generator_class_weight": self.generator_class_weight,
            "discriminator_class_weight": self.discriminator_class_weight,
            "generated_class_weight": self.generated_class_weight,
        }


def _accuracy(logits, labels):
    """Fraction of rows whose largest logit is that of the label."""
    seen = tf.argmax(logits, axis=-1, output_type=labels.dtype)
    return tf.reduce_mean(tf.cast(seen == labels, tf.float32))
