"""Exercises of notebook 02, bias and variance."""

import numpy as np

from dlsheet.exercises.engine import exercise


def fits():
    """(predictions, f): predictions of as many sets as inputs, of one set, then random ones."""
    rng = np.random.default_rng(1)
    yield np.array([[1.0, 2.0], [3.0, 6.0]]), np.array([1.0, 5.0])
    yield np.array([[1.0, 4.0, 2.0]]), np.array([2.0, 4.0, 0.0])
    for n_sets, n_inputs in rng.integers(2, 7, (20, 2)):
        yield rng.normal(size=(n_sets, n_inputs)), rng.normal(size=n_inputs)
        yield rng.normal(size=(n_inputs, n_inputs)), rng.normal(size=n_inputs)


@exercise(
    inputs=fits,
    mistakes={
        "Bias has a sign: it tells on which side of the truth the mean lies.": (
            lambda predictions, f: np.abs(predictions.mean(axis=0) - f)
        ),
        "The sign is turned round: bias is the mean prediction minus the truth.": (
            lambda predictions, f: f - predictions.mean(axis=0)
        ),
        "You averaged along the inputs. Average over the training sets, which are the rows.": (
            lambda predictions, f: predictions.mean(axis=1) - f
        ),
        "You averaged over everything before you compared with the truth. Each input has a mean of its own.": (
            lambda predictions, f: predictions.mean() - f
        ),
        "That is one number for all inputs, in which biases of opposite sign cancel. Each input has its bias.": (
            lambda predictions, f: np.mean(predictions.mean(axis=0) - f)
        ),
        "Those are the errors of each set. Average over the training sets.": lambda predictions, f: predictions - f,
        "That is bias², as it stands in the error. Asked for is the bias, which has a sign.": (
            lambda predictions, f: (predictions.mean(axis=0) - f) ** 2
        ),
        "You took the size of each error before averaging. Errors of opposite sign in two sets cancel.": (
            lambda predictions, f: np.abs(predictions - f).mean(axis=0)
        ),
    },
    hints=[
        "The mean in the formula runs over training sets. Which axis is that?",
        "predictions.mean(axis=0) is the mean prediction at each input.",
        "Subtract the truth from it.",
    ],
    why="A scale that shows a kilogram too much does so however often you step on it: that is bias.",
)
def bias_at(predictions, f):
    return predictions.mean(axis=0) - f


@exercise(
    inputs=lambda: ((predictions,) for predictions, _ in fits()),
    mistakes={
        "That is how one model goes up and down along the inputs. Take the spread over the training sets.": (
            lambda predictions: predictions.var(axis=1)
        ),
        "That is one number for all inputs. The variance is asked for at each input: give NumPy an axis.": (
            lambda predictions: predictions.var()
        ),
        "That is how the mean curve goes up and down along the inputs. Take the spread over the training sets.": (
            lambda predictions: predictions.mean(axis=0).var()
        ),
        "That is the standard deviation. The variance is its square.": lambda predictions: predictions.std(axis=0),
        "The mean of the deviations themselves is always 0. Square each of them first, then average.": (
            lambda predictions: (predictions - predictions.mean(axis=0)).mean(axis=0) ** 2
        ),
        "You subtracted one mean for all inputs. Each input has its own mean prediction.": (
            lambda predictions: ((predictions - predictions.mean()) ** 2).mean(axis=0)
        ),
        "That is the sum over the sets. Divide by their number.": lambda predictions: (
            (predictions - predictions.mean(axis=0)) ** 2
        ).sum(axis=0),
        "You divided by the number of sets minus 1. Asked for is the mean over these sets.": (
            lambda predictions: predictions.var(axis=0, ddof=1)
        ),
        "You left out the subtraction: that is the mean square of the predictions.": (
            lambda predictions: (predictions**2).mean(axis=0)
        ),
    },
    hints=[
        "The truth does not come in. What are the predictions compared with?",
        "Subtract the mean prediction at each input, square, and average over the sets.",
    ],
    why="Of two models with the same bias, the one with the smaller variance depends less on luck with the data.",
)
def variance_at(predictions):
    return ((predictions - predictions.mean(axis=0)) ** 2).mean(axis=0)


