"""Exercises of notebook 06, the curse of dimensionality."""

import math

import numpy as np

from dlsheet.exercises.engine import exercise


def shares():
    """(d, share)."""
    rng = np.random.default_rng(1)
    yield from [(1, 0.5), (2, 0.25), (10, 0.1), (3, 1.0)]
    yield from ((int(d), float(rng.uniform(0.01, 0.9))) for d in rng.integers(2, 40, 20))


@exercise(
    inputs=shares,
    mistakes={
        "That is the volume of a cube of this side: you went from side to volume. Asked for is the way back.": (
            lambda d, share: share**d
        ),
        "You divided by the dimension. Volumes multiply: the side, multiplied with itself d times, is the share.": (
            lambda d, share: share / d
        ),
        "That is the width of a shell around the cube, not the side of the cube inside.": (
            lambda d, share: 1 - (1 - share) ** (1 / d)
        ),
        "You took the square root in every dimension.": lambda d, share: share**0.5,
    },
    hints=[
        "What is the volume of a cube of side s in d dimensions?",
        "The points are uniform, so that the share of points is the share of the volume.",
        "Solve sᵈ = share for s.",
    ],
    why="In ten dimensions a tenth of the data lies in a cube of side 0.79: hardly a neighbourhood.",
)
def neighbourhood_side(d, share):
    return share ** (1 / d)


def points_and_query():
    """(points, query)."""
    rng = np.random.default_rng(3)
    yield np.array([[1.0], [3.0]]), np.array([0.0])
    yield np.array([[3.0, 4.0], [0.0, 2.0], [6.0, 8.0]]), np.array([0.0, 0.0])
    for n, d in zip(rng.integers(3, 8, 20), rng.integers(1, 6, 20)):
        yield rng.normal(size=(n, d)), rng.normal(size=d)


def contrast(distances):
    """Largest minus smallest, over the smallest."""
    return (distances.max() - distances.min()) / distances.min()


@exercise(
    inputs=points_and_query,
    mistakes={
        "You divided by the largest distance. The difference is compared with the smallest.": lambda points, query: (
            1 - np.linalg.norm(points - query, axis=1).min() / np.linalg.norm(points - query, axis=1).max()
        ),
        "The root is missing: those are squared distances.": lambda points, query: contrast(
            np.sum((points - query) ** 2, axis=1)
        ),
        "You added the absolute differences: that is the distance along streets. Take the straight one.": (
            lambda points, query: contrast(np.abs(points - query).sum(axis=1))
        ),
        "That is the largest over the smallest. Subtract first.": lambda points, query: (
            np.linalg.norm(points - query, axis=1).max() / np.linalg.norm(points - query, axis=1).min()
        ),
        "That is the difference alone. Divide it, or it depends on the units.": lambda points, query: np.ptp(
            np.linalg.norm(points - query, axis=1)
        ),
        "Those are the distances to the origin. Subtract the query first.": lambda points, query: contrast(
            np.linalg.norm(points, axis=1)
        ),
    },
    hints=[
        "points - query subtracts the query from each row.",
        "A distance is the root of the sum of squares along a row: np.linalg.norm(…, axis=1).",
        "Take the largest and the smallest of them.",
    ],
    why="When it is near 0, the nearest neighbour is nearest by chance.",
)
def relative_contrast(points, query):
    distances = np.sqrt(np.sum((points - query) ** 2, axis=1))
    return (distances.max() - distances.min()) / distances.min()


