"""Sliced Wasserstein distance of patches, one figure for each level of a Laplacian pyramid."""

import numpy as np
import scipy.ndimage

from tfgan_suite.metrics._arrays import positive_integer
from tfgan_suite.metrics._images import checked_images
from tfgan_suite.registration import public

_KERNEL = np.array([1, 4, 6, 4, 1]) / 16


@public
def laplacian_pyramid(images, levels):
    """Band-pass levels of images, from the finest to the low-pass rest.

    Each level is what a 5 x 5 binomial filter, halving and doubling lose of the one before;
    borders are mirrored about the outermost pixel.

    References:
        Burt & Adelson 1983, "The Laplacian Pyramid as a Compact Image Code", IEEE Transactions on
        Communications 31(4).

    Args:
        images: real numbers of shape `[N, H, W, C]`; both sides divisible by `2**(levels - 1)`.
        levels: number of levels, at least 1.

    Returns:
        List of float32 arrays `[N, H / 2**l, W / 2**l, C]`.

    Raises:
        ValueError: if a side is not divisible.
    """
    factor = 2 ** (positive_integer(levels, "levels") - 1)
    if images.shape[1] % factor or images.shape[2] % factor:
        raise ValueError(
            f"{levels} levels need both sides divisible by {factor}. "
            f"Received: shape={images.shape}"
        )
    pyramid = [np.asarray(images, np.float32)]
    for _ in range(levels - 1):
        pyramid.append(_blur(pyramid[-1])[:, ::2, ::2])
        doubled = np.zeros_like(pyramid[-2])
        doubled[:, ::2, ::2] = 4 * pyramid[-1]
        pyramid[-2] = pyramid[-2] - _blur(doubled)
    return pyramid


@public
def sliced_wasserstein_distance(
    real,
    generated,
    *,
    min_size=16,
    patches_per_image=128,
    patch_size=7,
    projections=512,
    seed=0,
):
    """Distance of the laws of small patches, at every scale: of texture, not of content.

    Random patches of each level of the Laplacian pyramid are normalized by the mean and the
    standard deviation of each channel over the set's patches, and projected on random directions;
    the distance is the mean absolute difference of the sorted projections. Published figures are
    1000 times these. Equal sets with one seed are at distance 0; two samples of one law are not.

    References:
        Karras et al. 2018, "Progressive Growing of GANs for Improved Quality, Stability, and
        Variation", arXiv:1710.10196, section 5: 16 384 images, 128 patches of 7 x 7 pixels of
        each, levels down to 16 pixels; 512 projections as in the paper's code.

    Args:
        real: floating point array of shape `[N, H, W, C]` in [-1, 1].
        generated: the same for the generated images; as many, of the same shape.
        min_size: levels are added while the shorter side, halved, is even and at least this.
        patches_per_image: patches to draw of each image and level.
        patch_size: side of a patch in pixels, odd, at most the shorter side of the last level.
        projections: number of random directions.
        seed: int, of the patches and directions.

    Returns:
        A JSON-able dict:
            "sliced_wasserstein": the mean over the levels;
            "levels": dict from a level's shorter side in pixels, as a string, to its distance.

    Raises:
        ValueError: if the sets are empty, of different shapes, NaN, infinite or out of range, or a
            patch is even or larger than a level.
    """
    # Own: TF-GAN's takes square RGB images only, draws from unseeded global generators, and
    # normalizes every patch by itself where the paper normalizes the set.
    real, generated = checked_images(real, "real"), checked_images(generated, "generated")
    if real.shape != generated.shape:
        raise ValueError(
            "`real` and `generated` must be as many images of one shape. "
            f"Received: {real.shape} and {generated.shape}"
        )
    for name, value in (("patches_per_image", patches_per_image), ("projections", projections)):
        positive_integer(value, name)
    levels = _number_of_levels(real.shape[1:3], positive_integer(min_size, "min_size"))
    smallest = min(real.shape[1:3]) // 2 ** (levels - 1)
    if positive_integer(patch_size, "patch_size") % 2 == 0 or patch_size > smallest:
        raise ValueError(
            f"`patch_size` must be odd and at most {smallest}, the side of the last level. "
            f"Received: patch_size={patch_size}"
        )
    distances = {}
    pyramids = (laplacian_pyramid(images, levels) for images in (real, generated))
    for level, pair in enumerate(zip(*pyramids)):
        # The same patches and directions of both sets: equal sets are at distance 0.
        a, b = (
            _patches(images, patches_per_image, patch_size, np.random.default_rng([seed, level]))
            for images in pair
        )
        rng = np.random.default_rng([seed, level, 1])
        side = str(min(pair[0].shape[1:3]))
        distances[side] = _sliced_distance(a, b, projections, rng)
    return {"sliced_wasserstein": float(np.mean(list(distances.values()))), "levels": distances}


def _blur(images):
    for axis in (1, 2):
        images = scipy.ndimage.convolve1d(images, _KERNEL, axis=axis, mode="mirror")
    return images


def _number_of_levels(sides, min_size):
    levels, side, factor = 1, min(sides), 2
    while side // 2 >= min_size and not any(length % factor for length in sides):
        levels, side, factor = levels + 1, side // 2, factor * 2
    return levels


def _patches(images, per_image, size, rng):
    """Random patches `[N * per_image, size * size * C]`, normalized channel by channel."""
    count, height, width, channels = images.shape
    shape = (count * per_image, 1, 1)
    offsets = np.arange(size)
    y = rng.integers(0, height - size + 1, shape) + offsets[:, None]
    x = rng.integers(0, width - size + 1, shape) + offsets
    image = np.repeat(np.arange(count), per_image)[:, None, None]
    patches = images[image, y, x]
    mean = patches.mean(axis=(0, 1, 2), dtype=np.float64)
    std = patches.std(axis=(0, 1, 2), dtype=np.float64)
    # A channel without any variation stays at zero instead of becoming NaN.
    patches = (patches - mean.astype(np.float32)) / np.where(std > 0, std, 1).astype(np.float32)
    return patches.reshape(len(patches), -1)


def _sliced_distance(a, b, projections, rng):
    directions = rng.normal(size=(a.shape[1], projections))
    directions /= np.linalg.norm(directions, axis=0)
    distances = [
        # One direction at a time: all would take `projections` float64 columns of either set.
        np.mean(np.abs(np.sort(a @ direction) - np.sort(b @ direction)))
        for direction in directions.T
    ]
    return float(np.mean(distances))
