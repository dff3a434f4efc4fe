"""How a training comes along: the distance while it trains, its curve, what is said at the end."""

import json
import types

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tfgan_suite import data, experiment, testing
from tfgan_suite.experiment import progress, resolve_config
from tfgan_suite.experiment.experiment import Experiment
from tfgan_suite.experiment.progress import ProgressEvaluator
from tfgan_suite.experiment.reports import summarize
from tfgan_suite.metrics import Classifier, ClassifierEvaluator

# === What the last third says ===


def exponential(rate, points=31, end=3000, wobble=0.0):
    """Steps up to the end, and distances that fall by a rate over each third, up and down."""
    steps = np.linspace(0, end, points)
    up_and_down = np.exp(wobble * np.cos(np.pi * np.arange(points)))
    return steps, 5.0 * (1 + rate) ** (3 * steps / end) * up_and_down


@pytest.mark.parametrize("rate", [-0.5, -0.01, 0.0, 0.3])
def test_a_trend_without_noise_is_found_exactly(rate):
    change, error = progress.trend(*exponential(rate))
    assert change == pytest.approx(rate, abs=1e-9) and error == pytest.approx(0.0, abs=1e-4)


def test_the_error_of_a_trend_is_its_spread_over_draws():
    steps = np.linspace(0, 3000, 31)
    rng = np.random.default_rng(1)
    found = [progress.trend(steps, np.exp(rng.normal(0, 0.1, 31))) for _ in range(400)]
    changes, errors = zip(*found)
    assert np.mean(errors) == pytest.approx(np.std(changes), rel=0.15)


def test_what_came_before_the_last_third_does_not_matter():
    steps, distances = exponential(-0.2)
    distances[steps < 1900] = 1e6
    assert progress.trend(steps, distances)[0] == pytest.approx(-0.2, abs=1e-9)


def write(folder, steps, distances):
    folder.mkdir()
    protocol = {"score": "frechet_distance-digits-100", "floor": 0.5}
    for step, distance in zip(steps, distances, strict=True):
        scores = {"progress": {"distance": float(distance), "protocol": protocol}}
        record = {"step": int(step), "scores": scores}
        (folder / f"step-{int(step):08d}.json").write_text(json.dumps(record))
    return folder


@pytest.mark.parametrize(
    "curve, words",
    [
        (exponential(-0.5), "50% lower over the last third: more steps would help"),
        (exponential(0.5), "50% higher over the last third: it has become worse"),
        (exponential(0.0), "more steps alone would hardly help"),
        (exponential(0.0, wobble=0.5), "too uncertain to say"),
        (exponential(-0.5, points=4), "too few looks to say"),
    ],
    ids=["falls", "rises", "stands", "wobbles", "few"],
)
def test_the_words_for_a_curve(tmp_path, curve, words):
    assert words in progress.in_words(write(tmp_path / "progress", *curve))


def test_the_words_name_the_best_state_where_it_is_not_the_last(tmp_path):
    folder = write(tmp_path / "progress", [10, 20, 30], [3.0, 1.25, 2.0])
    found = progress.in_words(folder)
    assert found.startswith("frechet_distance-digits-100 2 (real images 0.5), least 1.25 at step 20")


def test_a_curve_is_drawn(tmp_path):
    progress.draw(write(tmp_path / "progress", [10, 20, 30], [3.0, 1.25, 2.0]), tmp_path / "p.png")
    with Image.open(tmp_path / "p.png") as picture:
        assert np.asarray(picture.convert("L")).std() > 10


def test_without_looks_there_is_no_curve_and_nothing_is_said(tmp_path):
    progress.draw(tmp_path, tmp_path / "p.png")
    assert not (tmp_path / "p.png").exists() and progress.in_words(tmp_path) is None


# === The evaluator ===


def digits():
    return data.load("digits", batch_size=50, seed=0, image_size=16)


def noise(n, seed):
    return np.random.default_rng(seed).uniform(-1, 1, (n, 16, 16, 1)).astype(np.float32)


