"""Stages of a training: each with a graph of its own, and a saved counter of which it is in."""

import keras
import numpy as np
import tensorflow as tf

from tfgan_suite.checks import positive_int_or_none
from tfgan_suite.registration import public


@public
class Stage:
    """One stage of a training: a name, a length, and what is different in it.

        stages = [
            Stage("pretraining", steps=1000, adversarial=False),
            Stage("training", adversarial=True),
        ]

    Args:
        name: of this stage among the others.
        steps: its length in steps; None where it is counted in images, or has no end.
        images: its length in real examples shown, over all replicas; None where it is counted in
            steps, or has no end. It ends with the step that shows the last of them.
        **values: its attributes, for the trainer's methods to ask: `self.stage.adversarial`.

    Raises:
        ValueError: if a length is not a positive integer, or there are both.
    """

    def __init__(self, name, *, steps=None, images=None, **values):
        self.name = name
        self.steps = positive_int_or_none("steps", steps)
        self.images = positive_int_or_none("images", images)
        if steps is not None and images is not None:
            raise ValueError(
                "A stage has a length in steps or in images. "
                f"Received: stage {name!r} with steps={steps}, images={images}"
            )
        vars(self).update(values)

    def __repr__(self):
        options = ", ".join(f"{k}={v!r}" for k, v in vars(self).items() if k != "name")
        return f"Stage({self.name!r}, {options})"


def check_stages(stages):
    """The stages of a trainer as a tuple; ValueError unless they can follow one another."""
    stages = tuple(stages)
    names = [getattr(stage, "name", None) for stage in stages]
    if not all(isinstance(stage, Stage) for stage in stages) or len(set(names)) < len(names):
        raise ValueError(
            f"`stages` must be a list of `Stage`s with different names. Received: {list(stages)}"
        )
    for stage in stages[:-1]:
        if stage.steps is None and stage.images is None:
            raise ValueError(
                "Only the last stage may have no end: give the others `steps=` or `images=`. "
                f"Received: {stage!r} before {names[-1]!r}"
            )
    return stages


