"""Exercises of notebook 16, transfer learning."""

import numpy as np

from dlsheet.exercises.engine import exercise


def ranges():
    """(images, low, high): the ranges of several networks, then random ones."""
    rng = np.random.default_rng(16)
    yield from [(np.array([0.0, 0.25, 1.0]), -1.0, 1.0), (np.array([0.0, 0.5]), 0.0, 255.0)]
    yield from ((rng.random((2, 3)).round(2), *np.sort(rng.normal(size=2)).round(1)) for _ in range(10))


@exercise(
    inputs=ranges,
    mistakes={
        "You multiplied by high. The range is high - low wide.": lambda images, low, high: images * high + low,
        "That is right for the range -1 to 1 only. Use low and high.": lambda images, low, high: 2 * images - 1,
        "You went the other way, from the base's range to [0, 1].": lambda images, low, high: (
            (images - low) / (high - low)
        ),
        "The width is right; now 0 must become low: a shift is missing.": lambda images, low, high: (
            images * (high - low)
        ),
        "0 must become low and 1 high. You turned the brightness round.": lambda images, low, high: (
            high - images * (high - low)
        ),
    },
    hints=["A straight line: what is its value at 0, and what its slope?", "The slope is the width of the new range."],
    why="A base that gets other pixels than it was trained on gives worse features, and no error message.",
)
def to_base_range(images, low, high):
    return low + (high - low) * images


def convolutions():
    """(kernel, channels_in, channels_out): typical ones, then random ones."""
    rng = np.random.default_rng(17)
    yield from [(3, 32, 64), (3, 512, 512), (1, 4, 4), (5, 3, 8)]
    yield from (tuple(int(n) for n in rng.integers(2, 40, 3)) for _ in range(20))


@exercise(
    inputs=convolutions,
    mistakes={
        "You left out the pointwise convolution, which mixes the channels.": lambda kernel, channels_in, channels_out: (
            channels_out
        ),
        "You left out the depthwise convolution.": lambda kernel, channels_in, channels_out: kernel**2,
        "That is the inverse: the share that is left. Asked is how many times fewer.": (
            lambda kernel, channels_in, channels_out: 1 / channels_out + 1 / kernel**2
        ),
        "A kernel has rows and columns: its size comes in squared.": lambda kernel, channels_in, channels_out: (
            kernel * channels_out / (kernel + channels_out)
        ),
        "The depthwise convolution has one kernel for each channel that comes in, not for each that goes out.": (
            lambda kernel, channels_in, channels_out: kernel**2 * channels_in / (kernel**2 + channels_in)
        ),
    },
    hints=[
        "For one pixel that comes out, an ordinary convolution needs kernel² · channels_in · channels_out.",
        "Depthwise: kernel² for each channel in. Pointwise: channels_in for each channel out.",
        "Divide the first by the sum of the other two.",
    ],
    why="With 3 × 3 kernels and many channels it comes close to 9: that is why MobileNet runs on a telephone.",
)
def separable_saving(kernel, channels_in, channels_out):
    ordinary = kernel**2 * channels_in * channels_out
    return ordinary / (kernel**2 * channels_in + channels_in * channels_out)


def layer_lists():
    """(names, first): blocks of a convolution, its batch normalization and an activation."""
    names = [f"{kind}{end}" for kind in ("conv1", "dw_1", "pw_1", "dw_2") for end in ("", "_bn", "_relu")]
    yield from [(names[:3], "conv1"), (names[:3], None), (names[:3], "conv1_bn")]
    yield from ((names, first) for first in ("dw_1", "pw_1_bn", "dw_2", "dw_2_relu", "conv1", None))


def learning(names, first, behind=0, norm=False):
    """The exercise's answer, or one of its mistakes."""
    start = len(names) if first is None else names.index(first) + behind
    return [i >= start and (norm or not name.endswith("_bn")) for i, name in enumerate(names)]


@exercise(
    inputs=layer_lists,
    mistakes={
        "Batch normalization learns in your list. It shall never do so.": lambda names, first: learning(
            names, first, norm=True
        ),
        "The layer called first learns too; you began behind it.": lambda names, first: learning(
            names, first, behind=1
        ),
        "You turned it round: the layers in front of first are those that stay frozen.": lambda names, first: [
            not name.endswith("_bn") and (first is None or i < names.index(first)) for i, name in enumerate(names)
        ],
        "With first=None nothing learns. You let everything learn.": lambda names, first: learning(
            names, names[0] if first is None else first
        ),
        "Only the layer called first learns in your list. All behind it do, too.": lambda names, first: [
            name == first and not name.endswith("_bn") for name in names
        ],
    },
    hints=[
        "Where in the list is first? names.index(first) tells it, except for None.",
        "A layer learns if its place is not before that one and its name does not end in _bn.",
    ],
    why="A batch norm that learns from few images forgets the statistics of the millions that the base has seen.",
)
def what_learns(names, first):
    start = len(names) if first is None else names.index(first)
    return [i >= start and not name.endswith("_bn") for i, name in enumerate(names)]


