"""What TF_CONFIG, Slurm and the documented manifest for Kubernetes say of the workers."""

import json
import pathlib
import re
import subprocess
import textwrap

import pytest

from tfgan_suite import get_strategy
from tfgan_suite.distribution import Cluster, find_cluster

TWO = {"worker": ["a:1", "b:2"]}


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch):
    for name in ("TF_CONFIG", "TPU_NAME", "SLURM_PROCID", "SLURM_STEP_NUM_TASKS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def tf_config(monkeypatch):
    """Returns a function that sets TF_CONFIG."""

    def configure(cluster, **task):
        text = cluster if isinstance(cluster, str) else json.dumps(
            {"cluster": cluster, "task": task}
        )
        monkeypatch.setenv("TF_CONFIG", text)

    return configure


@pytest.fixture
def slurm(monkeypatch):
    """Returns a function that sets what `srun` does."""

    def step(procid, nodes, tasks_per_node, tasks, node=None):
        said = {
            "SLURM_PROCID": procid,
            "SLURM_STEP_NODELIST": nodes,
            "SLURM_STEP_TASKS_PER_NODE": tasks_per_node,
            "SLURM_STEP_NUM_TASKS": tasks,
        }
        for name, value in said.items():
            monkeypatch.setenv(name, str(value))
        if node:
            monkeypatch.setenv("SLURMD_NODENAME", node)

    return step


def test_there_may_be_none():
    assert find_cluster() is None


def test_tf_config_names_this_worker(tf_config):
    tf_config(TWO, type="worker", index=1)
    assert find_cluster() == Cluster(TWO, "worker", 1, "TF_CONFIG")


def test_a_chief_is_one_of_the_workers(tf_config):
    tf_config({"chief": ["c:1"], **TWO}, type="chief", index="0")
    found = find_cluster()
    assert (found.size, found.task_type, found.index) == (3, "chief", 0)


def test_the_resolver_has_the_same_workers(tf_config):
    tf_config(TWO, type="worker", index=1)
    resolver = find_cluster().resolver()
    assert resolver.cluster_spec().as_dict() == TWO
    assert (resolver.task_type, resolver.task_id) == ("worker", 1)


@pytest.mark.parametrize(
    ("cluster", "task", "why"),
    [
        ("{not json", {}, "no JSON"),
        ("[1]", {}, 'no "cluster"'),
        ('{"cluster": 3}', {}, 'no "cluster"'),
        ({}, {"type": "worker", "index": 0}, "no worker"),
        ({"worker": []}, {"type": "worker", "index": 0}, "no worker"),
        ({"ps": ["a:1"], **TWO}, {"type": "worker", "index": 0}, "the job 'ps'"),
        ({"worker": ["a"]}, {"type": "worker", "index": 0}, "host:port"),
        ({"worker": "a:1"}, {"type": "worker", "index": 0}, "host:port"),
        ({"worker": ["a:1", "a:1"]}, {"type": "worker", "index": 0}, "one address"),
        ({"chief": ["a:1", "b:1"]}, {"type": "chief", "index": 0}, "one chief"),
        (TWO, {}, 'no "type"'),
        (TWO, {"type": "chief", "index": 0}, 'no "type"'),
        (TWO, {"type": "worker"}, "0..1, and is None"),
        (TWO, {"type": "worker", "index": 2}, "0..1, and is 2"),
        (TWO, {"type": "worker", "index": -1}, "0..1, and is -1"),
        (TWO, {"type": "worker", "index": True}, "0..1, and is True"),
    ],
)
@pytest.mark.parametrize("name", ["auto", "multi_worker"])
def test_a_bad_tf_config_is_named(cluster, task, why, name, tf_config):
    tf_config(cluster, **task)
    with pytest.raises(ValueError, match=f"TF_CONFIG does not describe.*{why}.*Received: TF_CON"):
        get_strategy(name)


def test_slurm_numbers_the_tasks_along_the_nodes(slurm):
    slurm(2, "n[01-02]", "2(x2)", 4, node="n02")
    workers = ["n01:8888", "n01:8889", "n02:8888", "n02:8889"]
    assert find_cluster() == Cluster({"worker": workers}, "worker", 2, "Slurm")


def test_slurm_may_give_nodes_different_numbers_of_tasks(slurm):
    slurm(0, "gpu1,gpu3", "2,1", 3)
    assert find_cluster().jobs == {"worker": ["gpu1:8888", "gpu1:8889", "gpu3:8888"]}


def test_tf_config_goes_before_slurm(slurm, tf_config):
    slurm(0, "n[1-2]", "1(x2)", 2)
    tf_config(TWO, type="worker", index=0)
    assert find_cluster().source == "TF_CONFIG"


@pytest.mark.parametrize(
    "said", [("0", "n[1-", "1", 2), ("7", "n[1-2]", "1(x2)", 2), ("0", "n[1-2]", "one", 2)]
)
def test_what_slurm_does_not_say_is_named(said, slurm):
    slurm(*said)
    with pytest.raises(ValueError, match="Slurm's variables do not describe.*SLURM_PROCID="):
        get_strategy("multi_worker")


def test_nodes_that_tensorflow_would_confuse_are_refused(slurm):
    """It sorts them as text: task 0, which is on n9, would be taken to be on n10."""
    slurm(0, "n[9-10]", "1(x2)", 2, node="n9")
    with pytest.raises(ValueError, match="takes task 0 to be on n10, and it is on n9"):
        find_cluster()


def test_several_workers_must_be_described():
    with pytest.raises(ValueError, match="TF_CONFIG, by Slurm.*launch --workers"):
        get_strategy("multi_worker")


def test_the_manifest_of_the_page_tells_each_pod_which_it_is(monkeypatch):
    text = (pathlib.Path(__file__).parents[2] / "docs/devices.md").read_text()
    manifest = re.search(r"^```yaml\n(.*?)^```", text, re.DOTALL | re.MULTILINE)[1]
    names = set(re.findall(r"^  name: (.*)|subdomain: (.*)|job-name: (.*)", manifest, re.MULTILINE))
    assert {name for found in names for name in found if name} == {"gan"}  # of Job and Service
    script = re.search(r"- \|\n(.*?)^ +ports:", manifest, re.DOTALL | re.MULTILINE)[1]
    script = textwrap.dedent(script).replace("exec python", "echo $TF_CONFIG; true")
    count = int(re.search(r"completions: (\d+)", manifest)[1])
    pods = [f"gan-{index}.gan:2222" for index in range(count)]
    for index in range(count):
        environment = {"JOB_COMPLETION_INDEX": str(index), "PATH": "/usr/bin:/bin"}
        said = subprocess.run(["sh", "-c", script], env=environment, capture_output=True, text=True)
        monkeypatch.setenv("TF_CONFIG", said.stdout)
        assert find_cluster() == Cluster({"worker": pods}, "worker", index, "TF_CONFIG")
