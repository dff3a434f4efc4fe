"""Paths on the command line, checked before TensorFlow is imported."""

import pathlib


def check_target(arguments, suffixes):
    """Raises ValueError unless `--to` names what `--format` makes."""
    if arguments.to is None:
        return
    target = pathlib.Path(arguments.to)
    if arguments.format == "picture" and target.suffix.lower() not in suffixes:
        raise ValueError(
            f"A picture is written as a {' or '.join(suffixes)} file, and files of their own with "
            f"--format folder. Received: --to {arguments.to}"
        )
    wrong = target.exists() and target.is_dir() != (arguments.format == "folder")
    if wrong:
        what = "a folder" if target.is_dir() else "a file"
        raise ValueError(
            f"--format {arguments.format} writes no such thing. "
            f"Received: --to {arguments.to}, which is {what}"
        )


def check_path(name, text):
    """Raises ValueError if a text that can only be a path leads nowhere, before more is loaded."""
    is_path = text.startswith((".", "/", "~"))
    if is_path and not pathlib.Path(text).expanduser().exists():
        raise ValueError(f"This folder or file does not exist. Received: {name} {text}")
