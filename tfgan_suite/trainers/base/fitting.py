"""What a Keras user calls: `fit`, `evaluate`, `train_on_batch`."""

import keras

from tfgan_suite.distribution import check_global_batch
from tfgan_suite.trainers.base import resumable_fit
from tfgan_suite.trainers.base.kinds_of_data import take_kinds, take_rows
from tfgan_suite.trainers.base.label_checks import naming_refusals, with_checked_conditions
from tfgan_suite.trainers.base.python_batches import looked_at
from tfgan_suite.trainers.base.step import unpack
from tfgan_suite.trainers.base.step_data import (
    check_equal_rows,
    expected_end_of_data,
    first_batch_size,
)
from tfgan_suite.trainers.base.value_checks import (
    PartOfData,
    check_finite,
    of_input_shapes,
    with_checked_values,
)


def _listed(options):
    """The callbacks among the options of `fit`."""
    callbacks = options.get("callbacks") or []
    callbacks = getattr(callbacks, "callbacks", callbacks)  # of Keras's own list of them
    return callbacks if isinstance(callbacks, (list, tuple)) else [callbacks]


class Fitting:
    """Mixin of `Trainer` that overrides Keras's `fit`, `evaluate` and `train_on_batch`."""

    def fit(self, x=None, y=None, **kwargs):
        """Trains, as `keras.Model.fit`.

        Warns of images that lie in [0, 1] where their modality says [-1, 1]. Of conditions of
        which only the data know the values (see `conditions.VectorCondition`) some rows are kept
        with the trainer, so that it can be sampled and judged without being told any.

        Args:
            x: a `tf.data.Dataset` of images, or of `(images, condition)`; arrays of images; or
                anything else that Keras accepts if `discriminator_steps` is 1. Images are float in
                [-1, 1] and of the discriminator's input shape. With `discriminator_steps=k`, k
                consecutive minibatches make one step; the progress bar counts steps. Of what
                `data.load` returns, each epoch has its own order, known from its number alone:
                a new `fit` takes the epoch after those that the trainer has seen. What it declares
                of its kinds (names of classes, say) goes with the trainer from then on, unless
                `modality` and `condition` were given.
            y: the condition where `x` is an array.
            **kwargs: as in `keras.Model.fit`. `batch_size` is the global one, for one minibatch.
                With a `callbacks.Checkpoints` among the callbacks, an interrupted training goes on.

        Returns:
            A `keras.callbacks.History`.

        Raises:
            ValueError: if the trainer is not compiled, the batch cannot be divided among the
                replicas, an epoch has fewer than `discriminator_steps` minibatches, arrays have
                different numbers of rows, weights of samples or classes are given, a label is
                not in [0, num_classes), a batch has another shape than the networks take, or values
                (of arrays, and of the first batches of whatever else) are not finite, or out of the
                range of the examples' modality.
            WorkerLostError: (a ConnectionError) under several workers, if another one is gone.
        """
        self._assert_compile_called("fit")
        check_equal_rows(x, y)
        for name in ("sample_weight", "class_weight"):
            if kwargs.get(name) is not None:
                raise ValueError(
                    f"A GAN's losses take no `{name}`: choose the images with the data set "
                    f"instead. Received: {name}={type(kwargs[name]).__name__}"
                )
        if kwargs.get("validation_data") is not None:
            self._check_can_be_evaluated()
        take_kinds(self, x)
        with naming_refusals():
            finite = not any(getattr(c, "policy", None) == "skip" for c in _listed(kwargs))
            seen, x = looked_at(self, x, finite)
            x, y = with_checked_conditions(self, x, y)
            x, y = with_checked_values(self, x, y, finite)
            take_rows(self, x, y, seen)
            return resumable_fit.fit(self, super().fit, x, y, kwargs)

    def evaluate(self, x=None, y=None, **kwargs):
        """All losses over a data set, as `keras.Model.evaluate`; nothing is updated.

        Args:
            x: as in `fit`, but never grouped: one batch is one minibatch.
            y: the condition where `x` is an array.
            **kwargs: as in `keras.Model.evaluate`.

        Returns:
            The list, or with `return_dict=True` the dict, of the means over all images.

        Raises:
            ValueError: if the trainer is not compiled, or the batch cannot be divided among the
                replicas.
            NotImplementedError: if the trainer has no `test_step`.
        """
        self._assert_compile_called("evaluate")
        self._check_can_be_evaluated()
        check_global_batch(first_batch_size(x, kwargs.get("batch_size")), self.distribute_strategy)
        with naming_refusals(), expected_end_of_data(x, kwargs):
            _, x = looked_at(self, x)
            x, y = with_checked_conditions(self, x, y)
            return super().evaluate(*with_checked_values(self, x, y), **kwargs)

    def _check_can_be_evaluated(self):
        if type(self).test_step is keras.Model.test_step:
            raise NotImplementedError(
                "Losses are evaluated by `test_step(data)`, which returns a dict of them. "
                f"Received: {type(self).__name__}, which has none"
            )

    def train_on_batch(self, x, y=None, **kwargs):
        """As `keras.Model.train_on_batch`; also raises ValueError for what `fit` refuses."""
        with naming_refusals():
            x, y = with_checked_conditions(self, x, y, self.discriminator_steps)
            x, y = with_checked_values(self, x, y, whole=False)
            return super().train_on_batch(x, y, **kwargs)

    def test_on_batch(self, x, y=None, **kwargs):
        """As `keras.Model.test_on_batch`; also raises ValueError for what `evaluate` refuses."""
        with naming_refusals():
            x, y = with_checked_conditions(self, x, y)
            x, y = with_checked_values(self, x, y, whole=False)
            return super().test_on_batch(x, y, **kwargs)

    def predict(self, x, **kwargs):
        """As `keras.Model.predict`.

        Args:
            x: what the generator that serves takes: latents or examples, or a list of them and the
                conditions; or a dataset of these.
            **kwargs: as in `keras.Model.predict`.

        Raises:
            ValueError: if they are of another shape than the generator takes, or not finite, or so
                large that what it makes of them is not finite.
        """
        check_finite("What `predict` is given", x)
        with naming_refusals():
            made = super().predict(x, **kwargs)
        check_finite("What the generator makes of these inputs, which are too large for it,", made)
        return made

    def predict_step(self, data):
        """What the generator that serves makes of one batch of inputs."""
        inputs, _ = unpack(data)
        return self(of_input_shapes(inputs, self.serving(self.network_names[0])), training=False)

    def parts_of_data(self):
        """List of the `PartOfData` of each part of a batch whose values are looked at."""
        examples = PartOfData.made(f"Real {self.modality.noun}", self.modality)
        known = self.conditions
        return [examples, *([PartOfData(known[0].kind)] if len(known) == 1 else [])]
