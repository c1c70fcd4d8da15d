"""What makes a notebook one of the family, as faults that a notebook may have."""

import re

from dlsheet.ledger import statements
from dlsheet.runner import SETTLED, text_outputs

GOALS = "**In this notebook you will**"
COST = "**What it takes:**"
RECAP = "## What we found"


def faults(notebook, number):
    """Sentences, one for each rule of docs/CONTRIBUTING.md that this notebook of this number breaks."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    prose = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    first = notebook.cells[0].source
    rules = {
        "has 15 to 40 cells": 15 <= len(notebook.cells) <= 40,
        "starts with a title, goals and what it takes": first.startswith("# ") and GOALS in first and COST in first,
        "has every code cell executed, in order": [cell.execution_count for cell in code]
        == list(range(1, len(code) + 1)),
        "stores no error": not any(output.output_type == "error" for cell in code for output in cell.outputs),
        "stores nothing from stderr": not any(
            output.get("name") == "stderr" for cell in code for output in cell.outputs
        ),
        "has no code line over 100 characters": max(len(line) for cell in code for line in cell.source.splitlines())
        <= 100,
        "has a figure": any("image/png" in output.get("data", {}) for cell in code for output in cell.outputs),
        "prints its main figure": text_outputs(notebook).count("Main figure: ") == 1,
        "has three exercises or more, untouched": text_outputs(notebook).count(": not attempted.") >= 3,
        "ends with the table of verdicts and what to read next": any(text.startswith(RECAP) for text in prose)
        and f"table({number})" in code[-1].source
        and notebook.cells[-1].source.startswith("**Next:**"),
        "settles its own statements and no others": set(SETTLED.findall(text_outputs(notebook)))
        == {row.id for row in statements() if row.notebook == number},
        "has no output that nbval skips": not any(
            re.search("NBVAL|PYTEST_VALIDATE", cell.source) or cell.metadata.get("tags") for cell in code
        ),
        "is below 2 MB": len(str(notebook)) < 2_000_000,
        "names no folder of the machine it was made on": not re.search(r"/(home|root|tmp|Users)/", str(notebook)),
    }
    return [rule for rule, kept in rules.items() if not kept]
