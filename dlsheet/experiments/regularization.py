"""Experiments of notebook 12: what regularization does to a network that may learn its digits by heart."""

from functools import partial

import numpy as np

from dlsheet.datasets import load
from dlsheet.experiments import experiment
from dlsheet.scratch.initializers import he_uniform
from dlsheet.scratch.metrics import accuracy_score
from dlsheet.scratch.network import Dense, Dropout, Network
from dlsheet.scratch.optimizers import Adam
from dlsheet.scratch.regularizers import EarlyStopping, l1, l2

RATES = (0.0007, 0.002, 0.006)
STRENGTHS = {
    "none": (0.0,),
    "L1": (0.00003, 0.0001, 0.0003, 0.001),
    "L2": (0.0003, 0.001, 0.003, 0.01),
    "dropout": (0.2, 0.35, 0.5, 0.65),
    "label smoothing": (0.05, 0.1, 0.2, 0.4),
}
PENALTIES = {"L1": l1, "L2": l2}


@experiment("regularization.help", seeds=10)
def gains(seed, units=128, epochs=60, batch_size=32):
    """Accuracy on the 360 test digits with and without regularization, on two tasks that invite overfitting.

    Arms: task and method. "wrong labels": 1,150 digits to train on and 287 held out, a fifth of all these labels made
    wrong at random; "few": 150 digits and 100 held out, right labels. Methods: "none", "L1", "L2", "dropout", "label
    smoothing", judged after the last epoch, and "early stopping": "none" with the weights of the epoch of the lowest
    cross-entropy on the held-out digits.
    Same: one hidden layer of 128 ReLU units, Adam, 60 epochs; digits, labels, start and order by seed. Each method has
    the best of three learning rates and of its four strengths by the accuracy on the held-out digits, anew for each
    seed; of several that are equal the first in the lists. The test
    digits, whose labels are right, are the same for all seeds.
    """
    found = {}
    for task, data in {"wrong labels": wrong_labels(seed), "few": few(seed)}.items():
        for method, strengths in STRENGTHS.items():
            runs = [
                curves(data, seed, units, epochs, batch_size, rate, method, strength)
                for rate in RATES
                for strength in strengths
            ]
            found[f"{task}, {method}"] = best_of((run["held-out accuracy"][-1], run["test"][-1]) for run in runs)
            if method == "none":
                kept = [(run, int(np.argmin(run["held out"]))) for run in runs]
                found[f"{task}, early stopping"] = best_of(
                    (run["held-out accuracy"][epoch], run["test"][epoch]) for run, epoch in kept
                )
    return found


@experiment("regularization.rate", seeds=10)
def learning_rates(seed, rates=RATES, units=128, epochs=60, batch_size=32):
    """Accuracy on the test digits without any method, with wrong labels in training, by Adam's learning rate.

    Arms: the rate, as text. Same: data, start, order and epochs of "wrong labels, none" in "regularization.help".
    """
    data = wrong_labels(seed)
    return {f"{each:g}": float(curves(data, seed, units, epochs, batch_size, each)["test"][-1]) for each in rates}


@experiment("regularization.memory", seeds=10)
def memory(seed, units=128, epochs=60, batch_size=32, rate=0.002, dropped=0.5):
    """What a network does with wrong labels, after every second epoch, with dropout and without.

    Arms: "cost, training", "cost, held out" (cross-entropy, nothing dropped) and "learned by heart", the share of the
    training digits with a wrong label that are given just this label; each "without" and with "dropout" of half of the
    hidden units. Same: digits and labels of "wrong labels" in "regularization.help", start, order, Adam's rate.
    """
    data = wrong_labels(seed)
    found = {}
    for arm, strength in {"without": 0.0, "dropout": dropped}.items():
        run = curves(data, seed, units, epochs, batch_size, rate, "dropout", strength)
        for curve, name in {
            "training": "cost, training",
            "held out": "cost, held out",
            "heart": "learned by heart",
        }.items():
            found[f"{name}, {arm}"] = run[curve][1::2]
    return found


@experiment("regularization.stopping", seeds=40)
def stopping(seed, units=128, epochs=60, batch_size=32, rate=0.002):
    """Accuracy on the test digits, with wrong labels in training, by when training stops and which weights are kept.

    Arms: "last epoch", of 60; "first increase", stopped when the held-out error first rises, weights of the epoch
    before; "patience 5" and "patience 20", stopped after so many epochs without a lower error, with the "last" or the
    "best" weights. The error is the cross-entropy on the held-out digits. Same: one run a seed, cut at different
    epochs; data as "wrong labels" in "regularization.help".
    """
    run = curves(wrong_labels(seed), seed, units, epochs, batch_size, rate)
    errors, test = run["held out"], run["test"]
    rises = np.flatnonzero(np.diff(errors) > 0)
    found = {"last epoch": test[-1], "first increase": test[rises[0] if len(rises) else -1]}
    for patience in (5, 20):
        stop, best = stopped(errors, patience)
        found[f"patience {patience}, last weights"] = test[stop]
        found[f"patience {patience}, best weights"] = test[best]
    return found


