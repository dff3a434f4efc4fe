"""What the two players of a GAN descend: adversarial loss, penalties, losses of their layers."""

import tensorflow as tf


def loss_of_discriminator(trainer, step, discriminator, x, fakes, y, real_logits, fake_logits):
    """Adversarial loss, penalties and the layers' own losses of one discriminator.

    Args:
        trainer: the trainer.
        step: the `Step`, or the part of it at hand.
        discriminator: one of the networks of the player `"discriminator"`.
        x: real examples.
        fakes: generated examples.
        y: the condition, or None.
        real_logits: what the discriminator gives for `x`.
        fake_logits: what it gives for `fakes`.

    Returns:
        The loss, and a dict of what is to be logged beside it.
    """
    loss = trainer.adversarial_loss.discriminator_loss(real_logits, fake_logits)
    logs = trainer.describe_logits(real_logits, fake_logits)
    condition = trainer.told(discriminator, x, y)
    player = trainer.players["discriminator"]
    for penalty in player.penalties_on(discriminator):
        known = {"real_logits": real_logits, "fake_logits": fake_logits}
        if penalty.needs_latents:
            known.update(trainer.latents_for_penalty(step, x, y))
        name = penalty.log_name(player.name)
        logs[name] = step.penalize(penalty, player, discriminator, x, fakes, condition, **known)
        loss += logs[name]
    return loss + _layer_losses(discriminator), logs


def loss_of_generator(trainer, step, generator, real_logits, fake_logits, draw):
    """Adversarial loss, penalties and the layers' own losses of one generator.

    Args:
        trainer: the trainer.
        step: the `Step`, or the part of it at hand.
        generator: one of the networks of the player `"generator"`.
        real_logits: what the discriminator gives for real examples; None unless the loss needs
            them.
        fake_logits: what it gives for the generator's.
        draw: function of nothing that gives inputs of the generator and its condition or None,
            to call it with where a penalty does.

    Returns:
        The loss, and a dict of what is to be logged beside it.
    """
    loss = trainer.adversarial_loss.generator_loss(real_logits, fake_logits)
    logs = {}
    player = trainer.players["generator"]
    for penalty in player.penalties_on(generator):
        inputs, condition = draw()
        name = penalty.log_name(player.name)
        logs[name] = step.penalize(penalty, player, generator, inputs, condition)
        loss += logs[name]
    return loss + _layer_losses(generator), logs


def _layer_losses(network):
    """What a network's own layers add to its player's loss: regularizers, `add_loss`."""
    return sum((tf.cast(loss, tf.float32) for loss in network.losses), start=0.0)


def logits_of(outputs):
    """The logits among the outputs of a discriminator: its only output, or the first."""
    return outputs[0] if isinstance(outputs, (list, tuple)) else outputs
