"""Exercises of notebook 01, evaluation metrics."""

import numpy as np

from dlsheet.exercises.engine import exercise


def counts():
    """(tp, fp, tn, fn): small edge cases, then random tables of counts."""
    rng = np.random.default_rng(1)
    yield from [(1, 1, 3, 0), (0, 0, 4, 2), (2, 0, 0, 3), (0, 0, 0, 1), (0, 0, 5, 0), (5, 3, 2, 1)]
    yield from [(0, 3, 5, 2), (0, 3, 5, 0)]  # alarms, and nothing found
    yield from (tuple(map(int, rng.integers(1, 40, 4))) for _ in range(40))


@exercise(
    inputs=counts,
    mistakes={
        "TP stands on top: that is the sheet's misprint. Specificity is about the negatives.": lambda tp, fp, tn, fn: (
            tp / (tn + fp)
        ),
        "You divided by all that were predicted negative, which gives the negative predictive value. "
        "Divide by all that are negative.": lambda tp, fp, tn, fn: tn / (tn + fn),
        "That is the sensitivity, TPR: the same question asked about the positives.": lambda tp, fp, tn, fn: (
            tp / (tp + fn)
        ),
        "That is the share of false alarms, FPR: 1 minus what was asked for.": lambda tp, fp, tn, fn: fp / (fp + tn),
        "That is the accuracy: it counts what is right among all examples. Take the negatives alone.": (
            lambda tp, fp, tn, fn: (tp + tn) / (tp + fp + tn + fn)
        ),
        "That is a percentage. A rate lies between 0 and 1.": lambda tp, fp, tn, fn: 100 * tn / (tn + fp),
        "Without a single negative you divide by zero. Return 0.0 then.": lambda tp, fp, tn, fn: tn / (tn + fp),
    },
    hints=[
        "Which two of the four counts hold the real negatives?",
        "It is the recall of the negative class.",
        "The denominator can be 0: decide what to return before you divide.",
    ],
    why="A screening test with a low specificity sends the healthy to surgery.",
)
def specificity(tp, fp, tn, fn):
    negatives = tn + fp
    return tn / negatives if negatives else 0.0


@exercise(
    inputs=counts,
    mistakes={
        "That is the plain mean of precision and recall. The harmonic mean punishes the lower of the two.": (
            lambda tp, fp, tn, fn: (tp / (tp + fp) + tp / (tp + fn)) / 2
        ),
        "That is the square root of precision times recall, their geometric mean. F1 is the harmonic mean.": (
            lambda tp, fp, tn, fn: np.sqrt(tp / max(tp + fp, 1) * tp / max(tp + fn, 1))
        ),
        "The factor 2 is missing: a perfect classifier would get 0.5.": lambda tp, fp, tn, fn: tp / (2 * tp + fp + fn),
        "You counted TN in. F1 ignores the true negatives, which is why it serves when they are in the majority.": (
            lambda tp, fp, tn, fn: 2 * (tp + tn) / (2 * (tp + tn) + fp + fn)
        ),
        "That is TP over TP and all the errors (the Jaccard index). In F1 the true positives count twice.": (
            lambda tp, fp, tn, fn: tp / (tp + fp + fn)
        ),
        "TN stands below. F1 has the two kinds of error there, and 2·TP.": lambda tp, fp, tn, fn: (
            2 * tp / (2 * tp + fp + tn)
        ),
        "With nothing to find and nothing found you divide by zero. Return 0.0 then.": lambda tp, fp, tn, fn: (
            2 * tp / (2 * tp + fp + fn)
        ),
        "Without a true positive, precision and recall are 0 and their sum divides by zero. Return 0.0 then.": (
            lambda tp, fp, tn, fn: 2 * (tp / (tp + fp)) * (tp / (tp + fn)) / (tp / (tp + fp) + tp / (tp + fn))
        ),
    },
    hints=[
        "Write precision and recall with the counts and put them into the sheet's formula.",
        "Multiply top and bottom out: almost everything cancels, and TN never comes in.",
        "The short form has 2·TP on top, and 2·TP plus all the errors below.",
    ],
    why="A classifier that finds every spam mail by calling everything spam has recall 1, and a poor F1.",
)
def f1_from_counts(tp, fp, tn, fn):
    denominator = 2 * tp + fp + fn
    return 2 * tp / denominator if denominator else 0.0


def confusion_matrices():
    """(matrix,): small ones, one with a class that never occurs, then random ones of 2 to 5 classes."""
    rng = np.random.default_rng(2)
    for rows in [[3, 1], [0, 2]], [[2, 0, 1], [0, 0, 0], [1, 1, 3]], [[5, 0], [3, 0]]:
        yield (np.array(rows),)
    yield from ((rng.integers(0, 20, (k, k)),) for k in rng.integers(2, 6, 30))


