"""The command line of `python -m tfgan_suite`: train, sample, evaluate, classifier, export, ...

TensorFlow is imported only where a command needs it: help, the list of recipes and a wrong name are
answered at once. Exit status: 0 done, 2 an error (one line on standard error; with
TFGAN_SUITE_TRACEBACK=1 the traceback instead), 130 ended by Ctrl-C, 143 by SIGTERM (both after the
step was finished and saved).
"""

import os
import pathlib
import sys

from tfgan_suite.arguments import CONDITION_OPTIONS, IMAGE_OPTIONS, parse, parser
from tfgan_suite.experiment import find_recipes, load_recipe, resolve_config
from tfgan_suite.experiment.config_outline import check_overrides
from tfgan_suite.experiment.recipe import unknown_preset
from tfgan_suite.experiment.recipe_files import locate, outline, path_and_preset
from tfgan_suite.experiment.recommendation import recommend
from tfgan_suite.launching import launch
from tfgan_suite.path_arguments import check_path, check_source, check_target
from tfgan_suite.quiet_imports import Aside


def main(argv=None):
    """Runs one command.

    Args:
        argv: list of strings, without the program's name; None for those of this process.

    Returns:
        The exit status.
    """
    argv = sys.argv[1:] if argv is None else argv
    try:
        arguments = parse(argv)
        arguments.command_line = ["python", "-m", "tfgan_suite", *argv]
        arguments.aside = Aside(getattr(arguments, "verbose", False))
        with arguments.aside.warnings():
            return _COMMANDS[arguments.command](arguments) or 0
    except KeyboardInterrupt:
        print("interrupted; the same `train` goes on from its last save", file=sys.stderr)
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


def train(path):
    """Makes a recipe file a program: `python FILE ...` does what `train FILE ...` does.

    It is the last line of a recipe, `if __name__ == "__main__": cli.train(__file__)`, takes the
    options of `train` from the command line, and ends the process.

    Args:
        path: the recipe's `__file__`.
    """
    sys.exit(main(["train", os.path.relpath(path), *sys.argv[1:]]))


def _one_line(error):
    # Names of files need not be text.
    text = " ".join(str(error).encode("utf-8", "backslashreplace").decode().split())
    # An error of ours explains itself; of any other, the name of its type is half of the message.
    ours = isinstance(error, TypeError) and "Received:" in text
    explains_itself = ours or isinstance(error, (ValueError, OSError, FloatingPointError)) and text
    return text if explains_itself else f"{type(error).__name__}: {text}"


# --- Commands --------------------------------------------------------------------------------


def _train(arguments):
    if arguments.recipe is None:
        _choose_recipe(arguments)
    elif arguments.data is not None:
        arguments.overrides.append(f"data={arguments.data}")
    if arguments.new and arguments.run_dir is not None:
        raise ValueError(
            "A new run in runs/ has a name of its own: give --new or --run-dir. "
            f"Received: --new --run-dir {arguments.run_dir}"
        )
    for override in arguments.overrides:
        key, _, value = override.partition("=")
        if key in ("data", "data_b", "validation"):
            check_path(f"{key} =", value)
    recipe = _with_preset(arguments)
    with arguments.aside.imports():
        from tfgan_suite.experiment import reports, running
    recipe = load_recipe(recipe)
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
        new=arguments.new,
        name=arguments.name,
        supersede=arguments.supersede,
        aside=arguments.aside,
    )
    if result.is_chief:
        reports.summarize(result)
    return result.exit_status


def _choose_recipe(arguments):
    """Puts a recipe and settings for the data into the arguments, and says which and why."""
    if arguments.data is None or arguments.preset is not None:
        raise ValueError(
            "Give a recipe (see `list`), or --data with your images for one to be chosen. "
            f"Received: train without a recipe, --data {arguments.data or 'neither'}"
        )
    check_path("--data", arguments.data)
    with arguments.aside.imports():
        from tfgan_suite.experiment import image_data, reports
    facts = image_data.facts_of(arguments.data)
    choice = recommend(facts)
    settings = {"data": arguments.data, **choice.settings}
    changed = arguments.overrides
    arguments.recipe = choice.recipe
    arguments.overrides = [*(f"{key}={value}" for key, value in settings.items()), *changed]
    command = ["train", choice.recipe, *_options(arguments), "--set", *arguments.overrides]
    reports.print_choice(facts, choice, ["python", "-m", "tfgan_suite", *command])


def _options(arguments):
    """The options of `train` that were given, but for those of recipe, data and settings."""
    given = parser().parse_args(["train", "-"])
    names = (
        "run_dir", "new", "allow_changes", "saved_models", "name", "supersede", "strategy",
        "precision", "smoke", "dry_run", "verbose",
    )  # fmt: skip
    options = []
    for name in names:
        value = getattr(arguments, name)
        if value != getattr(given, name):
            options += [f"--{name.replace('_', '-')}", *([] if value is True else [str(value)])]
    return options


def _with_preset(arguments):
    """The recipe that is asked for, as `load_recipe` takes it, if there is such a one."""
    path, (name, preset) = locate(arguments.recipe), path_and_preset(arguments.recipe)
    if preset and arguments.preset:
        raise ValueError(
            "Give the preset once, behind the recipe or by --preset. "
            f"Received: {arguments.recipe} --preset {arguments.preset}"
        )
    preset, known = preset or arguments.preset, outline(path).presets
    if preset and known and preset not in known:
        raise ValueError(unknown_preset(path.stem, preset, known))
    check_overrides(path, arguments.overrides)
    return f"{name}:{preset}" if preset else name


