"""Builders of functional `keras.Model`s, one architecture family per module.

Each module has `build_generator(...)` and `build_discriminator(...)`:

    from tfgan_suite import networks
    generator = networks.dcgan.build_generator(image_size=32, channels=1, latent_dim=100)
"""

from tfgan_suite.registration import modules

__all__ = modules(globals())
