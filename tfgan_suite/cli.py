"""The command line of `python -m tfgan_suite`: train, sample, evaluate, classifier, export, ...

TensorFlow is imported only where a command needs it: help, the list of recipes and a wrong name are
answered at once. Exit status: 0 done, 2 an error (one line on standard error; with
TFGAN_SUITE_TRACEBACK=1 the traceback instead), 130 ended by Ctrl-C, 143 by SIGTERM (both after the
step was finished and saved).
"""

import contextlib
import os
import pathlib
import sys
import tempfile

from tfgan_suite.arguments import parser
from tfgan_suite.experiment import find_recipes, load_recipe, resolve_config
from tfgan_suite.experiment.recipe import first_line, locate
from tfgan_suite.launching import launch


def main(argv=None):
    """Runs one command.

    Args:
        argv: list of strings, without the program's name; None for those of this process.

    Returns:
        The exit status.
    """
    arguments = parser().parse_args(argv)
    argv = sys.argv[1:] if argv is None else argv
    arguments.command_line = ["python", "-m", "tfgan_suite", *argv]
    try:
        return _COMMANDS[arguments.command](arguments) or 0
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


_COMMANDS = {
    "train": _train,
    "launch": _launch,
    "sample": _sample,
    "evaluate": _evaluate,
    "classifier": _classifier,
    "export": _export,
    "verify": _verify,
    "list": _list,
}
