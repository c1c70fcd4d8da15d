"""Exercises of notebook 07, gradient descent."""

import numpy as np

from dlsheet.exercises.engine import exercise
from dlsheet.scratch.activations import sigmoid


def numbers():
    """(y_true, y_pred) of a regression."""
    rng = np.random.default_rng(0)
    yield np.array([1.0]), np.array([3.0])
    yield np.array([0.0, 1.0]), np.array([2.0, 0.0])
    yield np.array([2.0, 2.0]), np.array([2.0, 2.0])
    yield from (tuple(rng.normal(size=(2, m))) for m in rng.integers(1, 9, 20))


@exercise(
    inputs=numbers,
    mistakes={
        "That is what Keras and scikit-learn's metric call MSE. The sheet's has ½ in front.": lambda y_true, y_pred: (
            np.mean((y_pred - y_true) ** 2)
        ),
        "That is half the sum. Divide by the number of examples too.": lambda y_true, y_pred: (
            np.sum((y_pred - y_true) ** 2) / 2
        ),
        "Those are the costs of the examples, one each. Asked for is their mean.": lambda y_true, y_pred: (
            (y_pred - y_true) ** 2 / 2
        ),
        "You took the root. The cost is the mean of the squares itself, halved.": lambda y_true, y_pred: np.sqrt(
            np.mean((y_pred - y_true) ** 2) / 2
        ),
        "You did not square the errors, so that those above and those below cancel.": lambda y_true, y_pred: (
            np.mean(y_pred - y_true) / 2
        ),
        "You took the size of the errors instead of their square.": lambda y_true, y_pred: (
            np.mean(np.abs(y_pred - y_true)) / 2
        ),
        "You squared the mean of the errors. Square each error first.": lambda y_true, y_pred: (
            np.mean(y_pred - y_true) ** 2 / 2
        ),
        "You halved the errors before you squared them: that makes a quarter.": lambda y_true, y_pred: np.mean(
            ((y_pred - y_true) / 2) ** 2
        ),
    },
    hints=[
        "One error an example: y_pred - y_true.",
        "Square the errors, take their mean.",
        "1/(2m) is half of 1/m, and 1/m with a sum is a mean.",
    ],
    why="With Keras's MSE, twice as large, the same learning rate takes steps twice as long.",
)
def half_mse(y_true, y_pred):
    return np.mean((y_pred - y_true) ** 2) / 2


def labels_and_probabilities():
    """(y_true, y_pred): certain and right, certain and wrong, and random."""
    rng = np.random.default_rng(1)
    yield np.array([1.0]), np.array([0.5])
    yield np.array([0.0, 1.0]), np.array([0.2, 0.9])
    yield np.array([0.0]), np.array([0.0])
    yield np.array([1.0, 0.0]), np.array([1.0, 0.3])
    yield np.array([1.0, 0.0]), np.array([0.0, 0.3])
    for m in rng.integers(2, 9, 20):
        yield rng.integers(0, 2, m).astype(float), rng.uniform(0.05, 0.95, m)


def logs(y_true, y_pred):
    """y log ŷ and (1 - y) log(1 - ŷ), where 0 · log 0 is 0."""
    with np.errstate(divide="ignore"):
        return np.where(y_true == 1, np.log(y_pred), 0.0), np.where(y_true == 1, 0.0, np.log(1 - y_pred))


