"""JupyterLab in a real browser: run a notebook, do an exercise wrongly and then rightly."""

import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from dlsheet.course.run import NOTEBOOKS

NOTEBOOK = "01_evaluation_metrics.ipynb"
WRONG = "    return tp / (tn + fp)"
RIGHT = "    return tn / (tn + fp) if tn + fp else 0.0"


@pytest.fixture
def lab(tmp_path, monkeypatch):
    """The address of a JupyterLab over a copy of the notebook."""
    shutil.copy(NOTEBOOKS / NOTEBOOK, tmp_path)
    monkeypatch.setenv("DLSHEET_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("JUPYTERLAB_SETTINGS_DIR", str(tmp_path / "settings"))
    settings = tmp_path / "settings" / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    settings.parent.mkdir(parents=True)
    settings.write_text('{"windowingMode": "none"}')  # all cells are on the page, not only those in sight
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", f"--port={port}"]
    command += ["--ip=127.0.0.1", "--IdentityProvider.token=", f"--ServerApp.root_dir={tmp_path}"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}/lab"
    for _ in range(120):
        try:
            urllib.request.urlopen(address, timeout=5)
            break
        except OSError:
            time.sleep(0.5)
    yield address
    server.terminate()
    server.wait(30)


def test_a_student_runs_a_notebook_and_does_an_exercise_wrongly_and_then_rightly(lab, page):
    page.set_default_timeout(120_000)
    page.goto(f"{lab}/tree/{NOTEBOOK}")
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()  # before it is there, Run asks for a kernel
    page.get_by_role("menubar").get_by_text("Run", exact=True).click()
    page.get_by_role("menu").get_by_text("Run All Cells", exact=True).click()
    cell = page.locator(".jp-CodeCell", has_text="def specificity(")
    output = cell.locator(".jp-OutputArea-output")
    last = page.locator(".jp-CodeCell").last.locator(".jp-InputPrompt")
    last.filter(has_text="[*]:").wait_for()
    last.filter(has_text=re.compile(r"\[\d+\]:")).wait_for()

    answer(page, cell, WRONG)
    output.filter(has_text="✗ specificity(").wait_for()
    assert "the sheet's misprint" in output.inner_text()
    answer(page, cell, RIGHT)
    output.filter(has_text="✓ specificity: right.").wait_for()


def answer(page, cell, line):
    """Write the function's body and run the cell."""
    cell.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(f"def specificity(tp, fp, tn, fn):\n{line}\n\n\ncheck(specificity)")
    page.keyboard.press("Shift+Enter")
