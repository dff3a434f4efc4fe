"""What can be done with a trainer that was trained before."""

import pathlib
import time
import types

from tfgan_suite.checks import directory_name
from tfgan_suite.data.stacked_mnist import DIGITS, is_stacked
from tfgan_suite.distribution import get_strategy
from tfgan_suite.experiment import console, evaluation, reports, scoring
from tfgan_suite.experiment.building import build
from tfgan_suite.experiment.export_name import check_supersedes
from tfgan_suite.experiment.exporting import export_all, paths_of
from tfgan_suite.experiment.real_data import RealData
from tfgan_suite.experiment.samples import sample
from tfgan_suite.experiment.translations import translate
from tfgan_suite.export import verify as verify_export

__all__ = [
    "evaluate", "publish", "sample", "score", "train_classifier", "translate", "verify",
]  # fmt: skip


def evaluate(restored, *, samples=None, seed=None):
    """Judges the trainer of a run anew and prints the scores.

    They are written as the run's `evaluation.json`, or beside it if they are of another number of
    samples or another seed than the recipe's, or of the best checkpoint.

    Args:
        restored: a `Restored` of a run directory.
        samples: number of samples; None for the recipe's.
        seed: seed of the samples; None for the run's.

    Returns:
        Path of the file.

    Raises:
        ValueError: if the recipe has no evaluators, or one that has no `num_samples` is to have
            another number of samples.
    """
    where = restored.directory
    evaluators = build(restored.recipe, restored.config, get_strategy("one")).evaluators
    if not evaluators:
        raise ValueError(
            "The recipe has no evaluators for these data: judge the run against real images, "
            f"evaluate RUN --data SOURCE. Received: {restored.recipe_name} without --data"
        )
    given = {"n": samples, "seed": seed}
    parts = [f"{name}{value}" for name, value in given.items() if value is not None]
    if restored.file.is_dir():  # a checkpoint, not the finished trainer
        parts.append(restored.file.name)
    path = where.evaluation.with_stem("-".join([where.evaluation.stem, *parts]))
    for evaluator in evaluators if samples is not None else ():
        if not hasattr(evaluator, "num_samples"):
            raise ValueError(
                "The number of samples of this evaluator cannot be changed. "
                f"Received: samples={samples} for {type(evaluator).__name__}"
            )
        evaluator.num_samples = samples
    scores = evaluation.evaluate(
        restored.trainer,
        evaluators,
        path,
        trainer_file=restored.name,
        seed=restored.config.seed if seed is None else seed,
    )
    reports.print_scores(console.make_console(), scores)
    return path


def score(sources, data, **options):
    """Judges generators against a data set, writes what was found and prints the table.

    Args:
        sources: what to judge: see `generators.open_generator`.
        data: the real images, as `data.load` takes them.
        **options: of `scoring.score`.

    Returns:
        Path of the folder.

    Raises:
        ValueError: as `scoring.score` does.
    """
    folder, results = scoring.score(sources, data, **options)
    reports.print_table(console.make_console(), results)
    return folder


def train_classifier(source, *, epochs=None, **options):
    """Trains the judge of a labelled data set, or finds it in the cache; prints what it is.

    Args:
        source: as `data.load` takes it; of StackedMNIST it is the judge of its digits, MNIST.
        epochs: passes over the images; None for as many as show 60 000 images.
        **options: `image_size`, `channels`, `resize`, `value_range`, `broken` and `data_dir`, as
            `data.load` takes them.

    Returns:
        Path of its file.

    Raises:
        ValueError: if there is no such data set, or it has no labels.
    """
    start = time.time()
    real = RealData(DIGITS if is_stacked(source) else source, epochs=epochs, **options)
    classifier = real.classifier
    path = classifier.cache_path()
    kept = path.exists() and path.stat().st_mtime < start
    training = classifier.training
    facts = {
        "accuracy": f"{classifier.accuracy:.4f} of {training['test']['images']} held-out images",
        "trained on": f"{training['train']['images']} images, {training['epochs']} epochs, "
        + ("found in the cache" if kept else f"in {console.duration(time.time() - start)}"),
        "image shape": "x".join(map(str, classifier.image_shape)),
        "classes": classifier.num_classes,
        "SHA-256": classifier.content_hash,
        "file": path if path.exists() else "not kept: the cache cannot be written",
    }
    console.print_facts(console.make_console(), f"classifier of {real.name}", facts)
    return path


def publish(
    restored,
    *,
    to=None,
    name=None,
    supersede=False,
    version=None,
    raw=False,
    classes=None,
    card=None,
):
    """Exports the generator for TensorFlow Serving.

    Args:
        restored: a `Restored`.
        to: directory of the model; None for `saved_models/<name>`.
        name: of the model in `saved_models`; None for that of the run.
        supersede: whether a version may be added to models of another run.
        version: positive integer; None for the next.
        raw: whether to export the generator as trained, not its moving average.
        classes: number of classes of a conditional generator; None to find it.
        card: fields of the model card to add to the run's own; those that are None are left out.

    Returns:
        Path of the version's directory; a text of all of them if there are several generators.

    Raises:
        ValueError: if neither `to` nor `name` is given and the trainer is not that of a run with an
            export name; if there are models of another run; or as `tfgan_suite.export.export` does.
        OSError: if the directory cannot be written.
    """
    if to is not None and name is not None:
        raise ValueError(
            "Give the model a name in saved_models by --name, or a directory by --to. "
            f"Received: --name {name} --to {to}"
        )
    run = restored.directory.read_config() if restored.directory else {}
    if to is None:
        name = run.get("export_name") if name is None else name
        if name is None:
            raise ValueError(
                "Give the model a name by --name, or the directory to export to by --to. "
                f"Received: {restored.file}, which has no name of its own"
            )
        to = pathlib.Path("saved_models") / directory_name(name)
    to = pathlib.Path(to)
    if run and not supersede:
        endings = list(restored.trainer.exports())
        config = types.SimpleNamespace(**run["config"])  # as it is written; nothing of it is run
        check_supersedes(to.parent, to.name, config, endings, run.get("run"))
    card = {field: value for field, value in (card or {}).items() if value is not None}
    exported = export_all(
        restored.trainer,
        to,
        version=version,
        ema=not raw,
        classes=classes,
        card={**restored.card, **card},
    )
    if isinstance(exported, pathlib.Path):
        return exported
    return ", ".join(map(str, paths_of(exported)))


def verify(path, against=None):
    """Checks an exported generator and prints the checklist.

    Args:
        path: directory of a version, or of a model.
        against: a `Restored` to compare with, or None.

    Returns:
        Whether all is as the contract says.

    Raises:
        ValueError: if there is no version there.
    """
    report = verify_export(path, against=against)
    output = console.make_console()
    width = max(len(check.name) for check in report.checks)
    styles = {"pass": "green", "fail": "bold red", "skip": "dim"}
    for check in report.checks:
        output.print(check.status, style=styles[check.status], end="  ")
        output.print(f"{check.name:<{width}}  {check.detail}", markup=False)
    verdict = "passed" if report.passed else f"FAILED: {len(report.failures)} of the checks above"
    output.print(f"{console.relative(report.path)}: {verdict}", markup=False)
    return report.passed
