"""The generator's gradient vanishes as the discriminator is trained on: figures 2 and 3 redrawn.

Paper: Arjovsky & Bottou 2017, "Towards Principled Methods for Training Generative Adversarial
Networks", arXiv:1701.04862, figures 2 and 3. A DCGAN is trained; after 1, 10 and 25 epochs a copy
of its generator is frozen and a discriminator trained from scratch against it. The norm of the
generator's gradient is followed as that discriminator learns: of log(1 - D(G(z))), the minimax
loss, which falls by orders of magnitude, and of -log D(G(z)), the modified one, which grows.
Deviations: the digits of scikit-learn, enlarged to 16x16, for LSUN; epochs of 100 steps.

Command: python -m tfgan_suite train vanishing_gradients

The run directory has `vanishing_gradients.png`, and its curves as `gradients-epoch-0001.json`, ...

`digits`: the digits of scikit-learn, enlarged to 16x16.
Measured (seed 0, on 2 cores busy with other work): 7 min 49 s. Over 4000 steps of the
discriminator, as in the paper, the gradient of the minimax loss falls from 2.8 to 0.0017 for the
generator of the first epoch. For those of epochs 10 and 25, whose images a fresh discriminator does
not reject at once, it first rises, to 32 and 11, and then falls, to between 0.6 and 3 in the last
1000 steps but for one peak of 9. That of the modified loss grows from 3.3 to 127, from 1.4 to 519
and from 1.3 to 276.
"""

import dataclasses
import json

import keras

from tfgan_suite import cli, losses, networks, plots, trainers
from tfgan_suite.experiment import SMOKE_IMAGES, ImageConfig, open_images
from tfgan_suite.experiment.judges import classifier_judge
from tfgan_suite.experiment.run_callbacks import InRunDirectory
from tfgan_suite.files import write_json


@dataclasses.dataclass
class Config(ImageConfig):
    epochs: int = 25  # of `steps_per_epoch` each
    after_epochs: tuple[int, ...] = (1, 10, 25)  # epochs after which the generator is looked at
    frozen_steps: int = 4000  # steps of the fresh discriminator
    measured_every: int = 50  # of these steps between two measurements
    latent_dim: int = 64  # components of z
    filters: int = 32  # of the layers at full size; doubled with each halving
    learning_rate: float = 2e-4  # of Adam, for both players and the fresh discriminator
    beta_1: float = 0.5  # Adam's decay of the mean gradient, for each step


PRESETS = {"digits": {"image_size": 16, "steps_per_epoch": 100}}
MEASURED = {"digits": "7 min 49 s; the minimax gradient falls from 2.8 to 0.0017 in epoch 1"}
SMOKE = {
    **SMOKE_IMAGES,
    "after_epochs": (1, 2),
    "frozen_steps": 4,
    "measured_every": 2,
    "filters": 4,
}
FORMULAS = {"minimax": "log(1 - D(G(z)))", "modified_minimax": "-log D(G(z))"}


class FrozenGenerators(InRunDirectory):
    """After some epochs: how G's gradient fares while a fresh D learns to reject its images."""

    def __init__(self, config, images):
        super().__init__()
        self.config, self.images = config, images

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
            build_discriminator(config, self.images, config.seed + 2),
            config.latent_dim,
            shared_latents=True,
            seed=config.seed + 3,
        )
        trainer.compile(
            keras.optimizers.SGD(0.0),
            keras.optimizers.Adam(config.learning_rate, beta_1=config.beta_1),
            loss=losses.Minimax(label_smoothing=0.0),
        )
        (real,) = self.images.load(batch_size=128, seed=config.seed).take(1)
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
            self.images.load(batch_size=config.batch_size, seed=config.seed, repeat=True),
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
            plots.Panel(
                [
                    plots.Line(c["steps"], c[name], f"G after {c['epoch']} epochs")
                    for c in curves
                ],
                "steps of a discriminator trained from scratch",
                "norm of the generator's gradient",
                f"G's loss {formula}",
                logarithmic=True,
            )
            for name, formula in FORMULAS.items()
        ]
        plots.plot_lines(self.directory / "vanishing_gradients.png", panels)


def build_discriminator(config, images, seed):
    """A DCGAN's discriminator, from a seed of its own."""
    return networks.dcgan.build_discriminator(
        images.size, images.channels, config.filters, seed=seed
    )


def build(config):
    images = open_images(config)
    generator = networks.dcgan.build_generator(
        images.size, images.channels, config.latent_dim, config.filters, seed=config.seed
    )
    discriminator = build_discriminator(config, images, config.seed + 1)
    trainer = trainers.ModifiedMinimaxGAN(
        generator, discriminator, config.latent_dim, seed=config.seed
    )
    trainer.compile(
        optimizer=keras.optimizers.Adam(config.learning_rate, beta_1=config.beta_1),
        loss=losses.ModifiedMinimax(label_smoothing=0.0),
    )
    followed = [FrozenGenerators(config, images)]
    return images.experiment(trainer, classifier_judge, callbacks=followed)


if __name__ == "__main__":
    cli.train(__file__)
