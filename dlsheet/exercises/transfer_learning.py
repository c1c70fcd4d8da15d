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
        "You divided with //, which drops what is behind the decimal point. Divide with /.": (
            lambda kernel, channels_in, channels_out: (
                (kernel**2 * channels_in * channels_out) // (kernel**2 * channels_in + channels_in * channels_out)
            )
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
    """(names, first): blocks of a convolution, its batch normalisation and an activation."""
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
        "Batch normalisation learns in your list. It should never do so.": lambda names, first: learning(
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
    why="With trainable=False a batch norm keeps its weights and its moving averages. Try out what may learn.",
)
def what_learns(names, first):
    start = len(names) if first is None else names.index(first)
    return [i >= start and not name.endswith("_bn") for i, name in enumerate(names)]


def labelled():
    """(labels, order, n): small and unequal classes, then random ones."""
    yield np.array([0, 0, 1, 1, 1, 0]), np.array([4, 1, 5, 3, 0, 2]), 1
    yield np.array([0, 1, 1, 1, 1]), np.array([3, 4, 0, 1, 2]), 2
    yield np.array([5, 7, 7, 5, 7, 5]), np.array([2, 5, 0, 3, 1, 4]), 1
    rng = np.random.default_rng(19)
    for m in (8, 12, 20):
        yield rng.integers(0, 3, m), rng.permutation(m), 2


def parts(labels, order, first, second):
    """Of each class the rows of these two slices, in order; each part sorted."""
    by_class = [order[labels[order] == k] for k in np.unique(labels)]
    return tuple(sorted(int(row) for rows in by_class for row in rows[part]) for part in (first, second))


@exercise(
    inputs=labelled,
    mistakes={
        "You took the first rows of the shuffle whatever their class. Some classes get more than others.": (
            lambda labels, order, n: tuple(
                sorted(part.tolist())
                for part in np.split(order, [n * len(np.unique(labels)), 2 * n * len(np.unique(labels))])[:2]
            )
        ),
        "You took the first rows of each class as they lie. Follow order, or every draw is the same.": (
            lambda labels, order, n: parts(labels, np.arange(len(labels)), slice(n), slice(n, 2 * n))
        ),
        "Those are places in order. Return the rows that stand there.": lambda labels, order, n: parts(
            labels[order], np.arange(len(labels)), slice(n), slice(n, 2 * n)
        ),
        "You shuffled the rows, but not the labels along with them: use labels[order].": lambda labels, order, n: tuple(
            sorted(int(row) for k in np.unique(labels) for row in order[labels == k][part])
            for part in (slice(n), slice(n, 2 * n))
        ),
        "Your second list holds the rows of the first again. Whoever validates on them measures what was learned by "
        "heart.": lambda labels, order, n: parts(labels, order, slice(n), slice(2 * n)),
        "All that is left over is too much to validate on: you have few labels there, too.": (
            lambda labels, order, n: parts(labels, order, slice(n), slice(n, None))
        ),
        "You drew once. Asked for is a second list, to validate on.": lambda labels, order, n: parts(
            labels, order, slice(n), slice(n)
        )[0],
        "The rows are the right ones, but not sorted. Sort both lists at the end.": lambda labels, order, n: tuple(
            [int(row) for k in np.unique(labels) for row in order[labels[order] == k][part]]
            for part in (slice(n), slice(n, 2 * n))
        ),
        "The two lists have changed places.": lambda labels, order, n: parts(labels, order, slice(n, 2 * n), slice(n)),
    },
    hints=[
        "labels[order] are the labels in the order of the shuffle.",
        "For each class: order[labels[order] == k] are its rows, shuffled. The first n train, and the next n?",
        "A slice beyond the end is no error: it holds what there is. Sort at the end.",
    ],
    why="Which few images have labels changes the accuracy: draw several times, and give every method the same draws.",
)
def few_labels(labels, order, n):
    train, validate = [], []
    for k in np.unique(labels):
        rows = order[labels[order] == k].tolist()
        train += rows[:n]
        validate += rows[n : 2 * n]
    return sorted(train), sorted(validate)


def pretrained():
    """(w, x, y, rate, strength, steps): one weight and one or two steps, no pull, then random ones."""
    yield np.array([2.0]), np.array([[1.0], [2.0]]), np.array([1.0, 0.0]), 0.1, 1.0, 1
    yield np.array([2.0]), np.array([[1.0], [2.0]]), np.array([1.0, 0.0]), 0.1, 1.0, 2
    yield np.array([1.0, -1.0]), np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0.0, 0.0]), 0.5, 0.0, 3
    rng = np.random.default_rng(18)
    for m, n in rng.integers([3, 1], [7, 4], (12, 2)):
        x, y, w = rng.normal(size=(m, n)).round(1), rng.normal(size=m).round(1), rng.normal(size=n).round(1)
        yield w, x, y, float(rng.choice([0.05, 0.1])), float(rng.choice([0.5, 2.0])), int(rng.integers(2, 6))


