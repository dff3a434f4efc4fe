"""A step as a value: its minibatches, seeds, draws, notes, and its end."""

import families
import numpy as np
import pytest
import reference
import tensorflow as tf

from tfgan_suite import testing


def trainer(**options):
    return families.compiled(families.make(**options), rate=0.0, run_eagerly=True)


def begin(gan, rows=4):
    k = gan.discriminator_steps
    x = testing.points(rows * k)
    return gan.begin(tf.constant(x.reshape(rows, k, 2) if k > 1 else x))


def test_the_minibatches_of_a_step():
    step = begin(trainer(discriminator_steps=2))
    assert [tuple(x.shape) for x, _ in step.minibatches] == [(4, 2), (4, 2)]
    stacked = testing.points(8).reshape(4, 2, 2)
    np.testing.assert_array_equal(step.minibatches[1][0], stacked[:, 1])
    assert [y for _, y in step.minibatches] == [None, None]


def test_seeds_are_a_function_of_the_step_and_the_draw():
    gan = trainer()
    gan.step.assign(5)
    step = begin(gan)
    seeds = [step.next_seed().numpy().tolist() for _ in range(2)]
    assert seeds == [[families.SEED, 5 * 4096], [families.SEED, 5 * 4096 + 1]]


def test_draws_are_those_of_the_seeds():
    step = begin(trainer())
    drawn = step.draw(step.minibatches[0][0], [3])
    expected = reference.latents(4, 3, [families.SEED, 0])
    np.testing.assert_allclose(drawn, expected, rtol=1e-5, atol=1e-6)


def test_two_steps_know_nothing_of_one_another():
    gan = trainer()
    one, two = begin(gan), begin(gan)
    one.next_seed()
    one.note({"g_loss": 1.0})
    assert two.next_seed().numpy().tolist() == [families.SEED, 0] and not two.notes


def test_the_logs_are_means_of_the_notes_of_a_step():
    gan = trainer()
    for values in ((1.0, 3.0), (6.0,)):
        step = begin(gan)
        for value in values:
            step.note({"g_loss": value})
        logs = step.end()
    # Of the step's own mean, 2, and 6; what was not noted is not there.
    assert {name: float(value) for name, value in logs.items()} == {"g_loss": 4.0}
    assert int(gan.step) == 2


def test_what_has_no_name_in_the_logs_is_named():
    step = begin(trainer())
    step.note({"nonsense": 1.0})
    with pytest.raises(ValueError, match=r"have means. Received: values of \['nonsense'\]"):
        step.end()


def test_a_part_draws_what_the_step_would_draw_next():
    step = begin(trainer())
    step.next_seed()
    part = step.part()
    assert part.next_seed().numpy().tolist() == step.next_seed().numpy().tolist()
