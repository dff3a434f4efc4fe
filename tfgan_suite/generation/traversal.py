"""Latents of which one code varies: what each code has come to mean."""

import numpy as np

from tfgan_suite.generation.given_conditions import again, in_order, repeated
from tfgan_suite.generation.rows_of_conditions import check_drawable, draw_rows
from tfgan_suite.registration import public


@public
def traverse(prior, rows=2, columns=None, span=2.0, components=None, seed=0):
    """Latents in whose rows one code takes one value after the other, all others staying.

    The traversals of Chen et al. 2016 (arXiv:1606.03657), figure 2. The rows of the first code come
    first, each from other latents, which come back with every code. A categorical code takes its
    classes in turn, a continuous one values from `-span` to `span` in equal steps.

    Args:
        prior: of `tfgan_suite.latents`.
        rows: rows of each code.
        columns: latents in a row; None for 10, or for the most classes that a code has if those are
            more. A code with fewer classes begins anew.
        span: the largest value of a continuous code; the prior's largest is 1.
        components: indices of the latent components to vary, as continuous codes; None for the
            codes of the prior, or the first four components of a prior without codes.
        seed: integer seed of the other latents.

    Returns:
        float32 array `[codes * rows, columns, dim]`.

    Raises:
        ValueError: if there is no such component.
    """
    varied = _varied(prior, components)
    sizes = [size for _, size, kind in varied if kind == "categorical"]
    columns = columns or max([10, *sizes])
    strips = []
    for start, size, kind in varied:
        strip = np.asarray(prior.sample(rows, seed))[:, np.newaxis]
        strip = np.repeat(strip, columns, axis=1)
        if kind == "categorical":
            values = np.eye(size)[np.arange(columns) % size]
        else:
            values = np.linspace(-span, span, columns)[:, np.newaxis]
        strip[:, :, start : start + size] = values
        strips.append(strip)
    return np.concatenate(strips)


def _varied(prior, components):
    """List of `(first component, components, kind)` of what varies."""
    if components is None and prior.codes:
        return [(code.start, code.size, code.kind) for code in prior.codes]
    components = range(min(4, prior.dim)) if components is None else components
    if any(not 0 <= index < prior.dim for index in components):
        raise ValueError(
            f"`components` must be indices in [0, {prior.dim}). "
            f"Received: components={tuple(components)!r}"
        )
    return [(index, 1, "uniform") for index in components]


def draw_traversal(generate, latents, condition=None):
    """A picture in whose rows codes vary.

    Args:
        generate: a `Generate`.
        latents: what `traverse` returned, `[codes * rows, columns, dim]`.
        condition: one for each row of a code, as `Generate.of` takes it: the k-th row of every code
            is of the k-th; None where the generator takes none.

    Returns:
        uint8 array `[height, width, 1 or 3]`.

    Raises:
        ValueError: if what the generator makes cannot be drawn.
    """
    check_drawable(generate.modality)
    count, columns, dim = latents.shape
    condition = repeated(again(in_order(generate.interface, condition), count), columns)
    made = generate.of(latents.reshape(-1, dim), condition)
    return draw_rows(generate, made, condition, columns)
