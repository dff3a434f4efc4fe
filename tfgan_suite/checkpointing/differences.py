"""What differs between two configurations."""


def differences(before, now, prefix=""):
    """Lines `key: before -> now` for everything in which two nested dicts differ.

    Args:
        before, now: dicts of what JSON can hold.
        prefix: of the keys.

    Returns:
        List of strings, empty if they are equal.
    """
    lines = []
    for key in sorted({*before, *now}):
        name = f"{prefix}{key}"
        if key not in now:
            lines.append(f"{name}: {before[key]!r} -> nothing")
        elif key not in before:
            lines.append(f"{name}: nothing -> {now[key]!r}")
        elif isinstance(before[key], dict) and isinstance(now[key], dict):
            lines += differences(before[key], now[key], f"{name}.")
        elif before[key] != now[key]:
            lines.append(f"{name}: {before[key]!r} -> {now[key]!r}")
    return lines
