"""What a training with packs of examples (PacGAN, `layers.Pack`) must keep to."""

from tfgan_suite.interface import samples_in_packs


def check_judges_of_packs(discriminator):
    """Raises ValueError for further outputs beside the logits of packs."""
    samples = samples_in_packs(discriminator)
    if samples > 1 and len(discriminator.outputs) > 1:
        raise ValueError(
            "A discriminator of packs has logits alone: classes and codes are those of single "
            f"examples. Received: {discriminator.name!r} with packs of {samples} and "
            f"{len(discriminator.outputs)} outputs"
        )


def check_whole_packs(trainer, batch_size):
    """Raises ValueError unless each share of a minibatch is of whole packs.

    Args:
        trainer: the trainer.
        batch_size: examples in a minibatch, over all replicas; None if unknown.
    """
    shares = trainer.distribute_strategy.num_replicas_in_sync * trainer.micro_batches
    for network in trainer.networks():
        samples = samples_in_packs(network)
        if batch_size is not None and batch_size % (samples * shares):
            raise ValueError(
                f"A minibatch must be divisible into packs of {samples} examples, which "
                f"{network.name!r} judges together, on each replica and in each micro-batch. "
                f"Received: batch_size={batch_size}, {shares} share(s) of it"
            )


def whole_packs(trainer, batch):
    """A batch `(examples, condition)` without the rows that make no pack; None stays None."""
    if batch is None:
        return None
    samples = max(samples_in_packs(network) for network in trainer.networks())
    x, y = batch
    kept = x.shape[0] - x.shape[0] % samples
    return x[:kept], _first(y, kept)


def _first(y, rows):
    if isinstance(y, (list, tuple)):
        return type(y)(part[:rows] for part in y)
    return None if y is None else y[:rows]
