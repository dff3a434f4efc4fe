"""The commands of `python -m tfgan_suite` and their options; TensorFlow is not needed for them."""

import argparse
import math

from tfgan_suite import score_names
from tfgan_suite.checks import did_you_mean
from tfgan_suite.experiment.config import PRECISIONS
from tfgan_suite.experiment.config_outline import describe_config
from tfgan_suite.experiment.recipe_files import locate
from tfgan_suite.version import __version__

MOST = 1_000_000  # examples that one command makes
_LARGEST_SEED = 2**31 - 1

# As `tfgan_suite.distribution` has them, which imports TensorFlow.
STRATEGIES = ("auto", "one", "mirrored", "multi_worker", "tpu")

# What `sample` is told of a generator's conditions, by their keys.
CONDITION_OPTIONS = {
    "labels": ("7|0-9|cat,dog", "classes to draw, by number or name (default: all)"),
    "attributes": ("Smiling=1,Hat=0", "attributes to draw, others 0; several by semicolons"),
    "condition": ("0.1,0.2", "the condition to draw, where it is numbers"),
    "tokens": ("TEXT", "the text to draw"),
}
# What commands are told of real images, as `data.load` takes it.
IMAGE_OPTIONS = ("image_size", "channels", "resize", "value_range", "broken", "data_dir")


def parse(argv):
    """Reads a command line, without the program's name; `command` of the result says what to run.

    Raises:
        ValueError: if it cannot be read.
    """
    for word in argv:
        if word.startswith("--") and word.endswith("=--"):  # which argparse takes for no value
            raise ValueError(f"This option needs a value. Received: {word}")
    top = parser()
    arguments, unknown = top.parse_known_args(argv)
    if unknown:
        of_command = top.commands[arguments.command]
        first, known = unknown[0].split("=")[0], of_command.option_names()
        what = "option" if first.startswith("-") else "argument"
        near = did_you_mean(first, known) if what == "option" else ""
        raise ValueError(
            f"`{arguments.command}` takes no such {what}{near}; see `{of_command.prog} --help`. "
            f"Received: {' '.join(unknown)}"
        )
    return arguments


class _Parser(argparse.ArgumentParser):
    """One whose errors are those of all commands: one line, and what to do."""

    def error(self, message):
        raise ValueError(f"{message}; see `{self.prog} --help`")

    def option_names(self):
        return [name for action in self._actions for name in action.option_strings]


class _TrainHelp(argparse.Action):
    """The help of `train`, and what can be set of the recipe that stands before it."""

    def __init__(self, option_strings, dest, **options):
        super().__init__(option_strings, dest, nargs=0, **options)

    def __call__(self, parser, namespace, values, option_string=None):
        parser.print_help()
        if namespace.recipe:
            lines = describe_config(locate(namespace.recipe))
            print(f"\nkeys of {namespace.recipe} for --set, with their defaults:")
            print(*(f"  {line}" for line in lines), sep="\n")
        parser.exit()