def shares(matrix, axis):
    """The diagonal over the matrix's sums along an axis, 0 where a sum is 0."""
    matrix = np.asarray(matrix, float)
    return np.diag(matrix) / np.maximum(matrix.sum(axis=axis), 1e-300)


@exercise(
    inputs=confusion_matrices,
    mistakes={
        "You summed the columns, which are the predictions: that is macro precision. The true classes are rows.": (
            lambda matrix: np.mean(shares(matrix, axis=0))
        ),
        "That is the accuracy: the micro average, and also the mean weighted by the classes' sizes. "
        "In a macro average every class counts the same.": lambda matrix: np.trace(matrix) / np.sum(matrix),
        "Those are the recalls of the classes, one each. Asked for is their mean.": lambda matrix: shares(
            matrix, axis=1
        ),
        "A class that never occurs has 0 / 0 as its recall. Count it as 0.0.": (
            lambda matrix: np.mean(np.diag(matrix) / np.sum(matrix, axis=1))
        ),
        "You left out the class that never occurs. The mean is over all k classes, and its recall counts 0.0.": (
            lambda matrix: np.mean(shares(matrix, axis=1)[np.sum(matrix, axis=1) > 0])
        ),
    },
    hints=[
        "Row i holds the examples whose true class is i.",
        "The recall of class i is the diagonal entry over the sum of row i.",
        "np.diag(matrix) and np.sum(matrix, axis=1) are all you need, and a rule for a sum of 0.",
    ],
    why="With 990 healthy and 10 ill, accuracy forgives missing every ill patient; macro recall does not.",
)
def macro_recall(matrix):
    recalls = [row[i] / sum(row) if sum(row) else 0.0 for i, row in enumerate(matrix)]
    return sum(recalls) / len(recalls)


def labels_and_scores():
    """(y_true, y_score) with both classes, many ties among the scores."""
    rng = np.random.default_rng(3)
    for y_true, y_score in ([0, 1], [0.2, 0.7]), ([1, 0], [0.5, 0.5]), ([0, 1, 1], [0.6, 0.6, 0.1]):
        yield np.array(y_true), np.array(y_score)
    for n in rng.integers(3, 12, 30):
        y_true = np.r_[0, 1, rng.integers(0, 2, n - 2)]
        yield y_true, rng.integers(0, 5, n) / 4


def pairs(y_true, y_score):
    """Positive score minus negative score, for each pair of a positive and a negative."""
    y_true, y_score = np.asarray(y_true), np.asarray(y_score, float)
    return np.subtract.outer(y_score[y_true == 1], y_score[y_true == 0])


@exercise(
    inputs=labels_and_scores,
    mistakes={
        "You gave ties nothing. A positive and a negative with the same score count a half.": (
            lambda y_true, y_score: np.mean(pairs(y_true, y_score) > 0)
        ),
        "You gave ties a full point. A positive and a negative with the same score count a half.": (
            lambda y_true, y_score: np.mean(pairs(y_true, y_score) >= 0)
        ),
        "The comparison is turned round: count the pairs in which the positive scores higher.": (
            lambda y_true, y_score: np.mean(pairs(y_true, y_score) < 0) + np.mean(pairs(y_true, y_score) == 0) / 2
        ),
        "You left the ties out on both sides. Each is a pair, and counts a half.": (
            lambda y_true, y_score: np.mean(pairs(y_true, y_score)[pairs(y_true, y_score) != 0] > 0)
        ),
        "That is 2·AUC - 1, the Gini coefficient: a random order gets 0 there, and 1/2 as AUC.": (
            lambda y_true, y_score: np.mean(np.sign(pairs(y_true, y_score)))
        ),
        "That is how many pairs are in order. Divide by the number of all pairs.": (
            lambda y_true, y_score: np.sum(pairs(y_true, y_score) > 0) + np.sum(pairs(y_true, y_score) == 0) / 2
        ),
        "You divided by the number of examples. Divide by the number of pairs, positives times negatives.": (
            lambda y_true, y_score: (
                (np.sum(pairs(y_true, y_score) > 0) + np.sum(pairs(y_true, y_score) == 0) / 2) / len(y_true)
            )
        ),
        "You divided by all pairs of examples. Divide by the pairs of a positive and a negative.": (
            lambda y_true, y_score: (
                2
                * (np.sum(pairs(y_true, y_score) > 0) + np.sum(pairs(y_true, y_score) == 0) / 2)
                / (len(y_true) * (len(y_true) - 1))
            )
        ),
    },
    hints=[
        "Go through all pairs of one positive and one negative example.",
        "A pair counts 1 if the positive has the higher score, 1/2 for a tie, 0 otherwise.",
        "np.subtract.outer gives all differences at once; take the mean of what each is worth.",
    ],
    why="That is what an AUC of 0.9 means: nine times in ten, the ill patient scores higher than the healthy one.",
)
def auc_by_pairs(y_true, y_score):
    positives = [score for label, score in zip(y_true, y_score) if label == 1]
    negatives = [score for label, score in zip(y_true, y_score) if label == 0]
    points = [(p > n) + 0.5 * (p == n) for p in positives for n in negatives]
    return sum(points) / len(points)