def noisy_fits():
    """(predictions, f, sigma), first with biases that cancel."""
    rng = np.random.default_rng(2)
    yield np.array([[1.0, 0.0], [3.0, 0.0]]), np.array([1.0, 1.0]), 0.5
    for predictions, f in fits():
        yield predictions, f, float(rng.uniform(0.2, 3))


@exercise(
    inputs=noisy_fits,
    mistakes={
        "You squared the mean of the biases, in which plus and minus cancel. Take the mean of the squares.": (
            lambda predictions, f, sigma: (
                np.mean(predictions.mean(axis=0) - f) ** 2 + predictions.var(axis=0).mean() + sigma**2
            )
        ),
        "You added σ. What adds up are squares: σ².": lambda predictions, f, sigma: (
            np.mean((predictions - f) ** 2) + sigma
        ),
        "The noise is missing: that is the error against the truth, not against new observations.": (
            lambda predictions, f, sigma: np.mean((predictions - f) ** 2)
        ),
        "The variance is missing: single models differ from their mean.": lambda predictions, f, sigma: (
            np.mean((predictions.mean(axis=0) - f) ** 2) + sigma**2
        ),
        "You added the bias without squaring it.": lambda predictions, f, sigma: (
            np.mean(predictions.mean(axis=0) - f) + predictions.var(axis=0).mean() + sigma**2
        ),
        "You subtracted the variance: least squares has that error on its own training data.": (
            lambda predictions, f, sigma: (
                np.mean((predictions.mean(axis=0) - f) ** 2) - predictions.var(axis=0).mean() + sigma**2
            )
        ),
        "That is the error at each input. Take the mean over the inputs.": (
            lambda predictions, f, sigma: ((predictions - f) ** 2).mean(axis=0) + sigma**2
        ),
        "You divided by the number of sets minus 1. Here the variance is the mean over these sets.": (
            lambda predictions, f, sigma: (
                np.mean((predictions.mean(axis=0) - f) ** 2 + predictions.var(axis=0, ddof=1)) + sigma**2
            )
        ),
        "Your variance is that of all predictions together. Take it at each input, then the mean.": (
            lambda predictions, f, sigma: np.mean((predictions.mean(axis=0) - f) ** 2) + predictions.var() + sigma**2
        ),
    },
    hints=[
        "You have the first two parts from the exercises above.",
        "Work out bias² and variance at each input, and average last.",
        "The noise is the same everywhere: σ² stays as it is.",
    ],
    why="In expectation no model gets below σ²: an error far below it on many new examples points to a mistake.",
)
def expected_error(predictions, f, sigma):
    mean = predictions.mean(axis=0)
    bias2 = (mean - f) ** 2
    variance = ((predictions - mean) ** 2).mean(axis=0)
    return float(np.mean(bias2 + variance) + sigma**2)


def designs():
    """(features, sigma): independent columns, as many as rows or fewer."""
    rng = np.random.default_rng(3)
    yield np.array([[1.0], [1.0]]), 3.0
    yield np.array([[1.0, 0.0], [0.0, 2.0]]), 0.5
    for p in rng.integers(1, 6, 20):
        yield rng.normal(size=(p + rng.integers(0, 8), p)), float(rng.uniform(0.2, 3))


