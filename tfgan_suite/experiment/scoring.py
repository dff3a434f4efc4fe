"""Scores of generators against a data set, with their protocol: JSON, a table, drawing."""

import datetime
import pathlib
import re
import time

import numpy as np

from tfgan_suite import drawing
from tfgan_suite.experiment import reports
from tfgan_suite.experiment.run_record import versions
from tfgan_suite.experiment.generators import NOISE, REAL, open_generator
from tfgan_suite.experiment.judges import comparing_evaluator, make_extractor
from tfgan_suite.experiment.real_data import RealData
from tfgan_suite.files import write_json
from tfgan_suite.metrics import check_scores, nearest_neighbours
from tfgan_suite.metrics.feature_evaluator import DEFAULT_SCORES
from tfgan_suite.modalities import Image

SAMPLES = 10_000
# In the pictures: images of the grid; of the neighbours, rows and images in one.
GRID, GRID_COLUMNS, NEIGHBOUR_ROWS, NEIGHBOURS = 64, 8, 10, 7


def score(
    sources,
    data_source,
    *,
    split="test",
    metrics=None,
    extractor="classifier",
    samples=SAMPLES,
    seed=0,
    to=None,
    image_size=None,
    channels=None,
    data_dir=None,
    best=False,
    command=(),
):
    """Judges generators against one data set and writes what was found.

    Written to a folder are `scores.json`, `scores.md`, a grid `NAME.png` of what was judged of each
    generator, and `NAME-neighbours.png` where nearest neighbours are asked for.

    Args:
        sources: what to judge, each as `open_generator` takes it; all of one image shape.
        data_source: the real images, as `data.load` takes them; at the generators' image shape.
        split: of the real images.
        metrics: names of scores (see `metrics.known_scores`); None for the usual ones.
        extractor: see `make_extractor`.
        samples: images of each generator.
        seed: of these images.
        to: the folder; None for one in `evaluations` of the run, or here, named by the protocol.
        image_size, channels: of the real images where no generator decides them.
        data_dir: as `data.load` takes it.
        best: whether of runs the best checkpoint is judged.
        command: list of strings, the command, for the record.

    Returns:
        `(folder, results)`; a result is a dict of "generator", "data", "scores" (a list of
        `Score`) and numbers.

    Raises:
        ValueError: if a source, a split, a name or an image is not as described.
        FileNotFoundError: if an extractor's file is not there.
    """
    if metrics is not None:
        check_scores(metrics)
    generators, shape = _open(sources, best, data_dir, image_size, channels)
    if shape is not None:
        image_size, channels = shape[:2], shape[2]
    real = RealData(
        data_source, image_size=image_size, channels=channels, split=split, data_dir=data_dir
    )
    if metrics is None:
        metrics = (*DEFAULT_SCORES, *(["class_coverage"] if real.facts.num_classes else []))
    evaluator = comparing_evaluator(real, make_extractor(extractor, real), metrics, samples)
    folder = pathlib.Path(to or _folder(generators, evaluator, seed))
    folder.mkdir(parents=True, exist_ok=True)
    results = []
    for generator in generators:
        if generator.name == NOISE:
            generator.modality = Image(*real.reference.images.shape[1:])
        results.append(_judge(generator, evaluator, real, seed, folder))
    write_json(
        folder / "scores.json",
        {
            "command": list(command),
            "made": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "versions": versions(),
            "results": [
                {**result, "scores": [score.to_dict() for score in result["scores"]]}
                for result in results
            ],
        },
    )
    (folder / "scores.md").write_text(reports.markdown(results, command), encoding="utf-8")
    return folder, results


def _open(sources, best, data_dir, image_size, channels):
    """Opens the generators; returns them and their common image shape, None if none has one."""
    models = {
        text: open_generator(text, best=best)
        for text in sources
        if text != NOISE and not text.startswith(REAL)
    }
    for text, generator in models.items():
        if generator.modality.kind != Image.kind:
            raise ValueError(
                "Against a data set, generators of images are judged; of another kind, a run is "
                f"judged by its recipe's evaluators, without --data. Received: {text}, which makes "
                f"{generator.modality.noun}"
            )
    shapes = {generator.modality.shape for generator in models.values()}
    if len(shapes) == 1:
        (shape,) = shapes
        image_size, channels = shape[:2], shape[2]
    # Real images stand in for those of the trained generators, at their size.
    opened = {
        text: models.get(text)
        or open_generator(text, image_size=image_size, channels=channels, data_dir=data_dir)
        for text in sources
    }
    modalities = {text: g.modality for text, g in opened.items() if g.modality is not None}
    shapes = {modality.shape for modality in modalities.values()}
    if len(shapes) > 1:
        raise ValueError(
            "Generators that are judged together make images [H, W, C] of one shape. "
            f"Received: {', '.join(f'{t} of {m.shape}' for t, m in modalities.items())}"
        )
    generators = list(opened.values())
    names = [generator.name for generator in generators]
    for index, generator in enumerate(generators):
        if names.count(generator.name) > 1:  # runs of one name in several folders
            generator.name = f"{generator.name}-{index + 1}"
    return generators, next(iter(shapes), None)


def _folder(generators, evaluator, seed):
    reference = evaluator.reference
    label = (
        f"{reference.name}-{reference.split}-{evaluator.extractor.name}-"
        f"n{evaluator.num_samples}-seed{seed}"
    )
    if len(generators) > 1:
        return pathlib.Path("evaluations") / label
    (generator,) = generators
    return (generator.folder or pathlib.Path("evaluations") / _stem(generator.name)) / label


def _stem(name):
    """A generator's name as that of a file."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-")


def _judge(generator, evaluator, real, seed, folder):
    start = time.perf_counter()
    comparison = evaluator.compare(generator, seed=seed)
    scores = evaluator.scores_of(comparison)
    seconds = time.perf_counter() - start
    _draw(comparison, _stem(generator.name), folder, "nearest_neighbours" in evaluator.score_names)
    return {
        "generator": {"name": generator.name, **generator.description},
        "data": real.description,
        "num_samples": evaluator.num_samples,
        "seed": seed,
        "seconds": round(seconds, 1),
        "scores": scores,
    }


def _draw(comparison, name, folder, with_neighbours):
    modality = Image(*comparison.images.shape[1:])
    grid = modality.draw(comparison.images[:GRID], GRID_COLUMNS)
    drawing.write_png(folder / f"{name}.png", grid)
    if with_neighbours:
        neighbours = modality.draw(*_neighbours(comparison))
        drawing.write_png(folder / f"{name}-neighbours.png", neighbours)


def _neighbours(comparison):
    """The generated images nearest to the training set, each before its nearest images there.

    Returns:
        Array of all of them, and their number in a row.
    """
    count = min(NEIGHBOURS, len(comparison.training))
    indices, distances = nearest_neighbours(
        comparison.outputs["features"], comparison.training_features, count
    )
    worst = np.argsort(distances[:, 0], kind="stable")[:NEIGHBOUR_ROWS]
    rows = [
        np.concatenate([comparison.images[i : i + 1], comparison.training.images[indices[i]]])
        for i in worst
    ]
    return np.concatenate(rows), count + 1