def _launch(arguments):
    if arguments.program[:1] != ["train"]:
        raise ValueError(
            "What several workers can do together is `train`: launch --workers 2 train RECIPE. "
            f"Received: launch {' '.join(arguments.program) or 'nothing'}"
        )
    command = [sys.executable, "-m", "tfgan_suite", *arguments.program]
    return launch(command, arguments.workers)


def _sample(arguments):
    check_target(arguments, (".png", ".gif"))
    restored, commands = _restore(arguments, arguments.source, best=arguments.best)
    path, count = commands.sample(
        restored,
        seed=arguments.seed,
        count=arguments.count,
        rows=arguments.rows,
        columns=arguments.columns,
        given={key: getattr(arguments, key) for key in CONDITION_OPTIONS},
        form=arguments.format,
        truncation=arguments.truncation,
        to=arguments.to,
    )
    print(f"{count} samples of {restored.file} (seed {arguments.seed}): {path}")


def _translate(arguments):
    check_target(arguments, (".png",))
    check_path("IMAGES", arguments.images)
    restored, commands = _restore(arguments, arguments.source, best=arguments.best)
    options = {"split": arguments.split, "data_dir": arguments.data_dir}
    path, count = commands.translate(
        restored,
        arguments.images,
        direction=arguments.direction,
        count=arguments.count,
        given={key: getattr(arguments, key) for key in CONDITION_OPTIONS},
        form=arguments.format,
        to=arguments.to,
        **{name: value for name, value in options.items() if value is not None},
    )
    print(f"{count} translations of {arguments.images} by {restored.file}: {path}")


def _evaluate(arguments):
    if arguments.data is None:
        return _evaluate_by_recipe(arguments)
    check_path("--data", arguments.data)
    for source in arguments.sources:
        check_source(source)
    with arguments.aside.imports():
        from tfgan_suite.experiment import commands
    options = {
        "split": arguments.split,
        "metrics": arguments.metrics,
        "extractor": arguments.extractor,
        "samples": arguments.samples,
        "seed": arguments.seed,
    }
    folder = commands.score(
        arguments.sources,
        arguments.data,
        **{name: value for name, value in options.items() if value is not None},
        to=arguments.to,
        **_image_options(arguments),
        class_frequencies=arguments.class_frequencies,
        round_to_8_bits=arguments.round_to_8_bits,
        best=arguments.best,
        command=arguments.command_line,
    )
    print(f"scores, table and pictures: {folder}")


def _evaluate_by_recipe(arguments):
    options = ("split", "metrics", "extractor", "to", "class_frequencies", "round_to_8_bits")
    for option in (*options, *IMAGE_OPTIONS):
        value = getattr(arguments, option)
        if value is not None:
            value = ",".join(map(str, value)) if isinstance(value, tuple) else value
            raise ValueError(
                "Without --data a run is judged as its recipe says. "
                f"Received: --{option.replace('_', '-')} {value}"
            )
    if len(arguments.sources) > 1:
        raise ValueError(
            f"Several generators are judged with --data. Received: {len(arguments.sources)} of them"
        )
    source, best = arguments.sources[0], arguments.best
    restored, commands = _restore(arguments, source, run_only=True, best=best)
    path = commands.evaluate(restored, samples=arguments.samples, seed=arguments.seed)
    print(f"scores of {restored.file}: {path}")


def _classifier(arguments):
    check_path("NAME", arguments.source)
    with arguments.aside.imports():
        from tfgan_suite.experiment import commands
    commands.train_classifier(
        arguments.source, epochs=arguments.epochs, **_image_options(arguments)
    )


def _image_options(arguments):
    """What is asked of real images, as `data.load` takes it."""
    given = {key: getattr(arguments, key) for key in IMAGE_OPTIONS}
    return {key: value for key, value in given.items() if value is not None}


def _export(arguments):
    restored, commands = _restore(arguments, arguments.source, best=arguments.best)
    version = commands.publish(
        restored,
        to=arguments.to,
        name=arguments.name,
        supersede=arguments.supersede,
        version=arguments.version,
        raw=arguments.raw,
        classes=arguments.classes,
        card={"licence": arguments.licence, "dataset": arguments.dataset},
    )
    print(f"exported {restored.file} to {version}")


def _verify(arguments):
    if not pathlib.Path(arguments.path).is_dir():
        raise ValueError(f"There is no such directory of a model. Received: {arguments.path!r}")
    against = _restore(arguments, arguments.against)[0] if arguments.against else None
    with arguments.aside.imports():
        from tfgan_suite.experiment import commands
    return 0 if commands.verify(arguments.path, against) else 1


def _list(arguments):
    recipes = find_recipes()
    if not recipes:
        raise ValueError("There are no recipes in ./recipes, and none are installed.")
    rows = []
    for name, path in recipes.items():
        known = outline(path)
        rows.append((name, known.summary))
        rows += [(f"  {name}:{k}", said or "not measured") for k, said in known.presets.items()]
    width = max(len(first) for first, _ in rows)
    for first, second in rows:
        print(f"{first:<{width}}  {second}")


def _restore(arguments, source, run_only=False, best=False):
    if not pathlib.Path(source).exists():
        raise ValueError(f"There is no such run directory or file. Received: {source!r}")
    with arguments.aside.imports():
        from tfgan_suite.experiment import commands, restoring
    return restoring.restore(source, run_only=run_only, best=best), commands


_COMMANDS = {
    "train": _train,
    "launch": _launch,
    "sample": _sample,
    "translate": _translate,
    "evaluate": _evaluate,
    "classifier": _classifier,
    "export": _export,
    "verify": _verify,
    "list": _list,
}
