"""Batches are a `tf.data.Dataset` in every respect, and keep what they know of themselves."""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import data, testing, trainers
from tfgan_suite.batches import loss_of_order
from tfgan_suite.callbacks import Checkpoints

IMAGES = np.arange(23, dtype=np.uint8).reshape(23, 1, 1, 1)
LABELS = np.arange(23) % 3


def load(**options):
    return data.load(IMAGES, **{"batch_size": 4, "seed": 5, **options})


def ids(elements):
    """The images of minibatches, each as the number it is made of."""
    return [np.rint((np.ravel(e) + 1.0) * 127.5).astype(int).tolist() for e in elements]


def begun(batches, where, count):
    return ids(batches.order.begin(*where).take(count).as_numpy_iterator())


# === A dataset ===


def test_what_load_returns_is_a_dataset():
    batches = load()
    assert isinstance(batches, data.Batches) and isinstance(batches, tf.data.Dataset)
    assert batches.cardinality() == len(batches) == len(list(batches)) == 5
    assert batches.element_spec.shape == (4, 1, 1, 1)


def test_every_method_of_a_dataset_that_makes_another_makes_batches():
    """A new release of TensorFlow may bring more of them."""
    made = [
        name
        for name, method in inspect.getmembers(tf.data.Dataset, callable)
        if name[0] != "_"
        and not isinstance(inspect.getattr_static(tf.data.Dataset, name), staticmethod)
        and "Dataset" in str(inspect.signature(method).return_annotation)
    ]
    assert {"map", "filter", "batch", "unique"} <= set(made)
    assert set(made) <= set(vars(data.Batches))


@pytest.mark.parametrize(
    "derive",
    [
        lambda d: d.batch(2),
        lambda d: d.filter(lambda x: x[0, 0, 0, 0] < 0.0),
        lambda d: d.unbatch(),
        lambda d: d.shuffle(3, seed=1),
        lambda d: d.enumerate(),
        lambda d: d.shard(2, 0),
        lambda d: d.cache(),
        lambda d: d.concatenate(d),
        lambda d: d.apply(tf.data.experimental.assert_cardinality(5)),
        lambda d: d.map(lambda x: -x).prefetch(1).skip(1).take(2).repeat(2),
    ],
    ids=range(10),
)
def test_elements_are_those_of_a_plain_dataset(derive):
    batches = load(shuffle=False)
    plain = tf.data.Dataset.from_tensor_slices(np.concatenate(list(batches))).batch(4, True)
    made, expected = derive(batches), derive(plain)
    assert isinstance(made, data.Batches)
    assert made.element_spec == expected.element_spec
    tf.nest.map_structure(
        np.testing.assert_array_equal,
        list(made.as_numpy_iterator()),
        list(expected.as_numpy_iterator()),
    )


def test_tensorflows_own_functions_take_them():
    batches = load(shuffle=False)
    both = tf.data.Dataset.zip(batches, batches.map(lambda x: 2.0 * x))
    np.testing.assert_array_equal(*[2.0 * x if i == 0 else x for i, x in enumerate(next(iter(both)))])
    total = batches.reduce(0.0, lambda total, x: total + tf.reduce_sum(x))
    assert float(total) == pytest.approx(np.sum(IMAGES[:20] / 127.5 - 1.0))


def test_keras_trains_and_evaluates_on_them():
    model = keras.Sequential([keras.Input((1, 1, 1)), keras.layers.Flatten(), keras.layers.Dense(1)])
    model.compile(loss="mse")
    pairs = load().map(lambda x: (x, x[:, 0, 0]))
    assert len(model.fit(pairs, epochs=2, shuffle=False, verbose=0).epoch) == 2
    assert np.isfinite(model.evaluate(pairs, verbose=0))


def test_they_can_be_saved_and_loaded(tmp_path):
    batches = load(shuffle=False)
    batches.save(str(tmp_path / "batches"))
    loaded = tf.data.Dataset.load(str(tmp_path / "batches"))
    np.testing.assert_array_equal(list(loaded), list(batches))


