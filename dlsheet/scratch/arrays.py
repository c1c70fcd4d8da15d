"""The checks of arrays that the formulas share."""

import numpy as np


def finite(name, values):
    """`values` as a floating-point array of at least one number, all of them finite; ValueError otherwise."""
    try:
        values = np.asarray(values)
        if values.dtype.kind not in "fiubO":  # text, dates and complex numbers, which NumPy would convert
            raise TypeError
        values = values if values.dtype.kind == "f" else values.astype(float)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{name} holds something that is no number, or rows of unequal length.") from None
    if values.size == 0:
        raise ValueError(f"{name} has shape {values.shape}: expected at least one number.")
    if not np.isfinite(values).all():
        raise ValueError(f"{name} holds NaN or infinity: expected finite numbers. Remove or replace them first.")
    return values


def table(name, values):
    """`values` as a finite (m, n) array, an example a row; ValueError otherwise."""
    values = finite(name, values)
    if values.ndim != 2:
        raise ValueError(
            f"{name} has shape {values.shape}: expected (m, n), an example a row. "
            "One column is x.reshape(-1, 1), one example x.reshape(1, -1)."
        )
    return values


def between(name, value, low, high, meaning):
    """`value` if it is a number in [low, high]; ValueError otherwise."""
    if not isinstance(value, (int, float, np.integer, np.floating)) or not low <= value <= high:
        raise ValueError(f"{name}={value!r}: expected {meaning}, {low} to {high}.")
    return value


def positive(name, value):
    """`value` as a float if it is a finite number above 0; ValueError otherwise."""
    if not isinstance(value, (int, float, np.integer, np.floating)) or not 0 < value < np.inf:
        raise ValueError(f"{name}={value!r}: expected a number above 0.")
    return float(value)  # a NumPy number would turn float32 arrays into float64
