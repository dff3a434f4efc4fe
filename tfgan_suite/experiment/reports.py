"""What the command line shows of an experiment, before and after it runs."""

import dataclasses

import keras
import numpy as np
import tensorflow as tf

from tfgan_suite import data
from tfgan_suite.distribution import get_strategy
from tfgan_suite.experiment import console, evaluation, running


def describe(recipe, config, strategy="auto"):
    """Builds an experiment; prints config, networks and a batch's shape; writes nothing."""
    output = console.make_console()
    strategy = get_strategy(strategy)
    built = running.build(recipe, config, strategy)
    console.print_facts(output, f"config of {recipe.name}", dataclasses.asdict(config))
    networks = [layer for layer in built.trainer.layers if isinstance(layer, keras.Model)]
    for network in networks:
        if network.trainable:  # a moving average is one more copy of what is shown
            network.summary(print_fn=lambda text: output.print(text, markup=False))
    # Read, it would have to wait for a whole epoch's images where they are cached and shuffled.
    batch = tf.nest.map_structure(
        lambda spec: f"{tuple(spec.shape)} {spec.dtype.name}", built.data.element_spec
    )
    steps = built.steps_per_epoch or _steps(built)
    facts = {
        "parameters": ", ".join(f"{n.name} {n.count_params():,}" for n in networks),
        "trainer": f"{type(built.trainer).__name__}, loss {built.trainer.adversarial_loss!r}",
        "one batch": batch,
        "steps": f"{built.epochs} epochs of {steps} steps",
        "replicas": strategy.num_replicas_in_sync,
    }
    console.print_facts(output, "dry run: nothing was trained or written", facts)


def _steps(built):
    batches = int(built.data.cardinality())
    return batches // built.trainer.discriminator_steps if batches >= 0 else "an unknown number of"


def summarize(result):
    """Prints what a run has made, where it is, how good it is, and what to do next."""
    output = console.make_console()
    where = result.directory
    run = console.relative(where.path)
    if result.experiment is None:
        output.print(f"{run} is finished already: nothing was done")
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
    if result.scores:
        facts["scores"] = console.relative(where.evaluation)
    if result.exported:
        facts["exported"] = console.relative(result.exported)
    console.print_facts(output, f"{result.experiment.name}: {state}", facts)
    print_scores(output, result.scores)
    output.print("\nnext:")
    for command in (f"python -m tfgan_suite sample {run} --seed 1", f"tensorboard --logdir {run}"):
        output.print(f"  {command}", markup=False)


def print_scores(output, scores):
    """Prints the scores that are one number each."""
    numbers = evaluation.single_numbers(scores)
    if numbers:
        console.print_facts(
            output, "scores", {name: console.number(np.asarray(v)) for name, v in numbers.items()}
        )