def test_options_are_those_of_the_pipeline():
    options = tf.data.Options()
    options.threading.private_threadpool_size = 3
    batches = load().with_options(options)
    assert batches.options().deterministic
    assert batches.options().threading.private_threadpool_size == 3
    begun = batches.order.begin(0, 0)
    assert begun.options().threading.private_threadpool_size == 3


# === Order ===


@pytest.mark.parametrize(
    "derive",
    [
        lambda d: d.map(lambda x: -x),
        lambda d: d.map(lambda x: -x, num_parallel_calls=2),
        lambda d: d.map(lambda x: -x, num_parallel_calls=2, deterministic=True),
        lambda d: d.prefetch(2),
        lambda d: d.with_options(tf.data.Options()),
        lambda d: d.apply(lambda d: d.map(lambda x: -x)),
        lambda d: d.take(3),
        lambda d: d.take(9),
        lambda d: d.take(-1),
        lambda d: d.skip(2),
        lambda d: d.skip(1).take(3).skip(1),
        lambda d: d.take(4).map(lambda x: -x).skip(1),
    ],
    ids=range(12),
)
@pytest.mark.parametrize("drop_remainder", [True, False])
def test_what_is_made_of_them_can_be_begun_anywhere(derive, drop_remainder):
    batches = load(drop_remainder=drop_remainder)
    derived = derive(batches)
    assert derived.lost is None
    n = derived.order.batches
    assert n == derived.cardinality()
    assert derived.order.full_batches == sum(len(x) == 4 for x in derived)
    # Epoch by epoch, what the same methods make of an epoch of its own.
    epochs = [batches.order.begin(epoch, 0).take(batches.order.batches) for epoch in range(3)]
    expected = [element for epoch in epochs for element in ids(derive(epoch))]
    assert begun(derived, (0, 0), 3 * n) == expected
    for where in [(0, 1), (1, 0), (2, n - 1)]:
        first = where[0] * n + where[1]
        assert begun(derived, where, 3 * n - first) == expected[first:]


def test_a_window_of_each_epoch():
    order = load().order
    whole = ids(order.begin(0, 0).take(10))
    assert ids(order.begin(0, 1, 2, 2).take(3)) == [whole[3], whole[7], whole[8]]


@pytest.mark.parametrize(
    "derive", [lambda d: d.repeat(), lambda d: d.skip(1).repeat(-1), lambda d: d.repeat().skip(3)]
)
def test_repeated_for_ever(derive):
    derived = derive(load())
    assert derived.order.batches is None
    whole = begun(derived, (0, 0), 14)
    assert begun(derived, (0, 6), 8) == whole[6:]
    assert len({tuple(sorted(x)) for x in whole}) > 5


def test_the_first_of_an_endless_dataset_are_the_same_in_every_epoch():
    taken = load(repeat=True).take(3)
    whole = begun(taken, (0, 0), 9)
    assert whole[:3] == whole[3:6] == whole[6:] == ids(taken)
    assert begun(taken, (1, 2), 4) == whole[5:]
    assert ids(taken.order.begin(0, 1, 2).take(3)) == [whole[1], whole[0], whole[1]]


@pytest.mark.parametrize("limit, skip", [(3, 0), (None, 2), (2, 1), (5, 0)])
def test_a_window_of_each_epoch_of_two_domains(limit, skip):
    images = testing.images(5), testing.images(3)
    order = data.load_unpaired(*images, seed=4, mirror=True).order
    whole = [[x.numpy() for x in batch] for batch in order.begin(0, 0).take(10)]
    window = slice(skip, None if limit is None else skip + limit)
    expected = [*whole[:5][window], *whole[5:][window]]
    begun = order.begin(0, 1, limit, skip).take(len(expected) - 1)
    np.testing.assert_array_equal([[x.numpy() for x in batch] for batch in begun], expected[1:])


# === What is lost is said ===