@exercise(
    inputs=designs,
    mistakes={
        "That is the variance alone. It lowers the one error as much as it raises the other.": (
            lambda features, sigma: sigma**2 * features.shape[1] / features.shape[0]
        ),
        "Rows and columns have changed places: more examples make the gap smaller.": (
            lambda features, sigma: 2 * sigma**2 * features.shape[0] / features.shape[1]
        ),
        "You took σ for σ².": lambda features, sigma: 2 * sigma * features.shape[1] / features.shape[0],
        "That is the sum over the examples. A mean squared error is divided by their number.": (
            lambda features, sigma: 2 * sigma**2 * features.shape[1]
        ),
        "That is the error on the training data, of a model without bias. Asked for is the gap.": (
            lambda features, sigma: sigma**2 * (1 - features.shape[1] / features.shape[0])
        ),
        "That is the error on new observations, of a model without bias. Asked for is the gap.": (
            lambda features, sigma: sigma**2 * (1 + features.shape[1] / features.shape[0])
        ),
        "One coefficient too many: the features already hold all of them.": (
            lambda features, sigma: 2 * sigma**2 * (features.shape[1] + 1) / features.shape[0]
        ),
    },
    hints=[
        "Write both errors with bias², variance and σ², and subtract.",
        "What is left is twice the mean variance.",
        "With p coefficients and n examples the mean variance is σ² p / n. The numbers in features do not matter.",
    ],
    why="It says how far to distrust a training error, before a single prediction is made.",
)
def expected_gap(features, sigma):
    examples, coefficients = features.shape
    return 2 * sigma**2 * coefficients / examples


def truths():
    """(x, f, sigma, highest): waves on a few inputs, under little noise and much."""
    rng = np.random.default_rng(4)
    yield np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 0.5]), 0.4, 1
    yield np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 0.5]), 2.0, 1
    for n in rng.integers(6, 14, 60):
        x = np.sort(rng.uniform(-2, 2, n))
        f = np.sin(rng.uniform(1, 4) * x + rng.uniform(0, 6)) + rng.normal(size=n) / 10
        yield x, f, float(rng.uniform(0.05, 1.5)), int(rng.integers(1, min(n, 8)))


def errors_by_degree(x, f, highest, price):
    """The mean bias² of each degree, plus `price` for each coefficient."""
    fitted = [np.polyval(np.polyfit(x, f, degree), x) for degree in range(highest + 1)]
    return [np.mean((h - f) ** 2) + price * (d + 1) for d, h in enumerate(fitted)]


def lowest(x, f, highest, price):
    """The degree with the lowest of these."""
    return int(np.argmin(errors_by_degree(x, f, highest, price)))


@exercise(
    inputs=truths,
    mistakes={
        "That is always the highest degree: it has the lowest bias, and the lowest training error. "
        "What does each coefficient cost on new observations?": lambda x, f, sigma, highest: highest,
        "That is the number of coefficients. The degree is one less.": lambda x, f, sigma, highest: (
            1 + lowest(x, f, highest, sigma**2 / len(x))
        ),
        "That is the lowest error itself. Asked for is the degree that has it.": lambda x, f, sigma, highest: min(
            errors_by_degree(x, f, highest, sigma**2 / len(x))
        ),
        "You took σ for σ².": lambda x, f, sigma, highest: lowest(x, f, highest, sigma / len(x)),
        "You charged σ² for each coefficient. The mean over the inputs divides it by their number.": (
            lambda x, f, sigma, highest: lowest(x, f, highest, sigma**2)
        ),
        "You added the sum of bias² to the mean of the variance. Take the mean of both.": (
            lambda x, f, sigma, highest: lowest(x, f, highest, sigma**2 / len(x) ** 2)
        ),
        "You charged the gap between the two errors. New observations see the variance once, not twice.": (
            lambda x, f, sigma, highest: lowest(x, f, highest, 2 * sigma**2 / len(x))
        ),
    },
    hints=[
        "Fit each degree to f itself: what is left over is the bias.",
        "The mean variance of degree d is σ² (d + 1) / n.",
        "Work out mean bias² plus mean variance for every degree, and take the place of the lowest.",
    ],
    why="With more noise a simpler model is best, although the truth has not become simpler.",
)
def best_degree(x, f, sigma, highest):
    errors = []
    for degree in range(highest + 1):
        mean_fit = np.polyval(np.polyfit(x, f, degree), x)  # fitting is linear: the mean fit is the fit to f
        errors.append(np.mean((mean_fit - f) ** 2) + sigma**2 * (degree + 1) / len(x))
    return int(np.argmin(errors))
