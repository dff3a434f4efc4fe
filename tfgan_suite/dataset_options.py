"""Options of `tf.data` that pipelines of trainings have."""

import tensorflow as tf


def without_autotuner(dataset):
    """Switches off `tf.data`'s autotuner, for whose thread the end of an iterator would wait.

    The thread sleeps for longer and longer (10 ms, 20 ms, ..., 10 s, ...), and whoever gives up an
    iterator waits until it wakes: `fit` on endless data could take as long again as its steps.
    What asks for `tf.data.AUTOTUNE` gets TensorFlow's fixed choice then: as many parallel calls as
    there are cores, at most 16. Whoever sets `options.autotune.enabled` himself keeps what he says.
    """
    if dataset.options().autotune.enabled is not None:
        return dataset
    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)
