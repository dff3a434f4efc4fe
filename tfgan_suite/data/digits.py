"""The handwritten digits that come with scikit-learn: real data without a download."""

import numpy as np

from tfgan_suite.data.arrays import array_source
from tfgan_suite.data.given_conditions import with_condition
from tfgan_suite.data.source import UnknownSplitError

TEST_SIZE = 297


def open_digits(split):
    """Opens the 1797 grey 8x8 digits of scikit-learn, 10 classes.

    The split is fixed and stratified by class: 1500 for training, 297 for testing.

    Args:
        split: `"train"` or `"test"`.

    Raises:
        UnknownSplitError: (a ValueError) if `split` is anything else.

    References:
        Alpaydin and Kaynak 1998, "Optical Recognition of Handwritten Digits", UCI repository.
    """
    if split not in ("train", "test"):
        raise UnknownSplitError(
            f'digits has the splits "train" and "test". Received: split={split!r}'
        )
    # scikit-learn takes a second to import, and only this source needs it.
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    images, labels = load_digits(return_X_y=True)
    parts = train_test_split(
        np.arange(len(images)), test_size=TEST_SIZE, stratify=labels, random_state=0
    )
    chosen = np.sort(parts[0] if split == "train" else parts[1])
    # Grey levels 0..16, so [-1, 1] is exact in float32 and would not be in uint8.
    images = (images[chosen].reshape(-1, 8, 8, 1) / 8.0 - 1.0).astype(np.float32)
    names = tuple(str(digit) for digit in range(10))
    return array_source("digits", images, *with_condition(labels[chosen], names))
