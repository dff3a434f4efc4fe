"""Everything that the package offers, and how to make a small one; a new class joins by a line."""

import keras
import numpy as np
import tensorflow as tf
from kinds import SEED, Function, Loss, Penalty
from models import LABELS, Layer, Network, Trainer
from translators import Translation, cyclegan, pix2pix

from tfgan_suite import latents, layers, losses, networks, testing, trainers

K = keras.layers

# === Data to call things with ===
X = testing.images(4, (6, 6, 4))
RGB = testing.images(4, (8, 8, 3))
W = testing.points(4, 5)
A, B, C = (testing.points(4, 3, seed=seed) for seed in range(3))
ONE_HOT = testing.one_hot(4)
REPLICAS_OWN_BATCH = "its statistics are those of the replica's own batch, as documented"


def spectral(layer, *args, **options):
    return lambda: layers.SpectralNormalization(layer(*args, **options), seed=1)


def critic():
    return keras.Sequential(
        [keras.Input((6, 6, 4)), K.Conv2D(3, 3), K.ReLU(), K.Flatten(), K.Dense(1, dtype="float32")]
    )


def small_discriminator():
    return networks.mlp.build_discriminator((8, 8, 1), (4,), seed=1)


def perceptual():
    images = keras.Input((6, 6, 4))
    return losses.PerceptualLoss(keras.Model(images, K.Conv2D(2, 3, activation="tanh")(images)))


def compiled(cls, penalties=(), loss=None, parts=None, **options):
    """A trainer of vectors, compiled with an optimizer whose steps are easy to compare.

    `parts` are its networks and its latents; by default small ones without labels.
    """
    parts = parts or (*testing.mlp_networks(), testing.LATENT_DIM)
    trainer = cls(*parts, seed=3, **options)
    optimizers = [keras.optimizers.Adam(0.01, epsilon=1e-3) for _ in range(2)]
    trainer.compile(*optimizers, loss=loss, penalties=penalties)
    return trainer


def parts_of_acgan():
    generator, _ = testing.label_networks()
    _, discriminator = testing.mlp_networks()
    head = networks.heads.build_class_head(discriminator, 3, seed=4)
    return generator, head, testing.LATENT_DIM


def parts_of_infogan():
    prior = latents.StructuredLatentPrior(2, (3,), 1)
    kernel = keras.initializers.HeNormal
    generator = networks.mlp.build_generator(2, prior.dim, (4,), activation="tanh", seed=1)
    _, discriminator = testing.mlp_networks()
    features = discriminator.layers[-1].input
    # Without the BatchNorm of `heads.build_code_heads`, whose statistics are each replica's own.
    sizes = {"codes": 3, "means": 1, "log_stddevs": 1}
    heads = [
        K.Dense(size, kernel_initializer=kernel(seed), dtype="float32", name=name)(features)
        for seed, (name, size) in enumerate(sizes.items())
    ]
    outputs = [*discriminator.outputs, *heads]
    return generator, keras.Model(discriminator.inputs[0], outputs), prior


LOSSES = {
    "FunctionPair": Loss(
        lambda: losses.get(
            (losses.least_squares_generator_loss, losses.wasserstein_hinge_discriminator_loss)
        )
    ),
    "Hinge": Loss(losses.Hinge),
    "LeastSquares": Loss(losses.LeastSquares),
    "Logistic": Loss(losses.Logistic),
    "Minimax": Loss(lambda: losses.Minimax(label_smoothing=0.1)),
    "ModifiedMinimax": Loss(lambda: losses.ModifiedMinimax(label_smoothing=0.1)),
    "RelativisticAverageHinge": Loss(losses.RelativisticAverageHinge),
    "RelativisticAverageLeastSquares": Loss(losses.RelativisticAverageLeastSquares),
    "RelativisticAverageLogistic": Loss(losses.RelativisticAverageLogistic),
    "RelativisticStandardHinge": Loss(losses.RelativisticStandardHinge),
    "RelativisticStandardLeastSquares": Loss(losses.RelativisticStandardLeastSquares),
    "RelativisticStandardLogistic": Loss(losses.RelativisticStandardLogistic),
    "Wasserstein": Loss(losses.Wasserstein),
}

