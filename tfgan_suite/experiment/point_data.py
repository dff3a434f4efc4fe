"""The points that a config names, and what a recipe asks of them."""

from tfgan_suite import data
from tfgan_suite.experiment.experiment import Experiment
from tfgan_suite.metrics import ModeCoverageEvaluator

REAL = 2048  # points in the sample pictures


class PointData:
    """Points in the plane: a mixture of Gaussians.

    Args:
        config: has `data`, `num_examples`, `batch_size`, `epochs`, `num_samples` and `seed`, and
            may have `steps_per_epoch`.

    Attributes:
        dim: number of coordinates.

    Raises:
        ValueError: if the data are not points.
    """

    def __init__(self, config):
        self.config = config
        name, _, kind = config.data.partition("/")
        if name != "gaussians":
            raise ValueError(
                "This recipe takes points in the plane: gaussians/ring or gaussians/grid. "
                f"Received: data={config.data}"
            )
        self.mixture = data.GaussianMixture(kind or "ring", num_examples=config.num_examples)
        self.dim = self.mixture.centers.shape[1]

    def experiment(self, trainer, **options):
        """The `Experiment` of a trainer on these points, judged by the modes it covers."""
        config, mixture = self.config, self.mixture
        steps = getattr(config, "steps_per_epoch", None)
        batches = data.load(
            mixture, batch_size=config.batch_size, seed=config.seed, repeat=steps is not None
        )
        return Experiment(
            trainer=trainer,
            data=batches,
            epochs=config.epochs,
            steps_per_epoch=steps,
            evaluators=[
                ModeCoverageEvaluator(mixture.centers, mixture.stddev, config.num_samples)
            ],
            real=mixture.sample(REAL, config.seed),
            **options,
        )


def has_points(config):
    """Whether the data of a config are points rather than images."""
    return config.data.partition("/")[0] == "gaussians"
