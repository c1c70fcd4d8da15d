"""Answers to the exercises of notebook 01, evaluation metrics."""

from fractions import Fraction

import numpy as np
from scipy.stats import hmean, rankdata
from sklearn import metrics

from answers import right, wrong


@right
def specificity(tp, fp, tn, fn):
    return 0 if tn + fp == 0 else 1 - fp / (tn + fp)


@right
def specificity(tp, fp, tn, fn):
    y_true = np.repeat([0, 0, 1, 1], [tn, fp, fn, tp])
    y_pred = np.repeat([0, 1, 0, 1], [tn, fp, fn, tp])
    return metrics.recall_score(y_true, y_pred, pos_label=0, zero_division=0)


@right
def specificity(tp, fp, tn, fn):
    return Fraction(tn, tn + fp) if tn or fp else Fraction(0)


@right
def specificity(tp, fp, tn, fn):
    try:
        return np.float32(tn / (tn + fp))
    except ZeroDivisionError:
        return np.float32(0)


@wrong("all that were predicted negative")
def specificity(tp, fp, tn, fn):
    return tn / (tn + fn) if tn + fn else 0.0


@wrong("false alarms")
def specificity(tp, fp, tn, fn):
    return fp / (fp + tn) if fp + tn else 0.0


@wrong("percentage")
def specificity(tp, fp, tn, fn):
    return 100 * tn / (tn + fp) if tn + fp else 0


@wrong("divide by zero")
def specificity(tp, fp, tn, fn):
    return np.divide(tn, tn + fp)


@wrong("rounded")
def specificity(tp, fp, tn, fn):
    return round(tn / (tn + fp), 2) if tn + fp else 0.0


@wrong("prints and returns nothing")
def specificity(tp, fp, tn, fn):
    print(tn / (tn + fp) if tn + fp else 0.0)


@wrong("accuracy")
def specificity(tp, fp, tn, fn):
    return (tp + tn) / (tp + fp + tn + fn)


@right
def f1_from_counts(tp, fp, tn, fn):
    if tp == 0:
        return 0
    precision, recall = tp / (tp + fp), tp / (tp + fn)
    return 2 / (1 / precision + 1 / recall)


@right
def f1_from_counts(tp, fp, tn, fn):
    return tp / max(tp + (fp + fn) / 2, 1e-300)


@right
def f1_from_counts(tp, fp, tn, fn):
    return np.array([hmean([tp / (tp + fp), tp / (tp + fn)])]) if tp else np.array([0.0])


@wrong("plain mean")
def f1_from_counts(tp, fp, tn, fn):
    precision = tp / (tp + fp) if tp + fp else 0
    recall = tp / (tp + fn) if tp + fn else 0
    return (precision + recall) / 2


@wrong("factor 2 is missing")
def f1_from_counts(tp, fp, tn, fn):
    precision = tp / (tp + fp) if tp + fp else 0
    recall = tp / (tp + fn) if tp + fn else 0
    return precision * recall / (precision + recall) if precision + recall else 0


@wrong("their sum divides by zero")
def f1_from_counts(tp, fp, tn, fn):
    precision = tp / (tp + fp) if tp + fp else 0
    recall = tp / (tp + fn) if tp + fn else 0
    return 2 * np.float64(precision) * recall / (precision + recall)


@wrong("Jaccard")
def f1_from_counts(tp, fp, tn, fn):
    return tp / (tp + fp + fn) if tp else 0


@wrong("geometric mean")
def f1_from_counts(tp, fp, tn, fn):
    precision = tp / (tp + fp) if tp + fp else 0
    recall = tp / (tp + fn) if tp + fn else 0
    return np.sqrt(precision * recall)


@right
def macro_recall(matrix):
    matrix = np.array(matrix)
    n = matrix.sum(axis=1)
    return np.mean(np.divide(np.diag(matrix), n, out=np.zeros(len(n)), where=n > 0))


@right
def macro_recall(matrix):
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(np.diag(matrix) / matrix.sum(axis=1)).mean()


@right
def macro_recall(matrix):
    total = 0
    for i in range(len(matrix)):
        if matrix[i].sum() > 0:
            total += matrix[i, i] / matrix[i].sum() / len(matrix)
    return total


@wrong("macro precision")
def macro_recall(matrix):
    return np.mean([matrix[i, i] / matrix[:, i].sum() if matrix[:, i].sum() else 0 for i in range(len(matrix))])


@wrong("micro average")
def macro_recall(matrix):
    return np.diag(matrix).sum() / matrix.sum()


