"""The vocabulary of figures: what is drawn, and that names keep their colours."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from dlsheet import plots


@pytest.fixture
def ax(monkeypatch):
    monkeypatch.setattr(plots, "_numbers", {})
    _, ax = plt.subplots()
    yield ax
    plt.close()


def test_a_name_keeps_its_colour_and_others_differ(ax):
    assert plots.style("SGD") == plots.style("SGD")
    styles = [tuple(map(str, plots.style(name).values())) for name in "abcdefgh"]
    assert len(set(styles)) == 8


def test_lines_have_a_band_where_there_are_several_runs_and_their_names_at_their_ends(ax):
    runs = np.array([[1.0, 2, 3], [2, 3, 4]])
    plots.lines([0, 1, 2], {"a": runs, "b": [5, 5, 5]}, title="t", xlabel="x", ylabel="y", ax=ax)
    assert [list(line.get_ydata()) for line in ax.lines] == [[1.5, 2.5, 3.5], [5, 5, 5]]
    assert len(ax.collections) == 1
    assert {text.get_text() for text in ax.texts} == {"a", "b"}
    assert (ax.get_title(loc="left"), ax.get_xlabel(), ax.get_ylabel()) == ("t", "x", "y")


def test_names_of_lines_that_end_together_do_not_cover_one_another(ax):
    plots.lines([0, 1], {name: [0, 0.5] for name in "abcd"} | {"e": [0, 1]}, ax=ax)
    ax.figure.canvas.draw()
    heights = sorted(text.get_window_extent().y0 for text in ax.texts)
    assert np.diff(heights).min() > 8


def test_a_name_stands_at_the_height_of_its_line_where_there_is_room(ax):
    plots.lines([0, 1], {"low": [0, 100], "high": [0, 300]}, ax=ax)
    ax.figure.canvas.draw()
    for text, line in zip(ax.texts, reversed(ax.lines)):  # from the top down
        box = text.get_window_extent()
        _, height = ax.transData.transform((1, line.get_ydata()[-1]))
        assert abs((box.y0 + box.y1) / 2 - height) < 3


def test_dots_show_every_run_and_the_interval_of_a_record(ax):
    class Record(dict):
        def interval(self, arm):
            return 1.2, 2.8

    plots.dots(Record(a=[1.0, 2, 3], b=[2.0, 2, 2]), xlabel="accuracy", ax=ax)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"]
    drawn = [list(line.get_xdata()) for line in ax.lines]
    assert [1, 2, 3] in drawn and [1.2, 2.8] in drawn and [2] in drawn


def test_dots_of_plain_numbers_need_no_record(ax):
    plots.dots({"a": [1.0, 2, 3]}, ax=ax)
    assert len(ax.lines) == 2  # the runs and their mean


def test_bars_carry_their_values(ax):
    plots.bars({"guessing": 0.054, "SimpleRNN": 0.675}, number="≈ {:.2f}", ax=ax)
    assert [text.get_text().strip() for text in ax.texts] == ["≈ 0.05", "≈ 0.68"]
    assert [bar.get_width() for bar in ax.patches] == [0.054, 0.675]


def test_without_axes_a_figure_is_drawn_and_shown(ax, monkeypatch):
    shown = []
    monkeypatch.setattr(plt, "show", lambda: shown.append(plt.gcf().axes[0].get_title(loc="left")))
    plots.bars({"a": 1}, title="found")
    assert shown == ["found"]


def test_small_confusion_matrices_show_their_zeros(ax, monkeypatch):
    texts = []
    monkeypatch.setattr(plt, "show", lambda: texts.extend(text.get_text() for text in plt.gcf().axes[0].texts))
    plots.confusion_matrix(np.array([[3, 0], [0, 2]]), ["a", "b"], "t")
    assert texts == ["3", "0", "0", "2"]
