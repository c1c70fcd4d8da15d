"""Exercises of notebook 04, activation functions."""

import numpy as np

from dlsheet.exercises.engine import exercise


def numbers():
    """(z,): numbers of both signs, far ones too, then arrays."""
    rng = np.random.default_rng(1)
    yield from [(0.0,), (1.0,), (-2.0,), (30.0,), (-1000.0,), (1000.0,)]
    yield from ((rng.normal(scale=3, size=n),) for n in (1, 2, 3, 5, 8))


def sigma(z):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))


@exercise(
    inputs=numbers,
    mistakes={
        "That is the sigmoid itself, not its slope.": sigma,
        "Twice you put z where the sigmoid of z belongs.": lambda z: z * (1 - z),
        "That is the slope of tanh, with the sigmoid in place of tanh.": lambda z: 1 - sigma(z) ** 2,
        "That is the slope of tanh.": lambda z: 1 - np.tanh(z) ** 2,
        "Not what it adds to 1, but what it lacks to 1: the slope at 0 is a quarter.": lambda z: (
            sigma(z) * (1 + sigma(z))
        ),
        "The sign is wrong: the sigmoid rises everywhere.": lambda z: -sigma(z) * (1 - sigma(z)),
        "A square is missing: at 0 the slope is a quarter, not a half.": lambda z: 1 - sigma(z),
        "Right until e^-z overflows: then infinity is divided by infinity.": lambda z: (
            np.exp(-z) / (1 + np.exp(-z)) ** 2
        ),
    },
    hints=[
        "Differentiate 1 / (1 + e^-z), then write the result with the sigmoid itself.",
        "Check it at 0, where the sigmoid is 1/2 and its slope 1/4.",
        "It is the sigmoid times what the sigmoid lacks to 1.",
    ],
    why="Each sigmoid that a gradient passes makes it at least four times smaller.",
)
def sigmoid_slope(z):
    with np.errstate(over="ignore"):  # e^-z may be infinite: then s is 0, as it should be
        s = 1 / (1 + np.exp(-z))
    return s * (1 - s)


@exercise(
    inputs=numbers,
    without=("tanh", "sinh", "cosh"),
    mistakes={
        "The range is right, but it rises too slowly: at 0 the slope of tanh is 1.": lambda z: 2 * sigma(z) - 1,
        "That still lies between 0 and 1. Stretch it to the width of tanh's range, and move it.": lambda z: sigma(
            2 * z
        ),
        "Stretched, not moved: tanh is 0 at 0.": lambda z: 2 * sigma(2 * z),
        "Moved, not stretched: tanh reaches from -1 to 1.": lambda z: sigma(2 * z) - 0.5,
        "Left and right are exchanged: tanh rises.": lambda z: 1 - 2 * sigma(2 * z),
    },
    hints=[
        "A sigmoid reaches from 0 to 1, tanh from -1 to 1: stretch and move.",
        "Then compare the slopes at 0: 1/4 for the sigmoid, 1 for tanh.",
        "Stretching to twice the height makes the slope 1/2; what you put in must grow twice as fast as well.",
    ],
    why="The two have one shape. What differs is where the outputs lie, and how steep they rise.",
)
def tanh_by_sigmoid(z):
    with np.errstate(over="ignore"):
        return 2 / (1 + np.exp(-2 * z)) - 1


def inputs_of_units():
    """(z,), (m, units): with dead units, silent examples, zeros; then random ones."""
    rng = np.random.default_rng(3)
    yield (np.array([[-1.0, 2.0], [-3.0, -1.0]]),)
    yield (np.array([[0.0, -1.0], [-2.0, 4.0]]),)
    yield (np.array([[-1.0, -1.0, -2.0], [-3.0, 1.0, -1.0]]),)
    yield (np.array([[0.0]]),)
    for m, units in rng.integers(2, 6, (20, 2)):
        yield (np.round(rng.normal(-0.8, 1, (m, units)), 1),)


@exercise(
    inputs=inputs_of_units,
    mistakes={
        "You counted the units that are silent for at least one example. That is normal; dead is silent for all.": (
            lambda z: int((z <= 0).any(axis=0).sum())
        ),
        "You counted pairs of example and unit. Asked for are units.": lambda z: int((z <= 0).sum()),
        "You went along the rows: those are examples for which every unit is silent.": (
            lambda z: int((z <= 0).all(axis=1).sum())
        ),
        "At z = 0 the slope counts as 0 too: a unit that only ever gets 0 or less is dead.": (
            lambda z: int((z < 0).all(axis=0).sum())
        ),
        "That says of each unit whether it is dead. Asked for is how many are: sum it up.": (
            lambda z: (z <= 0).all(axis=0)
        ),
        "Those are the numbers of the dead units. Asked for is how many there are.": lambda z: np.flatnonzero(
            (z <= 0).all(axis=0)
        ),
        "That is the share of the units that are dead. Asked for is their number.": lambda z: np.mean(
            (z <= 0).all(axis=0)
        ),
        "You counted the living.": lambda z: int((z > 0).any(axis=0).sum()),
        "A negative mean is not enough: one positive example keeps a unit alive.": (
            lambda z: int((z.mean(axis=0) <= 0).sum())
        ),
    },
    hints=[
        "A unit is a column.",
        "It is dead if none of its numbers is above 0.",
        "np.all with axis=0 asks each column; the sum of True and False counts.",
    ],
    why="Many dead units mean a smaller network than you pay for. Count them before you add more.",
)
def count_dead_units(z):
    return int((z <= 0).all(axis=0).sum())


