"""What the workers of one training must agree on before they go on."""

import tensorflow as tf

from tfgan_suite.checkpointing.store import CheckpointError


def agree_on_newest(store, found, strategy):
    """The newest checkpoint that every worker has: one may have been killed before a save.

    Called by all workers at once.

    Args:
        store: this worker's `CheckpointStore`.
        found: what its `newest` returned.
        strategy: of several workers.

    Returns:
        What `newest` returns.

    Raises:
        CheckpointError: if this worker no longer has what another one has to begin from.
    """
    here = -1 if found is None else found[2]["step"]
    steps = strategy.gather(strategy.run(lambda: tf.constant([here], tf.int64)), axis=0)
    least = int(tf.reduce_min(steps))
    if here > least:
        found = store.newest(up_to=least)
    if (-1 if found is None else found[2]["step"]) != least:
        raise CheckpointError(
            f"No checkpoint of step {least} is left in {store.directory}, and another "
            "worker has none that is newer. Begin anew, all workers in empty directories"
        )
    return found
