"""Where a training stands."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Position:
    """A point between two steps of a training.

    Attributes:
        epoch: epochs completed.
        step: steps (updates of the generator) done of the epoch that follows.
        data_step: steps' worth of data taken from the data's beginning; None where the data has no
            order of its own.
    """

    epoch: int = 0
    step: int = 0
    data_step: int | None = None


class Restart(Exception):
    """Raised inside `fit` by a callback that has put the trainer back to an earlier state.

    Args:
        position: the `Position` from which `fit` is to go on.
    """

    def __init__(self, position):
        super().__init__(position)
        self.position = position
