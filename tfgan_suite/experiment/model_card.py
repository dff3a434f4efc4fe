"""What a model card says of the run that made a generator."""

from tfgan_suite.files import read_json


def of_run(directory):
    """Fields of a model card from a run directory: see `tfgan_suite.export.export`.

    Args:
        directory: a `RunDirectory`.

    Returns:
        Dict with the recipe, its config, the command, the versions it was trained with and, where
        the run was evaluated, the scores with their protocol and the data set of the judge.

    Raises:
        ValueError: if this is not a run directory, or its scores make no sense.
    """
    record = directory.read_config()
    card = {
        "recipe": record["recipe"],
        "config": record["config"],
        "command": record.get("command"),
        "trained_with": record.get("versions"),
    }
    if "run" in record:  # those of before had no such name
        card["run"] = record["run"]
    try:
        evaluation = read_json(directory.evaluation)
        card["metrics"] = evaluation
        for scores in evaluation["scores"].values():
            judge = scores.get("protocol", {}).get("classifier", {})
            if "name" in judge:
                card["dataset"] = judge["name"]
    except FileNotFoundError:
        return card
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"The scores of the run make no sense: {error!r}. Received: {directory.evaluation}"
        ) from error
    return card
