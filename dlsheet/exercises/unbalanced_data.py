"""Exercises of notebook 28, unbalanced data."""

import numpy as np

from dlsheet.exercises.engine import exercise


def unbalanced_labels():
    """(y,): labels of one class, of two and of several; their numbers may have gaps."""
    rng = np.random.default_rng(1)
    yield (np.array([0, 0, 1]),)
    yield (np.array([0, 1, 1, 0]),)
    yield (np.array([0, 0, 1, 1, 1, 4]),)
    yield from (
        (rng.choice([0, 1, 1, 1, 1, 3, 3, 5][:kinds], n),) for kinds, n in rng.integers([2, 5], [9, 30], (20, 2))
    )


def weighed(y, weight):
    """{class: weight(n, k, its number of examples)}."""
    classes, counts = np.unique(y, return_counts=True)
    return {int(c): float(weight(len(y), len(classes), count)) for c, count in zip(classes, counts)}


@exercise(
    inputs=unbalanced_labels,
    mistakes={
        "That is each class's share: the frequent ones would count even more.": (
            lambda y: weighed(y, lambda n, k, count: count / n)
        ),
        "The number of classes is missing: your weights are so large that the mean over all examples is k, not 1.": (
            lambda y: weighed(y, lambda n, k, count: n / count)
        ),
        "All classes count alike, but your weights shrink with the number of examples: their mean must be 1.": (
            lambda y: weighed(y, lambda n, k, count: 1 / count)
        ),
        "Your weights add up to 1 over the classes. Their mean over the examples must be 1.": (
            lambda y: weighed(y, lambda n, k, count: 1 / count / np.sum(1 / np.unique(y, return_counts=True)[1]))
        ),
        "One minus the share is larger for rare classes, but the classes do not count alike: divide by the count.": (
            lambda y: weighed(y, lambda n, k, count: 1 - count / n)
        ),
        "The keys are the labels themselves, not their places in the list of classes.": lambda y: dict(
            enumerate(balanced_weights.solution(y).values())
        ),
        "You took two classes for granted.": lambda y: weighed(y, lambda n, k, count: n / (2 * count)),
        "You took the largest label for the number of classes. Count the classes that occur.": (
            lambda y: weighed(y, lambda n, k, count: n / ((max(y) + 1) * count))
        ),
        "That is upside down: the rare class must get the larger weight.": (
            lambda y: weighed(y, lambda n, k, count: k * count / n)
        ),
        "You gave the most frequent class the weight 1. It must get less than the mean, which is 1.": (
            lambda y: weighed(y, lambda n, k, count: np.unique(y, return_counts=True)[1].max() / count)
        ),
    },
    hints=[
        "np.unique(y, return_counts=True) gives the classes that occur, and how often each does.",
        "Alike: weight times count is the same for all k classes. On average 1: these k products add up to n.",
        "So weight times count is n / k.",
    ],
    why='It is scikit-learn\'s class_weight="balanced". Because the mean is 1, the learning rate need not change.',
)
def balanced_weights(y):
    classes, counts = np.unique(y, return_counts=True)
    return {int(c): len(y) / (len(classes) * count) for c, count in zip(classes, counts)}


def counted_values():
    """(values, k, alpha): no values, values that never occur, no smoothing, random ones."""
    rng = np.random.default_rng(2)
    yield np.array([0, 0, 1]), 3, 1.0
    yield np.array([1]), 2, 0.5
    yield np.array([], int), 4, 1.0
    yield np.array([2, 2, 0, 1]), 3, 0.0
    for n, k in rng.integers([3, 2], [12, 6], (20, 2)).tolist():
        yield rng.integers(0, k, n), k, float(rng.integers(1, 5)) / 2


def times_seen(values, k):
    return np.bincount(values, minlength=k)


