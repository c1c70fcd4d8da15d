"""Exercises of notebook 03, data preparation."""

import numpy as np

from dlsheet.exercises.engine import exercise


def divided(x, width):
    """x / width column by column, a width of 0 taken as 1."""
    width = np.asarray(width, float)
    return x / np.where(width == 0, 1, width)


def tables():
    """(x,): small ones, some with a constant column, then random ones."""
    rng = np.random.default_rng(1)
    yield (np.array([[1.0], [3.0]]),)
    yield (np.array([[0.0], [1.0], [5.0]]),)
    yield (np.array([[1.0, 7.0], [3.0, 7.0]]),)
    yield (np.array([[2.0, 4.0, 9.0]]),)
    for m, n in rng.integers(2, 8, (20, 2)):
        yield (rng.normal(size=(m, n)) * rng.choice([0.01, 1, 100], n) + rng.integers(-5, 6, n),)


@exercise(
    inputs=tables,
    mistakes={
        "You divided by the variance. σ is its square root, and has the column's unit.": lambda x: divided(
            x - x.mean(axis=0), x.var(axis=0)
        ),
        "Your σ has m - 1 below. Asked for is the one with m, which scikit-learn uses.": lambda x: divided(
            x - x.mean(axis=0), np.nan_to_num(x.std(axis=0, ddof=1))
        ),
        "You normed the rows. A column is one measurement in one unit; a row mixes them.": lambda x: (
            divided((x - x.mean(axis=1, keepdims=True)).T, x.std(axis=1)).T
        ),
        "You took one mean and one σ for the whole table. Each column needs its own.": lambda x: divided(
            x - x.mean(), x.std()
        ),
        "You divided, but you did not centre.": lambda x: divided(x, x.std(axis=0)),
        "That is min-max.": lambda x: divided(x - x.min(axis=0), np.ptp(x, axis=0)),
        "A constant column has σ = 0, and you divided by it.": lambda x: (x - x.mean(axis=0)) / x.std(axis=0),
    },
    hints=[
        "x.mean(axis=0) has one number for each column; NumPy subtracts it from every row.",
        "x.std(axis=0) divides by m.",
        "np.where(sigma == 0, 1, sigma) leaves a constant column at 0.",
    ],
    why="Whoever forgets the constant column finds NaN in every weight an hour later.",
)
def z_norm(x):
    sigma = x.std(axis=0)
    return (x - x.mean(axis=0)) / np.where(sigma == 0, 1, sigma)


def training_and_new():
    """(x_train, x_new): new rows inside and outside the training data's range, one column constant at times."""
    rng = np.random.default_rng(2)
    yield np.array([[1.0], [3.0]]), np.array([[2.0]])
    yield np.array([[0.0], [4.0]]), np.array([[5.0], [-2.0]])
    yield np.array([[0.0, 7.0], [4.0, 7.0]]), np.array([[1.0, 7.0], [2.0, 9.0]])
    for m, n in rng.integers(2, 8, (20, 2)):
        shift = rng.integers(-5, 6, n)
        yield rng.normal(size=(m + 1, n)) + shift, 2 * rng.normal(size=(m, n)) + shift


@exercise(
    inputs=training_and_new,
    mistakes={
        "You learnt minimum and maximum from the new data. The model knows the training data's scale.": (
            lambda x_train, x_new: divided(x_new - x_new.min(axis=0), np.ptp(x_new, axis=0))
        ),
        "You learnt from training and new data together. Then the new data have a say in how they are measured.": (
            lambda x_train, x_new: divided(
                x_new - np.r_[x_train, x_new].min(axis=0), np.ptp(np.r_[x_train, x_new], axis=0)
            )
        ),
        "You clipped. New data beyond the training data's range were to stay beyond it.": lambda x_train, x_new: (
            np.clip(divided(x_new - x_train.min(axis=0), np.ptp(x_train, axis=0)), 0, 1)
        ),
        "That is z-norm. Min-max divides by the width of the range.": lambda x_train, x_new: divided(
            x_new - x_train.mean(axis=0), x_train.std(axis=0)
        ),
        "You divided by the maximum. What is the width of the range?": lambda x_train, x_new: divided(
            x_new - x_train.min(axis=0), x_train.max(axis=0)
        ),
        "You took one range for the whole table. Each column needs its own.": lambda x_train, x_new: divided(
            x_new - x_train.min(), np.ptp(x_train)
        ),
        "You scaled the training data. Asked for are the new ones.": lambda x_train, x_new: divided(
            x_train - x_train.min(axis=0), np.ptp(x_train, axis=0)
        ),
        "A column that is constant in the training data is to be shifted. You made it 0.": lambda x_train, x_new: (
            divided(x_new - x_train.min(axis=0), np.ptp(x_train, axis=0)) * (np.ptp(x_train, axis=0) > 0)
        ),
        "A constant column has the width 0, and you divided by it.": lambda x_train, x_new: (
            (x_new - x_train.min(axis=0)) / np.ptp(x_train, axis=0)
        ),
    },
    hints=[
        "Which of the two arrays may min and max look at?",
        "x_train.min(axis=0) and x_train.max(axis=0) are all you need from the training data.",
        "Nothing keeps the result inside [0, 1], and nothing should.",
    ],
    why="A model in use meets one example at a time: there is no minimum to take but the one it was trained with.",
)
def min_max_new(x_train, x_new):
    low, width = x_train.min(axis=0), np.ptp(x_train, axis=0)
    return (x_new - low) / np.where(width == 0, 1, width)


