"""Exercises of notebook 13, convolution and pooling."""

import numpy as np

from dlsheet.exercises.engine import exercise


def layer_settings():
    """(height, width, kernel, filters, stride, padding), images that are not square among them."""
    rng = np.random.default_rng(131)
    yield from [(5, 5, 3, 2, 1, 0), (4, 7, 2, 3, 2, 1), (9, 6, 3, 1, 2, 0), (8, 10, 5, 4, 3, 2), (3, 5, 1, 6, 1, 1)]
    for height, width in rng.integers(6, 40, (30, 2)):
        kernel, filters, stride, padding = rng.integers([1, 1, 1, 0], [7, 65, 4, 4])
        yield tuple(map(int, (height, width, kernel, filters, stride, padding)))


def side(size, kernel, stride, padding, sides=2, more=1, rounded=np.floor):
    """Places of a kernel along one side, with room for a slip."""
    return int(rounded((size - kernel + sides * padding) / stride)) + more


@exercise(
    inputs=layer_settings,
    mistakes={
        "You worked the height out from the width. Square images hide that, others do not.": (
            lambda height, width, kernel, filters, stride, padding: (
                side(width, kernel, stride, padding),
                side(width, kernel, stride, padding),
                filters,
            )
        ),
        "Width and height have changed places: here the height comes first.": (
            lambda height, width, kernel, filters, stride, padding: (
                side(width, kernel, stride, padding),
                side(height, kernel, stride, padding),
                filters,
            )
        ),
        "One place is missing: the one where the kernel starts.": (
            lambda height, width, kernel, filters, stride, padding: (
                side(height, kernel, stride, padding, more=0),
                side(width, kernel, stride, padding, more=0),
                filters,
            )
        ),
        "You counted the padding once. It is put on both sides.": (
            lambda height, width, kernel, filters, stride, padding: (
                side(height, kernel, stride, padding, sides=1),
                side(width, kernel, stride, padding, sides=1),
                filters,
            )
        ),
        "You rounded up: a kernel that sticks out at the end does not count.": (
            lambda height, width, kernel, filters, stride, padding: (
                side(height, kernel, stride, padding, rounded=np.ceil),
                side(width, kernel, stride, padding, rounded=np.ceil),
                filters,
            )
        ),
        "The padding is missing: the image becomes larger before the kernel moves.": (
            lambda height, width, kernel, filters, stride, padding: (
                side(height, kernel, stride, 0),
                side(width, kernel, stride, 0),
                filters,
            )
        ),
        "The stride is missing: a kernel that moves two pixels at a time has about half as many places.": (
            lambda height, width, kernel, filters, stride, padding: (
                side(height, kernel, 1, padding),
                side(width, kernel, 1, padding),
                filters,
            )
        ),
        "You divided the 1 as well. It is the first place, and no step: add it after the division.": (
            lambda height, width, kernel, filters, stride, padding: (
                side(height + 1, kernel, stride, padding, more=0),
                side(width + 1, kernel, stride, padding, more=0),
                filters,
            )
        ),
        "Only whole steps count: round the division down.": (
            lambda height, width, kernel, filters, stride, padding: (
                (height - kernel + 2 * padding) / stride + 1,
                (width - kernel + 2 * padding) / stride + 1,
                filters,
            )
        ),
        "The depth is missing: (height, width, depth) is asked for, and there is one map for each filter.": (
            lambda height, width, kernel, filters, stride, padding: (
                side(height, kernel, stride, padding),
                side(width, kernel, stride, padding),
            )
        ),
        "You gave the output a depth of 1. There is one map for each filter.": (
            lambda height, width, kernel, filters, stride, padding: (
                side(height, kernel, stride, padding),
                side(width, kernel, stride, padding),
                1,
            )
        ),
    },
    hints=[
        "How often does the kernel fit into the padded image, along each side by itself?",
        "From the first place it can move size - kernel + 2 · padding pixels; divide by the stride and round down.",
        "Do not forget the first place itself; the depth is the number of filters.",
    ],
    why="The dense layer behind the convolutions has a weight for each of these numbers and unit.",
)
def feature_map_shape(height, width, kernel, filters, stride, padding):
    return (
        (height - kernel + 2 * padding) // stride + 1,
        (width - kernel + 2 * padding) // stride + 1,
        filters,
    )


def grouped_layers():
    """(kernel, depth, filters, groups): whole, grouped and depthwise; groups divide depth and filters."""
    rng = np.random.default_rng(132)
    yield from [(3, 1, 4, 1), (3, 4, 4, 4), (1, 6, 2, 2), (5, 8, 12, 4)]
    for kernel, groups, share, each in rng.integers(1, 6, (25, 4)):
        yield int(kernel), int(groups * share), int(groups * each), int(groups)


