"""The ledger: its statements, and that evidence decides."""

import numpy as np
import pytest

from dlsheet import ledger


def test_ledger_has_the_sheets_131_statements():
    rows = ledger.statements()
    assert len(rows) == 131
    assert {row.notebook for row in rows} == set(range(1, 29))
    assert {row.kind for row in rows} == {"formula", "claim", "code", "heading"}


def test_every_verdict_names_what_was_read_beside_the_evidence():
    assert [row.id for row in ledger.statements() if row.verdict and not row.source] == []


def test_headings_can_only_be_filled():
    assert {row.verdict for row in ledger.statements() if row.kind == "heading"} <= {None, "filled"}


def test_settle_prints_the_verdict_and_the_correction(capsys):
    ledger.settle("metrics.accuracy", True)
    ledger.settle("metrics.specificity", np.True_, 1 < 2)
    first, second = capsys.readouterr().out.splitlines()
    assert first == "✓ metrics.accuracy: holds."
    assert second.startswith("✓ metrics.specificity: corrected. TN / (TN + FP)")


def test_settle_prints_each_sentence_with_its_tick(capsys):
    ledger.settle("metrics.accuracy", {"two of four are right": True, "scikit-learn says so, too": np.True_})
    assert capsys.readouterr().out.splitlines() == [
        "✓ metrics.accuracy: holds.",
        "  ✓ two of four are right",
        "  ✓ scikit-learn says so, too",
    ]


def test_a_sentence_that_is_false_is_named_and_nothing_is_printed(capsys):
    with pytest.raises(ledger.EvidenceError, match="“two of four are right” is False: the verdict 'holds'"):
        ledger.settle("metrics.accuracy", {"it is a number": True, "two of four are right": 1 > 2})
    assert capsys.readouterr().out == ""


def test_evidence_against_the_verdict_raises_and_prints_nothing(capsys):
    with pytest.raises(ledger.EvidenceError, match="evidence 2 of 3” is False: the verdict 'holds'"):
        ledger.settle("metrics.accuracy", True, np.False_, True)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("metrics.acuracy", True), "Did you mean metrics.accuracy"),
        (("metrics.accuracy",), "no evidence given"),
        (("metrics.accuracy", {}), "no evidence given"),
        (("metrics.accuracy", {"the same": 0.98}), "“the same” is 0.98, expected True or False"),
        (("metrics.accuracy", 0.98), "is 0.98, expected True or False"),
        (("metrics.accuracy", np.array([True, True])), "expected True or False"),
    ],
)
def test_settle_refuses_what_is_no_evidence(arguments, says):
    with pytest.raises(ValueError, match=says):
        ledger.settle(*arguments)


def test_settle_refuses_a_statement_without_a_verdict(monkeypatch):
    row = ledger.Statement("a.b", 1, "formula", "1 = 1")
    monkeypatch.setattr(ledger, "statements", lambda: (row,))
    with pytest.raises(ValueError, match="a.b has no verdict yet"):
        ledger.settle("a.b", True)


@pytest.mark.parametrize(
    ("ours", "reference", "expected"),
    [
        (1.0, 1.0 + 1e-12, True),
        (1.0, 1.001, False),
        ([1, 2], [1, 2], True),
        ([1, 1], 1, False),  # broadcasting is no agreement
        (np.nan, np.nan, False),
    ],
)
def test_agrees_compares_shapes_and_values(ours, reference, expected):
    assert ledger.agrees(ours, reference) is expected


def test_table_shows_a_verdict_only_for_what_was_settled_here(monkeypatch):
    monkeypatch.setattr(ledger, "_settled", {"metrics.specificity"})
    verdicts = {row.id: verdict for row, verdict, _ in ledger.table(1).rows}
    assert verdicts.pop("metrics.specificity") == "corrected"
    assert set(verdicts.values()) == {"not settled yet"} and len(verdicts) == 11
    shown = ledger.table(1)._repr_markdown_()
    assert r"| Specificity: $\text{Specificity} = \frac{TP}{TN + FP}$ | corrected | TN / (TN + FP)" in shown or (
        r"\frac{TP}{TN + FP}$ | corrected | TN / (TN + FP)" in shown
    )


def test_a_cell_of_the_table_has_neither_bars_nor_line_breaks_of_its_own():
    for row in ledger.statements():
        assert "|" not in ledger.in_markdown(row).replace(r"\|", "") and "\n" not in ledger.in_markdown(row)


def test_formulas_stay_formulas_and_words_stay_words_in_markdown():
    row = ledger.Statement("a.b", 1, "formula", r"a_1 * $\|W\|_1 = \sum |W_{ji}|$ <")
    assert ledger.in_markdown(row) == r"a\_1 \* $\Vert W\Vert _1 = \sum \vert W_{ji}\vert$ \<"


def test_code_keeps_its_lines_and_its_indentation_in_markdown():
    row = ledger.Statement("a.b", 1, "code", "if x:\n    y = 1")
    assert ledger.in_markdown(row) == "`if\xa0x:`<br>`\xa0\xa0\xa0\xa0y\xa0=\xa01`"


def test_table_of_an_unknown_notebook_is_refused():
    with pytest.raises(ValueError, match="notebook=99: expected a number from 1 to 28"):
        ledger.table(99)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- {id: a.b, notebook: 1, kind: claim, says: x, verdict: maybe}", "verdict 'maybe'"),
        ("- {id: a.b, notebook: 1, kind: claim, says: x, verdict: corrected}", "needs a correction"),
        (
            "- {id: a.b, notebook: 1, kind: claim, says: x}\n- {id: a.b, notebook: 1, kind: claim, says: x}",
            "stands twice",
        ),
    ],
)
def test_a_faulty_ledger_is_refused(tmp_path, monkeypatch, text, says):
    (tmp_path / "ledger.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(ledger, "__file__", str(tmp_path / "ledger.py"))
    with pytest.raises(ValueError, match=says):
        ledger.statements.__wrapped__()
