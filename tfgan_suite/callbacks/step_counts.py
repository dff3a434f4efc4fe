"""How far a training is."""


def steps_done(model):
    """Updates of the generator so far, or of the model where it is not a GAN."""
    counter = model.step if hasattr(model, "step") else model.optimizer.iterations
    return int(counter.numpy())


def epoch_start(model):
    """What `steps_done` was when the present epoch began, also if an earlier `fit` began it."""
    return steps_done(model) - getattr(model, "resumed_steps", 0)


def ended_early(callback, first):
    """Whether the epoch that ends was stopped before its last step; Keras ends it all the same.

    Args:
        callback: a Keras callback.
        first: what `epoch_start` was when the epoch began.
    """
    return steps_done(callback.model) - first < (callback.params.get("steps") or 0)
