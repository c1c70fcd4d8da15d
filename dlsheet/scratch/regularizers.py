"""Ways to keep a network from learning its examples by heart. Ledger: regularization.*."""

import numpy as np

from dlsheet.arguments import whole_number
from dlsheet.scratch.arrays import between, finite


def l1(weights, lam):
    """λ Σ |W| and its gradient, λ sign(W) (0 where W is 0).

    weights: an array. lam: λ, at least 0. Returns (penalty, gradient), a float and an array of W's shape.
    Raises ValueError for a negative λ, or weights that are not finite. Ledger: regularization.l1.
    """
    weights, lam = finite("weights", weights), strength(lam)
    with np.errstate(over="ignore"):
        penalty = float(np.abs(weights).sum(dtype=float))
    return lam * penalty if lam else 0.0, lam * np.sign(weights)


def l2(weights, lam):
    """λ/2 Σ W² and its gradient, λ W. Keras's L2 has no 1/2: its gradient is 2 λ W.

    Arguments, result and errors as l1; a penalty beyond all numbers is infinite. Ledger: regularization.l2.
    """
    weights, lam = finite("weights", weights), strength(lam)
    with np.errstate(over="ignore"):
        gradient = lam * weights
        return float(np.multiply(gradient, weights, dtype=float).sum()) / 2, gradient


def dropout(x, rate, rng, training=True):
    """Training: each entry becomes 0 with probability `rate`. Testing: all are kept and multiplied by 1 - rate.

    x: an array. rate: 0 to 1. rng: a numpy.random.Generator. Returns (output, factor), output = x · factor; going back,
    the gradient is multiplied by the same factor. Keras divides by 1 - rate while training, and leaves testing alone.
    Raises ValueError for a rate outside [0, 1], or an x that is not finite.
    Ledger: regularization.dropout, regularization.dropout_testing. Srivastava et al. (2014).
    """
    between("rate", rate, 0, 1, "a probability, not a percentage")
    x = finite("x", x)
    kept = rng.random(x.shape) >= rate if training else 1 - rate
    factor = np.full(x.shape, kept, dtype=x.dtype)
    return x * factor, factor


class EarlyStopping:
    """Says when to stop, and keeps the parameters of the best step.

    patience: after how many updates in a row without improvement to stop. Raises ValueError unless it is at least 1.
    best_error, best_params (copies), best_step (counted from 0): of the lowest error so far, of the first step where
    several are equal. NaN is never an improvement.
    Ledger: regularization.early_stopping. Prechelt (1998).
    """

    def __init__(self, patience):
        self.patience = whole_number("patience", patience)
        self.best_error, self.best_params, self.best_step = float("inf"), None, None
        self.step = -1

    def update(self, error, params):
        """Take in the validation error of one more step and the parameters (a list of arrays) that gave it.

        Returns True when it is time to stop.
        """
        self.step += 1
        if error < self.best_error or self.best_step is None:
            self.best_error = min(self.best_error, error)  # in this order NaN never gets in
            self.best_params, self.best_step = [np.array(theta) for theta in params], self.step
        return self.step - self.best_step >= self.patience


def strength(lam):
    """λ if it is a finite number of at least 0; ValueError otherwise."""
    if not isinstance(lam, (int, float, np.integer, np.floating)) or not 0 <= lam < np.inf:
        raise ValueError(f"lam={lam!r}: expected a finite strength of at least 0.")
    return float(lam)
