"""The ledger: every statement of the sheet, its verdict, and the evidence that a notebook brings for it.

ledger.yaml lists the statements in the sheet's order. A verdict is written there by hand once a notebook settles it:
`holds`, `conditional`, `corrected` or `filled`; all but `holds` come with a `correction`, which says in a line under
what condition it is true, what the right form is, or what fills the gap.
"""

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from html import escape
from pathlib import Path

import numpy as np
import yaml

VERDICTS = ("holds", "conditional", "corrected", "filled")

HEADER = ("statement", "notebook", "the sheet says", "verdict", "what is right")
OPEN = ("not settled yet", None)

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
    """Settle one statement of the sheet: check the evidence, then print the verdict that it bears out.

    statement_id: as in ledger.yaml. evidence: booleans, at least one, each a comparison that could have failed.
    Raises EvidenceError when a piece of evidence is False; ValueError for an unknown id, no evidence, something that
    is no boolean, or a statement that has no verdict yet.
    """
    row = statement(statement_id)
    if row.verdict is None:
        raise ValueError(f"{row.id} has no verdict yet: write one of {', '.join(VERDICTS)} into ledger.yaml.")
    if not evidence:
        raise ValueError(f"{row.id}: no evidence given. Pass comparisons, such as agrees(ours, reference).")
    for number, piece in enumerate(evidence, 1):
        if not isinstance(piece, bool | np.bool_):
            raise ValueError(
                f"{row.id}: evidence {number} of {len(evidence)} is {piece!r}, expected True or False. "
                "Use agrees(…) or .all() to compare arrays."
            )
        if not piece:
            raise EvidenceError(
                f"{row.id}: evidence {number} of {len(evidence)} is False: the verdict {row.verdict!r} does not stand."
            )
    _settled.add(row.id)
    print(f"✓ {row.id}: {row.verdict}." + (f" {row.correction}" if row.correction else ""))


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
    """Statements and verdicts, side by side."""

    def __init__(self, rows, settled):
        self.rows = [
            (row.id, f"{row.notebook:02}", row.says, *((row.verdict, row.correction) if row.id in settled else OPEN))
            for row in rows
        ]

    def __repr__(self):
        width = max(len(row[0]) for row in self.rows)
        lines = [f"{number}  {name:{width}}  {verdict}" for name, number, _, verdict, _ in self.rows]
        return "\n".join(lines)

    def _repr_html_(self):
        head = "".join(f"<th>{name}</th>" for name in HEADER)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(cell or '')}</td>" for cell in row) + "</tr>" for row in self.rows
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
