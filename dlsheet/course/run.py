"""Executing the notebooks, side by side, and what a run found out about each."""

import os
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_notebook
from tqdm import tqdm

from dlsheet.course import ROOT
from dlsheet.ledger import VERDICTS, statements

NOTEBOOKS = ROOT / "notebooks"
CELL_SECONDS = {"quick": 300, "full": 24 * 3600}
INLINE = "module://matplotlib_inline.backend_inline"

SETTLED = re.compile(rf"^✓ ([a-z_]+\.[a-z_0-9]+): (?:{'|'.join(VERDICTS)})\.", re.MULTILINE)
MAIN_FIGURE = re.compile(r"^Main figure: (.+)$", re.MULTILINE)


@dataclass
class Result:
    """What one execution gave. notebook: with its outputs. error: None, or the cell and what went wrong in it."""

    path: Path
    notebook: nbformat.NotebookNode
    seconds: float
    error: str | None

    @property
    def number(self):
        return int(self.path.name[:2])

    @property
    def title(self):
        lines = [line for cell in self.notebook.cells for line in cell.source.splitlines()]
        return lines[0].lstrip("# ") if lines else self.path.stem

    @property
    def settled(self):
        return set(SETTLED.findall(text_outputs(self.notebook)))

    @property
    def main_figure(self):
        """What the notebook's main figure shows, by its title; older notebooks print it."""
        for cell in self.notebook.cells:
            if "main-figure" in cell.metadata.get("tags", ()):
                titles = [output.data["text/plain"] for output in cell.outputs if "image/png" in output.get("data", {})]
                return titles[0].removeprefix("Figure. ").partition(". ")[0].removesuffix(".") if titles else ""
        found = MAIN_FIGURE.search(text_outputs(self.notebook))
        return found[1] if found else ""


def text_outputs(notebook):
    """All that a notebook's code cells printed."""
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    return "".join(output.text for output in outputs if output.output_type == "stream")


def find_notebooks(only=()):
    """The notebooks' paths in order; only: numbers or names to keep, such as "17" or "17_keras_cnn".

    Raises ValueError for one that matches no notebook.
    """
    paths = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
    kept = []
    for wanted in only:
        number = wanted.removesuffix(".ipynb")
        matching = [path for path in paths if path.stem == number or path.name[:2] == number.zfill(2)]
        if not matching:
            raise ValueError(f"No notebook {wanted!r}. There are: {', '.join(path.stem for path in paths)}.")
        kept += matching
    return sorted(set(kept)) if only else paths


def execute(path, profile):
    """Execute one notebook in a fresh kernel, in its own folder. Returns a Result; a failing cell does not raise."""
    start, notebook, started, error = time.perf_counter(), new_notebook(), [], None
    # Without a terminal behind them kernels write C-level messages into the notebook; under pytest, and so under
    # nbval, they do not. The outputs must be the same in both.
    # The figures must be there, too, whatever a server or a cluster has set.
    environment = os.environ | {"DLSHEET_PROFILE": profile, "PYTEST_CURRENT_TEST": "dlsheet run", "MPLBACKEND": INLINE}
    if os.environ.get("DLSHEET_DATA_DIR"):  # relative to where the command was given, not to the notebooks
        environment["DLSHEET_DATA_DIR"] = str(Path(os.environ["DLSHEET_DATA_DIR"]).expanduser().resolve())
    try:
        notebook = without_outputs(nbformat.read(path, as_version=4))
        client = NotebookClient(
            notebook,
            on_cell_start=lambda cell, cell_index: started.append(cell_index + 1),
            timeout=CELL_SECONDS[profile],
            kernel_name="python3",
            coalesce_streams=True,
            extra_arguments=["--log-level=ERROR"],
            resources={"metadata": {"path": str(path.parent)}},
        )
        client.execute(env=environment)
    except CellExecutionError as failure:
        error = f"cell {started[-1]}: {failure.ename}: {failure.evalue}"
    except Exception as failure:  # a dead kernel, none at all, a file that is no notebook: the others go on
        where = f"cell {started[-1]}: " if started else ""
        error = f"{where}{type(failure).__name__}: {str(failure).partition(chr(10))[0]}"
    seconds = time.perf_counter() - start
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # the moments of execution differ each time
    return Result(path, notebook, seconds, error)


def without_outputs(notebook):
    """The notebook as if it had never been run: what a cell stored before must not count for one that fails."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def execute_all(paths, profile, jobs):
    """Execute notebooks, `jobs` at a time, with a line as each ends. Returns the Results in the notebooks' order."""
    results = []
    with ThreadPoolExecutor(jobs) as pool, tqdm(total=len(paths), unit="notebook", leave=False, disable=None) as bar:
        waiting = [pool.submit(execute, path, profile) for path in paths]
        try:
            for done in as_completed(waiting):
                result = done.result()
                results.append(result)
                outcome = f"FAILED in {result.error}" if result.error else "done"
                bar.write(f"{result.path.stem:32} {result.seconds:6.1f} s  {outcome}")
                bar.update()
        except KeyboardInterrupt:  # the pool would wait for the notebooks; their kernels end with this process
            print("Interrupted: nothing was written.", file=sys.stderr, flush=True)
            os._exit(130)
    return sorted(results, key=lambda result: result.path)


def results_table(results):
    """Notebook, seconds, statements settled and main figure of each result, as text."""
    expected = {row.notebook: 0 for row in statements()}
    for row in statements():
        expected[row.notebook] += 1
    header = ("notebook", "seconds", "settled", "main figure")
    rows = [
        (
            result.path.stem,
            f"{result.seconds:.1f}",
            f"{len(result.settled)} of {expected.get(result.number, 0)}",
            "FAILED" if result.error else result.main_figure,
        )
        for result in results
    ]
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(4)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in [header, *rows]]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])
