"""Scores of generators against a data set, with their protocol: JSON, a table, drawing."""

import datetime
import pathlib
import re
import time

import numpy as np

from tfgan_suite import drawing
from tfgan_suite.data.stacked_mnist import is_stacked
from tfgan_suite.experiment import reports
from tfgan_suite.experiment.run_record import versions
from tfgan_suite.experiment.generators import NOISE, REAL, open_generator
from tfgan_suite.experiment.judges import comparing_evaluator
from tfgan_suite.experiment.real_data import RealData
from tfgan_suite.files import write_json
from tfgan_suite.metrics import check_scores, nearest_neighbours
from tfgan_suite.metrics.feature_evaluator import DEFAULT_SCORES
from tfgan_suite.metrics.score_table import judged
from tfgan_suite.modalities import Image

SAMPLES = 10_000
# In the pictures: images of the grid; of the neighbours, rows and images in one.
GRID, GRID_COLUMNS, NEIGHBOUR_ROWS, NEIGHBOURS = 64, 8, 10, 7
NEIGHBOURS_SCORE = "nearest_neighbours"


def score(
    sources,
    data_source,
    *,
    split=None,
    metrics=None,
    extractor=None,
    samples=SAMPLES,
    seed=0,
    to=None,
    image_size=None,
    channels=None,
    resize=None,
    value_range=None,
    broken="raise",
    class_frequencies=None,
    round_to_8_bits=None,
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
        split: of the real images; None for held-out ones where there are some, else "train".
        metrics: names of scores (see `metrics.known_scores`); None for the usual ones.
        extractor: see `make_extractor`; None for "classifier" where a score needs an extractor.
        samples: images of each generator.
        seed: of these images.
        to: the folder; None for one in `evaluations` of the run, or here, named by the protocol.
        image_size, channels: of the real images where no generator decides them.
        resize: how real images of another aspect ratio, or of several sizes, are brought there, as
            `data.load` takes it; None for how those of the runs were, if they agree.
        value_range, broken: of the real images, as `data.load` takes them.
        class_frequencies, round_to_8_bits: see `metrics.FeatureEvaluator`.
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
    options = {"image_size": image_size, "channels": channels, "resize": resize}
    options |= {"value_range": value_range, "broken": broken}
    generators, options = _open(sources, best, {**options, "data_dir": data_dir})
    real = RealData(data_source, split=split, **options)
    if metrics is None:
        coverage = ("class_coverage",) if real.facts.num_classes else ()
        metrics = ("mode_histogram",) if is_stacked(data_source) else (*DEFAULT_SCORES, *coverage)
    evaluator = comparing_evaluator(
        real,
        extractor,
        metrics,
        samples,
        generators,
        class_frequencies=class_frequencies,
        round_to_8_bits=round_to_8_bits,
    )
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


def _open(sources, best, options):
    """Opens the generators.

    Args:
        sources, best: of `score`.
        options: of `RealData`: what is asked of real images.

    Returns:
        The generators, and the options with the image shape that is common to them.
    """
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
        options = _at_shape(*shapes, options)
        used = {getattr(generator, "resize", None) for generator in models.values()} - {None}
        if options["resize"] is None and len(used) == 1:
            options["resize"] = used.pop()
    # Real images stand in for those of the trained generators, at their size.
    opened = {text: models.get(text) or open_generator(text, **options) for text in sources}
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
    return generators, _at_shape(*shapes, options) if shapes else options


def _at_shape(shape, options):
    """Options of real images with the shape of generated ones; what was asked for must be that."""
    size, channels = options["image_size"], options["channels"]
    asked = (size, size) if isinstance(size, int) else size
    if asked not in (None, shape[:2]) or channels not in (None, shape[2]):
        raise ValueError(
            "Real images are judged at the generators' shape, which was not asked for. "
            f"Received: image_size={size}, channels={channels} with generators of {shape}"
        )
    return {**options, "image_size": shape[:2], "channels": shape[2]}


def _folder(generators, evaluator, seed):
    reference, extractor = evaluator.reference, evaluator.extractor
    parts = [reference.name, reference.split, *([extractor.name] if extractor else [])]
    label = "-".join([*parts, f"n{evaluator.num_samples}", f"seed{seed}"])
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
    made = judged(evaluator.score_names[0], comparison)
    grid = _modality(made).draw(made.images[:GRID], GRID_COLUMNS)
    drawing.write_png(folder / f"{_stem(generator.name)}.png", grid)
    if NEIGHBOURS_SCORE in evaluator.score_names:
        made = judged(NEIGHBOURS_SCORE, comparison)
        neighbours = _modality(made).draw(*_neighbours(comparison, made))
        drawing.write_png(folder / f"{_stem(generator.name)}-neighbours.png", neighbours)
    return {
        "generator": {"name": generator.name, **generator.description},
        "data": real.description,
        "num_samples": evaluator.num_samples,
        "seed": seed,
        "seconds": round(seconds, 1),
        "scores": scores,
    }


def _modality(made):
    return Image(*made.images.shape[1:])


def _neighbours(comparison, made):
    """The generated images nearest to the training set, each before its nearest images there.

    Returns:
        Array of all of them, and their number in a row.
    """
    count = min(NEIGHBOURS, len(comparison.training))
    indices, distances = nearest_neighbours(
        made.outputs["features"], comparison.training_features, count
    )
    worst = np.argsort(distances[:, 0], kind="stable")[:NEIGHBOUR_ROWS]
    rows = [
        np.concatenate([made.images[i : i + 1], comparison.training.images[indices[i]]])
        for i in worst
    ]
    return np.concatenate(rows), count + 1
