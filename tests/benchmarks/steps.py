"""Speed of `fit` against the same mathematics by hand in one `tf.function`, and in PyTorch.

All train the same networks in the same process, in short turns, so that a machine whose speed
drifts treats them alike; the quoted ratios are medians over the turns. The ceiling is the speed of
large matrix products, measured in the same turns. PyTorch joins in where it is installed.

    python -m tests.benchmarks [--turns 15] [--seconds 1] [--only DCGAN-28]
"""

import argparse
import statistics

import keras
import tensorflow as tf
from rich.console import Console
from rich.table import Table

from tests.benchmarks import sides
from tests.benchmarks.ceiling import Ceiling
from tests.benchmarks.workloads import WORKLOADS

COLUMNS = (
    "workload", "GFLOP a step", "fit, images/s", "by hand", "PyTorch", "fit : by hand",
    "fit : PyTorch", "of the ceiling",
)  # fmt: skip


def row(workload, rates):
    """The cells of a workload's row."""
    flops = workload.operations()
    speed = {name: statistics.median(r) * workload.images_per_step for name, r in rates.items()}
    of_ceiling = sides.ratio(rates["fit"], rates["ceiling"])[1] * flops / Ceiling.flops
    cells = [
        workload.row_name,
        f"{flops / 1e9:.1f}",
        f"{speed['fit']:.0f}",
    ]
    cells += [f"{speed[name]:.0f}" if name in speed else "" for name in ("hand", "torch")]
    for name in ("hand", "torch"):
        if name not in rates:
            cells.append("")
            continue
        low, middle, high = sides.ratio(rates["fit"], rates[name])
        cells.append(f"{middle:.3f} ({low:.3f} to {high:.3f})")
    return [*cells, f"{100 * of_ceiling:.0f} %"]


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=15, help="measurements of each side")
    parser.add_argument("--seconds", type=float, default=1.0, help="length of a side's turn")
    parser.add_argument("--only", default="", help="workloads whose row's name contains this")
    parser.add_argument("--no-torch", action="store_true", help="leave PyTorch out")
    arguments = parser.parse_args(argv)
    keras.utils.set_random_seed(0)
    # Two logical devices on the same cores: what replicas cost, not what they gain.
    (cpu,) = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    table, ceilings, strategy = Table(*COLUMNS), {}, None
    for workload in WORKLOADS:
        if arguments.only not in workload.row_name:
            continue
        if workload.replicas > 1:
            strategy = strategy or sides.strategy_for(workload)
        rates = sides.measure(
            workload,
            arguments.turns,
            arguments.seconds,
            strategy if workload.replicas > 1 else None,
            with_torch=not arguments.no_torch,
        )
        ceilings.setdefault(workload.precision, []).extend(rates["ceiling"])
        cells = row(workload, rates)
        table.add_row(*cells)
        print(" | ".join(cells), flush=True)  # so far, should the run be stopped
        keras.backend.clear_session()
    Console(width=190).print(table)
    for precision, rates in ceilings.items():
        speed = statistics.median(rates) * Ceiling.flops / 1e9
        print(f"ceiling of {precision}: {speed:.0f} GFLOP/s in matrix products")


if __name__ == "__main__":
    main()
