"""Several processes of one command: who they are, what they say, how they end."""

import os
import signal
import subprocess
import sys
import time

import pytest

from tfgan_suite import launching
from tfgan_suite.arguments import STRATEGIES
from tfgan_suite.cli import main
from tfgan_suite.distribution import strategies

WHO = """
import json, os
config = json.loads(os.environ["TF_CONFIG"])
print(config["task"]["index"], len(set(config["cluster"]["worker"])), os.sched_getaffinity(0))
"""
FIRST_FAILS = """
import json, os, sys, time
if json.loads(os.environ["TF_CONFIG"])["task"]["index"] == 1:
    {first}
time.sleep(60)
"""


def launch(code, workers=2, **options):
    return launching.launch([sys.executable, "-c", code], workers, **options)


def test_each_is_told_which_it_is(capfd):
    assert launch(WHO) == 0
    lines = sorted(capfd.readouterr().out.splitlines())
    assert [line.split()[:3] for line in lines] == [["[0]", "0", "2"], ["[1]", "1", "2"]]


def test_the_processors_are_shared_out():
    assert launching._shares([0, 1, 2, 3, 5], 2) == [[0, 1], [2, 3, 5]]
    assert launching._shares([4], 2) == [[4], [4]]


def test_memory_is_kept_unless_the_environment_says_otherwise(capfd, monkeypatch):
    code = "import os; print(*(os.environ['MALLOC_' + n] for n in ('TOP_PAD_', 'ARENA_MAX')))"
    monkeypatch.delenv("MALLOC_TOP_PAD_", raising=False)
    monkeypatch.setenv("MALLOC_ARENA_MAX", "5")
    assert launch(code, 1) == 0
    assert capfd.readouterr().out == f"[0] {2**26} 5\n"


def test_errors_go_to_the_standard_error(capfd):
    launch("import sys; print('out'); print('bad', file=sys.stderr)", 1)
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("[0] out\n", "[0] bad\n")


@pytest.mark.parametrize(
    ("first", "status"), [("sys.exit(3)", 3), ("os.kill(os.getpid(), 9)", 128 + 9)]
)
def test_the_first_failure_ends_all_and_is_the_status(first, status):
    start = time.monotonic()
    assert launch(FIRST_FAILS.format(first=first), 3, notice=0.2) == status
    assert time.monotonic() - start < 30


def test_a_signal_is_handed_on(tmp_path):
    code = (
        "import signal, sys, time, os\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))\n"
        f"open(f'{tmp_path}/{{os.getpid()}}', 'w').close()\n"
        "time.sleep(60)"
    )
    program = "import sys; from tfgan_suite.launching import launch; sys.exit(launch({}, 2))"
    process = subprocess.Popen([sys.executable, "-c", program.format([sys.executable, "-c", code])])
    try:
        while len(os.listdir(tmp_path)) < 2:
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 143
    finally:
        process.kill()


def test_only_trainings_are_launched(capsys):
    assert main(["launch", "--workers", "2", "export", "runs/x"]) == 2
    assert "launch --workers 2 train RECIPE. Received: launch export" in capsys.readouterr().err


def test_the_command_line_knows_all_strategies():
    assert STRATEGIES == strategies.STRATEGIES
