"""Differentiable and adaptive augmentation: what is drawn, what is done, what is learned."""

import numpy as np
import pytest
import tensorflow as tf
from oracles import array, maps

from tfgan_suite.layers import AdaptiveAugmentation, AffineAugmentation, DifferentiableAugmentation
from tfgan_suite.layers._affine_images import sample
from tfgan_suite.layers._augmentation_pipeline import NORMALS, UNIFORMS, color, geometry


def augmented(policy, x, seed=0):
    return array(DifferentiableAugmentation(policy, seed=seed, dtype="float64")(x, training=True))


# === DiffAugment ===


def test_color_changes_brightness_saturation_and_contrast():
    x = maps(6, 4, 5, 3)
    y = augmented("color", x)
    for image, result in zip(x, y):
        # An affine map of each pixel's grey part, and of its color part with another factor.
        grey, result_grey = (i.mean(-1).ravel() for i in (image, result))
        contrast, offset = np.polyfit(grey, result_grey, 1)
        assert 0.5 <= contrast <= 1.5
        # Contrast is about the mean of the brightened image, which it keeps.
        assert abs(result_grey.mean() - grey.mean()) <= 0.5
        np.testing.assert_allclose(result_grey, contrast * grey + offset, atol=1e-9)
        chroma = (result - result.mean(-1, keepdims=True)) / (image - image.mean(-1, keepdims=True))
        np.testing.assert_allclose(chroma, chroma.mean(), rtol=1e-6)
        assert 0.0 <= chroma.mean() / contrast <= 2.0


def test_translation_moves_by_whole_pixels_and_zeros_move_in():
    x = 2.0 + maps(40, 16, 24, 1)
    seen = set()
    for image, result in zip(x, augmented("translation", x)):
        matches = []
        for dy in range(-2, 3):
            for dx in range(-3, 4):
                expected = np.zeros_like(image)
                rows, columns = np.arange(16)[:, None] - dy, np.arange(24)[None] - dx
                inside = (rows >= 0) & (rows < 16) & (columns >= 0) & (columns < 24)
                expected[inside] = image[rows.clip(0, 15), columns.clip(0, 23)][inside]
                if np.array_equal(expected, result):
                    matches.append((dy, dx))
        assert len(matches) == 1
        seen.update(matches)
    assert {dy for dy, _ in seen} == set(range(-2, 3))
    assert {dx for _, dx in seen} == set(range(-3, 4))


def test_cutout_clears_a_rectangle_of_half_of_each_size():
    x = 2.0 + maps(60, 8, 6, 2)
    largest = 0
    for image, result in zip(x, augmented("cutout", x)):
        cleared = (result == 0).all(-1)
        np.testing.assert_array_equal(result[~cleared], image[~cleared])
        rows, columns = cleared.any(1).sum(), cleared.any(0).sum()
        assert cleared.sum() == rows * columns and 2 <= rows <= 4 and 1 <= columns <= 3
        largest = max(largest, cleared.sum())
    assert largest == 12


def test_draws_are_seeded_and_new_in_each_call():
    x = maps(4, 8, 8, 3)
    one, two = (DifferentiableAugmentation(seed=3, dtype="float64") for _ in range(2))
    first, second = (array(one(x, training=True)) for _ in range(2))
    np.testing.assert_array_equal(array(two(x, training=True)), first)
    assert all(not np.array_equal(a, b) for a, b in zip(first, second))


@pytest.mark.parametrize(
    "layer_class", [DifferentiableAugmentation, AdaptiveAugmentation, AffineAugmentation]
)
def test_inference_returns_the_images(layer_class):
    x = maps(4, 8, 8, 3).astype("float32")
    layer = layer_class(seed=1)
    np.testing.assert_array_equal(array(layer(x)), x)


# === Small affine maps ===

NONE = {"rotation": 0.0, "shear": 0.0, "scale": 0.0, "translation": 0.0}


