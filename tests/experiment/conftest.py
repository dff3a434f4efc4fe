"""A recipe of small networks, and a run of it."""

import contextlib
import textwrap

import pytest

from tfgan_suite import experiment

RECIPE = '''
    """A small recipe.

    It has a second paragraph.
    """

    import dataclasses
    from typing import Literal

    import keras

    from tfgan_suite import data, networks, trainers
    from tfgan_suite.experiment import Experiment


    @dataclasses.dataclass
    class Config:
        epochs: int = 2
        batch_size: int = 16
        hidden_units: tuple[int, ...] = (8,)
        learning_rate: float = 0.01
        mixture: Literal["ring", "grid"] = "ring"
        limit: int | None = None
        name: str = "small"
        export: bool = True
        seed: int = 3


    SMOKE = {"epochs": 1}


    class Mean:
        """An evaluator."""

        name = "mean"
        num_samples = 10

        def __call__(self, generate, *, seed):
            points = generate(self.num_samples, seed)
            return {"x": float(points[:, 0].mean()), "protocol": {"num_samples": len(points)}}


    def build(config):
        generator = networks.mlp.build_generator(2, 3, config.hidden_units)
        discriminator = networks.mlp.build_discriminator(2, config.hidden_units)
        trainer = trainers.ModifiedMinimaxGAN(generator, discriminator, 3, ema_decay=0.9)
        trainer.compile(keras.optimizers.Adam(config.learning_rate))
        mixture = data.GaussianMixture(config.mixture, num_examples=64)
        return Experiment(
            trainer=trainer,
            data=data.load(mixture, batch_size=config.batch_size, seed=config.seed),
            epochs=config.epochs,
            name=config.name,
            evaluators=[Mean()],
            export=config.export,
        )
'''


@pytest.fixture(scope="session")
def recipe_text():
    return textwrap.dedent(RECIPE).lstrip()


@pytest.fixture
def write_recipe(tmp_path, recipe_text):
    """Returns a function that writes the small recipe with replacements, and loads it."""

    def write(*replacements, name="small"):
        text = recipe_text
        for old, new in replacements:
            assert old in text
            text = text.replace(old, textwrap.dedent(new))
        path = tmp_path / f"{name}.py"
        path.write_text(text)
        return experiment.load_recipe(path)

    return write


@pytest.fixture
def recipe(write_recipe):
    return write_recipe()


@pytest.fixture
def in_tmp(tmp_path, monkeypatch):
    """Runs the test with an empty current directory."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="session")
def finished(tmp_path_factory, recipe_text):
    """The `Result` of a run of the small recipe."""
    folder = tmp_path_factory.mktemp("finished")
    path = folder / "small.py"
    path.write_text(recipe_text)
    recipe = experiment.load_recipe(path)
    config = experiment.resolve_config(recipe, ["hidden_units=8,4"])
    with contextlib.chdir(folder):
        result = experiment.run(recipe, config, command=["the", "command"])
    return folder, result