@exercise(
    inputs=counted_values,
    mistakes={
        "The shares do not add up to 1: every one of the k values got alpha, so n grows by more than one alpha.": (
            lambda values, k, alpha: (times_seen(values, k) + alpha) / (len(values) + alpha)
        ),
        "Plain counts: a value that was not seen keeps the share 0 and rules the class out.": (
            lambda values, k, alpha: times_seen(values, k) / len(values)
        ),
        "You smoothed above and not below: the shares add up to more than 1.": (
            lambda values, k, alpha: (times_seen(values, k) + alpha) / len(values)
        ),
        "You took 1 for alpha. Laplace's 1 is one choice of several.": (
            lambda values, k, alpha: (times_seen(values, k) + 1) / (len(values) + k)
        ),
        "You counted the values that occur. There are k of them, whether they occur or not.": (
            lambda values, k, alpha: (times_seen(values, k) + alpha) / (len(values) + alpha * len(np.unique(values)))
        ),
        "The values that do not occur are missing: return k shares.": lambda values, k, alpha: (
            (np.bincount(values) + alpha) / (len(values) + alpha * k)
        ),
    },
    hints=[
        "np.bincount(values, minlength=k) counts, zeros included.",
        "Add alpha to each of the k counts. What is their sum then?",
        "Divide by n + alpha · k.",
    ],
    why="A word that no spam mail has used so far would otherwise prove that a mail is no spam.",
)
def smoothed_shares(values, k, alpha):
    counts = np.bincount(values, minlength=k)
    return (counts + alpha) / (len(values) + alpha * k)


def results_of_tests():
    """(prevalence, sensitivity, specificity, results): no test, one, several of both outcomes."""
    rng = np.random.default_rng(3)
    for results in [1], [0], [], [1, 1], [1, 0], [0, 0]:
        yield 0.1, 0.9, 0.8, np.array(results, int)
    for n in rng.integers(1, 6, 20):
        yield *map(float, rng.uniform([0.01, 0.55, 0.55], [0.5, 0.95, 0.95])), rng.integers(0, 2, n)


def going_on_as_healthy(prevalence, sensitivity, specificity, results):
    """After a negative result the probability of being healthy takes the place of that of being ill."""
    for result in results:
        ill = prevalence * (sensitivity if result else 1 - sensitivity)
        healthy = (1 - prevalence) * (1 - specificity if result else specificity)
        prevalence = (ill if result else healthy) / (ill + healthy)
    return prevalence


def from_ratio(prevalence, ratio):
    """The probability behind the prior odds times a ratio."""
    odds = prevalence / (1 - prevalence) * ratio
    return odds / (1 + odds)


@exercise(
    inputs=results_of_tests,
    mistakes={
        "You multiplied for the positive tests and skipped the negative ones. These tell something too.": (
            lambda prevalence, sensitivity, specificity, results: from_ratio(
                prevalence, (sensitivity / (1 - specificity)) ** np.sum(results)
            )
        ),
        "A negative test is no inverted positive one: its likelihood ratio has the probabilities of a negative "
        "result, among the ill and among the healthy.": (
            lambda prevalence, sensitivity, specificity, results: from_ratio(
                prevalence, (sensitivity / (1 - specificity)) ** (2 * np.sum(results) - len(results))
            )
        ),
        "A negative test gave you the probability of being healthy. You want that of being ill.": going_on_as_healthy,
        "Only the last test counted. What came out of one test is the prior of the next.": (
            lambda prevalence, sensitivity, specificity, results: from_ratio(
                prevalence,
                1
                if len(results) == 0
                else (sensitivity / (1 - specificity) if results[-1] else (1 - sensitivity) / specificity),
            )
        ),
        "A positive result among the healthy has the probability 1 - specificity, a negative one specificity.": (
            lambda prevalence, sensitivity, specificity, results: after_tests.solution(
                prevalence, sensitivity, 1 - specificity, results
            )
        ),
        "That is the probability of being ill and having these results. Divide by that of the results.": (
            lambda prevalence, sensitivity, specificity, results: (
                prevalence * sensitivity ** np.sum(results) * (1 - sensitivity) ** np.sum(1 - results)
            )
        ),
        "Those are odds. Turn them into a probability: odds / (1 + odds).": (
            lambda prevalence, sensitivity, specificity, results: (
                prevalence
                / (1 - prevalence)
                * (sensitivity / (1 - specificity)) ** np.sum(results)
                * ((1 - sensitivity) / specificity) ** np.sum(1 - results)
            )
        ),
        "The prior is a probability, and you multiplied it as if it were odds: first p / (1 - p).": (
            lambda prevalence, sensitivity, specificity, results: from_ratio(
                prevalence / (1 + prevalence),
                (sensitivity / (1 - specificity)) ** np.sum(results)
                * ((1 - sensitivity) / specificity) ** np.sum(1 - results),
            )
        ),
    },
    hints=[
        "Work in odds: p / (1 - p). Each test multiplies them by a likelihood ratio.",
        "A positive result: sensitivity / (1 - specificity). A negative one: what is its probability in each class?",
        "A negative result multiplies by (1 - sensitivity) / specificity. Go back with odds / (1 + odds).",
    ],
    why="Three independent tests of 90% lift one in a hundred to 88%; three copies of one test do not.",
)
def after_tests(prevalence, sensitivity, specificity, results):
    ill, healthy = prevalence, 1 - prevalence
    for result in results:
        ill *= sensitivity if result else 1 - sensitivity
        healthy *= 1 - specificity if result else specificity
    return ill / (ill + healthy)