def pulled_to_the_last(w, x, y, rate, strength, steps):
    """A mistake: held near the weights of the step before, and not near the start."""
    last = w
    for _ in range(steps):
        gradient = x.T @ (x @ w - y) / len(y) + strength * (w - last)
        last, w = w, w - rate * gradient
    return w


def pulled(step):
    """Gradient descent; step(w, start, gradient of the error, rate, strength) is the new w."""

    def descend(w, x, y, rate, strength, steps):
        start = w
        for _ in range(steps):
            w = step(w, start, x.T @ (x @ w - y) / len(y), rate, strength)
        return w

    return descend


@exercise(
    inputs=pretrained,
    mistakes={
        "That is weight decay: it pulls to 0, and with the weights goes what was learned before.": pulled(
            lambda w, start, gradient, rate, strength: w - rate * (gradient + strength * w)
        ),
        "Your penalty pushes away from the start.": pulled(
            lambda w, start, gradient, rate, strength: w - rate * (gradient - strength * (w - start))
        ),
        "The pull is not multiplied by the rate. It is part of the gradient.": pulled(
            lambda w, start, gradient, rate, strength: w - rate * gradient - strength * (w - start)
        ),
        "Nothing pulls: the penalty is missing, or your start moves along with w.": pulled(
            lambda w, start, gradient, rate, strength: w - rate * gradient
        ),
        "You pull to the w of the step before. The start is the pre-trained w, in every step.": pulled_to_the_last,
        "You forgot the ½ of the cost: it cancels the 2 of each square.": pulled(
            lambda w, start, gradient, rate, strength: w - 2 * rate * (gradient + strength * (w - start))
        ),
        "You doubled the error's gradient. The ½ of the cost cancels the 2 of the square.": pulled(
            lambda w, start, gradient, rate, strength: w - rate * (2 * gradient + strength * (w - start))
        ),
        "You doubled the pull. The ½ of the penalty cancels the 2 of the square.": pulled(
            lambda w, start, gradient, rate, strength: w - rate * (gradient + 2 * strength * (w - start))
        ),
        "You summed the errors' gradients. The cost has their mean.": lambda w, x, y, rate, strength, steps: pulled(
            lambda w, start, gradient, rate, strength: w - rate * (len(y) * gradient + strength * (w - start))
        )(w, x, y, rate, strength, steps),
        "You began at 0. Fine-tuning begins with the weights that it was given.": (
            lambda w, x, y, rate, strength, steps: pulled(
                lambda v, start, gradient, rate, strength: v - rate * (gradient + strength * (v - w))
            )(np.zeros(len(w)), x, y, rate, strength, steps)
        ),
    },
    hints=[
        "Two gradients add up: that of the error, and that of the penalty.",
        "Keep the pre-trained weights: start = w.copy() in front of the loop.",
        "The error gives x.T @ (x @ w - y) / m, the penalty strength * (w - start).",
    ],
    why="Where few labels say little, the pull keeps what was learned before. Weight decay would pull it to 0.",
)
def l2sp_steps(w, x, y, rate, strength, steps):
    start = w
    for _ in range(steps):
        gradient = x.T @ (x @ w - y) / len(y) + strength * (w - start)
        w = w - rate * gradient
    return w
