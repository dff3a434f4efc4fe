"""Walks between latents: a generator that has learned, not memorized, changes smoothly."""

import pathlib

import keras
import numpy as np

from tfgan_suite import conditions, drawing
from tfgan_suite.callbacks.sampling import Sampler
from tfgan_suite.registration import public


@public
class LatentInterpolation(keras.callbacks.Callback):
    """Draws interpolations between random latents when training ends, as `interpolation.png`.

    Each row goes from one latent vector to another. Normal latents are interpolated along the great
    circle (White 2016, arXiv:1609.04468): points on the chord have a norm that the prior never
    gives. Uniform ones are interpolated linearly, and categorical codes change in the middle. With
    a generator of classes each row is of one class. For generators of points the rows are the
    walks, drawn in one scatter plot.

    Args:
        directory: created if absent.
        rows: walks.
        columns: images in each walk, both ends included; at least 2.
        seed: integer seed of the ends; the trainer's own sequence is not advanced.

    Raises:
        ValueError: if a number is out of range or the generator's output cannot be drawn.
        OSError: if the directory cannot be written.
    """

    def __init__(self, directory, *, rows=8, columns=10, seed=0):
        super().__init__()
        for name, value, least in (("rows", rows, 1), ("columns", columns, 2)):
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise ValueError(
                    f"`{name}` must be an integer of at least {least}. Received: {name}={value!r}"
                )
        self.directory = pathlib.Path(directory)
        self.rows, self.columns, self.seed = rows, columns, seed

    def on_train_begin(self, logs=None):
        self._sampler = Sampler(self.model, batch_size=min(self.rows * self.columns, 256))
        drawing.check_drawable(self._sampler.example_shape)
        self.directory.mkdir(parents=True, exist_ok=True)

    def on_train_end(self, logs=None):
        ends = np.asarray(self.model.sample_latents(2 * self.rows, seed=self.seed))
        t = np.linspace(0.0, 1.0, self.columns)
        walks = [
            _PATHS[part.kind](ends[: self.rows, part.columns], ends[self.rows :, part.columns], t)
            for part in self.model.latent_prior.parts
        ]
        labels = None
        if self._sampler.classes:
            of_rows = conditions.balanced_labels(self.rows, self._sampler.classes)
            labels = np.repeat(of_rows, self.columns)
        latents = np.concatenate(walks, axis=-1)
        made = self._sampler.generate(latents.reshape(-1, latents.shape[-1]), labels)
        drawing.write_png(
            self.directory / "interpolation.png", drawing.draw(made, self.columns)
        )


def linear(start, end, t):
    """(1 - t) start + t end: `[N, D]`, `[N, D]`, `[T]` -> `[N, T, D]`, in float64."""
    start, end = (np.asarray(z, np.float64)[:, np.newaxis] for z in (start, end))
    t = np.asarray(t)[:, np.newaxis]
    return (1.0 - t) * start + t * end


def spherical(start, end, t):
    """sin((1 - t) omega) / sin(omega) start + sin(t omega) / sin(omega) end.

    omega is the angle between the two; linear where they are (anti)parallel or one is zero, as
    there is no one great circle then.

    Args:
        start, end: `[N, D]`.
        t: `[T]`, in [0, 1].

    Returns:
        float64 array `[N, T, D]`.
    """
    start, end = np.asarray(start, np.float64), np.asarray(end, np.float64)
    norms = np.linalg.norm(start, axis=1) * np.linalg.norm(end, axis=1)
    cosine = np.sum(start * end, axis=1) / np.where(norms > 0.0, norms, 1.0)
    omega = np.arccos(np.clip(cosine, -1.0, 1.0))[:, np.newaxis, np.newaxis]
    sine = np.sin(omega)
    t = np.asarray(t)[np.newaxis, :, np.newaxis]
    straight = (sine < 1e-6) | (norms == 0.0)[:, np.newaxis, np.newaxis]
    sine = np.where(straight, 1.0, sine)
    first = np.where(straight, 1.0 - t, np.sin((1.0 - t) * omega) / sine)
    second = np.where(straight, t, np.sin(t * omega) / sine)
    return first * start[:, np.newaxis] + second * end[:, np.newaxis]


def abrupt(start, end, t):
    """`start` for t < 1/2, then `end`: `[N, D]`, `[N, D]`, `[T]` -> `[N, T, D]`, in float64."""
    start, end = (np.asarray(z, np.float64)[:, np.newaxis] for z in (start, end))
    return np.where(np.asarray(t)[:, np.newaxis] < 0.5, start, end)


# How parts of a latent vector are walked, by their kinds.
_PATHS = {"normal": spherical, "uniform": linear, "categorical": abrupt}
