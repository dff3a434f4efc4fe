"""How much memory caches of data sets may take: of all limits the lowest counts."""

import gc
import os
import pathlib
import resource
import weakref

_GIGA = 1e9
# Bytes of the caches that there are, by the datasets that hold them.
_caches = weakref.WeakKeyDictionary()


def reserve(dataset, needed, what):
    """Notes what a dataset's cache will take; refuses it before it ends the process hours later.

    Args:
        dataset: the `tf.data.Dataset` that holds the cache, which counts as long as it is there.
        needed: bytes of the cache when it is full.
        what: what is cached, for the message.

    Raises:
        ValueError: if this cache and those of all other data sets of the process would take more
            than half of the memory that it may have.
    """
    limits = list(_limits())
    if any(needed + _held() > size / 2 for size, _ in limits):
        gc.collect()  # datasets lie in circles of references
    held = _held()
    for size, whose in limits:
        if needed + held > size / 2:
            others = f", beside {held / _GIGA:.1f} GB of other data sets" if held else ""
            raise ValueError(
                f"A cache of {what} would take {needed / _GIGA:.1f} GB{others}, more than half of "
                f"{whose} {size / _GIGA:.1f} GB; give cache=False or a smaller image_size. "
                "Received: cache=True"
            )
    _caches[dataset] = needed


def _held():
    return sum(_caches.values())


def _limits():
    """Yields `(bytes, whose)` of what is known; not every system tells."""
    try:
        page = os.sysconf("SC_PAGE_SIZE")
        yield os.sysconf("SC_PHYS_PAGES") * page, "this machine's"
    except (AttributeError, ValueError, OSError):
        return
    group = control_group_limit()
    if group is not None:
        yield group, "the control group's (the container's)"
    addresses, _ = resource.getrlimit(resource.RLIMIT_AS)
    if addresses != resource.RLIM_INFINITY:
        try:
            used = int(pathlib.Path("/proc/self/statm").read_text().split()[0]) * page
        except (OSError, ValueError):
            used = 0
        yield max(0, addresses - used), "what `ulimit -v` leaves this process,"


def control_group_limit(groups="/proc/self/cgroup", root="/sys/fs/cgroup"):
    """Bytes that the process's control group, or one above it, may take; None without a limit.

    Args:
        groups: file with the groups of the process, of either version.
        root: folder at which the groups are mounted.
    """
    try:
        lines = pathlib.Path(groups).read_text().splitlines()
    except OSError:
        return None
    found = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        folder = pathlib.Path(root, "memory" if controllers else "")
        name = "memory.limit_in_bytes" if controllers else "memory.max"
        own = pathlib.PurePosixPath(path)
        for group in (own, *own.parents):
            try:
                found.append(int((folder / str(group).lstrip("/") / name).read_text()))
            except (OSError, ValueError):  # of another name space, or "max"
                continue
    return min(found, default=None)
