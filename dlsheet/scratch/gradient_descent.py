"""Gradient descent, and the batches that its variants use. Ledger: gradient_descent.algorithm, variants.*."""

import warnings

import numpy as np

from dlsheet.arguments import whole_number
from dlsheet.scratch.arrays import finite, positive


def gradient_descent(gradient, theta0, learning_rate, tolerance=1e-6, max_steps=10_000):
    """Repeat θ ← θ - α ∇J(θ) until θ moves by less than `tolerance`, or `max_steps` times.

    gradient: a function of θ that returns ∇J(θ), of θ's shape. theta0: a number or an array. Returns the last θ.
    Warns (RuntimeWarning) if θ still moves after max_steps; a small move is no proof of a minimum either.
    Raises ValueError for a start that is not finite, a learning rate, tolerance or number of steps that is not above
    0, a gradient of another shape, or a θ that grows beyond all numbers.
    Ledger: gradient_descent.algorithm.
    """
    positive("tolerance", tolerance)
    whole_number("max_steps", max_steps)
    path = descend(gradient, theta0, learning_rate)
    theta = next(path)
    for _ in range(max_steps):
        previous, theta = theta, next(path)
        if np.linalg.norm(theta - previous) < tolerance:
            return theta
    warnings.warn(
        f"θ still moved by {np.linalg.norm(theta - previous):.3g} after {max_steps} steps, more than the tolerance "
        f"{tolerance:g}. Allow more steps, or try another learning rate.",
        RuntimeWarning,
        stacklevel=2,
    )
    return theta


def descend(gradient, theta0, learning_rate):
    """The path of gradient descent, without end: yields θ_0, θ_1, θ_2, …

    Arguments and errors as gradient_descent.
    """
    positive("learning_rate", learning_rate)
    theta = finite("theta0", theta0)
    step = 0
    while True:
        yield theta
        slope = np.asarray(gradient(theta))
        if slope.shape != theta.shape:
            raise ValueError(f"gradient gave shape {slope.shape}, θ has {theta.shape}: expected the same.")
        with np.errstate(over="ignore", invalid="ignore"):
            theta = theta - learning_rate * slope
        step += 1
        if not np.isfinite(theta).all():
            raise ValueError(
                f"θ left the finite numbers at step {step}: learning_rate={learning_rate} is too large here. "
                "Try a tenth of it."
            )


def minibatches(x, y, batch_size, rng):
    """One pass over the data in a new random order: yields (x, y) of `batch_size` rows, the last of what is left.

    x, y: arrays of m rows, on a disk if need be (numpy.memmap): only the rows of one batch are read, and m whole
    numbers are held. batch_size: m gives batch gradient descent, 1 stochastic gradient descent.
    rng: a numpy.random.Generator. Raises ValueError for unequal lengths, no rows, or a batch_size that is no whole
    number of at least 1.
    """
    whole_number("batch_size", batch_size)
    if len(x) != len(y) or len(x) == 0:
        raise ValueError(f"x has {len(x)} rows, y {len(y)}: expected as many, and at least one.")
    return _batches(x, y, batch_size, rng.permutation(len(x)))


def _batches(x, y, batch_size, order):
    for start in range(0, len(x), batch_size):
        rows = order[start : start + batch_size]
        yield x[rows], y[rows]
