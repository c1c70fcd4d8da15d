"""Experiments of notebook 07: one sigmoid unit, trained on two measurements of a tumour."""

from functools import cache

import numpy as np

from dlsheet.datasets import load
from dlsheet.experiments import experiment
from dlsheet.scratch.activations import sigmoid
from dlsheet.scratch.losses import cross_entropy_gradient, mse_gradient
from dlsheet.scratch.preprocessing import StandardScaler

RATES = (0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000)


@experiment("gradient_descent.costs", seeds=40)
def costs(seed, steps=300, spread=10):
    """Training accuracy of a sigmoid unit from a bad start, after every tenth step of gradient descent.

    Arms: the cost, "MSE" and "cross-entropy". Same: 455 examples, all in each step, and the start, by seed: weights
    normal with a standard deviation of 10, so that the unit is certain of nearly all its answers, right or wrong.
    Each cost has the best of nine learning rates: that with the highest mean accuracy after the last step on twenty
    other starts.
    """
    x, y = tumours()
    start = np.random.default_rng(seed).normal(0, spread, 3)
    return {
        arm: descend(gradient, x, y, start, best_rate(gradient, steps, spread), steps)
        for arm, gradient in {"MSE": mse_gradient, "cross-entropy": cross_entropy_gradient}.items()
    }


@cache
def best_rate(gradient, steps, spread):
    """Of RATES, that with the highest mean accuracy after the last step on twenty starts that are not judged."""
    x, y = tumours()
    starts = np.random.default_rng(1000).normal(0, spread, (20, 3))
    reached = [np.mean([descend(gradient, x, y, start, rate, steps)[-1] for start in starts]) for rate in RATES]
    return RATES[np.argmax(reached)]


def descend(gradient, x, y, start, rate, steps):
    """Accuracy at the start and after every tenth step."""
    w, b = start[:2], start[2]
    accuracies = []
    for step in range(steps + 1):
        y_pred = sigmoid(x @ w + b)
        if step % 10 == 0:
            accuracies.append(np.mean((y_pred > 0.5) == y))
        dw, db = gradient(x, y, y_pred)
        w, b = w - rate * dw, b - rate * db
    return accuracies


def tumours():
    """Radius and concavity of 455 tumours, standardised, (455, 2), and whether they are malignant, (455,)."""
    cancer = load("breast_cancer")
    columns = [cancer.feature_names.index(name) for name in ("mean radius", "mean concavity")]
    y = (cancer.y_train == cancer.class_names.index("malignant")).astype(float)
    return StandardScaler().fit_transform(cancer.x_train[:, columns]), y