def values_and_outlier():
    """(values, outlier): an outlier above, below or inside the range of the values."""
    rng = np.random.default_rng(3)
    for values, outlier in ([0.0, 1.0], 10.0), ([0.0, 1.0], -3.0), ([2.0, 4.0, 3.0], 3.5), ([1.0, 5.0], 5.0):
        yield np.array(values), outlier
    for n in rng.integers(3, 9, 20):
        yield rng.normal(size=n).round(2), float(rng.choice([-1, 1]) * rng.uniform(0, 50))


@exercise(
    inputs=values_and_outlier,
    mistakes={
        "You took it that the outlier is the new maximum. It may lie below all values, or among them.": (
            lambda values, outlier: np.ptp(values) / (outlier - values.min())
        ),
        "That is where the largest value lands. How far from it is the smallest?": lambda values, outlier: (
            (values.max() - min(values.min(), outlier)) / np.ptp(np.append(values, outlier))
        ),
        "That is the part that the outlier takes. Asked for is the rest.": lambda values, outlier: (
            1 - np.ptp(values) / np.ptp(np.append(values, outlier))
        ),
        "It stands upside down: the part that is left cannot be more than 1.": lambda values, outlier: (
            np.ptp(np.append(values, outlier)) / np.ptp(values)
        ),
        "You divided by the outlier's size. Min-max divides by a difference.": lambda values, outlier: (
            np.ptp(values) / abs(outlier)
        ),
        "That is what z-norm leaves: you compared standard deviations, not ranges.": lambda values, outlier: (
            np.std(values) / np.std(np.append(values, outlier))
        ),
    },
    hints=[
        "Put the outlier among the values: np.append(values, outlier).",
        "Min-max divides every difference by one number. Which one, with the outlier?",
        "The width of the values alone, over the width of all.",
    ],
    why="With an outlier a thousand times as large, all other values share a thousandth of the interval.",
)
def room_left(values, outlier):
    return np.ptp(values) / np.ptp(np.append(values, outlier))


def weights_after_z_norm():
    """(w, b, mean, std) of a linear model that was trained on z-normed columns."""
    rng = np.random.default_rng(4)
    yield np.array([2.0]), 1.0, np.array([3.0]), np.array([4.0])
    yield np.array([1.0, -2.0]), 0.5, np.array([0.0, 10.0]), np.array([1.0, 5.0])
    for n in rng.integers(1, 6, 20):
        yield rng.normal(size=n), float(rng.normal()), rng.normal(size=n) * 10, rng.uniform(0.1, 9, n)