def heads():
    """(weights, bias, mean, std): small, then random ones."""
    yield np.array([[2.0]]), np.array([1.0]), np.array([3.0]), np.array([4.0])
    rng = np.random.default_rng(18)
    for features, classes in [(2, 2), (3, 2), (4, 3)]:
        weights, bias = rng.normal(size=(features, classes)).round(2), rng.normal(size=classes).round(2)
        yield weights, bias, rng.normal(size=features).round(2), rng.uniform(0.5, 3, features).round(2)


@exercise(
    inputs=heads,
    mistakes={
        "The bias has to change as well: the mean moves every feature.": lambda weights, bias, mean, std: (
            weights / std[:, None],
            bias,
        ),
        "You multiplied by std. The features were divided by it.": lambda weights, bias, mean, std: (
            weights * std[:, None],
            bias - mean @ (weights * std[:, None]),
        ),
        "The mean is subtracted from the features; in your bias it is added.": lambda weights, bias, mean, std: (
            weights / std[:, None],
            bias + mean @ (weights / std[:, None]),
        ),
        "In the bias the mean meets the old weights. It is divided by std as well.": lambda weights, bias, mean, std: (
            weights / std[:, None],
            bias - mean @ weights,
        ),
        "Only the mean is taken care of. The division by std is missing.": lambda weights, bias, mean, std: (
            weights,
            bias - mean @ weights,
        ),
    },
    hints=[
        "Write out weights · (x - mean) / std + bias and sort: what stands at x, what stands alone?",
        "Each row of weights belongs to a feature, and is divided by that feature's std.",
        "The new bias is the old one less mean @ new weights.",
    ],
    why="So a head fitted by scikit-learn on standardised features becomes a Dense layer, with none before it.",
)
def fold_scaling(weights, bias, mean, std):
    new_weights = weights / std[:, np.newaxis]
    return new_weights, bias - mean @ new_weights


def labelled():
    """(labels, order, n): small and unequal classes, then random ones."""
    yield np.array([0, 0, 1, 1, 1, 0]), np.array([4, 1, 5, 3, 0, 2]), 1
    yield np.array([0, 1, 1, 1, 1]), np.array([3, 4, 0, 1, 2]), 2
    rng = np.random.default_rng(19)
    for m in (8, 12, 20):
        yield rng.integers(0, 3, m), rng.permutation(m), 2


def firsts(labels, order, n):
    """Of each class the n rows that come first in order, sorted."""
    return sorted(int(row) for k in np.unique(labels) for row in order[labels[order] == k][:n])


@exercise(
    inputs=labelled,
    mistakes={
        "You took the first rows of the shuffle whatever their class. Some classes get more than others.": (
            lambda labels, order, n: sorted(order[: n * len(np.unique(labels))].tolist())
        ),
        "You took the first rows of each class as they lie. Follow order, or every draw is the same.": (
            lambda labels, order, n: firsts(labels, np.arange(len(labels)), n)
        ),
        "Those are places in order. Return the rows that stand there.": lambda labels, order, n: sorted(
            int(place) for k in np.unique(labels) for place in np.flatnonzero(labels[order] == k)[:n]
        ),
        "You shuffled the rows, but not the labels along with them: use labels[order].": lambda labels, order, n: (
            sorted(int(row) for k in np.unique(labels) for row in order[labels == k][:n])
        ),
        "Those are the rows that are left over.": lambda labels, order, n: sorted(
            set(range(len(labels))) - set(firsts(labels, order, n))
        ),
    },
    hints=[
        "labels[order] are the labels in the order of the shuffle.",
        "For each class: order[labels[order] == k] are its rows, shuffled. Take the first n.",
        "Put the classes' rows together and sort them.",
    ],
    why="With five labels a class, which five they are decides as much as the method: draw several times, fairly.",
)
def few_labels(labels, order, n):
    rows = []
    for k in np.unique(labels):
        rows += order[labels[order] == k][:n].tolist()
    return sorted(rows)
