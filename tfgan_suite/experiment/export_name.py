"""The name of an exported model: one for each data set."""

import os
import pathlib

from tfgan_suite.export.model_card import FILE
from tfgan_suite.export.publishing import versions
from tfgan_suite.files import read_json


def free_export_name(saved_models, name, config, endings=("",)):
    """A name whose versions so far, if there are any, were trained on the same data.

    Two folders of one name would else become versions of one model.

    Args:
        saved_models: directory of the exported models.
        name: the name that is wished for.
        config: the `Config` of the run; without `data`, any name is free.
        endings: what is added to the name for each of several generators.

    Returns:
        `name`, or `name_2`, `name_3`, ...
    """
    wanted, number, free = _data_of(vars(config)), 1, name
    while wanted and any(
        _is_of_other_data(pathlib.Path(saved_models, free + (ending and f"_{ending}")), wanted)
        for ending in endings
    ):
        number += 1
        free = f"{name}_{number}"
    return free


def _is_of_other_data(path, wanted):
    known = versions(path)
    if not known:
        return False
    try:
        card = read_json(path / str(max(known)) / FILE)
    except (OSError, ValueError):
        return False
    found = _data_of(card.get("config") or {})
    return bool(found) and found != wanted


def _data_of(values):
    """What names the data in a config, paths as absolute ones; () in one without `data`."""
    if "data" not in values:
        return ()
    sources = (values["data"], values.get("data_b"))
    return tuple(source and os.path.abspath(os.path.expanduser(source)) for source in sources)
