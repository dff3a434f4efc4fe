"""SampleGrid under `fit`."""

import io

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image as Pillow

from tfgan_suite import drawing
from tfgan_suite.callbacks import SampleGrid
from tfgan_suite.modalities import Image, Vector


def pngs(directory):
    return sorted(path.name for path in directory.glob("*.png"))


def read(path):
    with Pillow.open(path) as image:
        return np.asarray(image)


def count_calls(network):
    """The calls of a network from now on: one in the list for each."""
    calls, call = [], network.call
    network.call = lambda *args, **kwargs: calls.append(1) or call(*args, **kwargs)
    return calls


def fit(trainer, examples, grid, epochs=2, **options):
    trainer.fit(examples, batch_size=16, epochs=epochs, callbacks=[grid], verbose=0, **options)


@pytest.fixture
def run(make_trainer, real_examples, tmp_path):
    """Returns a function that trains small networks with a grid; returns the trainer."""

    def run(shape=(8, 8, 1), epochs=2, trainer=None, **options):
        trainer = trainer or make_trainer(shape)
        fit(trainer, real_examples(shape), SampleGrid(tmp_path, **options), epochs)
        return trainer

    return run


def test_a_picture_before_training_and_after_every_epoch(run, tmp_path):
    run()
    assert pngs(tmp_path) == ["epoch-0000.png", "epoch-0001.png", "epoch-0002.png"]


