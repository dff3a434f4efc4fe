"""Two distributions pulled apart: Jensen-Shannon stays at log 2, Wasserstein grows.

Paper: Arjovsky et al. 2017, "Wasserstein GAN", arXiv:1701.07875, example 1 and figure 1: the real
points (0, z) and the generated ones (theta, z) lie on two parallel lines. But for theta = 0 their
Jensen-Shannon divergence is log 2 and says nothing of how far apart they are; their Wasserstein
distance is |theta|. Here both are also estimated as a GAN sees them, from players trained to their
optimum against a generator that stands still:

    JS   log 2 - d_loss / 2, d_loss the minimax loss of a discriminator (Goodfellow et al. 2014,
         arXiv:1406.2661, theorem 1)
    W    mean D(x) - mean D(G(z)) of a critic with a gradient penalty of weight lambda (Gulrajani et
         al. 2017, arXiv:1704.00028), whose best slope is not 1 but 1 + |theta| / (2 lambda)

and with them what the generator would learn: the norm of its gradient. Before that a Wasserstein
GAN that knows nothing of the plane but one line is trained to find theta = 0.
Deviation: z is uniform on [-1, 1), not on [0, 1].

Command: python -m tfgan_suite train js_against_wasserstein

The run directory has `js_against_wasserstein.png` and the numbers as a JSON file of that name.

Measured (`lines`, seed 0, on 2 cores busy with other work): 4 min 23 s. JS is estimated as
0.6931 (log 2) at every theta but 0, and as 0.0000 there; W within 1.5 % of the closed form with the
penalty. The generator's gradient has the norm 1.0 under the Wasserstein loss, and less than 1e-8
under the minimax loss. The GAN ends at theta = -0.002.
"""

import dataclasses
import math

import keras
import numpy as np
import tensorflow as tf

from tfgan_suite import cli, losses, networks, plots, trainers
from tfgan_suite.experiment import Experiment
from tfgan_suite.experiment.run_callbacks import InRunDirectory
from tfgan_suite.files import write_json


@dataclasses.dataclass
class Config:
    theta: float = 1.0  # where the generator's line begins
    max_theta: float = 1.0  # largest distance at which both divergences are estimated
    num_thetas: int = 11  # distances from -max_theta to max_theta, an odd number so that 0 is one
    player_steps: int = 1500  # updates of the discriminator, and of the critic, at each theta
    steps_per_execution: int = 25  # of these in one call of the compiled function
    num_examples: int = 8192  # real points
    batch_size: int = 256  # points in a minibatch
    epochs: int = 10  # of `steps_per_epoch` each, of the GAN that is to find theta = 0
    steps_per_epoch: int = 50  # updates of the generator
    discriminator_steps: int = 5  # updates of the critic for each of the generator
    penalty_weight: float = 10.0  # of the gradient penalty (lambda)
    hidden_units: tuple[int, ...] = (64, 64)  # units of each layer of discriminator and critic
    player_learning_rate: float = 2e-2  # of their Adam at the start, falling to 0 along a cosine
    learning_rate: float = 5e-3  # of Adam, for both players of the GAN
    num_samples: int = 2000  # points that are judged
    seed: int = 0  # of weights, latents, and the points and their order


PRESETS = {"lines": {}}
MEASURED = {"lines": "4 min 23 s; JS estimated as 0.6931, W within 1.5 % of its closed form"}
SMOKE = {
    "num_thetas": 3,
    "player_steps": 10,
    "steps_per_execution": 5,
    "num_examples": 512,
    "epochs": 2,
    "steps_per_epoch": 3,
    "discriminator_steps": 2,
    "hidden_units": (8,),
    "num_samples": 100,
}


def build_line(theta):
    """A generator of points (theta + slope z, z); its slope begins at 0, and both are learned."""
    z = keras.Input((1,), name="latents")
    x = keras.layers.Dense(
        1,
        kernel_initializer="zeros",
        bias_initializer=keras.initializers.Constant(theta),
        name="line",
    )(z)
    return keras.Model(z, keras.layers.Concatenate(name="points")([x, z]), name="line_generator")


def build_trainer(cls, theta, config, rates, *, steps_per_execution=1, **options):
    """A GAN of a line against a multilayer perceptron; `rates` are those of Adam, G's first."""
    penalties = options.pop("penalties", ())
    loss = options.pop("loss", None)
    player = networks.mlp.build_discriminator(
        2, config.hidden_units, activation="tanh", seed=config.seed + 1
    )
    trainer = cls(
        build_line(theta), player, 1, latent_distribution="uniform", seed=config.seed, **options
    )
    trainer.compile(
        optimizer=keras.optimizers.Adam(rates[0], beta_1=0.0, beta_2=0.9),
        discriminator_optimizer=keras.optimizers.Adam(rates[1], beta_1=0.0, beta_2=0.9),
        steps_per_execution=steps_per_execution,
        penalties=penalties,
        loss=loss,
    )
    return trainer


def batches(points, config):
    """The points in one order, again and again."""
    endless = tf.data.Dataset.from_tensor_slices(points).repeat()
    return endless.batch(config.batch_size, drop_remainder=True)