FUNCTIONS = {
    "PerceptualLoss": Function(perceptual, X, X[::-1]),
    "acgan_discriminator_loss": Function(lambda: losses.acgan_discriminator_loss, A, B, ONE_HOT),
    "acgan_generator_loss": Function(lambda: losses.acgan_generator_loss, A, ONE_HOT),
    "categorical_information_loss": Function(
        lambda: losses.categorical_information_loss, ONE_HOT, A
    ),
    "combine_adversarial_loss": Function(
        lambda: lambda a, b: tf.reduce_mean(
            losses.combine_adversarial_loss(a, b, weight_factor=0.3)
        ), A, B,
    ),
    "continuous_information_loss": Function(lambda: losses.continuous_information_loss, A, B, C),
    "cycle_consistency_loss": Function(lambda: losses.cycle_consistency_loss, A, B, B, C),
    "feature_matching_loss": Function(lambda: losses.feature_matching_loss, X, X**2),
    "identity_loss": Function(lambda: losses.identity_loss, A, B),
    "mode_seeking_loss": Function(lambda: losses.mode_seeking_loss, X, X[::-1], A, B),
    "paired_feature_matching_loss": Function(
        lambda: losses.paired_feature_matching_loss, X, X[::-1]
    ),
    "pixel_l1_loss": Function(lambda: losses.pixel_l1_loss, A, B),
    "pixel_l2_loss": Function(lambda: losses.pixel_l2_loss, A, B),
    "wasserstein_gradient_penalty": Function(
        lambda: lambda real, fake: losses.wasserstein_gradient_penalty(
            real, fake, None, lambda x, _: tf.reduce_sum(tf.sin(x), axis=1), seed=SEED
        ), A, B,
    ),
}  # fmt: skip

PENALTIES = {
    "BalancedConsistencyRegularization": Penalty(
        losses.BalancedConsistencyRegularization, near=False
    ),
    "ConsistencyRegularization": Penalty(losses.ConsistencyRegularization, near=False),
    "DRAGAN": Penalty(losses.DRAGAN),
    "Drift": Penalty(losses.Drift),
    "GradientPenalty": Penalty(lambda: losses.GradientPenalty(5.0, target=0.5, interval=2)),
    "LatentConsistencyRegularization": Penalty(losses.LatentConsistencyRegularization, near=False),
    "LatentDiversityRegularization": Penalty(losses.LatentDiversityRegularization, near=False),
    "LeCam": Penalty(losses.LeCam),
    "ModeSeeking": Penalty(losses.ModeSeeking),
    "OrthogonalRegularization": Penalty(losses.OrthogonalRegularization),
    "PathLength": Penalty(losses.PathLength),
    "R1": Penalty(losses.R1),
    "R2": Penalty(losses.R2),
    "SpectralNormRegularization": Penalty(losses.SpectralNormRegularization),
}

