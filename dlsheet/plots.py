"""The figures that more than one notebook draws, and the style of all of them.

Importing this module sets the style: lines that differ in grey too, no frame where it says nothing. A name that is
drawn keeps its colour in all figures of a notebook. In Jupyter a figure's text form says what it shows, for readers
who cannot see it: its titles and axes.
"""

from contextlib import contextmanager

import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from matplotlib.figure import Figure

# No grey: course/figures.py tells data from text by colour.
COLOURS = ["#1b4f72", "#d35400", "#17a589", "#8e44ad", "#b7950b", "#c0392b", "#5dade2", "#6e2c00"]
DASHES = ["-", "--", ":", "-.", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)), (0, (1, 1)), (0, (3, 1, 1, 1))]

plt.rcParams.update(
    {
        "figure.figsize": (6.4, 3.6),
        "figure.dpi": 90,
        "figure.constrained_layout.use": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlelocation": "left",
        "axes.titlesize": 11,
        "axes.prop_cycle": cycler(color=COLOURS) + cycler(linestyle=DASHES),
        "image.cmap": "gray_r",
        "svg.hashsalt": "dlsheet",
    }
)

_numbers = {}  # of the names drawn so far, in this process


def style(name):
    """The colour and the line style of what has this name: the same in all figures of a notebook."""
    number = _numbers.setdefault(name, len(_numbers))
    return {"color": COLOURS[number % len(COLOURS)], "linestyle": DASHES[number % len(DASHES)]}


def alt_text(figure):
    """A figure in words: its title, and of each panel the title and what is drawn against what."""
    title = figure.get_suptitle()
    panels = []
    for ax in figure.axes:
        axes = " against ".join(filter(None, [ax.get_ylabel(), ax.get_xlabel()])) if ax.axison else ""
        words = (": " if title else ". ").join(filter(None, [ax.get_title(loc="left") or ax.get_title(), axes]))
        if words and words not in panels:
            panels.append(words)
    return ". ".join(filter(None, ["Figure", title, *panels])) + "."


# What IPython shows as a figure's text. It forgets formatters of its own for figures when it starts matplotlib.
Figure._repr_pretty_ = lambda figure, printer, cycle: printer.text(alt_text(figure))


def panels(count, title, width=3.2, height=3.0, **options):
    """A row of `count` axes under one title; width and height of each in inches; options as in plt.subplots.

    Returns the axes. End the cell with plt.show().
    """
    figure, axes = plt.subplots(1, count, figsize=(width * count, height), **options)
    figure.suptitle(title, ha="left", x=0.02, fontsize=11)
    return axes


def lines(x, curves, title="", xlabel="", ylabel="", ax=None, **options):
    """One line for each name, labelled where it ends; with a band from the lowest to the highest over several runs.

    x: (n,). curves: {name: (n,), or (runs, n), of which the line is the mean}.
    ax: axes to draw into, from `panels`; by default a figure of its own, which is shown. options: as in Axes.set.
    """
    with _axes(ax, title=title, xlabel=xlabel, ylabel=ylabel, **options) as ax:
        ends = []
        for name, values in curves.items():
            runs = np.atleast_2d(values)
            (line,) = ax.plot(x, runs.mean(axis=0), **style(name))
            if len(runs) > 1:
                ax.fill_between(x, runs.min(axis=0), runs.max(axis=0), color=line.get_color(), alpha=0.15, lw=0)
            ends.append(line)
        label_ends(ax, ends, list(curves))


def dots(arms, title="", xlabel="", ax=None, **options):
    """A row for each arm: a dot for every run and a stroke at the mean, with its 95% interval where that is known.

    arms: {name: (runs,)}, or a record of experiments.recorded, which knows the intervals. ax, options: as in `lines`.
    """
    height = 0.9 + 0.42 * len(list(arms))
    with _axes(ax, (6.4, height), title=title, xlabel=xlabel, **options) as ax:
        for row, name in enumerate(arms):
            values, colour = np.ravel(arms[name]), style(name)["color"]
            ax.plot(values, np.full(len(values), row), "o", color=colour, alpha=0.35, ms=5, mew=0)
            if hasattr(arms, "interval"):
                ax.plot(arms.interval(name), [row, row], color=colour, lw=2, ls="-")
            ax.plot(values.mean(), row, "|", color=colour, ms=14, mew=2)
        ax.set_yticks(range(len(list(arms))), list(arms))
        ax.set_ylim(len(list(arms)) - 0.5, -0.5)


