"""A look at both players that changes neither."""

import keras
import numpy as np
import tensorflow as tf

from tfgan_suite import losses
from tfgan_suite.trainers.base.packs import whole_packs
from tfgan_suite.trainers.base.player_losses import logits_of


def probe(trainer, real, seed=0, *, held_out=None, loss=None):
    """Losses, logits and gradient norms as of now; nothing is updated.

    Both networks run as in training (BatchNorm by the batch, dropout on), and what their layers
    would then assign, statistics, singular vectors and seeds, is thrown away. The latents come
    from `seed` alone. The losses are the adversarial ones, without penalties, regularizers and
    what further outputs of D add. It runs on one replica, with that one's variables.

    Args:
        real: real images `[N, ...]`, or a tuple `(images, condition)`, or `(images, inputs)`.
        seed: integer seed of the N latents.
        held_out: further real images, in the same form, to be judged alone; or None.
        loss: what `losses.get` accepts, to look through another loss than the compiled one.

    Returns:
        Dict of NumPy float32 values: `g_loss`, `d_loss`, `g_gradient_norm` and
        `d_gradient_norm` (the Euclidean norm over all trainable weights of a player);
        `g_signal` (the sum over the N generated images of |d g_loss / d logit|: 1 for the
        Wasserstein loss, and near 0 where a loss is saturated); `real_logits` and
        `fake_logits` `[N]` (means over each image's logits; of packs, `layers.Pack`, one for each
        whole pack), `held_out_logits` if asked for, and `generated`, the images.

    Raises:
        ValueError: if the trainer is not compiled, or the images or condition do not fit.
    """
    trainer._assert_compile_called("probe")
    batches = [_batch(real), None if held_out is None else _batch(held_out)]
    for batch in batches:
        if batch is not None:
            trainer.check_batch(*batch, groups=1)
    batches = [whole_packs(trainer, batch) for batch in batches]
    seed = tf.constant([int(seed), 0], tf.int64)
    loss = trainer.adversarial_loss if loss is None else loss
    look = _look if trainer.run_eagerly else _compiled_look(trainer, loss)
    return {name: value.numpy() for name, value in look(trainer, loss, seed, *batches).items()}


def _compiled_look(trainer, loss):
    # Not an attribute: Keras would take the dict for a part of the model.
    kept = trainer.__dict__.setdefault("_looks", {})
    key = loss if isinstance(loss, str) else id(loss)
    if key not in kept:

        def look(seed, real, held_out):
            return _look(trainer, loss, seed, real, held_out)

        # The loss is kept too, for as long as its id is a key.
        kept[key] = (loss, tf.function(look, autograph=False))
    return lambda trainer, loss, *arguments: kept[key][1](*arguments)


def _look(trainer, loss, seed, real, held_out):
    loss = losses.get(loss)
    x, y = real
    players = {"g": trainer.generator, "d": trainer.discriminator}
    values = {name: _here(network.trainable_variables) for name, network in players.items()}
    mapping = []
    for name, network in players.items():
        others = network.non_trainable_variables
        mapping += zip(network.trainable_variables, values[name])
        mapping += zip(others, _here(others))
    scales = {
        "g": trainer.players["generator"].optimizer.scale_loss(tf.ones([])),
        "d": trainer.players["discriminator"].optimizer.scale_loss(tf.ones([])),
    }
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(values)
        with keras.StatelessScope(state_mapping=mapping):
            g_z = trainer.generator(trainer.inputs_of_probe(x, y, seed), training=True)
            real_logits, fake_logits = (_logits(trainer, a, y) for a in (x, g_z))
            if held_out is not None:
                held_out_logits = _logits(trainer, *held_out)
            found = {
                "g": loss.generator_loss(real_logits, fake_logits),
                "d": loss.discriminator_loss(real_logits, fake_logits),
            }
        # Under float16 small gradients of an unscaled loss would be lost.
        scaled = {name: found[name] * scales[name] for name in found}
    result = {f"{name}_loss": value for name, value in found.items()}
    for name in players:
        gradients = tape.gradient(scaled[name], values[name])
        result[f"{name}_gradient_norm"] = _norm(gradients, scales[name])
    signal = tape.gradient(found["g"], fake_logits)
    result["g_signal"] = tf.zeros([]) if signal is None else tf.reduce_sum(tf.abs(signal))
    result["real_logits"], result["fake_logits"] = _rows(real_logits), _rows(fake_logits)
    if held_out is not None:
        result["held_out_logits"] = _rows(held_out_logits)
    result["generated"] = g_z
    return {name: tf.cast(value, tf.float32) for name, value in result.items()}


def _logits(trainer, examples, y):
    return logits_of(trainer.judge(trainer.discriminator, examples, y))


def _batch(given):
    """`(images, condition or None)` as tensors."""
    x, y = given if isinstance(given, (tuple, list)) else (given, None)
    return tf.nest.map_structure(
        lambda a: tf.convert_to_tensor(a) if isinstance(a, np.ndarray) else a, (x, y)
    )


def _here(variables):
    """Values of Keras variables on this process's first replica, where there are several."""
    values = [variable.value for variable in variables]
    return [tf.identity(getattr(value, "values", [value])[0]) for value in values]


def _norm(gradients, scale):
    gradients = [
        tf.cast(tf.convert_to_tensor(g), tf.float32) / scale for g in gradients if g is not None
    ]
    return tf.linalg.global_norm(gradients) if gradients else tf.zeros([])


def _rows(logits):
    """One logit for each image, whatever the rank."""
    logits = tf.cast(logits, tf.float32)
    return tf.reduce_mean(tf.reshape(logits, [tf.shape(logits)[0], -1]), axis=1)
