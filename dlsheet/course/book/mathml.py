"""A Sphinx extension: formulas as MathML, which browsers draw by themselves, without a script, a font or a network."""

from html import escape

from docutils import nodes
from latex2mathml.converter import convert


def mathml(formula, display):
    """The formula in MathML, or as it stands if latex2mathml cannot read it."""
    try:
        written = convert(formula.strip(), display=display)
    except Exception:  # latex2mathml has many for a formula with a slip in it
        return _as_it_stands(formula)
    return _as_it_stands(formula) if "\\" in written else written  # a command that it does not know is left in


def _as_it_stands(formula):
    return f'<code class="slip">{escape(formula)}</code>'


def inline(writer, node):
    writer.body.append(mathml(node.astext(), "inline"))
    raise nodes.SkipNode


def block(writer, node):
    writer.body.append(f'<div class="formula">{mathml(node.astext(), "block")}</div>')
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
