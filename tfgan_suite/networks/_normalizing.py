"""Normalization as the builders of translators and of their discriminators have it."""

import keras

from tfgan_suite.layers import BatchNormalization, InstanceNormalization


def normalize(x, kind, next_seed):
    """Normalizes feature maps as the translators' authors do.

    Args:
        x: feature maps `[N, H, W, C]`.
        kind: `"instance"` (no scale and no shift, as in PyTorch), `"batch"` (scales from
            N(1, 0.02), as pix2pix draws them) or None.
        next_seed: what `seeded` returns.

    Raises:
        ValueError: if `kind` is anything else.
    """
    if kind is None:
        return x
    if kind == "instance":
        return InstanceNormalization(center=False, scale=False)(x)
    if kind == "batch":
        scale = keras.initializers.RandomNormal(1.0, 0.02, seed=next_seed())
        return BatchNormalization(momentum=0.9, epsilon=1e-5, gamma_initializer=scale)(x)
    raise ValueError(
        f"`normalization` must be 'instance', 'batch' or None. Received: normalization={kind!r}"
    )
