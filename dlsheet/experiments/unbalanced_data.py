"""Experiments of notebook 28: probabilities when one class is rare, on tumours that are ill (malignant) or healthy."""

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score
from sklearn.naive_bayes import CategoricalNB, GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, OneHotEncoder, StandardScaler

from dlsheet.datasets import load
from dlsheet.experiments import experiment
from dlsheet.scratch.bayes import correct_prior

MISSED = 20  # what a missed patient costs, where a false alarm costs 1


@experiment("imbalance.naive", seeds=20, resplit=1.0)
def naive(seed, levels=5, share=0.05, sure=0.9):
    """Log loss on new patients when a twentieth is ill: does naive Bayes believe its ten features too much?

    Arms: "prior alone" (the same answer for everybody); naive Bayes on "ten features" cut into five levels, which
    depend on each other, and on "one feature" of them, mean concave points; "logistic regression" on the same levels of
    all ten, one-hot. Of naive Bayes on ten also how many new patients it gives "more than 0.9", and how many "of them
    ill". Same: half of the patients to learn from, by seed, levels cut by them, Laplace's α = 1.
    """
    x, y = patients()
    train, test = halves(y, np.random.default_rng(seed), share)
    cut = KBinsDiscretizer(levels, encode="ordinal", quantile_method="averaged_inverted_cdf").fit(x[train][:, :10])
    seen, new = (cut.transform(x[rows][:, :10]).astype(int) for rows in (train, test))
    found = {"prior alone": log_loss(y[test], np.full(len(test), y[train].mean()))}
    for arm, columns in {"ten features": list(range(10)), "one feature": [7]}.items():
        model = CategoricalNB(alpha=1, min_categories=levels).fit(seen[:, columns], y[train])
        p = model.predict_proba(new[:, columns])[:, 1]
        found[arm] = log_loss(y[test], p)
        if arm == "ten features":
            found["more than 0.9"] = int(np.sum(p > sure))
            found["of them ill"] = int(y[test][p > sure].sum())
    ones = OneHotEncoder(categories=[range(levels)] * 10)
    model = make_pipeline(ones, LogisticRegression(max_iter=1000)).fit(seen, y[train])
    found["logistic regression"] = log_loss(y[test], model.predict_proba(new)[:, 1])
    return found


@experiment("imbalance.calibration", seeds=20, resplit=1.0)
def calibration(seed):
    """Log loss on new patients, and their cost when one acts above t* = 1/21: is a model sure of the right things?

    Arms, each with either measure: "naive Bayes" (normal densities), "naive Bayes, Platt" and "naive Bayes, isotonic"
    (calibrated by five-fold cross-validation within the training half), "logistic regression"; and the cost of an
    "alarm for everybody". Same: all thirty measurements, half of the 569 patients to learn from, by seed, 37% ill. A
    missed patient costs 20, a false alarm 1.
    """
    x, y = patients()
    train, test = halves(y, np.random.default_rng(seed))
    models = {
        "naive Bayes": GaussianNB(),
        "naive Bayes, Platt": CalibratedClassifierCV(GaussianNB(), method="sigmoid"),
        "naive Bayes, isotonic": CalibratedClassifierCV(GaussianNB(), method="isotonic"),
        "logistic regression": make_pipeline(StandardScaler(), LogisticRegression()),
    }
    found = {"cost, alarm for everybody": cost(y[test], np.ones(len(test)))}
    for arm, model in models.items():
        p = model.fit(x[train], y[train]).predict_proba(x[test])[:, 1]
        found[f"log loss, {arm}"] = log_loss(y[test], p)
        found[f"cost, {arm}"] = cost(y[test], p)
    return found


@experiment("imbalance.prevalence", seeds=50, resplit=1.0)
def prevalence(seed, share=0.05):
    """Log loss among new patients of whom a twentieth is ill, for a model that has learned where 37% are.

    Arms: "as it learned", "corrected" (the odds multiplied by the ratio of the prior odds), "learned at 5%" (most of
    the ill left out). Same: half of the patients, by seed, logistic regression on texture and smoothness.
    """
    x, y = patients()
    rng = np.random.default_rng(seed)
    train, test = halves(y, rng)
    few, new = make_rare(train, y, share, rng), make_rare(test, y, share, rng)
    usual = logistic_probability(x, y, train, new)
    retrained = logistic_probability(x, y, few, new)
    return {
        "as it learned": log_loss(y[new], usual),
        "corrected": log_loss(y[new], new_prior(usual, y[train].mean(), share)),
        "learned at 5%": log_loss(y[new], retrained),
    }


