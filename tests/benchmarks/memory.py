"""Peak memory of a side: a process of its own that makes a few steps.

    python -m tests.benchmarks.memory INDEX SIDE
"""

import resource
import subprocess
import sys

SIDES = ("fit", "hand", "torch")
COLUMNS = tuple(f"MiB, {side}" for side in SIDES)
_STEPS = 5


def cells(index):
    """Peak resident memory of each side in MiB, as texts; "" for what is not installed."""
    found = []
    for side in SIDES:
        command = [sys.executable, "-m", "tests.benchmarks.memory", str(index), side]
        output = subprocess.run(command, capture_output=True, text=True, check=False)
        found.append(output.stdout.strip().splitlines()[-1] if output.returncode == 0 else "")
    return found


def main(index, side):
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
    main(*sys.argv[1:])
