"""Auxiliary losses: against TF-GAN, NumPy in float64, and closed forms."""

import collections
import math

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp

from tfgan_suite import losses, tf_gan

wargs = tf_gan.losses.wargs
REDUCTIONS = tf.compat.v1.losses.Reduction.all()
WEIGHTS = np.array([1.0, 0.0, 2.0, 0.5], "float32")


def normal(*shape, seed=0):
    return tf.constant(np.random.default_rng(seed).normal(size=shape), tf.float32)


def float64(tensor):
    return np.asarray(tensor, "float64")


# --- AC-GAN -----------------------------------------------------------------------------------


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_acgan_losses_are_tf_gans(reduction):
    real, fake, labels = normal(4, 3), normal(4, 3, seed=1), tf.one_hot([0, 2, 1, 1], 3)
    options = {"real_weights": WEIGHTS, "generated_weights": WEIGHTS[::-1], "reduction": reduction}
    np.testing.assert_allclose(
        losses.acgan_discriminator_loss(real, fake, labels, label_smoothing=0.1, **options),
        wargs.acgan_discriminator_loss(real, fake, labels, label_smoothing=0.1, **options),
        rtol=1e-6,
    )
    np.testing.assert_allclose(
        losses.acgan_generator_loss(fake, labels, weights=WEIGHTS, reduction=reduction),
        wargs.acgan_generator_loss(fake, labels, weights=WEIGHTS, reduction=reduction),
        rtol=1e-6,
    )


def test_acgan_losses_take_integer_labels_too():
    fake, classes = normal(4, 3), tf.constant([0, 2, 1, 1])
    expected = losses.acgan_generator_loss(fake, tf.one_hot(classes, 3))
    assert losses.acgan_generator_loss(fake, classes) == expected


def test_acgan_labels_of_other_classes_are_named():
    with pytest.raises(ValueError, match=r"_logits` and `one_hot_labels` must have the same shape"):
        losses.acgan_generator_loss(tf.zeros([4, 3]), tf.zeros([4, 2]))


# --- InfoGAN ----------------------------------------------------------------------------------


def test_categorical_information_is_tfps_density():
    logits, classes = normal(4, 3), tf.constant([0, 2, 1, 1])
    expected = wargs.mutual_information_penalty(
        [classes], [tfp.distributions.Categorical(logits=logits)]
    )
    for codes in (classes, tf.one_hot(classes, 3)):
        actual = losses.categorical_information_loss(codes, logits)
        np.testing.assert_allclose(actual, expected, rtol=1e-6)


def test_continuous_information_is_tfps_density():
    codes, mean, log_stddev = (normal(4, 2, seed=seed) for seed in range(3))
    normals = tfp.distributions.MultivariateNormalDiag(mean, tf.exp(log_stddev))
    expected = losses.mutual_information_penalty([codes], [normals])
    actual = losses.continuous_information_loss(codes, mean, log_stddev)
    np.testing.assert_allclose(actual, expected, rtol=1e-5)


def test_a_perfect_guess_of_a_fixed_width_has_the_entropy_of_the_normal_distribution():
    codes = normal(4, 2)
    actual = losses.continuous_information_loss(codes, codes)
    np.testing.assert_allclose(actual, math.log(2 * math.pi), rtol=1e-6)


def test_codes_of_another_shape_are_named():
    with pytest.raises(ValueError, match="`codes` and `logits` must have the same shape"):
        losses.categorical_information_loss(tf.zeros([4, 2]), tf.zeros([4, 3]))
    with pytest.raises(ValueError, match="`log_stddev` and `mean` must have the same shape"):
        losses.continuous_information_loss(tf.zeros([4, 2]), tf.zeros([4, 2]), tf.zeros([2]))


# --- Reconstruction ---------------------------------------------------------------------------


def test_cycle_consistency_is_tf_gans():
    images = [normal(4, 3, 3, 2, seed=seed) for seed in range(4)]
    expected = wargs.cycle_consistency_loss(*images)
    np.testing.assert_allclose(losses.cycle_consistency_loss(*images), expected, rtol=1e-6)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize(
    ("loss", "power"),
    [(losses.pixel_l1_loss, 1), (losses.pixel_l2_loss, 2), (losses.identity_loss, 1)],
    ids=["l1", "l2", "identity"],
)
def test_pixel_losses(loss, power, reduction):
    a, b = normal(4, 3, 2), normal(4, 3, 2, seed=1)
    values = np.abs(float64(a) - float64(b)) ** power * WEIGHTS[:, None, None]
    expected = {
        "none": values,
        "weighted_sum": values.sum(),
        "weighted_mean": values.sum() / (6 * WEIGHTS.sum()),
        "weighted_sum_over_batch_size": values.mean(),
        "weighted_sum_by_nonzero_weights": values.sum() / (6 * np.count_nonzero(WEIGHTS)),
    }[reduction]
    np.testing.assert_allclose(loss(a, b, WEIGHTS, reduction), expected, rtol=1e-6)