class PulledApart(InRunDirectory):
    """After the last epoch: both divergences at each theta, in closed form and as players see them.

    Args:
        config: the recipe's.
        points: real points `[N, 2]`.
    """

    def __init__(self, config, points):
        super().__init__()
        self.config, self.points = config, points

    def on_epoch_end(self, epoch, logs=None):
        if epoch + 1 == self.config.epochs and self.directory is not None:
            limit, count = self.config.max_theta, self.config.num_thetas
            columns = self.estimate(np.linspace(-limit, limit, count).tolist())
            write_json(self.directory / "js_against_wasserstein.json", columns)
            self.draw(columns)

    def estimate(self, thetas):
        """Estimates at each theta, beside the closed forms; a dict of lists."""
        weight = self.config.penalty_weight
        columns = {
            "theta": thetas,
            "js": [math.log(2.0) if theta else 0.0 for theta in thetas],
            "wasserstein": [abs(theta) for theta in thetas],
            "wasserstein_of_penalty": [abs(t) * (1.0 + abs(t) / (2.0 * weight)) for t in thetas],
        }
        seen = self.play(thetas, trainers.MinimaxGAN, loss=losses.Minimax(label_smoothing=0.0))
        columns["js_estimate"] = [math.log(2.0) - float(look["d_loss"]) / 2.0 for look in seen]
        columns["js_gradient_norm"] = [float(look["g_gradient_norm"]) for look in seen]
        seen = self.play(
            thetas,
            trainers.WassersteinGAN,
            discriminator_steps=1,
            penalties=[losses.GradientPenalty(weight)],
        )
        # The loss without the penalty: minus the distance.
        columns["wasserstein_estimate"] = [-float(look["d_loss"]) for look in seen]
        columns["wasserstein_gradient_norm"] = [float(look["g_gradient_norm"]) for look in seen]
        return columns

    def play(self, thetas, cls, **options):
        """What a probe sees at each theta, after a player of a game was trained from scratch."""
        config, seen = self.config, []
        rate = keras.optimizers.schedules.CosineDecay(
            config.player_learning_rate, config.player_steps
        )
        trainer = build_trainer(
            cls,
            0.0,
            config,
            (0.0, rate),
            steps_per_execution=config.steps_per_execution,
            shared_latents=True,
            **options,
        )
        beginning = [(v, v.numpy()) for v in trainer.state_variables().values()]
        for theta in thetas:
            for variable, value in beginning:
                variable.assign(value)
            trainer.generator.get_layer("line").bias.assign([theta])
            trainer.fit(
                batches(self.points, config), steps_per_epoch=config.player_steps, verbose=0
            )
            seen.append(trainer.probe(self.points[:2048], config.seed))
        return seen

    def draw(self, columns):
        """Draws both divergences and what the generator would learn from them."""
        theta, limit = columns["theta"], self.config.max_theta
        distance = "theta, distance of the lines"

        def line(name, label, **style):
            return plots.Line(theta, columns[name], label, **style)

        dots = {"style": "", "marker": "o"}
        panels = [
            plots.Panel(
                [
                    plots.Line(
                        [-limit, -1e-9, 0.0, 1e-9, limit],
                        [math.log(2.0) * bool(side) for side in (-2, -1, 0, 1, 2)],
                        "closed form: log 2 but at 0",
                    ),
                    line("js_estimate", "log 2 - d_loss / 2", **dots),
                ],
                distance,
                "nats",
                "Jensen-Shannon divergence",
            ),
            plots.Panel(
                [
                    line("wasserstein", "closed form: |theta|"),
                    line("wasserstein_of_penalty", "closed form with the penalty", style=":"),
                    line("wasserstein_estimate", "mean D(x) - mean D(G(z))", **dots),
                ],
                distance,
                "distance",
                "Wasserstein distance",
            ),
            plots.Panel(
                [
                    line("js_gradient_norm", "minimax loss", marker="o"),
                    line("wasserstein_gradient_norm", "Wasserstein loss", marker="o"),
                ],
                distance,
                "norm of the generator's gradient",
                "What the generator would learn",
                logarithmic=True,
            ),
        ]
        path = self.directory / "js_against_wasserstein.png"
        plots.plot_lines(path, panels, columns=3)


class DistanceOfLines:
    """How far generated points are from the real line: the mean of |x|, and the mean of x."""

    name = "lines"

    def __init__(self, num_samples):
        self.num_samples = num_samples

    def __call__(self, generate, *, seed):
        x = np.asarray(generate(self.num_samples, seed), np.float64)[:, 0]
        return {"distance": float(np.abs(x).mean()), "theta": float(x.mean())}


def build(config):
    z = np.random.default_rng(config.seed).uniform(-1.0, 1.0, config.num_examples)
    points = np.stack([np.zeros_like(z), z], axis=1).astype("float32")
    trainer = build_trainer(
        trainers.WassersteinGAN,
        config.theta,
        config,
        (config.learning_rate, config.learning_rate),
        penalties=[losses.GradientPenalty(config.penalty_weight)],
        discriminator_steps=config.discriminator_steps,
    )
    return Experiment(
        trainer=trainer,
        data=batches(points, config),
        epochs=config.epochs,
        steps_per_epoch=config.steps_per_epoch,
        callbacks=[PulledApart(config, points)],
        evaluators=[DistanceOfLines(config.num_samples)],
        real=points,
    )


if __name__ == "__main__":
    cli.train(__file__)
