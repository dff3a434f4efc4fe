"""A program that kills one of two workers at random moments and starts both again.

    python killing_workers.py DIRECTORY KILLS SEED

It imports everything once and forks the workers, each of which runs the command line, before
TensorFlow has any thread. It ends with an error if the other worker does not end by itself, with
status 2 and one line that says why; if a checkpoint that can be seen is not whole; or if the run
that is whole in the end differs in any bit from one that was left alone. It prints what it saw.
"""

import hashlib
import json
import os
import pathlib
import signal
import sys
import time
import traceback

import numpy as np

# What the command line needs is loaded once, before anything is forked.
import tfgan_suite.experiment.commands
import tfgan_suite.testing
from tfgan_suite.checkpointing import CheckpointStore, format
from tfgan_suite.cli import main as command_line
from tfgan_suite.launching import free_ports

EPOCHS, STEPS, PATIENCE = 6, 4, 60.0  # seconds for the other worker to notice

RECIPE = f'''
"""Two small networks, one with BatchNorm, and a line for every step."""

import dataclasses, os
import keras
from tfgan_suite import data, testing, trainers
from tfgan_suite.experiment import Experiment


@dataclasses.dataclass
class Config:
    epochs: int = {EPOCHS}
    seed: int = 3


class Line(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        os.write(int(os.environ["STEPS_TO"]), b"%d\\n" % int(self.model.step.numpy()))


def build(config):
    trainer = trainers.ModifiedMinimaxGAN(
        *testing.batch_norm_networks(), testing.LATENT_DIM, ema_decay=0.9, seed=7
    )
    trainer.compile(keras.optimizers.Adam(0.01))
    mixture = data.GaussianMixture("ring", num_examples=16 * {STEPS})
    return Experiment(
        trainer=trainer,
        data=data.load(mixture, batch_size=16, seed=config.seed),
        epochs=config.epochs,
        name="small",
        callbacks=[Line()],
        export=False,
        checkpoint_minutes=0.003,
    )
'''


class Worker:
    """One of two workers, in a process of its own."""

    def __init__(self, folder, addresses, index):
        self.log = folder.with_name(f"{folder.name}-{index}.log")
        ours, theirs = os.pipe()
        self.process = os.fork()
        if not self.process:
            self._run(folder, addresses, index, theirs)
        os.close(theirs)
        self.lines, self.killed = os.fdopen(ours), False

    def _run(self, folder, addresses, index, theirs):
        status = 1
        try:
            for number in (1, 2):
                os.dup2(os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
            task = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
            os.environ.update(TF_CONFIG=json.dumps(task), STEPS_TO=str(theirs))
            recipe = os.fspath(folder.parent / "small.py")
            command = ["train", recipe, "--run-dir", os.fspath(folder)]
            status = command_line([*command, "--strategy", "multi_worker"])
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(status)

    def kill(self):
        os.kill(self.process, signal.SIGKILL)
        self.killed = True

    def finish(self):
        """Waits for the process; returns its last step (or None) and its exit status."""
        end = time.monotonic() + PATIENCE
        while not (done := os.waitpid(self.process, os.WNOHANG))[0]:
            if time.monotonic() > end and not self.killed:
                self.kill()
                raise SystemExit(f"FAILED: a worker hangs: {self.log.read_text()[-3000:]}")
            time.sleep(0.005)
        with self.lines:
            rest = self.lines.read().split()
        return int(rest[-1]) if rest else None, os.waitstatus_to_exitcode(done[1])


def check(holds, what):
    if not holds:
        raise SystemExit(f"FAILED: {what}")


def state(folder):
    """SHA-256 of every variable of both workers at the end, and the lines of the epochs."""
    found = []
    for name in ("training", "training/worker-1"):
        _, arrays, facts = CheckpointStore(folder / name).newest()
        digests = {name: hashlib.sha256(a.tobytes()).hexdigest() for name, a in arrays.items()}
        found.append((facts["step"], digests))
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    timings = ("seconds", "images_per_second")
    return found, [{k: v for k, v in line.items() if k not in timings} for line in lines]


def check_noticed(worker, status):
    """The worker that was left has ended by itself, in a line."""
    log = worker.log.read_text()
    check(status == 2, f"the other worker ended with status {status}: {log}")
    last = log.splitlines()[-1]
    check(last.startswith("error: Another worker of this training is gone"), log)
    check("Traceback" not in log, log)


def check_whole(folder):
    """Every checkpoint that can be seen is whole."""
    for name in ("training", "training/worker-1"):
        for path in CheckpointStore(folder / name).paths():
            format.verify(path)


def start(folder):
    addresses = [f"localhost:{port}" for port in free_ports(2)]
    return [Worker(folder, addresses, index) for index in range(2)]


def main(directory, kills, seed):
    begun, directory = time.monotonic(), pathlib.Path(directory)
    (directory / "small.py").write_text(RECIPE)
    workers = start(directory / "whole")
    for worker in workers:
        _, status = worker.finish()
        check(status == 0, f"a worker ended with status {status}: {worker.log.read_text()}")
    expected = state(directory / "whole")
    check(expected[0][0][0] == EPOCHS * STEPS, expected)
    generator = np.random.default_rng(seed)
    attempt, victims, moments, delays = 0, [], [], []
    while True:
        folder = directory / f"run-{attempt}"
        workers = start(folder)
        if len(victims) < kills:
            victim = int(generator.integers(2))
            wanted = int(generator.integers(1, 10))  # steps; before, all wait for all to come
            for _ in zip(range(wanted), workers[victim].lines):
                pass
            time.sleep(float(generator.uniform(0.0, 0.05)))
            workers[victim].kill()
            killed_at = time.monotonic()
            _, status = workers[victim].finish()
            _, other = workers[1 - victim].finish()
            if (status, other) != (0, 0):
                check_noticed(workers[1 - victim], other)
                check_whole(folder)
                victims.append(victim), moments.append(wanted)
                delays.append(time.monotonic() - killed_at)
                continue
        else:
            for worker in workers:
                _, status = worker.finish()
                check(status == 0, f"a worker ended with {status}: {worker.log.read_text()}")
        check(state(folder) == expected, f"{folder} differs after {len(victims)} kills")
        attempt += 1
        if len(victims) >= kills:
            break
    seconds = round(time.monotonic() - begun)
    print(
        f"{len(victims)} kills of workers {victims} after {moments} of their steps; the "
        "other ended after "
        f"{min(delays):.2f} to {max(delays):.2f} s; {attempt} runs came to their end, equal to the "
        f"undisturbed one; {seconds} s"
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