def rows_of_scores():
    """(z,), (m, K): small ones, far ones, and rows that lie far apart."""
    rng = np.random.default_rng(2)
    yield (np.array([[0.0, 1.0]]),)
    yield (np.array([[0.0, 0.0], [3.0, 1.0]]),)
    yield (np.array([[10000.0, 10001.0]]),)
    yield (np.array([[20000.0, 0.0]]),)
    yield (np.array([[-2000.0, 0.0, 2000.0]]),)
    yield (np.array([[10000.0, 10001.0], [0.0, 1.0]]),)
    yield (np.array([[-5000.0, -5001.0, -5000.0]]),)
    yield from ((rng.normal(scale=2, size=shape),) for shape in [(1, 3), (2, 3), (3, 4), (5, 2)])


def exp_shares(z, axis=1, largest=0.0):
    e = np.exp(z - largest)
    return e / e.sum(axis=axis, keepdims=True)


@exercise(
    inputs=rows_of_scores,
    mistakes={
        "e^z is infinite above 709, and every e^z is 0 far below: infinity / infinity, or 0 / 0, is no number.": (
            lambda z: exp_shares(z)
        ),
        "You summed over the whole array. Each row is an example and has a sum of its own.": lambda z: exp_shares(
            z, axis=None, largest=z.max(axis=1, keepdims=True)
        ),
        "You went down the columns. The classes of one example stand in a row.": lambda z: exp_shares(
            z, axis=0, largest=z.max(axis=0, keepdims=True)
        ),
        "You took the largest number of the whole array off: a row far below it becomes 0 / 0.": lambda z: exp_shares(
            z, largest=z.max()
        ),
        "Dividing by the largest z changes the result. What changes nothing is to subtract.": lambda z: exp_shares(
            z / z.max(axis=1, keepdims=True)
        ),
        "You cut z off before taking e^z. Numbers beyond the limit then count as equal; subtract instead.": lambda z: (
            exp_shares(np.clip(z, -700, 700))
        ),
        "That is the logarithm of the softmax: e to the power of it is the probability.": lambda z: (
            z
            - z.max(axis=1, keepdims=True)
            - np.log(np.exp(z - z.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True))
        ),
        "The rows do not add up to 1: the division is missing.": lambda z: np.exp(z - z.max(axis=1, keepdims=True)),
    },
    hints=[
        "Which number can be taken off a row without changing its softmax? Any.",
        "Choose it such that no power of e is above 1, and at least one is 1.",
        "z.max(axis=1, keepdims=True) gives that number for each row.",
    ],
    why="A network that is very sure of itself would answer with NaN, and every weight would be NaN one step later.",
)
def stable_softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def units_with_biases():
    """(z, bias): as inputs_of_units, each with a dead unit, and biases."""
    rng = np.random.default_rng(4)
    yield np.array([[-2.0, 1.0], [-4.0, -3.0]]), np.array([-1.0, 0.5])
    yield np.array([[-1.0], [-2.0], [-6.0]]), np.array([0.0])
    yield np.array([[-3.0], [-2.0], [0.0]]), np.array([1.0])
    for m, units in rng.integers(3, 7, (12, 2)):
        z = np.round(rng.normal(-0.5, 1, (m, units)), 1)
        z[:, 0] = -np.round(rng.exponential(2, m) + 0.1, 1)
        yield z, np.round(rng.normal(size=units), 1)


def is_dead(z):
    return (z <= 0).all(axis=0)


@exercise(
    inputs=units_with_biases,
    mistakes={
        "You changed living units as well.": lambda z, bias: bias - np.median(z, axis=0),
        "You raised every unit whose median is negative. Only the dead need it.": (
            lambda z, bias: bias - np.minimum(np.median(z, axis=0), 0)
        ),
        "You lifted the mean to 0. Asked for is the median: half of the examples above.": (
            lambda z, bias: np.where(is_dead(z), bias - z.mean(axis=0), bias)
        ),
        "Now the largest z is 0, and the unit as dead as before.": (
            lambda z, bias: np.where(is_dead(z), bias - z.max(axis=0), bias)
        ),
        "You forgot that the old bias is in z already: raise it, do not replace it.": (
            lambda z, bias: np.where(is_dead(z), -np.median(z, axis=0), bias)
        ),
        "That is by how much the biases rise. Add it to the old ones.": (
            lambda z, bias: np.where(is_dead(z), -np.median(z, axis=0), 0)
        ),
        "At z = 0 the slope counts as 0 too: a unit that only ever gets 0 or less is dead.": (
            lambda z, bias: np.where((z < 0).all(axis=0), bias - np.median(z, axis=0), bias)
        ),
        "The sign is wrong: you buried the unit deeper.": (
            lambda z, bias: np.where(is_dead(z), bias + np.median(z, axis=0), bias)
        ),
    },
    hints=[
        "First find the dead: columns without a number above 0.",
        "If the bias rises by c, every z of this unit rises by c, and so does their median.",
        "np.where(dead, new, old) changes some and keeps the others.",
    ],
    why="Gradient descent cannot reach a dead unit of the first layer. You can.",
)
def revived_biases(z, bias):
    dead = (z <= 0).all(axis=0)
    return np.where(dead, bias - np.median(z, axis=0), bias)
