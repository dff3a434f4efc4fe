"""Pipelines without an autotuner, for whose sleep nobody has to wait."""

import numpy as np
import pytest

from tfgan_suite import data, testing
from tfgan_suite.data import parallelism

IMAGES = np.zeros((8, 2, 2, 1), np.uint8)


def load(**options):
    return data.load(IMAGES, batch_size=2, **options)


@pytest.mark.parametrize(
    "make",
    [
        load,
        lambda: load(repeat=True),
        lambda: load(image_size=1, augment=["flip"]),
        lambda: load().map(lambda x: -x).take(3),
        lambda: data.load_pairs((IMAGES, IMAGES), batch_size=2),
        lambda: data.load_unpaired(testing.images(4), testing.images(3)),
    ],
    ids=range(6),
)
def test_pipelines_have_no_autotuner(make):
    batches = make()
    begun = batches.order.begin(0, 1)
    assert batches.options().autotune.enabled is begun.options().autotune.enabled is False


def test_as_many_at_once_as_there_are_processors(monkeypatch):
    monkeypatch.setattr(parallelism.os, "sched_getaffinity", lambda _: range(3), raising=False)
    assert parallelism.parallel_calls() == 3
    monkeypatch.setattr(parallelism.os, "sched_getaffinity", lambda _: range(96))
    assert parallelism.parallel_calls() == 16
    monkeypatch.delattr(parallelism.os, "sched_getaffinity")
    monkeypatch.setattr(parallelism.os, "cpu_count", lambda: None)
    assert parallelism.parallel_calls() == 1
