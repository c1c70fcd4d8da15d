"""The book's pages: what they show, and where they link to."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from dlsheet.course import book
from dlsheet.course import run as runner
from dlsheet.course.book.mathml import mathml
from dlsheet.course.book.pages import evidence, index, what_is_wrong, with_targets
from dlsheet.ledger import in_markdown, plain, statements

SHEET = (runner.ROOT / "docs" / "sheet.md").read_text(encoding="utf-8")
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SETTLE = 'wrong = 1\nsettle("metrics.specificity", 1 < 2,\n       wrong > 0)'


@pytest.fixture
def notebook():
    """A notebook that settles two statements in one cell and, in a loop, a third one."""
    folded = new_code_cell("folded = 1", metadata={"tags": ["hide-input"], "jupyter": {"source_hidden": True}})
    folded.outputs = [stream("as it was drawn")]
    cells = [
        new_markdown_cell(
            r"# Costs & gains" + "\n\n" + r"The sheet says $\frac{a}{b}$ and $$c^2$$ and [more](../docs/results.md)."
        ),
        new_code_cell(SETTLE, outputs=[stream("✓ metrics.specificity: corrected. As it is.\nMain figure: 1 of 2 <b>")]),
        new_code_cell("for each in names:\n    settle(each, True)", outputs=[stream("✓ metrics.auc: holds.")]),
        folded,
    ]
    return new_notebook(cells=cells, metadata={"language_info": {"name": "python", "pygments_lexer": "ipython3"}})


def stream(text):
    return new_output("stream", name="stdout", text=text + "\n")


def test_a_target_stands_before_each_cell_that_settles(notebook):
    sources = [cell.source for cell in with_targets(notebook).cells]
    assert sources[1:-1] == ["(metrics.specificity)=", SETTLE, "(metrics.auc)=", notebook.cells[2].source]


def test_a_figure_has_its_text_as_alternative_text(notebook):
    picture = new_output(
        "display_data", data={"image/png": "eA==", "text/plain": "Figure. Costs fall: cost against step."}
    )
    notebook.cells[1].outputs.append(picture)
    [cell] = [cell for cell in with_targets(notebook).cells if cell.source == SETTLE]
    assert cell.metadata["mystnb"] == {"image": {"alt": "Figure. Costs fall: cost against step."}}


def test_every_formula_that_the_ledger_quotes_becomes_mathml():
    for row in statements():
        assert row.kind == "code" or slips(in_markdown(row).replace(r"\$", "")) == [], row.id


def test_evidence_is_the_call_or_the_whole_cell_where_a_loop_calls(notebook):
    assert evidence(notebook, "metrics.specificity") == SETTLE.removeprefix("wrong = 1\n")
    assert evidence(notebook, "metrics.auc") == notebook.cells[2].source


def test_the_index_has_every_statement_of_its_notebooks_and_links_those_that_were_settled(notebook):
    page = index({"01_costs": notebook}, [])
    topic = [row for row in statements() if row.notebook == 1]
    assert all(in_markdown(row) in page for row in topic)
    assert re.findall(r"\(<#([^>]+)>\)", page) == ["metrics.specificity", "metrics.auc"]


def test_the_page_of_what_is_wrong_holds_the_corrected_statements_alone(notebook):
    page = what_is_wrong({"01_costs": notebook})
    assert re.findall(r"^## (.+)$", page, re.MULTILINE) == ["specificity"]
    assert "1 < 2,\n       wrong > 0)" in page


def test_plain_text_survives_markdown():
    assert plain("a_b * [c] | $d$ <e> #f") == r"a\_b \* \[c\] \| \$d\$ \<e\> \#f"


def test_the_built_book_has_formulas_targets_and_search_and_needs_no_network(tmp_path, monkeypatch, notebook, capfd):
    monkeypatch.setattr(runner, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(book, "BOOK", tmp_path / "book")
    (tmp_path / "sheet.md").write_text("# The sheet, corrected", encoding="utf-8")  # the real one links all notebooks
    monkeypatch.setattr(book, "DOCS", [tmp_path / "sheet.md", runner.ROOT / "docs" / "results.md"])
    nbformat.write(notebook, tmp_path / "01_costs.ipynb")
    first = book.write_book([]).read_text(encoding="utf-8")
    assert capfd.readouterr().err == ""
    assert 'href="01_costs.html#metrics-specificity"' in first and "What the sheet gets wrong" in first
    wrong = (tmp_path / "book" / "wrong.html").read_text(encoding="utf-8")
    assert (
        "<mfrac>" in first and "<mfrac>" in wrong and "$" not in re.sub(r"<script.*?</script>", "", wrong, flags=re.S)
    )
    page = (tmp_path / "book" / "01_costs.html").read_text(encoding="utf-8")
    assert (
        "<mfrac>" in page and "<msup>" in page and 'id="metrics-specificity"' in page and 'href="results.html"' in page
    )
    hidden = re.search(r"<details class=[^>]*hide[^>]*>.*?</details>", page, flags=re.S)
    assert hidden and "folded" in hidden[0] and "as it was drawn" not in hidden[0]
    loaded = re.findall(r'(?:src|<link[^>]+href)="([^"]+)"', page)
    assert loaded and not [each for each in loaded if "//" in each]
    assert (tmp_path / "book" / "searchindex.js").is_file()


def test_every_formula_of_every_notebook_becomes_mathml():
    prose = "\n\n".join(
        cell.source
        for path in runner.find_notebooks()
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "markdown"
    )
    prose = re.sub(r"`[^`]*`", "", prose)
    assert len(formulas(prose)) > 100 and slips(prose) == []


def formulas(prose):
    return [double or single for double, single in re.findall(r"\$\$(.+?)\$\$|\$([^$\n]+?)\$", prose, re.DOTALL)]


def slips(prose):
    """The formulas that cannot be converted."""
    return [formula for formula in formulas(prose) if mathml(formula, "inline").startswith("<code")]


def test_the_corrected_sheet_has_a_heading_for_every_topic_that_leads_to_its_notebook():
    headings = re.findall(r"^## \[(\d\d) .+\]\((.+)\)$", SHEET, re.MULTILINE)
    assert [int(topic) for topic, _ in headings] == sorted({row.notebook for row in statements()})
    assert all(link.startswith(topic) for topic, link in headings)


def test_every_link_of_the_corrected_sheet_leads_to_a_notebook():
    links = re.findall(r"\]\(([^)\s]+)\)", SHEET)
    assert [link for link in links if not (runner.NOTEBOOKS / link).is_file()] == []


def test_every_formula_of_the_corrected_sheet_becomes_mathml():
    assert SHEET.count("$") == 2 * len(formulas(SHEET)) > 200 and slips(SHEET) == []


@pytest.mark.skipif(not BROWSER, reason="no Chromium found to print with")
def test_the_corrected_sheet_prints_on_two_sides_of_a4(tmp_path):
    source, pages, pdf = tmp_path / "source", tmp_path / "pages", tmp_path / "sheet.pdf"
    source.mkdir()
    (source / "sheet.md").write_text(SHEET, encoding="utf-8")
    sphinx = [sys.executable, "-m", "sphinx", "-q", "-D", "root_doc=sheet", "-c", Path(book.__file__).parent]
    subprocess.run([*sphinx, source, pages], check=True, capture_output=True)  # warns of notebooks that are not there
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={tmp_path}"]
    chromium = [BROWSER, *options, f"--print-to-pdf={pdf}", (pages / "sheet.html").as_uri()]
    subprocess.run(chromium, check=True, capture_output=True, timeout=120)
    boxes = re.findall(rb"/MediaBox \[([\d. ]+)\]", pdf.read_bytes())
    assert [[float(side) for side in box.split()] for box in boxes] == [
        pytest.approx([0, 0, 595.28, 841.89], abs=1)
    ] * 2


def test_a_cell_with_a_magic_does_not_stop_the_book(notebook):
    notebook.cells[1]["source"] = "%matplotlib inline\n" + SETTLE
    assert evidence(notebook, "metrics.specificity") == notebook.cells[1].source


@pytest.mark.parametrize("formula", (r"\R x", r"\frac{a}{"))
def test_a_formula_with_a_slip_is_shown_as_it_stands(formula):
    assert mathml(formula, "inline") == f'<code class="slip">{formula}</code>'
