"""Every option of every command with wrong values: one line, exit status 2, no traceback.

The cases are made from the parser itself: what joins it is tried.
"""

import argparse
import os
import random

import pytest

from tfgan_suite.arguments import parser
from tfgan_suite.cli import main

WORDS = [
    "", " ", "-1", "0", "x", "nan", "1e400", "10" * 20, "1.5", "true", "none", "../x", "./no/such",
    "/no/such/place", "~nobody/x", "a=b", "=", "é", "\udcff", "a\nb", "%s", "[bold]", ":", "::",
    "data:", "data:x:y", "noise", "None", "--", "0-9", "1,", "Hat=1", "file.txt", "file.txt/x",
    "folder", "x" * 300, "train[", "runs/first/config.json", "saved_models", "a\0b",
]  # fmt: skip
# What each command is given beside the option that is tried: as little as it can do with.
GIVEN = {
    "train": ["minimax_gaussians", "--dry-run"],
    "launch": [],
    "sample": ["runs/first"],
    "translate": ["runs/first", "folder"],
    "evaluate": ["runs/first"],
    "classifier": ["folder"],
    "export": ["runs/first"],
    "verify": ["folder"],
    "list": [],
}
# What is right of these, a command does: it trains, or exports once more.
RIGHT = {"train": {"--new", "--smoke", "--help", "--dry-run"}}
FEW, MANY, ALL = 12, 600, 10_000  # of what a command does in seconds, and what it refuses at once


@pytest.fixture(scope="module")
def place(workplace, tmp_path_factory):
    """A copy of the workplace in which anything may be written."""
    folder = tmp_path_factory.mktemp("outer") / "place"
    folder.mkdir()
    (folder / "recipes").symlink_to(workplace / "recipes")
    (folder / "runs").symlink_to(workplace / "runs")
    (folder / "file.txt").write_text("no picture")
    (folder / "folder").mkdir()
    return folder


def options():
    """`(command, option, action)` of everything that can be given; positions have no option."""
    for command, of_command in parser().commands.items():
        for action in of_command._actions:
            for name in action.option_strings or [None]:
                if name not in ("-h", "--help"):
                    yield command, name, action


def command_line(command, name, action, word):
    given = list(GIVEN[command])
    if name is None:  # in the place of the first position
        return [command, word, *given[1:]]
    if action.nargs == 0:
        return [command, *given, f"{name}={word}"]
    return [command, *given, f"{name}={word}"]


def is_wrong(action, name, word):
    """Whether nobody can mean it: what the option's type or its choices refuse."""
    if action.nargs == 0:
        return True
    try:
        value = (action.type or str)(word)
    except (ValueError, argparse.ArgumentTypeError):
        return True
    return bool(action.choices) and value not in action.choices


def look(arguments, must_fail, capsys):
    """What is wrong with how a command has ended, or None."""
    try:
        status = main(arguments)
    except (SystemExit, Exception) as error:
        return arguments, repr(error)
    lines = capsys.readouterr().err.splitlines()
    errors = [line for line in lines if line.startswith("error: ")]
    # Of ours: an error from within TensorFlow or Python has its type before it.
    foreign = any(line.split(":")[1].strip().isidentifier() for line in errors)
    ended = len(errors) == 1 and errors[0] == lines[-1] and len(errors[0]) > 20
    fine = (0, 1) if not must_fail else ()
    if status in fine or status == 2 and ended and not foreign:
        return None
    return arguments, status, lines


def cases(wrong, count):
    found = [
        (command_line(command, name, action, word), wrong)
        for command, name, action in options()
        for word in WORDS
        if is_wrong(action, name, word) == wrong
    ]
    random.Random(0).shuffle(found)
    return found[:count]


@pytest.mark.parametrize("count", [300, pytest.param(ALL, marks=pytest.mark.slow)])
def test_what_the_parser_can_refuse_is_refused(count, place, monkeypatch, capsys):
    monkeypatch.chdir(place)
    faults = [fault for case in cases(True, count) if (fault := look(*case, capsys))]
    assert not faults, "\n".join(map(repr, faults))


@pytest.mark.parametrize("count", [FEW, pytest.param(MANY, marks=pytest.mark.slow)])
def test_what_only_the_command_can_refuse(count, place, monkeypatch, capsys):
    monkeypatch.chdir(place)
    faults = [fault for case in cases(False, count) if (fault := look(*case, capsys))]
    assert not faults, "\n".join(map(repr, faults))
    assert set(os.listdir(place.parent)) == {place.name}


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["train", "dcgan", "--rundir", "x"], "did you mean --run-dir?"),
        (["sample", "r", "--label", "1", "--colums", "2"], "did you mean --columns?"),
        (["evaluate", "runs/first", "--data", "digits", "--metrics", "fid"], "frechet_distance?"),
        (["evaluate", "runs/first", "--data", "digits", "--metrics", "ms_sim"], "mean ms_ssim?"),
        (["train", "dcgan", "--set", "latentdim=3"], "Did you mean 'latent_dim'?"),
        (["train", "dcgan", "--data", "./photo"], "does not exist"),
    ],
)
def test_the_nearest_is_named(arguments, said, place, monkeypatch, capsys):
    monkeypatch.chdir(place)
    assert main(arguments) == 2
    assert said in capsys.readouterr().err
