"""Figures that notebooks draw again are compared with the stored ones: what passes, and what does not."""

import base64
import io

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_output
from test_notebooks import EVALUATION_METRICS, nbval

from dlsheet import plots
from dlsheet.course import figures
from dlsheet.course.figures import compare, difference

STEPS = np.arange(20)


def drawn(curves=(STEPS, STEPS[::-1] ** 1.5), title="Two lines cross", size=(5, 3), font="DejaVu Sans", blank=False):
    """A PNG of a figure, as a notebook's output has it."""
    with plt.rc_context({"font.family": font}):
        fig, ax = plt.subplots(figsize=size)
        if not blank:
            for curve in curves:
                ax.plot(STEPS, curve)
            ax.set(title=title, xlabel="step", ylabel="cost")
        file = io.BytesIO()
        fig.savefig(file, dpi=90, bbox_inches="tight")
        plt.close(fig)
    return file.getvalue()


def test_a_figure_is_like_itself():
    assert difference(drawn(), drawn()) == 0


@pytest.mark.parametrize("font", ("DejaVu Serif", "STIXGeneral", "cmr10"))
def test_another_font_passes(font):
    assert difference(drawn(), drawn(font=font)) < 1


def test_another_size_by_a_few_pixels_passes():
    assert difference(drawn(), drawn(size=(5.05, 3.03))) < 1


@pytest.mark.parametrize(
    "other",
    [
        {"blank": True},
        {"curves": (STEPS,)},
        {"curves": (STEPS, STEPS[::-1] ** 1.5, STEPS**1.3)},
        {"curves": (STEPS[::-1], STEPS[::-1] ** 1.5)},
        {"curves": (STEPS[::-1] ** 1.5, STEPS)},  # colours exchanged
    ],
    ids=["blank", "a line less", "a line more", "other data", "other colours"],
)
def test_a_figure_that_shows_something_else_does_not_pass(other):
    assert difference(drawn(), drawn(**other)) > 1
    assert difference(drawn(**other), drawn()) > 1


def test_a_blank_picture_is_unlike_any():
    fig = plt.figure()
    file = io.BytesIO()
    fig.savefig(file)
    plt.close(fig)
    assert difference(drawn(), file.getvalue()) > 1
    assert difference(file.getvalue(), file.getvalue()) == 0


def test_a_missing_figure_is_named_with_notebook_and_cell():
    with pytest.raises(pytest.fail.Exception, match="07_x.ipynb, cell 3: 0 figures were drawn, 1 are stored"):
        compare("07_x.ipynb", 3, [drawn()], [])


def test_a_different_figure_is_named_and_both_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(figures, "DIFFERENT", tmp_path)
    with pytest.raises(pytest.fail.Exception, match="07_x.ipynb, cell 3, figure 1 looks different"):
        compare("07_x.ipynb", 3, [drawn()], [drawn(blank=True)])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["07_x_cell3_1_made.png", "07_x_cell3_1_stored.png"]


def test_nbval_fails_on_a_notebook_that_stores_another_figure(tmp_path):
    notebook = nbformat.read(EVALUATION_METRICS, as_version=4)
    for cell in notebook.cells:
        if "main-figure" in cell.metadata.get("tags", ()):
            picture = base64.b64encode(drawn(blank=True)).decode()
            data = cell.outputs[0].data | {"image/png": picture}
            cell.outputs = [new_output("display_data", data=data, metadata=cell.outputs[0].metadata)]
    nbformat.write(notebook, tmp_path / "01_blank.ipynb")
    status, output = nbval(tmp_path / "01_blank.ipynb")
    assert status == 1 and "1 failed" in output and "01_blank.ipynb, cell" in output and "looks different" in output


def test_a_figure_says_in_words_what_it_shows():
    axes = plots.panels(2, "What was found")
    axes[0].set(title="left", xlabel="step", ylabel="cost")
    axes[1].imshow(np.eye(2))
    axes[1].axis("off")
    words = plots.alt_text(plt.gcf())
    plt.close()
    assert words == "Figure. What was found. left: cost against step."
