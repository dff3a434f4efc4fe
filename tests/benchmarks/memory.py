"""Peak memory of each side of the benchmarks: a process of its own makes a few steps of each.

    python -m tests.benchmarks.memory
"""

import resource
import subprocess
import sys

SIDES = ("fit", "hand", "torch")
_STEPS = 5


def peak(index, side):
    """Peak resident memory of a side in MiB, as text; "" for what is not installed."""
    command = [sys.executable, "-m", "tests.benchmarks.memory", str(index), side]
    output = subprocess.run(command, capture_output=True, text=True, check=False)
    return output.stdout.strip().splitlines()[-1] if output.returncode == 0 else ""


def table():
    """Prints the table."""
    from rich.console import Console
    from rich.table import Table

    from tests.benchmarks.workloads import WORKLOADS

    result = Table("workload", *(f"{side}, MiB" for side in SIDES))
    for index, workload in enumerate(WORKLOADS):
        cells = [workload.row_name, *(peak(index, side) for side in SIDES)]
        result.add_row(*cells)
        print(" | ".join(cells), flush=True)  # so far, should the run be stopped
    Console(width=110).print(result)


def run(index, side):
    from tests.benchmarks import sides
    from tests.benchmarks.workloads import LATENT_DIM, WORKLOADS

    workload = WORKLOADS[int(index)]
    if side == "fit":
        strategy = None
        if workload.replicas > 1:
            import tensorflow as tf

            (cpu,) = tf.config.list_physical_devices("CPU")
            two = [tf.config.LogicalDeviceConfiguration()] * 2
            tf.config.set_logical_device_configuration(cpu, two)
            strategy = sides.strategy_for(workload)
        workload.trainer(strategy).fit(workload.dataset(), steps_per_epoch=_STEPS, verbose=0)
    elif side == "hand":
        sides.ByHand(workload).run(_STEPS)
    else:
        sides.by_torch.Loop(workload, LATENT_DIM).run(_STEPS)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


if __name__ == "__main__":
    run(*sys.argv[1:]) if sys.argv[1:] else table()
