"""Evaluation metrics of classifiers, from the counts of right and wrong answers.

Names, arguments and edge cases are scikit-learn's, so that the import can be swapped. A rate whose denominator is zero
is 0.0. Ledger: metrics.*.
"""

import numpy as np

AVERAGES = ("binary", "macro", "micro", "weighted", None)


def confusion_matrix(y_true, y_pred):
    """Entry (i, j) counts the examples of class i that were taken for class j; two classes give [[TN, FP], [FN, TP]].

    y_true, y_pred: (n,) labels, numbers or strings.
    Returns (k, k) integers for the k classes that occur in either, in sorted order.
    Raises ValueError for unequal lengths, empty input, missing values or labels that are not one a row.
    """
    y_true, y_pred = labels(y_true, y_pred)
    classes, codes = np.unique(np.concatenate([y_true, y_pred]), return_inverse=True)
    k = len(classes)
    true_code, predicted_code = np.split(codes, 2)
    return np.bincount(k * true_code + predicted_code, minlength=k * k).reshape(k, k)


def accuracy_score(y_true, y_pred):
    """Share of right answers: (TP + TN) / (TP + TN + FP + FN).

    y_true, y_pred: (n,) labels of any number of classes. Returns a float in [0, 1].
    Raises ValueError as confusion_matrix does.
    Ledger: metrics.accuracy.
    """
    y_true, y_pred = labels(y_true, y_pred)
    return float(np.mean(y_true == y_pred))


def error_rate(y_true, y_pred):
    """Share of wrong answers: 1 - accuracy.

    Shapes and errors as accuracy_score. Ledger: metrics.error_rate.
    """
    return 1 - accuracy_score(y_true, y_pred)


def true_positive_rate(y_true, y_pred):
    """Share of the positives that were recognised: TP / (TP + FN).

    y_true, y_pred: (n,) labels, 0 or 1. Returns a float in [0, 1]; 0.0 when there is no positive.
    Raises ValueError for unequal lengths, empty input or other labels.
    Ledger: metrics.tpr.
    """
    _, _, fn, tp = binary_counts(y_true, y_pred)
    return ratio(tp, tp + fn)


def false_positive_rate(y_true, y_pred):
    """Share of the negatives that raised a false alarm: FP / (FP + TN).

    Shapes and errors as true_positive_rate; 0.0 when there is no negative. Ledger: metrics.fpr.
    """
    tn, fp, _, _ = binary_counts(y_true, y_pred)
    return ratio(fp, fp + tn)


def true_negative_rate(y_true, y_pred):
    """Share of the negatives that were recognised: TN / (TN + FP).

    Shapes and errors as true_positive_rate; 0.0 when there is no negative. Ledger: metrics.tnr.
    """
    tn, fp, _, _ = binary_counts(y_true, y_pred)
    return ratio(tn, tn + fp)


def false_negative_rate(y_true, y_pred):
    """Share of the positives that were missed: FN / (FN + TP).

    Shapes and errors as true_positive_rate; 0.0 when there is no positive. Ledger: metrics.fnr.
    """
    _, _, fn, tp = binary_counts(y_true, y_pred)
    return ratio(fn, fn + tp)


def specificity(y_true, y_pred):
    """Another name of the true negative rate: TN / (TN + FP).

    Shapes and errors as true_negative_rate. Ledger: metrics.specificity (the sheet prints TP on top).
    """
    return true_negative_rate(y_true, y_pred)


def precision_score(y_true, y_pred, average="binary"):
    """Share of the positive answers that were right: TP / (TP + FP).

    y_true, y_pred: (n,) labels; 0 or 1 for average="binary", any for the others.
    average: "macro" is the plain mean over the classes, "weighted" the mean weighted by how often each class is true,
    "micro" sums TP and FP over the classes first, None returns the (k,) values of the classes in sorted order.
    Returns a float in [0, 1]; 0.0 for a class that was never predicted.
    Raises ValueError for unequal lengths, empty input, an unknown average, or other labels than 0 and 1 with "binary".
    Ledger: metrics.precision, metrics.macro_average, metrics.micro_average.
    """
    tp, fp, _ = class_counts(y_true, y_pred, average)
    return averaged(ratio(tp, tp + fp), y_true, y_pred, average)