@experiment("regularization.patience", seeds=40)
def patience(seed, units=128, epochs=60, batch_size=32, rate=0.002, patiences=(1, 2, 3, 5, 10, 20)):
    """How often early stopping misses the lowest held-out error of 60 epochs, by its patience: 1 missed, 0 found.

    Arms: the patience, as text. Same: the runs of "regularization.stopping".
    """
    errors = curves(wrong_labels(seed), seed, units, epochs, batch_size, rate)["held out"]
    return {str(each): float(stopped(errors, each)[1] != np.argmin(errors)) for each in patiences}


def wrong_labels(seed):
    """Of the 1,437 training digits, a fifth with a wrong label; then a fifth, drawn anew, held out. As `split`."""
    digits = load("digits")
    rng = np.random.default_rng(seed)
    order, labels = rng.permutation(len(digits.y_train)), digits.y_train.copy()
    wrong = rng.permutation(len(labels))[: len(labels) // 5]
    labels[wrong] = (labels[wrong] + rng.integers(1, 10, len(wrong))) % 10
    return split(digits, labels, order[len(order) // 5 :], order[: len(order) // 5])


def few(seed):
    """150 digits to train on and 100 held out, with right labels. As `split`."""
    digits = load("digits")
    order = np.random.default_rng(seed).permutation(len(digits.y_train))
    return split(digits, digits.y_train, order[:150], order[150:250])


def split(digits, labels, rows, held_out):
    """{part: (images (n, 64), one-hot labels)} of "training", "held out" and "test"; "true": the training digits."""
    x, x_test = (each.reshape(len(each), -1) for each in (digits.x_train, digits.x_test))
    one_hot = np.eye(10)
    return {
        "training": (x[rows], one_hot[labels[rows]]),
        "held out": (x[held_out], one_hot[labels[held_out]]),
        "test": (x_test, one_hot[digits.y_test]),
        "true": digits.y_train[rows],
    }


def curves(data, seed, units, epochs, batch_size, rate, method="none", strength=0.0):
    """Train a network; after each epoch, of arrays (epochs,): cross-entropy on the "training" and "held out" digits,
    accuracy on "held-out accuracy" and "test", and "heart", the share of the wrong labels that were learned."""
    (x, y), (x_val, y_val), (x_test, y_test) = data["training"], data["held out"], data["test"]
    rng = np.random.default_rng(seed)
    layers = [Dense(64, units, "relu", he_uniform, rng), Dense(units, 10, "softmax", he_uniform, rng)]
    if method == "dropout":
        layers.insert(1, Dropout(strength, np.random.default_rng(seed + 1000)))
    targets = (1 - strength) * y + strength / 10 if method == "label smoothing" else y
    penalty = partial(PENALTIES[method], lam=strength) if method in PENALTIES else None
    net, step = Network(layers, penalty), Adam(rate)
    labels, labels_val, labels_test = (each.argmax(axis=1) for each in (y, y_val, y_test))
    wrong = labels != data["true"]
    run = {name: np.zeros(epochs) for name in ("training", "held out", "held-out accuracy", "test", "heart")}
    for epoch in range(epochs):
        net.fit(x, targets, step, 1, batch_size, rng)
        of_training, of_held_out = net.forward(x), net.forward(x_val)
        run["training"][epoch] = cross_entropy(y, of_training)
        run["held out"][epoch] = cross_entropy(y_val, of_held_out)
        run["held-out accuracy"][epoch] = accuracy_score(labels_val, of_held_out.argmax(axis=1))
        run["test"][epoch] = accuracy_score(labels_test, net.forward(x_test).argmax(axis=1))
        if wrong.any():
            run["heart"][epoch] = np.mean(of_training[wrong].argmax(axis=1) == labels[wrong])
    return run


def stopped(errors, patience):
    """(epoch at which training stops, epoch of the lowest error so far), counted from 0."""
    early = EarlyStopping(patience)
    for error in errors:
        if early.update(error, []):
            break
    return early.step, early.best_step


def best_of(pairs):
    """Of (held-out accuracy, test accuracy), the test accuracy of the first with the highest held-out one."""
    return float(max(pairs, key=lambda pair: pair[0])[1])


def cross_entropy(y, y_pred):
    """The mean over rows, probabilities kept above 1e-12."""
    return -np.mean(np.sum(y * np.log(np.maximum(y_pred, 1e-12)), axis=1))