def predictions():
    """(p, old, new): the same prevalence, certain predictions, random ones."""
    rng = np.random.default_rng(4)
    yield np.array([0.5]), 0.5, 0.1
    yield np.array([0.2, 0.8]), 0.4, 0.4
    yield np.array([0.0, 1.0, 0.5]), 0.25, 0.5
    for n in rng.integers(2, 6, 20):
        yield rng.random(n), *map(float, rng.uniform(0.05, 0.95, 2))


def shifted(p, ratio):
    """p with its odds multiplied by ratio."""
    return ratio * p / (ratio * p + 1 - p)


@exercise(
    inputs=predictions,
    mistakes={
        "You scaled p and left the healthy as they were: the two probabilities no longer add up to 1.": (
            lambda p, old, new: p * new / old
        ),
        "You corrected the ill only. The share of the healthy changes too, by (1 - new) / (1 - old).": (
            lambda p, old, new: shifted(p, new / old)
        ),
        "Old and new have changed places: the old prior is divided out, the new one multiplied in.": (
            lambda p, old, new: shifted(p, old / (1 - old) / (new / (1 - new)))
        ),
        "You multiplied the new prior in and left the old one in place.": lambda p, old, new: shifted(
            p, new / (1 - new)
        ),
        "You multiplied the odds, and returned them. Go back to probabilities with odds / (1 + odds).": (
            lambda p, old, new: p / (1 - p) * new / (1 - new) * (1 - old) / old
        ),
        "A probability of 1 has no odds. Use both classes: p · new / old over the sum.": (
            lambda p, old, new: from_ratio(p, new / (1 - new) * (1 - old) / old)
        ),
        "You added the difference of the prevalences. A prior multiplies odds; it adds nothing to a probability.": (
            lambda p, old, new: p + new - old
        ),
    },
    hints=[
        "Each class's probability is multiplied by its new prior over its old one.",
        "ill = p · new / old, healthy = (1 - p) · (1 - new) / (1 - old). They no longer add up to 1.",
        "Divide ill by ill + healthy.",
    ],
    why="A model from a hospital, where many are ill, cries wolf in a village until its prior is corrected.",
)
def to_prevalence(p, old, new):
    ill = p * new / old
    healthy = (1 - p) * (1 - new) / (1 - old)
    return ill / (ill + healthy)


def decisions():
    """(prevalence, sensitivity, specificity, cost_fp, cost_fn), each of the three policies the best of some."""
    rng = np.random.default_rng(5)
    yield 0.5, 0.9, 0.9, 1.0, 1.0
    yield 0.1, 0.9, 0.8, 5.0, 1.0
    yield 0.5, 0.6, 0.9, 1.0, 9.0
    for _ in range(80):
        rates = rng.uniform([0.02, 0.6, 0.6], [0.6, 0.98, 0.98])
        yield *map(float, rates), float(rng.integers(1, 30)), float(rng.integers(1, 30))


