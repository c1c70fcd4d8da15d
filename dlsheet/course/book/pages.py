"""The book's own pages, in MyST Markdown, and the notebooks with a target at every cell that settles a statement."""

import ast
import copy
from collections import Counter

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from dlsheet.course.run import SETTLED, text_outputs
from dlsheet.ledger import VERDICTS, in_markdown, plain, statements


def with_targets(notebook):
    """The notebook with a target before each cell that settles a statement, and a text for each figure."""
    notebook = copy.deepcopy(notebook)
    cells = []
    for cell in notebook.cells:
        found = settled(cell)
        figures = [
            output.data["text/plain"] for output in cell.get("outputs", []) if "image/png" in output.get("data", {})
        ]
        if figures:
            cell.metadata["mystnb"] = {"image": {"alt": " ".join(figures)}}
        cell.source = cell.source.replace("](../docs/results.md", "](results.md")
        if found:
            targets = "\n".join(f"({name})=" for name in found)
            cells.append(new_markdown_cell(targets, id=f"target-{len(cells)}"))
        cells.append(cell)
    notebook.cells = cells
    return notebook


def index(notebooks, results):
    """The first page: topic by topic every statement, its verdict, and a link to the cell that settles it."""
    rows, run = statements(), {result.path.stem: result for result in results}
    settled = {row.id for row in rows if row.verdict}
    counts = Counter(row.verdict for row in rows if row.verdict)
    words = ", ".join(f"{counts[verdict]} {VERDICT_WORDS[verdict]}" for verdict in VERDICTS)
    lines = [
        "# The deep-learning cheat sheet that runs",
        f"{len(settled)} of the sheet's {len(rows)} statements are settled: {words}.",
        "A verdict leads to the cell that brings the evidence. [What the sheet gets wrong](wrong.md) stands together;",
        "[the sheet, corrected](sheet.md) prints on two sides of A4.",
        "",
        toctree(notebooks),
    ]
    for stem in set(run) - set(notebooks):
        lines += ["", f"**{stem} failed in {plain(run[stem].error or 'no cell')}**"]
    for stem, notebook in notebooks.items():
        topic = [row for row in rows if row.notebook == int(stem[:2])]
        lines += ["", f"## [{stem[:2]} {title(notebook)}]({stem}.ipynb)", "", said(run.get(stem)), ""]
        if main_picture(notebook):
            lines += [f"```{{image}} {stem}.png", ":alt: the notebook's main picture", ":height: 14rem", "```", ""]
        lines += verdicts(topic, notebook)
    return "\n".join(lines) + "\n"


VERDICT_WORDS = {
    "holds": "hold",
    "conditional": "hold under a condition",
    "corrected": "had to be corrected",
    "filled": "were empty headings, now filled",
}


def toctree(notebooks):
    """The navigation."""
    entries = [f"{stem[:2]} {title(notebook)} <{stem}>" for stem, notebook in notebooks.items()]
    pages = ["What the sheet gets wrong <wrong>", "The sheet, corrected <sheet>", "Results on real data <results>"]
    return "\n".join(["```{toctree}", ":hidden:", "", *pages, *entries, "```"])


def said(result):
    """What a run of the notebook gave, if it was run now."""
    if result is None:
        return "Not run this time: the page shows what is stored."
    if result.error:
        return f"**Failed in {plain(result.error)}**"
    return f"{plain(result.main_figure)} ({result.seconds:.1f} s)"


def verdicts(rows, notebook):
    """A Markdown table of statements; the verdicts lead to the cells that bore them out."""
    linked = SETTLED.findall(text_outputs(notebook))
    lines = [
        "| statement | the sheet says | verdict | what is right, and where to read it |",
        "| --- | --- | --- | --- |",
    ]
    for row in rows:
        verdict = f"[{row.verdict}](<#{row.id}>)" if row.id in linked else "not settled"
        right = " ".join(filter(None, [row.correction, row.source and f"({row.source})"]))
        lines.append(f"| {name(row)} | {in_markdown(row)} | {verdict} | {plain(right)} |")
    return lines


def what_is_wrong(notebooks):
    """The page of the corrected statements: what the sheet says, what is right, the box and the evidence."""
    lines = ["# What the sheet gets wrong", "", "Statements that are wrong as they are printed, each with its proof."]
    for row in statements():
        notebook = next((each for each in notebooks.values() if row.id in SETTLED.findall(text_outputs(each))), None)
        if row.verdict != "corrected" or notebook is None:
            continue
        lines += ["", f"## {name(row)}", "", f"The sheet says: {in_markdown(row)}", "", plain(row.correction), ""]
        lines += [f"To read: {plain(row.source)}.", ""] if row.source else []
        lines += [f"The proof is in [{row.notebook:02} {title(notebook)}](<#{row.id}>). What had to be true:", ""]
        lines += ["```python", evidence(notebook, row.id), "```"]
    return "\n".join(lines) + "\n"


def evidence(notebook, statement_id):
    """The call that settles a statement, as it stands in the notebook; the whole cell where a loop calls it."""
    cell = next(cell for cell in notebook.cells if statement_id in settled(cell))
    try:
        tree = ast.parse(cell.source)
    except SyntaxError:  # a cell with one of IPython's magics
        return cell.source
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node).startswith(f"settle({statement_id!r}"):
            return ast.get_source_segment(cell.source, node)
    return cell.source


def settled(cell):
    """The statements that a cell has settled, by what it printed."""
    return SETTLED.findall(text_outputs(NotebookNode(cells=[cell])))


def name(row):
    """A statement's name: 'micro average' for metrics.micro_average."""
    return row.id.partition(".")[2].replace("_", " ")


def main_picture(notebook):
    """The PNG, as base64, that the cell with the main figure draws; "" where there is none."""
    for cell in notebook.cells:
        pictures = [each.data["image/png"] for each in cell.get("outputs", []) if "image/png" in each.get("data", {})]
        marked = "main-figure" in cell.metadata.get("tags", ())
        if pictures and (marked or "Main figure: " in text_outputs(NotebookNode(cells=[cell]))):
            return pictures[0]
    return ""


def title(notebook):
    """A notebook's first heading."""
    lines = "\n".join(cell.source for cell in notebook.cells).strip().splitlines()
    return lines[0].lstrip("# ") if lines else "Untitled"
