"""Answers to the exercises of notebook 07, gradient descent."""

import math

import numpy as np
from scipy.special import expit, xlogy
from sklearn.metrics import mean_squared_error

from answers import right, wrong


@right
def half_mse(y_true, y_pred):
    return mean_squared_error(y_true, y_pred) / 2


@right
def half_mse(y_true, y_pred):
    return sum((p - t) ** 2 for t, p in zip(y_true, y_pred)) / (2 * len(y_true))


@right
def half_mse(y_true, y_pred):
    error = np.asarray(y_true, "float32") - np.asarray(y_pred, "float32")
    return error @ error / error.size / 2


@wrong("½ in front")
def half_mse(y_true, y_pred):
    return mean_squared_error(y_true, y_pred)


@wrong("half the sum")
def half_mse(y_true, y_pred):
    return 0.5 * ((y_true - y_pred) ** 2).sum()


@wrong("size of the errors")
def half_mse(y_true, y_pred):
    return np.abs(y_true - y_pred).mean() / 2


@wrong("one each")
def half_mse(y_true, y_pred):
    return (y_pred - y_true) ** 2 / 2


@wrong("root")
def half_mse(y_true, y_pred):
    return np.sqrt(np.mean((y_pred - y_true) ** 2) / 2)


@wrong("changes the array")
def half_mse(y_true, y_pred):
    y_pred -= y_true
    return np.mean(y_pred**2) / 2


@right
def binary_cross_entropy(y_true, y_pred):
    return -np.mean(xlogy(y_true, y_pred) + xlogy(1 - y_true, 1 - y_pred))


@right
def binary_cross_entropy(y_true, y_pred):
    total = 0.0
    for y, p in zip(y_true, y_pred):
        chosen = p if y == 1 else 1 - p
        total += -math.log(chosen) if chosen > 0 else math.inf
    return total / len(y_true)


@right
def binary_cross_entropy(y_true, y_pred):
    return np.mean(-np.log(np.abs(1 - y_true - y_pred)))


@wrong("0 · log 0 makes NaN")
def binary_cross_entropy(y_true, y_pred):
    return -np.mean(y_true * np.log(y_pred) + (1 - y_true) * np.log(1 - y_pred))


@wrong("You clipped the probabilities")
def binary_cross_entropy(y_true, y_pred):
    p = np.clip(y_pred, 1e-7, 1 - 1e-7)
    return -np.mean(y_true * np.log(p) + (1 - y_true) * np.log(1 - p))


@wrong("sum over the examples")
def binary_cross_entropy(y_true, y_pred):
    return -np.sum(xlogy(y_true, y_pred) + xlogy(1 - y_true, 1 - y_pred))


@wrong("minus is missing")
def binary_cross_entropy(y_true, y_pred):
    return np.mean(xlogy(y_true, y_pred) + xlogy(1 - y_true, 1 - y_pred))


@wrong("positive examples only")
def binary_cross_entropy(y_true, y_pred):
    return -xlogy(y_true, y_pred).mean()


@wrong("changed places")
def binary_cross_entropy(y_true, y_pred):
    return -np.mean(xlogy(1 - y_true, y_pred) + xlogy(y_true, 1 - y_pred))


@right
def cross_entropy_slopes(x, y, w, b):
    y_pred = expit(x @ w + b)
    return x.T @ (y_pred - y) / len(x), np.mean(y_pred - y)


@right
def cross_entropy_slopes(x, y, w, b):
    m = len(x)
    dw, db = [0.0] * len(w), 0.0
    for row, label in zip(x, y):
        error = 1 / (1 + math.exp(-(sum(row * w) + b))) - label
        db += error / m
        for j in range(len(w)):
            dw[j] += error * row[j] / m
    return dw, db


@right
def cross_entropy_slopes(x, y, w, b):
    columns = np.c_[x, np.ones(len(x))].astype("float32")
    slopes = columns.T @ (expit(columns @ np.append(w, b)) - y) / len(y)
    return slopes[:-1], slopes[-1:]


@wrong("left the sigmoid out")
def cross_entropy_slopes(x, y, w, b):
    error = x @ w + b - y
    return x.T @ error / len(x), error.mean()


