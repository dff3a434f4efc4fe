"""A resumed training is, bit for bit, the one that was not interrupted."""

import functools

import keras
import pytest
import trainings

# Steps of an epoch of four, of two epochs.
MOMENTS = {"first_step": 1, "mid_epoch": 6, "epoch_end": 4, "last_step": 8}
# They have little that the others have not.
SIMILAR = ("plain", "mixed_bfloat16", "conditional", "infogan", "spectral_norm")
BY_DEFAULT = [("mid_epoch", option) for option in trainings.OPTIONS if option not in SIMILAR]
BY_DEFAULT += [("epoch_end", "ema")]
OTHERS = [
    (moment, option)
    for moment in MOMENTS
    for option in trainings.OPTIONS
    if (moment, option) not in BY_DEFAULT
]
CASES = [*BY_DEFAULT, *(pytest.param(*case, marks=pytest.mark.slow) for case in OTHERS)]


@functools.cache
def uninterrupted(option, strategy):
    return trainings.digests(trainings.train(option, strategy=strategy))


@pytest.mark.parametrize("moment, option", CASES)
def test_the_state_is_that_of_an_uninterrupted_training(moment, option, tmp_path, two_replicas):
    strategy = two_replicas if option == "two_replicas" else None
    stopped = trainings.train(option, tmp_path, MOMENTS[moment], strategy=strategy)
    assert int(keras.ops.convert_to_numpy(stopped.step)) == MOMENTS[moment]
    resumed = trainings.train(option, tmp_path, strategy=strategy)
    assert trainings.digests(resumed) == uninterrupted(option, strategy)
