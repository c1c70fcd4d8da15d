"""Exercises of notebook 15, data augmentation."""

import numpy as np
from scipy import stats

from dlsheet.exercises.engine import exercise


def small_sets():
    """(n, copies, epochs): one example, no copies, then random numbers."""
    rng = np.random.default_rng(151)
    yield from [(1, 2, 3), (2, 0, 3), (3, 4, 1), (100, 9, 100)]
    yield from (tuple(map(int, rng.integers(2, 60, 3))) for _ in range(20))


@exercise(
    inputs=small_sets,
    mistakes={
        "The originals are shown too: copies + 1 images of each example.": lambda n, copies, epochs: (
            n * copies,
            n * epochs,
        ),
        "Pre-augmented copies are the same in every epoch: more epochs show nothing new.": lambda n, copies, epochs: (
            n * (copies + 1) * epochs,
            n * epochs,
        ),
        "Online, an example looks different in each epoch: n is only one epoch's share.": lambda n, copies, epochs: (
            n * (copies + 1),
            n,
        ),
        "The two have changed places: asked for is the pre-augmented number first.": lambda n, copies, epochs: (
            n * epochs,
            n * (copies + 1),
        ),
        "The number of copies belongs to pre-augmentation. Online there are none.": lambda n, copies, epochs: (
            n * (copies + 1),
            n * (copies + 1) * epochs,
        ),
        "Online the originals themselves are not shown: every example is drawn anew in every epoch, the first too.": (
            lambda n, copies, epochs: (n * (copies + 1), n * (epochs + 1))
        ),
        "Only the changed copies differ from epoch to epoch online; copies has no say there.": (
            lambda n, copies, epochs: (n * (copies + 1), n * copies * epochs)
        ),
    },
    hints=[
        "What lies on the disk when pre-augmentation is done, and does an epoch change it?",
        "Online, one epoch shows each example once, in a form never seen before.",
        "The first number does not depend on the epochs, the second not on the copies.",
    ],
    why="To show as many different images, pre-augmentation has to store them: one copy for every epoch but one.",
)
def images_shown(n, copies, epochs):
    return n * (copies + 1), n * epochs


def stacks_of_images():
    """(images,): (n, height, width, channels), small, none symmetric."""
    rng = np.random.default_rng(152)
    yield (np.arange(4.0).reshape(1, 2, 2, 1),)
    yield (np.arange(6.0).reshape(1, 1, 2, 3),)  # so that mixed-up colours show in few numbers
    yield from ((rng.random((2, *shape)).round(2),) for shape in [(3, 3, 1), (4, 3, 3), (3, 5, 3)])


@exercise(
    inputs=stacks_of_images,
    mistakes={
        "You mirrored left and right only. Upside down takes the rows as well.": lambda images: images[:, :, ::-1],
        "You mirrored top and bottom only: a turned page has its left side on the right.": lambda images: images[
            :, ::-1
        ],
        "You turned round the first two axes. Axis 0 counts the images; rows and columns are axes 1 and 2.": (
            lambda images: images[::-1, ::-1]
        ),
        "You turned every axis round, the order of the images and of the colours too.": lambda images: images[
            ::-1, ::-1, ::-1, ::-1
        ],
        "You turned the order of the images round as well: axis 0 counts them.": lambda images: images[
            ::-1, ::-1, ::-1
        ],
        "You turned the colours round as well: the last axis holds the channels.": lambda images: images[
            :, ::-1, ::-1, ::-1
        ],
        "That is a quarter turn.": lambda images: np.rot90(images, axes=(1, 2)),
        "You swapped rows and columns, which mirrors at the diagonal.": lambda images: images.transpose(0, 2, 1, 3),
    },
    hints=[
        "The axes are (image, row, column, channel). Which of them does a half turn turn round?",
        "It is two flips, one after the other.",
        "A slice with step -1 turns an axis round; use it on two axes.",
    ],
    why="Two flips make a half turn, and a 6 turned by half looks like a 9: check what a chain of methods adds up to.",
)
def half_turn(images):
    return images[:, ::-1, ::-1]


def shifts():
    """(images, pixels): no shift, one pixel, nearly the whole width, then random ones."""
    rng = np.random.default_rng(153)
    yield from [(np.arange(1.0, 7).reshape(1, 2, 3, 1), pixels) for pixels in (1, 2, 0)]
    for height, width in rng.integers(3, 7, (10, 2)):
        yield rng.random((2, height, width, 3)).round(2) + 0.1, int(rng.integers(1, width))


def at(images, columns):
    """The images with these columns, those outside replaced by the nearest edge."""
    return images[:, :, np.clip(columns, 0, images.shape[2] - 1)]


def mirrored(columns):
    """Column numbers, those below 0 read in a mirror that stands at the left edge."""
    return np.where(columns < 0, -columns - 1, columns)