@wrong("does not occur with cross-entropy")
def cross_entropy_slopes(x, y, w, b):
    p = expit(x @ w + b)
    dz = p * (1 - p) * (p - y)
    return x.T @ dz / len(x), dz.mean()


@wrong("sign is wrong")
def cross_entropy_slopes(x, y, w, b):
    error = y - expit(x @ w + b)
    return x.T @ error / len(x), error.mean()


@wrong("gradient of the sum")
def cross_entropy_slopes(x, y, w, b):
    error = expit(x @ w + b) - y
    return x.T @ error, error.sum()


@wrong("in the other order")
def cross_entropy_slopes(x, y, w, b):
    error = expit(x @ w + b) - y
    return error.mean(), x.T @ error / len(x)


@wrong("first of the 2 results")
def cross_entropy_slopes(x, y, w, b):
    return x.T @ (expit(x @ w + b) - y) / len(x)


@right
def descend_line(x, y, learning_rate, steps):
    xx, xy, w = np.mean(x * x), np.mean(x * y), 0.0
    for _ in range(steps):
        w += learning_rate * (xy - w * xx)
    return w


@right
def descend_line(x, y, learning_rate, steps):
    best = np.sum(x * y) / np.sum(x * x)
    return best * (1 - (1 - learning_rate * np.mean(x * x)) ** steps)


@right
def descend_line(x, y, learning_rate, steps):
    w = np.zeros(1)
    for _ in range(steps):
        w = w - learning_rate * x[:, None].T @ (x[:, None] @ w - y) / len(x)
    return w


@wrong("You climbed")
def descend_line(x, y, learning_rate, steps):
    w = 0
    for _ in range(steps):
        w = w + learning_rate * np.mean((w * x - y) * x)
    return w


@wrong("twice too long")
def descend_line(x, y, learning_rate, steps):
    w = 0
    for _ in range(steps):
        w = w - learning_rate * 2 * np.mean((w * x - y) * x)
    return w


@wrong("forgot the factor x")
def descend_line(x, y, learning_rate, steps):
    w = 0
    for _ in range(steps):
        w = w - learning_rate * np.mean(w * x - y)
    return w


@wrong("m times too long")
def descend_line(x, y, learning_rate, steps):
    w = 0
    for _ in range(steps):
        w = w - learning_rate * np.sum((w * x - y) * x)
    return w


@wrong("one step too few")
def descend_line(x, y, learning_rate, steps):
    w = 0
    for _ in range(1, steps):
        w = w - learning_rate * np.mean((w * x - y) * x)
    return w


@right
def largest_learning_rate(x):
    singular = np.linalg.svd(np.c_[np.ones(len(x)), x], compute_uv=False)
    return len(x) / singular[0] ** 2


@right
def largest_learning_rate(x):
    m, n = x.shape
    hessian = np.zeros((n + 1, n + 1))
    for row in x:
        row = np.append(row, 1.0)
        hessian += 2 * np.outer(row, row) / m
    return 2 / max(np.linalg.eigvals(hessian).real)


@right
def largest_learning_rate(x):
    columns = np.hstack([x, np.ones((len(x), 1))])
    return 1 / np.linalg.norm(columns.T @ columns / len(x), 2)


@wrong("forgot the bias")
def largest_learning_rate(x):
    return len(x) / np.linalg.norm(x, 2) ** 2


@wrong("limit for the sheet's cost, which has a ½")
def largest_learning_rate(x):
    columns = np.c_[x, np.ones(len(x))]
    return 2 / np.linalg.eigvalsh(columns.T @ columns / len(x)).max()


@wrong("notebook's limit")
def largest_learning_rate(x):
    return 2 / np.linalg.eigvalsh(x.T @ x / len(x)).max()


@wrong("smallest curvature")
def largest_learning_rate(x):
    columns = np.c_[x, np.ones(len(x))]
    return 2 / np.linalg.eigvalsh(2 * columns.T @ columns / len(x))[0]


@wrong("curvature itself")
def largest_learning_rate(x):
    columns = np.c_[x, np.ones(len(x))]
    return np.linalg.eigvalsh(2 * columns.T @ columns / len(x))[-1]
