"""Exercises of notebook 05, universal approximation."""

import math

import numpy as np

from dlsheet.exercises.engine import exercise
from dlsheet.scratch.activations import relu, sigmoid


def networks():
    """(x, w, b, v, c): small whole numbers, then random ones of several shapes."""
    rng = np.random.default_rng(1)
    yield np.array([[1.0]]), np.array([[2.0]]), np.array([-1.0]), np.array([[3.0]]), np.array([0.5])
    for m, n, units, k in [(1, 1, 2, 1), (2, 1, 3, 1), (2, 2, 3, 2), (4, 3, 2, 1)]:
        yield tuple(np.round(rng.normal(size=s), 1) for s in [(m, n), (n, units), units, (units, k), k])


@exercise(
    inputs=networks,
    mistakes={
        "The output layer is linear: no sigmoid at the end.": lambda x, w, b, v, c: sigmoid(sigmoid(x @ w + b) @ v + c),
        "Without an activation in the middle the whole network is one linear layer.": (
            lambda x, w, b, v, c: (x @ w + b) @ v + c
        ),
        "The hidden units lack their biases: all of their steps would sit at 0.": (
            lambda x, w, b, v, c: sigmoid(x @ w) @ v + c
        ),
        "Those are the hidden units alone. The output adds them up, with the weights v.": (
            lambda x, w, b, v, c: sigmoid(x @ w + b)
        ),
        "The bias of the output is missing.": lambda x, w, b, v, c: sigmoid(x @ w + b) @ v,
        "Asked for are sigmoid units, not tanh.": lambda x, w, b, v, c: np.tanh(x @ w + b) @ v + c,
        "The biases are added: z = x @ w + b.": lambda x, w, b, v, c: sigmoid(x @ w - b) @ v + c,
        "Asked for are sigmoid units, not ReLU.": lambda x, w, b, v, c: relu(x @ w + b) @ v + c,
        "The bias belongs into the sigmoid, not behind it.": lambda x, w, b, v, c: (sigmoid(x @ w) + b) @ v + c,
    },
    hints=[
        "First z of the hidden layer: an example a row, so x @ w, and the biases.",
        "Then the sigmoid of z, and a second product with v.",
        "Nothing is applied to the result but + c.",
    ],
    why="Two products and a sigmoid between them: that is all the theorem is about.",
)
def one_hidden_layer(x, w, b, v, c):
    hidden = 1 / (1 + np.exp(-(x @ w + b)))
    return hidden @ v + c


def places():
    """(x, left, right, steepness): points on and around bumps of several widths."""
    yield np.array([0.0]), -1.0, 1.0, 4.0
    yield np.array([0.5, 2.0]), 0.0, 1.0, 10.0
    yield np.linspace(-1, 1, 5), -0.5, 0.25, 3.0
    yield np.linspace(-3, 3, 7), 0.5, 2.0, 1.0
    yield np.linspace(-1, 1, 9), -0.1, 0.2, 40.0


@exercise(
    inputs=places,
    mistakes={
        "Upside down: the step up comes first, at the left.": (
            lambda x, left, right, steepness: sigmoid(steepness * (x - right)) - sigmoid(steepness * (x - left))
        ),
        "Two steps up make a staircase. One of them has to go down.": (
            lambda x, left, right, steepness: sigmoid(steepness * (x - left)) + sigmoid(steepness * (x - right))
        ),
        "That multiplies the two. An output layer can only add what it gets, times its weights.": (
            lambda x, left, right, steepness: sigmoid(steepness * (x - left)) * sigmoid(steepness * (right - x))
        ),
        "The steps are in the wrong places: the steepness multiplies the distance to the edge, not x alone.": (
            lambda x, left, right, steepness: sigmoid(steepness * x - left) - sigmoid(steepness * x - right)
        ),
        "You divided by the steepness. Where x grows by 1, z grows by steepness: multiply.": (
            lambda x, left, right, steepness: sigmoid((x - left) / steepness) - sigmoid((x - right) / steepness)
        ),
        "It has vertical walls. Two sigmoids rise and fall gradually.": lambda x, left, right, steepness: (
            (x > left) & (x < right)
        ).astype(float),
        "You left the steepness out.": lambda x, left, right, steepness: sigmoid(x - left) - sigmoid(x - right),
    },
    hints=[
        "A step up at a place p: z is 0 at x = p, and grows with x.",
        "The bump is up at the left edge and down again at the right one.",
        "The output weights are 1 and -1.",
    ],
    why="With bumps of the right heights, any continuous function on an interval is within reach.",
)
def bump(x, left, right, steepness):
    up, down = (1 / (1 + np.exp(-steepness * (x - edge))) for edge in (left, right))
    return up - down


def hidden_outputs():
    """(hidden, y): more examples than units, y with a mean other than 0."""
    rng = np.random.default_rng(3)
    yield np.array([[0.0], [1.0], [2.0]]), np.array([1.0, 2.0, 3.5])
    for m, units in [(4, 2), (6, 3), (10, 4), (12, 2)]:
        yield np.round(rng.normal(size=(m, units)), 1), np.round(rng.normal(2, 1, m), 1)


def solve(hidden, y):
    return np.linalg.lstsq(hidden, y, rcond=None)[0]


def with_ones(hidden):
    return np.c_[hidden, np.ones(len(hidden))]