@pytest.mark.parametrize(
    "derive, what",
    [
        (lambda d: d.filter(lambda x: True), "`.filter` of array"),
        (lambda d: d.batch(2), "`.batch` of array"),
        (lambda d: d.unbatch().batch(4), "`.unbatch` of array"),
        (lambda d: d.shuffle(3), "`.shuffle` of array"),
        (lambda d: d.repeat(2), "`.repeat` of array"),
        (lambda d: d.filter(lambda x: True).map(lambda x: x), "`.filter` of array"),
        (lambda d: d.apply(lambda d: tf.data.Dataset.zip(d)), "`.apply` of array"),
        (
            lambda d: d.map(lambda x: x, num_parallel_calls=2, deterministic=False),
            r"`.map\(deterministic=False\)` of array",
        ),
        (lambda d: d.with_options(nondeterministic()), "array with the option `deterministic"),
        (lambda d: tf.data.Dataset.zip(d, d), "`zip` of array"),
        (lambda d: tf.data.Dataset.zip(d.batch(2), d), "`.batch` of array"),
        (lambda d: tf.data.Dataset.zip(d, d).map(lambda x, _: x), "`zip` of array"),
    ],
    ids=range(12),
)
def test_what_took_the_order_away_is_named(derive, what):
    assert loss_of_order(derive(load())).startswith(what.replace("\\", ""))


def nondeterministic():
    options = tf.data.Options()
    options.deterministic = False
    return options


@pytest.mark.filterwarnings("ignore:The `deterministic` argument")
def test_a_map_that_draws_at_random_is_named():
    flip = keras.layers.RandomFlip(seed=1)
    generator = tf.random.Generator.from_seed(1)
    for draw in (
        lambda x: x + tf.random.uniform([]),
        lambda x: tf.image.random_flip_left_right(x, seed=1),
        lambda x: x + generator.normal([]),
        lambda x: flip(x, training=True),
        lambda x: tf.cond(x[0, 0, 0, 0] > 0.0, lambda: x + tf.random.normal([]), lambda: x),
    ):
        batches = load().map(draw)
        assert batches.order is not None and "draws at random from a state" in batches.lost
    drawn = load().map(lambda x: x + tf.random.stateless_uniform([], (1, 2)))
    assert drawn.lost is None


def test_the_rest_of_a_repeated_epoch_is_no_minibatch():
    assert "`.repeat` of array" in load(drop_remainder=False).repeat().lost


def test_a_plain_dataset_has_lost_nothing():
    assert loss_of_order(tf.data.Dataset.range(3).batch(2)) is None


def fit(batches, folder, epochs=1, **options):
    trainer = trainers.MinimaxGAN(*testing.mlp_networks((1, 1, 1)), testing.LATENT_DIM, seed=0)
    trainer.compile(run_eagerly=True)
    trainer.fit(batches, epochs=epochs, callbacks=[Checkpoints(folder)], verbose=0, **options)
    return trainer


def test_fit_warns_of_what_was_lost_where_it_is_to_be_kept(tmp_path):
    kept = load().filter(lambda x: True)
    with pytest.warns(UserWarning, match="`.filter` of array has no known order.*resumes exactly"):
        fit(kept, tmp_path, steps_per_epoch=5)


@pytest.mark.parametrize(
    "derive",
    [lambda d: d.map(lambda x: x / 2).take(3), lambda d: d.skip(1).prefetch(1), lambda d: d.repeat()],
    ids=["map and take", "skip", "repeat"],
)
def test_a_training_on_derived_batches_goes_on_bit_for_bit(derive, tmp_path):
    def weights(folder, *stops):
        for epochs in stops:
            trainer = fit(derive(load()), tmp_path / folder, epochs, steps_per_epoch=2)
        return trainer.generator.get_weights()

    np.testing.assert_array_equal(
        np.concatenate([np.ravel(w) for w in weights("whole", 3)]),
        np.concatenate([np.ravel(w) for w in weights("parts", 1, 3)]),
    )


def test_what_was_skipped_is_known_of_derived_batches():
    images = np.zeros((5, 1, 1, 1), np.float32) - 0.5
    images[3] = np.nan
    batches = data.load(images, batch_size=2, broken="skip").map(lambda x: x)
    assert list(data.skipped(batches)) == ["image 3"]


# === Replicas ===


def test_replicas_share_derived_batches(two_replicas):
    distributed = two_replicas.experimental_distribute_dataset(load().map(lambda x: x).skip(1))
    for batch in distributed:
        parts = two_replicas.experimental_local_results(batch)
        assert [len(part) for part in parts] == [2, 2]
