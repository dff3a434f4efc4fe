"""What bfloat16 gains: steps of `fit` under `mixed_bfloat16` and in float32, in turns.

    python -m tests.benchmarks.precision [--turns 9] [--steps 8]
"""

import argparse
import statistics

from rich.console import Console
from rich.table import Table

from tests.benchmarks.cost import in_turns
from tests.benchmarks.sides import ratio
from tests.benchmarks.workloads import DCGAN_28, DCGAN_64, WGAN_GP_32


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=9, help="measurements of each precision")
    parser.add_argument("--steps", type=int, default=8, help="steps in a measurement")
    arguments = parser.parse_args(argv)
    table = Table("workload", "float32, images/s", "mixed_bfloat16", "ratio")
    for workload in (DCGAN_28, WGAN_GP_32, DCGAN_64):
        both = [workload, workload.in_precision("mixed_bfloat16")]
        # A step of five critic updates at 32x32 takes as long as fifteen at 28x28.
        steps = max(3, arguments.steps // workload.discriminator_steps)
        seconds = in_turns(both, arguments.turns, steps)
        low, middle, high = ratio(*seconds)
        speeds = (workload.images_per_step / statistics.median(turns) for turns in seconds)
        table.add_row(
            workload.name,
            *(f"{speed:.0f}" for speed in speeds),
            f"{middle:.2f} ({low:.2f} to {high:.2f})",
        )
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
