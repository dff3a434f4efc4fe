"""What holds for every streaming metric: one test per property, over one list of cases."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import metrics

ROWS, DIMENSION = 50, 6


def _vectors(seed, rows=ROWS):
    return np.random.default_rng(seed).normal(size=[rows, DIMENSION])


def _images(seed):
    """Noise, the same for every seed but for three tenths of it."""
    common, noise = (
        np.random.default_rng(s).uniform(-1, 1, [ROWS, 16, 16, 2]) for s in (9, seed)
    )
    return (0.7 * common + 0.3 * noise).astype(np.float32)


# Each is a metric and the arguments of one update with ROWS rows.
CASES = {
    "FrechetDistance": (
        lambda: metrics.FrechetDistance(DIMENSION, name="fd"),
        (_vectors(0), _vectors(1)),
    ),
    "KernelDistance": (
        lambda: metrics.KernelDistance(DIMENSION, block_size=16),
        (_vectors(0), _vectors(1)),
    ),
    "ClassifierScore": (
        lambda: metrics.ClassifierScore(DIMENSION, num_splits=3),
        (_vectors(0),),
    ),
    "PrecisionRecall": (
        lambda: metrics.PrecisionRecall(DIMENSION, 60, k=2),
        (_vectors(0), _vectors(1)),
    ),
    "DensityCoverage": (
        lambda: metrics.DensityCoverage(DIMENSION, 60, k=2),
        (_vectors(0), _vectors(1)),
    ),
    "ConditionalAccuracy": (
        lambda: metrics.ConditionalAccuracy(DIMENSION),
        (np.arange(ROWS) % DIMENSION, _vectors(1)),
    ),
    "PSNR": (lambda: metrics.PSNR(), (_images(0), _images(1))),
    "SSIM": (lambda: metrics.SSIM(filter_size=5), (_images(0), _images(1))),
    "MSSSIM": (lambda: metrics.MSSSIM(scales=2, filter_size=5), (_images(0), _images(1))),
}
each = pytest.mark.parametrize("make, data", CASES.values(), ids=CASES)


def _result(metric):
    result = metric.result()
    result = result if isinstance(result, dict) else {"": result}
    return {key: float(value) for key, value in result.items()}


def _one_shot(make, data):
    metric = make()
    metric.update_state(*data)
    return _result(metric)


def _expected(make, data):
    """What one shot gives, to float64's precision, or to float32's for images (tf.image)."""
    return pytest.approx(_one_shot(make, data), rel=1e-5 if data[-1].ndim == 4 else 1e-9)


def test_every_streaming_metric_has_a_case():
    known = {
        name
        for name, value in vars(metrics).items()
        if isinstance(value, type) and issubclass(value, keras.metrics.Metric)
    }
    assert known == set(CASES)


@each
def test_odd_batches_give_what_one_shot_does(make, data):
    metric = make()
    for start in range(0, ROWS, 7):
        metric.update_state(*(rows[start : start + 7] for rows in data))
    assert _result(metric) == _expected(make, data)


@each
def test_two_replicas_give_what_one_does(make, data, two_replicas):
    with two_replicas.scope():
        metric = make()
    batches = tf.data.Dataset.from_tensor_slices(data).batch(16)
    update = tf.function(lambda *rows: metric.update_state(*rows), reduce_retracing=True)
    for rows in two_replicas.experimental_distribute_dataset(batches):
        two_replicas.run(update, args=rows)
    with two_replicas.scope():
        result = _result(metric)
    assert result == _expected(make, data)


@each
def test_graphs_give_what_eager_mode_does(make, data):
    metric = make()
    tf.function(lambda *rows: metric.update_state(*rows))(*map(tf.constant, data))
    result = tf.function(lambda: metric.result())()
    result = result if isinstance(result, dict) else {"": result}
    result = {key: float(value) for key, value in result.items()}
    assert result == _expected(make, data)


@each
def test_reset_forgets(make, data):
    metric = make()
    metric.update_state(*(rows[:20] for rows in data))
    metric.reset_state()
    metric.update_state(*data)
    assert _result(metric) == _one_shot(make, data)


@each
def test_keras_restores_it(make, data):
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(make())))
    assert config["registered_name"] == f"tfgan_suite>{type(make()).__name__}"
    restored = keras.saving.deserialize_keras_object(config)
    assert restored.name == make().name
    restored.update_state(*data)
    assert _result(restored) == _one_shot(make, data)


@each
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_not_finite_are_counted(make, data, value):
    *others, last = (rows.copy() for rows in data)
    last[3:5] = value
    metric = make()
    metric.update_state(*others, last)
    with pytest.raises(ValueError, match="Received: 2 such rows"):
        metric.result()
    metric.reset_state()
    metric.update_state(*data)
    assert _result(metric) == _one_shot(make, data)


@each
def test_nothing_gives_an_error_and_no_score(make, data):
    with pytest.raises(ValueError, match="Received: 0|has received no|at least one image"):
        make().result()


@each
def test_other_shapes_are_refused(make, data):
    with pytest.raises(ValueError, match="Received: .*shape=|Received: .*and \\("):
        make().update_state(*data[:-1], data[-1][..., :-1])


@each
def test_other_precisions_are_taken(make, data):
    rounded = [rows.astype(np.float16) if rows.dtype.kind == "f" else rows for rows in data]
    metric = make()
    metric.update_state(*(tf.constant(rows) for rows in rounded))
    exact = [rows.astype(np.float64) if rows.dtype.kind == "f" else rows for rows in rounded]
    assert _result(metric) == _expected(make, exact)


@pytest.mark.parametrize("name", ["PSNR", "SSIM", "MSSSIM"])
def test_images_out_of_range_are_counted(name):
    make, (first, second) = CASES[name]
    metric = make()
    metric.update_state(first, 1.5 * second)
    with pytest.raises(ValueError, match="values out of range. Received: 50"):
        metric.result()


@pytest.mark.parametrize("name", ["PrecisionRecall", "DensityCoverage"])
def test_more_rows_than_are_kept_are_an_error(name):
    metric = CASES[name][0]()
    metric.update_state(_vectors(0, 60), _vectors(1, 59))
    metric.result()
    metric.update_state(generated=_vectors(2, 2))
    with pytest.raises(ValueError, match="Received: 61 generated rows, max_samples=60"):
        metric.result()


@pytest.mark.parametrize("name", ["PrecisionRecall", "DensityCoverage"])
def test_kept_rows_are_those_of_the_function(name):
    function = {
        "PrecisionRecall": metrics.precision_recall,
        "DensityCoverage": metrics.density_coverage,
    }[name]
    make, data = CASES[name]
    assert _one_shot(make, data) == pytest.approx(function(*data, k=2), rel=1e-9)


def test_labels_out_of_range_are_counted():
    metric = metrics.ConditionalAccuracy(3)
    metric.update_state(np.array([0, 3, -1]), np.eye(3))
    with pytest.raises(ValueError, match="Received: 2 such rows"):
        metric.result()


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: metrics.FrechetDistance(0), "dimension=0"),
        (lambda: metrics.KernelDistance(3.5), "dimension=3.5"),
        (lambda: metrics.ClassifierScore(True), "num_classes=True"),
        (lambda: metrics.PrecisionRecall(3, 0), "max_samples=0"),
        (lambda: metrics.DensityCoverage(3, 9, k=-1), "k=-1"),
        (lambda: metrics.SSIM(filter_size=0), "filter_size=0"),
        (lambda: metrics.MSSSIM(scales=6), "at most 5. Received: scales=6"),
    ],
)
def test_wrong_settings_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
