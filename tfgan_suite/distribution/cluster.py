"""Which workers train together, and which of them this process is: TF_CONFIG or Slurm."""

import dataclasses
import json
import os

import tensorflow as tf

_FORM = (
    '{"cluster": {"worker": ["host1:2222", "host2:2222"]}, "task": {"type": "worker", "index": 0}}'
)
_SLURM = ("SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_STEP_NODELIST")
_SLURM_PORT = 8888  # of the first task on a node; the others follow


@dataclasses.dataclass(frozen=True)
class Cluster:
    """The workers of one training.

    Attributes:
        jobs: dict of "worker", and "chief" if there is one, to lists of addresses `"host:port"`.
        task_type: of this process: "worker" or "chief".
        index: of this process among those of its type.
        source: what says so: "TF_CONFIG" or "Slurm".
    """

    jobs: dict
    task_type: str
    index: int
    source: str

    @property
    def size(self):
        """The number of workers, the chief included."""
        return sum(map(len, self.jobs.values()))

    @property
    def addresses(self):
        """List of all workers' addresses."""
        return [address for addresses in self.jobs.values() for address in addresses]

    @property
    def address(self):
        """Address of this process."""
        return self.jobs[self.task_type][self.index]

    def resolver(self):
        """Returns a `tf.distribute.cluster_resolver.ClusterResolver` of it."""
        gpus = len(tf.config.list_physical_devices("GPU"))
        return tf.distribute.cluster_resolver.SimpleClusterResolver(
            tf.train.ClusterSpec(self.jobs),
            task_type=self.task_type,
            task_id=self.index,
            num_accelerators={"GPU": gpus},
            rpc_layer="grpc",
        )


def find_cluster():
    """Reads the environment: TF_CONFIG if it is set, else what `srun` says to its tasks.

    Returns:
        A `Cluster`, or None if neither is there.

    Raises:
        ValueError: if what is there does not describe a cluster with this process in it.
    """
    text = os.environ.get("TF_CONFIG", "").strip()
    if text:
        return _from_tf_config(text)
    if all(name in os.environ for name in _SLURM):
        return _from_slurm()
    return None


def _from_tf_config(text):
    try:
        config = json.loads(text)
    except ValueError as error:
        raise _bad_tf_config(f"it is no JSON ({error})", text) from error
    if not isinstance(config, dict) or not isinstance(config.get("cluster", {}), dict):
        raise _bad_tf_config('it has no "cluster" of jobs', text)
    jobs = config.get("cluster", {})
    others = sorted(set(jobs) - {"chief", "worker"})
    if others:
        raise _bad_tf_config(f"all workers train alike, and it has the job {others[0]!r}", text)
    lists = all(isinstance(addresses, list) for addresses in jobs.values())
    addresses = [a for job in jobs.values() for a in job] if lists else [None]
    if not all(isinstance(a, str) and a.rpartition(":")[2].isdigit() for a in addresses):
        raise _bad_tf_config('addresses come in lists of "host:port"', text)
    if not addresses:
        raise _bad_tf_config("it has no worker", text)
    if len(set(addresses)) < len(addresses):
        raise _bad_tf_config("two workers have one address", text)
    if len(jobs.get("chief", ())) > 1:
        raise _bad_tf_config("there is one chief at most", text)
    task = config.get("task")
    if not isinstance(task, dict) or task.get("type") not in jobs:
        raise _bad_tf_config('its "task" has no "type" that is a job of the cluster', text)
    kind, index = task["type"], task.get("index")
    if isinstance(index, str) and index.isdigit():  # as a shell writes it
        index = int(index)
    if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < len(jobs[kind]):
        raise _bad_tf_config(
            f'the "index" of the task must be in 0..{len(jobs[kind]) - 1}, and is {index!r}', text
        )
    jobs = {job: addresses for job, addresses in jobs.items() if addresses}
    return Cluster(jobs, kind, index, "TF_CONFIG")


def _bad_tf_config(why, text):
    return ValueError(
        f"TF_CONFIG does not describe this worker: {why}. It looks like {_FORM}. "
        f"Received: TF_CONFIG={text}"
    )


def _from_slurm():
    said = {name: os.environ.get(name) for name in (*_SLURM, "SLURM_STEP_TASKS_PER_NODE")}
    words = ", ".join(f"{name}={value}" for name, value in said.items())
    try:
        tasks = int(said["SLURM_STEP_NUM_TASKS"])
        # Without GPUs to hand out, of which it wants at least one for each task: Slurm itself says
        # by CUDA_VISIBLE_DEVICES which GPUs a task sees (`--gpus-per-task`).
        resolver = tf.distribute.cluster_resolver.SlurmClusterResolver(
            port_base=_SLURM_PORT, gpus_per_node=tasks, gpus_per_task=1, auto_set_gpu=False
        )
        jobs = resolver.cluster_spec().as_dict()
        index = resolver.task_id
        address = jobs["worker"][index]
    except (ValueError, RuntimeError, TypeError, KeyError, IndexError) as error:
        raise ValueError(
            f"Slurm's variables do not describe a step of several tasks: {error}. Received: {words}"
        ) from error
    host, node = address.rpartition(":")[0], os.environ.get("SLURMD_NODENAME")
    if node and node != host:
        # TensorFlow sorts the nodes as text, n10 before n9; Slurm counts its tasks along its list.
        raise ValueError(
            f"TensorFlow takes task {index} to be on {host}, and it is on {node}: it wants nodes "
            "in alphabetical order. Choose nodes whose numbers have the same length, or set "
            f"TF_CONFIG. Received: {words}, SLURMD_NODENAME={node}"
        )
    return Cluster(jobs, "worker", index, "Slurm")
