"""Experiments of notebook 06: columns that say nothing, and how many examples a method needs."""

import numpy as np
from scipy.spatial import cKDTree
from sklearn.feature_selection import SelectKBest
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from dlsheet.datasets import load
from dlsheet.experiments import experiment


@experiment("theory.noise_columns", seeds=10, resplit=0.43)
def noise_columns(seed, added=(0, 30, 100, 300)):
    """Accuracy on 171 tumours when columns of random numbers stand beside the 30 measurements.

    Arms: method and number of added columns. Methods: logistic regression, a tree, and one or five nearest
    neighbours, each with scikit-learn's settings, behind a StandardScaler; and "1 neighbour, columns chosen", one
    neighbour in the 5, 10, 20 or 30 columns that go best with the labels, how many by cross-validation. Same: the split
    (398 to train on) and the random columns, by seed.
    """
    cancer = load("breast_cancer")
    x = np.concatenate([cancer.x_train, cancer.x_test])
    y = np.concatenate([cancer.y_train, cancer.y_test])
    noise = np.random.default_rng(seed).normal(size=(len(x), max(added)))
    methods = {
        "logistic regression": LogisticRegression(max_iter=1000),
        "tree": DecisionTreeClassifier(random_state=0),
        "5 neighbours": KNeighborsClassifier(5),
        "1 neighbour": KNeighborsClassifier(1),
        "1 neighbour, columns chosen": GridSearchCV(
            make_pipeline(SelectKBest(), KNeighborsClassifier(1)), {"selectkbest__k": [5, 10, 20, 30]}
        ),
    }
    found = {}
    for count in added:
        wide = np.hstack([x, noise[:, :count]])
        x_train, x_test, y_train, y_test = train_test_split(wide, y, test_size=0.3, random_state=seed)
        for name, method in methods.items():
            model = make_pipeline(StandardScaler(), method).fit(x_train, y_train)
            found[f"{name}, {count}"] = model.score(x_test, y_test)
    return found


@experiment("theory.examples_needed", seeds=10)
def examples_needed(seed, error=0.1, growth=1.25):
    """Examples until the prediction misses a linear truth by a mean square of 0.1.

    Truth: f = Σ x_j, inputs uniform in a cube of d dimensions, scaled to variance 1; noise of standard deviation 0.5.
    Arms: method and d. "neighbours" takes the best of 1, 2, 4, … 32 neighbours by the truth itself, which nobody
    knows in practice: the comparison favours it. "kernel ridge" (RBF) does not know that the truth is linear either,
    only that it is smooth; its two settings are chosen by cross-validation on its own examples. Same: the number of
    examples grows by a quarter until the mean error of three sets is small enough; judged on 100 new inputs.
    """
    found = {}
    for method, dims, fewest in (
        (least_squares, (2, 4, 8, 16, 32), 2),
        (kernel_ridge, (2, 4, 8, 16, 32), 10),
        (neighbours, range(2, 12), 32),
    ):
        for d in dims:
            rng, n = np.random.default_rng([seed, d]), fewest if method is neighbours else d + fewest
            while np.mean([method(int(n), d, rng) for _ in range(3)], axis=0).min() > error:
                n *= growth
            found[f"{method.__name__.replace('_', ' ')}, {d}"] = int(n)
    return found


def linear_truth(n, d, rng):
    """(x, f, y): inputs, the truth, and what is observed."""
    x = rng.random((n, d))
    f = np.sum(x - 0.5, axis=1) * np.sqrt(12 / d)
    return x, f, f + 0.5 * rng.normal(size=n)


def least_squares(n, d, rng):
    """[mean squared error] of least squares with an intercept."""
    (x, _, y), (x_new, f_new, _) = linear_truth(n, d, rng), linear_truth(100, d, rng)
    weights = np.linalg.lstsq(np.column_stack([np.ones(n), x]), y)[0]
    return [np.mean((weights[0] + x_new @ weights[1:] - f_new) ** 2)]


def kernel_ridge(n, d, rng):
    """[mean squared error] of a sum of bumps around the examples, its settings by five-fold cross-validation."""
    (x, _, y), (x_new, f_new, _) = linear_truth(n, d, rng), linear_truth(100, d, rng)
    settings = {"alpha": [0.001, 0.01, 0.1, 1], "gamma": np.array([0.01, 0.1, 1]) / d}
    model = GridSearchCV(KernelRidge(kernel="rbf"), settings, cv=5).fit(x, y - y.mean())
    return [np.mean((model.predict(x_new) + y.mean() - f_new) ** 2)]


def neighbours(n, d, rng):
    """Mean squared errors of 1, 2, 4, … 32 nearest neighbours."""
    (x, _, y), (x_new, f_new, _) = linear_truth(n, d, rng), linear_truth(100, d, rng)
    k = np.array([1, 2, 4, 8, 16, 32])
    nearest = y[cKDTree(x).query(x_new, k=32)[1]]
    return np.mean((np.cumsum(nearest, axis=1)[:, k - 1] / k - f_new[:, None]) ** 2, axis=0)
