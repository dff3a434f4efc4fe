"""Whether a SavedModel of somebody else may be loaded: what it would run, read off its files.

Loading a SavedModel runs a part of it, and asking it the rest. So nothing of it is loaded before
every operation of its graphs and functions was found on a list of those that compute and do nothing
else (`allowed_operations.py`). Whatever loads a SavedModel here asks `admitted_graphs` first.

What is not looked for are errors in TensorFlow's own kernels, which compute what they are given:
docs/security.md says what that means.
"""

from tfgan_suite.admission.checks import NotAdmitted, check_files, check_graph
from tfgan_suite.admission.reading import admitted_graphs, load_admitted, read_graphs

__all__ = [
    "NotAdmitted", "admitted_graphs", "check_files", "check_graph", "load_admitted", "read_graphs",
]  # fmt: skip