def parser():
    """The parser of the command line; `commands` are those of the commands by their names."""
    parser = _Parser(
        prog="python -m tfgan_suite", description="Train, look at, judge and export GANs."
    )
    parser.add_argument("--version", action="version", version=f"tfgan_suite {__version__}")
    commands = parser.add_subparsers(
        title="commands", dest="command", required=True, metavar="COMMAND"
    )
    parser.commands = commands.choices

    train = commands.add_parser(
        "train", help="train a recipe, evaluate and export it", add_help=False
    )
    train.add_argument(
        "-h", "--help", action=_TrainHelp, help="show this, and behind a recipe its keys for --set"
    )
    train.add_argument(
        "recipe",
        nargs="?",
        metavar="RECIPE[:PRESET]",
        help="a recipe's name or file (see `list`); with --data alone one is chosen",
    )
    train.add_argument(
        "--data", metavar="SOURCE", help="a folder, an archive, a .npz file or a name of TFDS"
    )
    train.add_argument("--preset", metavar="PRESET", help="of the recipe (default: its first)")
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
        "--run-dir",
        metavar="DIR",
        help="new, or of a run to go on with (default: the same command goes on with its run in "
        "runs/, or begins one)",
    )
    train.add_argument("--new", action="store_true", help="begin another run in runs/")
    train.add_argument(
        "--allow-changes", action="store_true", help="go on with a run although it was changed"
    )
    train.add_argument(
        "--saved-models", metavar="DIR", default="saved_models", help="(default: saved_models)"
    )
    _add_name(train, "of recipe and data")
    train.add_argument("--strategy", choices=STRATEGIES, default="auto")
    train.add_argument(
        "--precision", choices=PRECISIONS, help="of the networks (default: the run's, or float32)"
    )
    train.add_argument("--smoke", action="store_true", help="the whole chain in seconds")
    train.add_argument("--dry-run", action="store_true", help="build and describe, run nothing")

    launching = commands.add_parser(
        "launch", help="run a command as several workers on this machine, to try it out"
    )
    launching.add_argument("--workers", type=_at_least(1), default=2, metavar="N")
    launching.add_argument(
        "program", nargs=argparse.REMAINDER, metavar="train ...", help="with its arguments"
    )

    sample = commands.add_parser("sample", help="draw what a trained generator makes")
    sample.add_argument("source", metavar="RUN_OR_KERAS", help="a run directory or a .keras file")
    sample.add_argument(
        "--count", type=_examples, metavar="N", help="(default: 64, or a row of each class)"
    )
    sample.add_argument("--columns", type=_examples, metavar="M", help="(default: 8 images)")
    _add_conditions(sample)
    sample.add_argument("--rows", type=_examples, metavar="R", help="of each (default: 1)")
    sample.add_argument("--seed", type=_seed, default=0, metavar="S", help="(default: 0)")
    sample.add_argument(
        "--truncation", type=_finite, default=1.0, metavar="PSI", help="of the latents (default: 1)"
    )
    sample.add_argument(
        "--format", choices=("picture", "folder"), default="picture", help="(default: picture)"
    )
    sample.add_argument(
        "--to",
        metavar="FILE.png|FILE.gif|DIR",
        help="a .gif file shows walks between latents (default: a picture beside the source)",
    )
    sample.add_argument("--best", action="store_true", help="a run's best checkpoint")

    translate = commands.add_parser("translate", help="translate images by a trained generator")
    translate.add_argument("source", metavar="RUN_OR_KERAS", help="of a translator")
    translate.add_argument("images", metavar="IMAGES", help="a folder, or a data set by its name")
    translate.add_argument("--direction", metavar="NAME", help="of several (default: the first)")
    translate.add_argument("--count", type=_examples, metavar="N", help="(default: all)")
    _add_conditions(translate)
    translate.add_argument("--split", metavar="SPLIT", help="of a data set (default: train)")
    translate.add_argument("--data-dir", metavar="DIR", help="of TensorFlow Datasets")
    translate.add_argument(
        "--format", choices=("picture", "folder"), default="folder", help="(default: folder)"
    )
    translate.add_argument("--to", metavar="DIR|FILE.png", help="(default: beside the source)")
    translate.add_argument("--best", action="store_true", help="a run's best checkpoint")

    evaluate = commands.add_parser(
        "evaluate", help="judge generators: by their recipe, or against any data set"
    )
    evaluate.add_argument(
        "sources",
        nargs="+",
        metavar="SOURCE",
        help="a run; with --data also .keras files, exported models, data:NAME:SPLIT and noise",
    )
    evaluate.add_argument("--data", metavar="NAME", help="real images: a data set or a folder")
    evaluate.add_argument(
        "--split", metavar="SPLIT", help="of these (default: held-out images, else train)"
    )
    evaluate.add_argument(
        "--metrics",
        type=_scores,
        metavar="A,B,...",
        help="names of scores; an unknown one lists them",
    )
    evaluate.add_argument(
        "--extractor",
        metavar="NAME",
        help="classifier[:LAYER[:avg]], random (without labels), inception[:PATH] or "
        "keras:NAME:WEIGHTS (default: classifier)",
    )
    evaluate.add_argument("--samples", type=_examples, metavar="N", help="of each generator")
    evaluate.add_argument("--seed", type=_seed, metavar="S", help="of the samples")
    evaluate.add_argument("--to", metavar="DIR", help="for scores, table and pictures")
    _add_image_options(evaluate, "the generators'")
    evaluate.add_argument(
        "--class-frequencies",
        type=_frequencies,
        metavar="data|equal|A,B,...",
        help="how often a generator is asked for each class (default: as in the data; equally "
        "often for scores of classes)",
    )
    evaluate.add_argument(
        "--round-to-8-bits",
        action=argparse.BooleanOptionalAction,
        help="judge generated images as files of 256 levels (default: as is usual for a score)",
    )
    evaluate.add_argument("--best", action="store_true", help="a run's best checkpoint")

    classifier = commands.add_parser(
        "classifier", help="train the judge of a labelled data set, or find it in the cache"
    )
    classifier.add_argument("source", metavar="NAME", help="a data set, or a folder of classes")
    _add_image_options(classifier, "the images'")
    classifier.add_argument("--epochs", type=_at_least(1), metavar="N", help="passes over it")

    export = commands.add_parser("export", help="export a generator for TensorFlow Serving")
    export.add_argument("source", metavar="RUN", help="a run directory or a .keras file")
    export.add_argument("--to", metavar="DIR", help="(default: saved_models/NAME)")
    _add_name(export, "the run's")
    export.add_argument("--version", type=_at_least(1), metavar="N", help="(default: the next)")
    export.add_argument("--raw", action="store_true", help="as trained, not the moving average")
    export.add_argument("--best", action="store_true", help="a run's best checkpoint")
    export.add_argument("--classes", type=_at_least(1), metavar="N", help="of a conditional one")
    export.add_argument("--licence", metavar="TEXT", help="of the model, for its card")
    export.add_argument("--dataset", metavar="TEXT", help="it was trained on, for its card")

    verify = commands.add_parser(
        "verify", help="check an exported generator; exit status 1 if it has a fault"
    )
    verify.add_argument("path", metavar="PATH", help="a version, or a model: its largest version")
    verify.add_argument("--against", metavar="RUN", help="the run or .keras file it was made from")

    commands.add_parser(
        "list", help="list the recipes and their presets, with time and score on 2 CPU cores"
    )
    for name, command in commands.choices.items():
        if name not in ("launch", "list"):
            command.add_argument(
                "--verbose", action="store_true", help="show what the libraries say, too"
            )
    return parser