def costs():
    """(y_true, y_score, cost_fp, cost_fn), the scores with ties, close together, or above 1."""
    rng = np.random.default_rng(4)
    yield np.array([0, 1]), np.array([0.7, 0.2]), 1.0, 1.0
    yield np.array([0, 0, 1]), np.array([0.9, 0.8, 0.1]), 5.0, 1.0
    yield np.array([1, 0, 1]), np.array([0.1, 0.4, 0.6]), 1.0, 10.0
    for y_true, y_score in labels_and_scores():
        yield y_true, y_score, float(rng.integers(1, 9)), float(rng.integers(1, 9))
        yield y_true, (0.5 + rng.random(len(y_true)) / 1000), float(rng.integers(1, 9)), float(rng.integers(1, 9))


def cost_at(threshold, y_true, y_score, cost_fp, cost_fn):
    """What the errors cost when every score of at least `threshold` is taken for positive."""
    y_true, positive = np.asarray(y_true), np.asarray(y_score) >= threshold
    return cost_fp * np.sum(positive & (y_true == 0)) + cost_fn * np.sum(~positive & (y_true == 1))


def all_thresholds(y_score):
    """Every score, and infinity, at which nothing is positive."""
    return [*y_score, np.inf]


@exercise(
    inputs=costs,
    mistakes={
        "The two costs have changed places: a false positive is a negative that raised an alarm.": (
            lambda y_true, y_score, cost_fp, cost_fn: min(
                cost_at(t, y_true, y_score, cost_fn, cost_fp) for t in all_thresholds(y_score)
            )
        ),
        "One threshold is missing: the one above all scores, at which nothing is positive.": (
            lambda y_true, y_score, cost_fp, cost_fn: min(
                cost_at(t, y_true, y_score, cost_fp, cost_fn) for t in y_score
            )
        ),
        "You counted the errors. Each kind has its own cost.": lambda y_true, y_score, cost_fp, cost_fn: min(
            cost_at(t, y_true, y_score, 1, 1) for t in all_thresholds(y_score)
        ),
        "That is the cost at the threshold 0.5. Try all thresholds and keep the cheapest.": (
            lambda y_true, y_score, cost_fp, cost_fn: cost_at(0.5, y_true, y_score, cost_fp, cost_fn)
        ),
        "A grid of thresholds misses what lies between its points. Take the scores themselves.": (
            lambda y_true, y_score, cost_fp, cost_fn: min(
                cost_at(t, y_true, y_score, cost_fp, cost_fn) for t in np.linspace(0, 1, 101)
            )
        ),
        "Even a grid that reaches beyond 1 misses what lies between its points. Take the scores themselves.": (
            lambda y_true, y_score, cost_fp, cost_fn: min(
                cost_at(t, y_true, y_score, cost_fp, cost_fn) for t in np.linspace(0, 1.01, 102)
            )
        ),
        "That is the cheapest threshold. Asked for is the cost it leads to.": (
            lambda y_true, y_score, cost_fp, cost_fn: min(
                all_thresholds(y_score), key=lambda t: cost_at(t, y_true, y_score, cost_fp, cost_fn)
            )
        ),
        "You compared with > only. A score equal to the threshold is positive, or the lowest score can never be.": (
            lambda y_true, y_score, cost_fp, cost_fn: min(
                cost_at(np.nextafter(t, np.inf), y_true, y_score, cost_fp, cost_fn) for t in all_thresholds(y_score)
            )
        ),
    },
    hints=[
        "Only the scores themselves matter as thresholds: between two of them nothing changes.",
        "For each threshold count the false positives and the false negatives, and add up their costs.",
        "Add float('inf') to the thresholds, at which nothing is positive.",
    ],
    why="0.5 is right only if both errors cost the same; a missed tumour and a second look do not.",
)
def lowest_cost(y_true, y_score, cost_fp, cost_fn):
    cheapest = float("inf")
    for threshold in [*y_score, float("inf")]:
        false_positives = sum(score >= threshold for label, score in zip(y_true, y_score) if label == 0)
        false_negatives = sum(score < threshold for label, score in zip(y_true, y_score) if label == 1)
        cheapest = min(cheapest, cost_fp * false_positives + cost_fn * false_negatives)
    return float(cheapest)
