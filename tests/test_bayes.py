"""scratch.bayes against scikit-learn's naive Bayes and against counting."""

import warnings

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import precision_score
from sklearn.naive_bayes import BernoulliNB, GaussianNB

from dlsheet.datasets import load
from dlsheet.scratch.bayes import correct_prior, positive_predictive_value, posterior


def test_posterior_equals_gaussian_naive_bayes_on_real_tumours():
    data = load("breast_cancer")
    x, x_test = data.x_train[:, :3], data.x_test[:, :3]
    reference = GaussianNB().fit(x, data.y_train)
    likelihood = [norm(reference.theta_[k], np.sqrt(reference.var_[k])).pdf(x_test).prod(axis=1) for k in range(2)]
    ours = posterior(reference.class_prior_, np.transpose(likelihood))
    np.testing.assert_allclose(ours, reference.predict_proba(x_test), atol=1e-9)


def test_posterior_equals_bernoulli_naive_bayes():
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 2, (60, 4)), rng.integers(0, 3, 60)
    reference = BernoulliNB().fit(x, y)
    p = np.exp(reference.feature_log_prob_)
    likelihood = np.prod(np.where(x[:, np.newaxis] == 1, p, 1 - p), axis=2)
    np.testing.assert_allclose(posterior(np.bincount(y) / 60, likelihood), reference.predict_proba(x), atol=1e-12)


def test_tiny_densities_do_not_underflow():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_allclose(posterior([0.5, 0.5], [1e-308, 3e-308]), [0.25, 0.75])
        np.testing.assert_allclose(posterior([1e-10, 1 - 1e-10], [1e-300, 1e-310]), [0.5, 0.5], rtol=1e-9)
        np.testing.assert_allclose(posterior([1e-20, 1 - 1e-20], [1e-305, 0]), [1, 0])


def test_a_class_that_the_prior_rules_out_has_no_say():
    np.testing.assert_array_equal(posterior([1.0, 0.0], [1e-200, 1e200]), [1, 0])


def test_any_likelihood_by_the_definition():
    rng = np.random.default_rng(3)
    for k in (1, 2, 5):
        prior, likelihood = rng.dirichlet(np.ones(k)), rng.exponential(5, (20, k))
        expected = [[p * q / sum(prior * row) for p, q in zip(prior, row)] for row in likelihood]
        np.testing.assert_allclose(posterior(prior, likelihood), expected)
        np.testing.assert_allclose(posterior(prior, likelihood[0]), expected[0])


def test_positive_predictive_value_is_the_precision_of_the_test():
    rng = np.random.default_rng(1)
    for _ in range(50):
        tn, fp, fn, tp = rng.integers(1, 50, 4)
        y_true = np.repeat([0, 0, 1, 1], (tn, fp, fn, tp))
        y_pred = np.repeat([0, 1, 0, 1], (tn, fp, fn, tp))
        value = positive_predictive_value(y_true.mean(), tp / (tp + fn), tn / (tn + fp))
        assert value == pytest.approx(precision_score(y_true, y_pred))


def test_a_good_test_for_a_rare_disease_is_mostly_wrong():
    assert positive_predictive_value(0.001, 0.99, 0.95) == pytest.approx(0.99 * 0.001 / (0.99 * 0.001 + 0.05 * 0.999))
    values = positive_predictive_value(np.array([0.0, 0.5, 1.0]), 0.9, 0.9)
    np.testing.assert_allclose(values, [0, 0.9, 1])


def test_correct_prior_equals_naive_bayes_told_the_other_prior():
    data = load("wine")
    learnt = GaussianNB().fit(data.x_train, data.y_train)
    told = GaussianNB(priors=[0.1, 0.2, 0.7]).fit(data.x_train, data.y_train)
    ours = correct_prior(learnt.predict_proba(data.x_test), learnt.class_prior_, [0.1, 0.2, 0.7])
    np.testing.assert_allclose(ours, told.predict_proba(data.x_test), atol=1e-9)


def test_the_same_prior_changes_nothing():
    p = np.random.default_rng(2).dirichlet(np.ones(4), 5)
    np.testing.assert_allclose(correct_prior(p, [0.25] * 4, [0.25] * 4), p)
    np.testing.assert_allclose(correct_prior(p[0], [0.25] * 4, [0.25] * 4), p[0])


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: posterior([0.5, 0.6], [1, 1]), "prior=.* expected probabilities"),
        (lambda: posterior([0.5, 0.5], [1, 1, 1]), r"expected \(2,\) or \(n, 2\)"),
        (lambda: posterior([0.5, 0.5], [-1, 1]), "negative"),
        (lambda: posterior([0.5, 0.5], [0, 0]), "likelihood 0 under every class"),
        (lambda: posterior([1.0, 0.0], [0, 1]), "likelihood 0 under every class"),
        (lambda: positive_predictive_value(1.5, 0.9, 0.9), "prevalence=1.5: expected shares"),
        (lambda: positive_predictive_value(0.1, 90, 0.9), "sensitivity=90: expected a share, 0 to 1"),
        (lambda: positive_predictive_value(0.1, 0, 1), "never positive"),
        (lambda: correct_prior([[0.5, 0.6]], [0.5, 0.5], [0.9, 0.1]), "do not add up to 1"),
        (lambda: correct_prior([[1.0], [1.0]], [0.5, 0.5], [0.9, 0.1]), r"From p of one class make \[1 - p, p\]"),
        (lambda: correct_prior([[0.2, 0.3, 0.5]], [0.5, 0.5], [0.9, 0.1]), "expected shares of 2 classes"),
        (lambda: correct_prior([[1.5, -0.5]], [0.5, 0.5], [0.9, 0.1]), "values from -0.5"),
        (lambda: correct_prior([[0.5, 0.5]], [1.0, 0.0], [0.9, 0.1]), "probability 0"),
        (lambda: correct_prior([[0.5, 0.5]], [0.5, 0.5], [0.2, 0.3, 0.5]), "expected as many"),
    ],
)
def test_bad_input_is_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()
