"""What the workers of one training must agree on before they go on."""

import numpy as np

from tfgan_suite.checkpointing.store import CheckpointError


def agree_on_newest(store, found, index, gather):
    """The newest checkpoint that every worker has: one may have been killed before a save.

    Called by all workers at once.

    Args:
        store: this worker's `CheckpointStore`.
        found: what its `newest` returned.
        index: number of this worker.
        gather: function from an int of this worker to the list of those of all.

    Returns:
        What `newest` returns.

    Raises:
        CheckpointError: if this worker no longer has what another one has to begin from.
    """
    here = -1 if found is None else found[2]["step"]
    steps = gather(here)
    least, missing = min(steps), int(np.argmin(steps))
    if here > least:
        found = store.newest(up_to=least)
    # Where another worker has none, one that has only its first checkpoint may begin anew.
    alone = least < 0 and len(store.paths()) > 1
    if (-1 if found is None else found[2]["step"]) != least or alone:
        held = f"has nothing newer than step {least}" if least >= 0 else "has none at all"
        raise CheckpointError(
            f"Worker {index} has checkpoints in {store.directory}, up to step {here}, and none "
            f"where worker {missing} could go on, which {held}. Use as many workers as before, "
            "each with its own checkpoints, or begin anew in an empty directory"
        )
    return found