def test_the_last_picture_is_what_the_serving_generator_makes(run, tmp_path):
    trainer = run(rows=2, columns=3, seed=5)
    images = trainer(trainer.sample_latents(6, seed=5)).numpy()
    levels = np.rint((np.clip(images.astype(np.float64), -1, 1) + 1) * 127.5)
    sheet = read(tmp_path / "epoch-0002.png").astype(int)
    assert sheet.shape == (2 * 66 + 2, 3 * 66 + 2)
    for index, image in enumerate(levels[..., 0]):
        top, left = 2 + 66 * (index // 3), 2 + 66 * (index % 3)
        # One level of difference where the order of additions moves a value over the half.
        assert np.abs(sheet[top : top + 64 : 8, left : left + 64 : 8] - image).max() <= 1


def test_the_first_picture_is_of_the_untrained_generator(make_trainer, run, tmp_path):
    untrained = make_trainer()
    run(rows=1, columns=2)
    images = untrained(untrained.sample_latents(2, seed=0)).numpy()
    difference = read(tmp_path / "epoch-0000.png").astype(int) - drawing.tile(images, 2)[..., 0]
    assert np.abs(difference).max() <= 1


def test_training_is_the_same_with_and_without_pictures(make_trainer, real_examples, tmp_path):
    without, with_pictures = make_trainer(), make_trainer()
    for trainer, callbacks in ((without, []), (with_pictures, [SampleGrid(tmp_path)])):
        trainer.fit(real_examples(), batch_size=16, shuffle=False, callbacks=callbacks, verbose=0)
    for one, other in zip(without.get_weights(), with_pictures.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_trainers_own_latents_are_not_advanced(make_trainer, run):
    fresh = make_trainer()
    np.testing.assert_array_equal(run().sample_latents(3), fresh.sample_latents(3))


def test_every_second_epoch_and_the_last(run, tmp_path):
    run(epochs=3, every=2)
    assert pngs(tmp_path) == ["epoch-0000.png", "epoch-0002.png", "epoch-0003.png"]


def test_it_does_not_retrace(make_trainer, run):
    trainer = make_trainer()
    calls = count_calls(trainer.serving_generator)
    run(trainer=trainer, epochs=3)
    assert len(calls) == 1


def test_colour_images(run, tmp_path):
    run(shape=(16, 8, 3), rows=2, columns=2)
    assert read(tmp_path / "epoch-0002.png").shape == (2 * 66 + 2, 2 * 34 + 2, 3)


def test_points_become_a_scatter_plot(run, tmp_path):
    run(shape=(2,))
    assert read(tmp_path / "epoch-0002.png").shape == (512, 512, 3)


def test_the_axes_of_points_are_those_of_the_real_ones(run, tmp_path, real_examples, monkeypatch):
    limits = []
    scatter = drawing.scatter

    def spy(points, within, real=None):
        limits.append(within)
        return scatter(points, within, real)

    monkeypatch.setattr(drawing, "scatter", spy)
    real = 10.0 * real_examples((2,))
    run(shape=(2,), real=real)
    assert set(limits) == {drawing.limits(real)}


@pytest.mark.parametrize("source", ["array", "dataset", "labelled"])
def test_real_images_are_drawn_once(run, tmp_path, real_examples, source):
    images = real_examples()
    real = {
        "array": images,
        "dataset": tf.data.Dataset.from_tensor_slices(images).batch(3),
        "labelled": tf.data.Dataset.from_tensor_slices((images, np.arange(32))).batch(3),
    }[source]
    run(real=real, rows=2, columns=4)
    # Of all of them, as they may be sorted by class.
    some = images[np.linspace(0, 31, 8).round().astype(int)]
    np.testing.assert_array_equal(read(tmp_path / "real.png"), drawing.tile(some, 4)[..., 0])


def test_tensorboard_shows_the_same_picture(run, tmp_path):
    run()
    (events,) = tmp_path.glob("events.*")
    shown = {}
    for record in tf.data.TFRecordDataset(str(events)):
        event = tf.compat.v1.Event.FromString(record.numpy())
        for value in event.summary.value:
            assert value.tag == "generated"
            shown[event.step] = value.tensor.string_val[2]  # after width and height
    assert sorted(shown) == [0, 1, 2]
    with Pillow.open(io.BytesIO(shown[2])) as image:
        np.testing.assert_array_equal(
            np.asarray(image.convert("L")), read(tmp_path / "epoch-0002.png")
        )


def test_without_tensorboard_there_are_no_events(run, tmp_path):
    run(tensorboard=False)
    assert not list(tmp_path.glob("events.*"))


def test_nothing_half_written_is_left(run, tmp_path):
    run(tensorboard=False)
    assert all(path.suffix == ".png" for path in tmp_path.iterdir())


def test_mixed_precision(make_trainer, run, tmp_path):
    keras.config.set_dtype_policy("mixed_bfloat16")
    run(trainer=make_trainer())
    assert read(tmp_path / "epoch-0002.png").std() > 0


def test_two_replicas(make_trainer, run, two_replicas, tmp_path):
    with two_replicas.scope():
        trainer = make_trainer(run_eagerly=False)
    run(trainer=trainer, rows=2, columns=2)
    images = trainer(trainer.sample_latents(4, seed=0)).numpy()
    difference = read(tmp_path / "epoch-0002.png").astype(int) - drawing.tile(images, 2)[..., 0]
    assert np.abs(difference).max() <= 1


def test_one_callback_serves_two_fits(make_trainer, real_examples, tmp_path):
    grid, trainer = SampleGrid(tmp_path, rows=2, columns=2), make_trainer()
    fit(trainer, real_examples(), grid, epochs=1)
    fit(trainer, real_examples(), grid, epochs=3, initial_epoch=1)
    assert pngs(tmp_path) == [f"epoch-000{n}.png" for n in range(4)]


@pytest.mark.parametrize("name", ["every", "rows", "columns"])
@pytest.mark.parametrize("value", [0, -1, 1.5, True])
def test_numbers_are_checked(tmp_path, name, value):
    with pytest.raises(ValueError, match=f"{name}={value}"):
        SampleGrid(tmp_path, **{name: value})


def test_vectors_are_drawn_along_the_directions_of_the_real_ones(run, tmp_path, real_examples):
    real = real_examples((7,))
    trainer = run(shape=(7,), real=real)
    made = trainer(trainer.sample_latents(2048, seed=0)).numpy()
    expected = Vector(7).draw(made, real=real)
    # Antialiased points, a few of which move by a rounding.
    difference = np.abs(read(tmp_path / "epoch-0002.png").astype(int) - expected)
    assert np.mean(difference > 2) < 1e-3


def test_what_cannot_be_drawn_is_refused(make_trainer, real_examples, monkeypatch, tmp_path):
    monkeypatch.setattr(Vector, "drawable", False)
    with pytest.raises(ValueError, match=r"of vectors .*Vector\(dim=7\)"):
        fit(make_trainer((7,)), real_examples((7,)), SampleGrid(tmp_path))


@pytest.mark.parametrize("channels", [2, 4, 5])
def test_images_of_any_channels(run, tmp_path, channels):
    trainer = run(shape=(8, 8, channels), rows=2, columns=2)
    images = trainer(trainer.sample_latents(4, seed=0)).numpy()
    expected = Image(8, 8, channels).draw(images, 2)
    drawn = read(tmp_path / "epoch-0002.png").astype(int).reshape(expected.shape)
    assert np.abs(drawn - expected).max() <= 1


def test_empty_real_examples_are_refused(run, real_examples):
    with pytest.raises(ValueError, match="at least one example"):
        run(real=real_examples()[:0])


def test_a_directory_that_cannot_be_made_is_an_error_at_once(make_trainer, real_examples, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        fit(make_trainer(), real_examples(), SampleGrid(tmp_path / "file" / "grid"))
