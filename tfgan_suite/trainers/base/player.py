"""A player of the game: its networks, their averages, its optimizer and its penalties."""

import keras
import tensorflow as tf

from tfgan_suite.distribution import assign_all, share


class Player:
    """One side of a game: all that descends one loss with one optimizer.

    What is easy to get wrong is here, once: gradients that replicas and micro-batches add up, loss
    scaling, a loss that depends on no weight.

    Args:
        name: as it is called in the options of `compile` and in the logs.
        networks: dict of functional `keras.Model`s by their names in the trainer.
        averages: dict of the exponential moving averages of those networks that have one.

    Attributes:
        optimizer: its `keras.optimizers.Optimizer`; None before `compile`.
        penalties: dict of lists of `losses.Penalty` by the names of its networks; empty before
            `compile`.
        parts_may_rest: whether a step may leave some of its weights without a gradient, as those
            of networks that a later stage trains.
    """

    def __init__(self, name, networks, averages=()):
        self.name = name
        self.networks = dict(networks)
        self.averages = dict(averages)
        self.optimizer = None
        self.penalties = {}
        self.parts_may_rest = False

    @property
    def weights(self):
        """Trainable variables of all its networks, in the order of the optimizer's."""
        return [w for network in self.networks.values() for w in network.trainable_variables]

    def penalties_on(self, network):
        """The penalties on one of its networks, the object itself."""
        name = next(name for name, own in self.networks.items() if own is network)
        return self.penalties.get(name, [])

    def gradients(self, loss, tape):
        """Gradients of a loss as `apply` wants them, under replicas and loss scaling.

        Args:
            loss: float32 scalar, a mean over the rows at hand.
            tape: the `tf.GradientTape` that has seen it come about.

        Returns:
            List of a tensor for each of `weights`, or None where the loss does not depend on it.

        Raises:
            ValueError: if the loss depends on none of them.
        """
        # Keras adds gradients up over replicas, and so does a step over micro-batches; the loss is
        # a mean over the rows of one of them.
        _, shares = share()
        with tape:
            loss = self.optimizer.scale_loss(loss / shares if shares > 1 else loss)
        gradients = tape.gradient(loss, self.weights)
        if all(gradient is None for gradient in gradients):
            names = " and ".join(repr(network.name) for network in self.networks.values())
            raise ValueError(
                f"The loss does not depend on any trainable weight of {names}: check that "
                "the network has some and that the loss is differentiable."
            )
        return gradients

    def apply(self, gradients):
        """Moves the weights by what `gradients` has returned."""
        there = [g for g in gradients if g is not None]
        weights = self.weights
        if self.parts_may_rest:
            weights = [w for w, g in zip(weights, gradients, strict=True) if g is not None]
            gradients = there
        with tf.control_dependencies(there):
            self.optimizer.apply(gradients, weights)

    def is_due(self, penalty):
        """Whether a penalty counts in the present update; a tensor under lazy regularization."""
        return penalty.interval == 1 or self.optimizer.iterations.value % penalty.interval == 0

    def update_averages(self, rate):
        """Moves each average towards its network by a fraction.

        Args:
            rate: float32 scalar in [0, 1], 1 - decay.
        """

        def moved(average, raw):
            if "float" not in average.dtype:  # states of seed generators are copied
                return tf.identity(raw.value)
            return average.value + tf.cast(rate, average.dtype) * (raw.value - average.value)

        pairs = []
        for name, average in self.averages.items():
            pairs += zip(average.variables, self.networks[name].variables)
        assign_all([average for average, _ in pairs], [moved(*pair) for pair in pairs])


def average_of(network):
    """What is to be the moving average of a network: a copy that is not trained."""
    copy = keras.models.clone_model(network)
    copy.name = f"{network.name}_average"
    copy.set_weights(network.get_weights())
    copy.trainable = False
    return copy
