"""Pix2Pix: translation of images that come in pairs."""

import functools

import keras
import tensorflow as tf

from tfgan_suite import losses
from tfgan_suite.checks import non_negative
from tfgan_suite.registration import register
from tfgan_suite.trainers.base.checks import (
    check_judge_of_translator,
    interface_of_translator,
)
from tfgan_suite.trainers.base import probe
from tfgan_suite.trainers.base.logit_statistics import OF_A_CLASSIFIER
from tfgan_suite.trainers.base.player_losses import loss_of_discriminator, loss_of_generator
from tfgan_suite.trainers.base.step import unpack
from tfgan_suite.trainers.base.value_checks import PartOfData
from tfgan_suite.trainers.trainer import Trainer


@register
class Pix2Pix(Trainer):
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
        source: what the inputs are, a modality; None to infer it.
        **kwargs: see `Trainer`.

    Raises:
        ValueError: if the networks do not fit each other, are not built, or were made outside the
            current distribution strategy; or if an option is out of range.
    """

    default_loss = losses.ModifiedMinimax(label_smoothing=0.0)
    loss_parts = ("pixel_loss",)
    logit_metrics = OF_A_CLASSIFIER
    probe = probe.probe

    # D is told the input itself, and no condition.
    conditions = ()

    def __init__(
        self,
        generator,
        discriminator,
        *,
        pixel_weight=100.0,
        ema_decay=None,
        seed=None,
        source=None,
        **kwargs,
    ):
        super().__init__(
            {"generator": generator, "discriminator": discriminator},
            ema_decay=ema_decay,
            seed=seed,
            **kwargs,
        )
        self.declared_source = source
        check_judge_of_translator(generator, discriminator, self.modality)
        self.pixel_weight = float(non_negative("pixel_weight", pixel_weight))

    @functools.cached_property
    def interfaces(self):
        """That of the generator, from images to images."""
        kinds = self.declared_source, self.declared_modality
        return {"": interface_of_translator(self.generator, *kinds)}

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
        x = self.interface.output.check(x, groups=groups)
        return x, self.interface.source.check(y, "Inputs", "the generator", groups)

    def parts_of_data(self):
        """Those of images and inputs, which may be label maps in [0, 1]."""
        made = PartOfData.made("Real images", self.interface.output)
        return [made, PartOfData("Inputs", self.interface.source.value_range)]

    def inputs_of_probe(self, x, y, seed):
        """The inputs: the generator has no latents."""
        return y

    def train_step(self, data):
        step = self.begin(data)
        [(y, x)] = step.minibatches
        g_x, tape = step.generate(self.generator, x, after=[x])
        self.update_discriminator(step, y, g_x, x)    # ascend log D(x, y) + log(1 - D(x, G(x)))
        self.update_generator(step, y, g_x, x, tape)  # ascend log D(x, G(x)) - lambda |y - G(x)|
        return step.end()

    def update_discriminator(self, step, y, g_x, x):
        """One descent of half of D's loss."""
        player = self.players["discriminator"]

        def move(step, _, y, g_x, x):
            with tf.GradientTape() as tape:
                real_logits, fake_logits = (self.judge(self.discriminator, i, x) for i in (y, g_x))
                loss, logs = loss_of_discriminator(
                    self, step, self.discriminator, y, g_x, x, real_logits, fake_logits
                )
                half = loss / 2.0  # "which slows down the rate at which D learns", section 3.3
            step.note({"d_loss": loss, **logs})
            return player.gradients(half, tape), real_logits

        gradients, real_logits = step.by_micro_batches(move, None, y, g_x, x)
        player.apply(gradients)
        self.end_discriminator_update(real_logits, self.discriminator)

    def update_generator(self, step, y, g_x, x, tape):
        """One descent of G's loss through the current D; `tape` leads to `g_x`."""
        player = self.players["generator"]

        def move(step, tape, y, g_x, x):
            needs_real = self.adversarial_loss.generator_needs_real
            real_logits = self.judge(self.discriminator, y, x) if needs_real else None
            with tape:
                fake_logits = self.judge(self.discriminator, g_x, x)
                loss, logs = loss_of_generator(
                    self, step, self.generator, real_logits, fake_logits, lambda: (x, None)
                )
                pixel_loss = losses.pixel_l1_loss(y, g_x)
                loss += self.pixel_weight * pixel_loss
            step.note({"g_loss": loss, "pixel_loss": pixel_loss, **logs})
            return player.gradients(loss, tape), ()

        gradients, _ = step.by_micro_batches(move, tape, y, g_x, x)
        player.apply(gradients)

    def test_step(self, data):
        """The losses on one minibatch, with the generator that serves; nothing is updated."""
        y, x = self.check_batch(*unpack(data), groups=1)
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
        return self.log(logs, rows=tf.shape(x)[0])

    def get_config(self):
        config = {**super().get_config(), "pixel_weight": self.pixel_weight}
        if self.declared_source is not None:
            config["source"] = keras.saving.serialize_keras_object(self.declared_source)
        return config
