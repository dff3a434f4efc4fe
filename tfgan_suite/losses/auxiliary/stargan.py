"""StarGAN's wrappers under TF-GAN's names (Choi et al. 2017, arXiv:1711.09020).

Each turns a loss of arguments into a loss of a `tfgan.StarGANModel` (or any object with its
fields). They are TF-GAN's own, and take the functions of this package as well as TF-GAN's.
"""

import functools

from tfgan_suite import tf_gan
from tfgan_suite.registration import public


def _from_tf_gan(name):
    function = getattr(tf_gan.losses, name)

    @functools.wraps(function)
    def wrapper(loss_fn):
        return function(loss_fn)

    wrapper.__module__ = __name__
    return public(wrapper)


stargan_generator_loss_wrapper = _from_tf_gan("stargan_generator_loss_wrapper")
stargan_discriminator_loss_wrapper = _from_tf_gan("stargan_discriminator_loss_wrapper")
stargan_gradient_penalty_wrapper = _from_tf_gan("stargan_gradient_penalty_wrapper")
