"""How many elements a pipeline works on at once: as many as there are processors."""

import os

import tensorflow as tf

PREFETCHED = 2  # elements that wait for whoever takes them
_MOST = 16  # at once; every one of them is held in memory


def parallel_calls():
    """Number of elements to work on at once: the processors of this process, 16 at most."""
    if hasattr(os, "sched_getaffinity"):  # not on every system
        return min(_MOST, len(os.sched_getaffinity(0)))
    return min(_MOST, os.cpu_count() or 1)


def parallel_map(dataset, function):
    """`dataset.map`, in parallel and in order, of a function that AutoGraph leaves as it is."""
    return dataset.map(as_is(function), num_parallel_calls=parallel_calls(), deterministic=True)


def as_is(function):
    """A function that AutoGraph does not convert."""
    # Nothing to convert but the user's augmentations, which are converted where they are traced.
    return tf.autograph.experimental.do_not_convert(function)
