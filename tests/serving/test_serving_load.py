"""Eight clients at once, with random valid and invalid requests, for twenty seconds."""

import json
import pathlib
import random
import threading
import time

import numpy as np
import pytest
import rounds
import servers

CLIENTS, SECONDS = 8, 20.0
SETTLED = 5.0  # seconds after which memory no longer grows, if it does not leak
POOL = np.arange(64)  # seeds, whose images are known beforehand


@pytest.fixture(scope="module")
def expected(trainer):
    """The right image of every seed and label."""
    return {
        label: rounds.of_seeds(trainer, POOL, np.full(len(POOL), label)) for label in range(3)
    }


class Client(threading.Thread):
    """Asks until the end; keeps its latencies, and every answer that was wrong."""

    def __init__(self, server, expected, end, seed):
        super().__init__()
        self.server, self.expected, self.end = server, expected, end
        self.random = random.Random(seed)
        self.latencies, self.refused, self.wrong = [], 0, []

    def run(self):
        while time.perf_counter() < self.end:
            try:
                if self.random.random() < 0.75:
                    self.ask()
                else:
                    self.ask_wrongly()
            except Exception as error:  # a thread's exception would end it silently
                self.wrong.append(repr(error))

    def ask(self):
        rows = self.random.choice((1, 3, 17, 64))
        seeds = [self.random.randrange(len(POOL)) for _ in range(rows)]
        labels = [self.random.randrange(3) for _ in range(rows)]
        start = time.perf_counter()
        images = self.server.rest.from_seeds(seeds, labels)
        self.latencies.append(time.perf_counter() - start)
        right = np.stack([self.expected[y][s] for s, y in zip(seeds, labels)])
        if images.shape != right.shape or np.abs(images - right).max() > 1e-5:
            self.wrong.append(f"wrong images of seeds {seeds}")

    def ask_wrongly(self):
        what = self.random.choice(list(rounds.REFUSED))
        body, name = rounds.REFUSED[what]
        status, answer = rounds.post(self.server, body)
        if status == 400 and name in answer.get("error", ""):
            self.refused += 1
        else:
            self.wrong.append(f"{what}: {status} {answer}"[:500])


def memory(process):
    """Resident memory of a process in MiB."""
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


@pytest.mark.slow
def test_load(model, expected, record_property):
    with servers.c_api_server(model) as server:
        start = time.perf_counter()
        clients = [Client(server, expected, start + SECONDS, seed) for seed in range(CLIENTS)]
        for client in clients:
            client.start()
        time.sleep(SETTLED)
        before = memory(server.process)
        for client in clients:
            client.join()
        seconds = time.perf_counter() - start
        after = memory(server.process)
        alive = server.process.poll() is None
    latencies = np.concatenate([client.latencies for client in clients]) * 1e3
    figures = {
        "answered": len(latencies),
        "refused": sum(client.refused for client in clients),
        "requests_per_second": round(len(latencies) / seconds, 1),
        "latency_ms": {
            f"p{p}": round(float(np.percentile(latencies, p)), 1) for p in (50, 90, 95, 99, 100)
        },
        "memory_mib": [round(before, 1), round(after, 1)],
    }
    record_property("load", json.dumps(figures))
    print(json.dumps(figures, indent=2))
    wrong = [text for client in clients for text in client.wrong]
    assert wrong == []
    assert alive
    assert figures["answered"] > 100 and figures["refused"] > 100
    assert after - before < 32.0
