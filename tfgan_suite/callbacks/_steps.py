"""How far a training is."""


def steps_done(model):
    """Updates of the generator so far, or of the model where it is not a GAN."""
    counter = model.step if hasattr(model, "step") else model.optimizer.iterations
    return int(counter.numpy())


def epoch_start(model):
    """What `steps_done` was when the present epoch began, also if an earlier `fit` began it."""
    return steps_done(model) - getattr(model, "resumed_steps", 0)
