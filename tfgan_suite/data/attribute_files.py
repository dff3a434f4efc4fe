"""A CSV file that says of every image of a folder which attributes it has."""

import os
import pathlib

import numpy as np

from tfgan_suite.data.given_conditions import with_condition
from tfgan_suite.files import shown

NAME = "attributes.csv"


def has_attributes(folder):
    """Whether a folder holds a file `attributes.csv`."""
    return (pathlib.Path(folder) / NAME).is_file()


def read_attributes(path, folder, files):
    """The attributes of the images of a folder.

    The first line names the columns. The first column holds the files, by their names or by their
    paths below the folder, every other one an attribute: 1 for images that have it, 0 or -1 (as in
    CelebA's lists) for those that have not. Rows of other files are passed over.

    Args:
        path: of the CSV file; None for `attributes.csv` in the folder.
        folder: the folder.
        files: paths of its images, in their order.

    Returns:
        `(attributes, condition)`: float32 array `[N, K]`, and its `Attributes` with their names.

    Raises:
        ValueError: if the file is missing or no such table, or lacks an image.
    """
    import pandas  # takes a second, and only this source needs it

    path = pathlib.Path(folder) / NAME if path is None else pathlib.Path(os.path.expanduser(path))
    try:
        table = pandas.read_csv(path, index_col=0, dtype={0: str}, skipinitialspace=True)
    except (OSError, ValueError) as error:  # pandas's own errors are ValueErrors
        raise ValueError(
            f"The attributes cannot be read: {error}. Received: attributes={str(path)!r}"
        ) from error
    table.index = table.index.map(str)
    twice = table.index[table.index.duplicated()]
    if len(twice):
        raise ValueError(f"{path} has a file in two rows. Received: {twice[0]}")
    if not len(table.columns):
        raise ValueError(
            f"{path} must have a column of files and one for each attribute, with names in its "
            f"first line. Received: the column {table.index.name!r} alone"
        )
    for column in table.columns:
        wrong = ~table[column].isin((-1, 0, 1))
        if wrong.any():
            raise ValueError(
                f"Attributes are 1 for yes, 0 or -1 for no. Received: {path} with "
                f"{table[column][wrong].iloc[0]} as {column!r} of {table.index[wrong][0]}"
            )
    rows = [_row_of(pathlib.Path(file), folder, table, path) for file in files]
    values = (table.iloc[table.index.get_indexer(rows)].to_numpy() == 1).astype(np.float32)
    return with_condition(values, [str(name).strip() for name in table.columns])


def _row_of(file, folder, table, path):
    for name in (file.relative_to(folder).as_posix(), file.name):
        if name in table.index:
            return name
    raise ValueError(f"Every image must have a row in {path}. Received: none for {shown(file)}")
