"""Experiments of notebook 08: logistic regression with batches of several sizes."""

from functools import cache

import numpy as np
from sklearn.linear_model import LogisticRegression

from dlsheet.datasets import load
from dlsheet.experiments import experiment
from dlsheet.scratch.activations import sigmoid
from dlsheet.scratch.gradient_descent import minibatches
from dlsheet.scratch.preprocessing import StandardScaler

RATES = 10.0 ** np.arange(-2.5, 1.51, 0.125)
PASSES = {1: 40, 8: 40, 32: 40, 128: 100}  # at most; for all examples at once 200
STARTS = range(1000, 1020)  # the rates are chosen on these


@experiment("variants.race", seeds=30)
def race(seed, sizes=(1, 8, 32, 128, "all"), above=0.1):
    """Passes over the data until the cost is 10% above the lowest one, by the size of a batch.

    Arms: data set and batch size, and for each also the learning rate, the best of 33 (eight a decade): that with the
    fewest passes in the mean of 20 other starts. The rate is constant while a network learns. Same: the start and the
    unit; the order of the examples is drawn by seed, anew in each pass. The cost of all examples is looked at four
    times a pass.
    """
    found = {}
    for name in ("tumours", "digits"):
        for size in sizes:
            rate = best_rate(name, size, above)
            found[f"{name}, {size}"] = passes_needed(name, size, seed, np.array([rate]), above)[0]
            found[f"rate, {name}, {size}"] = rate
    return found


@experiment("variants.around", seeds=10)
def around(seed, passes=10, above=0.1):
    """Started at the minimum: how far above the lowest cost is the cost between the fifth and the tenth pass, in %?

    Arms: data set, and BGD, SGD and MBGD (32) at the best rates of "variants.race"; MBGD at SGD's rate; SGD and MBGD
    at a falling rate, rate / (1 + passes done). The mean over every step. Same: the order by seed.
    """
    found = {}
    for name in ("tumours", "digits"):
        x, y, minimum, lowest = table(name)
        slow, fast, full = (best_rate(name, size, above) for size in (1, 32, "all"))
        arms = {
            "BGD": (len(x), full, False),
            "SGD": (1, slow, False),
            "MBGD, its own rate": (32, fast, False),
            "MBGD, the rate of SGD": (32, slow, False),
            "SGD, falling rate": (1, slow, True),
            "MBGD, falling rate": (32, fast, True),
        }
        for arm, (size, rate, falls) in arms.items():
            path = train(x, y, size, rate, passes, seed, minimum, falls)
            costs = [cost(theta, x, y) for theta in path[len(path) // 2 :]]
            found[f"{name}, {arm}"] = 100 * (np.mean(costs) / lowest - 1)
    return found


@experiment("variants.rising", seeds=10)
def rising(seed, passes=10, above=0.1):
    """Share of the steps that raise the cost of all examples, for each variant at its own best rate.

    Arms: data set, variant, and "on the way": from a random start, until the cost is 10% above the lowest, for ten
    passes (BGD 200) or 3,000 steps at most; or "there": from the minimum, for as long. Same: unit, and start by seed;
    the order is drawn by seed. BGD does not move at the minimum and has no such arm.
    """
    found = {}
    for name in ("tumours", "digits"):
        x, y, minimum, lowest = table(name)
        for variant, size in {"BGD": "all", "MBGD": 32, "SGD": 1}.items():
            settings = rows_of(size, x), best_rate(name, size, above), 200 if size == "all" else passes, seed
            path = train(x, y, *settings)[:3001]
            costs = np.array([cost(theta, x, y) for theta in path])
            there = int(np.argmax(costs <= (1 + above) * lowest)) or len(costs) - 1
            found[f"{name}, {variant}, on the way"] = np.mean(np.diff(costs[: there + 1]) > 0)
            if size != "all":
                path = train(x, y, *settings, minimum)[:3001]
                found[f"{name}, {variant}, there"] = np.mean(np.diff([cost(theta, x, y) for theta in path]) > 0)
    return found


def train(x, y, batch_size, rate, passes, seed, theta=None, falls=False):
    """The path of θ, a step a row; a falling rate is rate / (1 + passes done)."""
    rng = np.random.default_rng(seed)
    theta = rng.normal(0, 0.1, x.shape[1]) if theta is None else theta
    path = [theta]
    for _ in range(passes):
        for x_batch, y_batch in minibatches(x, y, batch_size, rng):
            gradient = x_batch.T @ (sigmoid(x_batch @ theta) - y_batch) / len(y_batch)
            done = (len(path) - 1) * batch_size / len(x)
            theta = theta - rate / (1 + done * falls) * gradient
            path.append(theta)
    return np.array(path)


@cache
def best_rate(name, size, above):
    """The rate of RATES with the fewest passes in the mean of STARTS; of several the smallest."""
    needed = [passes_needed(name, size, seed, RATES, above) for seed in STARTS]
    return float(RATES[np.argmin(np.mean(needed, axis=0))])


def passes_needed(name, size, seed, rates, above):
    """(rates,): passes until the cost is first `above` the lowest; one more than were made, where it never is."""
    x, y, _, lowest = table(name)
    rng = np.random.default_rng(seed)
    theta = np.tile(rng.normal(0, 0.1, x.shape[1]), (len(rates), 1))  # one row a rate
    passes, batch = PASSES.get(size, 200), rows_of(size, x)
    needed = np.full(len(rates), passes + 1.0)
    every = max(1, len(x) // batch // 4)
    for done in range(passes):
        for step, (x_batch, y_batch) in enumerate(minibatches(x, y, batch, rng), 1):
            theta = theta - rates[:, None] * (sigmoid(theta @ x_batch.T) - y_batch) @ x_batch / len(y_batch)
            if step % every == 0:
                reached = (cost(theta, x, y) <= (1 + above) * lowest) & (needed > passes)
                needed[reached] = done + min(step * batch / len(x), 1)
        if (needed <= passes).all():
            break
    return needed


def rows_of(size, x):
    return len(x) if size == "all" else size


def cost(theta, x, y):
    """Cross-entropy, written with z so that it is finite for every z; theta: (n,), or (k, n) for k units."""
    z = theta @ x.T
    return np.mean(np.logaddexp(0, z) - y * z, axis=-1)


@cache
def table(name):
    """(x, y, the best θ, the lowest cost): ten measurements of 455 tumours, or 1,437 digits, is it an 8?"""
    if name == "tumours":
        data = load("breast_cancer")
        x, y = data.x_train[:, :10], data.y_train == data.class_names.index("malignant")
    else:
        data = load("digits")
        x, y = data.x_train.reshape(len(data.x_train), -1), data.y_train == 8
    x = StandardScaler().fit_transform(x)
    x = np.c_[x[:, x.std(axis=0) > 0], np.ones(len(x))]  # the last column carries the bias
    y = y.astype(float)
    regression = LogisticRegression(C=np.inf, fit_intercept=False, solver="newton-cholesky", tol=1e-8)
    minimum = regression.fit(x, y).coef_[0]
    return x, y, minimum, cost(minimum, x, y)
