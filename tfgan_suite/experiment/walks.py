"""Walks between latents as an animated picture."""

import numpy as np
from PIL import Image as Pictures

from tfgan_suite.files import replacing
from tfgan_suite.generation import interpolate
from tfgan_suite.generation.rows_of_conditions import check_drawable, draw_rows
from tfgan_suite.generation.truncation import truncate

SUFFIX = ".gif"
STEPS = 16  # pictures from one end to the other
MILLISECONDS = 80  # that each is seen


def write_walk(path, generate, condition, columns, count, walks, seed):
    """Writes a GIF file in which each example walks from some latents to others, and back.

    Args:
        path: the file, whose directory is made.
        generate: the `Generate`.
        condition: of each example, as `Generate.of` takes it.
        columns: examples in a row.
        count: number of examples.
        walks: number of different walks: the k-th examples of all conditions have the same.
        seed: integer seed of the ends.

    Returns:
        The path.

    Raises:
        ValueError: if what the generator makes cannot be drawn.
        OSError: if the file cannot be written.
    """
    check_drawable(generate.modality)
    prior = generate.interface.source
    ways = np.resize(interpolate(prior, walks, STEPS, seed), (count, STEPS, prior.dim))
    frames = []
    for step in range(STEPS):
        latents = ways[:, step].astype(np.float32)
        if generate.truncation != 1.0:
            latents = truncate(prior, latents, generate.truncation)
        pixels = draw_rows(generate, generate.of(latents, condition), condition, columns)
        frames.append(Pictures.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels))
    first, *others = frames
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        first.save(
            temporary,
            format="GIF",
            save_all=True,
            append_images=[*others, *others[-2::-1]],
            duration=MILLISECONDS,
            loop=0,
        )
    return path
