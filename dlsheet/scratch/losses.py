"""The two costs of the sheet, and their gradients for its sigmoid unit, ŷ = σ(w·x + b).

Ledger: gradient_descent.mse_*, gradient_descent.ce_*.
"""

import numpy as np
from scipy.special import xlog1py, xlogy

from dlsheet.scratch.arrays import finite, table


def mse_cost(y_true, y_pred):
    """1/(2m) Σ (ŷ - y)²: half of what scikit-learn and Keras call the mean squared error.

    y_true, y_pred: (m,), or (m, k), whose k squares are added. Returns a float.
    Raises ValueError for unequal shapes, empty input or NaN. Ledger: gradient_descent.mse_cost.
    """
    y_true, y_pred = alike(y_true, y_pred)
    with np.errstate(over="ignore"):  # beyond all numbers it is infinite
        return float(np.sum((y_pred - y_true) ** 2) / (2 * len(y_true)))


def mse_gradient(x, y_true, y_pred):
    """(1/m Σ ŷ(1-ŷ)(ŷ-y) x, 1/m Σ ŷ(1-ŷ)(ŷ-y)): the gradient of mse_cost for a sigmoid unit.

    x: (m, n). y_true: (m,). y_pred: (m,), the unit's outputs. Returns (dw, db), (n,) and a float.
    Raises ValueError for shapes that do not match, empty input, NaN, or outputs outside [0, 1].
    Ledger: gradient_descent.mse_gradient.
    """
    x, y_true, y_pred = unit(x, y_true, y_pred)
    dz = y_pred * (1 - y_pred) * (y_pred - y_true)
    return dz @ x / len(x), float(dz.mean())


def cross_entropy_cost(y_true, y_pred):
    """-1/m Σ [y log ŷ + (1-y) log(1-ŷ)], where 0 · log 0 counts 0; infinite for a wrong answer given as certain.

    y_true: (m,), or (m, k) for k independent units, whose costs are added; 0, 1 or in between. y_pred: the same shape.
    Returns a float. Raises ValueError for unequal shapes, empty input, NaN, or values outside [0, 1].
    Ledger: gradient_descent.ce_cost (the sheet's lacks 1/m and a pair of brackets).
    """
    y_true, y_pred = alike(y_true, y_pred)
    probabilities("y_true", y_true)
    probabilities("y_pred", y_pred)
    return float(-np.sum(xlogy(y_true, y_pred) + xlog1py(1 - y_true, -y_pred)) / len(y_true)) + 0.0  # no -0.0


def cross_entropy_gradient(x, y_true, y_pred):
    """(1/m Σ (ŷ-y) x, 1/m Σ (ŷ-y)): the gradient of cross_entropy_cost for a sigmoid unit.

    Arguments, result and errors as mse_gradient; labels outside [0, 1] are refused too.
    Ledger: gradient_descent.ce_gradient.
    """
    x, y_true, y_pred = unit(x, y_true, y_pred)
    probabilities("y_true", y_true)
    dz = y_pred - y_true
    return dz @ x / len(x), float(dz.mean())


def alike(y_true, y_pred):
    """Both as finite arrays of one shape, or ValueError."""
    y_true, y_pred = finite("y_true", y_true), finite("y_pred", y_pred)
    if y_true.shape != y_pred.shape or y_true.ndim == 0:
        raise ValueError(
            f"y_true has shape {y_true.shape}, y_pred {y_pred.shape}: expected the same, (m,) or (m, k). "
            "Flatten a column (m, 1) with .ravel()."
        )
    return y_true, y_pred


def unit(x, y_true, y_pred):
    """The inputs, labels and outputs of one sigmoid unit, or ValueError."""
    x, (y_true, y_pred) = table("x", x), alike(y_true, y_pred)
    if y_true.shape != (len(x),):
        raise ValueError(f"x has {len(x)} rows, y_true shape {y_true.shape}: expected one label a row, ({len(x)},).")
    probabilities("y_pred", y_pred)
    return x, y_true, y_pred


def probabilities(name, values):
    """ValueError unless all values lie in [0, 1]."""
    if values.min() < 0 or values.max() > 1:
        raise ValueError(
            f"{name} runs from {values.min():g} to {values.max():g}: expected values in [0, 1]. "
            "Apply sigmoid to logits first."
        )
