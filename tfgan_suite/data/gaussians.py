"""Mixtures of 2-D Gaussians: the toy problem on which mode collapse can be counted."""

import math

import numpy as np

from tfgan_suite.checks import positive_int
from tfgan_suite.data.arrays import array_source
from tfgan_suite.data.given_conditions import with_condition
from tfgan_suite.data.source import only_train
from tfgan_suite.modalities import Vector
from tfgan_suite.registration import public

KINDS = ("ring", "grid")


@public
class GaussianMixture:
    """Equally likely isotropic Gaussians in the plane.

    The defaults are those of the literature. `"ring"`: 8 modes evenly on a circle of radius 2,
    standard deviation 0.02. `"grid"`: 25 modes on a 5 by 5 grid centred on the origin, spacing 2,
    standard deviation 0.05. The points are *not* in [-1, 1]: a generator of points ends in a
    linear layer, not in tanh.

    Args:
        kind: `"ring"` or `"grid"`.
        modes: number of Gaussians; a square number for the grid.
        radius: radius of the ring.
        spacing: distance between neighbours of the grid.
        stddev: standard deviation of each Gaussian, along each axis.
        num_examples: number of points in an epoch. They are drawn once, so every epoch has the
            same points, and its length is known.

    Attributes:
        centers: the means, float64 `[modes, 2]`. The ring starts at (radius, 0) and goes
            counterclockwise; the grid goes row by row from its lower left corner.
        stddev: the standard deviation.

    Raises:
        ValueError: if a number is out of range or belongs to the other kind.

    References:
        Metz et al. 2016, "Unrolled Generative Adversarial Networks", arXiv:1611.02163 (ring).
        Srivastava et al. 2017, "VEEGAN", arXiv:1705.07761 (grid).
    """

    def __init__(
        self,
        kind="ring",
        modes=None,
        radius=None,
        spacing=None,
        stddev=None,
        num_examples=65536,
    ):
        if kind not in KINDS:
            raise ValueError(f"`kind` must be one of {KINDS}. Received: kind={kind!r}")
        foreign, value = ("spacing", spacing) if kind == "ring" else ("radius", radius)
        if value is not None:
            raise ValueError(f"A {kind} has no `{foreign}`. Received: {foreign}={value!r}")
        self.kind = kind
        default = 8 if kind == "ring" else 25
        self.modes = positive_int("modes", default if modes is None else modes)
        self.stddev = _positive("stddev", stddev, 0.02 if kind == "ring" else 0.05)
        self.num_examples = positive_int("num_examples", num_examples)
        self.radius = _positive("radius", radius, 2.0) if kind == "ring" else None
        self.spacing = _positive("spacing", spacing, 2.0) if kind == "grid" else None
        if kind == "ring":
            angles = 2.0 * np.pi * np.arange(self.modes) / self.modes
            circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
            self.centers = self.radius * circle
        else:
            side = math.isqrt(self.modes)
            if side**2 != self.modes:
                raise ValueError(
                    f"`modes` of a grid must be a square number. Received: modes={modes!r}"
                )
            ticks = self.spacing * (np.arange(side) - (side - 1) / 2.0)
            self.centers = np.stack([np.tile(ticks, side), np.repeat(ticks, side)], axis=1)

    @property
    def name(self):
        """The name under which `load` knows the mixture."""
        return f"gaussians/{self.kind}"

    def fingerprint(self):
        """JSON-able dict of everything that decides how points are drawn, but the seed."""
        return {
            "kind": self.name,
            "modes": self.modes,
            "radius": self.radius,
            "spacing": self.spacing,
            "stddev": self.stddev,
            "count": self.num_examples,
        }

    def sample(self, n, seed, labels=False):
        """Draws points.

        Args:
            n: number of points.
            seed: non-negative int; the same seed gives the same points.
            labels: whether to return the modes as well.

        Returns:
            float64 points `[n, 2]`, or `(points, modes)` with int32 modes `[n]`, which index
            `centers`.
        """
        positive_int("n", n)
        generator = np.random.default_rng(seed)
        modes = generator.integers(self.modes, size=n, dtype=np.int32)
        points = self.centers[modes] + self.stddev * generator.standard_normal((n, 2))
        return (points, modes) if labels else points


def open_gaussians(source, split, seed):
    """Opens a mixture, given as an instance or as `"gaussians"`, `"gaussians/<kind>"`.

    Args:
        source: name or `GaussianMixture`.
        split: must be `"train"`.
        seed: seed of the points.

    Raises:
        ValueError: if the kind or the split is unknown.
    """
    if isinstance(source, str):
        _, _, kind = source.partition("/")
        if kind not in ("", *KINDS):
            raise ValueError(
                "The mixtures with a name are gaussians (a ring), gaussians/ring and "
                f"gaussians/grid. Received: source={source!r}"
            )
        source = GaussianMixture(kind or "ring")
    only_train(split, source.name)
    points, modes = source.sample(source.num_examples, seed, labels=True)
    return array_source(
        source.name,
        points.astype(np.float32),
        *with_condition(modes, classes=source.modes),
        kind=Vector,
        fingerprint=source.fingerprint,
    )


def _positive(name, value, default):
    value = default if value is None else value
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < math.inf:
        raise ValueError(f"`{name}` must be a positive number. Received: {name}={value!r}")
    return float(value)
