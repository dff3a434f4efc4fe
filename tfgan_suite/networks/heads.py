"""Further outputs of a discriminator: the classes of AC-GAN, the codes of InfoGAN.

The new heads take the features from which the discriminator computes its logits, so they share its
body whatever the architecture:

    d = networks.dcgan.build_discriminator(28, 1, 32)
    d = networks.heads.build_class_head(d, num_classes=10)
"""

from keras import Model, layers

from tfgan_suite.checks import positive_int
from tfgan_suite.layers import BatchNormalization
from tfgan_suite.networks._building import normal_initializer, seeded


def build_class_head(discriminator, num_classes, *, seed=None, name=None):
    """Adds the auxiliary classifier of AC-GAN, Odena et al. 2017 (arXiv:1610.09585).

    Args:
        discriminator: functional `keras.Model` of images whose logits come from one layer of
            features; the new network shares its layers.
        num_classes: number of classes K.
        seed: integer seed of the initial weights; None for Keras's global seed.
        name: name of the model; None for the discriminator's.

    Returns:
        A `keras.Model` from images to `[logits, class_logits]`, class_logits float32 `[N, K]`.

    Raises:
        ValueError: if the discriminator has other inputs or outputs, or `num_classes` is not a
            positive integer.
    """
    positive_int("num_classes", num_classes)
    features = _features(discriminator)
    class_logits = layers.Dense(
        num_classes,
        kernel_initializer=normal_initializer(0.02, seeded(seed)),
        dtype="float32",
        name="class_logits",
    )(layers.Flatten()(features))
    return _extended(discriminator, [class_logits], name)


def build_code_heads(
    discriminator,
    categorical=(10,),
    continuous=2,
    *,
    units=128,
    log_stddev=False,
    augmentation=None,
    seed=None,
    name=None,
):
    """Adds the network Q of InfoGAN, Chen et al. 2016 (arXiv:1606.03657, section 6, appendix C).

    As in the paper's network for MNIST, Q has one hidden layer of its own (dense, BatchNorm,
    LeakyReLU(0.1)) behind the body that it shares with D.

    Args:
        discriminator: as for `build_class_head`.
        categorical: numbers of classes K of the categorical codes.
        continuous: number m of the continuous codes.
        units: of the hidden layer.
        log_stddev: whether Q gives the logarithms of the standard deviations of the continuous
            codes too; else they are 1, as in TF-GAN.
        augmentation: layer from images to images, such as `layers.AffineAugmentation`, through
            which the categorical codes are read, by the same body; then they cannot be told by what
            it blurs, only by what it leaves alone. D's logits and the continuous codes are of the
            images themselves. None, as in the paper, for one reading of all.
        seed: integer seed of the initial weights; None for Keras's global seed.
        name: name of the model; None for the discriminator's.

    Returns:
        A `keras.Model` from images to `[logits, code logits [N, K] of each categorical code, means
        [N, m], log_stddevs [N, m]]`, all float32; without continuous codes the last two, without
        `log_stddev` the last is not there.

    Raises:
        ValueError: if the discriminator has other inputs or outputs, a number is out of range, or
            there is no code.
    """
    positive_int("units", units)
    for classes in categorical:
        positive_int("categorical", classes)
    if continuous:
        positive_int("continuous", continuous)
    if not categorical and not continuous:
        raise ValueError(
            "Q needs a code to predict. Received: "
            f"categorical={categorical!r}, continuous={continuous!r}"
        )
    next_seed = seeded(seed)

    # === Layers ===
    def dense(units, **options):
        return layers.Dense(
            units, kernel_initializer=normal_initializer(0.02, next_seed), **options
        )

    hidden = [
        layers.Flatten(),
        dense(units, use_bias=False),
        BatchNormalization(momentum=0.9, epsilon=1e-5),
        layers.LeakyReLU(0.1),
    ]

    # === Functional model ===
    features, images = _features(discriminator), discriminator.inputs[0]
    x = augmented = _through(hidden, features)
    if augmentation is not None:
        # `call` puts the body's own layers behind the augmentation, without a model around them.
        again = Model(images, features).call(augmentation(images))
        augmented = _through(hidden, again)
    heads = [
        dense(classes, dtype="float32", name=f"code_{index}_logits")(augmented)
        for index, classes in enumerate(categorical)
    ]
    if continuous:
        heads.append(dense(continuous, dtype="float32", name="means")(x))
        if log_stddev:
            heads.append(dense(continuous, dtype="float32", name="log_stddevs")(x))
    return _extended(discriminator, heads, name)


def _features(discriminator):
    """What the last layer of a discriminator takes."""
    inputs, outputs = discriminator.inputs, discriminator.outputs
    source = outputs[0]._keras_history.operation if outputs else None
    taken = source.input if source is not None else None
    if len(inputs) != 1 or len(outputs) != 1 or isinstance(taken, (list, tuple)):
        raise ValueError(
            "Heads are added to a discriminator of images alone with one output, logits that one "
            f"layer computes from features. Received: {discriminator.name!r} with "
            f"{len(inputs)} input(s) and {len(outputs)} output(s)"
        )
    return taken


def _through(chain, x):
    for layer in chain:
        x = layer(x)
    return x


def _extended(discriminator, heads, name):
    outputs = [*discriminator.outputs, *heads]
    return Model(discriminator.inputs[0], outputs, name=name or discriminator.name)
