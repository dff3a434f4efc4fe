"""How well a score tells two sets apart, whatever its scale and zero."""

import numpy as np

from tfgan_suite.registration import public


@public
def separation(upper, lower):
    """The fraction of pairs in which the first is above the second; ties count half.

    The area under the ROC curve: 1 where all of `upper` is above all of `lower`, 0.5 by chance.

    Args:
        upper: numbers `[N]`, the logits of real images for example.
        lower: numbers `[M]`.

    Returns:
        A float in [0, 1].
    """
    difference = np.asarray(upper)[:, None] - np.asarray(lower)
    return float(np.mean(difference > 0) + 0.5 * np.mean(difference == 0))
