"""The direction of imports, read from the source."""

import ast
import pathlib

import pytest

import tfgan_suite

PACKAGE = pathlib.Path(tfgan_suite.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))

BASE = {
    "batches", "checks", "conditions", "configured", "data_order", "dataset_options",
    "distribution", "drawing", "fields", "files", "interface", "kinds", "latents",
    "learning_rates", "modalities", "progress", "provenance", "random_operations", "registration",
    "served_part", "tf_gan", "vocabulary",
}  # fmt: skip
# What each part of the package may import of the others; it may always import itself.
ALLOWED = {
    "version": set(),
    "admission": {"files"},
    "checks": set(),
    "configured": {"checks"},
    "fields": {"checks", "configured"},
    "drawing": {"files"},
    "plots": {"files", "registration"},
    "vocabulary": {"checks"},
    "modalities": {
        "checks", "configured", "drawing", "fields", "files", "registration", "vocabulary",
    },  # fmt: skip
    "conditions": {"checks", "configured", "fields", "files", "registration", "vocabulary"},
    "kinds": {"conditions", "modalities"},
    "interface": {
        "conditions", "configured", "fields", "files", "kinds", "latents", "modalities",
        "registration",
    },  # fmt: skip
    "served_part": {"interface"},
    "registration": set(),
    "files": set(),
    "sealed_json": {"files"},
    "progress": set(),
    "data_order": set(),
    "dataset_options": set(),
    "batches": {"random_operations"},
    "provenance": set(),
    "random_operations": set(),
    "optimizers": {"registration"},
    "operations": {"layers", "registration"},
    "checkpointing": {"files", "sealed_json"},
    "tf_gan": set(),
    "latents": {"checks", "configured", "registration"},
    "distribution": {"registration", "latents"},
    "launching": set(),
    "learning_rates": {"registration"},
    "quiet_imports": set(),
    "layers": BASE,
    "losses": BASE,
    "score_names": {"checks"},
    "metrics": BASE | {"admission", "score_names"},
    "data": BASE,
    "networks": {"checks", "layers", "registration"},
    "trainers": BASE | {"losses", "layers", "schedules"},
    "generation": BASE,
    "callbacks": BASE | {"checkpointing", "generation", "metrics"},
    "export": BASE | {"admission", "sealed_json", "version"},
    "schedules": {"checks", "registration"},
    "serving": set(),
    "experiment": BASE
    | {"admission", "callbacks", "checkpointing", "data", "export", "generation", "metrics"}
    | {"operations", "plots", "version"},
    "arguments": {"checks", "experiment", "score_names", "version"},
    "path_arguments": set(),
    "cli": {"arguments", "experiment", "launching", "path_arguments", "quiet_imports"},
    "__main__": {"cli"},
}
# The faces of the package: they bring everything together, or serve the tests.
FREE = {"__init__", "testing"}


def part(path):
    """`tfgan_suite/losses/lookup.py` -> `losses`; `tfgan_suite/export.py` -> `export`."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported_modules(path):
    """Absolute names of all modules that a file imports, wherever in the file."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}:{node.lineno} imports relatively"
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def imported_parts(path):
    names = [name.split(".") for name in imported_modules(path)]
    parts = {name[1] for name in names if name[0] == "tfgan_suite" and len(name) > 1}
    known = {part(file) for file in FILES}
    return {p for p in parts if p in known} - {part(path)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_one_way(path):
    if part(path) in FREE:
        return
    assert part(path) in ALLOWED, f"say in ALLOWED what {part(path)!r} may import"
    assert imported_parts(path) <= ALLOWED[part(path)]


def test_tensorflow_gan_is_imported_in_one_place():
    importers = {
        str(path.relative_to(PACKAGE))
        for path in FILES
        if any(name.split(".")[0] == "tensorflow_gan" for name in imported_modules(path))
        or 'import_module("tensorflow_gan")' in path.read_text()
    }
    assert importers == {"tf_gan.py"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_imports_recipes(path):
    names = imported_modules(path)
    assert not {
        n for n in names if n.split(".")[0] == "recipes" or n.startswith("tfgan_suite.recipes")
    }


def test_the_parser_sees_nested_and_aliased_imports(tmp_path):
    path = tmp_path / "module.py"
    path.write_text(
        "def f():\n    from tfgan_suite import data as d\nimport tfgan_suite.metrics.fid\n"
    )
    names = imported_modules(path)
    assert {"tfgan_suite.data", "tfgan_suite.metrics.fid"} <= names
