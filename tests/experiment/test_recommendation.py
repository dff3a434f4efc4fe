"""Which recipe is chosen for which images."""

import pytest

from tfgan_suite.experiment.recommendation import Facts, recommend

STEPS = {"steps_per_epoch": "100"}
PAPER = {**STEPS, "epochs": "60", "latent_dim": "100"}


def facts(num_images, *sizes, channels=3, num_classes=None):
    return Facts("photos", num_images, sizes, channels, num_classes)


@pytest.mark.parametrize(
    "images, recipe, settings",
    [
        (facts(60000, (28, 28), channels=1, num_classes=10), "cgan", {**STEPS, "epochs": "50"}),
        (facts(60000, (28, 28), channels=1), "dcgan", PAPER),
        (facts(50000, (32, 32), num_classes=10), "cgan", {**STEPS, "epochs": "50"}),
        # Too few of a class, or too large for what was measured: without the labels.
        (facts(300, (28, 28), channels=1, num_classes=10), "dcgan", PAPER),
        (facts(60000, (64, 64), num_classes=10), "dcgan", {**PAPER, "filters": "64"}),
        (facts(60000, (28, 28), channels=1, num_classes=1), "dcgan", PAPER),
        (
            facts(3000, (64, 64)),
            "dcgan",
            {**PAPER, "filters": "64", "mirror": "true"},
        ),
        (facts(200, (32, 32)), "dcgan", {**PAPER, "mirror": "true"}),
        (facts(20000, (48, 40)), "dcgan", {**PAPER, "filters": "64"}),
        # Sizes that are not made: the nearest of 16, 32 and 64 that enlarges nothing.
        (facts(1500, (8, 8), channels=1), "dcgan", {**PAPER, "image_size": "16"}),
        (
            facts(20000, (128, 128)),
            "dcgan",
            {**PAPER, "image_size": "64", "filters": "64"},
        ),
        (
            facts(20000, (300, 200), (40, 90)),
            "dcgan",
            {**PAPER, "image_size": "32", "resize": "crop"},
        ),
        (
            facts(20000, (300, 200)),
            "dcgan",
            {**PAPER, "image_size": "64", "resize": "crop", "filters": "64"},
        ),
        (
            facts(20000),
            "dcgan",
            {**PAPER, "image_size": "64", "resize": "crop", "filters": "64"},
        ),
        (facts(20000, (32, 32), channels=4), "dcgan", {**PAPER, "channels": "3"}),
        (facts(20000, (32, 32), channels=2), "dcgan", {**PAPER, "channels": "1"}),
        (facts(20000, (32, 32), channels=None), "dcgan", {**PAPER, "channels": "3"}),
    ],
    ids=str,
)
def test_the_choice(images, recipe, settings):
    choice = recommend(images)
    assert (choice.recipe, choice.settings) == (recipe, settings)


@pytest.mark.parametrize(
    "images, words",
    [
        (facts(200, (32, 32)), "200 images are few"),
        (facts(200, (32, 32)), "not on this"),
        (facts(9000, (300, 200)), "resize=crop"),
        (facts(9000, (300, 200)), "they are 300x200; up to 128 is possible"),
        (facts(9000, (32, 32), channels=4), "alpha is put on black"),
        (facts(90, (32, 32), num_classes=9), "the labels left aside: fewer than 50"),
        (facts(9000, (64, 64), num_classes=9), "the labels left aside: larger than 32x32"),
    ],
)
def test_what_is_given_up_is_said(images, words):
    assert any(words in reason for reason in recommend(images).reasons)


def test_facts_in_words():
    assert str(facts(3000, (64, 64))) == "photos: 3,000 images, 64x64, RGB, no labels"
    mixed = facts(20, (9, 8), (7, 7), channels=None, num_classes=2)
    words = "20 images, 2 sizes, most of them 9x8, grey and colour mixed, 2 classes"
    assert str(mixed).endswith(words)
