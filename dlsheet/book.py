"""The page that `python -m dlsheet run` leaves: every executed notebook as HTML, and an index of them.

Formulas become MathML, which browsers draw by themselves: the pages need no network and no JavaScript.
"""

import re
from html import escape

from jinja2 import pass_context
from latex2mathml.converter import convert as to_mathml
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments.formatters import HtmlFormatter

from dlsheet.ledger import statements
from dlsheet.runner import ROOT

BOOK = ROOT / "build" / "book"

STYLE = """
:root { color-scheme: light dark; --ink: #222; --paper: #fff; --soft: #f5f6f7; --line: #d8dcdf; --link: #1b4f72; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #ddd; --paper: #16181a; --soft: #22262a; --line: #3a4046; --link: #7fb3d5; }
  img { background: #fff; }
}
* { box-sizing: border-box; }
body { max-width: 58rem; margin: 0 auto; padding: 1rem; font: 17px/1.55 system-ui, sans-serif;
  color: var(--ink); background: var(--paper); }
a { color: var(--link); }
a.anchor-link, .jp-InputPrompt, .jp-OutputPrompt, .prompt, .jp-Collapser { display: none; }
h1, h2, h3 { line-height: 1.25; margin: 1.6em 0 .5em; }
h1 { margin-top: .6em; }
pre { padding: .6rem .8rem; overflow-x: auto; font-size: 13.5px; line-height: 1.4; margin: .4rem 0; }
.output_wrapper pre { white-space: pre-wrap; }
.highlight pre { background: var(--soft); border-left: 3px solid var(--link); color: var(--ink); }
code { font-size: .9em; }
blockquote { margin: 1rem 0; padding: .1rem 1rem; background: var(--soft); border-left: 4px solid #d35400; }
table { border-collapse: collapse; display: block; overflow-x: auto; font-size: 15px; margin: 1rem 0; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
img { max-width: 100%; height: auto; }
math { font-size: 1.08em; }
.formula { display: block; overflow-x: auto; padding: .6rem 0; }
.topics { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 1rem; padding: 0; }
.topics li { list-style: none; border: 1px solid var(--line); border-radius: 6px; overflow: hidden; }
.topics a { display: block; text-decoration: none; height: 100%; }
.topics img { width: 100%; height: 9rem; object-fit: contain; background: #fff; display: block; }
.topics div { padding: .6rem .8rem; }
.failed { color: #c0392b; font-weight: bold; }
small { color: #777; }
"""


class MathMLRenderer(IPythonRenderer):
    """nbconvert's Markdown renderer, with formulas as MathML."""

    def block_math(self, body):
        return f'<span class="formula">{self.inline_math(body, display="block")}</span>'

    def inline_math(self, body, display="inline"):
        try:
            mathml = to_mathml(body.strip(), display=display)
        except Exception:  # latex2mathml has many for a formula with a slip in it
            return f'<code class="failed">{escape(body)}</code>'
        # Without the namespace, which HTML does not need and which nbconvert's headings would spell out.
        return mathml.replace(' xmlns="http://www.w3.org/1998/Math/MathML"', "")


class PageExporter(HTMLExporter):
    """nbconvert's HTML exporter for the inside of a page."""

    template_name = "basic"

    @pass_context
    def markdown2html(self, context, source):
        html = MarkdownWithMath(renderer=MathMLRenderer(escape=False)).render(source)
        return re.sub(r'href="(\d\d_\w+)\.ipynb', r'href="\1.html', html)


def write_book(results):
    """Write the pages of these results and the index over all of them. Returns the index's path."""
    BOOK.mkdir(parents=True, exist_ok=True)
    exporter = PageExporter()
    for result in results:
        body, _ = exporter.from_notebook_node(result.notebook)
        html = page(result.title, f'<p><a href="index.html">← All topics</a></p>{body}')
        (BOOK / f"{result.path.stem}.html").write_text(html, encoding="utf-8")
    index = BOOK / "index.html"
    index.write_text(page("The deep-learning cheat sheet that runs", index_body(results)), encoding="utf-8")
    return index


def page(title, body):
    """A whole HTML page."""
    pygments = HtmlFormatter(style="friendly", nobackground=True).get_style_defs(".highlight")
    dark = HtmlFormatter(style="github-dark", nobackground=True).get_style_defs(".highlight")
    style = f"{pygments}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n{STYLE}"
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}</style></head><body>{body}</body></html>\n"
    )


def index_body(results):
    """The index: what was run, and a card with the main picture for each notebook."""
    settled = set().union(*(result.settled for result in results))
    cards = "".join(card(result) for result in results)
    return (
        "<h1>The deep-learning cheat sheet that runs</h1>"
        f"<p>{len(results)} notebooks executed, {len(settled)} of {len(statements())} statements settled.</p>"
        f'<ul class="topics">{cards}</ul>'
    )


def card(result):
    """A notebook on the index."""
    picture = main_picture(result.notebook)
    image = f'<img alt="" src="data:image/png;base64,{picture}">' if picture else ""
    failed = f'<p class="failed">{escape(result.error)}</p>' if result.error else ""
    return (
        f'<li><a href="{result.path.stem}.html">{image}<div><b>{result.path.name[:2]} {escape(result.title)}</b><br>'
        f"{escape(result.main_figure)}<br><small>{len(result.settled)} settled, {result.seconds:.1f} s</small>"
        f"{failed}</div></a></li>"
    )


def main_picture(notebook):
    """The picture, as base64, of the cell that prints the main figure; of the first cell with one when none does."""
    pictures = []
    for cell in notebook.cells:
        outputs = cell.get("outputs", [])
        found = [output.data["image/png"] for output in outputs if "image/png" in output.get("data", {})]
        pictures += found
        if found and any("Main figure:" in output.get("text", "") for output in outputs):
            return found[0]
    return pictures[0] if pictures else None
