"""Augmentations: what they may do, and that a seed decides it."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import data
from tfgan_suite.data import augmentation


def coordinates(height, width, count=64):
    """Images in which every pixel has a value of its own: rows of `(y, x)`."""
    y, x = np.mgrid[:height, :width]
    image = (1000 * y + x).astype(np.float32)[..., None]
    return np.repeat(image[None], count, axis=0)


def run(name, images, seed=(3, 4)):
    return augmentation.AUGMENTATIONS[name](tf.constant(images), tf.constant(seed)).numpy()


def outcomes(images, allowed):
    """Which of the allowed pictures each image is; fails on any other."""
    found = []
    for image in images:
        matches = [key for key, value in allowed.items() if np.array_equal(image, value)]
        assert len(matches) == 1
        found.append(matches[0])
    return found


@pytest.mark.parametrize("name, axis", [("flip", 1), ("flip_vertical", 0)])
def test_flips_mirror_about_half_of_the_images(name, axis):
    images = coordinates(4, 6, 400)
    allowed = {"kept": images[0], "mirrored": np.flip(images[0], axis)}
    mirrored = outcomes(run(name, images), allowed).count("mirrored")
    assert abs(mirrored - 200) < 5 * np.sqrt(400 / 4)


def test_rot90_turns_equally_often():
    images = coordinates(4, 4, 400)
    allowed = {turns: np.rot90(images[0], turns) for turns in range(4)}
    counts = np.bincount(outcomes(run("rot90", images), allowed))
    assert np.abs(counts - 100).max() < 5 * np.sqrt(400 * 3 / 16)


def test_shift_moves_by_an_eighth_and_mirrors_the_edge():
    images = coordinates(16, 24, 300)
    padded = np.pad(images[0], ((2, 2), (3, 3), (0, 0)), mode="reflect")
    allowed = {
        (y, x): padded[2 - y : 18 - y, 3 - x : 27 - x] for y in range(-2, 3) for x in range(-3, 4)
    }
    found = outcomes(run("shift", images), allowed)
    assert {y for y, _ in found} == set(range(-2, 3))
    assert {x for _, x in found} == set(range(-3, 4))


@pytest.mark.parametrize("name", sorted(augmentation.AUGMENTATIONS))
def test_a_seed_repeats_its_draw(name):
    images = coordinates(16, 16)
    assert np.array_equal(run(name, images), run(name, images))
    assert not np.array_equal(run(name, images), run(name, images, seed=(3, 5)))


@pytest.mark.parametrize("name", sorted(augmentation.AUGMENTATIONS))
def test_shape_is_known_in_a_pipeline(name):
    dataset = data.load(np.zeros((4, 8, 8, 3), np.uint8), batch_size=4, augment=name)
    assert dataset.element_spec.shape == (4, 8, 8, 3)


def epochs(count, **kwargs):
    images = np.arange(32 * 16, dtype=np.float32).reshape(32, 4, 4, 1) / 256.0 - 1.0
    dataset = data.load(images, batch_size=8, **kwargs)
    return [np.concatenate(list(dataset)) for _ in range(count)]


def test_every_epoch_draws_anew_and_a_seed_repeats_them_all():
    arguments = {"shuffle": False, "augment": ["flip", "rot90"]}
    first, again = epochs(2, **arguments), epochs(2, **arguments)
    assert not np.array_equal(first[0], first[1])
    assert np.array_equal(first, again)


def test_another_seed_draws_otherwise():
    arguments = {"shuffle": False, "augment": ["flip", "rot90"]}
    assert not np.array_equal(epochs(1, seed=1, **arguments), epochs(1, seed=2, **arguments))


def test_batches_of_an_epoch_draw_differently():
    images = np.repeat(coordinates(4, 4, 1) / 3500.0 - 1.0, 64, axis=0).astype(np.float32)
    batches = list(data.load(images, batch_size=32, shuffle=False, augment="flip"))
    assert not np.array_equal(*batches)


def test_the_same_name_twice_draws_twice():
    # With one seed for both, the second mirroring would always undo the first.
    images = coordinates(4, 4, 64)
    steps = augmentation.resolve(["flip", "flip"], has_images=True)
    got = augmentation.apply(steps, tf.constant(images), tf.constant([1, 2])).numpy()
    assert not np.array_equal(got, images)


def add_noise(image, seed):
    return image + tf.random.stateless_uniform(tf.shape(image), seed)


def test_a_callable_gets_a_seed_of_its_own_for_every_image():
    images = np.zeros((16, 4, 4, 1), np.float32)
    (got,) = list(data.load(images, batch_size=16, augment=[add_noise]))
    assert len(np.unique(got)) > 250  # 256 draws in all.


# AutoGraph on Python 3.13.
@pytest.mark.filterwarnings("ignore:.*___pyct_anno:DeprecationWarning")
def test_a_callable_may_branch_on_tensors():
    def brighten(image, seed):
        if tf.random.stateless_uniform([], seed) < 0.5:
            image = image + 0.5
        return image

    (got,) = list(data.load(np.zeros((64, 2, 2, 1), np.float32), augment=brighten))
    assert set(np.unique(got)) == {0.0, 0.5}


def test_callables_and_names_run_in_order():
    def mark_left(image, seed):
        return tf.concat([tf.ones_like(image[:, :1]), image[:, 1:]], axis=1)

    images = np.zeros((64, 4, 4, 1), np.float32)
    (marked_last,) = list(data.load(images, augment=["flip", mark_left]))
    (marked_first,) = list(data.load(images, augment=[mark_left, "flip"]))
    assert np.all(marked_last[:, :, 0] == 1.0)
    assert 0.0 < np.mean(marked_first[:, :, 0]) < 1.0


def test_points_take_callables():
    def double(points, seed):
        return 2.0 * points

    mixture = data.GaussianMixture(num_examples=64)
    plain = next(iter(data.load(mixture, augment=[])))
    doubled = next(iter(data.load(mixture, augment=double)))
    np.testing.assert_allclose(doubled, 2.0 * plain.numpy())


def wrong_shape(image, seed):
    return image[:2]


def wrong_dtype(image, seed):
    return tf.cast(image, tf.float16)


def two_results(image, seed):
    return image, image


@pytest.mark.parametrize(
    "augment, message",
    [
        ("spin", r"'flip', 'flip_vertical', 'rot90', 'shift'.*Received: 'spin'"),
        (["flip", 3], "Received: 3"),
        (7, "Received: 7"),
        (None, "Received: None"),
        (["flip", ["rot90"]], r"Received: \['rot90'\]"),
        ([wrong_shape], r"wrong_shape must return float32 .*\(8, 6, 3\).*shape \(2, 6, 3\)"),
        ([wrong_dtype], "wrong_dtype must return float32.*Received: float16"),
        ([two_results], "two_results must return float32.*Received: tuple"),
        (["rot90"], "square images. Received: images of 8x6"),
    ],
)
def test_bad_augmentations_are_refused_at_load(augment, message):
    with pytest.raises(ValueError, match=message):
        data.load(np.zeros((4, 8, 6, 3), np.uint8), batch_size=2, augment=augment)


def test_an_error_in_a_callable_spares_distribution_strategies(two_replicas):
    def fails(image, seed):
        raise RuntimeError("no picture today")

    with pytest.raises(RuntimeError, match="no picture today"):
        data.load(np.zeros((4, 8, 6, 3), np.uint8), batch_size=2, augment=fails)
    with two_replicas.scope():
        pass