@exercise(
    inputs=labels_and_probabilities,
    mistakes={
        "That is the sheet's formula to the letter. Its minus reaches only the first term, and 1/m is missing.": (
            lambda y_true, y_pred: -np.sum(logs(y_true, y_pred)[0]) + np.sum(logs(y_true, y_pred)[1])
        ),
        "The minus reaches only the first term: a pair of brackets is missing.": lambda y_true, y_pred: (
            -np.mean(logs(y_true, y_pred)[0]) + np.mean(logs(y_true, y_pred)[1])
        ),
        "That is the sum over the examples. Take the mean, so that it does not grow with the data.": (
            lambda y_true, y_pred: -np.sum(logs(y_true, y_pred))
        ),
        "The minus is missing: logarithms of probabilities are negative.": lambda y_true, y_pred: (
            np.sum(logs(y_true, y_pred)) / len(y_true)
        ),
        "You counted the positive examples only. A negative one costs -log(1 - ŷ).": lambda y_true, y_pred: (
            -np.mean(logs(y_true, y_pred)[0])
        ),
        "The labels have changed places: y goes with log ŷ, and 1 - y with log(1 - ŷ).": lambda y_true, y_pred: (
            -np.sum(logs(1 - y_true, y_pred)) / len(y_true)
        ),
        "That is measured in bits. The sheet's log is the natural one.": lambda y_true, y_pred: (
            -np.sum(logs(y_true, y_pred)) / len(y_true) / np.log(2)
        ),
        "0 · log 0 makes NaN in NumPy. It has to count 0: a unit that is certain and right costs nothing.": (
            lambda y_true, y_pred: -np.mean(y_true * np.log(y_pred) + (1 - y_true) * np.log(1 - y_pred))
        ),
        "You clipped the probabilities, as Keras does. Here certain and wrong costs infinity.": (
            lambda y_true, y_pred: -np.sum(logs(y_true, np.clip(y_pred, 1e-7, 1 - 1e-7))) / len(y_true)
        ),
        "scikit-learn's log_loss clips the probabilities. Here certain and wrong costs infinity.": (
            lambda y_true, y_pred: (
                -np.sum(logs(y_true, np.clip(y_pred, np.finfo(float).eps, 1 - np.finfo(float).eps))) / len(y_true)
            )
        ),
    },
    hints=[
        "Each example has one label, so only one of the two terms counts for it.",
        "The cost of an example is -log of the probability that was given to its true label.",
        "np.where(y_true == 1, y_pred, 1 - y_pred) is that probability.",
    ],
    why="This cost, or its form for many classes, is what nearly every classifier is trained to lower.",
)
def binary_cross_entropy(y_true, y_pred):
    p = np.where(y_true == 1, y_pred, 1 - y_pred)
    return np.mean(np.log(1 / p))


def units():
    """(x, y, w, b): x (m, n), y (m,), w (n,), b a number."""
    rng = np.random.default_rng(2)
    yield np.array([[2.0]]), np.array([0.0]), np.array([0.0]), 0.0
    yield np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([1.0, 0.0]), np.array([0.5, -1.0]), 0.5
    for m, n in rng.integers([2, 1], [7, 4], (20, 2)):
        yield rng.normal(size=(m, n)), rng.integers(0, 2, m).astype(float), rng.normal(size=n), float(rng.normal())


def gradient_of(dz, x):
    """(dw, db) from one derivative an example."""
    return dz @ x / len(x), np.mean(dz)


