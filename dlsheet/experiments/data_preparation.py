"""Experiments of notebook 03: what scaling, centring and leaks do to accuracy."""

import numpy as np
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from dlsheet.datasets import load
from dlsheet.experiments import experiment
from dlsheet.scratch.activations import sigmoid


@experiment("preparation.scaling", seeds=20, resplit=0.43)
def scaling(seed):
    """Accuracy of five nearest neighbours and of a decision tree, with and without z-norm.

    Arms: data set (wine, breast cancer: columns in different units; digits: 64 pixels), model, "z-norm" or "as it
    is". Same: the split, 70% to train on, by seed; all rows. The z-norm is learned from the training part.
    """
    found = {}
    for name in ("wine", "breast_cancer", "digits"):
        x, y = rows(name)
        x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.3, random_state=seed, stratify=y)
        for label, model in {
            "neighbours": KNeighborsClassifier(5),
            "tree": DecisionTreeClassifier(random_state=0),
        }.items():
            found[f"{name}, {label}, as it is"] = model.fit(x_train, y_train).score(x_test, y_test)
            scaled = make_pipeline(StandardScaler(), model).fit(x_train, y_train)
            found[f"{name}, {label}, z-norm"] = scaled.score(x_test, y_test)
    return found


@experiment("preparation.selection_leak", seeds=20)
def selection_leak(seed, examples=100, columns=1000, kept=20):
    """Accuracy when columns are selected by all rows before they are split, and when that is done in a pipeline.

    Arms: "before the split" and "in a pipeline". Data: 1,000 columns of pure noise and random labels (simulated, new
    for each seed; the right accuracy is the share of the larger class); the 20 columns that go best with the labels
    are selected. Same: split (70% to train on) and five nearest neighbours behind it.
    """
    rng = np.random.default_rng(seed)
    noise, labels = rng.normal(size=(examples, columns)), rng.integers(0, 2, examples)
    return early_and_late(SelectKBest(f_classif, k=kept), noise, labels, seed)


@experiment("preparation.scaling_leak", seeds=20, resplit=0.43)
def scaling_leak(seed):
    """Accuracy when the wines are scaled by all rows before they are split, and when that is done in a pipeline.

    Arms: "before the split" and "in a pipeline". Same: split (70% to train on) by seed, and five nearest neighbours.
    """
    return early_and_late(StandardScaler(), *rows("wine"), seed)


def early_and_late(step, x, y, seed):
    """Accuracy of five nearest neighbours, where a step has learned from all rows and where from the training rows."""
    train, test = train_test_split(np.arange(len(x)), test_size=0.3, random_state=seed, stratify=y)
    seen = step.fit_transform(x, y)
    early = KNeighborsClassifier(5).fit(seen[train], y[train])
    late = make_pipeline(step, KNeighborsClassifier(5)).fit(x[train], y[train])
    return {"before the split": early.score(seen[test], y[test]), "in a pipeline": late.score(x[test], y[test])}


@experiment("preparation.centring", seeds=20, resplit=0.43)
def centring(seed, steps=(100, 1000, 10000), rates=(0.01, 0.03, 0.1, 0.3, 1.0, 3.0)):
    """Accuracy of logistic regression by gradient descent, on clean and on faulty test data, with and without centring.

    Arms: "centred" (z-norm) or "not centred" (divided by σ only); the fault: "none"; "outliers", a twentieth of the
    test numbers ten times as large; "drift up", all test columns higher by σ; "drift anyhow", each column by a normal
    random number of σ; and how many steps of descent. Same: 398 tumours to train on, 171 to test on, the split by
    seed; each arm has the best of six learning rates by a quarter of the training part, held out.
    """
    x, y = rows("breast_cancer")
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.3, random_state=seed, stratify=y)
    mean, std = x_train.mean(axis=0), x_train.std(axis=0)
    rng = np.random.default_rng(seed)
    faults = {
        "none": x_test,
        "outliers": np.where(rng.random(x_test.shape) < 0.05, 10 * x_test, x_test),
        "drift up": x_test + std,
        "drift anyhow": x_test + std * rng.normal(size=x.shape[1]),
    }
    found = {}
    for arm, shift in {"centred": mean, "not centred": 0 * mean}.items():
        z = (x_train - shift) / std
        cut = len(z) * 3 // 4
        tried = [descend(z[:cut], y_train[:cut], rate, steps) for rate in rates]
        for i, count in enumerate(steps):
            judged = [accuracy(fits[i], z[cut:], y_train[cut:]) for fits in tried]
            w = descend(z, y_train, rates[int(np.argmax(judged))], [count])[0]
            for fault, x_faulty in faults.items():
                found[f"{arm}, {fault}, {count} steps"] = accuracy(w, (x_faulty - shift) / std, y_test)
    return found


def rows(name):
    """All rows of a data set, training and test rows together, a table."""
    data = load(name)
    x = np.concatenate([data.x_train, data.x_test])
    return x.reshape(len(x), -1), np.concatenate([data.y_train, data.y_test])


def descend(x, y, rate, steps):
    """Weights and bias of logistic regression by gradient descent from 0, after each of these numbers of steps."""
    x, w, found = with_ones(x), np.zeros(x.shape[1] + 1), []
    for step in range(1, max(steps) + 1):
        w = w - rate * x.T @ (sigmoid(x @ w) - y) / len(x)
        if step in steps:
            found.append(w)
    return found


def accuracy(w, x, y):
    return np.mean((with_ones(x) @ w > 0) == y)


def with_ones(x):
    return np.column_stack([x, np.ones(len(x))])