LAYERS = {
    "AdaIN": Layer(lambda: layers.AdaIN(seed=1), X, W),
    "AdaptiveAugmentation": Layer(
        lambda: layers.AdaptiveAugmentation(initial_probability=0.5, seed=1), RGB
    ),
    "AffineAugmentation": Layer(lambda: layers.AffineAugmentation(seed=1), RGB),
    "BatchNormalization": Layer(
        layers.BatchNormalization, X, of_its_batch=REPLICAS_OWN_BATCH
    ),
    "Blur": Layer(layers.Blur, X),
    "ClipAtInference": Layer(lambda: layers.ClipAtInference(-0.5, 0.5), X),
    "ConditionalBatchNormalization": Layer(
        lambda: layers.ConditionalBatchNormalization(3), X, LABELS, of_its_batch=REPLICAS_OWN_BATCH
    ),
    "ConditionalBatchNormalization synchronized": Layer(
        lambda: layers.ConditionalBatchNormalization(3, synchronized=True), X, LABELS
    ),
    "ConditionalBatchNormalization of vectors": Layer(
        lambda: layers.ConditionalBatchNormalization(spectral_normalization=True),
        X, W, of_its_batch=REPLICAS_OWN_BATCH,
    ),
    "Conv2D": Layer(lambda: layers.Conv2D(4, 5, 2, "same"), RGB),
    "Conv2D in groups": Layer(lambda: layers.Conv2D(4, 3, padding="same", groups=2), X),
    "Conv2DTranspose": Layer(lambda: layers.Conv2DTranspose(1, 5, 2, "same"), X),
    "DifferentiableAugmentation": Layer(lambda: layers.DifferentiableAugmentation(seed=1), RGB),
    "Downsample": Layer(layers.Downsample, X),
    "Downsample by averages": Layer(lambda: layers.Downsample(taps=None), X),
    "Dropout": Layer(lambda: layers.Dropout(0.4, seed=1), X),
    "EqualizedConv2D": Layer(lambda: layers.EqualizedConv2D(3), X),
    "EqualizedDense": Layer(
        lambda: layers.EqualizedDense(3, activation="relu", lr_multiplier=0.01), W
    ),
    "GradientNormalization": Layer(lambda: layers.GradientNormalization(critic()), X),
    "ImageHistoryPool": Layer(lambda: layers.ImageHistoryPool(3, seed=1), X),
    "InstanceNormalization": Layer(layers.InstanceNormalization, X),
    "LearnedBasis": Layer(layers.LearnedBasis, W),
    "MinibatchStddev": Layer(lambda: layers.MinibatchStddev(2, 2), X),
    "ModulatedConv2D": Layer(lambda: layers.ModulatedConv2D(3), X, W),
    "ModulatedConv2D down": Layer(lambda: layers.ModulatedConv2D(3, resample="down"), X, W),
    "ModulatedConv2D up": Layer(lambda: layers.ModulatedConv2D(3, resample="up"), X, W),
    "NoiseInjection": Layer(lambda: layers.NoiseInjection(seed=1), X),
    "Pack": Layer(lambda: layers.Pack(1), X),  # with more, there is no row for each row
    "PixelNormalization": Layer(layers.PixelNormalization, X),
    "PixelShuffle": Layer(layers.PixelShuffle, X),
    "ProjectionHead": Layer(lambda: layers.ProjectionHead(3), X, LABELS),
    "ReferenceBatch": Layer(lambda: layers.ReferenceBatch(X[:3]), X, per_row=False),
    "SelfAttention": Layer(lambda: layers.SelfAttention(spectral_normalization=True), X),
    "SpectralNormalization of Conv2D": Layer(spectral(K.Conv2D, 3, 3), X),
    "SpectralNormalization of Conv2DTranspose": Layer(spectral(K.Conv2DTranspose, 3, 3, 2), X),
    "SpectralNormalization of Dense": Layer(spectral(K.Dense, 3), W),
    "SpectralNormalization of DepthwiseConv2D": Layer(spectral(K.DepthwiseConv2D, 3), X),
    "SpectralNormalization of Embedding": Layer(spectral(K.Embedding, 3, 2), LABELS),
    "Upsample": Layer(layers.Upsample, X),
    "Upsample by neighbours": Layer(lambda: layers.Upsample(taps=None), X),
    "VirtualBatchNormalization": Layer(
        layers.VirtualBatchNormalization, X, X[:3] + 1, rows=(0,)
    ),
}  # fmt: skip

NETWORKS = {
    "dcgan.build_discriminator": Network(
        lambda: networks.dcgan.build_discriminator(16, 1, filters=2, seed=1)
    ),
    "dcgan.build_discriminator of labels": Network(
        lambda: networks.dcgan.build_discriminator(16, 1, 2, num_classes=3, seed=1)
    ),
    "dcgan.build_discriminator with projection": Network(
        lambda: networks.dcgan.build_discriminator(
            16, 1, 2, num_classes=3, condition="projection", seed=1
        )
    ),
    "dcgan.build_discriminator with a dense layer": Network(
        lambda: networks.dcgan.build_discriminator(
            16, 1, 2, units=3, augmentation=layers.AffineAugmentation(seed=2), seed=1
        )
    ),
    "dcgan.build_generator": Network(
        lambda: networks.dcgan.build_generator(16, 1, 3, filters=2, seed=1)
    ),
    "dcgan.build_generator of labels": Network(
        lambda: networks.dcgan.build_generator(16, 1, 3, 2, num_classes=3, seed=1)
    ),
    "dcgan.build_generator with conditional BatchNorm": Network(
        lambda: networks.dcgan.build_generator(
            16, 1, 3, 2, num_classes=3, condition="batch_norm", seed=1
        )
    ),
    "dcgan.build_generator with a dense layer": Network(
        lambda: networks.dcgan.build_generator(
            16, 1, 3, 2, units=3, num_classes=3, condition="batch_norm", seed=1
        )
    ),
    "heads.build_class_head": Network(
        lambda: networks.heads.build_class_head(small_discriminator(), 3, seed=1)
    ),
    "heads.build_code_heads": Network(
        lambda: networks.heads.build_code_heads(
            small_discriminator(), (3, 2), 2, units=4, log_stddev=True, seed=1
        )
    ),
    "heads.build_code_heads behind an augmentation": Network(
        lambda: networks.heads.build_code_heads(
            small_discriminator(), (3,), 2, augmentation=layers.AffineAugmentation(seed=2), seed=1
        )
    ),
    "mlp.build_discriminator": Network(
        lambda: networks.mlp.build_discriminator((8, 8, 1), (4,), seed=1)
    ),
    "mlp.build_generator": Network(
        lambda: networks.mlp.build_generator((8, 8, 1), 3, (4,), seed=1)
    ),
    "packing.build_discriminator": Network(
        lambda: networks.packing.build_discriminator(small_discriminator(), 1)
    ),
    "patch_discriminator.build_discriminator": Network(
        lambda: networks.patch_discriminator.build_discriminator(
            16, 1, filters=2, receptive_field=16, seed=1
        )
    ),
    "r3gan.build_discriminator": Network(
        lambda: networks.r3gan.build_discriminator(8, 1, 4, group_size=4, blocks=1, seed=1)
    ),
    "r3gan.build_discriminator of labels": Network(
        lambda: networks.r3gan.build_discriminator(
            8, 1, 4, group_size=4, blocks=1, num_classes=3, seed=1
        )
    ),
    "r3gan.build_generator": Network(
        lambda: networks.r3gan.build_generator(
            8, 1, 3, 4, group_size=4, blocks=1, num_classes=3, seed=1
        )
    ),
    "resnet_translator.build_generator": Network(
        lambda: networks.resnet_translator.build_generator(16, 1, 1, 2, blocks=1, seed=1)
    ),
    "sngan.build_discriminator": Network(
        lambda: networks.sngan.build_discriminator(16, 1, 2, num_classes=3, seed=1)
    ),
    "sngan.build_discriminator without labels": Network(
        lambda: networks.sngan.build_discriminator(16, 1, 2, seed=1)
    ),
    "sngan.build_generator": Network(
        lambda: networks.sngan.build_generator(16, 1, 3, 2, num_classes=3, seed=1)
    ),
    "unet.build_generator": Network(
        lambda: networks.unet.build_generator(32, 1, 1, 1, seed=1)
    ),
}