def test_without_classes_random_features_are_compared():
    evaluator = ProgressEvaluator(digits, name="digits", num_samples=100)
    found = evaluator(noise, seed=0)
    assert found["protocol"]["score"] == "frechet_distance-random-100"
    assert found["distance"] > 5 * found["protocol"]["floor"] > 0


def test_the_features_of_the_judge_are_compared_where_there_is_one():
    images = keras.Input((16, 16, 1))
    maps = keras.layers.Conv2D(3, 3, strides=4, name="relu_3")(images)
    logits = keras.layers.Dense(10)(keras.layers.Flatten()(maps))
    judge = ClassifierEvaluator(Classifier(keras.Model(images, logits), 0.5, name="mine"))
    found = ProgressEvaluator(digits, judge, num_samples=100)(noise, seed=0)
    assert found["protocol"]["score"] == "frechet_distance-mine.relu_3.avg-100"


def test_as_many_real_images_are_compared_as_generated_ones_and_no_image_twice():
    few = np.concatenate(list(digits().take(1).as_numpy_iterator()))
    evaluator = ProgressEvaluator(lambda: tf.data.Dataset.from_tensors(few))
    protocol = evaluator(noise, seed=0)["protocol"]
    assert protocol["num_samples"] == protocol["reference"]["images"] == 25
    reference, others = evaluator._sets
    assert not {image.tobytes() for image in others} & {i.tobytes() for i in reference.images}


def test_no_more_real_images_are_read_than_are_compared():
    read = []

    def endless():
        image = tf.random.stateless_uniform([16, 16, 1], [1, 2], -1.0, 1.0)
        numbers = tf.data.Dataset.range(10**9).batch(500)
        return numbers.map(
            lambda rows: tf.py_function(lambda n: read.append(1) or n, [rows], tf.int64)
        ).map(lambda rows: tf.fill([500, 1, 1, 1], 0.5) * image)

    ProgressEvaluator(endless, num_samples=100)._sets  # noqa: B018 - what it reads
    # What is compared fills five minibatches; TensorFlow may be a few ahead.
    assert len(read) <= 10


# === In a run ===


def images_of(config, **options):
    recipe = experiment.load_recipe("dcgan")
    config = resolve_config(recipe, config, smoke=True)
    return recipe.build(config, **options), config


def test_a_recipe_of_images_has_one_and_keeps_the_best_by_it():
    made, _ = images_of([])
    assert made.progress.name == "progress" and made.monitor == "progress.distance"
    assert made.monitor_mode == "min"


def test_it_can_be_switched_off():
    made, _ = images_of(["progress_samples=none"])
    assert made.progress is None and made.monitor is None


@pytest.mark.parametrize("count", [progress.FEWEST - 1, progress.FEWEST])
def test_a_few_images_are_not_compared(tmp_path, count):
    for index, image in enumerate(testing.images(count, (16, 16, 3))):
        pixels = ((image + 1) * 127.5).astype(np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{index}.png")
    made, _ = images_of([f"data={tmp_path}"])
    assert (made.progress is None) == (count < progress.FEWEST)


def test_evaluations_of_the_recipe_itself_take_its_place():
    given = {"progress": ProgressEvaluator(digits), "evaluators": [print], "evaluate_every": 1}
    made = Experiment(types.SimpleNamespace(), None, 1, **given)
    assert made.progress is None and made.monitor is None


def test_a_run_leaves_a_curve_and_its_best_state(in_tmp, capsys):
    recipe = experiment.load_recipe("dcgan")
    config = resolve_config(recipe, ["epochs=3"], smoke=True)
    result = experiment.run(recipe, config, smoke=True)
    where = result.directory
    assert sorted(path.name for path in where.progress.iterdir()) == [
        f"step-{3 * epoch:08d}.json" for epoch in (1, 2, 3)
    ]
    lines = [json.loads(line) for line in where.metrics.read_text().splitlines()]
    distances = [line["progress.distance"] for line in lines]
    assert result.best["score"] == min(distances)
    assert where.progress_picture.is_file()
    summarize(result)
    assert "(real images" in capsys.readouterr().out