@exercise(
    inputs=grouped_layers,
    mistakes={
        "The biases are missing.": lambda kernel, depth, filters, groups: kernel**2 * depth // groups * filters,
        "You let each filter see all the channels. It sees those of its group.": (
            lambda kernel, depth, filters, groups: kernel**2 * depth * filters + filters
        ),
        "You let each filter see a single channel.": lambda kernel, depth, filters, groups: (
            kernel**2 * filters + filters
        ),
        "One bias in all is too few: every filter has its own.": lambda kernel, depth, filters, groups: (
            kernel**2 * depth // groups * filters + 1
        ),
        "One bias a group is too few: every filter has its own.": (
            lambda kernel, depth, filters, groups: kernel**2 * depth // groups * filters + groups
        ),
        "That is one group alone. Count the filters of all groups.": lambda kernel, depth, filters, groups: (
            (kernel**2 * depth // groups + 1) * (filters // groups)
        ),
        "You let each filter see as many channels as there are groups. How many channels are in one group?": (
            lambda kernel, depth, filters, groups: (kernel**2 * groups + 1) * filters
        ),
        "You gave every channel a bias of its own. A filter adds its bias once, to the sum.": (
            lambda kernel, depth, filters, groups: kernel**2 * depth // groups * filters + depth
        ),
        "You divided the biases by the number of groups as well.": lambda kernel, depth, filters, groups: (
            (kernel**2 * depth * filters + filters) // groups
        ),
        "You divided twice: each filter belongs to one group, but there are still all the filters.": (
            lambda kernel, depth, filters, groups: kernel**2 * depth // groups * (filters // groups) + filters
        ),
        "You multiplied by the number of groups. All filters together are filters, in whatever group they are.": (
            lambda kernel, depth, filters, groups: (kernel**2 * depth // groups + 1) * filters * groups
        ),
        "A kernel is a square: it has kernel times kernel numbers a channel.": lambda kernel, depth, filters, groups: (
            kernel * depth // groups * filters + filters
        ),
    },
    hints=[
        "Count one filter first: how many channels does it see?",
        "It has kernel · kernel numbers for each of them, and one bias.",
        "There are as many of these as there are filters.",
    ],
    why="With as many groups as channels this is a depthwise convolution, which makes MobileNet small.",
)
def grouped_parameters(kernel, depth, filters, groups):
    return (kernel * kernel * (depth // groups) + 1) * filters


def pictures():
    """(picture, size): with negative values, not square, with rows or columns left over."""
    rng = np.random.default_rng(133)
    yield np.array([[1.0, 2.0], [3.0, -4.0]]), 2
    yield np.array([[-1.0, -2.0, -5.0, -3.0], [-3.0, -4.0, -8.0, -6.0]]), 2
    yield np.array([[1.0, -7.0, 9.0], [4.0, 2.0, 8.0], [5.0, 6.0, 7.0]]), 2
    for height, width, size in rng.integers([3, 3, 1], [10, 10, 4], (25, 3)):
        yield rng.normal(size=(height, width)).round(1), int(size)


def blocks(picture, size, step=None, spare=None, take=np.max):
    """`take` of every window that begins at a multiple of `step`, and not within the last `spare` pixels."""
    step = step or size
    spare = size - 1 if spare is None else spare
    rows, columns = (range(0, n - spare, step) for n in picture.shape)
    return np.array([[take(picture[i : i + size, j : j + size]) for j in columns] for i in rows])


def cut_up(picture, size):
    """(rows of windows, size, columns of windows, size); what fills no window is left out."""
    rows, columns = picture.shape[0] // size, picture.shape[1] // size
    return picture[: rows * size, : columns * size].reshape(rows, size, columns, size)


def in_reading_order(picture, size):
    """The same numbers as (rows of windows, columns of windows, size, size), which is a slip: those are no windows."""
    windows = cut_up(picture, size)
    return windows.reshape(windows.shape[0], windows.shape[2], size, size)


@exercise(
    inputs=pictures,
    mistakes={
        "That is mean pooling. The largest value is asked for.": lambda picture, size: blocks(
            picture, size, take=np.mean
        ),
        "Those are the smallest values.": lambda picture, size: blocks(picture, size, take=np.min),
        "You compared sizes and forgot the signs: 1 is larger than -4.": lambda picture, size: blocks(
            np.abs(picture), size
        ),
        "Your windows overlap: the next one starts where the last one ends.": lambda picture, size: blocks(
            picture, size, step=1
        ),
        "You kept windows that stick out of the picture. They are left out.": lambda picture, size: blocks(
            picture, size, spare=0
        ),
        "Your windows move by one pixel: each begins one pixel after the last one, not where that one ends.": (
            lambda picture, size: blocks(picture, size, step=1)[: picture.shape[0] // size, : picture.shape[1] // size]
        ),
        "The last window is missing where the picture ends with it: range leaves its own end out.": (
            lambda picture, size: blocks(picture, size, spare=size)
        ),
        "Cut the picture first: reshape has no place for rows and columns that fill no window.": (
            lambda picture, size: picture.reshape(picture.shape[0] // size, size, -1, size).max(axis=(1, 3))
        ),
        "You took the maximum over axes 0 and 2, which number the windows. Those within a window have length size.": (
            lambda picture, size: cut_up(picture, size).max(axis=(0, 2))
        ),
        "The map is transposed: rows stay rows.": lambda picture, size: blocks(picture, size).T,
        "You started from zeros: where all values of a window are negative, the largest is negative too.": (
            lambda picture, size: np.maximum(blocks(picture, size), 0)
        ),
        "You took the maximum over axes 2 and 3, all columns of a row. A window has two axes of length size.": (
            lambda picture, size: cut_up(picture, size).max(axis=(2, 3))
        ),
        "reshape goes along the rows: (rows, columns, size, size) cuts rows into pieces, not into windows.": (
            lambda picture, size: in_reading_order(picture, size).max(axis=(2, 3))
        ),
        "You took the first pixel of each window: that is a stride without a pool.": lambda picture, size: blocks(
            picture, size, take=lambda window: window[0, 0]
        ),
    },
    hints=[
        "How many whole windows are there along each side?",
        "Cut the picture to a multiple of size, then go from window to window.",
        "Reshaped to (rows, size, columns, size), the windows lie on axes 1 and 3.",
    ],
    why="There is nothing to learn in it: a pool has no weights.",
)
def pool_largest(picture, size):
    rows, columns = picture.shape[0] // size, picture.shape[1] // size
    return picture[: rows * size, : columns * size].reshape(rows, size, columns, size).max(axis=(1, 3))


def layer_stacks():
    """(kernels, strides): stacks of 3×3, a CNN with pools, then random ones."""
    rng = np.random.default_rng(134)
    yield from [([3], [1]), ([3], [2]), ([3, 3], [1, 1]), ([3, 2, 3], [1, 2, 1]), ([5, 2, 3, 2], [1, 2, 1, 2])]
    for depth in rng.integers(1, 6, 25):
        yield rng.integers(1, 8, depth).tolist(), rng.integers(1, 4, depth).tolist()


def field(kernels, strides, start=1, own_stride=False, ignore=False, shrink=1, add=False):
    """The receptive field, with room for a slip: where the strides come in, and how."""
    seen, jump = start, 1
    for kernel, stride in zip(kernels, strides):
        step = 1 if ignore else stride
        if own_stride:
            jump *= step
        seen += (kernel - shrink) * jump
        if not own_stride:
            jump = jump + step - 1 if add else jump * step
    return seen


@exercise(
    inputs=layer_stacks,
    mistakes={
        "You left the strides out: behind a stride, neighbours lie further apart in the image.": (
            lambda kernels, strides: field(kernels, strides, ignore=True)
        ),
        "A layer's own stride moves its window. It widens only what later layers see.": (
            lambda kernels, strides: field(kernels, strides, own_stride=True)
        ),
        "You added the kernels up. Neighbouring windows overlap in the layer below.": lambda kernels, strides: sum(
            kernels
        ),
        "You multiplied the kernels. Neighbouring windows overlap in the layer below.": lambda kernels, strides: int(
            np.prod(kernels)
        ),
        "One pixel is missing: begin with the unit itself.": lambda kernels, strides: field(kernels, strides, start=0),
        "You added each whole kernel. One of its pixels was counted before.": lambda kernels, strides: field(
            kernels, strides, shrink=0
        ),
        "You walked from the image's end with the strides of the wrong side: those below a layer widen its view.": (
            lambda kernels, strides: field(kernels[::-1], strides[::-1])
        ),
        "You took the stride of the layer just below alone. The strides of all layers below multiply.": (
            lambda kernels, strides: 1 + sum((k - 1) * s for k, s in zip(kernels, [1, *strides]))
        ),
        "The first stride is lost: the step grows behind every layer, the first one too.": lambda kernels, strides: (
            field(kernels, [1, *strides[1:]])
        ),
        "That is the number of pixels of a square. Count them along one side.": lambda kernels, strides: (
            field(kernels, strides) ** 2
        ),
        "Strides multiply: two of 2 put neighbours 4 pixels apart, and two of 3 put them 9 apart.": (
            lambda kernels, strides: field(kernels, strides, add=True)
        ),
    },
    hints=[
        "Begin with one pixel. Each layer adds kernel - 1 steps to it.",
        "How many pixels of the image is one step of this layer? The strides of the layers below decide.",
        "Keep two numbers while you walk up: what is seen, and the size of a step.",
    ],
    why="What lies outside of its receptive field cannot change a unit's answer, whatever you train.",
)
def receptive_field(kernels, strides):
    seen, step = 1, 1
    for kernel, stride in zip(kernels, strides):
        seen += (kernel - 1) * step
        step *= stride
    return seen


def no_input():
    """The exercise asks for one object."""
    yield ()


def behaviour(kernel):
    """What a kernel does with an even image and with bars 1 to 8 wide, in words that do not depend on its scale."""
    kernel = np.asarray(kernel, float)
    if kernel.shape != (5, 5):
        return {"shape": kernel.shape}
    if not kernel.any():
        return {"answer to every image": 0.0}
    kernel = kernel / np.abs(kernel).sum()
    row, column = kernel.sum(axis=0).round(9), kernel.sum(axis=1).round(9)
    even = {-1: "below 0", 0: "0", 1: "above 0"}[int(np.sign(row.sum().round(6)))]
    if not row.any() and column.any():
        return {"answer to every vertical bar": 0.0, "strongest answer to horizontal bars of width": strongest(column)}
    if even == "0" and strongest(row) != [2] and strongest(-row) == [2]:
        return {"answer to an even image": even, "lowest answer, below 0, to bars of width": [2]}
    return {"answer to an even image": even, "strongest answer to bars of width": strongest(row)}


def strongest(row):
    """The widths, of 1 to 8, of the bars to which a kernel with these sums of columns gives its largest answer."""
    answers = []
    for width in range(1, 9):
        bar = np.zeros(30)
        bar[11 : 11 + width] = 1
        answers.append(np.correlate(bar, row, "valid").max().round(6))
    return [width for width, answer in enumerate(answers, 1) if answer == max(answers)]


@exercise(
    inputs=no_input,
    compared_by=behaviour,
    mistakes={
        "It adds up the middle and punishes nothing: wider bars answer as much, and so does an even image.": (
            lambda: np.tile([0, 1, 1, 0, 0], (5, 1))
        ),
        "That is a blur: it adds up the whole window, so wide bars and an even image get the largest answer.": (
            lambda: np.ones((5, 5)) / 25
        ),
        "It prefers a line one pixel wide. The bright part has to be as wide as the bar.": lambda: np.tile(
            [-1, -1, 4, -1, -1], (5, 1)
        ),
        "That prefers bars three wide, as the notebook's kernel of size 5. Its bright part is too wide.": (
            lambda: np.tile([-3, 2, 2, 2, -3], (5, 1))
        ),
        "It finds horizontal bars: turn it by a quarter.": lambda: np.tile([-1, 1, 1, -1, 0], (5, 1)).T,
        "It finds one horizontal edge. Turn it by a quarter, and a bar has two edges.": lambda: (
            np.tile([-1, -1, 0, 1, 1], (5, 1)).T
        ),
        "It finds one edge. A bar has two.": lambda: np.tile([-1, -1, 0, 1, 1], (5, 1)),
        "It answers alike to bars of every width, as a kernel does that finds one edge. A bar has two.": lambda: (
            np.tile([0, 0, -1, 1, 0], (5, 1))
        ),
        "The sign is turned round: it finds dark bars.": lambda: np.tile([0, 1, -1, -1, 1], (5, 1)),
        "All its numbers are 0: it answers 0 to everything.": lambda: np.zeros((5, 5)),
        "Its sum is above 0: bright places without a bar answer too.": lambda: np.tile([-1, 2, 2, -1, -1], (5, 1)),
        "Its sum is below 0: an even image gets an answer below 0, not 0.": lambda: np.tile([-1, 1, 1, -1, -1], (5, 1)),
        "A row is no kernel yet: repeat it five times.": lambda: np.array([-1, 1, 1, -1, 0]),
        "Its size is 3×3, and 5×5 is asked for. Rows and columns may hold zeros.": lambda: np.tile([-1, 2, -1], (3, 1)),
        "It has Keras's four axes. A kernel alone has two, rows and columns.": lambda: np.ones((5, 5, 1, 1)),
        "It has four columns. The missing one may hold zeros.": lambda: np.tile([-1, 1, 1, -1], (5, 1)),
        "Its size is 4×4. The missing row and column may hold zeros.": lambda: np.tile([-1, 1, 1, -1], (4, 1)),
    },
    hints=[
        "Positive numbers where the bar lies, negative ones on both sides of it. All rows may be the same.",
        "The numbers of a row have to add up to 0. Two and five do not share a middle: that does no harm.",
        "Two equal positive numbers stand side by side; the negative ones next to them take as much away.",
    ],
    why="With a sum of 0 a kernel answers to differences, not to brightness. In a CNN training chooses the numbers.",
)
def bar_detector():
    return np.tile([0, -1, 1, 1, -1], (5, 1))
