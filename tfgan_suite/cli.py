"""The command line of `python -m tfgan_suite`: train, sample, evaluate, classifier, export, ...

TensorFlow is imported only where a command needs it: help, the list of recipes and a wrong name are
answered at once. Exit status: 0 done, 2 an error (one line on standard error; with
TFGAN_SUITE_TRACEBACK=1 the traceback instead), 130 ended by Ctrl-C, 143 by SIGTERM (both after the
step was finished and saved).
"""

import argparse
import contextlib
import os
import pathlib
import sys
import tempfile

from tfgan_suite.experiment import find_recipes, load_recipe, resolve_config
from tfgan_suite.experiment.config import PRECISIONS
from tfgan_suite.experiment.recipe import first_line, locate
from tfgan_suite.launching import launch
from tfgan_suite.version import __version__

# As `tfgan_suite.distribution` has them, which imports TensorFlow.
STRATEGIES = ("auto", "one", "mirrored", "multi_worker", "tpu")


def main(argv=None):
    """Runs one command.

    Args:
        argv: list of strings, without the program's name; None for those of this process.

    Returns:
        The exit status.
    """
    arguments = _parser().parse_args(argv)
    argv = sys.argv[1:] if argv is None else argv
    arguments.command_line = ["python", "-m", "tfgan_suite", *argv]
    try:
        return arguments.run(arguments) or 0
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read our output has left; Python would complain once more while it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    except Exception as error:
        if os.environ.get("TFGAN_SUITE_TRACEBACK") == "1":
            raise
        print(f"error: {_one_line(error)}", file=sys.stderr)
        return 2


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m tfgan_suite", description="Train, look at, judge and export GANs."
    )
    parser.add_argument("--version", action="version", version=f"tfgan_suite {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    train = commands.add_parser("train", help="train a recipe, evaluate and export it")
    train.set_defaults(run=_train)
    train.add_argument("recipe", metavar="RECIPE", help="a recipe's name or file (see `list`)")
    train.add_argument(
        "--set",
        nargs="+",
        action="extend",
        default=[],
        metavar="KEY=VALUE",
        dest="overrides",
        help="change the recipe's config",
    )
    train.add_argument(
        "--run-dir", metavar="DIR", help="new, or of a run to go on with (default: runs/RECIPE)"
    )
    train.add_argument(
        "--allow-changes", action="store_true", help="go on with a run although it was changed"
    )
    train.add_argument(
        "--saved-models", metavar="DIR", default="saved_models", help="(default: saved_models)"
    )
    train.add_argument("--strategy", choices=STRATEGIES, default="auto")
    train.add_argument(
        "--precision", choices=PRECISIONS, help="of the networks (default: the run's, or float32)"
    )
    train.add_argument("--smoke", action="store_true", help="the whole chain in seconds")
    train.add_argument("--dry-run", action="store_true", help="build and describe, run nothing")

    launching = commands.add_parser(
        "launch", help="run a command as several workers on this machine, to try it out"
    )
    launching.set_defaults(run=_launch)
    launching.add_argument("--workers", type=_at_least(1), default=2, metavar="N")
    launching.add_argument(
        "program", nargs=argparse.REMAINDER, metavar="train ...", help="with its arguments"
    )

    sample = commands.add_parser("sample", help="draw what a trained generator makes")
    sample.set_defaults(run=_sample)
    sample.add_argument("source", metavar="RUN_OR_KERAS", help="a run directory or a .keras file")
    sample.add_argument(
        "--count", type=_at_least(1), metavar="N", help="(default: 64, or a row of each class)"
    )
    sample.add_argument("--columns", type=_at_least(1), default=8, metavar="M", help="(default: 8)")
    sample.add_argument("--labels", metavar="7|0-9|1,3", help="classes to draw (default: all)")
    sample.add_argument("--rows", type=_at_least(1), metavar="R", help="of a class (default: 1)")
    sample.add_argument("--seed", type=_at_least(0), default=0, metavar="S", help="(default: 0)")
    sample.add_argument("--to", metavar="FILE.png", help="(default: beside the source)")
    sample.add_argument("--best", action="store_true", help="a run's best checkpoint")

    evaluate = commands.add_parser(
        "evaluate", help="judge generators: by their recipe, or against any data set"
    )
    evaluate.set_defaults(run=_evaluate)
    evaluate.add_argument(
        "sources",
        nargs="+",
        metavar="SOURCE",
        help="a run; with --data also .keras files, exported models, data:NAME:SPLIT and noise",
    )
    evaluate.add_argument("--data", metavar="NAME", help="real images: a data set or a folder")
    evaluate.add_argument("--split", metavar="SPLIT", help="of these (default: test)")
    evaluate.add_argument(
        "--metrics", metavar="A,B,...", help="names of scores; an unknown one lists them"
    )
    evaluate.add_argument(
        "--extractor",
        metavar="NAME",
        help="classifier[:LAYER[:avg]], inception[:PATH] or keras:NAME:WEIGHTS "
        "(default: classifier)",
    )
    evaluate.add_argument("--samples", type=_at_least(1), metavar="N", help="of each generator")
    evaluate.add_argument("--seed", type=_at_least(0), metavar="S", help="of the samples")
    evaluate.add_argument("--to", metavar="DIR", help="for scores, table and pictures")
    evaluate.add_argument("--image-size", type=_at_least(1), metavar="N", help="if none is given")
    evaluate.add_argument("--channels", type=int, choices=(1, 3), help="if none are given")
    evaluate.add_argument("--data-dir", metavar="DIR", help="of TensorFlow Datasets")
    evaluate.add_argument("--best", action="store_true", help="a run's best checkpoint")

    classifier = commands.add_parser(
        "classifier", help="train the judge of a labelled data set, or find it in the cache"
    )
    classifier.set_defaults(run=_classifier)
    classifier.add_argument("source", metavar="NAME", help="a data set, or a folder of classes")
    classifier.add_argument("--image-size", type=_at_least(1), metavar="N", help="in pixels")
    classifier.add_argument("--channels", type=int, choices=(1, 3), help="(default: its own)")
    classifier.add_argument("--epochs", type=_at_least(1), metavar="N", help="passes over it")
    classifier.add_argument("--data-dir", metavar="DIR", help="of TensorFlow Datasets")

    export = commands.add_parser("export", help="export a generator for TensorFlow Serving")
    export.set_defaults(run=_export)
    export.add_argument("source", metavar="RUN", help="a run directory or a .keras file")
    export.add_argument("--to", metavar="DIR", help="(default: saved_models/NAME)")
    export.add_argument("--version", type=_at_least(1), metavar="N", help="(default: the next)")
    export.add_argument("--raw", action="store_true", help="as trained, not the moving average")
    export.add_argument("--best", action="store_true", help="a run's best checkpoint")
    export.add_argument("--classes", type=_at_least(1), metavar="N", help="of a conditional one")
    export.add_argument("--licence", metavar="TEXT", help="of the model, for its card")
    export.add_argument("--dataset", metavar="TEXT", help="it was trained on, for its card")

    verify = commands.add_parser(
        "verify", help="check an exported generator; exit status 1 if it has a fault"
    )
    verify.set_defaults(run=_verify)
    verify.add_argument("path", metavar="PATH", help="a version, or a model: its largest version")
    verify.add_argument("--against", metavar="RUN", help="the run or .keras file it was made from")

    listing = commands.add_parser("list", help="list the recipes")
    listing.set_defaults(run=_list)
    return parser


def _at_least(least):
    def integer(text):
        value = int(text)
        if value < least:
            raise argparse.ArgumentTypeError(f"must be at least {least}, not {value}")
        return value

    return integer


def _one_line(error):
    text = " ".join(str(error).split())
    # An error of ours explains itself; of any other, the name of its type is half of the message.
    explains_itself = isinstance(error, (ValueError, OSError, FloatingPointError)) and text
    return text if explains_itself else f"{type(error).__name__}: {text}"


# --- Commands --------------------------------------------------------------------------------


def _train(arguments):
    locate(arguments.recipe)
    with _quiet_imports():
        from tfgan_suite.experiment import reports, running
    recipe = load_recipe(arguments.recipe)
    config = resolve_config(recipe, arguments.overrides, smoke=arguments.smoke)
    if arguments.dry_run:
        reports.describe(recipe, config, arguments.strategy, arguments.precision)
        return 0
    result = running.run(
        recipe,
        config,
        run_dir=arguments.run_dir,
        saved_models=arguments.saved_models,
        strategy=arguments.strategy,
        precision=arguments.precision,
        smoke=arguments.smoke,
        command=arguments.command_line,
        allow_changes=arguments.allow_changes,
    )
    if result.is_chief:
        reports.summarize(result)
    return result.exit_status


def _launch(arguments):
    if arguments.program[:1] != ["train"]:
        raise ValueError(
            "What several workers can do together is `train`: launch --workers 2 train RECIPE. "
            f"Received: launch {' '.join(arguments.program) or 'nothing'}"
        )
    command = [sys.executable, "-m", "tfgan_suite", *arguments.program]
    return launch(command, arguments.workers)


def _sample(arguments):
    if arguments.to and pathlib.Path(arguments.to).suffix.lower() != ".png":
        raise ValueError(f"Samples are written as a .png file. Received: --to {arguments.to}")
    restored, commands = _restore(arguments.source, best=arguments.best)
    path, count = commands.sample(
        restored,
        columns=arguments.columns,
        seed=arguments.seed,
        count=arguments.count,
        labels=arguments.labels,
        rows=arguments.rows,
        to=arguments.to,
    )
    print(f"{count} samples of {restored.file} (seed {arguments.seed}): {path}")


def _evaluate(arguments):
    if arguments.data is None:
        return _evaluate_by_recipe(arguments)
    with _quiet_imports():
        from tfgan_suite.experiment import commands
    options = {
        "split": arguments.split,
        "metrics": arguments.metrics and [m.strip() for m in arguments.metrics.split(",")],
        "extractor": arguments.extractor,
        "samples": arguments.samples,
        "seed": arguments.seed,
    }
    folder = commands.score(
        arguments.sources,
        arguments.data,
        **{name: value for name, value in options.items() if value is not None},
        to=arguments.to,
        image_size=arguments.image_size,
        channels=arguments.channels,
        data_dir=arguments.data_dir,
        best=arguments.best,
        command=arguments.command_line,
    )
    print(f"scores, table and pictures: {folder}")


def _evaluate_by_recipe(arguments):
    for option in ("split", "metrics", "extractor", "to", "image_size", "channels", "data_dir"):
        if getattr(arguments, option) is not None:
            raise ValueError(
                "Without --data a run is judged as its recipe says. "
                f"Received: --{option.replace('_', '-')} {getattr(arguments, option)}"
            )
    if len(arguments.sources) > 1:
        raise ValueError(
            f"Several generators are judged with --data. Received: {len(arguments.sources)} of them"
        )
    restored, commands = _restore(arguments.sources[0], run_only=True, best=arguments.best)
    path = commands.evaluate(restored, samples=arguments.samples, seed=arguments.seed)
    print(f"scores of {restored.file}: {path}")


def _classifier(arguments):
    with _quiet_imports():
        from tfgan_suite.experiment import commands
    commands.train_classifier(
        arguments.source,
        image_size=arguments.image_size,
        channels=arguments.channels,
        epochs=arguments.epochs,
        data_dir=arguments.data_dir,
    )


def _export(arguments):
    restored, commands = _restore(arguments.source, best=arguments.best)
    version = commands.publish(
        restored,
        to=arguments.to,
        version=arguments.version,
        raw=arguments.raw,
        classes=arguments.classes,
        card={"licence": arguments.licence, "dataset": arguments.dataset},
    )
    print(f"exported {restored.file} to {version}")


def _verify(arguments):
    if not pathlib.Path(arguments.path).is_dir():
        raise ValueError(f"There is no such directory of a model. Received: {arguments.path!r}")
    against = _restore(arguments.against)[0] if arguments.against else None
    with _quiet_imports():
        from tfgan_suite.experiment import commands
    return 0 if commands.verify(arguments.path, against) else 1


def _list(arguments):
    recipes = find_recipes()
    if not recipes:
        raise ValueError("There are no recipes in ./recipes, and none are installed.")
    width = max(map(len, recipes))
    for name, path in recipes.items():
        print(f"{name:<{width}}  {first_line(path)}")


def _restore(source, run_only=False, best=False):
    if not pathlib.Path(source).exists():
        raise ValueError(f"There is no such run directory or file. Received: {source!r}")
    with _quiet_imports():
        from tfgan_suite.experiment import commands, restoring
    return restoring.restore(source, run_only=run_only, best=best), commands


@contextlib.contextmanager
def _quiet_imports():
    """Keeps to itself what TensorFlow's C++ libraries say while they are loaded.

    Their first lines are written before any log level is known. They are shown after all if the
    import fails, or with TF_CPP_MIN_LOG_LEVEL set.
    """
    if "TF_CPP_MIN_LOG_LEVEL" in os.environ or "tensorflow" in sys.modules:
        yield
        return
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    sys.stderr.flush()
    visible = os.dup(2)
    with tempfile.TemporaryFile() as hidden:
        os.dup2(hidden.fileno(), 2)
        try:
            yield
            from absl import logging

            logging.set_verbosity(logging.ERROR)  # of TensorFlow Datasets, Keras and others
        except BaseException:
            hidden.seek(0)
            os.write(visible, hidden.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(visible, 2)
            os.close(visible)