class StageClock:
    """Which stage a training is in. To be made in the strategy's scope.

    The counters are variables, saved with the trainer: a training goes on within the stage that it
    has entered. While it runs they are followed on the host, since to ask a device how far it is
    would be to wait for it.

    Args:
        stages: tuple of `Stage`s, in their order.

    Attributes:
        entered: int64 variable `[3]`: number of the stage (-1: none yet), and the steps and images
            before it.
        images: int64 variable: real examples shown so far, if a stage is counted in them.
        images_per_step: where that is known and the same for all; else None.
    """

    def __init__(self, stages):
        self.stages = stages
        self.counts_images = any(stage.images is not None for stage in stages)
        options = {"dtype": "int64", "trainable": False, "aggregation": "only_first_replica"}
        self.entered = keras.Variable(np.array([-1, 0, 0]), name="stage", **options)
        self.images = keras.Variable(0, name="images", **options)
        self.images_per_step = None
        self._number = -1  # and the rest of `entered`, as of the last `read`:
        self._first_step = self._first_image = 0
        self._step = self._image = 0  # now; images at most
        self._is_exact = True  # whether just so many images
        self._made = {"test": {}, "predict": {}}  # functions by the numbers of stages

    @property
    def stage(self):
        """The present stage: in a graph, that for which the graph is made."""
        number = self._number
        if not tf.inside_function():
            number = int(keras.ops.convert_to_numpy(self.entered)[0])
        return self.stages[max(number, 0)]

    def count_images(self, images):
        """Counts the examples of a step, over all replicas, in it."""
        if self.counts_images:
            self.images.assign(self.images.value + tf.cast(images, tf.int64))

    # --- Between steps --------------------------------------------------------------------------

    def read(self, trainer):
        """Reads the counters: at the beginning of each `fit`, also after a state was restored."""
        numbers = keras.ops.convert_to_numpy(self.entered)
        self._number, self._first_step, self._first_image = map(int, numbers)
        self._step = int(keras.ops.convert_to_numpy(trainer.step))
        self._read_images()

    def _read_images(self):
        self._image, self._is_exact = int(keras.ops.convert_to_numpy(self.images)), True

    def _left(self):
        """Steps or images left of the present stage, at least; None where it has no end."""
        stage = self.stages[self._number]
        if stage.images is not None:
            end = self._first_image + stage.images
            if end <= self._image and not self._is_exact:
                self._read_images()
            return end - self._image
        return None if stage.steps is None else self._first_step + stage.steps - self._step

    def enter_due(self, trainer):
        """Enters the stage of the next step, where that is another one."""
        if self._number < 0:
            self._enter(trainer, 0, 0, 0)
        while self._number + 1 < len(self.stages):
            left = self._left()
            if left is None or left > 0:
                return
            if self.counts_images and not self._is_exact:
                self._read_images()
            # In its own unit it ends where it should: what one stage has too much, the next has
            # less.
            step, image = self._step + left, self._image
            if self.stages[self._number].images is not None:
                step, image = self._step, self._image + left
            self._enter(trainer, self._number + 1, step, image)

    def _enter(self, trainer, *numbers):
        self._number, self._first_step, self._first_image = numbers
        with trainer.distribute_strategy.scope():
            self.entered.assign(np.array(numbers))
            trainer.on_stage_begin(self.stages[self._number])

    def check_lengths(self, steps_per_execution):
        """Raises ValueError unless all stages but the last are of whole executions."""
        for stage in self.stages[:-1] if steps_per_execution > 1 else ():
            steps = stage.steps
            if stage.images is not None:
                if self.images_per_step is None:
                    raise ValueError(
                        "Stages counted in images need data whose batch size is known, where an "
                        f"execution has several steps. Received: {stage!r} with "
                        f"steps_per_execution={steps_per_execution}"
                    )
                steps = -(-stage.images // self.images_per_step)
            if steps % steps_per_execution:
                _refuse(stage, steps, steps_per_execution)

    def _check_execution(self, steps_per_execution):
        """As `check_lengths`, of what is left of the present stage."""
        left = self._left() if self._number + 1 < len(self.stages) else None
        if left is not None and self.stages[self._number].images is not None:
            left = -(-left // self.images_per_step)
        if left is not None and left < steps_per_execution:
            _refuse(self.stages[self._number], left, steps_per_execution)

    # --- Functions ------------------------------------------------------------------------------

    def train_function(self, trainer, make):
        """A function of all stages, each of which has one of its own.

        Args:
            trainer: the trainer.
            make: function of nothing that makes the train function of the present stage.

        Returns:
            A train function, as Keras calls it.
        """
        functions = {}

        def function(iterator):
            self.enter_due(trainer)
            steps = trainer.steps_per_execution
            is_data = isinstance(iterator, (tf.data.Iterator, tf.distribute.DistributedIterator))
            if steps > 1 and is_data:
                self._check_execution(steps)
            if self._number not in functions:
                functions[self._number] = make()
            logs = functions[self._number](iterator)
            self._step += steps
            if self.counts_images and self.images_per_step is None:
                self._read_images()
            elif self.counts_images:
                self._image += steps * self.images_per_step
                self._is_exact = False  # the last minibatch of an epoch may be smaller
            return logs

        return function

    def function(self, kind, make, anew):
        """The `"test"` or `"predict"` function of the present stage.

        Args:
            kind: which of them.
            make: function of nothing that makes it.
            anew: whether those that there are do not count any more.
        """
        made = self._made[kind]
        if anew:
            made.clear()
        self._number = int(keras.ops.convert_to_numpy(self.entered)[0])
        if self._number not in made:
            made[self._number] = make()
        return made[self._number]


def _refuse(stage, steps, steps_per_execution):
    raise ValueError(
        "An execution must not cross the border between stages: choose `steps_per_execution` so "
        f"that it divides their lengths. Received: steps_per_execution={steps_per_execution} with "
        f"{steps} steps to the end of the stage {stage.name!r}"
    )
