"""How a training comes along: a distance to the real images on a small budget, its curve, words."""

import functools

import numpy as np

from tfgan_suite.experiment.console import number
from tfgan_suite.experiment.judges import DEFAULT_LAYER, DEFAULT_POOLING
from tfgan_suite.files import read_json
from tfgan_suite.metrics import (
    FeatureEvaluator,
    ReferenceImages,
    classifier_extractor,
    random_extractor,
)
from tfgan_suite.plots import Line, Panel, plot_lines

LOOKS = 10  # in a training, beside the one after its first epoch
# Real images that generated ones are compared with, held in memory while the training lasts.
REFERENCE = 2000
# Real images without which no distance is taken: a covariance of so few says nothing.
FEWEST = 16
# Change of the distance over the last third of a training: less is no progress.
LEAST_CHANGE = 0.05


class ProgressEvaluator:
    """Judges by the Frechet distance on a small budget, in the features of the judge or random ones.

    The real images are those that the generator learns from: a run that keeps its best state by
    this distance has not looked at held-out ones.

    Args:
        real: function of nothing that gives a finite `tf.data.Dataset` of batches of real images in
            random order, or of tuples that begin with them and their labels.
        judge: `ClassifierEvaluator` whose classifier gives the features; None without classes, for
            those of `random_extractor`.
        name: of the data, for protocols.
        num_samples: images to generate; fewer where there are not twice as many real ones.
    """

    name = "progress"

    def __init__(self, real, judge=None, *, name="data", num_samples=1000):
        self._real, self._judge, self._name = real, judge, name
        self._most = num_samples

    def check(self, generate):
        """Finds before a training what would be an error within it; raises ValueError."""
        if self._judge:
            self._judge.check(generate)

    def __call__(self, generate, *, seed):
        """Dict of "distance" and "protocol", in which "floor" is the distance of as many other
        real images."""
        (score,) = self._evaluator.scores(generate, seed=seed)
        protocol = {"score": score.name, "floor": self._floor, **score.protocol}
        return {"distance": score.value, "protocol": protocol}

    @functools.cached_property
    def _sets(self):
        """`ReferenceImages` to compare with, and an array of others in the place of generated."""
        images, *labels = self._drawn(REFERENCE + self._most)
        floor = min(self._most, max(1, len(images) // 2))
        reference = ReferenceImages(
            images[floor:], self._name, labels=labels[0][floor:] if labels else None
        )
        return reference, images[:floor]

    def _drawn(self, count):
        """The first real images, with their labels if they have any: a list of arrays."""
        parts, rows = [], 0
        for batch in self._real().as_numpy_iterator():
            parts.append(batch if isinstance(batch, tuple) else (batch,))
            rows += len(parts[-1][0])
            if rows >= count:
                break
        return [np.concatenate(part)[:count] for part in zip(*parts, strict=True)]

    @functools.cached_property
    def _evaluator(self):
        reference, others = self._sets
        if self._judge:
            classifier = self._judge.classifier
            extractor = classifier_extractor(
                classifier, layer=DEFAULT_LAYER, pooling=DEFAULT_POOLING
            )
        else:
            extractor = random_extractor(others.shape[1:])
        return FeatureEvaluator(
            extractor, reference, scores=["frechet_distance"], num_samples=len(others)
        )

    @functools.cached_property
    def _floor(self):
        _, others = self._sets
        (score,) = self._evaluator.scores(lambda n, seed: others[:n], seed=0)
        return score.value


def read(folder):
    """The evaluations of a run in the order of their steps: arrays of steps and distances, and the
    protocol of the last one; None if there is none.

    Args:
        folder: where `MetricEvaluation` has put them.
    """
    records = [read_json(path) for path in sorted(folder.glob("step-*.json"))]
    found = [record["scores"][ProgressEvaluator.name] for record in records]
    if not found:
        return None
    steps = np.array([record["step"] for record in records], np.float64)
    return steps, np.array([f["distance"] for f in found], np.float64), found[-1]["protocol"]


def draw(folder, path):
    """Draws the curve of a run, and the distance of real images, as a PNG file; if it has any."""
    found = read(folder)
    if found is None:
        return
    steps, distances, protocol = found
    lines = [
        Line(steps, distances, "generated", marker="o"),
        Line(steps[[0, -1]], [protocol["floor"]] * 2, "real", style="--", colour="grey"),
    ]
    panel = Panel(lines, "updates of the generator", "Frechet distance", logarithmic=True)
    plot_lines(path, [panel], title=protocol["score"])


def in_words(folder):
    """What the curve of a run says, above all whether more steps would help; None without one."""
    found = read(folder)
    if found is None:
        return None
    steps, distances, protocol = found
    best = int(np.argmin(distances))
    words = f"{protocol['score']} {number(distances[-1])} (real images {number(protocol['floor'])})"
    if best < len(distances) - 1:
        words += f", least {number(distances[best])} at step {number(steps[best])}"
    change, error = trend(steps, distances)
    if change is None:
        return f"{words}; too few looks to say whether more steps would help"
    return f"{words}; {_outlook(change, error)}"


def _outlook(change, error):
    """What a `trend` says of further steps."""
    sure = max(LEAST_CHANGE, 2 * error)
    if change < -sure:
        return f"{-change:.0%} lower over the last third: more steps would help"
    if change > sure:
        return f"{change:.0%} higher over the last third: it has become worse"
    found = f"over the last third {change:+.0%}, standard error {error:.0%}"
    if sure > 2 * LEAST_CHANGE:
        return f"{found}: too uncertain to say whether more steps would help"
    return f"{found}: more steps alone would hardly help"


def trend(steps, distances):
    """The relative change of a distance over the last third of a training.

    The slope of a line through the logarithms (ordinary least squares), over that third.

    Args:
        steps: increasing, `[N]`; the last one is that of the training's end.
        distances: positive, `[N]`.

    Returns:
        The change, -0.5 for half of what it was at its beginning, and its standard error; None for
        both where the third has fewer than three of them.
    """
    end = steps[-1]
    last = steps >= end * 2 / 3
    if last.sum() < 3:
        return None, None
    logs = np.log(np.maximum(distances[last], np.finfo(np.float64).tiny))
    x = 3 * (steps[last] - steps[last].mean()) / end  # a third is 1 long
    slope = x @ logs / (x @ x)
    rest = logs - logs.mean() - slope * x
    error = np.sqrt(rest @ rest / (len(x) - 2) / (x @ x))
    return float(np.expm1(slope)), float(np.exp(slope) * error)