def recall_score(y_true, y_pred, average="binary"):
    """Share of the positives that were recognised: TP / (TP + FN), the true positive rate under its other name.

    Arguments and errors as precision_score; 0.0 for a class that never occurs. Ledger: metrics.tpr.
    """
    tp, _, fn = class_counts(y_true, y_pred, average)
    return averaged(ratio(tp, tp + fn), y_true, y_pred, average)


def f1_score(y_true, y_pred, average="binary"):
    """Harmonic mean of precision and recall: 2 · precision · recall / (precision + recall) = 2 TP / (2 TP + FP + FN).

    Arguments and errors as precision_score; 0.0 for a class that neither occurs nor was predicted. Ledger: metrics.f1.
    """
    tp, fp, fn = class_counts(y_true, y_pred, average)
    return averaged(ratio(2 * tp, 2 * tp + fp + fn), y_true, y_pred, average)


def roc_curve(y_true, y_score, drop_intermediate=True):
    """False and true positive rate at every threshold, from "nothing is positive" to "everything is".

    y_true: (n,) labels, 0 or 1, both present. y_score: (n,) numbers, larger for "more likely positive".
    drop_intermediate: leave out the points inside a straight stretch of the curve.
    Returns (fpr, tpr, thresholds), each (t,), thresholds falling; an example is positive if its score >= threshold.
    The first threshold is infinite.
    Raises ValueError for unequal lengths, empty input, NaN, other labels, or a class that is missing.
    """
    y_true, y_score = scores(y_true, y_score)
    thresholds, inverse = np.unique(-y_score, return_inverse=True)
    tp = np.cumsum(np.bincount(inverse, weights=y_true))
    fp = np.cumsum(np.bincount(inverse, weights=1 - y_true))
    if drop_intermediate:
        corner = np.r_[True, (np.diff(fp, 2) != 0) | (np.diff(tp, 2) != 0), True][-len(tp) :]
        tp, fp, thresholds = tp[corner], fp[corner], thresholds[corner]
    return np.r_[0, fp / fp[-1]], np.r_[0, tp / tp[-1]], np.r_[np.inf, -thresholds]