def test_integer_images_are_refused():
    with pytest.raises(ValueError, match="`targets` must be float.*int32"):
        losses.pixel_l1_loss(tf.zeros([2, 3], tf.int32), tf.zeros([2, 3], tf.int32))


def test_reconstructions_of_another_shape_are_named():
    with pytest.raises(ValueError, match="`data_y` and `reconstructed_data_y` must have the same"):
        losses.cycle_consistency_loss(*[tf.zeros([2, 3])] * 3, tf.zeros([2, 4]))


# --- Features ---------------------------------------------------------------------------------


def test_feature_matching_compares_means():
    real, fake = [normal(4, 3), normal(4, 2, 2, seed=1)], [normal(5, 3, seed=2), normal(5, 2, 2)]
    expected = sum(
        np.sum((float64(r).mean(0) - float64(f).mean(0)) ** 2) for r, f in zip(real, fake)
    )
    np.testing.assert_allclose(losses.feature_matching_loss(real, fake), expected, rtol=1e-5)


@pytest.mark.parametrize(
    "loss", [losses.feature_matching_loss, losses.paired_feature_matching_loss]
)
def test_feature_matching_trains_the_generator_alone(loss):
    real, fake = normal(4, 3), normal(4, 3, seed=1)
    with tf.GradientTape() as tape:
        tape.watch([real, fake])
        value = loss(real, fake)
    to_real, to_fake = tape.gradient(value, [real, fake])
    assert to_real is None
    assert np.abs(to_fake).max() > 0


def test_paired_features():
    real, fake = [normal(4, 3), normal(4, 2)], [normal(4, 3, seed=2), normal(4, 2, seed=3)]
    pairs = [(float64(r), float64(f)) for r, f in zip(real, fake)]
    for distance, power in (("l1", 1), ("l2", 2)):
        expected = sum(np.mean(np.abs(r - f) ** power) for r, f in pairs)
        actual = losses.paired_feature_matching_loss(real, fake, distance)
        np.testing.assert_allclose(actual, expected, rtol=1e-6)


def test_features_that_do_not_match_are_named():
    with pytest.raises(ValueError, match="same features. Received: 2 and 1 tensors"):
        losses.feature_matching_loss([tf.zeros([2, 3])] * 2, [tf.zeros([2, 3])])
    with pytest.raises(ValueError, match="mean of real_features.*must have the same shape"):
        losses.feature_matching_loss(tf.zeros([2, 3]), tf.zeros([2, 4]))


def feature_model():
    images = keras.Input([4, 4, 1])
    first = keras.layers.Conv2D(2, 3, activation="tanh")(images)
    second = keras.layers.BatchNormalization()(keras.layers.Conv2D(3, 2)(first))
    return keras.Model(images, [first, second])


@keras.saving.register_keras_serializable("tests")
def to_vgg_range(images):
    return 127.5 * (images + 1.0)


def test_perceptual_loss_compares_features_in_inference_mode():
    model, (a, b) = feature_model(), (normal(4, 4, 4, 1, seed=s) for s in range(2))
    pairs = zip(model(a, training=False), model(b, training=False))
    expected = sum(np.mean((float64(r) - float64(f)) ** 2) for r, f in pairs)
    before = [v.numpy() for v in model.variables]
    np.testing.assert_allclose(losses.PerceptualLoss(model)(a, b), expected, rtol=1e-5)
    assert all((v.numpy() == b).all() for v, b in zip(model.variables, before))


def test_perceptual_loss_survives_its_config():
    loss = losses.PerceptualLoss(feature_model(), "l1", to_vgg_range)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    again.feature_model.set_weights(loss.feature_model.get_weights())
    a, b = (normal(4, 4, 4, 1, seed=s) for s in range(2))
    assert again(a, b) == loss(a, b)


@pytest.mark.parametrize(
    ("arguments", "match"),
    [(("vgg",), "must be a keras.Model"), ((feature_model, "l3"), "`distance` must be one of")],
)
def test_perceptual_loss_names_wrong_use(arguments, match):
    arguments = [a() if a is feature_model else a for a in arguments]
    with pytest.raises(ValueError, match=match):
        losses.PerceptualLoss(*arguments)


# --- Mode seeking -----------------------------------------------------------------------------


def test_mode_seeking_is_the_inverse_ratio_of_distances():
    z1, z2 = normal(4, 3), normal(4, 3, seed=1)
    # Images at twice the distance of the latents, whatever the direction.
    actual = losses.mode_seeking_loss(2 * z1, 2 * z2, z1, z2, epsilon=1e-5)
    np.testing.assert_allclose(actual, 1 / (2 + 1e-5), rtol=1e-6)


