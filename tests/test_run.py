"""Running notebooks: what is executed, what is reported, and what a failure does."""

import os
import signal
import subprocess
import sys
import time

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from dlsheet import cli
from dlsheet.course import book
from dlsheet.course import run as runner
from dlsheet.course.run import execute, find_notebooks, results_table


def write_notebook(folder, name, *sources):
    """A notebook with a title and code cells."""
    cells = [new_markdown_cell(r"# Costs & gains of $\frac{a}{b}$"), *map(new_code_cell, sources)]
    nbformat.write(new_notebook(cells=cells), folder / name)


GOOD = 'print("✓ metrics.auc: holds.")\nprint("Main figure: AUC 0.88")'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Three notebooks in a folder of their own; the second one fails."""
    monkeypatch.setattr(runner, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(book, "BOOK", tmp_path / "book")
    write_notebook(tmp_path, "01_good.ipynb", GOOD)
    write_notebook(tmp_path, "02_bad.ipynb", "x = 1", "x / 0", "print('never')")
    write_notebook(tmp_path, "17_profile.ipynb", "import os; print('Main figure:', os.environ['DLSHEET_PROFILE'])")
    return tmp_path


def test_a_good_notebook_reports_what_it_settled_and_its_main_figure(folder):
    result = execute(folder / "01_good.ipynb", "quick")
    assert result.error is None
    assert result.settled == {"metrics.auc"}
    assert result.main_figure == "AUC 0.88"
    assert "1 of 12" in results_table([result])


def test_a_failing_notebook_is_named_with_its_cell_and_error_and_the_others_go_on(folder, capsys):
    assert cli.main(["run", "--jobs", "2"]) == 1
    shown = capsys.readouterr()
    assert "FAILED: 02_bad.ipynb, cell 3: ZeroDivisionError: division by zero" in shown.err
    assert "AUC 0.88" in shown.out and "quick" in shown.out
    index = (folder / "book" / "index.html").read_text(encoding="utf-8")
    assert "cell 3: ZeroDivisionError" in index and 'href="17_profile.html"' in index


def test_a_dead_kernel_is_a_failure_with_its_cell(folder):
    write_notebook(folder, "03_dies.ipynb", "x = 1", "import os; os._exit(1)")
    assert execute(folder / "03_dies.ipynb", "quick").error.startswith("cell 3: DeadKernelError")


def test_only_and_profile_choose_what_is_run(folder, capsys):
    assert cli.main(["run", "--only", "17", "--profile", "full"]) == 0
    shown = capsys.readouterr().out
    assert "17_profile" in shown and "full" in shown and "01_good" not in shown


def test_a_run_leaves_the_notebooks_alone_unless_told_to_save(folder):
    before = (folder / "01_good.ipynb").read_bytes()
    cli.main(["run", "--only", "1"])
    assert (folder / "01_good.ipynb").read_bytes() == before
    cli.main(["run", "--only", "1", "--save"])
    saved = nbformat.read(folder / "01_good.ipynb", as_version=4)
    assert saved.cells[1].outputs[0].text.startswith("✓ metrics.auc: holds.")
    assert "execution" not in saved.cells[1].metadata


@pytest.mark.parametrize("wanted", ("1", "01", "01_good", "01_good.ipynb"))
def test_a_notebook_is_found_by_number_or_name(folder, wanted):
    assert [path.name for path in find_notebooks([wanted])] == ["01_good.ipynb"]


def test_an_unknown_notebook_is_refused_with_those_there_are(folder, capsys):
    assert cli.main(["run", "--only", "99"]) == 1
    assert "No notebook '99'. There are: 01_good, 02_bad, 17_profile." in capsys.readouterr().err


def test_a_file_that_is_no_notebook_does_not_stop_the_others(folder, capsys):
    (folder / "03_broken.ipynb").write_text("{ not json")
    write_notebook(folder, "04_empty.ipynb")
    assert cli.main(["run", "--only", "1", "--only", "3", "4"]) == 1
    shown = capsys.readouterr()
    assert "03_broken.ipynb, NotJSONError" in shown.err and "AUC 0.88" in shown.out


def test_a_formula_with_a_slip_is_shown_as_it_stands(folder):
    notebook = new_notebook(cells=[new_markdown_cell(r"# T $\frac{a}{$")])
    nbformat.write(notebook, folder / "05_slip.ipynb")
    assert cli.main(["run", "--only", "5"]) == 0
    assert r"\frac{a}{" in (folder / "book" / "05_slip.html").read_text(encoding="utf-8")


def test_a_relative_data_folder_means_the_one_where_the_command_was_given(folder, monkeypatch):
    monkeypatch.chdir(folder)
    monkeypatch.setenv("DLSHEET_DATA_DIR", "mine")
    write_notebook(folder, "06_where.ipynb", "import os; print('Main figure:', os.environ['DLSHEET_DATA_DIR'])")
    assert execute(folder / "06_where.ipynb", "quick").main_figure == str(folder / "mine")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for another process")
def test_an_interrupted_run_stops_at_once_and_starts_no_other_notebook(folder):
    write_notebook(folder, "07_sleeps.ipynb", "open('sleeping', 'w'); import time; time.sleep(600)")
    write_notebook(folder, "08_next.ipynb", "open('started', 'w')")
    code = (
        "import pathlib, signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from dlsheet import cli; from dlsheet.course import run as runner; "
        f"runner.NOTEBOOKS = pathlib.Path({str(folder)!r}); "
        "sys.exit(cli.main(['run', '--only', '7', '8', '--jobs', '1']))"
    )
    run = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)
    while not (folder / "sleeping").exists():
        assert run.poll() is None, run.stderr.read()
        time.sleep(0.1)
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate(timeout=100)
    assert run.returncode == 130 and "Interrupted" in errors
    assert not (folder / "started").exists()


def test_what_a_notebook_has_stored_does_not_count_where_it_fails(folder, capsys):
    write_notebook(folder, "01_good.ipynb", "1 / 0", GOOD)
    notebook = nbformat.read(folder / "01_good.ipynb", as_version=4)
    notebook.cells[2]["outputs"] = [nbformat.v4.new_output("stream", text="✓ metrics.accuracy: holds.\n")]
    nbformat.write(notebook, folder / "01_good.ipynb")
    assert cli.main(["run", "--only", "1"]) == 1
    assert "0 of 12" in capsys.readouterr().out
    assert "metrics.accuracy: holds" not in (folder / "book" / "01_good.html").read_text(encoding="utf-8")


def test_figures_are_there_whatever_backend_the_environment_names(folder, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")
    write_notebook(folder, "09_figure.ipynb", "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()")
    [output] = execute(folder / "09_figure.ipynb", "quick").notebook.cells[1].outputs
    assert "image/png" in output["data"]
