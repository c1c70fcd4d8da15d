"""What makes a notebook one of the family, as faults that a notebook may have."""

import re

from dlsheet.course.run import SETTLED, text_outputs
from dlsheet.ledger import statements

GOALS = "**In this notebook you will**"
COST = "**What it takes:**"
RECAP = "## What we found"
LAST_GOAL = "- solve five exercises, each checked on the spot."
LEADS = {
    "corrected": "The sheet is wrong here.",
    "conditional": "The sheet holds under a condition.",
    "filled": "The sheet is empty here.",
}
BOX = re.compile(r"(?:^|\n\n)> \*\*(.+?)\*\*")


def faults(notebook, number):
    """Sentences, one for each rule of docs/CONTRIBUTING.md that this notebook of this number breaks."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    prose = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    first = notebook.cells[0].source
    own = [row for row in statements() if row.notebook == number]
    boxes = {lead for text in prose for lead in BOX.findall(text)}
    tags = [tag for cell in notebook.cells for tag in cell.metadata.get("tags", ())]
    rules = {
        "starts with a title, goals and what it takes": first.startswith("# ") and GOALS in first and COST in first,
        "ends its goals with the exercises": f"{LAST_GOAL}\n\n{COST}" in first,
        "has a box for each verdict but holds, and begins each box as its neighbours do": {
            LEADS[row.verdict] for row in own if row.verdict in LEADS
        }
        <= boxes
        <= {*LEADS.values(), "Caution."},
        "says how every exercise works": any("The same works in every exercise." in text for text in prose),
        "writes per cent without a blank": not any(re.search(r"\d %", cell.source) for cell in notebook.cells),
        "has every code cell executed, in order": [cell.execution_count for cell in code]
        == list(range(1, len(code) + 1)),
        "stores no error": not any(output.output_type == "error" for cell in code for output in cell.outputs),
        "stores nothing from stderr": not any(
            output.get("name") == "stderr" for cell in code for output in cell.outputs
        ),
        "has no code line over 100 characters": max(len(line) for cell in code for line in cell.source.splitlines())
        <= 100,
        "has a figure": any("image/png" in output.get("data", {}) for cell in code for output in cell.outputs),
        "has one main figure": tags.count("main-figure") + text_outputs(notebook).count("Main figure: ") == 1,
        "has no tags but main-figure and hide-input, and folds what is hidden in JupyterLab too": set(tags)
        <= {"main-figure", "hide-input"}
        and all(is_folded(cell) == ("hide-input" in cell.metadata.get("tags", ())) for cell in code),
        "has three exercises or more, untouched": text_outputs(notebook).count(": not attempted.") >= 3,
        "ends with the table of verdicts and what to read next": any(text.startswith(RECAP) for text in prose)
        and f"table({number})" in code[-1].source
        and notebook.cells[-1].source.startswith("**Next:**"),
        "settles its own statements and no others": set(SETTLED.findall(text_outputs(notebook)))
        == {row.id for row in own},
        "has no output that nbval skips": not any(re.search("NBVAL|PYTEST_VALIDATE", cell.source) for cell in code),
        "is below 2 MB": len(str(notebook)) < 2_000_000,
        "names no folder of the machine it was made on": not re.search(r"/(home|root|tmp|Users)/", str(notebook)),
    }
    return [rule for rule, kept in rules.items() if not kept]


def is_folded(cell):
    """Whether JupyterLab shows a cell's output and folds its code."""
    return cell.metadata.get("jupyter", {}).get("source_hidden", False)
