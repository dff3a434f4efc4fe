"""Export of all generators of a trainer."""

import pathlib

from tfgan_suite.export import export
from tfgan_suite.served_part import served_parts


def export_all(trainer, path, **options):
    """Exports each generator of a trainer as a model of its own.

    Args:
        trainer: a trainer.
        path: directory of the model. Where the trainer serves several generators, the name of each
            is added to its own: `saved_models/name_a_to_b`.
        **options: of `tfgan_suite.export.export`.

    Returns:
        Path of the version's directory; of several generators, a dict of them by their names.

    Raises:
        ValueError: as `tfgan_suite.export.export` does.
        OSError: if a directory cannot be written.
    """
    path = pathlib.Path(path)
    parts = served_parts(trainer)
    if list(parts) == [""]:
        return export(parts[""], path, **options)
    return {
        name: export(part, path.with_name(f"{path.name}_{name}"), **options)
        for name, part in parts.items()
    }


def paths_of(exported):
    """What `export_all` returned as a list of paths."""
    return list(exported.values()) if isinstance(exported, dict) else [exported]