def moved(x, seed=0, **options):
    return array(AffineAugmentation(**NONE | options, seed=seed, dtype="float64")(x, training=True))


def spot(height=33, width=41, row=16.0, column=20.0, spread=2.0):
    """Many times the image of one bell, black elsewhere: its moments tell how it was moved."""
    rows, columns = np.arange(height)[:, None] - row, np.arange(width)[None] - column
    bell = np.exp(-0.5 * (rows**2 + columns**2) / spread**2)
    return np.repeat(bell[None, :, :, None], 200, axis=0)


def moments(images):
    """Centres `[N, 2]` (x, y) from the middle of the image, and covariances `[N, 2, 2]`."""
    mass = images[..., 0] / images[..., 0].sum((1, 2), keepdims=True)
    y, x = (np.arange(size) - (size - 1) / 2 for size in mass.shape[1:])
    points = np.stack(np.meshgrid(x, y), axis=-1)
    centres = np.einsum("nhw,hwd->nd", mass, points)
    second = np.einsum("nhw,hwd,hwe->nde", mass, points, points)
    return centres, second - np.einsum("nd,ne->nde", centres, centres)


def test_without_a_range_nothing_moves():
    x = maps(4, 6, 5, 3)
    np.testing.assert_allclose(moved(x), x, atol=1e-6)


def test_translations_are_fractions_of_the_sizes_to_all_sides():
    centres, _ = moments(moved(spot(), translation=0.1))
    for way, size in zip(centres.T, (41, 33)):
        assert np.abs(way).max() == pytest.approx(0.1 * size, rel=0.03)
        assert np.abs(way).max() <= 0.1 * size + 1e-3
        assert np.abs(way.mean()) < 0.01 * size and np.std(way) > 0.05 * size


def test_scales_are_drawn_for_each_axis_by_itself():
    _, covariances = moments(moved(spot(), scale=0.3))
    logs = 0.5 * np.log(np.stack([covariances[:, 0, 0], covariances[:, 1, 1]]) / 2.0**2)
    assert np.abs(logs).max() == pytest.approx(0.3, abs=0.05)
    assert abs(np.corrcoef(logs)[0, 1]) < 0.2


def test_a_shear_moves_rows_sideways_by_their_height():
    _, covariances = moments(moved(spot(), shear=0.4))
    slants = covariances[:, 0, 1] / covariances[:, 1, 1]
    assert np.abs(slants).max() == pytest.approx(0.4, rel=0.05)
    assert np.abs(slants.mean()) < 0.06
    np.testing.assert_allclose(covariances[:, 1, 1], covariances[0, 1, 1], rtol=0.01)


def test_rotations_are_about_the_middle_by_angles_in_radians():
    beside = spot(column=30.0)
    centres, _ = moments(moved(beside, rotation=0.3))
    np.testing.assert_allclose(np.hypot(*centres.T), 10.0, rtol=0.01)
    angles = np.arctan2(centres[:, 1], centres[:, 0])
    assert np.abs(angles).max() == pytest.approx(0.3, rel=0.03)
    assert np.abs(angles.mean()) < 0.05


# === ADA: the transformations ===


def drawn(n=400, seed=0):
    generator = np.random.default_rng(seed)
    uniforms = generator.uniform(size=(n, UNIFORMS)).astype("float32")
    return tf.constant(uniforms), tf.constant(generator.normal(size=(n, NORMALS)).astype("float32"))


def test_nothing_happens_with_probability_zero():
    x = maps(4, 8, 8, 3).astype("float32")
    layer = AdaptiveAugmentation(seed=1)
    np.testing.assert_allclose(array(layer(x, training=True)), x, atol=1e-6)


def test_blitting_permutes_or_mirrors_whole_pixels():
    x = maps(100, 8, 8, 1).astype("float32")
    y = array(AdaptiveAugmentation(("blit",), initial_probability=1.0, seed=1)(x, training=True))
    for image, result in zip(x, y):
        distance = np.abs(result.reshape(-1, 1) - image.reshape(1, -1)).min(axis=1)
        assert distance.max() < 1e-5


