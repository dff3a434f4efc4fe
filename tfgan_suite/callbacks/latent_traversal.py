"""Pictures in whose rows one latent code varies, when training ends."""

import pathlib

import keras
import numpy as np

from tfgan_suite import drawing
from tfgan_suite.checks import positive_int, positive_int_or_none
from tfgan_suite.generation import Generate, traverse
from tfgan_suite.generation.rows_of_conditions import check_drawable
from tfgan_suite.generation.traversal import draw_traversal
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
        condition: one for each row of a code, as `generation.Generate.of` takes it; None for the
            classes in turn, or for what else the generator's interface chooses.

    Raises:
        ValueError: if a number is out of range, there is no such component, or the generator's
            output cannot be drawn.
        OSError: if the directory cannot be written.
    """

    def __init__(
        self,
        directory,
        *,
        rows=2,
        columns=None,
        span=2.0,
        components=None,
        seed=0,
        condition=None,
    ):
        super().__init__()
        if isinstance(span, bool) or not isinstance(span, (int, float)) or not 0.0 < span < np.inf:
            raise ValueError(f"`span` must be a positive number. Received: span={span!r}")
        self.directory = pathlib.Path(directory)
        self.rows = positive_int("rows", rows)
        self.columns = positive_int_or_none("columns", columns)
        self.span, self.seed = span, seed
        self.components, self.condition = components, condition

    def on_train_begin(self, logs=None):
        self._generate = Generate(self.model)
        check_drawable(self._generate.modality)
        self._latents = self.latents(self._generate.prior)
        # Now, not after the training: it may turn out that nobody knows what to ask for.
        self._of_rows = self._generate.condition_or(self.condition, self.rows, self.seed)
        self.directory.mkdir(parents=True, exist_ok=True)

    def on_train_end(self, logs=None):
        pixels = draw_traversal(self._generate, self._latents, self._of_rows)
        drawing.write_png(self.directory / "traversal.png", pixels)

    def latents(self, prior):
        """The latents that are drawn, of a prior of `tfgan_suite.latents`; see `traverse`."""
        options = (self.rows, self.columns, self.span, self.components, self.seed)
        return traverse(prior, *options)
