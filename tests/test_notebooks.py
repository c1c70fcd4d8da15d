"""The notebooks are one family, and what they store is really compared."""

import copy
import os
import re
import shutil
import subprocess
import sys
from collections import Counter

import nbformat
import pytest
from notebook_form import faults

from dlsheet.course.run import NOTEBOOKS, ROOT, SETTLED, find_notebooks, text_outputs
from dlsheet.ledger import statements

PATHS = find_notebooks()
EVALUATION_METRICS = next(path for path in PATHS if path.name.startswith("01"))


def read(path):
    return nbformat.read(path, as_version=4)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_notebook_is_one_of_the_family(path):
    assert faults(read(path), int(path.name[:2])) == []


def test_every_notebook_has_a_number_so_that_its_form_is_tested():
    assert sorted(NOTEBOOKS.glob("*.ipynb")) == PATHS


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_links_to_other_notebooks_lead_somewhere_and_say_where(path):
    text = "".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    linked = re.findall(r"\[([^]]+)\]\(([^)#]+\.ipynb)", text)
    assert linked
    for said, name in linked:
        title = read(NOTEBOOKS / name).cells[0].source.splitlines()[0].removeprefix("# ")
        assert said in (f"{name[:2]} {title}", f"notebook {name[:2]}", f"Notebook {name[:2]}"), (said, title)


def test_every_statement_of_a_notebook_is_settled_once_and_has_a_verdict():
    settled = Counter(statement for path in PATHS for statement in SETTLED.findall(text_outputs(read(path))))
    present = {int(path.name[:2]) for path in PATHS}
    expected = {row.id for row in statements() if row.notebook in present}
    assert settled == Counter(expected)
    assert {row.id for row in statements() if row.verdict} == expected


@pytest.fixture
def notebook():
    return copy.deepcopy(read(EVALUATION_METRICS))


def test_an_unexecuted_cell_is_refused(notebook):
    next(cell for cell in notebook.cells if cell.cell_type == "code")["execution_count"] = None
    assert faults(notebook, 1) == ["has every code cell executed, in order"]


def test_a_statement_that_is_not_settled_is_noticed(notebook):
    for cell in notebook.cells:
        if "metrics.auc: holds" in str(cell.get("outputs")):
            cell["outputs"] = []
    assert faults(notebook, 1) == ["settles its own statements and no others"]


@pytest.mark.parametrize(
    ("there", "instead", "rule"),
    [
        ("- solve five exercises, each checked on the spot.", "- do them.", "ends its goals with the exercises"),
        ("**The sheet is wrong here.**", "**Wrong.**", "has a box for each verdict but holds"),
        ("The same works in every exercise.", "", "says how every exercise works"),
        ("The sheet says", "With 5 % of the patients, the sheet says", "writes per cent without a blank"),
    ],
)
def test_a_notebook_that_reads_otherwise_than_its_neighbours_is_noticed(notebook, there, instead, rule):
    for cell in notebook.cells:
        cell["source"] = cell.source.replace(there, instead)
    [fault] = faults(notebook, 1)
    assert fault.startswith(rule)


def nbval(path, *options):
    """The exit status and the output of nbval over one notebook, as the project's settings run it."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-c",
        ROOT / "pyproject.toml",
        "-n0",
        *options,
        path,
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=os.environ | {"COLUMNS": "200"})
    return done.returncode, done.stdout


def test_nbval_passes_the_notebook_and_fails_on_one_changed_digit(tmp_path):
    same, changed = tmp_path / "01_same.ipynb", tmp_path / "01_changed.ipynb"
    shutil.copy(EVALUATION_METRICS, same)
    text = EVALUATION_METRICS.read_text(encoding="utf-8")
    assert text.count("accuracy 0.789") == 1
    changed.write_text(text.replace("accuracy 0.789", "accuracy 0.788"), encoding="utf-8")
    assert nbval(same)[0] == 0
    status, output = nbval(changed)
    assert status == 1 and "1 failed" in output and "accuracy 0.788" in output