def test_sampling_at_the_identity_and_at_a_shift():
    x = maps(2, 6, 5, 3)
    shift = np.eye(3, dtype="float32")
    shift[:2, 2] = 1.0, -2.0  # one column to the right, two rows up
    y = array(sample(tf.constant(x), tf.constant(np.stack([np.eye(3, dtype="float32"), shift]))))
    np.testing.assert_allclose(y[0], x[0], atol=1e-6)
    padded = np.pad(x[1], [(2, 0), (0, 1), (0, 0)], mode="reflect")
    np.testing.assert_allclose(y[1], padded[:6, 1:], atol=1e-6)


def test_sampling_is_bilinear():
    x = maps(1, 4, 4, 1)
    half = np.eye(3, dtype="float32")
    half[:2, 2] = 0.5, 0.25
    y = array(sample(tf.constant(x), tf.constant(half[None])))[0, 1, 1, 0]
    a, b, c, d = x[0, 1, 1, 0], x[0, 1, 2, 0], x[0, 2, 1, 0], x[0, 2, 2, 0]
    assert y == pytest.approx(0.75 * (a + b) / 2 + 0.25 * (c + d) / 2, rel=1e-5)


def test_each_map_of_the_plane_is_invertible_and_blitting_keeps_areas():
    uniforms, normals = drawn()
    both = array(geometry(tf.constant(1.0), uniforms, normals, 16, 16, ("blit", "geometry")))
    assert np.abs(np.linalg.det(both)).min() > 0.1
    blit = array(geometry(tf.constant(1.0), uniforms, normals, 16, 16, ("blit",)))
    np.testing.assert_allclose(np.abs(np.linalg.det(blit)), 1.0, rtol=1e-5)
    np.testing.assert_array_equal(blit, np.round(blit))
    assert np.abs(blit[:, :2, 2]).max() == 2  # an eighth of 16 pixels
    # All eight symmetries of the square occur.
    assert len({tuple(m.ravel()) for m in blit[:, :2, :2]}) == 8


@pytest.mark.parametrize("p", [0.0, 0.3])
def test_transformations_come_with_probability_p(p):
    uniforms, normals = drawn(2000)
    matrices = array(color(tf.constant(p), uniforms, normals))
    brightened = np.abs(matrices[:, :, 3]).max(1) > 0
    assert np.mean(brightened) == pytest.approx(p, abs=0.04)


def test_colors_keep_the_grey_axis_and_its_length_is_the_contrast():
    uniforms, normals = drawn()
    matrices = array(color(tf.constant(1.0), uniforms, normals))
    grey = np.ones(3)
    images = matrices[:, :, :3] @ grey
    np.testing.assert_allclose(images, images[:, :1] * grey, atol=1e-4)
    # The contrast is 2 to the power of a normal number of deviation 1/2; half are flipped.
    assert np.std(np.log2(np.abs(images[:, 0]))) == pytest.approx(0.5, rel=0.1)
    assert np.mean(images[:, 0] < 0) == pytest.approx(0.5, abs=0.08)


def test_grey_images_get_the_mean_of_what_three_channels_get():
    grey = maps(6, 8, 8, 1).astype("float32")
    one, three = (
        AdaptiveAugmentation(initial_probability=1.0, seed=5)(x, training=True)
        for x in (grey, np.repeat(grey, 3, axis=-1))
    )
    np.testing.assert_allclose(array(one)[..., 0], array(three).mean(-1), atol=1e-4)


# === ADA: the heuristic ===


def adapted(logits, **options):
    layer = AdaptiveAugmentation(images_to_full=100, interval=2, **options)
    layer.build((None, 8, 8, 3))
    path = []
    for batch in logits:
        layer.adapt(tf.constant(batch, tf.float32))
        path.append(float(layer.p))
    return path


