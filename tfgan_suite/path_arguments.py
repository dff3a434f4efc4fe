"""Paths on the command line, checked before TensorFlow is imported."""

import os
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
    if is_path and not _exists(text):
        raise ValueError(f"This folder or file does not exist. Received: {name} {text}")


def check_source(text):
    """`check_path` of the real images that `data:SOURCE` or `data:SOURCE:SPLIT` names."""
    path = text.removeprefix("data:")
    parts = path.split(":")  # paths may have colons, and so may splits
    ends = [":".join(parts[:count]) for count in range(1, len(parts) + 1)]
    if path != text and not any(_exists(end) for end in ends):
        check_path("data:", path)


def _exists(path):
    # That of os leaves the home of an unknown user as it is; pathlib's raises an error.
    return os.path.exists(os.path.expanduser(path))