@exercise(
    inputs=hidden_outputs,
    mistakes={
        "There is no c. A column of ones beside the hidden outputs is the unit whose weight is c.": (
            lambda hidden, y: solve(hidden, y)
        ),
        "You fixed c at the mean of y, then fitted the rest. The best c depends on v.": (
            lambda hidden, y: np.r_[solve(hidden, y - y.mean()), y.mean()]
        ),
        "c stands first. Asked for is v, and c at its end.": lambda hidden, y: np.roll(solve(with_ones(hidden), y), 1),
        "Those are v and c as a pair. Asked for is one array, v with c at its end.": lambda hidden, y: (
            solve(with_ones(hidden), y)[:-1],
            solve(with_ones(hidden), y)[-1],
        ),
        "That is how well each unit alone goes with y. Units overlap; the best weights allow for it.": (
            lambda hidden, y: with_ones(hidden).T @ y / len(y)
        ),
        "You solved with a penalty on the weights (ridge). Plain least squares has none.": (
            lambda hidden, y: np.linalg.solve(
                with_ones(hidden).T @ with_ones(hidden) + np.eye(hidden.shape[1] + 1), with_ones(hidden).T @ y
            )
        ),
    },
    hints=[
        "With the hidden outputs fixed, y is a linear function of v and c.",
        "Put a column of ones beside hidden: its weight is c.",
        "np.linalg.lstsq(…, y, rcond=None)[0]",
    ],
    why="A linear output layer needs no gradient descent: its best weights are the solution of one linear problem.",
)
def output_weights(hidden, y):
    with_bias = np.c_[hidden, np.ones(len(hidden))]
    return np.linalg.lstsq(with_bias, y, rcond=None)[0]


def demands():
    """(slope, error, inputs): some that come out even, some that do not."""
    yield from [
        (1.0, 0.5, 1),
        (1.0, 0.25, 2),
        (3.0, 2.0, 1),
        (5.0, 0.75, 3),
        (2.0, 0.3, 2),
        (0.1, 1.0, 2),
        (8.0, 1.5, 4),
    ]


@exercise(
    inputs=demands,
    mistakes={
        "You added the sides up. A square of 10 by 10 has 100 pieces, not 20.": (
            lambda slope, error, inputs: math.ceil(slope / error) * inputs
        ),
        "That is how many there are along one side. Count all of them: a square of 10 by 10 has 100.": (
            lambda slope, error, inputs: math.ceil(slope / error)
        ),
        "Half a bump is no bump: round up along each side.": lambda slope, error, inputs: (slope / error) ** inputs,
        "You rounded at the end. Each side takes a whole number of bumps.": (
            lambda slope, error, inputs: math.ceil((slope / error) ** inputs)
        ),
        "Rounded down, the bumps are a little too wide.": lambda slope, error, inputs: int(slope / error) ** inputs,
        "Twice too many on a side: from the middle of a piece to its edge it is half a width.": (
            lambda slope, error, inputs: math.ceil(2 * slope / error) ** inputs
        ),
        "Too few on a side: it runs from -1 to 1, which is a length of 2.": (
            lambda slope, error, inputs: math.ceil(slope / (2 * error)) ** inputs
        ),
    },
    hints=[
        "With N bumps along a side, each is 2/N wide. How far is it from its middle to its edge?",
        "So the error is at most slope / N. Which N is large enough?",
        "The pieces are small cubes, N along each of the n sides.",
    ],
    why="Ten bumps on a line are ten billion in ten dimensions: that weights exist does not make them affordable.",
)
def bumps_needed(slope, error, inputs):
    along_a_side = math.ceil(slope / error)
    return along_a_side**inputs


def points():
    """(knots, values): two to six points, knots at unequal distances."""
    rng = np.random.default_rng(5)
    yield np.array([0.0, 1.0]), np.array([1.0, 3.0])
    yield np.array([0.0, 1.0, 3.0]), np.array([0.0, 1.0, 0.0])
    yield np.array([-1.0, 0.0, 0.5, 2.0]), np.array([1.0, 0.0, 2.0, 2.0])
    for n in (4, 5, 6):
        yield np.cumsum(rng.integers(1, 6, n) / 2), np.round(rng.normal(size=n), 1)


@exercise(
    inputs=points,
    mistakes={
        "Those are the slopes of the pieces. Behind a knot the earlier units go on: add only the change of slope.": (
            lambda knots, values: np.diff(values) / np.diff(knots)
        ),
        "Those are steps from value to value. A ReLU rises all the way: divide by the length of the piece.": (
            lambda knots, values: np.diff(values)
        ),
        "You took the change of the steps without their lengths. The knots are not equally far apart.": (
            lambda knots, values: np.diff(np.diff(values), prepend=0.0)
        ),
        "The fractions are upside down: a slope is the rise of the value over the run of the knots.": (
            lambda knots, values: np.diff(
                np.diff(knots) / np.where(np.diff(values) == 0, 1e-9, np.diff(values)), prepend=0.0
            )
        ),
        "value_0 is no weight: it stands in front of the sum. v has one number less than there are points.": (
            lambda knots, values: np.r_[values[0], np.diff(np.diff(values) / np.diff(knots), prepend=0.0)]
        ),
        "The sign is reversed: where the values rise, the first weight is positive.": (
            lambda knots, values: -np.diff(np.diff(values) / np.diff(knots), prepend=0.0)
        ),
        "The first piece has a slope too: before the first knot it was 0.": (
            lambda knots, values: np.diff(np.diff(values) / np.diff(knots))
        ),
    },
    hints=[
        "Up to the second knot only the first unit is on: its weight is the slope of the first piece.",
        "At the second knot another unit joins. The slope there is the sum of the two weights.",
        "So the weights are the changes of the slope, the first of them from 0.",
    ],
    why="So n points take n - 1 ReLU units, and no training at all.",
)
def relu_weights(knots, values):
    slopes = np.diff(values) / np.diff(knots)
    return np.diff(slopes, prepend=0.0)
