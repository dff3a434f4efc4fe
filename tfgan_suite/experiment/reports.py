"""What the command line shows of an experiment, before and after it runs."""

import dataclasses
import shlex

import keras
import numpy as np
import tensorflow as tf

from tfgan_suite import data
from tfgan_suite.callbacks.gan_monitor import DIAGNOSIS
from tfgan_suite.distribution import get_strategy
from tfgan_suite.experiment import console, evaluation, progress
from tfgan_suite.experiment.building import build
from tfgan_suite.experiment.exporting import paths_of
from tfgan_suite.files import read_json
from tfgan_suite.metrics import better
from tfgan_suite.operations import step_operations


def describe(recipe, config, strategy="auto", precision=None):
    """Builds an experiment; prints config, networks and a batch's shape; writes nothing."""
    output = console.make_console()
    strategy = get_strategy(strategy)
    built = build(recipe, config, strategy, precision)
    evaluation.check(built.trainer, built.judges)
    console.print_facts(output, f"config of {recipe.run_name(config)}", dataclasses.asdict(config))
    networks = [layer for layer in built.trainer.layers if isinstance(layer, keras.Model)]
    for network in networks:
        if network.trainable:  # a moving average is one more copy of what is shown
            network.summary(print_fn=lambda text: output.print(text, markup=False))
    # Read, it would have to wait for a whole epoch's images where they are cached and shuffled.
    batch = tf.nest.map_structure(
        lambda spec: f"{tuple(spec.shape)} {spec.dtype.name}", built.data.element_spec
    )
    for note in built.notes:
        output.print(f"note  {note}", markup=False)
    facts = {
        "parameters": ", ".join(f"{n.name} {n.count_params():,}" for n in networks),
        "trainer": f"{type(built.trainer).__name__}, loss {built.trainer.adversarial_loss!r}",
        "one batch": batch,
        "steps": f"{built.epochs} epochs of {built.epoch_steps or 'an unknown number of'} steps",
        "operations": _operations(built),
        "replicas": strategy.num_replicas_in_sync,
        "precision": precision or keras.config.dtype_policy().name,
    }
    console.print_facts(output, "dry run: nothing was trained or written", facts)


def _operations(built):
    """What a step costs, in words."""
    k = built.trainer.discriminator_steps

    def of_a_step(spec):
        shape = spec.shape if k == 1 else [spec.shape[0], k, *spec.shape[1:]]
        return tf.TensorSpec(shape, spec.dtype)

    specs = tf.nest.map_structure(of_a_step, built.data.element_spec)
    if not all(spec.shape.is_fully_defined() for spec in tf.nest.flatten(specs)):
        return "unknown: the size of a batch is not fixed"
    if built.trainer.distribute_strategy.num_replicas_in_sync > 1:
        return "counted without replicas only"
    found = step_operations(built.trainer, specs)
    return (
        f"{console.number(found.flops / 1e9)} GFLOP a step ({found.convolutions} convolutions, "
        f"{found.products} matrix products)"
    )


def print_choice(facts, choice, command):
    """Prints which recipe was chosen for the data, why, and the command that says so in full.

    Args:
        facts: the `Facts` of the data.
        choice: the `Choice`.
        command: list of strings.
    """
    output = console.make_console()
    output.print(f"data  {facts}", markup=False)
    output.print(f"chosen  {choice.recipe}", markup=False)
    for reason in choice.reasons:
        output.print(f"  {reason}", markup=False)
    output.print(f"in full  {shlex.join(command)}", markup=False)


def summarize(result):
    """Prints what a run has made, where it is, how good it is, and what to do next."""
    output = console.make_console()
    where = result.directory
    run = console.relative(where.path)
    if result.experiment is None:
        output.print(
            f"{run} is finished already: nothing was done (--new begins another run)", markup=False
        )
        return
    trainer = result.experiment.trainer
    step = int(trainer.step.numpy())
    state = "interrupted" if result.interrupted else "trained"
    facts = {"steps": f"{step} in {console.duration(result.seconds)}"}
    file = where.latest if result.interrupted else where.final
    if file.exists():
        facts["trainer"] = console.relative(file)
    passed_over = len(data.skipped(result.experiment.data))
    if passed_over:
        facts["skipped"] = f"{passed_over} broken examples of the data"
    if any(where.samples.glob("*.png")):
        facts["pictures"] = console.relative(where.samples)
    facts["metrics"] = console.relative(where.metrics)
    told = progress.in_words(where.progress)
    if told:
        facts["progress"] = f"{told} ({console.relative(where.progress_picture)})"
    if (where.path / DIAGNOSIS).exists():
        facts["diagnosis"] = _diagnosis(where.path / DIAGNOSIS)
    if result.best:
        facts["best"] = (
            f"{result.experiment.monitor} {console.number(result.best['score'])}, "
            f"{console.relative(where.training / result.best['checkpoint'])}"
        )
    if result.scores:
        facts["scores"] = console.relative(where.evaluation)
    if result.exported:
        facts["exported"] = ", ".join(map(console.relative, paths_of(result.exported)))
    console.print_facts(output, f"{result.experiment.name}: {state}", facts)
    print_scores(output, result.scores)
    output.print("\nto go on:" if result.interrupted else "\nnext:")
    for command in _next_commands(result, run):
        output.print(f"  {shlex.join(command)}", markup=False)