def auc(x, y):
    """Area under a curve given by points, by the trapezoidal rule: Σ (x_{i+1} - x_i) (y_i + y_{i+1}) / 2.

    x: (t,) numbers that never fall, or never rise. y: (t,) numbers.
    Raises ValueError for unequal lengths, fewer than two points, NaN, or an x that goes to and fro.
    Ledger: metrics.auc.
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    if x.ndim != 1 or x.shape != y.shape or len(x) < 2:
        raise ValueError(
            f"x has shape {x.shape} and y {y.shape}: expected two equally long lists of at least 2 numbers."
        )
    if np.isnan(x).any() or np.isnan(y).any():
        raise ValueError("x or y holds NaN: expected numbers. Remove the points without a value.")
    steps = np.diff(x)
    if (steps < 0).any() and (steps > 0).any():
        raise ValueError("x goes to and fro: expected numbers that never fall, or never rise. Sort the points by x.")
    area = float(np.sum(steps * (y[:-1] + y[1:]) / 2))
    return -area if (steps < 0).any() else area


def roc_auc_score(y_true, y_score):
    """Area under the ROC curve, ∫ TPR dFPR: how often a random positive scores higher than a random negative.

    Arguments and errors as roc_curve. Returns a float in [0, 1]; 0.5 for scores that know nothing.
    Ledger: metrics.auc.
    """
    fpr, tpr, _ = roc_curve(y_true, y_score)
    return auc(fpr, tpr)


# What the formulas above share: checked labels, the four counts, and a division that knows 0 / 0.


def labels(y_true, y_pred):
    """Both as (n,) arrays of labels, or ValueError."""
    y_true, y_pred = whole("y_true", column("y_true", y_true)), whole("y_pred", column("y_pred", y_pred))
    if len(y_true) != len(y_pred):
        raise ValueError(
            f"y_true has {len(y_true)} labels, y_pred {len(y_pred)}: expected one prediction for each label."
        )
    if (y_true.dtype.kind in "OUS") != (y_pred.dtype.kind in "OUS"):
        raise ValueError(
            f"y_true holds {y_true.dtype} and y_pred {y_pred.dtype}: expected names in both or numbers in both."
        )
    return y_true, y_pred


def column(name, values):
    """`values` as a non-empty (n,) array without missing values, or ValueError."""
    values = np.asarray(values)
    if values.ndim != 1 or len(values) == 0:
        raise ValueError(f"{name} has shape {values.shape}: expected one value for each of at least one example, (n,).")
    missing = np.not_equal(values, values) | np.equal(values, None)
    if missing.any():
        raise ValueError(f"{name} lacks a value in {missing.sum()} of {len(values)} places: remove these examples.")
    if values.dtype.kind == "f" and np.isinf(values).any():
        raise ValueError(f"{name} holds infinity: expected finite numbers.")
    return values


def whole(name, values):
    """Labels that are no fractions, or ValueError."""
    if values.dtype.kind == "f" and (values != np.floor(values)).any():
        raise ValueError(f"{name} holds fractions, such as probabilities: expected labels. Choose a threshold first.")
    return values


def scores(y_true, y_score):
    """0/1 labels with both classes present and their scores, or ValueError."""
    y_true, y_score = zero_or_one("y_true", column("y_true", y_true)), column("y_score", y_score)
    if len(y_true) != len(y_score):
        raise ValueError(f"y_true has {len(y_true)} labels, y_score {len(y_score)} scores: expected as many.")
    if y_score.dtype.kind not in "biuf":
        raise ValueError(f"y_score holds {y_score.dtype}: expected numbers, larger for a more likely positive.")
    if len(np.unique(y_true)) < 2:
        raise ValueError(f"y_true holds only the class {y_true[0]}: a ROC curve needs positives and negatives.")
    return y_true, y_score.astype(float)


def zero_or_one(name, values):
    """`values` as integers, or ValueError for anything but 0 and 1."""
    if values.dtype.kind not in "biuf" or not np.isin(values, [0, 1]).all():
        raise ValueError(
            f"{name} holds the labels {np.unique(values).tolist()[:5]}: expected 0 and 1 only. Recode two classes; "
            "for more take precision_score, recall_score or f1_score with an average."
        )
    return values.astype(int)


def binary_counts(y_true, y_pred):
    """TN, FP, FN, TP of 0/1 labels."""
    y_true, y_pred = labels(y_true, y_pred)
    y_true, y_pred = zero_or_one("y_true", y_true), zero_or_one("y_pred", y_pred)
    return np.bincount(2 * y_true + y_pred, minlength=4)


def class_counts(y_true, y_pred, average):
    """TP, FP, FN: of class 1 ("binary"), summed over the classes ("micro"), or (k,) arrays, one entry a class."""
    if average not in AVERAGES:
        raise ValueError(f"average={average!r}: expected one of {', '.join(map(repr, AVERAGES))}.")
    if average == "binary":
        _, fp, fn, tp = binary_counts(y_true, y_pred)
        return tp, fp, fn
    matrix = confusion_matrix(y_true, y_pred)
    tp = np.diag(matrix)
    fp, fn = matrix.sum(axis=0) - tp, matrix.sum(axis=1) - tp
    return (tp.sum(), fp.sum(), fn.sum()) if average == "micro" else (tp, fp, fn)


def averaged(values, y_true, y_pred, average):
    """The classes' values put together as `average` says."""
    if average == "macro":
        return float(np.mean(values))
    if average == "weighted":
        return float(np.average(values, weights=confusion_matrix(y_true, y_pred).sum(axis=1)))
    return values


def ratio(numerator, denominator):
    """numerator / denominator, and 0.0 where both are zero; a float for two numbers, else an array."""
    result = np.divide(numerator, denominator, out=np.zeros(np.shape(denominator)), where=np.asarray(denominator) != 0)
    return result if result.ndim else float(result)
