"""CycleGAN: translation between two sets of images without pairs."""

import functools

import keras
import tensorflow as tf

from tfgan_suite import losses
from tfgan_suite.checks import non_negative, positive_int
from tfgan_suite.layers import ImageHistoryPool
from tfgan_suite.registration import register
from tfgan_suite.served_part import ServedPart
from tfgan_suite.trainers.base.checks import (
    check_judge_of_translator,
    interface_of_translator,
)
from tfgan_suite.trainers.base.player_losses import loss_of_discriminator, loss_of_generator
from tfgan_suite.trainers.base.step import unpack
from tfgan_suite.trainers.base.value_checks import PartOfData
from tfgan_suite.trainers.trainer import Trainer

A_TO_B, B_TO_A = "a_to_b", "b_to_a"


@register
class CycleGAN(Trainer):
    """Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks.

    Zhu et al. 2017 (arXiv:1703.10593), equations 1 to 3 and section 5.2, with G from A to B and F
    from B to A; one step descends

        L_G(D_B(G(a))) + L_G(D_A(F(b)))
            + lambda (|a - F(G(a))| + |b - G(F(b))|) / 2
            + lambda_identity lambda (|b - G(b)| + |a - F(a)|) / 2

    for both translators and then the loss of each discriminator on real images and on images from a
    pool of earlier ones. With the default loss, whose halves TF-GAN has and the paper has not, that
    is half of the paper's objective: lambda is the paper's. (With another one, mind the halves.)

    The data are `(a, b)`: images of both domains that have nothing to do with each other, as
    `data.load_unpaired` gives them. The logs have `cycle_loss` and `identity_loss`, mean absolute
    differences over both directions without their weights; `d_loss` is the sum over both
    discriminators, their logits are means over both.

    Args:
        generator_ab: G: functional `keras.Model` from images of A `[N, H, W, C]` to images of B.
        generator_ba: F: from images of B to images of A.
        discriminator_a: D_A: functional `keras.Model` from images of A to logits of any rank >= 1.
        discriminator_b: D_B: the same of B.
        cycle_weight: lambda, >= 0.
        identity_weight: lambda_identity, >= 0, as a fraction of lambda; 0 saves two passes, and is
            what domains of different channels must have.
        pool_size: images that each discriminator's pool holds; 0 for no pools.
        ema_decay: see `Trainer`.
        seed: see `Trainer`.
        source: what the images of A are, a modality; None to infer it. `modality` is that of B.
        **kwargs: see `Trainer`.

    Raises:
        ValueError: if the networks do not fit each other, are not built, or were made outside the
            current distribution strategy; or if an option is out of range.
    """

    player_networks = {
        "generator": ("generator_ab", "generator_ba"),
        "discriminator": ("discriminator_a", "discriminator_b"),
    }
    default_loss = "least_squares"
    loss_parts = ("cycle_loss", "identity_loss")

    def __init__(
        self,
        generator_ab,
        generator_ba,
        discriminator_a,
        discriminator_b,
        *,
        cycle_weight=10.0,
        identity_weight=0.5,
        pool_size=50,
        ema_decay=None,
        seed=None,
        source=None,
        **kwargs,
    ):
        super().__init__(
            {
                "generator_ab": generator_ab,
                "generator_ba": generator_ba,
                "discriminator_a": discriminator_a,
                "discriminator_b": discriminator_b,
            },
            ema_decay=ema_decay,
            seed=seed,
            **kwargs,
        )
        self.declared_source = source
        to_b, to_a = (interface.output for interface in self.interfaces.values())
        check_judge_of_translator(generator_ab, discriminator_b, to_b)
        check_judge_of_translator(generator_ba, discriminator_a, to_a)
        _check_cycle(generator_ab, generator_ba)
        self.cycle_weight = float(non_negative("cycle_weight", cycle_weight))
        self.identity_weight = float(non_negative("identity_weight", identity_weight))
        if self.identity_weight and generator_ab.inputs[0].shape != generator_ab.outputs[0].shape:
            raise ValueError(
                "An identity loss needs domains of images of one shape; give identity_weight=0. "
                f"Received: identity_weight={identity_weight}, images of shapes "
                f"{generator_ab.inputs[0].shape[1:]} and {generator_ab.outputs[0].shape[1:]}"
            )
        self.pool_size = pool_size if pool_size == 0 else positive_int("pool_size", pool_size)
        self.pool_a = self._make_pool(generator_ba, 0)
        self.pool_b = self._make_pool(generator_ab, 1)

    def _make_pool(self, generator, number):
        if not self.pool_size:
            return None
        with self.distribute_strategy.scope():
            seed = (self.seed + 1_000_003 * (number + 1)) % 2**31
            pool = ImageHistoryPool(self.pool_size, seed=seed, dtype="float32")
            pool.build(tuple(generator.outputs[0].shape))
        return pool

    @functools.cached_property
    def interfaces(self):
        """Those of both translators, `"a_to_b"` and `"b_to_a"`."""
        a, b = self.declared_source, self.declared_modality
        return {
            A_TO_B: interface_of_translator(self.generator_ab, a, b),
            B_TO_A: interface_of_translator(self.generator_ba, b, a),
        }

    # --- Translating ------------------------------------------------------------------------

    def call(self, images, training=False):
        """What images of A become in B."""
        return self.serving("generator_ab")(images, training=training)

    def exports(self):
        """Both translators, `"a_to_b"` and `"b_to_a"`, for `tfgan_suite.export.export`."""
        ab, ba = self.generator_ab, self.generator_ba
        return {
            A_TO_B: self._part(A_TO_B, ab, self.ema_generator_ab, self.discriminator_b),
            B_TO_A: self._part(B_TO_A, ba, self.ema_generator_ba, self.discriminator_a),
        }

    def _part(self, name, generator, average, discriminator):
        return ServedPart(generator, self.interfaces[name], average, discriminator, self.step)

    # --- The steps --------------------------------------------------------------------------

    def check_batch(self, x, y, groups):
        """Raises ValueError unless a batch holds images of both domains."""
        if y is None:
            raise ValueError(
                "Data for CycleGAN are (images of A, images of B), as data.load_unpaired gives "
                "them. Received: images of one domain"
            )
        return tuple(
            interface.source.check(images, f"Images of {domain}", "their translator", groups)
            for images, domain, interface in zip((x, y), "AB", self.interfaces.values())
        )

    def parts_of_data(self):
        """Those of both domains."""
        sources = [interface.source for interface in self.interfaces.values()]
        return [PartOfData.made(f"Images of {d}", source) for d, source in zip("AB", sources)]

    def train_step(self, data):
        step = self.begin(data)
        [(a, b)] = step.minibatches
        g_a, f_b = self.update_translators(step, a, b)    # descend L_G, cycles and identities
        self.update_discriminators(step, a, b, g_a, f_b)  # descend L_D of D_A and D_B, with pools
        return step.end()

    def update_translators(self, step, a, b):
        """One descent of both translators' loss; returns their translations before it."""
        player = self.players["generator"]

        def move(step, _, a, b):
            with tf.GradientTape() as tape, tf.control_dependencies([a, b]):
                g_a = self.generator_ab(a, training=True)
                f_b = self.generator_ba(b, training=True)
                loss = self.translators_loss(step, a, b, g_a, f_b)
            return player.gradients(loss, tape), (g_a, f_b)

        gradients, translations = step.by_micro_batches(move, None, a, b)
        player.apply(gradients)
        return translations

    def translators_loss(self, step, a, b, g_a, f_b):
        """What both translators descend; records what is logged of them."""
        real_a = real_b = None
        if self.adversarial_loss.generator_needs_real:
            real_a = self.judge(self.discriminator_a, a)
            real_b = self.judge(self.discriminator_b, b)
        fake_a = self.judge(self.discriminator_a, f_b)
        fake_b = self.judge(self.discriminator_b, g_a)
        loss_ab, logs_ab = loss_of_generator(
            self, step, self.generator_ab, real_b, fake_b, lambda: (a, None)
        )
        loss_ba, logs_ba = loss_of_generator(
            self, step, self.generator_ba, real_a, fake_a, lambda: (b, None)
        )
        parts = self.consistency(a, b, g_a, f_b, training=True)
        loss = loss_ab + loss_ba + self.weighted(parts)
        step.note({"g_loss": loss, **parts, **_means(logs_ab, logs_ba)})
        return loss

    def consistency(self, a, b, g_a, f_b, training):
        """The unweighted cycle and identity losses, by their names in the logs."""
        g, f = self.generator_ab, self.generator_ba
        if not training:
            g, f = self.serving("generator_ab"), self.serving("generator_ba")
        cycle = losses.cycle_consistency_loss(
            a, f(g_a, training=training), b, g(f_b, training=training)
        )
        identity = tf.zeros([])
        if self.identity_weight:
            identity = losses.identity_loss(b, g(b, training=training))
            identity = (identity + losses.identity_loss(a, f(a, training=training))) / 2.0
        return {"cycle_loss": cycle, "identity_loss": identity}

    def weighted(self, parts):
        """The consistency losses with their weights."""
        sum_of_parts = parts["cycle_loss"] + self.identity_weight * parts["identity_loss"]
        return self.cycle_weight * sum_of_parts

    def update_discriminators(self, step, a, b, g_a, f_b):
        """One descent of the sum of both discriminators' losses."""
        if self.pool_size:
            f_b, g_a = self.pool_a(f_b, training=True), self.pool_b(g_a, training=True)
        d_a, d_b = self.discriminator_a, self.discriminator_b
        player = self.players["discriminator"]

        def move(step, _, a, b, g_a, f_b):
            with tf.GradientTape() as tape:
                real_a, real_b = self.judge(d_a, a), self.judge(d_b, b)
                loss_a, logs_a = loss_of_discriminator(
                    self, step, d_a, a, f_b, None, real_a, self.judge(d_a, f_b)
                )
                loss_b, logs_b = loss_of_discriminator(
                    self, step, d_b, b, g_a, None, real_b, self.judge(d_b, g_a)
                )
                loss = loss_a + loss_b
            step.note({"d_loss": loss, **_means(logs_a, logs_b)})
            return player.gradients(loss, tape), (real_a, real_b)

        gradients, (real_a, real_b) = step.by_micro_batches(move, None, a, b, g_a, f_b)
        player.apply(gradients)
        self.end_discriminator_update(real_a, d_a)
        self.end_discriminator_update(real_b, d_b)

    def test_step(self, data):
        """The losses on one minibatch, with the generators that serve; nothing is updated."""
        a, b = self.check_batch(*unpack(data), groups=1)
        g_a = self.serving("generator_ab")(a, training=False)
        f_b = self.serving("generator_ba")(b, training=False)
        real_a, fake_a = (self.judge(self.discriminator_a, x, training=False) for x in (a, f_b))
        real_b, fake_b = (self.judge(self.discriminator_b, x, training=False) for x in (b, g_a))
        parts = self.consistency(a, b, g_a, f_b, training=False)
        pair = self.adversarial_loss
        played = pair.generator_loss(real_a, fake_a) + pair.generator_loss(real_b, fake_b)
        judged = pair.discriminator_loss(real_a, fake_a) + pair.discriminator_loss(real_b, fake_b)
        logs = {
            "g_loss": played + self.weighted(parts),
            "d_loss": judged,
            **parts,
            **_means(self.describe_logits(real_a, fake_a), self.describe_logits(real_b, fake_b)),
        }
        return self.log(logs, rows=tf.shape(a)[0])

    def get_config(self):
        source = {}
        if self.declared_source is not None:
            source["source"] = keras.saving.serialize_keras_object(self.declared_source)
        return {
            **super().get_config(),
            "cycle_weight": self.cycle_weight,
            "identity_weight": self.identity_weight,
            "pool_size": self.pool_size,
            **source,
        }


def _check_cycle(generator_ab, generator_ba):
    for first, second in ((generator_ab, generator_ba), (generator_ba, generator_ab)):
        made, taken = tuple(first.outputs[0].shape), tuple(second.inputs[0].shape)
        if made != taken:
            raise ValueError(
                "Each translator must take what the other makes. Received: "
                f"{first.name!r} making {made[1:]}, {second.name!r} taking {taken[1:]}"
            )


def _means(first, second):
    return {name: (first[name] + second[name]) / 2.0 for name in first}
