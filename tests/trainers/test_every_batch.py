"""Every batch is looked at, not the first alone: shapes, forms of labels, values."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import data, networks, trainers
from tfgan_suite.modalities import Image
from tfgan_suite.trainers.base.value_checks import PartOfData

SHAPE = r"Real images must have the shape that the discriminator takes: \(8, 8, 1\). "
LABELS = np.arange(8) % 3


def images(count=8, size=8, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (count, size, size, 1)).astype(np.float32)


def of_sizes(*sizes, spec=(8, None, None, 1)):
    """A dataset that says nothing of the sizes of its images."""

    def batches():
        yield from (images(size=size) for size in sizes)

    return tf.data.Dataset.from_generator(batches, output_signature=tf.TensorSpec(spec))


@pytest.fixture
def gan(make_trainer):
    return make_trainer(run_eagerly=False)


@pytest.fixture
def conditional():
    """A ConditionalGAN whose networks would take images of any size."""
    z, c = keras.Input([2]), keras.Input([], dtype="int32")
    made = keras.layers.Dense(64, "tanh")(keras.layers.Concatenate()([z, _embedded(c, 64)]))
    generator = keras.Model([z, c], keras.layers.Reshape([8, 8, 1])(made))
    x, c = keras.Input([8, 8, 1]), keras.Input([], dtype="int32")
    seen = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(4, 3)(x))
    logits = keras.layers.Dense(1)(keras.layers.Concatenate()([seen, _embedded(c, 4)]))
    trainer = trainers.ConditionalGAN(generator, keras.Model([x, c], logits), 2, seed=0)
    trainer.compile(keras.optimizers.SGD(0.1))
    return trainer


def _embedded(labels, size):
    return keras.layers.Embedding(3, size)(labels)


# === Shapes ===


def test_arrays_of_another_size_are_refused_after_a_good_fit(conditional):
    conditional.fit(images(), LABELS, batch_size=8, verbose=0)
    with pytest.raises(ValueError, match=SHAPE + r"Received: images of shape \(16, 16, 1\)"):
        conditional.fit(images(size=16), LABELS, batch_size=8, verbose=0)
    with pytest.raises(ValueError, match=SHAPE):
        conditional.train_on_batch(images(size=16), LABELS)


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("sizes", [(16,), (8, 6)])
def test_sizes_that_a_dataset_does_not_say_are_looked_at(make_trainer, sizes, jit_compile):
    gan = make_trainer(run_eagerly=False)
    gan.compile(keras.optimizers.SGD(0.1), jit_compile=jit_compile)
    size = sizes[-1]
    message = SHAPE + rf"Received: images of shape \({size}, {size}, 1\) \(batch shape \(8, {size}"
    with pytest.raises(ValueError, match=message):
        gan.fit(of_sizes(*sizes), verbose=0)
    if not jit_compile:
        with pytest.raises(ValueError, match=message):
            gan.evaluate(of_sizes(*sizes), verbose=0)


def test_the_number_of_axes_need_not_be_known(gan):
    gan.fit(of_sizes(8, 8, spec=None), verbose=0)
    with pytest.raises(ValueError, match=SHAPE):
        gan.fit(of_sizes(8, 6, spec=None), verbose=0)


def test_minibatches_of_a_group_are_looked_at(make_trainer):
    gan = make_trainer(discriminator_steps=2, run_eagerly=False)
    gan.fit(of_sizes(8, 8), verbose=0)
    with pytest.raises(ValueError, match=SHAPE + r"Received: images of shape \(6, 6, 1\)"):
        gan.fit(of_sizes(8, 8, 6, 6), verbose=0)


def test_a_translator_predicts_no_other_size_than_it_was_built_for():
    generator = networks.resnet_translator.build_generator(24, 1, 1, 4, blocks=1)
    discriminator = networks.patch_discriminator.build_discriminator(24, 1, 1)
    trainer = trainers.Pix2Pix(generator, discriminator, seed=0)
    trainer.compile(keras.optimizers.SGD(0.1))
    trainer.predict(images(2, 24), verbose=0)
    other = np.zeros([2, 17, 18, 1], np.float32)
    for given in (other, tf.data.Dataset.from_tensors(other)):
        with pytest.raises(ValueError, match=r"the shape .*: \(24, 24, 1\).*\(17, 18, 1\)"):
            trainer.predict(given, verbose=0)


# === Forms of labels ===


def test_forms_of_labels_may_take_turns(conditional):
    one_hot = np.eye(3)[LABELS]
    for labels in (LABELS, LABELS[:, None], one_hot, one_hot.astype(bool), LABELS):
        conditional.fit(images(), labels, batch_size=8, verbose=0)
        dataset = tf.data.Dataset.from_tensors((images(), labels))
        conditional.fit(dataset, verbose=0)
        conditional.evaluate(dataset, verbose=0)
        conditional.train_on_batch(images(), labels)


def test_labels_of_a_form_that_is_not_known_are_named(conditional):
    specs = (tf.TensorSpec([8, 8, 8, 1]), tf.TensorSpec(None, tf.int32))
    dataset = tf.data.Dataset.from_generator(
        lambda: iter([(images(), LABELS)]), output_signature=specs
    )
    with pytest.raises(ValueError, match="labels the number of axes must be known"):
        conditional.fit(dataset, verbose=0)


# === Values ===


@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: tf.data.Dataset.from_tensors(x)])
@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda x: (x + 1) * 127.5, r"\[-1, 1\]; .*/ 127.5 - 1. Received: values from 0.* to 25"),
        (lambda x: x * 3, r"Real images must lie in \[-1, 1\]; scale them with an affine map"),
        (lambda x: np.where(x > 0.9, np.nan, x), "Real images must be finite. Received: .* NaN"),
        (lambda x: np.where(x > 0.9, np.inf, x), "must be finite. Received: .* in row 0"),
    ],
)
def test_values_that_no_network_is_made_for_are_named(gan, wrap, change, match):
    wrong = change(images()).astype(np.float32)
    with pytest.raises(ValueError, match=match):
        gan.fit(wrap(wrong), verbose=0)
    with pytest.raises(ValueError, match=match):
        gan.evaluate(wrap(wrong), verbose=0)


class _Sequence(keras.utils.PyDataset):
    def __init__(self, *arrays):
        super().__init__()
        self.arrays = arrays

    def __len__(self):
        return 2

    def __getitem__(self, index):
        half = len(self.arrays[0]) // 2
        return tuple(array[half * index : half * (index + 1)] for array in self.arrays)


def _generator(*arrays):
    yield from (_Sequence(*arrays)[index] for index in range(2))


BY_CODE = pytest.mark.parametrize("wrap", [_Sequence, _generator])


@BY_CODE
@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda x: (x + 1) * 127.5, "scale them with images / 127.5 - 1"),
        (lambda x: np.where(x > 0.9, np.nan, x), "Real images must be finite"),
    ],
)
def test_values_of_what_comes_by_python_code_are_looked_at(gan, wrap, change, match):
    wrong = change(images(16)).astype(np.float32)
    for method in (gan.fit, gan.evaluate):
        with pytest.raises(ValueError, match=match):
            method(wrap(wrong), verbose=0)


@BY_CODE
def test_labels_of_what_comes_by_python_code_are_looked_at(conditional, wrap):
    with pytest.raises(ValueError, match=r"Labels must lie in \[0, 3\).*from 0 to 7"):
        conditional.fit(wrap(images(), np.where(LABELS == 2, 7, LABELS)), verbose=0)


def test_a_generator_gives_all_its_batches_and_goes_on(gan):
    seen = []
    batches = (seen.append(seed) or (images(8, seed=seed),) for seed in itertools.count())
    for done in (3, 6):
        gan.fit(batches, steps_per_epoch=3, shuffle=False, verbose=0)
        assert int(gan.step) == done
    assert seen == list(range(len(seen)))


def _in_batches(x):
    return tf.data.Dataset.from_tensor_slices(x).batch(16)


@pytest.mark.parametrize("wrap", [lambda x: x, _in_batches, _Sequence, _generator])
def test_images_in_0_to_1_are_named_once(gan, wrap):
    unit = (images(32) + 1) / 2
    words = r"Real images must lie in \[-1, 1\].*scale them with images \* 2 - 1.*values from 0"
    with pytest.warns(UserWarning, match=words) as heard:
        for _ in range(2):
            gan.fit(wrap(unit), steps_per_epoch=1, shuffle=False, verbose=0)
    assert len([one for one in heard if "scale them" in str(one.message)]) == 1


def test_batches_by_hand_are_watched_together(gan):
    unit = (images(8) + 1) / 2
    gan.train_on_batch(unit)
    with pytest.warns(UserWarning, match="scaled to .* in the 16 that"):
        gan.train_on_batch(unit)


@pytest.mark.parametrize("wrap", [_in_batches, lambda x: _in_batches(x).unbatch().batch(1)])
def test_some_bright_images_are_not_in_0_to_1(gan, wrap):
    bright = (images(40) + 1) / 2
    bright[15, 0, 0] = -0.5
    gan.fit(wrap(bright), epochs=2, verbose=0)


def test_images_that_are_declared_to_lie_in_0_to_1_may():
    class UnitImage(Image):
        value_range = (0.0, 1.0)

    assert not PartOfData.made("Real images", UnitImage(8, 8, 1)).watched
    assert PartOfData.made("Real images", Image(8, 8, 1)).watched


def test_images_without_contrast_say_nothing_of_their_scale(gan):
    gan.fit(np.full([32, 8, 8, 1], 0.5, np.float32), verbose=0)


def test_what_is_mapped_over_loaded_data_is_looked_at(gan):
    batches = data.load(images(16), batch_size=8).map(lambda x: (x + 1.0) * 127.5)
    assert batches.order is not None
    with pytest.raises(ValueError, match="scale them with images / 127.5 - 1"):
        gan.fit(batches, verbose=0)


def test_values_of_any_size_are_right_for_vectors():
    generator = networks.mlp.build_generator((2,), 3, (4,))
    discriminator = networks.mlp.build_discriminator((2,), (4,))
    trainer = trainers.ModifiedMinimaxGAN(generator, discriminator, 3)
    trainer.compile(keras.optimizers.SGD(0.1))
    points = np.random.default_rng(0).normal(0, 100, (8, 2)).astype(np.float32)
    trainer.fit(points, verbose=0)
    points[3, 1] = np.nan
    with pytest.raises(ValueError, match="Real vectors must be finite.*row 3"):
        trainer.fit(points, verbose=0)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_latents_that_are_no_numbers_are_not_answered(gan, value):
    latents = np.zeros([4, 5], np.float32)
    latents[2, 1] = value
    with pytest.raises(ValueError, match="What `predict` is given must be finite.*in row 2"):
        gan.predict(latents, verbose=0)


def test_latents_too_large_to_be_answered_are_named(gan):
    gan.serving_generator.set_weights([w * 1e3 for w in gan.serving_generator.get_weights()])
    with pytest.raises(ValueError, match="too large for it, must be finite"):
        gan.predict(np.full([4, 5], 3.4e38, np.float32), verbose=0)
