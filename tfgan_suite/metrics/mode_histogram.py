"""How many modes of a distribution with many a generator reaches, and how evenly."""

import numpy as np

from tfgan_suite.metrics._arrays import finite_matrix, positive_integer
from tfgan_suite.registration import public


@public
def mode_histogram(modes, num_modes, law=None):
    """The number of modes reached, and the reverse KL divergence of their histogram.

    The divergence is KL(generated || real), in nats: the sum of q log(q / p) over the modes that
    were generated, with q their shares of the samples. It is 0 where the shares are those of the
    law, and log(K / M) of M modes of K equally likely ones in equal shares. Of N samples of the law
    itself it is about (K - 1) / 2N, and not all modes are reached: "expected_modes" says how many.

    Args:
        modes: integers `[N]` from 0 to K - 1: the mode of each sample, as a classifier sees it.
        num_modes: K.
        law: K probabilities of the modes in the data; None for equal ones, as is usual.

    Returns:
        A JSON-able dict:
            "modes_reached": modes with at least one sample; "modes": K;
            "expected_modes": how many N samples of the law reach on average,
            the sum of 1 - (1 - p)^N;
            "reverse_kl": the divergence in nats, infinite where a mode was generated that the law
            does not have;
            "samples": N.

    Raises:
        ValueError: if the modes are not such integers, or the law is none.

    References:
        Lin et al. 2018, "PacGAN: The power of two samples in generative adversarial networks",
        arXiv:1712.04086: StackedMNIST, about 26,000 samples.
        Metz et al. 2017, "Unrolled Generative Adversarial Networks", arXiv:1611.02163.

    Example:
        >>> found = mode_histogram([0, 0, 1, 1], num_modes=4)
        >>> found["modes_reached"], round(found["reverse_kl"], 4)
        (2, 0.6931)
    """
    num_modes = positive_integer(num_modes, "num_modes")
    modes = np.asarray(modes)
    if modes.ndim != 1 or not modes.size or modes.dtype.kind not in "iu":
        raise ValueError(
            "`modes` must be integers [N], at least one. "
            f"Received: shape {modes.shape}, dtype {modes.dtype}"
        )
    if modes.min() < 0 or modes.max() >= num_modes:
        raise ValueError(
            f"`modes` must be integers from 0 to {num_modes - 1}. "
            f"Received: from {modes.min()} to {modes.max()}"
        )
    law = np.full(num_modes, 1.0 / num_modes) if law is None else _checked(law, num_modes)
    counts = np.bincount(modes, minlength=num_modes)
    reached = counts > 0
    shares = counts[reached] / len(modes)
    with np.errstate(divide="ignore"):
        divergence = float(np.sum(shares * np.log(shares / law[reached])))
    return {
        "modes_reached": int(np.count_nonzero(reached)),
        "modes": num_modes,
        "expected_modes": float(np.sum(1.0 - (1.0 - law) ** len(modes))),
        "reverse_kl": max(divergence, 0.0),  # rounding alone makes it negative
        "samples": len(modes),
    }


def _checked(law, num_modes):
    law = finite_matrix(np.asarray(law)[None], "law", columns=num_modes)[0]
    if law.min() < 0 or abs(law.sum() - 1.0) > 1e-6:
        raise ValueError(
            f"`law` must be {num_modes} probabilities, which add up to 1. "
            f"Received: from {law.min()}, adding up to {law.sum()}"
        )
    return law