@exercise(
    inputs=weights_after_z_norm,
    mistakes={
        "You multiplied by σ. A weight for z has to become a weight for x, and z = (x - mean) / std.": (
            lambda w, b, mean, std: (w * std, b - np.sum(w * mean / std))
        ),
        "You multiplied by σ, twice. z = (x - mean) / std, so each weight is divided by σ.": (
            lambda w, b, mean, std: (w * std, b - np.sum(w * mean * std))
        ),
        "The numbers are right. Asked for is a pair: the weights, and the intercept by itself.": (
            lambda w, b, mean, std: np.append(w / std, b - np.sum(w * mean / std))
        ),
        "The intercept changes, too: where x is 0, z is not.": lambda w, b, mean, std: (w / std, b),
        "The shift of the intercept has the wrong sign.": lambda w, b, mean, std: (w / std, b + np.sum(w * mean / std)),
        "In the intercept you forgot σ: the weights there are those for x.": lambda w, b, mean, std: (
            w / std,
            b - np.sum(w * mean),
        ),
        "You have one intercept for each column. Their shifts add up.": lambda w, b, mean, std: (
            w / std,
            b - w * mean / std,
        ),
    },
    hints=[
        "Write w·z + b with z = (x - mean) / std, and multiply out.",
        "What stands before x is the new weight.",
        "All that has no x in it is the new intercept.",
    ],
    why="The model can then be given to people who have never heard of your scaler.",
)
def weights_in_units(w, b, mean, std):
    return w / std, b - np.sum(w * mean / std)


def training_new_and_limit():
    """(x_train, x_new, limit), outliers in both."""
    rng = np.random.default_rng(5)
    yield np.array([[0.0], [1.0], [2.0], [3.0], [40.0]]), np.array([[2.0], [4.0], [100.0]]), 3.0
    yield np.array([[1.0, 7.0], [2.0, 7.0], [4.0, 7.0]]), np.array([[3.0, 7.0], [-9.0, 9.0]]), 1.5
    yield np.array([[1.0], [1.0], [1.0], [1.0], [50.0]]), np.array([[1.0], [1.5], [9.0]]), 3.0  # a distance of 0
    for m, n in rng.integers(3, 8, (20, 2)):
        x_train, x_new = rng.normal(size=(2, m, n)) * rng.choice([1, 10], n)
        x_train[0], x_new[-1] = 50, -60
        yield x_train, x_new, float(rng.uniform(1, 3))


def quartiles(x):
    """The first quartile, the median and the third quartile of each column."""
    return np.quantile(x, [0.25, 0.5, 0.75], axis=0)


def robust(x_train, x_new, limit=np.inf):
    """x_new in quartile distances from the median of x_train, cut off at ±limit."""
    low, middle, high = quartiles(x_train)
    return np.clip(divided(x_new - middle, high - low), -limit, limit)


@exercise(
    inputs=training_new_and_limit,
    mistakes={
        "You centred with the mean, which a single outlier moves.": lambda x_train, x_new, limit: np.clip(
            divided(x_new - x_train.mean(axis=0), np.subtract(*quartiles(x_train)[[2, 0]])), -limit, limit
        ),
        "You divided by σ, which a single outlier blows up.": lambda x_train, x_new, limit: np.clip(
            divided(x_new - np.median(x_train, axis=0), x_train.std(axis=0)), -limit, limit
        ),
        "You learnt from the new data. Learn from the training data, apply to the new.": lambda x_train, x_new, limit: (
            robust(x_new, x_new, limit)
        ),
        "The outliers are still there: nothing is cut off at ±limit.": lambda x_train, x_new, limit: robust(
            x_train, x_new
        ),
        "You cut off what is above limit. What is below -limit becomes -limit.": lambda x_train, x_new, limit: (
            np.minimum(robust(x_train, x_new), limit)
        ),
        "You clipped before you scaled. limit is meant in the new scale.": lambda x_train, x_new, limit: robust(
            x_train, np.clip(x_new, -limit, limit)
        ),
        "You divided by half the distance of the quartiles. Take all of it.": lambda x_train, x_new, limit: np.clip(
            2 * robust(x_train, x_new), -limit, limit
        ),
        "A constant column has no width, and you divided by it.": lambda x_train, x_new, limit: np.clip(
            (x_new - np.median(x_train, axis=0)) / np.subtract(*quartiles(x_train)[[2, 0]]), -limit, limit
        ),
    },
    hints=[
        "Which measure of the middle stays where it is when one value runs away? Which measure of width?",
        "np.quantile(x_train, [0.25, 0.5, 0.75], axis=0) gives three rows: quartile, median, quartile.",
        "First shift and divide, then np.clip(…, -limit, limit). A width of 0 counts as 1.",
    ],
    why="One slipped decimal point in a million rows should not decide how the other rows look.",
)
def robust_scale(x_train, x_new, limit):
    low, middle, high = np.quantile(x_train, [0.25, 0.5, 0.75], axis=0)
    width = np.where(high == low, 1, high - low)
    return np.clip((x_new - middle) / width, -limit, limit)