def _next_commands(result, run):
    """Commands that can be run with what there is, as lists of strings."""
    program = ["python", "-m", "tfgan_suite"]
    if result.interrupted:
        given = result.directory.read_config()["command"]
        return [[word for word in given if word != "--new"]] if given else []
    experiment, commands = result.experiment, []
    interface = next(iter(experiment.trainer.interfaces.values()))
    if interface.takes_latents:
        form = [] if interface.output.drawable else ["--format", "folder"]
        if all(kind.can_sample for kind in interface.conditions):
            commands.append([*program, "sample", run, "--seed", "1", *form])
    elif experiment.real is not None:
        commands.append([*program, "sample", run])
    return [*commands, ["tensorboard", "--logdir", run]]


def _diagnosis(path):
    """What a `GANMonitor` has found, in one line."""
    record = read_json(path)
    found = [f"{f['name'].replace('_', ' ')} at step {f['step']}" for f in record["findings"]]
    found = ", ".join(found) or f"nothing wrong seen in {record['looks']} looks"
    return f"{found}: {console.relative(path)}"


def score_table(results):
    """The scores of several generators as rows of texts, a column for each.

    Args:
        results: list of results of `scoring.score`.

    Returns:
        Rows of equal length; the first is the header. A value stands before its standard error.
    """
    header = ["score", *(result["generator"]["name"] for result in results), "better"]
    rows = [header]
    for scores in zip(*(result["scores"] for result in results)):
        values = [_with_error(score) for score in scores]
        rows.append([scores[0].name, *values, better(scores[0].metric) or ""])
    return rows


def _with_error(score):
    value, error = console.number(score.value), score.details.get("standard_error")
    return value if error is None else f"{value} ± {error:.2g}"


def print_table(output, results):
    """Prints `score_table` in columns."""
    rows = score_table(results)
    widths = [max(map(len, column)) for column in zip(*rows)]
    output.print()
    for row in rows:
        cells = [f"{cell:<{width}}" for cell, width in zip(row, widths)]
        output.print("  ".join(cells).rstrip(), markup=False)


def markdown(results, command=()):
    """`score_table` and what is common to its figures, as a Markdown file."""
    rows = [f"| {' | '.join(row)} |" for row in score_table(results)]
    columns = len(results) + 2
    rows.insert(1, "|".join(["", "---", *["---:"] * (columns - 2), "---", ""]))
    data = results[0]["data"]
    lines = [
        f"Real images: {data['images']} of {data['name']}, split {data['split']}, "
        f"{'x'.join(map(str, data['image_shape']))}, "
        + (f"resized: {data['resize']}." if data["resize"] else "at their own size."),
        f"Generated images: {results[0]['num_samples']} each, seed {results[0]['seed']}.",
    ]
    judges = {
        kind: score.protocol[kind]
        for result in results
        for score in result["scores"]
        for kind in ("extractor", "classifier")
        if kind in score.protocol
    }
    for kind, judge in judges.items():
        accuracy = f", accuracy {judge['accuracy']:.4f}" if "accuracy" in judge else ""
        lines.append(
            f"{kind.capitalize()}: {judge['name']}, SHA-256 {judge['content_hash']}{accuracy}."
        )
    lines += dict.fromkeys(line for result in results for line in _drawn(result["scores"]))
    for result in results:
        said = {k: v for k, v in result["generator"].items() if isinstance(v, (str, int))}
        name = said.pop("name")
        lines.append(f"{name}: {', '.join(f'{key} {value}' for key, value in said.items())}.")
    if command:
        lines.append(f"Command: `{' '.join(command)}`")
    return "\n".join([*rows, "", *(f"- {line}" for line in lines), ""])


def _drawn(scores):
    """What was asked for where images were generated, and how they were rounded: lines."""
    alike = {}
    for score in scores:
        asked = score.protocol["conditions"] or {}
        words = [f"{key} {_law(law)}" for key, law in asked.items()]
        words.append(f"rounded {score.protocol['rounding']}".replace("rounded none", "not rounded"))
        alike.setdefault("; ".join(words), []).append(score.metric)
    return [f"Judged by {', '.join(metrics)}: {words}." for words, metrics in alike.items()]


def _law(law):
    shares = law.get("frequencies")
    if shares is None:
        rows = f" of {law['observed']} rows of the data" if "observed" in law else ""
        return f"asked for: {law['law']}{rows}"
    names = law.get("names", [""] * len(shares))
    shares = ", ".join(f"{name} {share:.3g}".strip() for name, share in zip(names, shares))
    return f"asked for at the frequencies {shares}"


def print_scores(output, scores):
    """Prints the scores that are one number each."""
    numbers = evaluation.single_numbers(scores)
    if numbers:
        console.print_facts(
            output, "scores", {name: console.number(np.asarray(v)) for name, v in numbers.items()}
        )
