"""A program that kills trainings at random moments and lets them go on.

    python killing.py DIRECTORY KILLS SEED

It imports everything once and forks for each part of a training, before TensorFlow has any thread.
It ends with an error if a part does, if a checkpoint that can be seen is not whole, if more comes
again than the steps since the last save, or if the state at the end differs from that of a training
that was left alone. It prints what it saw.
"""

import json
import os
import signal
import sys
import time
import traceback

import keras
import numpy as np
import trainings

from tfgan_suite.checkpointing import CheckpointStore, format

EPOCHS, SAVED_EVERY = 10, 3  # of `trainings.STEPS` steps, and saved after each too
OPTION = "lazy_r1"  # has a penalty with a memory


class Line(keras.callbacks.Callback):
    """Writes the number of each step."""

    def __init__(self, out):
        super().__init__()
        self.out = out

    def on_train_batch_end(self, batch, logs=None):
        os.write(self.out, b"%d\n" % int(self.model.step))


def start(folder):
    """Starts a training, or a part of one; returns its process id and what it writes."""
    ours, theirs = os.pipe()
    process = os.fork()
    if process:
        os.close(theirs)
        return process, os.fdopen(ours)
    status = 1
    try:
        trainer = trainings.train(
            OPTION, folder, epochs=EPOCHS, extra=[Line(theirs)], every_steps=SAVED_EVERY
        )
        os.write(theirs, json.dumps(trainings.digests(trainer)).encode() + b"\n")
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def finish(process, lines):
    """Waits for a process; returns the rest of its lines and whether it was killed."""
    with lines:
        rest = lines.read().splitlines()
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    check(status in (0, -signal.SIGKILL), f"a training ended with status {status}")
    return rest, status != 0


def check(holds, what):
    if not holds:
        raise SystemExit(f"FAILED: {what}")


def check_whole(folder):
    """Every checkpoint that can be seen is whole, and nothing else lies about."""
    for path in CheckpointStore(folder).paths():
        format.verify(path)
    names = os.listdir(folder) if os.path.isdir(folder) else []
    known = ("checkpoint-", ".tmp-", "training.lock")
    check(all(name.startswith(known) for name in names), f"{folder} holds {names}")


def main(directory, kills, seed):
    begun = time.monotonic()
    whole, killed = finish(*start(os.path.join(directory, "whole")))
    *steps, expected = whole
    check([int(step) for step in steps] == list(range(1, EPOCHS * trainings.STEPS + 1)), steps)
    generator = np.random.default_rng(seed)
    attempt, reached, done, repeated, moments = 0, 0, 0, 0, []
    while True:
        folder = os.path.join(directory, str(attempt))
        process, lines = start(folder)
        seen = []
        if done < kills:
            # As it begins or goes on; or after some steps, at any moment of one or of a save.
            wanted = int(generator.integers(0, 12))
            for _, line in zip(range(wanted), lines):
                seen.append(line.strip())
            time.sleep(float(generator.uniform(0.0, 0.05 if wanted else 3.0)))
            os.kill(process, signal.SIGKILL)
        rest, killed = finish(process, lines)
        seen += rest
        check_whole(folder)
        steps = [int(line) for line in seen if line.isdigit()]
        if steps:
            # What comes again is what no save has kept: at most the steps between two saves.
            check(steps[0] > reached - SAVED_EVERY, f"{steps} after {reached}")
            repeated = max(repeated, reached + 1 - steps[0])
            reached = steps[-1]
        if killed:
            done += 1
            moments.append(reached)
            continue
        check(seen[-1] == expected, f"the state of {folder} differs after {done} kills")
        attempt, reached = attempt + 1, 0
        if done >= kills:
            break
    seconds = round(time.monotonic() - begun)
    print(
        f"{done} kills, after steps {moments}; {attempt} trainings came to their end, all equal; "
        f"at most {repeated} steps came again; {seconds} s"
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
