"""Learning rates that fall with time. Ledger: schedule.*.

t is a number or an array of them, in the unit of T, which may be steps or epochs. The functions of t raise ValueError
for a t below 0.
"""

import numpy as np

from dlsheet.arguments import whole_number
from dlsheet.scratch.arrays import between, positive


def exponential(alpha0, T):
    """α(t) = α0 · 10^(-t/T): a tenth every T steps. Returns the function of t. Ledger: schedule.exponential.

    Raises ValueError unless alpha0 and T are above 0.
    """
    positive("alpha0", alpha0)
    positive("T", T)
    return lambda t: alpha0 * 10.0 ** -(time(t) / T)


def power(alpha0, T, c=1):
    """α(t) = α0 · (1 + t/T)^-c: a half after T steps, a third after 2 T, for c = 1. Returns the function of t.

    Raises ValueError unless alpha0, T and c are above 0. Ledger: schedule.power.
    """
    positive("alpha0", alpha0)
    positive("T", T)
    positive("c", c)
    return lambda t: alpha0 * (1 + time(t) / T) ** -float(c)


class PerformanceSchedule:
    """Lowers the learning rate when the validation error stands still, as Keras's ReduceLROnPlateau does.

    alpha0: the first rate. factor: what it is multiplied by, between 0 and 1. patience: how many updates in a row may
    bring no improvement before that happens. min_delta: how much lower than the lowest error an error must be to count
    as an improvement. Raises ValueError for values outside these ranges.
    Ledger: schedule.performance (named on the sheet, not given).
    """

    def __init__(self, alpha0, factor=0.1, patience=10, min_delta=1e-4):
        self.learning_rate = positive("alpha0", alpha0)
        self.factor = between("factor", positive("factor", factor), 0, 1, "a fraction below 1")
        if factor == 1:
            raise ValueError("factor=1: expected a fraction below 1, or the rate would never fall.")
        self.patience = whole_number("patience", patience)
        self.min_delta = between("min_delta", min_delta, 0, float("inf"), "a difference")
        self.best = None
        self.waited = 0

    def update(self, error):
        """Take in the validation error of one more epoch; returns the learning rate for the next.

        Raises ValueError for NaN. Infinity is an error like others.
        """
        if np.isnan(error):
            raise ValueError("error is NaN: the training has diverged. Start again with a lower learning rate.")
        if self.best is None or error + self.min_delta < self.best:
            self.best, self.waited = error, 0
        else:
            self.waited += 1
            if self.waited >= self.patience:
                self.learning_rate *= self.factor
                self.waited = 0
        return self.learning_rate


def time(t):
    """t as a float or an array of floats; ValueError if any is below 0, or NaN."""
    if not np.all(np.greater_equal(t, 0)):
        raise ValueError(f"t={t!r}: expected 0 or more.")
    return float(t) if np.ndim(t) == 0 else np.asarray(t, float)
