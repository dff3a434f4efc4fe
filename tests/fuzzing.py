"""What the fuzzers share: how many cases there are, and a time limit for each."""

import contextlib
import signal

import pytest

SECONDS = 60  # for a case, of which each takes milliseconds


def cases(few):
    """Decorator of a test of `cases` random cases: few, and 10,000 in a slow test."""
    many = pytest.param(10_000, marks=pytest.mark.slow)
    return pytest.mark.parametrize("cases", [few, many], ids=str)


@contextlib.contextmanager
def time_limit():
    """Raises TimeoutError in a block that hangs."""

    def stop(*_):
        raise TimeoutError(f"a case took more than {SECONDS} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
