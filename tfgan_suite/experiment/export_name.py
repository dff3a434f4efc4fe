"""The name of an exported model: one for each run, so that none supersedes another's by itself."""

import os
import pathlib

from tfgan_suite.checks import directory_name
from tfgan_suite.export.model_card import FILE
from tfgan_suite.export.publishing import versions
from tfgan_suite.files import check_no_pattern, read_json


class ExportName:
    """Chooses the name under which the generators of a run are exported.

    Args:
        saved_models: directory of the exported models.
        config: the `Config` of the run.
        smoke: whether the name says that this is no real training.
        name: the name that was asked for; None for that of the experiment.
        supersede: whether that may be the name of another run's models.

    Raises:
        ValueError: if it cannot be that of a directory.
    """

    def __init__(self, saved_models, config, smoke, name=None, supersede=False):
        self.saved_models, self.config, self.smoke = saved_models, config, smoke
        self.name = None if name is None else directory_name(name)
        self.supersede = supersede

    def choose(self, experiment, run):
        """The name, or None if the experiment exports nothing; says if it is not the usual one.

        Args:
            experiment: the `Experiment`.
            run: what identifies the run; None for one that has not begun.

        Raises:
            ValueError: if a name was asked for that another run's models have.
        """
        endings = list(experiment.trainer.exports())
        wanted = experiment.export_name
        if self.name or not wanted:
            if self.name and not self.supersede:
                check_supersedes(self.saved_models, self.name, self.config, endings, run)
            return self.name
        wanted += "-smoke" if self.smoke else ""
        if self.supersede:
            return wanted
        name = free_export_name(self.saved_models, wanted, self.config, endings, run)
        if name != wanted:
            experiment.notes.append(
                f"exported as {name}: {wanted} has models of another run (--supersede adds a "
                "version to them)"
            )
        return name


def free_export_name(saved_models, name, config, endings=("",), run=None):
    """A name whose versions so far, if there are any, are those of the same run.

    Two runs, or two folders of one name, would else become versions of one model.

    Args:
        saved_models: directory of the exported models.
        name: the name that is wished for.
        config: the `Config` of the run. Of models whose card names no run, those of other data are
            of another; without `data` in a config, none is.
        endings: what is added to the name for each of several generators.
        run: what identifies the run; None for one that has not begun.

    Returns:
        `name`, or `name_2`, `name_3`, ...
    """
    number, free = 1, name
    while any(
        _is_of_another(path, _data_of(vars(config)), run)
        for path in _paths(saved_models, free, endings)
    ):
        number += 1
        free = f"{name}_{number}"
    return free


def check_supersedes(saved_models, name, config, endings=("",), run=None):
    """Raises ValueError if a name has models of another run; see `free_export_name`."""
    values = {} if config is None else vars(config)
    for path in _paths(saved_models, name, endings):
        if _is_of_another(path, _data_of(values), run):
            raise ValueError(
                "A server takes the next version for a better one of the same model, and these "
                "are of another run: give another --name, or --supersede to add a version "
                f"nevertheless. Received: {path}"
            )


def _paths(saved_models, name, endings):
    check_no_pattern(saved_models)
    return [
        pathlib.Path(saved_models, name + (ending and f"_{ending}")) for ending in endings
    ]


def _is_of_another(path, wanted, run):
    """Whether the largest version of a model is that of another run."""
    known = versions(path)
    if not known:
        return False
    try:
        card = read_json(path / str(max(known)) / FILE)
    except (OSError, ValueError):
        return False
    if card.get("run"):
        return card["run"] != run
    found = _data_of(card.get("config") or {})
    return bool(found and wanted) and found != wanted


def _data_of(values):
    """What names the data in a config, paths as absolute ones; () in one without `data`."""
    if "data" not in values:
        return ()
    sources = (values["data"], values.get("data_b"))
    return tuple(source and os.path.abspath(os.path.expanduser(source)) for source in sources)
