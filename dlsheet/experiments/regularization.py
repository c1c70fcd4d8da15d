"""Experiment of notebook 12: does regularization help?"""

from functools import partial

import numpy as np

from dlsheet.datasets import load
from dlsheet.experiments import experiment
from dlsheet.scratch.initializers import he_uniform
from dlsheet.scratch.network import Dense, Dropout, Network
from dlsheet.scratch.optimizers import Adam
from dlsheet.scratch.regularizers import l1, l2

STRENGTHS = {
    "L1": (0.00003, 0.0001, 0.0003, 0.001),
    "L2": (0.0003, 0.001, 0.003, 0.01),
    "dropout": (0.2, 0.35, 0.5, 0.65),
    "label smoothing": (0.05, 0.1, 0.2, 0.4),
}


@experiment("regularization.help", seeds=10)
def help_(seed, units=128, epochs=60, batch_size=32, rate=0.002):
    """Accuracy on the 360 test digits with and without regularization, on two tasks that invite overfitting.

    Arms: task and method. "wrong labels": 1,437 digits, a fifth of the labels made wrong at random, for training and
    validation alike; "few": 150 digits, right labels. Methods: "none", "L1", "L2", "dropout", "label smoothing", each
    with the best of four strengths, and "early stopping", the epoch with the highest accuracy; both are chosen by a
    fifth of the task's digits, held out (of "few", 100 further ones). Same: one hidden layer of 128 ReLU units, Adam
    at 0.002, 60 epochs, where the training accuracy has stopped rising; digits, labels, start and order by seed. The
    test labels are all right.
    """
    digits = load("digits")
    x, x_test = (each.reshape(len(each), -1) for each in (digits.x_train, digits.x_test))
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(x))
    labels = digits.y_train.copy()
    wrong = rng.permutation(len(x))[: len(x) // 5]
    labels[wrong] = (labels[wrong] + rng.integers(1, 10, len(wrong))) % 10
    tasks = {
        "wrong labels": (order[len(x) // 5 :], order[: len(x) // 5], labels),
        "few": (order[:150], order[150:250], digits.y_train),
    }
    found = {}
    for task, (rows, held_out, y) in tasks.items():
        data = x[rows], np.eye(10)[y[rows]], x[held_out], y[held_out], x_test, digits.y_test
        run = partial(trained, *data, seed=seed, units=units, epochs=epochs, batch_size=batch_size, rate=rate)
        validation, test = run()
        found[f"{task}, none"] = test[-1]
        found[f"{task}, early stopping"] = test[int(np.argmax(validation))]
        for method, strengths in STRENGTHS.items():
            runs = [run(method=method, strength=strength) for strength in strengths]
            found[f"{task}, {method}"] = max(runs, key=lambda curves: curves[0][-1])[1][-1]
    return found


def trained(x, y, x_val, y_val, x_test, y_test, *, seed, units, epochs, batch_size, rate, method=None, strength=0.0):
    """Accuracy on the validation and on the test digits after each epoch."""
    rng = np.random.default_rng(seed)
    layers = [Dense(64, units, "relu", he_uniform, rng), Dense(units, 10, "softmax", he_uniform, rng)]
    if method == "dropout":
        layers.insert(1, Dropout(strength, np.random.default_rng(seed + 1000)))
    if method == "label smoothing":
        y = (1 - strength) * y + strength / 10
    penalty = {"L1": partial(l1, lam=strength), "L2": partial(l2, lam=strength)}.get(method)
    net, step = Network(layers, penalty), Adam(rate)
    validation, test = [], []
    for _ in range(epochs):
        net.fit(x, y, step, 1, batch_size, rng)
        validation.append(np.mean(net.forward(x_val).argmax(axis=1) == y_val))
        test.append(np.mean(net.forward(x_test).argmax(axis=1) == y_test))
    return validation, test


@experiment("regularization.stopping", seeds=20)
def stopping(seed, units=128, epochs=60, batch_size=32, rate=0.002, patience=5):
    """Accuracy on the test digits, with wrong labels in training, by when training stops and which weights are kept.

    Arms: "last epoch", of 60; "first increase", the epoch before the validation error first rises; "patience 5, last
    weights" and "patience 5, best weights", stopped after five epochs without a lower error. The error is the
    cross-entropy on the held-out digits. Same: one run a seed; network, data and settings as for "wrong labels" in
    "regularization.help".
    """
    digits = load("digits")
    x, x_test = (each.reshape(len(each), -1) for each in (digits.x_train, digits.x_test))
    rng = np.random.default_rng(seed)
    order, labels = rng.permutation(len(x)), digits.y_train.copy()
    wrong = rng.permutation(len(x))[: len(x) // 5]
    labels[wrong] = (labels[wrong] + rng.integers(1, 10, len(wrong))) % 10
    held_out, rows, y = order[: len(x) // 5], order[len(x) // 5 :], np.eye(10)[labels]
    net = Network([Dense(64, units, "relu", he_uniform, rng), Dense(units, 10, "softmax", he_uniform, rng)])
    step, errors, test = Adam(rate), [], []
    for _ in range(epochs):
        net.fit(x[rows], y[rows], step, 1, batch_size, rng)
        errors.append(net.cost(x[held_out], y[held_out]))
        test.append(np.mean(net.forward(x_test).argmax(axis=1) == digits.y_test))
    rises = np.flatnonzero(np.diff(errors) > 0)
    best, stop = 0, epochs - 1
    for epoch, error in enumerate(errors):
        if error < errors[best]:
            best = epoch
        elif epoch - best >= patience:
            stop = epoch
            break
    return {
        "last epoch": test[-1],
        "first increase": test[rises[0] if len(rises) else -1],
        f"patience {patience}, last weights": test[stop],
        f"patience {patience}, best weights": test[best],
    }