@wrong("You left out the class")
def macro_recall(matrix):
    return np.nanmean(np.diag(matrix) / matrix.sum(axis=1))


@wrong("one each")
def macro_recall(matrix):
    return [row[i] / row.sum() if row.sum() else 0 for i, row in enumerate(matrix)]


@wrong("sum in place of a mean")
def macro_recall(matrix):
    return sum(row[i] / row.sum() if row.sum() else 0 for i, row in enumerate(matrix))


@right
def auc_by_pairs(y_true, y_score):
    return metrics.roc_auc_score(y_true, y_score)


@right
def auc_by_pairs(y_true, y_score):
    rank = rankdata(y_score)
    positive = np.asarray(y_true) == 1
    n_pos, n_neg = positive.sum(), (~positive).sum()
    return (rank[positive].sum() - n_pos * (n_pos + 1) / 2) / (n_pos * n_neg)


@right
def auc_by_pairs(y_true, y_score):
    positives, negatives = y_score[y_true == 1], y_score[y_true == 0]
    return ((np.sign(positives[:, None] - negatives) + 1) / 2).mean()


@wrong("ties nothing")
def auc_by_pairs(y_true, y_score):
    positives, negatives = y_score[y_true == 1], y_score[y_true == 0]
    return (positives[:, None] > negatives).mean()


@wrong("ties a full point")
def auc_by_pairs(y_true, y_score):
    positives, negatives = y_score[y_true == 1], y_score[y_true == 0]
    return (positives[:, None] >= negatives).mean()


@wrong("turned round")
def auc_by_pairs(y_true, y_score):
    return 1 - metrics.roc_auc_score(y_true, y_score)


@wrong("Divide by the number of all pairs")
def auc_by_pairs(y_true, y_score):
    count = 0
    for p in y_score[y_true == 1]:
        for n in y_score[y_true == 0]:
            count += 1 if p > n else 0.5 if p == n else 0
    return count


@wrong("Gini")
def auc_by_pairs(y_true, y_score):
    return 2 * metrics.roc_auc_score(y_true, y_score) - 1


@right
def lowest_cost(y_true, y_score, cost_fp, cost_fn):
    order = np.argsort(-y_score, kind="stable")
    y, s = y_true[order], y_score[order]
    costs = cost_fn * y.sum() + np.cumsum(np.where(y == 1, -cost_fn, cost_fp))
    ends = np.append(s[1:] != s[:-1], True)
    return min(cost_fn * y.sum(), costs[ends].min())


@right
def lowest_cost(y_true, y_score, cost_fp, cost_fn):
    best = None
    for t in set(y_score) | {max(y_score) + 1}:
        said = y_score >= t
        cost = (said & (y_true == 0)).sum() * cost_fp + (~said & (y_true == 1)).sum() * cost_fn
        best = cost if best is None or cost < best else best
    return best


@right
def lowest_cost(y_true, y_score, cost_fp, cost_fn):
    fpr, tpr, _ = metrics.roc_curve(y_true, y_score, drop_intermediate=False)
    return (fpr * (y_true == 0).sum() * cost_fp + (1 - tpr) * (y_true == 1).sum() * cost_fn).min()


@wrong("changed places")
def lowest_cost(y_true, y_score, cost_fp, cost_fn):
    thresholds = [*y_score, np.inf]
    return min(
        cost_fn * np.sum((y_score >= t) & (y_true == 0)) + cost_fp * np.sum((y_score < t) & (y_true == 1))
        for t in thresholds
    )


@wrong("above all scores")
def lowest_cost(y_true, y_score, cost_fp, cost_fn):
    return min(
        cost_fp * np.sum((y_score >= t) & (y_true == 0)) + cost_fn * np.sum((y_score < t) & (y_true == 1))
        for t in np.unique(y_score)
    )


@wrong("threshold 0.5")
def lowest_cost(y_true, y_score, cost_fp, cost_fn):
    return cost_fp * np.sum((y_score >= 0.5) & (y_true == 0)) + cost_fn * np.sum((y_score < 0.5) & (y_true == 1))


@wrong("divided once too often")
def lowest_cost(y_true, y_score, cost_fp, cost_fn):
    thresholds = [*y_score, np.inf]
    return min(
        cost_fp * np.mean((y_score >= t) & (y_true == 0)) + cost_fn * np.mean((y_score < t) & (y_true == 1))
        for t in thresholds
    )


@wrong("You counted the errors")
def lowest_cost(y_true, y_score, cost_fp, cost_fn):
    return min(np.sum((y_score >= t) != (y_true == 1)) for t in [*y_score, np.inf])
