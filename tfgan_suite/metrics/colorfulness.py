"""How colourful images are, and translators that colour grey ones."""

import numpy as np

from tfgan_suite.metrics._image_pairs import nothing
from tfgan_suite.metrics.image_similarity import SSIM
from tfgan_suite.registration import public


@public
def colorfulness(images):
    """The colourfulness of each image, from the opponent colours red-green and yellow-blue.

    `sqrt(var(rg) + var(yb)) + 0.3 sqrt(mean(rg)^2 + mean(yb)^2)` over the pixels of an image, with
    `rg = R - G` and `yb = (R + G) / 2 - B` in levels from 0 to 255. 0 is grey; in its authors'
    experiments 15 was "slightly", 45 "averagely" and 82 "highly" colourful.

    References:
        Hasler and Suesstrunk 2003, "Measuring Colourfulness in Natural Images", SPIE 5007, the
        metric M^(3).

    Args:
        images: float array `[N, H, W, 3]` in [-1, 1].

    Returns:
        float64 array `[N]`.

    Raises:
        ValueError: if the images have another shape.
    """
    images = np.asarray(images, np.float64)
    if images.ndim != 4 or images.shape[-1] != 3:
        raise ValueError(
            f"Colours are those of RGB images (N, H, W, 3). Received: shape {images.shape}"
        )
    red, green, blue = np.moveaxis(127.5 * (images + 1.0), -1, 0)
    opponents = np.stack([red - green, (red + green) / 2.0 - blue])  # [2, N, H, W]
    spread = np.sqrt(opponents.var(axis=(2, 3)).sum(axis=0))
    return spread + 0.3 * np.linalg.norm(opponents.mean(axis=(2, 3)), axis=0)


@public
class ColorizationEvaluator:
    """How colourful coloured images are, and how far off the grey ones are themselves.

    Called as `evaluator(translate, seed=...)`, where `translate(images)` returns float32 images, it
    returns the mean `colorfulness` of what a translator makes, `real_colorfulness` of the images
    that it should make, `grey_l1` and `grey_ssim` of the grey image in place of a coloured one (see
    `TranslationEvaluator`), and `num_examples`.

    Args:
        pairs: iterable of batches `(images, inputs)` in [-1, 1], of three channels and one.
        name: of the scores.
    """

    def __init__(self, pairs, name="colours"):
        self.pairs = pairs
        self.name = name

    def __call__(self, translate, seed=None):
        """Scores a function from grey images to coloured ones; `seed` is not used."""
        made, real, grey_errors, ssim = [], [], [], SSIM()
        for images, inputs in self.pairs:
            images, inputs = (np.asarray(x, np.float32) for x in (images, inputs))
            made.append(colorfulness(translate(inputs)))
            real.append(colorfulness(images))
            grey = np.repeat(inputs, 3, axis=-1)
            grey_errors.append(np.abs(images.astype(np.float64) - grey).mean(axis=(1, 2, 3)))
            ssim.update_state(images, grey)
        if not made:
            raise nothing("pairs", "pair")
        means = {
            "colorfulness": made, "real_colorfulness": real, "grey_l1": grey_errors,
        }  # fmt: skip
        return {
            **{name: float(np.concatenate(values).mean()) for name, values in means.items()},
            "grey_ssim": float(ssim.result()),
            "num_examples": sum(map(len, made)),
        }
