"""Bayes' rule, and what it does to tests and classifiers. Ledger: imbalance.*."""

import numpy as np

from dlsheet.scratch.arrays import between, finite


def posterior(prior, likelihood):
    """P(class | data) = P(data | class) P(class) / Σ P(data | class) P(class).

    prior: (k,) probabilities that add up to 1. likelihood: (k,) or (n, k), P(data | class) or densities, at least 0.
    Returns an array like likelihood; each row adds up to 1.
    Raises ValueError for shapes that do not match, NaN, a prior that is none, or data impossible under every class.
    """
    prior, likelihood = distribution("prior", prior), finite("likelihood", likelihood)
    if likelihood.ndim not in (1, 2) or likelihood.shape[-1:] != prior.shape:
        raise ValueError(f"likelihood has shape {likelihood.shape}: expected {prior.shape} or (n, {len(prior)}).")
    if (likelihood < 0).any():
        raise ValueError("likelihood holds negative numbers: expected probabilities or densities.")
    likelihood = np.where(prior > 0, likelihood, 0)
    largest = likelihood.max(axis=-1, keepdims=True)
    if (largest == 0).any():
        raise ValueError("Some data have likelihood 0 under every class that the prior allows. Smooth the counts.")
    joint = prior * (likelihood / largest)  # in this order: densities may be as small as 1e-300
    return joint / joint.sum(axis=-1, keepdims=True)


def positive_predictive_value(prevalence, sensitivity, specificity):
    """P(ill | test positive) = sens · prev / (sens · prev + (1 - spec) · (1 - prev)).

    prevalence: share of the ill, a number or an array. sensitivity: P(positive | ill). specificity:
    P(negative | healthy). Returns a float or an array like prevalence.
    Raises ValueError for values outside [0, 1], or a test that is never positive.
    """
    prevalence = finite("prevalence", prevalence)
    if prevalence.min() < 0 or prevalence.max() > 1:
        raise ValueError(f"prevalence={prevalence}: expected shares, 0 to 1.")
    between("sensitivity", sensitivity, 0, 1, "a share")
    between("specificity", specificity, 0, 1, "a share")
    true_positive = sensitivity * prevalence
    positive = true_positive + (1 - specificity) * (1 - prevalence)
    if (positive == 0).any():
        raise ValueError("The test is never positive with these values, so there is nothing to predict from.")
    value = true_positive / positive
    return float(value) if value.ndim == 0 else value


def correct_prior(probabilities, train_prior, true_prior):
    """Probabilities of a classifier that learnt with train_prior, for a world with true_prior.

    Each class's probability is multiplied by true prior / train prior, then the row is made to add up to 1.
    probabilities: (n, k) or (k,). train_prior, true_prior: (k,), adding up to 1. Returns an array like probabilities.
    Raises ValueError for shapes that do not match, values that are no probabilities, or a class never seen in training.
    Holds if P(data | class) is the same in both worlds. Saerens, Latinne and Decaestecker (2002).
    """
    train_prior, true_prior = distribution("train_prior", train_prior), distribution("true_prior", true_prior)
    if train_prior.shape != true_prior.shape:
        raise ValueError(f"train_prior has {len(train_prior)} classes, true_prior {len(true_prior)}: expected as many.")
    if (train_prior == 0).any():
        raise ValueError("train_prior has a class of probability 0: a classifier knows nothing about it.")
    probabilities = finite("probabilities", probabilities)
    if probabilities.shape[-1:] != train_prior.shape or (probabilities < 0).any():
        raise ValueError(
            f"probabilities has shape {probabilities.shape} and values from {probabilities.min()}: expected "
            f"shares of {len(train_prior)} classes in each row. From p of one class make [1 - p, p]."
        )
    if not np.allclose(probabilities.sum(axis=-1), 1, atol=1e-5):
        raise ValueError("probabilities has rows that do not add up to 1: expected predict_proba's or a softmax's.")
    return posterior(true_prior, probabilities / train_prior)


def distribution(name, values):
    """`values` as (k,) probabilities that add up to 1, or ValueError."""
    values = finite(name, values)
    if values.ndim != 1 or values.min() < 0 or not np.isclose(values.sum(), 1, atol=1e-6):
        raise ValueError(f"{name}={values}: expected probabilities (k,) that add up to 1.")
    return values
