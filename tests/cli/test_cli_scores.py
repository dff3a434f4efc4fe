"""`evaluate --data` and `classifier`: scores of anything against a data set, and judges."""

import contextlib
import json
import pathlib
import tarfile

import numpy as np
import pytest
from PIL import Image

from tfgan_suite import data, drawing, metrics
from tfgan_suite.cli import main

TRAIN = ["train", "mlp_gan", "--smoke", "--run-dir", "runs/digits"]
IN_ORDER = {"shuffle": False, "drop_remainder": False}
SAMPLES = ["--samples", "120", "--seed", "3"]


def use_quick_judges(patch, cache):
    """Judges of three epochs, kept in a folder of these tests."""
    patch.setenv("TFGAN_SUITE_CACHE", str(cache))
    patch.setattr("tfgan_suite.metrics.classifier.DEFAULT_PRESENTATIONS", 1)


@pytest.fixture(scope="session")
def cache(workplace, tmp_path_factory):
    """The folder of the judges, after a run of digits was made in the workplace."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch, contextlib.chdir(workplace):
        use_quick_judges(patch, folder)
        assert main(TRAIN) == 0
    return folder


@pytest.fixture
def digits(here, cache, monkeypatch, capsys):
    """The workplace with a run of digits, its export, and quick judges."""
    use_quick_judges(monkeypatch, cache)
    capsys.readouterr()
    return here


@pytest.fixture
def evaluate(digits, capsys):
    """Returns a function that judges sources against the digits; returns what was written."""

    def evaluate(*sources, options=()):
        command = ["evaluate", *sources, "--data", "digits", *SAMPLES, *options]
        assert main(command) == 0
        folder = digits / capsys.readouterr().out.splitlines()[-1].split(": ", 1)[1]
        return folder, json.loads((folder / "scores.json").read_text())

    return evaluate


def by_name(result):
    return {score["metric"]: score["value"] for score in result["scores"]}


def test_a_run_and_its_export_are_judged_alike(evaluate):
    folder, found = evaluate("runs/digits", "saved_models/mlp_gan_digits-smoke")
    run, exported = found["results"]
    assert run["generator"]["kind"] == "trainer" and exported["generator"]["kind"] == "SavedModel"
    assert run["generator"]["step"] == exported["generator"]["step"]
    assert run["generator"]["weights"] == exported["generator"]["weights"]
    # Other latents of the same generator.
    for metric, value in by_name(run).items():
        assert by_name(exported)[metric] == pytest.approx(value, rel=0.5, abs=0.3), metric
    assert {"digits.png", "mlp_gan_digits-smoke-1.png", "scores.md"} <= {
        path.name for path in folder.iterdir()
    }


def test_the_protocol_is_whole(evaluate):
    _, found = evaluate("runs/digits", options=["--metrics", "frechet_distance"])
    (result,) = found["results"]
    (score,) = result["scores"]
    assert score["name"] == "frechet_distance-digits.relu_3.avg-120"
    assert score["protocol"]["extractor"]["content_hash"]
    assert score["protocol"]["reference"]["split"] == "test"
    assert score["protocol"]["reference"]["images"] == 297
    assert (score["protocol"]["num_samples"], score["protocol"]["seed"]) == (120, 3)
    assert result["generator"]["checkpoint"] == "checkpoints/final.keras"
    assert result["generator"]["weights"] in ("moving average", "as trained")
    assert len(result["generator"]["sha256"]) == 64
    assert result["data"]["own_shape"] == [8, 8, 1]
    assert found["command"][3] == "evaluate" and found["versions"]["tfgan_suite"]


def test_scores_are_those_of_the_functions(evaluate, cache):
    _, found = evaluate("data:digits", options=["--metrics", "frechet_distance"])
    train, test = (
        np.concatenate(list(data.load("digits", split=split, **IN_ORDER).as_numpy_iterator()))
        for split in ("train", "test")
    )
    drawn = train[np.random.default_rng(3).choice(1500, 120, replace=False)]
    (score,) = found["results"][0]["scores"]
    judges = map(metrics.Classifier.load, cache.glob("classifiers/digits-8x8x1-*.keras"))
    used = score["protocol"]["extractor"]["content_hash"]
    (classifier,) = (judge for judge in judges if judge.content_hash == used)
    extractor = metrics.classifier_extractor(classifier, layer="relu_3", pooling="avg")
    expected = metrics.frechet_distance(extractor.features(test), extractor.features(drawn))
    assert score["value"] == pytest.approx(expected, rel=1e-4)


def test_real_images_are_the_floor_and_noise_the_other_end(evaluate):
    options = ["--metrics", "frechet_distance,kernel_distance,precision_recall"]
    folder, found = evaluate("data:digits:train", "noise", options=options)
    real, noise = map(by_name, found["results"])
    for metric in ("frechet_distance", "kernel_distance"):
        assert real[metric] < 0.5 * noise[metric], metric
    assert real["precision"] > noise["precision"] and real["recall"] > noise["recall"]
    lines = (folder / "scores.md").read_text().splitlines()
    assert lines[0] == "| score | data:digits:train | noise | better |"
    assert "297 of digits, split test" in "".join(lines)
    judged = next(line for line in lines if line.startswith("- Judged by"))
    assert "frechet_distance, kernel_distance" in judged and "not rounded" in judged


def test_memorized_images_are_shown_beside_their_originals(evaluate):
    folder, found = evaluate("data:digits", options=["--metrics", "nearest_neighbours"])
    (result,) = found["results"]
    assert by_name(result)["copies"] == 1.0 and by_name(result)["closer_than_held_out"] > 0.99
    with Image.open(folder / "data-digits-neighbours.png") as image:
        pixels = np.asarray(image)
    # The nearest image of a copy is itself: the first two columns show the same.
    step = drawing.CELL + drawing.GAP
    first, second = (pixels[:, start : start + drawing.CELL] for start in (2, 2 + step))
    np.testing.assert_array_equal(first, second)


def test_labelled_images_are_what_they_are_called(evaluate):
    names = "conditional_accuracy,gan_test,gan_train,classifier_score"
    _, found = evaluate("data:digits", options=["--metrics", names])
    scores = by_name(found["results"][0])
    assert scores["conditional_accuracy"] == scores["gan_test"] > 0.8
    assert 0.2 < scores["gan_train"] <= 1.0  # of 120 images
    assert scores["classifier_score"] > 5.0


def test_path_lengths_of_a_run_and_its_export(evaluate):
    _, found = evaluate(
        "runs/digits",
        "saved_models/mlp_gan_digits-smoke/1",
        options=["--metrics", "perceptual_path_length"],
    )
    one, other = (by_name(result)["perceptual_path_length"] for result in found["results"])
    assert one == pytest.approx(other, rel=0.5) and one > 0.0


def test_results_go_where_they_are_wanted(evaluate, tmp_path, digits):
    folder, _ = evaluate("noise", options=["--to", str(tmp_path / "new")])
    assert folder == tmp_path / "new"
    folder, _ = evaluate("runs/digits")
    label = "digits-test-digits.relu_3.avg-n120-seed3"
    assert folder == digits / "runs/digits/evaluations" / label


@pytest.mark.parametrize(
    "command, message",
    [
        (["noise"], "'noise'"),
        (["runs/first", "--metrics", "ms_ssim"], "--metrics ms_ssim"),
        (["runs/first", "--resize", "crop"], "--resize crop"),
        (["runs/first", "--no-round-to-8-bits"], "--round-to-8-bits False"),
        (["runs/digits", "--data", "digits", "--image-size", "16"], "image_size=16"),
        (["runs/digits", "--data", "digits", "--channels", "3"], "channels=3"),
        (
            ["noise", "--data", "digits", "--metrics", "ms_ssim", "--extractor", "classifier"],
            "needs an extractor",
        ),
        (["runs/first", "runs/first"], "with --data"),
        (["runs/none", "--data", "digits"], "'runs/none'"),
        (["noise", "--data", "digits", "--metrics", "fid"], "'frechet_distance'"),
        (["noise", "--data", "digits", "--split", "val"], "val"),
        (["noise", "--data", "digitz"], "digits"),
        (["noise", "--data", "digits", "--extractor", "resnet"], "'resnet'"),
        (["noise", "--data", "digits", "--extractor", "inception:/none"], "saved_model.pb"),
        (["noise", "--data", "digits", "--metrics", "gan_train"], "class-conditional"),
        (["noise", "--data", "digits", "--metrics", "perceptual_path_length"], "latents"),
        (["data:digits", "--data", "digits", "--samples", "2000"], "1500 images"),
        (["runs/first", "--data", "digits"], "runs/first, which makes vectors"),
        (["runs/first", "--best"], "no best checkpoint"),
    ],
)
def test_what_cannot_be_judged(digits, fails, command, message):
    assert message in fails("evaluate", *command)


def test_a_classifier_is_trained_once(digits, capsys):
    command = ["classifier", "digits", "--image-size", "12", "--epochs", "2"]
    said = []
    for _ in range(2):
        assert main(command) == 0
        said.append(capsys.readouterr().out)
    assert "of 297 held-out images" in said[0] and "12x12x1" in said[0]
    assert "found in the cache" in said[1] and "found in the cache" not in said[0]
    path = next(line.split()[-1] for line in said[1].splitlines() if ".keras" in line)
    classifier = metrics.Classifier.load(path)
    assert f"{classifier.accuracy:.4f}" in said[1] and classifier.content_hash in said[1]


@pytest.fixture
def flat_folder(tmp_path):
    """Images without labels, of two sizes, in a folder with a colon in its name."""
    folder, rng = tmp_path / "my:photos", np.random.default_rng(0)
    folder.mkdir()
    for index in range(12):
        pixels = rng.integers(0, 256, (8, 8 + 4 * (index % 2))).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{index}.png")
    return str(folder)


def test_scores_of_pixels_need_no_labels_and_no_judge(digits, flat_folder, capsys, monkeypatch):
    monkeypatch.setenv("TFGAN_SUITE_CACHE", str(digits / "no_judges"))
    sources = ["runs/digits", "noise", f"data:{flat_folder}"]
    names = "sliced_wasserstein,ms_ssim"
    options = ["--metrics", names, "--resize", "crop", "--samples", "10"]
    assert main(["evaluate", *sources, "--data", flat_folder, *options]) == 0
    folder = digits / capsys.readouterr().out.splitlines()[-1].split(": ", 1)[1]
    found = json.loads((folder / "scores.json").read_text())["results"]
    assert [sorted(by_name(result)) for result in found] == [["ms_ssim", "sliced_wasserstein"]] * 3
    assert found[0]["data"]["resize"].endswith("crop") and found[0]["data"]["split"] == "train"
    assert not (digits / "no_judges" / "classifiers").exists()


def test_sizes_that_differ_are_judged_when_told_how(digits, flat_folder, fails):
    command = ["evaluate", "runs/digits", "--data", flat_folder, "--metrics", "ms_ssim"]
    assert "give one of resize=" in fails(*command)


@pytest.mark.parametrize(
    "option, value, message",
    [
        ("--image-size", "8,8,8", "height,width such as 48,64, not 8,8,8"),
        ("--image-size", "0", "not 0"),
        ("--class-frequencies", "even", "data, equal, or shares"),
        ("--resize", "squash", "invalid choice"),
    ],
)
def test_wrong_options_say_what_is_right(fails, option, value, message):
    assert message in fails("evaluate", "noise", "--data", "digits", option, value)


@pytest.fixture
def folder_of_classes(tmp_path):
    rng = np.random.default_rng(0)
    for name, level in (("dark", 60), ("light", 190)):
        (tmp_path / "set" / name).mkdir(parents=True)
        for index in range(40):
            pixels = np.clip(rng.normal(level, 20, (8, 8, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / "set" / name / f"{index}.png")
    return tmp_path / "set"


def test_a_classifier_of_a_folder_holds_some_images_out(digits, folder_of_classes, capsys):
    assert main(["classifier", str(folder_of_classes), "--channels", "1", "--epochs", "30"]) == 0
    said = capsys.readouterr().out
    (accuracy,) = [line for line in said.splitlines() if "accuracy" in line]
    assert 5 < int(accuracy.split()[3]) < 30
    assert float(accuracy.split()[1]) > 0.9


def test_a_classifier_of_mixed_sizes_says_how_they_are_resized(digits, folder_of_classes, capsys):
    Image.new("RGB", (12, 8)).save(folder_of_classes / "dark" / "wide.png")
    options = ["--image-size", "8", "--resize", "pad", "--epochs", "1"]
    assert main(["classifier", str(folder_of_classes), *options]) == 0
    assert "8x8x3" in capsys.readouterr().out


def test_a_folder_without_classes_has_no_classifier(digits, fails, folder_of_classes):
    assert "no labels" in fails("classifier", str(folder_of_classes / "dark"))


def test_a_classifier_of_photographs(digits, real_data, tmp_path, capsys):
    archive = real_data("cifar10/cifar10-jpg-test.tar.xz")
    with tarfile.open(archive) as tar:
        for member in tar:
            # test/CLASS/0000.jpg: the first 100 of each class to train on, the next 30 to test on.
            index = int(pathlib.Path(member.name).stem) if member.isfile() else 130
            if index < 130:
                part = pathlib.Path("train" if index < 100 else "test", *member.name.split("/")[1:])
                target = tmp_path / "cifar10" / part
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(tar.extractfile(member).read())
    assert main(["classifier", str(tmp_path / "cifar10"), "--epochs", "8"]) == 0
    (accuracy,) = [x for x in capsys.readouterr().out.splitlines() if "accuracy" in x]
    assert accuracy.endswith("of 300 held-out images")
    assert float(accuracy.split()[1]) > 0.2  # a tenth by chance