def test_p_rises_while_d_is_too_sure_of_real_images():
    # r_t = 1 > 0.6; 2 * 5 images of 100 in each interval of two calls.
    assert adapted([[1.0] * 5] * 6) == pytest.approx([0, 0.1, 0.1, 0.2, 0.2, 0.3])


def test_p_falls_while_d_is_not_and_stays_in_range():
    path = adapted([[1.0, -1.0]] * 4 + [[5.0] * 100] * 2, initial_probability=0.05)
    assert path == pytest.approx([0.05, 0.01, 0.01, 0.0, 0.0, 1.0])


def test_r_t_is_a_mean_of_signs_over_the_interval():
    # 9 of 10 signs are positive, r_t = 0.8: magnitudes do not count.
    sure = [[0.1] * 5, [0.1] * 4 + [-100.0]]
    assert adapted(sure)[-1] == pytest.approx(0.1)
    # 7 of 10, r_t = 0.4.
    unsure = [[1.0] * 5, [1, 1, -1, -1, -1]]
    assert adapted(unsure, initial_probability=0.5)[-1] == pytest.approx(0.4)


def test_patch_logits_count_by_image():
    assert adapted([np.ones((5, 3, 3, 1))] * 2)[-1] == pytest.approx(0.1)


def test_two_replicas_adapt_as_one(two_replicas):
    with two_replicas.scope():
        layer = AdaptiveAugmentation(images_to_full=100, interval=1)
        layer.build((None, 8, 8, 3))

    @tf.function
    def run():
        def part():
            index = tf.distribute.get_replica_context().replica_id_in_sync_group
            # r_t = 1 on one replica and 0.5 on the other: 0.75 together.
            layer.adapt(tf.constant([[1.0] * 4, [1.0, 1.0, 1.0, -1.0]])[index])

        two_replicas.run(part)

    run()
    assert array(layer.p) == pytest.approx(0.08)


def test_adapting_works_in_a_graph():
    layer = AdaptiveAugmentation(images_to_full=100, interval=1)
    layer.build((None, 8, 8, 3))
    tf.function(layer.adapt)(tf.ones([5, 1]))
    assert float(layer.p) == pytest.approx(0.05)


@pytest.mark.parametrize(
    "make, shape, message",
    [
        (lambda: DifferentiableAugmentation("color,blur"), None, "policy='color,blur'"),
        (lambda: DifferentiableAugmentation(()), None, r"policy=\(\)"),
        (lambda: DifferentiableAugmentation(seed=0.5), None, "seed=0.5"),
        (lambda: DifferentiableAugmentation(), (None, 8), "input_shape"),
        (lambda: AffineAugmentation(shear=-0.1), None, "shear=-0.1"),
        (lambda: AffineAugmentation(rotation=float("nan")), None, "rotation=nan"),
        (lambda: AffineAugmentation(), (None, 8, 1, 3), "at least 2x2"),
        (lambda: AffineAugmentation(), (None, None, 8, 3), "must know"),
        (lambda: AdaptiveAugmentation(("noise",)), None, "noise"),
        (lambda: AdaptiveAugmentation(target=1.0), None, "target=1.0"),
        (lambda: AdaptiveAugmentation(interval=0), None, "interval=0"),
        (lambda: AdaptiveAugmentation(initial_probability=2), None, "initial_probability=2"),
        (lambda: AdaptiveAugmentation(), (None, 8, 8, 4), "grey or RGB"),
        (lambda: AdaptiveAugmentation(), (None, None, 8, 3), "must know"),
    ],
)
def test_wrong_use_is_named(make, shape, message):
    with pytest.raises(ValueError, match=message):
        make().build(shape)


def test_adapting_an_unbuilt_layer_is_named():
    with pytest.raises(ValueError, match="called on images before"):
        AdaptiveAugmentation().adapt(tf.ones([3]))