@exercise(
    inputs=units,
    mistakes={
        "You left the sigmoid out: ŷ is sigmoid(x @ w + b).": lambda x, y, w, b: gradient_of(x @ w + b - y, x),
        "That is the gradient of MSE: the factor ŷ(1 - ŷ) does not occur with cross-entropy.": lambda x, y, w, b: (
            gradient_of(sigmoid(x @ w + b) * sigmoid(-x @ w - b) * (sigmoid(x @ w + b) - y), x)
        ),
        "The sign is wrong: y - ŷ points downhill, the gradient points uphill.": lambda x, y, w, b: gradient_of(
            y - sigmoid(x @ w + b), x
        ),
        "You forgot 1/m: that is the gradient of the sum of the costs.": lambda x, y, w, b: (
            (sigmoid(x @ w + b) - y) @ x,
            np.sum(sigmoid(x @ w + b) - y),
        ),
        "The bias is missing in x @ w + b.": lambda x, y, w, b: gradient_of(sigmoid(x @ w) - y, x),
        "Both are right, in the other order: dw comes first, then db.": lambda x, y, w, b: gradient_of(
            sigmoid(x @ w + b) - y, x
        )[::-1],
        "dw is a column. It has the shape of w, (n,).": lambda x, y, w, b: (
            gradient_of(sigmoid(x @ w + b) - y, x)[0][:, np.newaxis],
            gradient_of(sigmoid(x @ w + b) - y, x)[1],
        ),
        "dw is right. db is the mean of ŷ - y over the examples; you took the sum.": lambda x, y, w, b: (
            gradient_of(sigmoid(x @ w + b) - y, x)[0],
            np.sum(sigmoid(x @ w + b) - y),
        ),
    },
    hints=[
        "First the unit's outputs: ŷ = 1 / (1 + e^-z) with z = x @ w + b.",
        "The derivative by z is ŷ - y, one number an example.",
        "dw weighs the rows of x with it: error @ x / m. db is its mean.",
    ],
    why="A network that ends in a sigmoid or a softmax, with cross-entropy, starts its backward pass with ŷ - y.",
)
def cross_entropy_slopes(x, y, w, b):
    error = 1 / (1 + np.exp(-(x @ w + b))) - y
    return error @ x / len(y), error.mean()


def lines():
    """(x, y, learning_rate, steps) of a line through the origin."""
    rng = np.random.default_rng(3)
    yield np.array([1.0]), np.array([2.0]), 0.5, 1
    yield np.array([1.0, 2.0]), np.array([1.0, 3.0]), 0.1, 2
    for m in rng.integers(2, 7, 15):
        x = rng.normal(size=m)
        yield x, 2 * x + rng.normal(size=m), float(rng.uniform(0.05, 0.5)), int(rng.integers(1, 9))


def walk(gradient, learning_rate, steps):
    """Gradient descent from 0."""
    w = 0.0
    for _ in range(steps):
        w = w - learning_rate * gradient(w)
    return w


def one_by_one(x, y, learning_rate, steps):
    """From 0, a step an example, `steps` times through all of them."""
    w = 0.0
    for _ in range(steps):
        for x_i, y_i in zip(x, y):
            w = w - learning_rate * (w * x_i - y_i) * x_i
    return w


@exercise(
    inputs=lines,
    mistakes={
        "The factor ŷ(1 - ŷ) is the slope of a sigmoid, and this unit is linear. With it the descent never leaves 0.": (
            lambda x, y, learning_rate, steps: walk(
                lambda w: np.mean(w * x * (1 - w * x) * (w * x - y) * x), learning_rate, steps
            )
        ),
        "You climbed: the step goes against the gradient.": lambda x, y, learning_rate, steps: walk(
            lambda w: np.mean((w * x - y) * x), -learning_rate, steps
        ),
        "Your steps are m times too long: divide the sum by the number of examples.": (
            lambda x, y, learning_rate, steps: walk(lambda w: np.sum((w * x - y) * x), learning_rate, steps)
        ),
        "Your steps are twice too long: with 1/(2m) in the cost, the 2 of the square cancels.": (
            lambda x, y, learning_rate, steps: walk(lambda w: 2 * np.mean((w * x - y) * x), learning_rate, steps)
        ),
        "Your steps are half as long: the square's derivative brings a 2, which cancels the ½.": (
            lambda x, y, learning_rate, steps: walk(lambda w: np.mean((w * x - y) * x) / 2, learning_rate, steps)
        ),
        "You forgot the factor x: dŷ/dw = x.": lambda x, y, learning_rate, steps: walk(
            lambda w: np.mean(w * x - y), learning_rate, steps
        ),
        "You took a step for every example. One step of gradient descent uses the mean over all of them.": (
            lambda x, y, learning_rate, steps: one_by_one(x, y, learning_rate, steps)
        ),
        "That is one step too many.": lambda x, y, learning_rate, steps: walk(
            lambda w: np.mean((w * x - y) * x), learning_rate, steps + 1
        ),
        "That is one step too few.": lambda x, y, learning_rate, steps: walk(
            lambda w: np.mean((w * x - y) * x), learning_rate, steps - 1
        ),
        "That is the minimum itself. Asked for is the place after this many steps.": (
            lambda x, y, learning_rate, steps: np.sum(x * y) / np.sum(x * x)
        ),
    },
    hints=[
        "The gradient of 1/(2m) Σ (wx - y)² with respect to w: what is the derivative of one square?",
        "It is the mean of (w·x - y)·x over the examples.",
        "Start with w = 0 and repeat w = w - learning_rate * gradient, `steps` times.",
    ],
    why="Take a formula to another unit than its own, and the descent goes astray without an error message.",
)
def descend_line(x, y, learning_rate, steps):
    w = 0.0
    for _ in range(steps):
        w = w - learning_rate * np.mean((w * x - y) * x)
    return w


