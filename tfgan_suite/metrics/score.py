"""A score that says how it was made: its name, and the file in which it is kept."""

import dataclasses
import pathlib

from tfgan_suite.files import read_json, strict, write_json
from tfgan_suite.registration import public

# Names that belong to the 2015 Inception graph alone.
_INCEPTION_NAMES = {
    "frechet_distance": "FID",
    "frechet_distance_infinity": "FID-infinity",
    "kernel_distance": "KID",
    "classifier_score": "IS",
}


@public
def score_name(metric, num_samples, extractor=None):
    """The name under which a score stands in logs and tables.

    `frechet_distance-mnist-10000` is the Frechet distance of 10 000 generated images in the
    features of the extractor "mnist". `FID`, `KID` and `IS` name scores of the 2015 Inception graph
    alone: `FID-10000`.

    Args:
        metric: what was computed, such as "frechet_distance".
        num_samples: number of generated images.
        extractor: `FeatureExtractor`; `None` for a metric of pixels.
    """
    if extractor is None:
        return f"{metric}-{num_samples}"
    if extractor.inception_2015:
        return f"{_INCEPTION_NAMES.get(metric, f'{metric}-{extractor.name}')}-{num_samples}"
    return f"{metric}-{extractor.name}-{num_samples}"


@public
@dataclasses.dataclass(frozen=True)
class Score:
    """One figure, and all that has to be the same for another to be comparable.

    Attributes:
        metric: what was computed, such as "frechet_distance".
        name: see `score_name`.
        value: the figure.
        details: JSON-able dict of what else the metric gives, such as a standard error.
        protocol: JSON-able dict: "extractor" (`FeatureExtractor.description`: name, hash, image
            shape, resize method, preprocessing), "reference" (name, split, number and fingerprint
            of the real images), "num_samples", "seed", and whatever else decides the figure.
    """

    metric: str
    name: str
    value: float
    details: dict = dataclasses.field(default_factory=dict)
    protocol: dict = dataclasses.field(default_factory=dict)

    def to_dict(self):
        """A dict that strict JSON can hold."""
        return strict(dataclasses.asdict(self))

    def write(self, path):
        """Writes a JSON file, whole or not at all; folders that are missing are made."""
        path = pathlib.Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, self.to_dict())

    @classmethod
    def read(cls, path):
        """Reads what `write` wrote.

        Raises:
            FileNotFoundError: if there is no such file.
            ValueError: if it holds something else.
        """
        try:
            values = read_json(path)
            return cls(**{**values, "value": float(values["value"])})
        except (TypeError, KeyError, ValueError) as error:
            raise ValueError(
                f"{str(path)!r} holds no score. Received: {type(error).__name__}: {error}"
            ) from error
