"""Strips in which one latent code varies: what each code has come to mean."""

import pathlib

import keras
import numpy as np

from tfgan_suite import conditions, drawing
from tfgan_suite.callbacks.sampling import Sampler
from tfgan_suite.checks import positive_int
from tfgan_suite.registration import public


@public
class LatentTraversal(keras.callbacks.Callback):
    """Draws latent traversals when training ends, as `traversal.png`: InfoGAN's figure 2.

    Chen et al. 2016 (arXiv:1606.03657). In each row one code takes one value after the other and
    all other latents stay as they are. The rows of the first code come first, `rows` of them, each
    from other latents, which come back with every code. A categorical code takes its classes in
    turn, a continuous one values from `-span` to `span` in equal steps.

    With a generator of classes the k-th row of every code is of class k. For generators of points
    the rows are drawn in one scatter plot.

    Args:
        directory: created if absent.
        rows: rows of each code.
        columns: images in a row; None for 10, or for the most classes that a code has if those are
            more. A code with fewer classes begins anew.
        span: the largest value of a continuous code, > 0; the prior's largest is 1.
        components: indices of the latent components to vary, as continuous codes; None for the
            codes of the prior, or the first four components of a prior without codes.
        seed: integer seed of the other latents; the trainer's own sequence is not advanced.

    Raises:
        ValueError: if a number is out of range, there is no such component, or the generator's
            output cannot be drawn.
        OSError: if the directory cannot be written.
    """

    def __init__(self, directory, *, rows=2, columns=None, span=2.0, components=None, seed=0):
        super().__init__()
        positive_int("rows", rows)
        if columns is not None:
            positive_int("columns", columns)
        if isinstance(span, bool) or not isinstance(span, (int, float)) or not 0.0 < span < np.inf:
            raise ValueError(f"`span` must be a positive number. Received: span={span!r}")
        self.directory = pathlib.Path(directory)
        self.rows, self.columns, self.span, self.seed = rows, columns, span, seed
        self.components = components

    def on_train_begin(self, logs=None):
        self._sampler = Sampler(self.model)
        drawing.check_drawable(self._sampler.example_shape)
        self._latents, self._columns = self.latents(self.model.latent_prior)
        self.directory.mkdir(parents=True, exist_ok=True)

    def on_train_end(self, logs=None):
        latents, labels = self._latents.reshape(-1, self._latents.shape[-1]), None
        if self._sampler.classes:
            of_rows = conditions.balanced_labels(self.rows, self._sampler.classes)
            codes = len(self._latents) // self.rows
            labels = np.repeat(np.tile(of_rows, codes), self._columns)
        made = self._sampler.generate(latents, labels)
        drawing.write_png(self.directory / "traversal.png", drawing.draw(made, self._columns))

    def latents(self, prior):
        """The latents that are drawn, and their number in a row.

        Args:
            prior: of `tfgan_suite.latents`.

        Returns:
            float32 array `[codes * rows, columns, dim]`, and the int `columns`.
        """
        varied = self._varied(prior)
        sizes = [size for _, size, kind in varied if kind == "categorical"]
        columns = self.columns or max([10, *sizes])
        strips = []
        for start, size, kind in varied:
            strip = np.asarray(prior.sample(self.rows, self.seed))[:, np.newaxis]
            strip = np.repeat(strip, columns, axis=1)
            if kind == "categorical":
                values = np.eye(size)[np.arange(columns) % size]
            else:
                values = np.linspace(-self.span, self.span, columns)[:, np.newaxis]
            strip[:, :, start : start + size] = values
            strips.append(strip)
        return np.concatenate(strips), columns

    def _varied(self, prior):
        """List of `(first component, components, kind)` of what varies."""
        if self.components is None and prior.codes:
            return [(code.start, code.size, code.kind) for code in prior.codes]
        components = range(min(4, prior.dim)) if self.components is None else self.components
        if any(not 0 <= index < prior.dim for index in components):
            raise ValueError(
                f"`components` must be indices in [0, {prior.dim}). "
                f"Received: components={tuple(components)!r}"
            )
        return [(index, 1, "uniform") for index in components]
