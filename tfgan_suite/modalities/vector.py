"""Vectors: points of the plane, or of any number of components."""

import numpy as np

from tfgan_suite import drawing
from tfgan_suite.checks import positive_int
from tfgan_suite.files import replacing
from tfgan_suite.modalities.modality import Modality
from tfgan_suite.registration import register


@register
class Vector(Modality):
    """Vectors `[N, dim]` of floats of any range.

    Drawn as a scatter plot: of the two components of points of the plane, of a single component
    against its rank, else of the two directions in which real vectors (without them, the vectors
    themselves) vary most. Written as one CSV file. Exported models call them `vectors`.

    Args:
        dim: number of components.

    Raises:
        ValueError: if `dim` is not a positive integer.

    Example:
        >>> Vector(2).draw(np.random.normal(size=[100, 2])).shape
        (512, 512, 3)
    """

    kind, noun, key = "vector", "vectors", "vectors"
    grid = (2048, 1)
    in_rows = False

    def __init__(self, dim):
        self.dim = positive_int("dim", dim)
        self.row = (dim,)

    def draw(self, examples, columns=None, real=None):
        examples = np.asarray(examples, np.float64)
        points, real = self._in_the_plane(examples, real)
        return drawing.scatter(points, drawing.limits(points if real is None else real), real)

    def draw_real(self, real, columns=None):
        return self.draw(real[:0], columns, real)  # as they are beneath generated ones

    def _in_the_plane(self, examples, real):
        """Examples, and real ones or None, as points `[N, 2]`."""
        real = None if real is None else np.asarray(real, np.float64)
        if self.dim == 2:
            return examples, real
        if self.dim == 1:
            return _ranked(examples), None if real is None else _ranked(real)
        reference = examples if real is None else real
        reference = reference[np.isfinite(reference).all(axis=1)]
        if len(reference) < 2:
            return examples[:, :2], None if real is None else real[:, :2]
        centre = reference.mean(axis=0)
        _, _, directions = np.linalg.svd(reference - centre, full_matrices=False)
        plane = directions[:2].T
        if plane.shape[1] < 2:
            plane = np.eye(self.dim)[:, :2]
        projected = (examples - centre) @ plane
        return projected, None if real is None else (real - centre) @ plane

    def write(self, examples, folder, prefix=""):
        path = folder / f"{prefix}vectors.csv"
        header = ",".join(f"component {index}" for index in range(self.dim))
        with replacing(path) as temporary:
            np.savetxt(temporary, np.asarray(examples), "%.9g", ",", header=header, comments="")
        return [path]

    def get_config(self):
        return {"dim": self.dim}


def _ranked(column):
    """Points of a column's sorted values over ranks in [0, 1]."""
    values = np.sort(column[:, 0])
    return np.stack([np.linspace(0.0, 1.0, len(values)), values], axis=1)
