"""Whether the values of a latent code have become the classes of the data, up to their names."""

import numpy as np
import scipy.optimize

from tfgan_suite.metrics._arrays import checked_labels, finite_matrix, positive_integer
from tfgan_suite.registration import public


@public
def code_agreement(logits, codes, num_codes):
    """Fraction of images whose code, matched one-to-one to classes, is the class that is seen.

    The matching is the one with the most agreement (Kuhn 1955, "The Hungarian Method for the
    Assignment Problem"). A code that says nothing of K equally frequent classes scores about 1/K, a
    little more as the matching is chosen afterwards. The measure of InfoGAN's categorical code:
    Chen et al. 2016 (arXiv:1606.03657), section 7.2, where it is the accuracy of a classifier.

    Args:
        logits: real numbers `[N, K]`, a classifier's outputs for the images.
        codes: integers `[N]` in [0, num_codes): the values of the code they were made from.
        num_codes: number of values of the code.

    Returns:
        A JSON-able dict:
            "agreement": over all images;
            "matching": list of the class of each value of the code, `None` for a value left over;
            "confusion": num_codes lists of K counts, row = code, column = class seen;
            "samples": N.

    Raises:
        ValueError: if an argument is empty, of another shape, or out of range.
    """
    logits = finite_matrix(logits, "logits")
    num_codes = positive_integer(num_codes, "num_codes")
    count, num_classes = logits.shape
    codes = checked_labels(codes, count, num_codes, "`codes`")
    confusion = np.zeros([num_codes, num_classes], np.int64)
    np.add.at(confusion, (codes, logits.argmax(axis=1)), 1)
    rows, columns = scipy.optimize.linear_sum_assignment(confusion, maximize=True)
    matching = dict(zip(rows.tolist(), columns.tolist()))
    return {
        "agreement": float(confusion[rows, columns].sum() / count),
        "matching": [matching.get(code) for code in range(num_codes)],
        "confusion": confusion.tolist(),
        "samples": count,
    }
