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
        ValueError: if this is not a run directory.
    """
    record = directory.read_config()
    card = {
        "recipe": record["recipe"],
        "config": record["config"],
        "command": record["command"],
        "trained_with": record["versions"],
    }
    if "run" in record:  # those of before had no such name
        card["run"] = record["run"]
    try:
        evaluation = read_json(directory.evaluation)
    except FileNotFoundError:
        return card
    card["metrics"] = evaluation
    for scores in evaluation["scores"].values():
        judge = scores.get("protocol", {}).get("classifier", {})
        if "name" in judge:
            card["dataset"] = judge["name"]
    return card
