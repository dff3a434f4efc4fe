"""Pix2Pix: translation of images that come in pairs."""

import tensorflow as tf

from tfgan_suite import losses
from tfgan_suite.registration import register
from tfgan_suite.trainers._checks import check_images, check_translator, check_weight
from tfgan_suite.trainers._play import unpack
from tfgan_suite.trainers._probe import Probing
from tfgan_suite.trainers.minimax import AccuracyLogs
from tfgan_suite.trainers.trainer import Trainer


@register
class Pix2Pix(AccuracyLogs, Probing, Trainer):
    """Image-to-Image Translation with Conditional Adversarial Networks, Isola et al. 2017.

    arXiv:1611.07004, equations 1, 3 and 4, with x an input and y the image it belongs to:

        min_G max_D  E log D(x, y) + E log(1 - D(x, G(x))) + lambda E |y - G(x)|

    One step descends D's loss, halved as in section 3.3, and then G's on the same G(x), in which
    log(1 - D) is replaced by -log D. The noise of the generator is its dropout. Deviation: dropout
    is off outside of training (the authors leave it on), so that a served image is a function of
    its input alone.

    The data are `(y, x)`: the images asked for and the inputs, as `data.load_pairs` gives them. The
    logs have `pixel_loss`, the mean of |y - G(x)| without its weight.

    Args:
        generator: functional `keras.Model` from inputs `[N, H, W, C]` to images `[N, H, W, C']`,
            both in [-1, 1].
        discriminator: functional `keras.Model` from `[images, inputs]`, or from images alone (the
            paper's GAN without a condition), to logits of any rank >= 1 with the batch first.
        pixel_weight: lambda, >= 0.
        ema_decay: see `Trainer`.
        seed: see `Trainer`.
        **kwargs: `name` and the like, for `keras.Model`.

    Raises:
        ValueError: if the networks do not fit each other, are not built, or were made outside the
            current distribution strategy; or if an option is out of range.
    """

    default_loss = losses.ModifiedMinimax(label_smoothing=0.0)
    loss_parts = ("pixel_loss",)

    def __init__(
        self, generator, discriminator, *, pixel_weight=100.0, ema_decay=None, seed=None, **kwargs
    ):
        super().__init__(
            {"generator": generator, "discriminator": discriminator},
            ema_decay=ema_decay,
            seed=seed,
            **kwargs,
        )
        check_translator(generator, discriminator)
        self.pixel_weight = check_weight("pixel_weight", pixel_weight)

    def call(self, inputs, training=False):
        """What inputs `[N, H, W, C]` become: images `[N, H, W, C']`."""
        return self.serving_generator(inputs, training=training)

    def check_batch(self, x, y, groups):
        """Raises ValueError unless a batch holds pairs of images that fit the networks."""
        if y is None:
            raise ValueError(
                "Data for Pix2Pix are pairs (images, inputs), as data.load_pairs gives them. "
                "Received: images alone"
            )
        check_images(x, tuple(self.generator.outputs[0].shape)[1:], groups)
        wanted = tuple(self.generator.inputs[0].shape)[1:]
        check_images(y, wanted, groups, "Inputs", "the generator")

    def inputs_of_probe(self, x, y, seed):
        """The inputs: the generator has no latents."""
        return y

    def train_step(self, data):
        [(y, x)] = self.minibatches(data)
        g_x, tape = self.generated(self.generator, x, after=[x])
        self.update_discriminator(y, g_x, x)        # ascend log D(x, y) + log(1 - D(x, G(x)))
        self.update_generator(y, g_x, x, tape)      # ascend log D(x, G(x)) - lambda |y - G(x)|
        return self.end_step()

    def update_discriminator(self, y, g_x, x):
        """One descent of half of D's loss."""

        def move(_, y, g_x, x):
            with tf.GradientTape() as tape:
                real_logits, fake_logits = (self.judge(self.discriminator, i, x) for i in (y, g_x))
                loss, logs = self.loss_of_discriminator(
                    self.discriminator, y, g_x, x, real_logits, fake_logits
                )
                half = loss / 2.0  # "which slows down the rate at which D learns", section 3.3
            self.note({"d_loss": loss, **logs})
            return self.gradients(half, tape, "discriminator"), real_logits

        gradients, real_logits = self.by_micro_batches(move, None, y, g_x, x)
        self.apply(gradients, "discriminator")
        self.end_discriminator_update(real_logits, self.discriminator)

    def update_generator(self, y, g_x, x, tape):
        """One descent of G's loss through the current D; `tape` leads to `g_x`."""

        def move(tape, y, g_x, x):
            needs_real = self.adversarial_loss.generator_needs_real
            real_logits = self.judge(self.discriminator, y, x) if needs_real else None
            with tape:
                fake_logits = self.judge(self.discriminator, g_x, x)
                loss, logs = self.loss_of_generator(
                    self.generator, real_logits, fake_logits, lambda: (x, None)
                )
                pixel_loss = losses.pixel_l1_loss(y, g_x)
                loss += self.pixel_weight * pixel_loss
            self.note({"g_loss": loss, "pixel_loss": pixel_loss, **logs})
            return self.gradients(loss, tape, "generator"), ()

        gradients, _ = self.by_micro_batches(move, tape, y, g_x, x)
        self.apply(gradients, "generator")

    def test_step(self, data):
        """The losses on one minibatch, with the generator that serves; nothing is updated."""
        y, x = unpack(data)
        self.check_batch(y, x, groups=1)
        g_x = self(x, training=False)
        real_logits, fake_logits = (
            self.judge(self.discriminator, i, x, training=False) for i in (y, g_x)
        )
        pixel_loss = losses.pixel_l1_loss(y, g_x)
        adversarial = self.adversarial_loss.generator_loss(real_logits, fake_logits)
        logs = {
            "g_loss": adversarial + self.pixel_weight * pixel_loss,
            "d_loss": self.adversarial_loss.discriminator_loss(real_logits, fake_logits),
            "pixel_loss": pixel_loss,
            **self.describe_logits(real_logits, fake_logits),
        }
        self.track(logs, rows=tf.shape(x)[0])
        return self.results(logs)[0]

    def get_config(self):
        return {**super().get_config(), "pixel_weight": self.pixel_weight}
