"""scratch.metrics against scikit-learn."""

import warnings

import numpy as np
import pytest
import sklearn.metrics

from dlsheet.scratch import metrics

AVERAGED = ("precision_score", "recall_score", "f1_score")


@pytest.fixture(autouse=True)
def silent_reference():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sklearn.exceptions.UndefinedMetricWarning)
        warnings.filterwarnings("ignore", message="A single label was found")
        yield


def random_labels(classes, n_sets=200):
    """Label vectors of 1 to 14 examples: small enough that classes are missing and denominators are 0."""
    rng = np.random.default_rng(classes)
    return [rng.integers(0, classes, (2, n)) for n in rng.integers(1, 15, n_sets)]


@pytest.mark.parametrize("name", ("accuracy_score", "confusion_matrix"))
@pytest.mark.parametrize("classes", (1, 2, 5))
def test_counts_equal_sklearn_for_any_number_of_classes(name, classes):
    for y_true, y_pred in random_labels(classes):
        ours, reference = (getattr(module, name)(y_true, y_pred) for module in (metrics, sklearn.metrics))
        np.testing.assert_allclose(ours, reference, rtol=1e-12)


@pytest.mark.parametrize("name", AVERAGED)
def test_binary_scores_equal_sklearn(name):
    for y_true, y_pred in random_labels(2):
        ours, reference = (getattr(module, name)(y_true, y_pred) for module in (metrics, sklearn.metrics))
        assert ours == pytest.approx(reference, abs=1e-12)


@pytest.mark.parametrize("name", AVERAGED)
@pytest.mark.parametrize("average", ("macro", "micro", "weighted", None))
def test_averages_equal_sklearn(name, average):
    for y_true, y_pred in random_labels(4):
        ours, reference = (
            getattr(module, name)(y_true, y_pred, average=average) for module in (metrics, sklearn.metrics)
        )
        np.testing.assert_allclose(ours, reference, rtol=1e-12)


def test_rates_are_the_recalls_of_the_two_classes():
    for y_true, y_pred in random_labels(2):
        recall = [sklearn.metrics.recall_score(y_true, y_pred, pos_label=label, zero_division=0) for label in (0, 1)]
        occurs = [label in y_true for label in (0, 1)]
        assert (
            metrics.true_negative_rate(y_true, y_pred)
            == metrics.specificity(y_true, y_pred)
            == pytest.approx(recall[0])
        )
        assert metrics.true_positive_rate(y_true, y_pred) == pytest.approx(recall[1])
        assert metrics.false_positive_rate(y_true, y_pred) == pytest.approx(occurs[0] - recall[0])
        assert metrics.false_negative_rate(y_true, y_pred) == pytest.approx(occurs[1] - recall[1])
        assert metrics.error_rate(y_true, y_pred) == pytest.approx(sklearn.metrics.zero_one_loss(y_true, y_pred))


def test_labels_may_be_names_or_booleans():
    y_true, y_pred = ["cat", "dog", "dog", "eel"], ["dog", "dog", "dog", "cat"]
    np.testing.assert_array_equal(
        metrics.confusion_matrix(y_true, y_pred), sklearn.metrics.confusion_matrix(y_true, y_pred)
    )
    assert metrics.precision_score([True, False, True], [True, True, True]) == pytest.approx(2 / 3)


@pytest.mark.parametrize("drop_intermediate", (True, False))
def test_roc_curve_equals_sklearn_with_ties(drop_intermediate):
    rng = np.random.default_rng(0)
    for n in rng.integers(2, 30, 200):
        y_true = np.r_[0, 1, rng.integers(0, 2, n - 2)]
        y_score = rng.integers(0, 6, n) / 4
        ours = metrics.roc_curve(y_true, y_score, drop_intermediate=drop_intermediate)
        reference = sklearn.metrics.roc_curve(y_true, y_score, drop_intermediate=drop_intermediate)
        for values, expected in zip(ours, reference, strict=True):
            np.testing.assert_allclose(values, expected, rtol=1e-12)
        assert metrics.roc_auc_score(y_true, y_score) == pytest.approx(sklearn.metrics.roc_auc_score(y_true, y_score))


@pytest.mark.parametrize("direction", (1, -1))
def test_auc_equals_sklearn_for_rising_and_falling_x(direction):
    rng = np.random.default_rng(1)
    x, y = np.sort(rng.random(20))[::direction], rng.normal(size=20)
    assert metrics.auc(x, y) == pytest.approx(sklearn.metrics.auc(x, y), rel=1e-12)


@pytest.mark.parametrize(
    ("y_true", "y_pred", "says"),
    [
        ([], [], "at least one example"),
        ([0, 1], [1], "one prediction for each label"),
        ([[0, 1]], [[0, 1]], "expected one value for each"),
        ([0, np.nan], [0, 1], "lacks a value in 1 of 2"),
        (["a", None], ["a", "b"], "lacks a value in 1 of 2"),
        ([0, 1], [0.5, 1], "holds fractions"),
        ([0, 1], [np.inf, 1], "holds infinity"),
        ([0, 1], ["a", "b"], "names in both or numbers in both"),
    ],
)
@pytest.mark.parametrize("function", (metrics.accuracy_score, metrics.confusion_matrix, metrics.specificity))
def test_bad_labels_are_refused_with_what_came(function, y_true, y_pred, says):
    with pytest.raises(ValueError, match=says):
        function(y_true, y_pred)


@pytest.mark.parametrize("function", (metrics.precision_score, metrics.specificity))
def test_binary_metrics_refuse_other_labels_than_0_and_1(function):
    with pytest.raises(ValueError, match=r"\[1, 2\].*expected 0 and 1 only"):
        function([1, 2], [1, 1])


def test_unknown_average_is_refused():
    with pytest.raises(ValueError, match="average='mean'.*'macro'"):
        metrics.f1_score([0, 1], [0, 1], average="mean")


@pytest.mark.parametrize(
    ("y_true", "y_score", "says"),
    [
        ([1, 1], [0.1, 0.2], "holds only the class 1"),
        ([0, 1], [0.1, np.nan], "lacks a value"),
        ([0, 1], [0.1], "expected as many"),
        ([0, 2], [0.1, 0.2], "expected 0 and 1 only"),
        ([0, 1], ["a", "b"], "expected numbers"),
    ],
)
def test_bad_scores_are_refused(y_true, y_score, says):
    with pytest.raises(ValueError, match=says):
        metrics.roc_curve(y_true, y_score)


@pytest.mark.parametrize(
    ("x", "y", "says"), [([0], [1], "at least 2"), ([0, 2, 1], [0, 1, 2], "to and fro"), ([0, np.nan], [0, 1], "NaN")]
)
def test_auc_refuses_what_is_no_curve(x, y, says):
    with pytest.raises(ValueError, match=says):
        metrics.auc(x, y)
