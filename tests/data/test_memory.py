"""Caches of data sets against all limits of memory."""

import gc
import resource

import numpy as np
import pytest

from tfgan_suite import data
from tfgan_suite.data import memory

ONE = 16 * 16 * 3  # bytes of an image
GIGA = 2**30


@pytest.fixture
def limits(monkeypatch):
    """Sets the limits: a function of pairs (bytes, whose)."""
    gc.collect()
    before = memory._held()
    return lambda *pairs: monkeypatch.setattr(
        memory, "_limits", lambda: [(2 * before + size, whose) for size, whose in pairs]
    )


@pytest.fixture
def folder(write_image, noise, tmp_path):
    for name in "abcd":
        write_image(f"{name}.png", noise(16, 16, 3))
    return tmp_path


def load(folder, **options):
    return data.load(folder, batch_size=2, **options)


def test_caches_of_several_data_sets_count_together(folder, limits):
    limits((2 * 4 * ONE, "this machine's"))
    first = load(folder).map(lambda x: x)
    with pytest.raises(ValueError, match="beside 0.0 GB of other data sets, more than half of"):
        load(folder)
    load(folder, cache=False)
    del first
    load(folder)


def test_both_domains_count(folder, limits):
    limits((2 * 8 * ONE - 1, "this machine's"))
    with pytest.raises(ValueError, match="Domain B: A cache of .* beside"):
        data.load_unpaired(folder, folder)
    limits((2 * 8 * ONE, "this machine's"))
    data.load_unpaired(folder, folder)


def test_the_lowest_limit_counts_and_is_named(folder, limits):
    limits((GIGA, "this machine's"), (7 * ONE, "the control group's (the container's)"))
    with pytest.raises(ValueError, match="more than half of the control group's"):
        load(folder)


def test_a_limit_of_addresses_counts_what_is_left(monkeypatch):
    monkeypatch.setattr(memory, "control_group_limit", lambda: None)
    monkeypatch.setattr(resource, "getrlimit", lambda _: (2**60, 2**60))
    (_, _), (left, whose) = memory._limits()
    assert "ulimit -v" in whose and 2**59 < left < 2**60


@pytest.mark.parametrize(
    ("groups", "files", "limit"),
    [
        ("0::/a/b\n", {"a/memory.max": "500", "a/b/memory.max": "max"}, 500),
        ("0::/a/b\n", {"memory.max": "900", "a/b/memory.max": "400"}, 400),
        ("0::/elsewhere\n", {"memory.max": "700"}, 700),
        ("4:cpu:/x\n9:memory:/x\n", {"memory/x/memory.limit_in_bytes": "300"}, 300),
        ("9:memory:/gone\n", {"memory/memory.limit_in_bytes": "200"}, 200),
        ("0::/\n", {"memory.max": "max"}, None),
    ],
)
def test_limits_of_control_groups_of_both_versions(tmp_path, groups, files, limit):
    (tmp_path / "groups").write_text(groups)
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text + "\n")
    assert memory.control_group_limit(tmp_path / "groups", tmp_path) == limit


def test_no_limit_is_known_where_no_groups_are(tmp_path):
    assert memory.control_group_limit(tmp_path / "none", tmp_path) is None


def test_arrays_in_memory_take_no_cache(limits):
    limits((1, "this machine's"))
    data.load(np.zeros([4, 16, 16, 3], np.uint8), batch_size=2)
