"""Checks of what an exported model answers, asked through TensorFlow's C API."""

import dataclasses

import numpy as np
import tensorflow as tf

from tfgan_suite.export import model_card, warmup
from tfgan_suite.export.read_back import TOLERANCE, alike
from tfgan_suite.export.tracing import examples, float32_arithmetic, source_of
from tfgan_suite.export.verdicts import Failed, Skipped

BATCHES = (1, 3, 17)


def check_loading(model):
    """The server's loader takes it."""
    model.served  # noqa: B018, reading the attribute is the check
    return "in TensorFlow's C API"


def check_warmup(model):
    """The warm-up requests can be read, are answered, and reach every signature."""
    requests = warmup.read(model.path)
    for number, (signature, inputs) in enumerate(requests):
        try:
            model.served(signature, inputs)
        except (ValueError, RuntimeError) as error:
            raise Failed(f"{warmup.FILE}, record {number} ({signature}): {error}") from error
    forgotten = sorted(set(model.definitions) - {name for name, _ in requests})
    if forgotten:
        raise Failed(f"{warmup.FILE} has no request for {', '.join(forgotten)}")
    return f"{len(requests)} requests answered"


def check_examples(model):
    """The examples of the model card give what the card says."""
    largest = 0.0
    for name, described in model.card["signatures"].items():
        example = described["example"]
        answers = model.served(name, model_card.example_inputs(example["inputs"]))
        for key, expected in example["outputs"].items():
            if list(answers[key].shape) != expected["shape"]:
                raise Failed(f"{name}: `{key}` of shape {answers[key].shape}, not {expected}")
            if "values" in expected:
                found = answers[key].reshape(-1)[expected["positions"]]
                largest = max(largest, _difference(found, np.asarray(expected["values"])))
        if largest > TOLERANCE:
            raise Failed(f"{name} differs from the card's example by {largest:.1e}")
    return f"largest difference {largest:.1e}"


def check_determinism(model):
    """The same request gives the same answer, to the last bit, in one and in another session."""
    again = type(model.served)(model.path)
    try:
        for name, inputs in _examples(model):
            first = model.served(name, inputs)
            for other in (model.served(name, inputs), again(name, inputs)):
                for key in first:
                    if not np.array_equal(first[key], other[key]):
                        raise Failed(f"{name} gave two answers to one request")
    finally:
        again.close()
    return "asked three times, in two sessions"


def check_independent_rows(model):
    """Row i depends on row i of the request alone."""
    largest = 0.0
    for name, inputs in _examples(model):
        together = model.served(name, inputs)
        reversed_ = model.served(name, {key: value[::-1] for key, value in inputs.items()})
        last = model.served(name, {key: value[-1:] for key, value in inputs.items()})
        for key, value in together.items():
            pairs = [(value, reversed_[key][::-1]), (value[-1:], last[key])]
            if value.dtype != object:
                largest = max(largest, *(_difference(a, b) for a, b in pairs))
            elif not all(alike(a, b) for a, b in pairs):
                raise Failed(f"{name}: a row of `{key}` changes with its neighbours")
        if largest > TOLERANCE:
            raise Failed(f"{name}: a row changes by {largest:.1e} with its neighbours")
    return f"largest difference {largest:.1e}"


def check_refusals(model):
    """Wrong requests are refused with an error that names the input."""
    refused = 0
    for name, inputs in _examples(model):
        for what, key, request in wrong_requests(model, name, inputs):
            try:
                model.served(name, request)
            except RuntimeError as error:
                if key not in str(error):
                    raise Failed(f"{name}: {what} is refused without its name: {error}") from error
                refused += 1
            else:
                raise Failed(f"{name}: {what} is answered")
    return f"{refused} wrong requests refused by name"


def wrong_requests(model, name, inputs):
    """Yields `(what is wrong, key, request)` for one signature."""
    max_rows = model.card["max_rows"]
    first = next(iter(inputs))
    yield f"`{first}` without rows", first, {key: value[:0] for key, value in inputs.items()}
    rows = np.zeros(max_rows + 1, int)
    if max_rows * inputs[first][0].size < 10_000_000:  # large pictures take too much memory
        yield (
            f"`{first}` of {max_rows + 1} rows", first,
            {key: value[rows] for key, value in inputs.items()},
        )  # fmt: skip
    for field in model.requests[name].fields:
        key = field.key
        for what, value in field.invalid().items():
            wrong = inputs[key].copy()
            wrong.flat[-1] = value
            yield f"`{key}` {what}", key, {**inputs, key: wrong}
        if field.row and field.row[-1] is not None:
            yield f"`{key}` too narrow", key, {**inputs, key: inputs[key][..., :-1]}
        if key != first:
            yield f"`{key}` too short", key, {**inputs, key: inputs[key][:-1]}


def check_agreement(model):
    """The answers are those of the trainer from which it was exported."""
    if model.against is None:
        raise Skipped("no trainer was given to compare with")
    part, largest = model.against, 0.0
    raw = model.card["weights"] == "as trained"
    generator = part.generator if raw else part.serving_generator
    # The prior is the trainer's own: what was drawn from another one would not agree.
    interface = dataclasses.replace(model.interface, source=part.interface.source)
    for name in ("serving_default", "from_seed"):
        if name not in model.requests:
            continue
        for rows in BATCHES:
            inputs = _example(model, name, rows)
            values = {key: tf.constant(value) for key, value in inputs.items()}
            conditions = model.requests[name].conditions_of(values)
            with float32_arithmetic(generator):
                source = source_of(interface, values)
                expected = examples(generator, interface, source, conditions)
            found = model.served(name, inputs)[interface.output.key]
            difference = _difference(found, expected)
            largest = max(largest, difference)
            if difference > TOLERANCE:
                raise Failed(f"{name} of {rows} rows differs from the trainer by {difference:.1e}")
    return f"largest difference {largest:.1e}, batches of {', '.join(map(str, BATCHES))}"


def _examples(model):
    """Yields the name and a valid request of three rows of every signature."""
    model.card  # noqa: B018, without one nothing is known of what may be asked
    for name in model.requests:
        yield name, _example(model, name, 3)


def _example(model, name, rows):
    return {field.key: field.example(rows, seed=7) for field in model.requests[name].fields}


def _difference(found, expected):
    found, expected = np.asarray(found, np.float64), np.asarray(expected, np.float64)
    difference = np.abs(found - expected) / np.maximum(1.0, np.abs(expected))
    return float(np.nan_to_num(difference, nan=np.inf).max(initial=0.0))
