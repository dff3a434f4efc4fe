"""The architecture and the training of the small convolutional classifier."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

# Part of the cache key. Raise it when anything below changes what is learnt.
ARCHITECTURE = "conv3-flatten-v1"

MIN_IMAGE_SIZE = 8


def build_classifier(image_shape, num_classes, seed):
    """Builds the untrained network: three convolutions, then one linear layer on all positions.

    A linear layer on the flattened map learns in a few epochs what global average pooling needs
    many for (MNIST, 3 epochs: 0.993 against 0.985). Every layer computes in float32 whatever the
    global policy, since half precision would make the judge depend on how the GAN is trained.

    Args:
        image_shape: `(height, width, channels)`.
        num_classes: number of classes K.
        seed: int; the initial weights and the dropout masks depend on it alone.

    Returns:
        A `keras.Model`, images `[B, H, W, C]` in [-1, 1] to float32 logits `[B, K]`.

    Raises:
        ValueError: if a side is shorter than 8 pixels.
    """
    if min(image_shape[:2]) < MIN_IMAGE_SIZE:
        raise ValueError(
            f"Both sides of the images must be at least {MIN_IMAGE_SIZE} pixels long. "
            f"Received: image_shape={image_shape}"
        )
    seeds = iter(_seeds(seed, 5))
    images = keras.Input(image_shape, name="images", dtype="float32")

    def block(x, index, filters, kernel_size, strides):
        x = layers.Conv2D(
            filters,
            kernel_size,
            strides=strides,
            padding="same",
            use_bias=False,
            kernel_initializer=keras.initializers.HeNormal(next(seeds)),
            dtype="float32",
            name=f"conv_{index}",
        )(x)
        # Training takes only hundreds of steps; 0.99 would leave the statistics behind.
        x = layers.BatchNormalization(momentum=0.9, dtype="float32", name=f"norm_{index}")(x)
        return layers.ReLU(dtype="float32", name=f"relu_{index}")(x)

    x = block(images, 1, filters=32, kernel_size=5, strides=2)
    x = block(x, 2, filters=64, kernel_size=3, strides=1)
    x = layers.MaxPooling2D(2, dtype="float32", name="pool")(x)
    x = block(x, 3, filters=64, kernel_size=3, strides=1)
    x = layers.Flatten(dtype="float32", name="flatten")(x)
    x = layers.Dropout(0.3, seed=next(seeds), dtype="float32", name="dropout")(x)
    logits = layers.Dense(
        num_classes,
        kernel_initializer=keras.initializers.GlorotUniform(next(seeds)),
        dtype="float32",
        name="logits",
    )(x)
    return keras.Model(images, logits, name="classifier")


def fit_classifier(model, images, labels, *, seed, epochs, batch_size, learning_rate):
    """Trains `model` in place: Adam, cosine decay to 0, random shifts of up to 1/16 of the size.

    On one machine's CPU the result is a function of the arguments; no global random state is read
    or changed.

    Args:
        model: what `build_classifier` returns.
        images: float32 array `[N, H, W, C]` in [-1, 1].
        labels: int array `[N]`.
        seed: int, of the order of the images and of the shifts.
        epochs: number of passes over the images.
        batch_size: images a step; the rest of each pass is left out.
        learning_rate: the first learning rate of Adam.
    """
    batch_size = min(batch_size, len(images))
    steps = len(images) // batch_size
    order_seed, shift_seed = _seeds(seed, 7)[5:]
    rng = np.random.default_rng(order_seed)
    order = [rng.permutation(len(images))[: steps * batch_size] for _ in range(epochs)]
    images, labels = tf.constant(images), tf.constant(labels)

    def load(step, indices):
        batch = _shift(tf.gather(images, indices), tf.stack([shift_seed, step]))
        return batch, tf.gather(labels, indices)

    batches = tf.data.Dataset.from_tensor_slices(np.reshape(order, [-1, batch_size]))
    batches = batches.enumerate().map(load).prefetch(tf.data.AUTOTUNE)
    schedule = keras.optimizers.schedules.CosineDecay(learning_rate, epochs * steps)
    model.compile(
        optimizer=keras.optimizers.Adam(schedule),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        # XLA is slower than plain TensorFlow for a network of this size on a CPU.
        jit_compile=False,
        auto_scale_loss=False,
    )
    # All epochs are one long pass, so that the counter of the shifts never starts again.
    model.fit(batches, shuffle=False, verbose=0)


def _shift(images, seed):
    """Shifts each image by whole pixels, repeating its border."""
    count, height, width = images.shape[:3]
    for axis, size, salt in ((1, height, 0), (2, width, 1)):
        reach = size // 16
        offsets = tf.random.stateless_uniform(
            [count, 1], seed + [salt, 0], -reach, reach + 1, tf.int64, alg="philox"
        )
        positions = tf.clip_by_value(tf.range(size, dtype=tf.int64) + offsets, 0, size - 1)
        images = tf.gather(images, positions, axis=axis, batch_dims=1)
    return images


def _seeds(seed, count):
    """`count` independent non-negative 31-bit seeds from one."""
    return [int(state >> 1) for state in np.random.SeedSequence(seed).generate_state(count)]
