"""InfoGAN: codes that say something of the image."""

import keras
import tensorflow as tf

from tfgan_suite import losses
from tfgan_suite.checks import non_negative
from tfgan_suite.interface import takes_condition
from tfgan_suite.latents import StructuredLatentPrior
from tfgan_suite.registration import register
from tfgan_suite.trainers.gan import GAN


@register
class InfoGAN(GAN):
    """InfoGAN, Chen et al. 2016 (arXiv:1606.03657), eq. 6.

        min_{G,Q} max_D  V_InfoGAN(D, G, Q) = V(D, G) - lambda L_I(G, Q)
        L_I(G, Q) = E log Q(c | G(z, c)) + H(c)  <=  I(c; G(z, c))

    The latents are noise z and codes c side by side, as `latents.StructuredLatentPrior` draws them:
    one vector, so that the generator is an ordinary one. Q shares the body of D, which has further
    outputs: `networks.heads.build_code_heads` adds them. As in the authors' code and in TF-GAN both
    players' losses have -lambda L_I, with a weight each: Q learns with D, and G against Q as it is.
    Of L_I the negative log-likelihoods are taken, `losses.categorical_information_loss` and
    `losses.continuous_information_loss`; H(c) is constant.

    The logs have `d_information_loss` and `g_information_loss`, -lambda (L_I - H(c)) as it is in
    the players' losses, and with categorical codes `code_accuracy`, how often Q finds the first of
    them in a generated image. Labels in the data are left alone.

    Args:
        generator: functional `keras.Model` from latents `[N, latent_prior.dim]`; see `GAN`.
        discriminator: functional `keras.Model` from images to `[logits, code logits [N, K] of each
            categorical code, means [N, m] of the continuous codes]`, and perhaps the logarithms of
            their standard deviations, `[N, m]`, which else are 1.
        latent_prior: a `StructuredLatentPrior`.
        generator_information_weight: lambda >= 0 in G's loss.
        discriminator_information_weight: lambda >= 0 in D's and Q's loss.
        continuous_weight: factor >= 0 of the continuous codes within L_I (the paper chooses a
            smaller lambda for them).
        **kwargs: see `GAN`; without `latent_distribution`.

    Raises:
        ValueError: as `GAN`, or if `latent_prior` has no codes, the discriminator has not the
            outputs for them, or a weight is negative.
    """

    default_loss = "modified_minimax"

    def __init__(
        self,
        generator,
        discriminator,
        latent_prior,
        *,
        generator_information_weight=1.0,
        discriminator_information_weight=1.0,
        continuous_weight=0.1,
        **kwargs,
    ):
        if not isinstance(latent_prior, StructuredLatentPrior):
            raise ValueError(
                "`latent_prior` must be a tfgan_suite.latents.StructuredLatentPrior. "
                f"Received: latent_prior={latent_prior!r}"
            )
        super().__init__(
            generator, discriminator, latent_prior.dim, latent_distribution=latent_prior, **kwargs
        )
        weights = {
            "generator_information_weight": generator_information_weight,
            "discriminator_information_weight": discriminator_information_weight,
            "continuous_weight": continuous_weight,
        }
        self.information_weights = {name: non_negative(name, w) for name, w in weights.items()}
        _check_heads(generator, discriminator, latent_prior)

    @property
    def loss_parts(self):
        accuracy = ["code_accuracy"] if self.latent_prior.categorical else []
        return ("d_information_loss", "g_information_loss", *accuracy)

    def train_step(self, data):
        if self.simultaneous:
            return self.simultaneous_step(data)
        step = self.begin(data)
        for x, c in step.minibatches:                   # for k steps do
            g_c, tape = self.generate(step, x, c)       #   m images x, m of z ~ p(z) and c ~ P(c)
            self.update_discriminator(step, x, g_c, c)  #   ascend V(D, G) + lambda L_I(G, Q)
        if not self.shared_latents:
            c = self.latents_like(x, step.next_seed())  # z ~ p(z), c ~ P(c)
            g_c, tape = self.generate(step, x, c)
        self.update_generator(step, x, g_c, c, tape)    # descend V(D, G) - lambda L_I(G, Q)
        return step.end()

    def begin(self, data):
        """As `GAN.begin`, with fresh latents in place of the labels."""
        step = super().begin(data)
        batches = step.minibatches
        step.minibatches = [(x, self.latents_like(x, step.next_seed())) for x, _ in batches]
        return step

    def latents_for(self, step, x, y):
        """The latents that were drawn for `y`."""
        return y

    def head_targets(self, y, z):
        """The latents: Q is to tell the codes among them."""
        return z

    def head_losses(self, player, c, real, fake):
        """-lambda (L_I - H(c)) of generated images."""
        weights, prior = self.information_weights, self.latent_prior
        _, categories, continuous = prior.split(c)
        logits, others = fake[1 : 1 + len(categories)], fake[1 + len(categories) :]
        terms = [losses.categorical_information_loss(*pair) for pair in zip(categories, logits)]
        if prior.continuous:
            loss = losses.continuous_information_loss(continuous, *others)
            terms.append(weights["continuous_weight"] * loss)
        total = weights[f"{player}_information_weight"] * tf.add_n(terms)
        if player == "generator":
            return {"g_information_loss": total}, {}
        found = {}
        if categories:
            right = tf.argmax(logits[0], axis=-1) == tf.argmax(categories[0], axis=-1)
            found["code_accuracy"] = tf.reduce_mean(tf.cast(right, tf.float32))
        return {"d_information_loss": total}, found

    def get_config(self):
        config = super().get_config()
        prior = config.pop("latent_distribution")
        del config["latent_dim"]
        return {**config, "latent_prior": prior, **self.information_weights}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        prior = keras.saving.deserialize_keras_object(config["latent_prior"], custom_objects)
        return super().from_config({**config, "latent_prior": prior}, custom_objects)


def _check_heads(generator, discriminator, prior):
    """Raises ValueError unless the discriminator has the outputs for the codes of the prior."""
    shapes = [tuple(output.shape)[1:] for output in discriminator.outputs]
    wanted = [(classes,) for classes in prior.categorical]
    known = [wanted]
    if prior.continuous:
        known = [wanted + [(prior.continuous,)] * times for times in (1, 2)]
    has_conditions = takes_condition(generator) or takes_condition(discriminator)
    if has_conditions or shapes[1:] not in known:
        raise ValueError(
            "The discriminator of InfoGAN maps images to [logits, code logits, means], behind the "
            f"logits outputs of shapes {wanted + [(prior.continuous,)] * bool(prior.continuous)}: "
            "see networks.heads.build_code_heads. The generator takes latents alone. Received: "
            f"{discriminator.name!r} with outputs of shapes {shapes}, {generator.name!r} with "
            f"{len(generator.inputs)} input(s)"
        )
