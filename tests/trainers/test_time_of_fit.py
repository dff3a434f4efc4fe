"""`fit` ends when its last step has ended, and nothing that is done depends on the wall clock."""

import ast
import itertools
import pathlib
import time

import families
import pytest
import tensorflow as tf

import tfgan_suite
from tfgan_suite import callbacks, testing
from tfgan_suite.trainers.base.step_data import prepare_steps

PACKAGE = pathlib.Path(tfgan_suite.__file__).parent
POINTS = testing.points(16)


def dataset():
    return tf.data.Dataset.from_tensor_slices(POINTS).batch(4, drop_remainder=True)


@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize(
    "make",
    [
        dataset,
        lambda: dataset().repeat(),
        lambda: dataset().map(lambda x: -x, num_parallel_calls=tf.data.AUTOTUNE),
        lambda: dataset().prefetch(tf.data.AUTOTUNE),
    ],
    ids=["finite", "endless", "mapped", "prefetched"],
)
def test_no_dataset_of_fit_has_an_autotuner_to_wait_for(make, k):
    trainer = families.compiled(families.make(discriminator_steps=k))
    steps = prepare_steps(trainer, make(), None, {"steps_per_epoch": 2})
    assert steps.dataset.options().autotune.enabled is False


def test_a_clock_that_goes_back_by_hours_changes_nothing(monkeypatch, tmp_path):
    def trained(folder):
        gan = families.compiled(families.make(), run_eagerly=True)
        kept = callbacks.Checkpoints(folder / "training", every_minutes=1000.0, every_epochs=None)
        gan.fit(dataset(), epochs=2, verbose=0, callbacks=[kept, callbacks.JsonLines(folder / "a")])
        assert [path.name for path in kept.store.paths()] == ["checkpoint-000001"]  # of the end
        return gan

    expected = trained(tmp_path / "one")
    hours, now = itertools.count(1), time.time()
    monkeypatch.setattr(time, "time", lambda: now - 5 * 3600.0 * next(hours))
    assert testing.same(trained(tmp_path / "two").generator, expected.generator)


def names_of_clocks(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"


def test_the_wall_clock_is_read_for_records_alone():
    clocks = {"time.time", "time.time_ns", "time.ctime", "time.localtime", "datetime.now"}
    reading = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if clocks & set(names_of_clocks(path))
    }
    # It says how long a classifier took to train, and whether it was in the cache before.
    assert reading == {"experiment/commands.py"}
