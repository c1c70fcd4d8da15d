"""The figures that more than one notebook draws, and the style of all of them.

Importing this module sets the style: lines that differ in grey too, no frame where it says nothing.
"""

import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler

plt.rcParams.update(
    {
        "figure.figsize": (6.4, 3.6),
        "figure.dpi": 90,
        "figure.constrained_layout.use": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlelocation": "left",
        "axes.titlesize": 11,
        "axes.prop_cycle": cycler(color=["#1b4f72", "#d35400", "#7f8c8d", "#17a589", "#8e44ad"])
        + cycler(linestyle=["-", "--", ":", "-.", (0, (5, 1, 1, 1, 1, 1))]),
        "image.cmap": "gray_r",
        "svg.hashsalt": "dlsheet",
    }
)


def label_line(ax, line, text, va="center"):
    """Write `text` behind the last point of a line, in the line's colour; va as in matplotlib's text."""
    x, y = line.get_data()
    ax.annotate(
        text, (x[-1], y[-1]), xytext=(5, 0), textcoords="offset points", va=va, color=line.get_color(), fontsize=9
    )


def learning_curve(run, title):
    """Loss and accuracy of a training.Run, epoch by epoch, on the training and the validation data.

    A vertical line marks the epoch whose model was kept.
    """
    epochs = np.arange(1, len(run.history["loss"]) + 1)
    fig, axes = plt.subplots(1, 2, figsize=(8, 3.2))
    for ax, measure in zip(axes, ("loss", "accuracy")):
        training, validation = run.history[measure], run.history[f"val_{measure}"]
        above = training[-1] > validation[-1]
        for values, text, va in (
            (training, "training", "bottom" if above else "top"),
            (validation, "validation", "top" if above else "bottom"),
        ):
            (line,) = ax.plot(epochs, values, marker=".")
            label_line(ax, line, text, va)
        ax.axvline(run.best_epoch + 1, color="0.7", lw=1)
        ax.set(xlabel="epoch", ylabel=measure)
        ax.xaxis.get_major_locator().set_params(integer=True)
    axes[0].annotate(" kept", (run.best_epoch + 1, axes[0].get_ylim()[1]), va="top", color="0.4", fontsize=9)
    fig.suptitle(title, ha="left", x=0.02, fontsize=11)
    plt.show()


def confusion_matrix(matrix, class_names, title):
    """A confusion matrix as shares of each true class, counts written into the cells where they fit."""
    share = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    k = len(class_names)
    fig, ax = plt.subplots(figsize=(2.2 + 0.36 * k, 1.9 + 0.34 * k))
    ax.imshow(share, vmin=0, vmax=1)
    ax.set_xticks(range(k), class_names, rotation=90 if k > 4 else 0)
    ax.set_yticks(range(k), class_names)
    ax.set(xlabel="predicted", ylabel="true", title=title)
    for i, j in np.ndindex(k, k):
        if matrix[i, j]:
            ax.text(
                j, i, matrix[i, j], ha="center", va="center", fontsize=8, color="white" if share[i, j] > 0.5 else "0.2"
            )
    plt.show()


def image_grid(images, titles=None):
    """Images side by side, eight in a row, grey or in colour, values 0 to 1.

    images: (n, height, width), (n, height, width, 1) or (n, height, width, 3). titles: n texts, or None.
    """
    images = np.asarray(images)
    columns = min(8, len(images))
    rows = -(-len(images) // columns)
    _, axes = plt.subplots(rows, columns, figsize=(1.1 * columns, 1.25 * rows), squeeze=False)
    for i, ax in enumerate(axes.flat):
        ax.axis("off")
        if i < len(images):
            ax.imshow(
                np.clip(images[i].squeeze(), 0, 1), vmin=0, vmax=1, cmap="gray_r" if images[i].shape[-1] != 3 else None
            )
            if titles is not None:
                ax.set_title(titles[i], fontsize=8, loc="center")
    plt.show()
