"""Distribution: strategies by name, replica arithmetic, what several workers agree on."""

from tfgan_suite.distribution.cluster import Cluster, find_cluster
from tfgan_suite.distribution.replicas import (
    assign_all,
    check_global_batch,
    mean_over_replicas,
    micro_batch,
    replica_rows,
    share,
)
from tfgan_suite.distribution.strategies import (
    STRATEGIES,
    describe_devices,
    get_strategy,
    xla_by_default,
)
from tfgan_suite.distribution.workers import (
    WorkerLostError,
    gather_from_workers,
    has_several_workers,
    is_chief,
    naming_lost_workers,
    on_chief,
    sum_over_workers,
    tell_workers,
    worker_count,
    worker_index,
)

__all__ = [
    "STRATEGIES",
    "Cluster",
    "WorkerLostError",
    "assign_all",
    "check_global_batch",
    "describe_devices",
    "find_cluster",
    "gather_from_workers",
    "get_strategy",
    "has_several_workers",
    "is_chief",
    "mean_over_replicas",
    "micro_batch",
    "naming_lost_workers",
    "on_chief",
    "replica_rows",
    "share",
    "sum_over_workers",
    "tell_workers",
    "worker_count",
    "worker_index",
    "xla_by_default",
]
