"""Evaluation of a trainer by the evaluators of its experiment."""

import time

from tfgan_suite.callbacks.metric_evaluation import BATCH, judge, named, single_numbers, state_of
from tfgan_suite.files import write_json
from tfgan_suite.generation.translator import for_evaluators

__all__ = ["check", "evaluate", "single_numbers"]


def check(trainer, evaluators):
    """Finds before a training what its evaluators could not judge after it.

    Args:
        trainer: a trainer.
        evaluators: as for `evaluate`; one that has `check(generate)` is asked.

    Raises:
        ValueError: as these do; or if two evaluators have one name.
    """
    if not evaluators:
        return
    generate = for_evaluators(trainer, BATCH)
    for name, evaluator in named(evaluators).items():
        try:
            getattr(evaluator, "check", lambda generate: None)(generate)
        except ValueError as error:
            raise ValueError(
                f"The evaluator {name!r} cannot judge what this trainer makes: {error}"
            ) from error


def evaluate(trainer, evaluators, path, *, trainer_file, seed):
    """Scores what the generator that serves makes, and writes the scores as JSON.

    Args:
        trainer: a trainer.
        evaluators: callables `evaluator(generate, seed=...)` that return dicts of scores, each with
            a `name`.
        path: the JSON file. It has the scores by evaluator and what they are the scores of.
        trainer_file: name of the file that holds the trainer, for the record.
        seed: integer seed of the generated examples.

    Returns:
        Dict of the evaluators' names to their dicts.

    Raises:
        ValueError: if two evaluators have one name.
    """
    start = time.perf_counter()
    scores = judge(for_evaluators(trainer, BATCH), named(evaluators), seed=seed)
    record = {"trainer": trainer_file, **state_of(trainer), "seed": seed}
    record["seconds"] = round(time.perf_counter() - start, 1)
    write_json(path, {**record, "scores": scores})
    return scores
