"""The book that `python -m dlsheet run` leaves in build/book: the verdicts, then every notebook, as pages.

Sphinx builds it, with MyST-NB for the notebooks: search, navigation and a dark mode, all without a network.
"""

import subprocess
import sys
from base64 import b64decode
from pathlib import Path

import nbformat

from dlsheet.course import ROOT
from dlsheet.course.book.pages import index, main_picture, what_is_wrong, with_targets
from dlsheet.course.run import find_notebooks

BOOK = ROOT / "build" / "book"
DOCS = [ROOT / "docs" / name for name in ("sheet.md", "results.md")]


def write_book(results):
    """Write the pages: the notebooks of these results, and the others as they are stored. Returns the index's path.

    Only pages whose source has changed are built anew. Sphinx's warnings, of a link that leads nowhere, say, are shown.
    """
    run = {result.path: result.notebook for result in results}
    notebooks = {path.stem: run.get(path) or nbformat.read(path, as_version=4) for path in find_notebooks()}
    notebooks = {stem: notebook for stem, notebook in notebooks.items() if notebook.cells}  # the others are broken
    pages = {f"{stem}.ipynb": nbformat.writes(with_targets(notebook)) for stem, notebook in notebooks.items()}
    pages |= {"index.md": index(notebooks, results), "wrong.md": what_is_wrong(notebooks)}
    pages |= {path.name: path.read_text(encoding="utf-8") for path in DOCS}
    files = {name: text.encode() for name, text in pages.items()}
    pictures = {f"{stem}.png": main_picture(notebook) for stem, notebook in notebooks.items()}
    files |= {name: b64decode(picture) for name, picture in pictures.items() if picture}

    source, trees = BOOK.with_name("book-source"), BOOK.with_name("book-trees")
    source.mkdir(parents=True, exist_ok=True)
    before = {path.name for path in source.iterdir()}
    for name in before - set(files):
        (source / name).unlink()
    for name, content in files.items():
        if not (source / name).is_file() or (source / name).read_bytes() != content:
            (source / name).write_bytes(content)
    sphinx = [sys.executable, "-m", "sphinx", "-q", "-j", "2", "-c", Path(__file__).parent, "-d", trees, source, BOOK]
    if before != set(files):  # links to pages that were not there would stay broken
        sphinx.append("--fresh-env")
    subprocess.run(sphinx, check=True)
    return BOOK / "index.html"
