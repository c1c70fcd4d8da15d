"""Sphinx's settings for the book."""

project = "The deep-learning cheat sheet that runs"
html_title = "dlsheet"
extensions = ["myst_nb", "dlsheet.course.book.mathml"]
nb_execution_mode = "off"  # they have been executed
nb_render_markdown_format = "myst"  # so that formulas in a table of verdicts are formulas
myst_enable_extensions = ["dollarmath"]
myst_dmath_double_inline = True
smartquotes = False
html_math_renderer = "mathml"
html_theme = "furo"
html_favicon = "static/icon.svg"
html_static_path = ["static"]
html_css_files = ["book.css"]
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