@exercise(
    inputs=shifts,
    mistakes={
        "What leaves on the right came back on the left (np.roll). Repeat the left edge there.": (
            lambda images, pixels: np.roll(images, pixels, axis=2)
        ),
        "You filled the free columns with zeros. Asked for is the left edge, repeated.": lambda images, pixels: np.pad(
            images, [(0, 0), (0, 0), (pixels, 0), (0, 0)]
        )[:, :, : images.shape[2]],
        "You moved to the left. A result's column c reads the original's column c - pixels.": lambda images, pixels: at(
            images, np.arange(images.shape[2]) + pixels
        ),
        "You moved the images down: axis 1 holds the rows, axis 2 the columns.": lambda images, pixels: images[
            :, np.clip(np.arange(images.shape[1]) - pixels, 0, images.shape[1] - 1)
        ],
        "You filled the free columns with a mirror image. Asked for is the left edge, repeated.": (
            lambda images, pixels: images[:, :, np.abs(np.arange(images.shape[2]) - pixels)]
        ),
        "You filled the free columns with a mirror image that begins with the edge. Asked for is the edge alone.": (
            lambda images, pixels: images[:, :, mirrored(np.arange(images.shape[2]) - pixels)]
        ),
        "You left the free columns as they were. They repeat the left edge.": lambda images, pixels: np.concatenate(
            [images[:, :, :pixels], images[:, :, : images.shape[2] - pixels]], axis=2
        ),
        "The images have become wider: cut off what leaves on the right.": lambda images, pixels: np.pad(
            images, [(0, 0), (0, 0), (pixels, 0), (0, 0)], mode="edge"
        ),
    },
    hints=[
        "Which column of the original does column c of the result show?",
        "Column c - pixels; where that is negative, column 0.",
        "np.clip makes the column numbers valid; index axis 2 with them.",
    ],
    why="Every method that moves pixels must say what lies outside the image; Keras calls it fill_mode.",
)
def shift_right(images, pixels):
    columns = np.arange(images.shape[2]) - pixels
    return images[:, :, np.maximum(columns, 0)]


def pictures():
    """(image, factor): tinted images, factors below and above 1."""
    rng = np.random.default_rng(154)
    yield np.array([[[0.25, 0.5], [0.75, 0.5]]]), 0.5
    for factor in (0.0, 0.4, 1.0, 1.5, 3.0, 6.0):
        tint = rng.uniform(0.2, 1, 3)
        yield (rng.random((3, 2, 3)) * tint).round(2), factor


def spread(image, factor, mean):
    """The image with its distances to `mean` times the factor, from 0 to 1."""
    return np.clip(mean + factor * (image - mean), 0, 1)


@exercise(
    inputs=pictures,
    mistakes={
        "That is one mean for all colours. Each channel has its own.": lambda image, factor: spread(
            image, factor, image.mean()
        ),
        "You measured the distances from 0.5, the middle grey, not from the channel's mean.": lambda image, factor: (
            spread(image, factor, 0.5)
        ),
        "You multiplied the values themselves, which changes the brightness too.": lambda image, factor: spread(
            image, factor, 0
        ),
        "Values have left the range from 0 to 1: cut them off.": lambda image, factor: (
            image.mean(axis=(0, 1)) + factor * (image - image.mean(axis=(0, 1)))
        ),
        "The mean is missing: add it back to the stretched distances.": lambda image, factor: np.clip(
            factor * (image - image.mean(axis=(0, 1))), 0, 1
        ),
        "You cut off before the mean was added. Add it first, then cut off.": lambda image, factor: (
            image.mean(axis=(0, 1)) + np.clip(factor * (image - image.mean(axis=(0, 1))), 0, 1)
        ),
        "The mean runs over rows and columns, not over rows alone.": lambda image, factor: spread(
            image, factor, image.mean(axis=0)
        ),
        "The mean runs over rows and columns. You took it over the channels, which changes the colours instead.": (
            lambda image, factor: spread(image, factor, image.mean(axis=2, keepdims=True))
        ),
    },
    hints=[
        "At a factor of 0, what colour has every pixel?",
        "The mean of a channel runs over axes 0 and 1.",
        "np.clip(values, 0, 1) cuts off.",
    ],
    why="Photographs of one thing in haze and in sun differ by their contrast; the label does not.",
)
def change_contrast(image, factor):
    mean = image.mean(axis=(0, 1))
    return np.clip(mean + factor * (image - mean), 0, 1)