@experiment("imbalance.remedies", seeds=50, resplit=1.0)
def remedies(seed, share=0.05):
    """Five remedies when a twentieth is ill: mean cost of a new patient, area under the ROC curve, Brier score.

    Arms, each with the three measures: "no remedy" (act above 0.5), "threshold" (act above 1/21), "class weights" (20
    for the ill, act above 0.5), "oversampling" (each ill patient 20 times), "undersampling" (one healthy in 20),
    "weights, corrected" (the 20 taken out of the odds, act above 1/21); and "nobody" and "everybody", who get the same
    answer. Same: half of the patients, by seed, thinned to 5% ill, logistic regression on texture and smoothness. A
    missed patient costs 20, a false alarm 1. Nothing is tuned.
    """
    x, y = patients()
    rng = np.random.default_rng(seed)
    train, test = halves(y, rng, share)
    healthy, ill = train[y[train] == 0], train[y[train] == 1]
    weights = {0: 1, 1: MISSED}
    plain = logistic_probability(x, y, train, test)
    weighted = logistic_probability(x, y, train, test, class_weight=weights)
    seen = MISSED * len(ill) / (MISSED * len(ill) + len(healthy))  # the share of the ill as the weights count them
    half, t_star = 0.5, 1 / (1 + MISSED)
    ways = {
        "no remedy": (plain, half),
        "threshold": (plain, t_star),
        "class weights": (weighted, half),
        "oversampling": (logistic_probability(x, y, np.append(healthy, np.repeat(ill, MISSED)), test), half),
        "undersampling": (logistic_probability(x, y, np.append(healthy[::MISSED], ill), test), half),
        "weights, corrected": (new_prior(weighted, seen, y[train].mean()), t_star),
        "nobody": (np.zeros(len(test)), half),
        "everybody": (np.ones(len(test)), half),
    }
    found = {}
    for arm, (p, threshold) in ways.items():
        found[f"cost, {arm}"] = cost(y[test], p, threshold)
        found[f"ranking, {arm}"] = roc_auc_score(y[test], p)
        found[f"Brier, {arm}"] = brier_score_loss(y[test], p)
    return found


@experiment("imbalance.weights", seeds=50, resplit=1.0)
def weights(seed, share=0.05):
    """By how much class weights of 20 raise the log of the odds, median of the new healthy and of the new ill.

    Arms: "two, healthy", "two, ill" (texture and smoothness), "thirty, healthy", "thirty, ill" (all measurements).
    Same: half of the patients, by seed, thinned to 5% ill, logistic regression with and without the weights, hardly any
    penalty (C = 100).
    """
    x, y = patients()
    train, test = halves(y, np.random.default_rng(seed), share)
    found = {}
    for arm, columns in {"two": TWO, "thirty": list(range(30))}.items():
        odds = []
        for class_weight in (None, {0: 1, 1: MISSED}):
            model = logistic(class_weight=class_weight).fit(x[train][:, columns], y[train])
            odds.append(model.decision_function(x[test][:, columns]))
        rise = odds[1] - odds[0]
        for c, name in enumerate(("healthy", "ill")):
            found[f"{arm}, {name}"] = np.median(rise[y[test] == c])
    return found


TWO = [1, 4]  # mean texture, mean smoothness


def patients():
    """(569, 30) measurements, and 1 for ill (malignant), 0 for healthy; the disease is the positive class."""
    cancer = load("breast_cancer")
    labels = np.concatenate([cancer.y_train, cancer.y_test])
    ill = labels == cancer.class_names.index("malignant")
    return np.concatenate([cancer.x_train, cancer.x_test]), ill.astype(int)


def halves(y, rng, share=None):
    """Rows to learn from and rows to test on: half of each class; with a share, thinned so that this share is ill."""
    parts = [np.array_split(rng.permutation(np.flatnonzero(y == c)), 2) for c in (0, 1)]
    rows = [np.concatenate(half) for half in zip(*parts)]
    return rows if share is None else [make_rare(half, y, share, rng) for half in rows]


def make_rare(rows, y, share, rng):
    """These rows without so many of the ill that this share is ill."""
    healthy, ill = rows[y[rows] == 0], rows[y[rows] == 1]
    return np.append(healthy, rng.permutation(ill)[: round(len(healthy) * share / (1 - share))])


def logistic(**options):
    """Logistic regression on standardised columns, with a small penalty."""
    return make_pipeline(StandardScaler(), LogisticRegression(C=100, solver="newton-cholesky", **options))


def logistic_probability(x, y, rows, new, **options):
    """The probability of being ill of the new rows, by logistic regression on texture and smoothness."""
    return logistic(**options).fit(x[rows][:, TWO], y[rows]).predict_proba(x[new][:, TWO])[:, 1]


def new_prior(p, old, new):
    """The probability of being ill, learned at one prevalence, corrected to another."""
    return correct_prior(np.column_stack([1 - p, p]), [1 - old, old], [1 - new, new])[:, 1]


def cost(y, p, threshold=1 / (1 + MISSED)):
    """Mean cost of a patient, with an alarm above the threshold."""
    alarm = p > threshold
    return np.mean(MISSED * ((y == 1) & ~alarm) + ((y == 0) & alarm))
