"""Evaluation of a trainer by the evaluators of its experiment."""

import time

from tfgan_suite.callbacks._steps import steps_done
from tfgan_suite.callbacks.sampling import Sampler
from tfgan_suite.files import write_json


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
    generate = Sampler(trainer, batch_size=250)
    scores = {}
    for evaluator in evaluators:
        name = getattr(evaluator, "name", type(evaluator).__name__)
        if name in scores:
            raise ValueError(f"Two evaluators have one name. Received: {name!r} twice")
        scores[name] = evaluator(generate, seed=seed)
    averaged = trainer.serving_generator is not trainer.generator
    write_json(
        path,
        {
            "trainer": trainer_file,
            "step": steps_done(trainer),
            "weights": "moving average" if averaged else "as trained",
            "seed": seed,
            "seconds": round(time.perf_counter() - start, 1),
            "scores": scores,
        },
    )
    return scores


def single_numbers(scores):
    """The scores that are one number each, as `{"evaluator.score": number}`."""
    return {
        f"{evaluator}.{name}": value
        for evaluator, found in scores.items()
        for name, value in found.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    }