def accuracies_by_seed():
    """(accuracies, plain): methods whose mean gains lie around what is asked for, over few seeds that differ much."""
    rng = np.random.default_rng(155)
    for methods, seeds in [(1, 3), (2, 3), *[(6, int(n)) for n in rng.integers(3, 9, 40)]]:
        plain = rng.normal(0.6, 0.03, seeds)
        noise = rng.normal(size=(methods, seeds))
        noise = (noise - noise.mean(axis=1, keepdims=True)) / noise.std(axis=1, ddof=1, keepdims=True)
        asked = stats.t.ppf(1 - 0.025 / methods, seeds - 1) / np.sqrt(seeds)
        mean_gains = asked * rng.uniform(-1.5, 2, (methods, 1))
        yield plain + 0.01 * (mean_gains + noise), plain


def gains_beyond(accuracies, plain, times=None, error=None):
    """Whether each mean gain is beyond `times` its `error`; by default what the exercise asks for."""
    gains = accuracies - plain
    methods, n = gains.shape
    times = stats.t.ppf(1 - 0.025 / methods, n - 1) if times is None else times
    error = gains.std(axis=1, ddof=1) / np.sqrt(n) if error is None else error
    return gains.mean(axis=1) > times * error


def with_quantile(quantile):
    """The mistake of another quantile, quantile(methods, seeds)."""
    return lambda accuracies, plain: gains_beyond(accuracies, plain, quantile(*accuracies.shape))


def with_error(error):
    """The mistake of another standard error, error(gains)."""
    return lambda accuracies, plain: gains_beyond(accuracies, plain, error=error(accuracies - plain))


def unpaired(accuracies, plain):
    """The same with the standard error of two independent means."""
    n = len(plain)
    return gains_beyond(accuracies, plain, error=np.sqrt((accuracies.var(axis=1, ddof=1) + plain.var(ddof=1)) / n))


@exercise(
    inputs=accuracies_by_seed,
    mistakes={
        "You compared two means as if their seeds had nothing in common. Subtract seed by seed first.": unpaired,
        "That is the spread of the gains. The mean's standard error is smaller by the root of the number of seeds.": (
            with_error(lambda gains: gains.std(axis=1, ddof=1))
        ),
        "The standard deviation of a sample divides by n_seeds - 1: ddof=1.": with_error(
            lambda gains: gains.std(axis=1) / np.sqrt(gains.shape[1])
        ),
        "You divided by the number of seeds. The standard error has its root.": with_error(
            lambda gains: gains.std(axis=1, ddof=1) / gains.shape[1]
        ),
        "You divided by the root of the number of methods. Each gain is a mean over the seeds.": with_error(
            lambda gains: gains.std(axis=1, ddof=1) / np.sqrt(gains.shape[0])
        ),
        "A mean above zero may be luck: ask for more than t standard errors.": with_quantile(lambda methods, n: 0),
        "One standard error is too few: ask for more than t of them.": with_quantile(lambda methods, n: 1),
        "Two standard errors fit many seeds and a single method. Here t depends on both numbers.": with_quantile(
            lambda methods, n: 2
        ),
        "That t is for a single method. With several, share the 0.025 among them.": with_quantile(
            lambda methods, n: stats.t.ppf(0.975, n - 1)
        ),
        "There are n_seeds - 1 degrees of freedom.": with_quantile(
            lambda methods, n: stats.t.ppf(1 - 0.025 / methods, n)
        ),
        "The interval has two ends: 0.025 for each, not 0.05.": with_quantile(
            lambda methods, n: stats.t.ppf(1 - 0.05 / methods, n - 1)
        ),
        "That is the normal distribution's quantile. From few seeds the spread is uncertain: take Student's t.": (
            with_quantile(lambda methods, n: stats.norm.ppf(1 - 0.025 / methods))
        ),
        "You counted the seeds as methods and the methods as seeds: accuracies is (methods, seeds).": with_quantile(
            lambda methods, n: stats.t.ppf(1 - 0.025 / n, max(methods - 1, 1))
        ),
        "A method that clearly hurts does not help: leave the sign of the gain.": lambda accuracies, plain: (
            gains_beyond(accuracies, plain) | gains_beyond(-accuracies, -plain)
        ),
    },
    hints=[
        "Subtract `plain` from every row first: that is the gain, seed by seed.",
        "The standard error of a mean is the standard deviation, with n_seeds - 1, over the root of n_seeds.",
        "t is stats.t.ppf(1 - 0.025 / n_methods, n_seeds - 1), with `from scipy import stats`. Compare each mean with "
        "t times its standard error.",
    ],
    why="Pairing takes out the luck that methods share; sharing the 0.025 guards against the luckiest of many.",
)
def methods_that_help(accuracies, plain):
    gains = accuracies - plain
    n_methods, n_seeds = gains.shape
    error = gains.std(axis=1, ddof=1) / np.sqrt(n_seeds)
    t = stats.t.ppf(1 - 0.025 / n_methods, n_seeds - 1)
    return gains.mean(axis=1) > t * error