def test_mode_seeking_is_finite_where_latents_do_not_matter():
    z1, z2, image = normal(4, 3), normal(4, 3, seed=1), tf.Variable(tf.ones([4, 2]))
    with tf.GradientTape() as tape:
        value = losses.mode_seeking_loss(image, 1.0 * image, z1, z2)
    np.testing.assert_allclose(value, 1e5, rtol=1e-5)
    assert np.isfinite(tape.gradient(value, image)).all()


# --- Combination ------------------------------------------------------------------------------


def two_losses(w):
    return tf.reduce_sum(w**2), tf.reduce_sum(tf.sin(3.0 * w))


# TF-GAN writes a summary that nobody reads.
@pytest.mark.filterwarnings("ignore:Cannot activate TF2 compatibility support:UserWarning")
@pytest.mark.parametrize("options", [{"weight_factor": 0.3}, {"gradient_ratio": 0.5}], ids=str)
def test_combined_losses_are_tf_gans(options):
    w = tf.Variable([0.2, -1.0, 0.7])

    def ours():
        with tf.GradientTape() as outer:
            with tf.GradientTape(persistent=True) as tape:
                main, adversarial = two_losses(w)
                combined = losses.combine_adversarial_loss(
                    main, adversarial, **options, variables=[w], tape=tape
                )
        return combined, outer.gradient(combined, w)

    @tf.function
    def theirs():
        with tf.GradientTape() as outer:
            combined = wargs.combine_adversarial_loss(
                *two_losses(w), **options, variables=[w], scalar_summaries=False,
                gradient_summaries=False,
            )
        return combined, outer.gradient(combined, w)

    expected = theirs()
    for run in (ours, tf.function(ours)):
        for actual, wanted in zip(run(), expected, strict=True):
            np.testing.assert_allclose(actual, wanted, rtol=1e-5)


def test_the_ratio_of_gradients_is_as_asked():
    w = tf.Variable([0.2, -1.0, 0.7])
    with tf.GradientTape(persistent=True) as tape:
        main, adversarial = two_losses(w)
        combined = losses.combine_adversarial_loss(
            main, adversarial, gradient_ratio=4.0, variables=[w], tape=tape
        )
    main_gradient = tape.gradient(main, w)
    rest = tape.gradient(combined, w) - main_gradient
    ratio = np.linalg.norm(main_gradient) / np.linalg.norm(rest)
    np.testing.assert_allclose(ratio, 4.0, rtol=1e-4)


def test_losses_of_other_shapes_become_means_of_examples():
    main, adversarial = normal(4, 3), normal(4, 2, 2, seed=1)
    actual = losses.combine_adversarial_loss(main, adversarial, weight_factor=2.0)
    expected = float64(main).mean(1) + 2 * float64(adversarial).mean((1, 2))
    np.testing.assert_allclose(actual, expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({}, "Give either"),
        ({"weight_factor": 1.0, "gradient_ratio": 1.0}, "Give either"),
        ({"gradient_ratio": 0.0}, "cannot be 0"),
        ({"gradient_ratio": 1.0}, "needs `variables` and a persistent `tape`"),
    ],
    ids=str,
)
def test_combination_names_wrong_use(options, match):
    with pytest.raises(ValueError, match=match):
        losses.combine_adversarial_loss(tf.ones([]), tf.ones([]), **options)


# --- StarGAN ----------------------------------------------------------------------------------

StarGANModel = collections.namedtuple(
    "StarGANModel",
    "input_data generated_data input_data_domain_label discriminator_fn discriminator_scope "
    "discriminator_input_data_source_predication discriminator_generated_data_source_predication",
)


def star_gan_model():
    real, fake = normal(4, 3), normal(4, 3, seed=1)
    a = tf.constant([[2.0], [-1.0], [0.5]])
    return StarGANModel(
        input_data=real,
        generated_data=fake,
        input_data_domain_label=tf.one_hot([0, 1, 1, 0], 2),
        discriminator_fn=lambda images, domains: (images @ a, domains),
        discriminator_scope=None,
        discriminator_input_data_source_predication=real @ a,
        discriminator_generated_data_source_predication=fake @ a,
    )


def test_star_gan_losses_are_tf_gans():
    model = star_gan_model()
    for player in ("generator", "discriminator"):
        name = f"stargan_{player}_loss_wrapper"
        ours = getattr(losses, name)(getattr(losses, f"wasserstein_{player}_loss"))
        theirs = getattr(tf_gan.losses, name)(getattr(wargs, f"wasserstein_{player}_loss"))
        np.testing.assert_allclose(ours(model), theirs(model), rtol=1e-6)


def test_the_star_gan_penalty_takes_the_gradient_of_the_source_logits():
    penalty = losses.stargan_gradient_penalty_wrapper(losses.wasserstein_gradient_penalty)
    expected = (math.sqrt(4.0 + 1.0 + 0.25) - 1.0) ** 2
    np.testing.assert_allclose(penalty(star_gan_model()), expected, rtol=1e-5)