@exercise(
    inputs=lambda: [(d,) for d in range(1, 21)],
    mistakes={
        "That is the volume of the ball of radius 1. The cube around it has sides of length 2.": (
            lambda d: math.pi ** (d / 2) / math.gamma(d / 2 + 1)
        ),
        "Γ has the wrong argument: check it with d = 2, where a circle of radius 1 has area π.": (
            lambda d: math.pi ** (d / 2) / math.gamma(d / 2) / 2**d
        ),
        "You divided by 2 d. The volume of a cube of side 2 is 2 to the power of d.": (
            lambda d: math.pi ** (d / 2) / math.gamma(d / 2 + 1) / (2 * d)
        ),
        "The power of π is d / 2, not d.": lambda d: math.pi**d / math.gamma(d / 2 + 1) / 2**d,
        "You rounded d / 2 down: for odd d, Γ takes halves.": lambda d: (
            math.pi ** (d // 2) / math.factorial(d // 2) / 2**d
        ),
    },
    hints=[
        "Take the ball of radius 1. How long is the side of the cube around it?",
        "The ball's volume is π^(d/2) / Γ(d/2 + 1).",
        "Divide by 2**d. For d = 1 the result is 1, for d = 2 it is π/4.",
    ],
    why="Who draws points in a cube and keeps those in the ball waits for 40 million draws in 20 dimensions.",
)
def ball_share(d):
    return math.pi ** (d / 2) / math.gamma(d / 2 + 1) / 2**d


def clouds():
    """(x,): a few points on a line, then random clouds, flat ones among them."""
    rng = np.random.default_rng(4)
    yield (np.array([[0.0], [1.0], [3.0], [7.0]]),)
    yield (np.array([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0], [2.0, 2.0]]),)
    for n, d, columns in zip(rng.integers(5, 30, 15), rng.integers(1, 5, 15), rng.integers(1, 6, 15)):
        yield (rng.normal(size=(n, d)) @ rng.normal(size=(d, columns)),)


def log_ratios(x, first=1):
    """ln of each row's distance number first + 1 over that number first; number 0 is the row itself."""
    distances = np.sort(np.sqrt(np.sum((x[:, None] - x) ** 2, axis=2)), axis=1)
    return np.log(distances[:, first + 1] / distances[:, first])


@exercise(
    inputs=clouds,
    mistakes={
        "You took each point for its own nearest neighbour, at distance 0. Leave it out.": lambda x: (
            (len(x) - 1) / np.sum(log_ratios(x, first=0))
        ),
        "That is the mean of ln μ. The dimension is large where the ratios are near 1: turn it round.": (
            lambda x: np.mean(log_ratios(x))
        ),
        "You took squared distances. That doubles each logarithm and halves the dimension.": lambda x: (
            (len(x) - 1) / np.sum(2 * log_ratios(x))
        ),
        "You took the logarithm to base 10. It is the natural one, np.log.": lambda x: (
            (len(x) - 1) / np.sum(log_ratios(x) / np.log(10))
        ),
        "You averaged 1 / ln μ. Add up the logarithms first; one ratio near 1 would swamp the rest.": (
            lambda x: np.mean(1 / log_ratios(x))
        ),
        "There is n on top of your fraction. Asked for is n - 1, which is right on average.": lambda x: (
            len(x) / np.sum(log_ratios(x))
        ),
        "You compared the third neighbour with the second. Take the second and the first.": lambda x: (
            (len(x) - 1) / np.sum(log_ratios(x, first=2))
        ),
    },
    hints=[
        "You need all distances between rows: x[:, None] - x has the differences.",
        "Sort each row of the distances. The first entry is the point itself.",
        "μ is the third entry over the second. Put the sum of ln μ below n - 1.",
    ],
    why="It tells whether thousands of columns are thousands of dimensions, before a model is chosen.",
)
def intrinsic_dimension(x):
    distances = np.sqrt(np.sum((x[:, None] - x) ** 2, axis=2))
    _, first, second = np.sort(distances, axis=1)[:, :3].T
    return (len(x) - 1) / np.sum(np.log(second / first))


def two_classes():
    """(x_train, y_train, x_new, k): some columns tell the classes apart, upwards or downwards, others are noise."""
    rng = np.random.default_rng(5)
    yield (
        np.array([[0.0, 5.0], [1.0, -5.0], [9.0, 4.0], [8.0, -4.0]]),
        np.array([0, 0, 1, 1]),
        np.array([[7.0, 5.0]]),
        1,
    )
    yield (  # a constant column
        np.array([[0.0, 3.0], [1.0, 3.0], [6.0, 3.0], [5.0, 3.0]]),
        np.array([0, 0, 1, 1]),
        np.array([[1.0, 3.0], [5.0, 3.0]]),
        1,
    )
    for n, noise in zip(rng.integers(4, 9, 40), rng.integers(1, 5, 40)):
        y = rng.permutation(np.arange(2 * n) % 2)
        shift = np.r_[rng.choice([-1.5, 1.5], 3), np.zeros(noise)]
        scale = np.exp(rng.normal(size=3 + noise))
        x = (np.outer(y, shift) + rng.normal(size=(2 * n, 3 + noise))) * scale
        x_new = (np.outer(np.arange(12) % 2, shift) + rng.normal(size=(12, 3 + noise))) * scale
        yield x.round(2), y, x_new.round(2), int(rng.integers(1, 4))


