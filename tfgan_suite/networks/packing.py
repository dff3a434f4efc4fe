"""PacGAN: a discriminator that judges several samples at once.

Lin et al. 2018, "PacGAN: The power of two samples in generative adversarial networks"
(arXiv:1712.04086), section 3: the discriminator of any architecture takes m samples of one kind as
the channels of one image; all else stays as it is.

    d = networks.dcgan.build_discriminator(28, channels=2 * 1, filters=32)
    d = networks.packing.build_discriminator(d, samples=2)  # takes [N, 28, 28, 1], gives [N / 2, 1]
"""

from keras import Input, Model

from tfgan_suite.checks import positive_int
from tfgan_suite.layers import Pack


def build_discriminator(discriminator, samples=2, *, name=None):
    """Builds a discriminator of packs of single examples from one of examples with m times as many
    channels.

    Args:
        discriminator: built functional `keras.Model` of images `[P, H, W, m C]` (or vectors `[P, m
            D]`), and perhaps of conditions, which are packed alike: vectors of `m` times the
            components, or integer labels `[P, m]`, those of the images of a pack in their order.
        samples: m, examples in a pack. The paper has 2 to 4.
        name: name of the model; None for the discriminator's.

    Returns:
        A `keras.Model` from images `[N, H, W, C]`, and conditions as a generator takes them, to
        what the discriminator gives for the `P = N / m` packs of consecutive rows. N, on each
        device and in each micro-batch, must be a multiple of m.

    Raises:
        ValueError: if `samples` is not a positive integer, or does not divide what the
            discriminator takes.
    """
    positive_int("samples", samples)
    inputs = [_single(given, samples) for given in discriminator.inputs]
    packs = [Pack(samples)(x) for x in inputs]
    several = len(inputs) > 1
    # Not as a layer of its own: what is read off layers, as the number of classes, stays in sight.
    outputs = discriminator.call(packs if several else packs[0])
    return Model(inputs if several else inputs[0], outputs, name=name or discriminator.name)


def _single(given, samples):
    """The input for one example, of an input for a pack of them."""
    *rest, last = given.shape[1:] or (None,)
    is_labels = not rest and "int" in given.dtype
    if last is None or last % samples or (is_labels and last != samples):
        wanted = f"({samples},) labels" if is_labels else f"a last axis that {samples} divides"
        raise ValueError(
            f"A discriminator of packs of samples={samples} must take {wanted}. Received: input "
            f"{given.name!r} of shape {tuple(given.shape)}"
        )
    shape = () if is_labels else (*rest, last // samples)
    return Input(shape, dtype=given.dtype, name=given.name)
