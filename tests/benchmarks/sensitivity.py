"""Every score over growing damage to real MNIST, as a picture and as JSON.

The damage and the judge are those of `tests/metrics/test_metric_sensitivity.py`, with more levels and
more scores: 500 images in the reference, and in every set.

    TFGAN_SUITE_TEST_DATA=<folder with mnist/> \
        python -m tests.benchmarks.sensitivity [--to sensitivity.png] [--levels 6]

The JSON file beside the picture has the figures, and for each score how it goes: "up", "down", or
the number of steps that go against its way.
"""

import argparse
import os
import pathlib
import tempfile

import numpy as np

from tests.metrics import damaged_digits as shared
from tfgan_suite import metrics, plots
from tfgan_suite.files import write_json

LEVELS = {"blur": 2.0, "noise": 1.2, "brightness": 1.4}  # the largest
UNITS = {
    "blur": "standard deviation of the blur, pixels",
    "noise": "standard deviation of the noise (images in [-1, 1])",
    "brightness": "shift of the darkest value (images in [-1, 1])",
    "dropped classes": "classes dropped of ten",
}
DAMAGES = {"blur": shared.blur, "noise": shared.noise, "brightness": shared.brighten}


def sets_of(digits, damage, levels):
    """Levels of a damage and the damaged sets, the untouched one first."""
    images, labels = (values[shared.COUNT : -1000] for values in digits["t10k"])
    if damage == "dropped classes":
        dropped = list(range(0, 10, max(1, 9 // levels)))
        return dropped, [images[labels < 10 - n][: shared.COUNT] for n in dropped]
    strengths = np.linspace(0.0, LEVELS[damage], levels + 1)
    first = images[: shared.COUNT]
    return strengths.tolist(), [
        DAMAGES[damage](first, float(s)) if s else first for s in strengths
    ]


def scores_of(reference, real, original, images, extractor):
    """All scores of a set of images against the reference; PSNR and SSIM against the originals."""
    outputs = extractor(images)
    features = outputs["features"]
    pixels = images.reshape(len(images), -1)
    bandwidth = metrics.mean_distance(reference.reshape(len(reference), -1)) / 2.0
    found = {
        "frechet_distance": metrics.frechet_distance(
            metrics.FeatureStatistics.from_features(real), features
        ),
        "kernel_distance": metrics.kernel_distance(real, features)["kernel_distance"],
        **metrics.precision_recall(real, features),
        **metrics.density_coverage(real, features),
        "classifier_score": metrics.classifier_score(outputs["logits"])["classifier_score"],
        "sliced_wasserstein": metrics.sliced_wasserstein_distance(
            reference, images, min_size=14, patches_per_image=16, projections=32
        )["sliced_wasserstein"],
        "vendi_score": metrics.vendi_score(pixels, bandwidth),
    }
    for name, metric in (("psnr", metrics.PSNR()), ("ssim", metrics.SSIM())):
        if original is not None and not np.array_equal(original, images):
            metric.update_state(original, images)
            found[name] = float(metric.result())
    return {name: float(value) for name, value in found.items()}


def trend(values):
    """`"up"`, `"down"`, or how many steps go against the way from the first to the last."""
    steps = np.diff(values)
    way = np.sign(values[-1] - values[0])
    against = int(np.count_nonzero(steps * way < 0))
    if against:
        return f"{against} of {len(steps)} steps against its way"
    return "up" if way > 0 else "down" if way < 0 else "level"


def measure(folder, levels):
    """A dict of damages to levels, scores and their trends."""
    digits = shared.read_digits(pathlib.Path(folder) / "mnist")
    with tempfile.TemporaryDirectory() as cache:
        extractor = shared.train_extractor(digits, cache)
    reference = digits["t10k"][0][: shared.COUNT]
    real = extractor.features(reference)
    results = {}
    for damage in UNITS:
        strengths, sets = sets_of(digits, damage, levels)
        original = None if damage == "dropped classes" else sets[0]
        rows = [scores_of(reference, real, original, images, extractor) for images in sets]
        names = list(rows[-1])
        columns = {name: [row.get(name) for row in rows] for name in names}
        ways = {n: trend([v for v in column if v is not None]) for n, column in columns.items()}
        results[damage] = {"levels": strengths, "scores": columns, "trends": ways}
    return results


def draw(path, results):
    """One panel for each score, a line for each damage over its share of the largest level."""
    names = list(dict.fromkeys(n for result in results.values() for n in result["scores"]))

    def line(damage, result, name):
        share = np.asarray(result["levels"]) / result["levels"][-1]
        values = [np.nan if v is None else v for v in result["scores"][name]]
        return plots.Line(share, values, damage, marker="o")

    panels = [
        plots.Panel(
            [line(d, result, name) for d, result in results.items() if name in result["scores"]],
            "share of the largest damage",
            name,
            logarithmic=name in ("frechet_distance", "kernel_distance", "sliced_wasserstein"),
        )
        for name in names
    ]
    largest = ", ".join(f"{d} {r['levels'][-1]:g}" for d, r in results.items())
    title = f"Scores of damaged MNIST against {shared.COUNT} others; largest damage: {largest}"
    plots.plot_lines(path, panels, title=title, columns=4)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", default="sensitivity.png", help="the picture; JSON beside it")
    parser.add_argument("--levels", type=int, default=6, help="levels of damage")
    arguments = parser.parse_args(argv)
    folder = os.environ.get("TFGAN_SUITE_TEST_DATA")
    if not folder:
        parser.error("TFGAN_SUITE_TEST_DATA must name the folder of the real image files")
    results = measure(folder, arguments.levels)
    draw(arguments.to, results)
    write_json(pathlib.Path(arguments.to).with_suffix(".json"), {"units": UNITS, **results})
    for damage, result in results.items():
        for name, way in result["trends"].items():
            print(f"{damage:16} {name:20} {way}")


if __name__ == "__main__":
    main()