def separation(x, y):
    """Mean of class 1 minus mean of class 0, column by column."""
    return x[y == 1].mean(axis=0) - x[y == 0].mean(axis=0)


def spread(x):
    """Standard deviation of each column, infinite for a constant one, so that nothing counts in it."""
    return np.where(np.ptp(x, axis=0) == 0, np.inf, x.std(axis=0))


def nearest_label(x_train, y_train, x_new, columns):
    """The label of the nearest training row, in these columns only."""
    return y_train[np.sum((x_new[:, None, columns] - x_train[:, columns]) ** 2, axis=2).argmin(axis=1)]


@exercise(
    inputs=two_classes,
    mistakes={
        "You kept all columns: the useless ones count as much as the others.": lambda x_train, y_train, x_new, k: (
            nearest_label(x_train, y_train, x_new, np.arange(x_train.shape[1]))
        ),
        "You kept the k worst columns. argsort puts the smallest first.": lambda x_train, y_train, x_new, k: (
            nearest_label(
                x_train, y_train, x_new, np.argsort(np.abs(separation(x_train, y_train)) / spread(x_train))[:k]
            )
        ),
        "A column whose mean is lower in class 1 tells as much: take the size of the difference.": (
            lambda x_train, y_train, x_new, k: nearest_label(
                x_train, y_train, x_new, np.argsort(separation(x_train, y_train) / spread(x_train))[-k:]
            )
        ),
        "You did not divide by the standard deviation: columns with large numbers win.": (
            lambda x_train, y_train, x_new, k: nearest_label(
                x_train, y_train, x_new, np.argsort(np.abs(separation(x_train, y_train)))[-k:]
            )
        ),
        "You kept the columns that vary most, without a look at the classes.": (
            lambda x_train, y_train, x_new, k: nearest_label(
                x_train, y_train, x_new, np.argsort(x_train.std(axis=0))[-k:]
            )
        ),
        "A constant column gives 0 / 0, and argsort puts NaN last, as if it were the largest. It is useless.": (
            lambda x_train, y_train, x_new, k: nearest_label(
                x_train, y_train, x_new, np.argsort(np.abs(separation(x_train, y_train)) / x_train.std(axis=0))[-k:]
            )
        ),
        "You took the nearest mean of a class. Asked for is the nearest row.": lambda x_train, y_train, x_new, k: (
            nearest_label(
                np.array([x_train[y_train == label].mean(axis=0) for label in (0, 1)]),
                np.array([0, 1]),
                x_new,
                np.argsort(np.abs(separation(x_train, y_train)) / spread(x_train))[-k:],
            )
        ),
        "Those are row numbers of the neighbours. Asked for are their labels.": lambda x_train, y_train, x_new, k: (
            nearest_label(
                x_train,
                np.arange(len(y_train)),
                x_new,
                np.argsort(np.abs(separation(x_train, y_train)) / spread(x_train))[-k:],
            )
        ),
    },
    hints=[
        "Take the two means of each column, the size of their difference, and divide by the deviation if it is not 0.",
        "np.argsort(…)[-k:] gives the places of the k largest.",
        "x_new[:, None, columns] - x_train[:, columns] has all differences; sum their squares, take argmin.",
    ],
    why="The curse is about columns that count in the distance: leave out those that say nothing.",
)
def nearest_in_best_columns(x_train, y_train, x_new, k):
    difference = np.abs(x_train[y_train == 1].mean(axis=0) - x_train[y_train == 0].mean(axis=0))
    deviation = x_train.std(axis=0)
    apart = np.where(deviation > 0, difference / np.where(deviation > 0, deviation, 1), 0)
    columns = np.argsort(apart)[-k:]
    squared = np.sum((x_new[:, None, columns] - x_train[:, columns]) ** 2, axis=2)
    return y_train[squared.argmin(axis=1)]