def cheapest(nobody, everybody, positives):
    costs = {"nobody": nobody, "everybody": everybody, "positives": positives}
    return min(costs, key=costs.get)


@exercise(
    inputs=decisions,
    mistakes={
        "You never treat everybody, although that misses nobody.": (
            lambda prevalence, sensitivity, specificity, cost_fp, cost_fn: cheapest(
                prevalence * cost_fn,
                np.inf,
                prevalence * (1 - sensitivity) * cost_fn + (1 - prevalence) * (1 - specificity) * cost_fp,
            )
        ),
        "You never leave all untreated, although that raises no false alarm.": (
            lambda prevalence, sensitivity, specificity, cost_fp, cost_fn: cheapest(
                np.inf,
                (1 - prevalence) * cost_fp,
                prevalence * (1 - sensitivity) * cost_fn + (1 - prevalence) * (1 - specificity) * cost_fp,
            )
        ),
        "The two costs have changed places: cost_fp is for the healthy who are treated.": (
            lambda prevalence, sensitivity, specificity, cost_fp, cost_fn: cheapest(
                prevalence * cost_fp,
                (1 - prevalence) * cost_fn,
                prevalence * (1 - sensitivity) * cost_fp + (1 - prevalence) * (1 - specificity) * cost_fn,
            )
        ),
        "The errors of the test are not weighted by how many are ill and how many healthy.": (
            lambda prevalence, sensitivity, specificity, cost_fp, cost_fn: cheapest(
                prevalence * cost_fn,
                (1 - prevalence) * cost_fp,
                (1 - sensitivity) * cost_fn + (1 - specificity) * cost_fp,
            )
        ),
        "You left the prevalence out altogether.": (
            lambda prevalence, sensitivity, specificity, cost_fp, cost_fn: cheapest(
                cost_fn, cost_fp, (1 - sensitivity) * cost_fn + (1 - specificity) * cost_fp
            )
        ),
        "You took the policy with the fewest errors. Count what they cost.": (
            lambda prevalence, sensitivity, specificity, cost_fp, cost_fn: cheapest(
                prevalence,
                1 - prevalence,
                prevalence * (1 - sensitivity) + (1 - prevalence) * (1 - specificity),
            )
        ),
        "That is the cost. Asked for is the policy: its name.": (
            lambda prevalence, sensitivity, specificity, cost_fp, cost_fn: min(
                prevalence * cost_fn,
                (1 - prevalence) * cost_fp,
                prevalence * (1 - sensitivity) * cost_fn + (1 - prevalence) * (1 - specificity) * cost_fp,
            )
        ),
        "You chose the dearest. The lowest cost is asked for.": (
            lambda prevalence, sensitivity, specificity, cost_fp, cost_fn: cheapest(
                -prevalence * cost_fn,
                -(1 - prevalence) * cost_fp,
                -prevalence * (1 - sensitivity) * cost_fn - (1 - prevalence) * (1 - specificity) * cost_fp,
            )
        ),
    },
    hints=[
        "Which errors does each policy make, and which share of all people do they concern?",
        "Nobody: the ill, a share of prevalence, each cost_fn. Everybody: the healthy, each cost_fp.",
        "Positives: prevalence · (1 - sensitivity) missed, (1 - prevalence) · (1 - specificity) treated in vain.",
    ],
    why="A test that changes nobody's treatment is not worth its needle.",
)
def cheapest_policy(prevalence, sensitivity, specificity, cost_fp, cost_fn):
    missed = prevalence * (1 - sensitivity)
    false_alarms = (1 - prevalence) * (1 - specificity)
    costs = {
        "nobody": prevalence * cost_fn,
        "everybody": (1 - prevalence) * cost_fp,
        "positives": missed * cost_fn + false_alarms * cost_fp,
    }
    return min(costs, key=costs.get)
