"""Order, epochs, caching, batches: what holds for every source."""

import gc

import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import data
from tfgan_suite.data import memory
from tfgan_suite.data.pipeline import minibatches
from tfgan_suite.data.source import Source

IMAGES = np.arange(50, dtype=np.uint8).reshape(50, 1, 1, 1)


def order(dataset):
    """The images of one epoch, as the numbers they are made of."""
    return [int(round((value + 1.0) * 127.5)) for batch in dataset for value in batch.numpy().flat]


# === Order ===


def test_without_shuffling_the_order_is_kept():
    assert order(data.load(IMAGES, batch_size=10, shuffle=False)) == list(range(50))


def test_every_epoch_has_every_image_in_another_order():
    dataset = data.load(IMAGES, batch_size=10)
    epochs = [order(dataset) for _ in range(3)]
    assert all(sorted(epoch) == list(range(50)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 3


def test_the_buffer_holds_the_whole_data_set():
    # Out of a buffer of b images, image i cannot come before position i - b.
    dataset = data.load(IMAGES, batch_size=50)
    ahead = [np.array(order(dataset)) - np.arange(50) for _ in range(20)]
    assert np.max(ahead) >= 45


def test_a_seed_repeats_the_order_of_all_epochs():
    first, again = (data.load(IMAGES, batch_size=10, seed=7) for _ in range(2))
    assert [order(first) for _ in range(3)] == [order(again) for _ in range(3)]


def test_another_seed_gives_another_order():
    assert order(data.load(IMAGES, seed=1, batch_size=10)) != order(
        data.load(IMAGES, seed=2, batch_size=10)
    )


def test_the_global_seed_has_no_say():
    def epoch(global_seed):
        tf.random.set_seed(global_seed)
        return np.concatenate(list(data.load(IMAGES, batch_size=10, augment=[jitter])))

    assert np.array_equal(epoch(1), epoch(2))


def jitter(image, seed):
    return image + tf.random.stateless_uniform(tf.shape(image), seed)


def test_an_iterator_that_is_not_read_still_counts_as_an_epoch():
    dataset, again = (data.load(IMAGES, batch_size=10) for _ in range(2))
    epochs = [order(dataset) for _ in range(3)]
    iter(again), iter(again)
    assert order(again) == epochs[2]


@pytest.mark.parametrize("cache", [True, False])
def test_resized_images_come_in_the_same_order(cache):
    images = np.repeat(np.repeat(IMAGES, 2, axis=1), 2, axis=2)
    dataset = data.load(images, image_size=1, batch_size=10, shuffle=False, cache=cache)
    assert order(dataset) == list(range(50))


def test_loading_many_data_sets_warns_of_nothing(caplog):
    for _ in range(8):
        data.load(IMAGES, batch_size=10, augment=["flip", jitter])
    assert not [record for record in caplog.records if record.name == "tensorflow"]


# === Batches ===


@pytest.mark.parametrize(
    "arguments, cardinality, last",
    [
        ({}, 3, 16),
        ({"drop_remainder": False}, 4, 2),
        ({"image_size": 2}, 3, 16),
        ({"image_size": 2, "cache": False}, 3, 16),
        ({"augment": ["flip"]}, 3, 16),
        ({"shuffle": False}, 3, 16),
    ],
)
def test_cardinality_is_known(arguments, cardinality, last):
    dataset = data.load(IMAGES, batch_size=16, **arguments)
    assert dataset.cardinality() == cardinality
    batches = list(dataset)
    assert len(batches) == cardinality
    assert len(batches[-1]) == last


def test_repeat_never_ends_and_shuffles_every_epoch():
    dataset = data.load(IMAGES, batch_size=20, repeat=True)
    assert dataset.cardinality() == tf.data.INFINITE_CARDINALITY
    five_batches = order(dataset.take(5))
    assert sorted(five_batches[:50]) == sorted(five_batches[50:]) == list(range(50))
    assert five_batches[:50] != five_batches[50:]


def test_full_batches_have_a_static_size():
    assert data.load(IMAGES, batch_size=16).element_spec.shape == (16, 1, 1, 1)
    open_ended = data.load(IMAGES, batch_size=16, drop_remainder=False)
    assert open_ended.element_spec.shape.as_list() == [None, 1, 1, 1]


def test_less_than_a_batch_is_refused():
    with pytest.raises(ValueError, match="50 examples, fewer than one batch.*batch_size=51"):
        data.load(IMAGES, batch_size=51)


@pytest.mark.parametrize("arguments", [{"drop_remainder": False}, {"repeat": True}])
def test_less_than_a_batch_is_enough_without_dropping(arguments):
    first = next(iter(data.load(IMAGES, batch_size=51, **arguments)))
    assert len(first) == (50 if "drop_remainder" in arguments else 51)


# === Reading and caching ===


def counting_source():
    """A source that counts how often it reads an image, and the list of what it read."""
    reads = []

    def read_one(index):
        reads.append(int(index))
        return np.full((2, 2, 1), index, np.uint8)

    def read(index):
        image = tf.numpy_function(read_one, [index], tf.uint8, stateful=False)
        image.set_shape((2, 2, 1))
        return image

    source = Source(
        name="counted",
        num_examples=50,
        shape=(2, 2, 1),
        dtype=tf.uint8,
        elements=lambda labels: tf.data.Dataset.from_tensor_slices((np.arange(50),)),
        read=read,
        sizes=((2, 2),),
    )
    return source, reads


def build(source, cache=True, size=None):
    return minibatches(
        source,
        size=size,
        resize=None,
        channels=None,
        labels=False,
        shuffle=True,
        seed=0,
        cache=cache,
        batch_size=10,
        steps=[],
        drop_remainder=True,
        repeat=False,
    )


@pytest.mark.parametrize("size", [None, (1, 1)])
def test_cached_images_are_read_once(size):
    source, reads = counting_source()
    dataset = build(source, size=size)
    for _ in range(3):
        assert len(list(dataset)) == 5
    assert sorted(reads) == list(range(50))


def test_images_that_are_not_cached_are_read_in_every_epoch():
    source, reads = counting_source()
    dataset = build(source, cache=False)
    for _ in range(3):
        list(dataset)
    assert sorted(reads) == sorted(3 * list(range(50)))


def test_python_readers_outlive_collection():
    dataset = build(counting_source()[0])
    gc.collect()
    assert len(list(dataset)) == 5


def test_a_cache_that_cannot_fit_is_refused(monkeypatch, write_image, noise, tmp_path):
    write_image("a.png", noise(64, 64, 3))
    sizes = {"SC_PHYS_PAGES": 2, "SC_PAGE_SIZE": 4096}
    monkeypatch.setattr(memory.os, "sysconf", sizes.__getitem__)
    with pytest.raises(ValueError, match="give cache=False or a smaller image_size"):
        data.load(tmp_path, batch_size=1)
    assert data.load(tmp_path, batch_size=1, cache=False).cardinality() == 1
    assert data.load(tmp_path, batch_size=1, image_size=16).cardinality() == 1


# === In training ===


@pytest.mark.parametrize("batches_read", [3, 17, 30])
@pytest.mark.parametrize("kind", ["array", "folder", "cached folder"])
def test_an_iterator_can_be_checkpointed(kind, batches_read, write_image, tmp_path):
    if kind != "array":
        for position in range(50):
            write_image(f"images/{position:02}.png", IMAGES[position, :, :, 0])
    source = IMAGES if kind == "array" else tmp_path / "images"
    cache = kind == "cached folder"

    def start():
        return iter(data.load(source, batch_size=4, repeat=True, augment=[jitter], cache=cache))

    iterator = start()
    for _ in range(batches_read):
        next(iterator)
    path = tf.train.Checkpoint(iterator=iterator).write(str(tmp_path / "checkpoint"))
    expected = [next(iterator).numpy() for _ in range(30)]
    restored = start()
    tf.train.Checkpoint(iterator=restored).read(path)
    assert np.array_equal([next(restored).numpy() for _ in range(30)], expected)


def test_replicas_share_every_batch(two_replicas):
    dataset = two_replicas.experimental_distribute_dataset(data.load(IMAGES, batch_size=10))
    for _ in range(2):
        seen = []
        for batch in dataset:
            parts = two_replicas.experimental_local_results(batch)
            assert [len(part) for part in parts] == [5, 5]
            seen += order(parts)
        assert sorted(seen) == list(range(50))


def test_the_pipeline_is_deterministic():
    options = data.load(IMAGES, batch_size=8).options()
    assert options.deterministic


# === Arguments ===


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"batch_size": 0}, "`batch_size` must be.*Received: batch_size=0"),
        ({"batch_size": -3}, "Received: batch_size=-3"),
        ({"batch_size": 2.0}, "Received: batch_size=2.0"),
        ({"batch_size": True}, "Received: batch_size=True"),
        ({"seed": -1}, "`seed` must be.*Received: seed=-1"),
        ({"seed": 2**31}, "Received: seed=2147483648"),
        ({"seed": None}, "Received: seed=None"),
        ({"split": 3}, "`split` must be a string. Received: split=3"),
        ({"labels": "yes"}, "`labels` must be True or False. Received: labels='yes'"),
        ({"shuffle": 1000}, "`shuffle` must be True or False. Received: shuffle=1000"),
        ({"cache": None}, "`cache` must be.*Received: cache=None"),
        ({"drop_remainder": 1}, "`drop_remainder` must be"),
        ({"repeat": 2}, "`repeat` must be True or False. Received: repeat=2"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        data.load(IMAGES, **arguments)


@pytest.mark.parametrize("source", [None, 3, [1, 2], (1, 2), "", {"images": IMAGES}])
def test_unknown_kinds_of_source_are_refused(source):
    with pytest.raises(ValueError, match="`source` must be a name, a folder.*source of type"):
        data.load(source)


def test_numpy_integers_are_integers():
    dataset = data.load(IMAGES, batch_size=np.int64(10), seed=np.uint8(3), image_size=np.int32(1))
    assert dataset.cardinality() == 5
