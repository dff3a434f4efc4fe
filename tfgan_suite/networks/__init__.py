"""Builders of functional `keras.Model`s, one architecture family per module.

Each module has `build_generator(...)` and `build_discriminator(...)`:

    from tfgan_suite import networks
    generator = networks.dcgan.build_generator(image_size=32, channels=1, latent_dim=100)

`networks.synchronized` gives any network BatchNorm statistics over all replicas.
"""

from tfgan_suite.networks._synchronization import synchronized as synchronized
from tfgan_suite.registration import modules

__all__ = modules(globals())