def bars(values, title="", xlabel="", number="{:.2f}", ax=None, **options):
    """A horizontal bar for each name, its value written behind it.

    values: {name: number}. number: how the value is written. ax, options: as in `lines`.
    """
    with _axes(ax, (6.4, 0.9 + 0.36 * len(values)), title=title, xlabel=xlabel, **options) as ax:
        drawn = ax.barh(
            list(values), list(values.values()), color=[style(name)["color"] for name in values], height=0.6
        )
        ax.bar_label(drawn, [" " + number.format(value) for value in values.values()], fontsize=9)
        ax.invert_yaxis()
        ax.margins(x=0.12)


@contextmanager
def _axes(ax, size=None, **settings):
    """The axes given, or those of a new figure, which is shown at the end; the settings as in Axes.set."""
    own = ax is None
    if own:
        _, ax = plt.subplots(figsize=size)
    ax.set(**settings)  # first, so that what is drawn finds the limits and scales
    yield ax
    if own:
        plt.show()


def label_line(ax, line, text, va="center", shift=0):
    """Write `text` behind the last point of a line, in its colour, `shift` points above; va as in matplotlib's text."""
    x, y = line.get_data()
    ax.annotate(
        text, (x[-1], y[-1]), xytext=(5, shift), textcoords="offset points", va=va, color=line.get_color(), fontsize=9
    )


def label_ends(ax, drawn, texts, apart=11):
    """Write each text behind the end of its line, or lower, where the one above would cover it; `apart` in points."""
    ax.autoscale_view()  # matplotlib puts it off until the figure is drawn
    ends = np.array([ax.transData.transform((line.get_xdata()[-1], line.get_ydata()[-1])) for line in drawn])
    heights = ends[:, 1] * 72 / ax.figure.dpi
    next_free = np.inf
    for i in np.argsort(-heights):
        place = min(heights[i], next_free)
        next_free = place - apart
        label_line(ax, drawn[i], texts[i], shift=place - heights[i])


def learning_curve(run, title):
    """Loss and accuracy of a training.Run, epoch by epoch, on the training and the validation data.

    A vertical line marks the epoch whose model was kept.
    """
    epochs = np.arange(1, len(run.history["loss"]) + 1)
    axes = panels(2, title, width=4, height=3.2)
    for ax, measure in zip(axes, ("loss", "accuracy")):
        drawn = [ax.plot(epochs, run.history[name], marker=".")[0] for name in (measure, f"val_{measure}")]
        label_ends(ax, drawn, ["training", "validation"])
        ax.axvline(run.best_epoch + 1, color="0.7", lw=1)
        ax.set(xlabel="epoch", ylabel=measure)
        ax.xaxis.get_major_locator().set_params(integer=True)
    axes[0].annotate(" kept", (run.best_epoch + 1, axes[0].get_ylim()[1]), va="top", color="0.4", fontsize=9)
    plt.show()


def confusion_matrix(matrix, class_names, title):
    """A confusion matrix as shares of each true class, with the counts; above ten classes the zeros are left out."""
    share = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    k = len(class_names)
    fig, ax = plt.subplots(figsize=(2.2 + 0.36 * k, 1.9 + 0.34 * k))
    ax.imshow(share, vmin=0, vmax=1)
    ax.set_xticks(range(k), class_names, rotation=90 if k > 4 else 0)
    ax.set_yticks(range(k), class_names)
    ax.set(xlabel="predicted", ylabel="true", title=title)
    for i, j in np.ndindex(k, k):
        if matrix[i, j] or k <= 10:
            ax.text(
                j, i, matrix[i, j], ha="center", va="center", fontsize=8, color="white" if share[i, j] > 0.5 else "0.2"
            )
    plt.show()


def image_grid(images, titles=None, title=""):
    """Images side by side, eight in a row, grey or in colour, values 0 to 1.

    images: (n, height, width), (n, height, width, 1) or (n, height, width, 3). titles: n texts, or None.
    title: of the whole.
    """
    images = np.asarray(images)
    columns = min(8, len(images))
    rows = -(-len(images) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(1.1 * columns, 1.25 * rows), squeeze=False)
    if title:
        figure.suptitle(title, ha="left", x=0.02, fontsize=11)
    for i, ax in enumerate(axes.flat):
        ax.axis("off")
        if i < len(images):
            ax.imshow(
                np.clip(images[i].squeeze(), 0, 1), vmin=0, vmax=1, cmap="gray_r" if images[i].shape[-1] != 3 else None
            )
            if titles is not None:
                ax.set_title(titles[i], fontsize=8, loc="center")
    plt.show()
