"""Steps per second, measured alike on every side; imports neither TensorFlow nor PyTorch."""

import statistics
import time


def steps_per_second(run, seconds, turns=5):
    """Median of the steps per second of `run(steps)`, which waits for the last of them."""
    run(3)
    start = time.perf_counter()
    run(5)
    steps = max(5, round(seconds / turns * 5 / (time.perf_counter() - start)))
    found = []
    for _ in range(turns):
        start = time.perf_counter()
        run(steps)
        found.append(steps / (time.perf_counter() - start))
    return statistics.median(found)
