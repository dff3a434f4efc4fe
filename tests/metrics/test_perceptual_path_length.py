"""Tests of the perceptual path length against closed forms."""

import numpy as np
import pytest

from tfgan_suite.metrics import perceptual_path_length, slerp


def _latents(count=40, dimension=6):
    return np.random.default_rng(0).normal(size=[2, count, dimension])


def _length(generate, features, start, end, **options):
    # The callables are in float64: what is tested is the formula, not float32.
    return perceptual_path_length(generate, features, start, end, **options)


def _same(x):
    return x.astype(np.float64)


def test_a_linear_generator_has_the_closed_form():
    start, end = _latents()
    matrix = np.random.default_rng(1).normal(size=[6, 9])
    expected = np.sum(((end - start) @ matrix) ** 2, axis=1)
    result = _length(lambda z: z @ matrix, _same, start, end, interpolation="lerp", epsilon=1e-2)
    assert result["perceptual_path_length"] == pytest.approx(expected.mean(), rel=1e-4)
    error = expected.std(ddof=1) / np.sqrt(40)
    assert result["standard_error"] == pytest.approx(error, rel=1e-4)


def test_the_sphere_is_walked_at_the_speed_of_its_angle():
    start, end = _latents()
    cosine = np.sum(start * end, axis=1)
    cosine /= np.linalg.norm(start, axis=1) * np.linalg.norm(end, axis=1)
    # On a sphere of radius sqrt(6); the chord of a small step is shorter than its arc by 1 in 1e5.
    expected = np.mean(6 * np.arccos(cosine) ** 2)
    result = _length(_same, _same, start, end, epsilon=1e-2)
    assert result["perceptual_path_length"] == pytest.approx(expected, rel=1e-3)


def test_the_end_alone_is_taken():
    start, end = _latents()
    # With squared features the speed depends on t: at t = 0 it is 2 start (end - start).
    expected = np.mean(np.sum((2 * start * (end - start)) ** 2, axis=1))
    options = {"interpolation": "lerp", "epsilon": 1e-3, "sampling": "end"}
    result = _length(_same, np.square, start, end, **options)
    assert result["perceptual_path_length"] == pytest.approx(expected, rel=1e-2)
    options["sampling"] = "full"
    elsewhere = _length(_same, np.square, start, end, **options)["perceptual_path_length"]
    assert abs(elsewhere - expected) > 0.1 * expected


def test_batches_change_nothing():
    start, end = _latents()
    results = [
        _length(_same, np.tanh, start, end, epsilon=1e-2, batch_size=size)["perceptual_path_length"]
        for size in (7, 64)
    ]
    assert results[0] == pytest.approx(results[1], rel=1e-9)


def test_points_come_from_the_seed():
    start, end = _latents()
    first, again, other = (
        _length(_same, np.tanh, start, end, epsilon=1e-2, seed=seed)["perceptual_path_length"]
        for seed in (1, 1, 2)
    )
    assert first == again != other


def test_protocol_is_in_the_result():
    result = _length(_same, _same, *_latents(1), interpolation="lerp", sampling="end")
    assert result["standard_error"] is None
    assert {key: result[key] for key in ("paths", "epsilon", "interpolation", "sampling")} == {
        "paths": 1,
        "epsilon": 1e-4,
        "interpolation": "lerp",
        "sampling": "end",
    }


def test_slerp_goes_from_end_to_end_on_the_sphere():
    start, end = _latents()
    unit = [x / np.linalg.norm(x, axis=1, keepdims=True) for x in (start, end)]
    np.testing.assert_allclose(slerp(start, end, 0.0), unit[0], atol=1e-12)
    np.testing.assert_allclose(slerp(start, end, 1.0), unit[1], atol=1e-12)
    middle = slerp(start, end, 0.5)
    expected = unit[0] + unit[1]
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(middle, expected, atol=1e-12)


def test_slerp_between_equal_points_stays():
    start, _ = _latents()
    np.testing.assert_allclose(slerp(start, 2 * start, 0.3), slerp(start, start, 0.0), atol=1e-7)


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"end": np.ones([3, 6])}, "as many latents. Received: 4 and 3"),
        ({"end": np.ones([4, 5])}, r"`end` must have the shape \[N, 6\]"),
        ({"start": np.zeros([4, 6])}, "has no direction"),
        ({"start": np.zeros([0, 6])}, "`start` must not be empty"),
        ({"interpolation": "cubic"}, "interpolation='cubic'"),
        ({"sampling": "start"}, "sampling='start'"),
        ({"epsilon": 0}, "epsilon=0"),
        ({"batch_size": 0}, "batch_size=0"),
        ({"seed": 0.5}, "seed=0.5"),
        ({"features": lambda x: x * np.nan}, "`features` must be finite"),
        ({"features": lambda x: x[:1]}, "one row for each of 8 images. Received: 1 rows"),
    ],
)
def test_wrong_arguments_are_refused(changes, message):
    arguments = {"start": np.ones([4, 6]), "end": -np.ones([4, 6]) + np.eye(6)[:4]}
    with pytest.raises(ValueError, match=message):
        perceptual_path_length(**{"generate": _same, "features": _same, **arguments, **changes})
