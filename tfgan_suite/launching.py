"""Several workers on this machine, for trying out what several machines do."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

_NOTICE = 30.0  # seconds in which workers may end by themselves after one was lost
_END = 10.0  # seconds between asking the others to end and ending them

# How glibc allocates: what comes over the network in each step stays with the process and is used
# again, instead of being given back and fetched, page by page. Two workers of one core each trained
# a DCGAN 1.1 times as fast (`python -m tests.benchmarks.workers`).
_ALLOCATION = {
    "MALLOC_MMAP_THRESHOLD_": str(10**9),
    "MALLOC_TRIM_THRESHOLD_": str(10**9),
    "MALLOC_TOP_PAD_": str(2**26),
}


def launch(command, workers, *, notice=_NOTICE):
    """Runs a command in several processes, each told by TF_CONFIG which worker it is.

    The processors that this process may use are shared out among them where there is at least one
    for each. Their C library keeps memory that comes free, unless the environment says otherwise
    (`MALLOC_TRIM_THRESHOLD_` and the like). What they say comes out line by line, after the number
    of the worker. SIGINT and SIGTERM are handed on to all of them. When one fails the others have
    some seconds to notice by themselves, and are then ended.

    Args:
        command: list of strings.
        workers: number of processes.
        notice: seconds after the first failure until the others are ended.

    Returns:
        The exit status of the worker that failed first, 128 and the signal's number if a signal
        ended it; 0 if none failed.
    """
    addresses = [f"localhost:{port}" for port in free_ports(workers)]
    shares = _shares(sorted(os.sched_getaffinity(0)), workers)
    processes, readers = [], []
    with contextlib.ExitStack() as undone:
        undone.callback(_end, processes, signal.SIGKILL)
        for number in (signal.SIGINT, signal.SIGTERM):
            previous = signal.signal(number, lambda number, _: _end(processes, number))
            undone.callback(signal.signal, number, previous)
        lock = threading.Lock()
        for index in range(workers):
            process = _start(command, addresses, index, shares[index])
            processes.append(process)
            for source, target in ((process.stdout, sys.stdout), (process.stderr, sys.stderr)):
                told = (source, target, index, lock)
                readers.append(threading.Thread(target=_hand_on, args=told))
                readers[-1].start()
        status = _wait(processes, notice)
        for reader in readers:
            reader.join()
    return status


def free_ports(count):
    """Numbers of ports of this machine that nobody listens to, all different."""
    with contextlib.ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("localhost", 0))
        return [probe.getsockname()[1] for probe in probes]


def _shares(processors, workers):
    """The processors of each worker: equal shares, or all of them where they are too few."""
    if len(processors) < workers:
        return [processors] * workers
    ends = [len(processors) * index // workers for index in range(workers + 1)]
    return [processors[start:end] for start, end in zip(ends, ends[1:])]


def _start(command, addresses, index, processors):
    task = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
    # A session of its own: a terminal's Ctrl-C would otherwise reach it twice, which stops at once.
    process = subprocess.Popen(
        command,
        env={
            **_ALLOCATION,
            "MALLOC_ARENA_MAX": str(len(processors)),
            **os.environ,
            "TF_CONFIG": json.dumps(task),
            "PYTHONUNBUFFERED": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    with contextlib.suppress(ProcessLookupError):  # before it has loaded what counts processors
        os.sched_setaffinity(process.pid, processors)
    return process


def _hand_on(source, target, index, lock):
    with source:
        for line in source:
            with lock, contextlib.suppress(BrokenPipeError):  # whoever read it may have left
                target.write(f"[{index}] {line.rstrip()}\n")
                target.flush()


def _wait(processes, notice):
    status, failed_at, asked = 0, None, False
    while None in [process.poll() for process in processes]:
        failed = next((p.returncode for p in processes if p.returncode), None)
        if failed is not None and failed_at is None:
            status, failed_at = failed, time.monotonic()
        if failed_at is not None:
            waited = time.monotonic() - failed_at
            if waited > notice + _END:
                _end(processes, signal.SIGKILL)
            elif waited > notice and not asked:
                asked = True
                _end(processes, signal.SIGTERM)
        time.sleep(0.05)
    status = status or next((p.returncode for p in processes if p.returncode), 0)
    return 128 - status if status < 0 else status


def _end(processes, number):
    for process in processes:
        if process.poll() is None:
            process.send_signal(number)
