"""The generator's gradient vanishes as the discriminator is trained on: figures 2 and 3 redrawn.

Paper: Arjovsky & Bottou 2017, "Towards Principled Methods for Training Generative Adversarial
Networks", arXiv:1701.04862, figures 2 and 3. A DCGAN is trained; after 1, 10 and 25 epochs a copy
of its generator is frozen and a discriminator trained from scratch against it. The norm of the
generator's gradient is followed as that discriminator learns: of log(1 - D(G(z))), the minimax
loss, which falls by orders of magnitude, and of -log D(G(z)), the modified one, which grows.
Deviations: the digits of scikit-learn, enlarged to 16x16, for LSUN; epochs of 100 steps.

Command: python -m tfgan_suite train vanishing_gradients

The run directory has `vanishing_gradients.png`, and its curves as `gradients-epoch-0001.json`, ...

Measured (seed 0, on 2 cores busy with other work): 7 min 49 s. Over 4000 steps of the discriminator,
as in the paper, the gradient of the minimax loss falls from 2.8 to 0.0017 for the generator of the
first epoch. For those of epochs 10 and 25, whose images a fresh discriminator does not reject at
once, it first rises, to 32 and 11, and then falls, to between 0.6 and 3 in the last 1000 steps but
for one peak of 9. That of the modified loss grows from 3.3 to 127, from 1.4 to 519 and from 1.3 to
276.
"""

import dataclasses
import json
import pathlib

import keras

from tfgan_suite import callbacks, data, losses, networks, trainers
from tfgan_suite.experiment import Experiment
from tfgan_suite.experiment.judges import classifier_judge
from tfgan_suite.files import write_json


@dataclasses.dataclass
class Config:
    after_epochs: tuple[int, ...] = (1, 10, 25)  # epochs after which the generator is looked at
    frozen_steps: int = 4000  # steps of the fresh discriminator
    measured_every: int = 50  # of these steps between two measurements
    image_size: int = 16  # pixels, height and width
    batch_size: int = 64  # images in a minibatch
    epochs: int = 25  # of `steps_per_epoch` each
    steps_per_epoch: int = 100  # updates of the generator
    latent_dim: int = 64  # components of z
    filters: int = 32  # of the layers at full size; doubled with each halving
    learning_rate: float = 2e-4  # of Adam, for both players and the fresh discriminator
    beta_1: float = 0.5  # Adam's decay of the mean gradient, for each step
    num_samples: int = 2000  # generated images that are judged after training
    judge_epochs: int | None = None  # of the judge on the real images; none: 60 000 images shown
    seed: int = 0  # of weights, latents and the order of the data


SMOKE = {
    "after_epochs": (1, 2),
    "frozen_steps": 4,
    "measured_every": 2,
    "epochs": 2,
    "steps_per_epoch": 3,
    "filters": 4,
    "num_samples": 100,
    "judge_epochs": 1,
}
FORMULAS = {"minimax": "log(1 - D(G(z)))", "modified_minimax": "-log D(G(z))"}


class FrozenGenerators(keras.callbacks.Callback):
    """After some epochs: how G's gradient fares while a fresh D learns to reject its images."""

    def __init__(self, config, digits):
        super().__init__()
        self.config, self.digits = config, digits
        self.directory = None

    def set_run_directory(self, path):
        self.directory = pathlib.Path(path)

    def on_epoch_end(self, epoch, logs=None):
        if epoch + 1 in self.config.after_epochs and self.directory is not None:
            curve = {"epoch": epoch + 1, **self.follow()}
            write_json(self.directory / f"gradients-epoch-{epoch + 1:04d}.json", curve)
            self.draw()

    def follow(self):
        """Trains a fresh discriminator; returns lists of its steps and of G's gradient norms."""
        config = self.config
        generator = keras.models.clone_model(self.model.generator)
        generator.set_weights(self.model.generator.get_weights())
        trainer = trainers.MinimaxGAN(
            generator,
            networks.dcgan.build_discriminator(
                config.image_size, 1, config.filters, seed=config.seed + 2
            ),
            config.latent_dim,
            shared_latents=True,
            seed=config.seed + 3,
        )
        trainer.compile(
            keras.optimizers.SGD(0.0),
            keras.optimizers.Adam(config.learning_rate, beta_1=config.beta_1),
            loss=losses.Minimax(label_smoothing=0.0),
        )
        (real,) = self.digits(batch_size=128, seed=config.seed).take(1)
        curve = {"steps": [], "d_loss": [], **{name: [] for name in FORMULAS}}

        def measure(epoch, logs=None):
            # The discriminator's own loss, which is minimax, is taken as it is compiled.
            seen = {
                "minimax": trainer.probe(real, config.seed),
                "modified_minimax": trainer.probe(real, config.seed, loss="modified_minimax"),
            }
            curve["steps"].append((epoch + 1) * config.measured_every)
            curve["d_loss"].append(float(seen["minimax"]["d_loss"]))
            for name in FORMULAS:
                curve[name].append(float(seen[name]["g_gradient_norm"]))

        measure(-1)
        trainer.fit(
            self.digits(batch_size=config.batch_size, seed=config.seed, repeat=True),
            epochs=config.frozen_steps // config.measured_every,
            steps_per_epoch=config.measured_every,
            verbose=0,
            callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=measure)],
        )
        return curve

    def draw(self):
        """Draws all curves that there are."""
        files = sorted(self.directory.glob("gradients-epoch-*.json"))
        curves = [json.loads(file.read_text(encoding="utf-8")) for file in files]
        panels = [
            callbacks.Panel(
                [callbacks.Line(c["steps"], c[name], f"G after {c['epoch']} epochs") for c in curves],
                "steps of a discriminator trained from scratch",
                "norm of the generator's gradient",
                f"G's loss {formula}",
                logarithmic=True,
            )
            for name, formula in FORMULAS.items()
        ]
        callbacks.plot_lines(self.directory / "vanishing_gradients.png", panels)


def build(config):
    def digits(**options):
        return data.load("digits", image_size=config.image_size, **options)

    generator = networks.dcgan.build_generator(
        config.image_size, 1, config.latent_dim, config.filters, seed=config.seed
    )
    discriminator = networks.dcgan.build_discriminator(
        config.image_size, 1, config.filters, seed=config.seed + 1
    )
    trainer = trainers.ModifiedMinimaxGAN(
        generator, discriminator, config.latent_dim, seed=config.seed
    )
    trainer.compile(
        optimizer=keras.optimizers.Adam(config.learning_rate, beta_1=config.beta_1),
        loss=losses.ModifiedMinimax(label_smoothing=0.0),
    )
    return Experiment(
        trainer=trainer,
        data=digits(batch_size=config.batch_size, seed=config.seed, repeat=True),
        epochs=config.epochs,
        steps_per_epoch=config.steps_per_epoch,
        name="vanishing_gradients",
        callbacks=[FrozenGenerators(config, digits)],
        evaluators=[
            classifier_judge(
                "digits",
                image_size=config.image_size,
                epochs=config.judge_epochs,
                num_samples=config.num_samples,
            )
        ],
        real=digits(shuffle=False, cache=False),
    )
