"""Answers to the exercises of notebook 02, bias and variance."""

import statistics

import numpy as np

from answers import right, wrong


@right
def bias_at(predictions, f):
    return np.mean(predictions - f, axis=0)


@right
def bias_at(predictions, f):
    return [sum(column) / len(column) - truth for column, truth in zip(predictions.T, f)]


@right
def bias_at(predictions, f):
    n = len(predictions)
    return np.full(n, 1 / n, "float32") @ predictions - f


@wrong("turned round")
def bias_at(predictions, f):
    return f - predictions.mean(axis=0)


@wrong("averaged along the inputs")
def bias_at(predictions, f):
    return np.mean(predictions, axis=1) - f


@wrong("bias²")
def bias_at(predictions, f):
    return np.mean(predictions - f, axis=0) ** 2


@wrong("one number for all inputs")
def bias_at(predictions, f):
    return np.mean(predictions - f)


@wrong("Average over the training sets")
def bias_at(predictions, f):
    return predictions - f


@wrong("changes the array")
def bias_at(predictions, f):
    predictions -= f
    return predictions.mean(axis=0)


@right
def variance_at(predictions):
    return np.mean(predictions**2, axis=0) - np.mean(predictions, axis=0) ** 2


@right
def variance_at(predictions):
    return [statistics.pvariance(column) for column in predictions.T.tolist()]


@right
def variance_at(predictions):
    return np.std(predictions, axis=0) ** 2


@wrong("sets minus 1")
def variance_at(predictions):
    return np.var(predictions, axis=0, ddof=1)


@wrong("standard deviation")
def variance_at(predictions):
    return np.std(predictions, axis=0)


@wrong("along the inputs")
def variance_at(predictions):
    return np.var(predictions, axis=1)


@wrong("one number for all inputs")
def variance_at(predictions):
    return np.var(predictions)


@wrong("Divide by their number")
def variance_at(predictions):
    return np.sum((predictions - predictions.mean(axis=0)) ** 2, axis=0)


@right
def expected_error(predictions, f, sigma):
    return np.mean((predictions - f) ** 2) + sigma**2


@right
def expected_error(predictions, f, sigma):
    bias = predictions.mean(axis=0) - f
    return (bias @ bias + predictions.var(axis=0).sum() + len(f) * sigma**2) / len(f)


@right
def expected_error(predictions, f, sigma):
    errors = [sigma**2 + (p - t) ** 2 for row in predictions for p, t in zip(row, f)]
    return statistics.fmean(errors)


@wrong("noise is missing")
def expected_error(predictions, f, sigma):
    return np.mean((predictions - f) ** 2)


@wrong("You added σ")
def expected_error(predictions, f, sigma):
    return np.mean((predictions.mean(axis=0) - f) ** 2) + predictions.var(axis=0).mean() + sigma


@wrong("error at each input")
def expected_error(predictions, f, sigma):
    return (predictions.mean(axis=0) - f) ** 2 + predictions.var(axis=0) + sigma**2


@wrong("without squaring it")
def expected_error(predictions, f, sigma):
    return np.mean(predictions - f) + predictions.var(axis=0).mean() + sigma**2


@wrong("all predictions together")
def expected_error(predictions, f, sigma):
    return np.mean((predictions.mean(axis=0) - f) ** 2) + predictions.var() + sigma**2


@wrong("variance is missing")
def expected_error(predictions, f, sigma):
    return np.mean((predictions.mean(axis=0) - f) ** 2) + sigma**2


@right
def expected_gap(features, sigma):
    n, p = np.shape(features)
    return 2 * p * sigma * sigma / n


@right
def expected_gap(features, sigma):
    hat = features @ np.linalg.pinv(features)
    return 2 * sigma**2 * np.trace(hat) / len(features)


@right
def expected_gap(features, sigma):
    p = np.linalg.matrix_rank(features)
    training, new = sigma**2 * (1 - p / len(features)), sigma**2 * (1 + p / len(features))
    return new - training


@wrong("the variance alone")
def expected_gap(features, sigma):
    return sigma**2 * len(features[0]) / len(features)


@wrong("changed places")
def expected_gap(features, sigma):
    return 2 * sigma**2 * len(features) / len(features[0])


@wrong("You took σ for σ²")
def expected_gap(features, sigma):
    return 2 * sigma * features.shape[1] / features.shape[0]


@wrong("sum over the examples")
def expected_gap(features, sigma):
    return 2 * sigma**2 * features.shape[1]


@wrong("error on new observations")
def expected_gap(features, sigma):
    return sigma**2 * (1 + features.shape[1] / features.shape[0])


@right
def best_degree(x, f, sigma, highest):
    n, errors = len(x), []
    for degree in range(highest + 1):
        powers = np.vander(x, degree + 1)
        hat = powers @ np.linalg.pinv(powers)
        bias2 = np.mean((hat @ f - f) ** 2)
        errors.append(bias2 + sigma**2 * np.trace(hat) / n)
    return np.argmin(errors)


@right
def best_degree(x, f, sigma, highest):
    best, lowest = 0, np.inf
    for degree in range(highest + 1):
        fit = np.polynomial.Polynomial.fit(x, f, degree)(x)
        error = np.sum((fit - f) ** 2) + sigma**2 * (degree + 1)
        if error < lowest:
            best, lowest = degree, error
    return best


@right
def best_degree(x, f, sigma, highest):
    errors = {
        degree: np.mean((np.polyval(np.polyfit(x, f, degree), x) - f) ** 2) + sigma**2 * (degree + 1) / len(x)
        for degree in range(highest + 1)
    }
    return np.array([min(errors, key=errors.get)])


@wrong("highest degree")
def best_degree(x, f, sigma, highest):
    return np.argmin([np.mean((np.polyval(np.polyfit(x, f, d), x) - f) ** 2) for d in range(highest + 1)])


@wrong("You took σ for σ²")
def best_degree(x, f, sigma, highest):
    bias2 = [np.mean((np.polyval(np.polyfit(x, f, d), x) - f) ** 2) for d in range(highest + 1)]
    return np.argmin(bias2 + sigma * np.arange(1, highest + 2) / len(x))


@wrong("The degree is one less")
def best_degree(x, f, sigma, highest):
    bias2 = [np.mean((np.polyval(np.polyfit(x, f, d), x) - f) ** 2) for d in range(highest + 1)]
    return 1 + np.argmin(bias2 + sigma**2 * np.arange(1, highest + 2) / len(x))


@wrong("for each coefficient")
def best_degree(x, f, sigma, highest):
    bias2 = [np.mean((np.polyval(np.polyfit(x, f, d), x) - f) ** 2) for d in range(highest + 1)]
    return np.argmin(bias2 + sigma**2 * np.arange(1, highest + 2))


@wrong("error itself")
def best_degree(x, f, sigma, highest):
    bias2 = [np.mean((np.polyval(np.polyfit(x, f, d), x) - f) ** 2) for d in range(highest + 1)]
    return np.min(bias2 + sigma**2 * np.arange(1, highest + 2) / len(x))