TRAINERS = {
    "ACGAN": Trainer(
        lambda: compiled(
            trainers.ACGAN,
            parts=parts_of_acgan(),
            ema_decay=0.9,
            discriminator_steps=2,
            penalties=[losses.R1()],
        )
    ),
    "ConditionalGAN": Trainer(
        lambda: compiled(
            trainers.ConditionalGAN,
            parts=(*testing.label_networks(), testing.LATENT_DIM),
            loss="hinge",
            penalties=[losses.GradientPenalty(1.0)],
        )
    ),
    "CycleGAN": Translation(lambda: cyclegan(ema_decay=0.9)),
    "GAN": Trainer(lambda: compiled(trainers.GAN, loss="hinge", simultaneous=True)),
    "InfoGAN": Trainer(
        lambda: compiled(trainers.InfoGAN, parts=parts_of_infogan(), ema_decay=0.9)
    ),
    "InfoGAN simultaneous": Trainer(
        lambda: compiled(trainers.InfoGAN, parts=parts_of_infogan(), simultaneous=True)
    ),
    "MinimaxGAN": Trainer(lambda: compiled(trainers.MinimaxGAN, ema_decay=0.9)),
    "ModifiedMinimaxGAN": Trainer(
        lambda: compiled(
            trainers.ModifiedMinimaxGAN, shared_latents=True, penalties=[losses.R1(interval=2)]
        )
    ),
    "Pix2Pix": Translation(lambda: pix2pix(ema_decay=0.9)),
    "WassersteinGAN": Trainer(
        lambda: compiled(
            trainers.WassersteinGAN,
            discriminator_steps=2,
            ema_decay=0.9,
            penalties=[losses.GradientPenalty(1.0)],
        )
    ),
}

# The one list. A class may have further cases: its name, a space, and what they are.
CASES = {**LOSSES, **FUNCTIONS, **PENALTIES, **LAYERS, **NETWORKS, **TRAINERS}

# Those that have little which another case has not: they are asked with the slow tests.
SIMILAR = {
    "ConditionalBatchNormalization of vectors",
    "Downsample by averages",
    "GAN",
    "InfoGAN simultaneous",
    "MinimaxGAN",
    "ModulatedConv2D",
    "SpectralNormalization of Dense",
    "SpectralNormalization of DepthwiseConv2D",
    "SpectralNormalization of Embedding",
    "Upsample by neighbours",
    "dcgan.build_discriminator",
    "dcgan.build_discriminator of labels",
    "dcgan.build_discriminator with projection",
    "dcgan.build_generator",
    "dcgan.build_generator of labels",
    "dcgan.build_generator with conditional BatchNorm",
    "heads.build_code_heads",
    "r3gan.build_discriminator",
    "sngan.build_discriminator without labels",
}