def _add_conditions(command):
    for option, (metavar, text) in CONDITION_OPTIONS.items():
        command.add_argument(f"--{option}", metavar=metavar, help=text)


def _add_image_options(command, whose):
    """How real images are read, as in the config of a training: `IMAGE_OPTIONS`."""
    command.add_argument(
        "--image-size", type=_size, metavar="N|H,W", help=f"in pixels (default: {whose})"
    )
    command.add_argument(
        "--channels", type=int, choices=(1, 2, 3, 4), help=f"(default: {whose})"
    )
    command.add_argument(
        "--resize", choices=("stretch", "crop", "pad"), help="where the aspect ratio changes"
    )
    command.add_argument(
        "--value-range", type=_range, metavar="LOW,HIGH",
        help="of the values in the files (default: of their type)",
    )  # fmt: skip
    command.add_argument(
        "--broken", choices=("raise", "skip"), help="images that cannot be read (default: raise)"
    )
    command.add_argument("--data-dir", metavar="DIR", help="of TensorFlow Datasets")


def _range(text):
    try:
        low, high = map(float, text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"must be the lowest and the highest value, such as 0,4095, not {text}"
        ) from None
    return low, high


def _size(text):
    sides = [int(side) if side.strip().isdecimal() else 0 for side in text.split(",")]
    if len(sides) > 2 or min(sides) < 1:
        raise argparse.ArgumentTypeError(
            f"must be a side in pixels, or height,width such as 48,64, not {text}"
        )
    return sides[0] if len(sides) == 1 else tuple(sides)


def _scores(text):
    try:
        return score_names.check([name.strip() for name in text.split(",")])
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _frequencies(text):
    if text in ("data", "equal"):
        return text
    try:
        return tuple(float(share) for share in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"must be data, equal, or shares of the classes such as 0.9,0.1, not {text}"
        ) from None


def _add_name(command, default):
    command.add_argument(
        "--name", metavar="NAME", help=f"of the exported model (default: {default})"
    )
    command.add_argument(
        "--supersede", action="store_true", help="add a version to models of another run"
    )


def _at_least(least, most=None):
    def integer(text):
        value = int(text)
        if value < least or most is not None and value > most:
            limits = f"at least {least}" if most is None else f"from {least} to {most}"
            raise argparse.ArgumentTypeError(f"must be {limits}, not {text}")
        return value

    return integer


_examples = _at_least(1, MOST)
_seed = _at_least(0, _LARGEST_SEED)


def _finite(text):
    value = float(text)
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"must be finite, not {text}")
    return value
