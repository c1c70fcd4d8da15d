"""Which parts of the package may know of which, and what an import costs."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "dlsheet"
MODULES = sorted(PACKAGE.rglob("*.py"))

# part: the parts of dlsheet that it may import. Data flows one way.
ALLOWED = {
    "scratch": {"scratch", "arguments"},
    "models": {"models", "backend", "arguments"},
    "datasets": {"datasets", "arguments"},
    "augmentation": {"backend", "datasets", "arguments"},
    "training": {"backend", "datasets", "augmentation", "arguments", "training"},
    "plots": {"scratch"},
    "decoding": {"arguments"},
    "ledger": set(),
    "exercises": {"exercises", "scratch", "models", "datasets", "backend"},
    "experiments": {"experiments", "scratch", "models", "datasets", "augmentation", "training", "decoding", "backend"},
}
# Only the command may run experiments, and it keeps what is unfinished in the project's folder.
MAY_RUN = {"cli.py": "experiments", "evidence.py": "course"}


def part_of(path):
    """The part of the package a module belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path):
    """The dotted names that a module imports, wherever in it the import stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.module == "dlsheet":
                yield from (f"dlsheet.{alias.name}" for alias in node.names)
            else:
                yield node.module


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_follow_the_arrows(path):
    part = part_of(path)
    if part not in ALLOWED:
        return
    inside = {name.split(".")[1] for name in imports(path) if name.startswith("dlsheet.")}
    allowed = ALLOWED[part] | {MAY_RUN.get(path.name)}
    assert inside <= allowed, f"{path.name} imports {inside - allowed}"


def test_nothing_but_the_command_uses_experiments():
    users = {
        path.relative_to(PACKAGE).as_posix()
        for path in MODULES
        if part_of(path) != "experiments" and any(name.startswith("dlsheet.experiments") for name in imports(path))
    }
    assert users == {"cli.py"}


def test_the_modules_of_exercises_do_not_import_one_another_in_a_circle():
    folder = PACKAGE / "exercises"
    used = {
        path.stem: {name.split(".")[2] for name in imports(path) if name.startswith("dlsheet.exercises.")}
        for path in folder.glob("*.py")
        if path.stem != "__init__"
    }

    def reached(name, seen=()):
        return {name} | {
            each for other in used.get(name, ()) if other not in seen for each in reached(other, (*seen, name))
        }

    assert [name for name in used for other in used[name] if name in reached(other)] == []


def test_tensorflow_is_imported_in_two_modules_only():
    importers = {path.name for path in MODULES if any(name.split(".")[0] == "tensorflow" for name in imports(path))}
    assert importers == {"augmentation.py", "backend.py"}


def test_keras_is_imported_where_it_is_silenced_and_in_the_solutions_that_students_are_shown():
    importers = {path for path in MODULES if any(name.split(".")[0] == "keras" for name in imports(path))}
    assert {path.name for path in importers if path.parent.name != "exercises"} == {"backend.py"}


SCRATCH = [
    f"dlsheet.scratch.{path.stem}" for path in MODULES if path.parent.name == "scratch" and path.stem != "__init__"
]


@pytest.mark.parametrize(
    "name", ["dlsheet", "dlsheet.datasets", "dlsheet.ledger", "dlsheet.exercises", "dlsheet.cli", *SCRATCH]
)
def test_import_loads_no_tensorflow_and_no_keras(name):
    code = f"import sys, {name}; sys.exit(any(m in sys.modules for m in ('tensorflow', 'keras', 'jax', 'torch')))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