def tables_of_features():
    """(x,): (m, n) arrays with more rows than columns, standardised or not."""
    rng = np.random.default_rng(4)
    yield (np.array([[0.0], [2.0]]),)
    yield (np.array([[1.0], [3.0]]),)
    yield (np.array([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]]),)
    yield from ((rng.normal(size=(n + 4, n)) * rng.uniform(0.5, 3, n),) for n in rng.integers(1, 5, 20))


def with_ones(x):
    return np.c_[x, np.ones(len(x))]


def curvatures(x):
    """Eigenvalues of 2xᵀx/m, rising."""
    return np.linalg.eigvalsh(2 * x.T @ x / len(x))


@exercise(
    inputs=tables_of_features,
    mistakes={
        "You forgot the bias. It learns as well, with the same rate.": lambda x: 2 / curvatures(x)[-1],
        "That is the limit for the sheet's cost, which has a ½. Without it the curvatures are twice as large.": (
            lambda x: 4 / curvatures(with_ones(x))[-1]
        ),
        "That is the notebook's limit, for the sheet's cost and no bias. Both have changed.": lambda x: (
            4 / curvatures(x)[-1]
        ),
        "That is the rate with which the steepest direction is solved in one step. It may be twice as large.": (
            lambda x: 1 / curvatures(with_ones(x))[-1]
        ),
        "You centred the columns first. The unit sees x as it is, and so the bias counts.": lambda x: (
            2 / max(curvatures(with_ones(x - x.mean(axis=0)))[-1], 2)
        ),
        "The smallest curvature allows this rate. The steepest direction, which diverges first, does not.": (
            lambda x: 2 / curvatures(with_ones(x))[0]
        ),
        "That is the largest curvature itself. The limit is 2 over it.": lambda x: curvatures(with_ones(x))[-1],
        "You forgot 1/m in the matrix of second derivatives.": lambda x: 2 / curvatures(with_ones(x))[-1] / len(x),
        "You took the largest singular value. The curvature comes from its square, over m.": (
            lambda x: 1 / np.linalg.norm(with_ones(x), 2)
        ),
        "You took the steepest single parameter. Where features go together, a direction between them is steeper.": (
            lambda x: 1 / np.max(np.mean(with_ones(x) ** 2, axis=0))
        ),
        "You added the curvatures of all directions up. The steepest one alone decides.": lambda x: (
            2 / np.sum(curvatures(with_ones(x)))
        ),
    },
    hints=[
        "A bias is a weight, too: that of a column of ones.",
        "The mean of squares is twice the sheet's cost. So are its second derivatives.",
        "Then it goes as in the notebook: the largest eigenvalue, from np.linalg.eigvalsh, decides.",
    ],
    why="Scaling a feature by ten changes this limit up to a hundredfold: a reason to standardise before you descend.",
)
def largest_learning_rate(x):
    columns = np.c_[x, np.ones(len(x))]
    curvature = np.linalg.eigvalsh(2 * columns.T @ columns / len(x))
    return 2 / curvature[-1]
