"""TensorBoard: the logs of epochs, and nothing that TensorFlow would keep of each step."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite.callbacks import TensorBoard


@pytest.fixture
def history(make_trainer, real_examples, tmp_path):
    """Trains with events in `tmp_path`; returns what `fit` does."""

    def fit():
        return make_trainer().fit(
            real_examples(),
            batch_size=16,
            epochs=3,
            verbose=0,
            callbacks=[TensorBoard(tmp_path)],
            validation_data=real_examples(),
        )

    return fit


def test_the_logs_of_every_epoch_are_written(history, tmp_path):
    logs = history().history
    written = {}
    for folder, prefix in (("train", ""), ("validation", "val_")):
        (events,) = (tmp_path / folder).iterdir()
        for record in tf.data.TFRecordDataset(str(events)):
            event = tf.compat.v1.Event.FromString(record.numpy())
            for value in event.summary.value:
                kind, _, name = value.tag.partition("_")
                number = float(tf.make_ndarray(value.tensor))
                if kind == "epoch":  # not those that Keras writes by steps
                    written.setdefault(prefix + name, []).append((event.step, number))
    assert written.keys() == logs.keys()
    for name, values in logs.items():
        steps, numbers = zip(*written[name])
        assert steps == (0, 1, 2)
        np.testing.assert_allclose(numbers, values, rtol=1e-6)


def test_no_python_number_of_the_logs_is_handed_to_tensorflow(history, monkeypatch):
    """TensorFlow keeps a tensor of each that it has met."""
    handed, scalar = [], tf.summary.scalar

    def watched(name, data, step=None, **options):
        if name != "epoch_learning_rate":  # Keras looks for this one itself
            handed.append((name, data, step))
        return scalar(name, data, step=step, **options)

    monkeypatch.setattr(tf.summary, "scalar", watched)
    history()
    assert {name.partition("_")[0] for name, _, _ in handed} == {"epoch", "evaluation"}
    assert not [name for name, data, step in handed if isinstance(data, (int, float))]
    assert not [name for name, data, step in handed if isinstance(step, (int, float))]
