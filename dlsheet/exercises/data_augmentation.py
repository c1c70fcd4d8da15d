"""Exercises of notebook 15, data augmentation."""

import numpy as np

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
    },
    hints=[
        "What lies on the disk when pre-augmentation is done, and does an epoch change it?",
        "Online, one epoch shows each example once, in a form never seen before.",
        "The first number does not depend on the epochs, the second not on the copies.",
    ],
    why="It is why pre-augmentation needs many copies, and memory for them, to give as much variety.",
)
def images_shown(n, copies, epochs):
    return n * (copies + 1), n * epochs


def stacks_of_images():
    """(images,): (n, height, width, channels), small, none symmetric."""
    rng = np.random.default_rng(152)
    yield (np.arange(4.0).reshape(1, 2, 2, 1),)
    yield from ((rng.random((2, *shape)).round(2),) for shape in [(3, 3, 1), (4, 3, 3), (3, 5, 3)])


@exercise(
    inputs=stacks_of_images,
    mistakes={
        "You mirrored left and right only. Upside down takes the rows as well.": lambda images: images[:, :, ::-1],
        "You mirrored top and bottom only: a turned page has its left side on the right.": lambda images: images[
            :, ::-1
        ],
        "You turned the order of the images round: axis 0 counts them.": lambda images: images[::-1, ::-1],
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
    why="Two flips make a half turn, and a half turn makes a 6 a 9: check what a chain of methods can add up to.",
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
    """(accuracies, plain): methods that gain and lose, with lucky and unlucky seeds."""
    rng = np.random.default_rng(155)
    for methods, seeds in [(1, 3), (2, 4), *[(6, int(n)) for n in rng.integers(3, 12, 40)]]:
        plain = rng.normal(0.8, 0.05, seeds)
        gains = rng.normal(rng.choice([-0.04, 0, 0.01, 0.02, 0.04], (methods, 1)), 0.02, (methods, seeds))
        yield plain + gains, plain


def gains_beyond(accuracies, plain, share=lambda n: n**0.5, ddof=1, errors=2):
    """Whether each mean gain is more than `errors` spreads, divided by share(number of seeds)."""
    gains = accuracies - plain
    return gains.mean(axis=1) > errors * gains.std(axis=1, ddof=ddof) / share(gains.shape[1])


def unpaired(accuracies, plain):
    """The same with the standard error of two independent means."""
    n = len(plain)
    error = np.sqrt(accuracies.var(axis=1, ddof=1) / n + plain.var(ddof=1) / n)
    return accuracies.mean(axis=1) - plain.mean() > 2 * error


@exercise(
    inputs=accuracies_by_seed,
    mistakes={
        "You compared two means as if their seeds had nothing in common. Subtract seed by seed first.": unpaired,
        "That is the spread of the gains. The mean's standard error is smaller by the root of the number of seeds.": (
            lambda accuracies, plain: gains_beyond(accuracies, plain, share=lambda n: 1)
        ),
        "The spread of a sample divides by n - 1: ddof=1.": lambda accuracies, plain: gains_beyond(
            accuracies, plain, ddof=0
        ),
        "You divided by the number of seeds. The standard error has its root.": lambda accuracies, plain: gains_beyond(
            accuracies, plain, share=lambda n: n
        ),
        "A mean above zero may be luck: ask for more than two standard errors.": lambda accuracies, plain: gains_beyond(
            accuracies, plain, errors=0
        ),
        "A method that clearly hurts does not help: leave the sign of the gain.": lambda accuracies, plain: (
            gains_beyond(accuracies, plain) | gains_beyond(-accuracies, -plain)
        ),
        "One standard error is too few: ask for more than two.": lambda accuracies, plain: gains_beyond(
            accuracies, plain, errors=1
        ),
    },
    hints=[
        "Subtract `plain` from every row first: that is the gain, seed by seed.",
        "The standard error of a mean is the spread, with n - 1 below, over the root of the number of seeds.",
        "Compare the row's mean with twice its standard error.",
    ],
    why="Lucky examples move all methods together; pairing takes that out, and smaller gains become visible.",
)
def methods_that_help(accuracies, plain):
    gains = accuracies - plain
    error = gains.std(axis=1, ddof=1) / np.sqrt(gains.shape[1])
    return gains.mean(axis=1) > 2 * error
