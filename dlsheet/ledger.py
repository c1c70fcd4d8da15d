"""The ledger: every statement of the sheet, its verdict, and the evidence that a notebook brings for it.

ledger.yaml lists the statements in the sheet's order. A verdict is written there by hand once a notebook settles it:
`holds`, `conditional`, `corrected` or `filled`; all but `holds` come with a `correction`, which says in a line under
what condition it is true, what the right form is, or what fills the gap.
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

import numpy as np
import yaml

VERDICTS = ("holds", "conditional", "corrected", "filled")

OPEN = ("not settled yet", None)
NO_BREAK = "\N{NO-BREAK SPACE}"  # Markdown and HTML fold blanks, and code is indented

_settled = set()  # in this process; a notebook's closing table shows what its cells have settled


@dataclass(frozen=True)
class Statement:
    """One statement of the sheet. verdict and correction are None until a notebook settles it.

    source: a textbook or paper that was read beside the evidence.
    """

    id: str
    notebook: int
    kind: str
    says: str
    verdict: str | None = None
    correction: str | None = None
    source: str | None = None


class EvidenceError(AssertionError):
    """The evidence does not bear out the verdict in the ledger."""


@cache
def statements():
    """All statements, in the sheet's order.

    Raises ValueError for a ledger.yaml with an unknown verdict, a missing correction or an id that stands twice.
    """
    text = (Path(__file__).parent / "ledger.yaml").read_text(encoding="utf-8")
    rows = [Statement(**row) for row in yaml.safe_load(text)]
    seen = set()
    for row in rows:
        if row.id in seen:
            raise ValueError(f"ledger.yaml: {row.id} stands twice.")
        seen.add(row.id)
        if row.verdict not in (None, *VERDICTS):
            raise ValueError(f"ledger.yaml: {row.id} has the verdict {row.verdict!r}; expected one of {VERDICTS}.")
        if row.verdict in VERDICTS[1:] and not row.correction:
            raise ValueError(f"ledger.yaml: {row.id} is {row.verdict} and needs a correction.")
    return tuple(rows)


def statement(statement_id):
    """The statement with this id; ValueError, with the nearest ids, when there is none."""
    by_id = {row.id: row for row in statements()}
    if not isinstance(statement_id, str) or statement_id not in by_id:
        near = get_close_matches(str(statement_id), by_id, n=3) or list(by_id)[:3]
        raise ValueError(f"No statement has the id {statement_id!r}. Did you mean {' or '.join(near)}?")
    return by_id[statement_id]


def settle(statement_id, *evidence):
    """Settle one statement of the sheet: check the evidence, then print the verdict that it bears out, and why.

    statement_id: as in ledger.yaml.
    evidence: {a sentence that says what was checked: whether it is so}, one or more, each a comparison that could have
        failed. Notebooks that are not rewritten yet pass the booleans alone.
    Raises EvidenceError, with the sentence, when a piece of evidence is False; ValueError for an unknown id, no
    evidence, something that is no boolean, or a statement that has no verdict yet.
    """
    row = statement(statement_id)
    if row.verdict is None:
        raise ValueError(f"{row.id} has no verdict yet: write one of {', '.join(VERDICTS)} into ledger.yaml.")
    if len(evidence) == 1 and isinstance(evidence[0], dict):
        [evidence] = evidence
        sentences = list(evidence)
    else:
        evidence = {f"evidence {number} of {len(evidence)}": piece for number, piece in enumerate(evidence, 1)}
        sentences = []
    if not evidence:
        raise ValueError(f"{row.id}: no evidence given. Pass {{a sentence: whether it is so}}.")
    for sentence, piece in evidence.items():
        if not isinstance(piece, bool | np.bool_):
            raise ValueError(
                f"{row.id}: “{sentence}” is {piece!r}, expected True or False. "
                "Use agrees(…) or .all() to compare arrays."
            )
        if not piece:
            raise EvidenceError(f"{row.id}: “{sentence}” is False: the verdict {row.verdict!r} does not stand.")
    _settled.add(row.id)
    print(f"✓ {row.id}: {row.verdict}." + (f" {row.correction}" if row.correction else ""))
    for sentence in sentences:
        print(f"  ✓ {sentence}")


def agrees(ours, reference, tolerance=1e-9):
    """Whether two numbers or arrays have one shape and the same values, up to `tolerance`, relative or absolute."""
    ours, reference = np.asarray(ours), np.asarray(reference)
    return ours.shape == reference.shape and bool(np.allclose(ours, reference, rtol=tolerance, atol=tolerance))


def table(notebook=None):
    """The statements with their verdicts, as a table that a notebook displays and `print` writes.

    notebook: the number of a topic; then a statement that this process has not settled says so. None: all statements.
    Raises ValueError for a notebook without statements.
    """
    if notebook is None:
        return Table(statements(), {row.id for row in statements() if row.verdict})
    rows = tuple(row for row in statements() if row.notebook == notebook)
    if not rows:
        numbers = sorted({row.notebook for row in statements()})
        raise ValueError(f"notebook={notebook!r}: expected a number from {numbers[0]} to {numbers[-1]}.")
    return Table(rows, _settled)


class Table:
    """Statements and verdicts side by side: Markdown with formulas in Jupyter and in the book, elsewhere plain text."""

    def __init__(self, rows, settled):
        self.rows = [(row, *((row.verdict, row.correction) if row.id in settled else OPEN)) for row in rows]

    def __repr__(self):
        width = max(len(row.id) for row, _, _ in self.rows)
        return "\n".join(f"{row.notebook:02}  {row.id:{width}}  {verdict}" for row, verdict, _ in self.rows)

    def _repr_markdown_(self):
        lines = ["| the sheet says | verdict | what is right |", "| :-- | :-- | :-- |"]
        for row, verdict, correction in self.rows:
            lines.append(f"| {in_markdown(row)} | {verdict} | {plain(correction or '')} |")
        return "\n".join(lines)


def in_markdown(row):
    """What the sheet says, for a cell of a Markdown table: formulas between dollars, code as code."""
    if row.kind == "code":
        return "<br>".join(f"`{line.replace(' ', NO_BREAK) or NO_BREAK}`" for line in row.says.splitlines())
    pieces = row.says.replace("\n", " ").split("$")
    for i, piece in enumerate(pieces):
        # between two dollars stands a formula, in which a bar would end the table's cell
        pieces[i] = piece.replace(r"\|", r"\Vert ").replace("|", r"\vert ").rstrip() if i % 2 else plain(piece)
    return "$".join(pieces)


def plain(text):
    """The text so that Markdown shows it as it is."""
    return re.sub(r"([\\`*_{}\[\]<>#|$~])", r"\\\1", text)
