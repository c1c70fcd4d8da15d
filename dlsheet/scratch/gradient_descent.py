"""Gradient descent, and the batches that its variants use. Ledger: gradient_descent.algorithm, variants.*."""

import warnings
from itertools import count

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
        with np.errstate(over="ignore"):
            move = np.linalg.norm(theta - previous)
        if move < tolerance:
            return theta
    warnings.warn(
        f"θ still moved by {move:.3g} after {max_steps} steps, more than the tolerance {tolerance:g}. "
        "Allow more steps, or try another learning rate.",
        RuntimeWarning,
        stacklevel=2,
    )
    return theta


def descend(gradient, theta0, learning_rate):
    """The path of gradient descent, without end: yields θ_0, θ_1, θ_2, …

    Arguments and errors as gradient_descent.
    """
    positive("learning_rate", learning_rate)
    return _path(gradient, finite("theta0", theta0).copy(), float(learning_rate))


def _path(gradient, theta, learning_rate):
    for step in count(1):
        yield theta
        with np.errstate(over="ignore", invalid="ignore"):
            slope = np.asarray(gradient(theta))
            if slope.shape != theta.shape:
                raise ValueError(f"gradient gave shape {slope.shape}, θ has {theta.shape}: expected the same.")
            theta = theta - learning_rate * slope
        if not np.isfinite(theta).all():
            raise ValueError(
                f"θ left the finite numbers at step {step}: learning_rate={learning_rate} is too large here. "
                "Try a tenth of it. If that changes nothing, the gradient itself is no number."
            )


def minibatches(x, y, batch_size, rng):
    """One pass over the data in a new random order: yields (x, y) of `batch_size` rows, the last of what is left.

    x, y: arrays of m rows, on a disk if need be (numpy.memmap): only the rows of one batch are read, and m whole
    numbers are held. batch_size: m gives batch gradient descent, 1 stochastic gradient descent.
    rng: a numpy.random.Generator. Raises ValueError for unequal lengths, no rows, a batch_size that is no whole
    number of at least 1, or an rng that is no Generator: a seed would give every pass the same order.
    """
    whole_number("batch_size", batch_size)
    x, y = np.asarray(x), np.asarray(y)  # of a memmap this is a view, not a copy
    if x.ndim == 0 or x.shape[:1] != y.shape[:1] or len(x) == 0:
        raise ValueError(f"x has shape {x.shape}, y {y.shape}: expected as many rows in both, and at least one.")
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"rng={rng!r}: expected a generator, numpy.random.default_rng(0), made once for all passes.")
    return _batches(x, y, batch_size, rng.permutation(len(x)))


def _batches(x, y, batch_size, order):
    for start in range(0, len(x), batch_size):
        rows = order[start : start + batch_size]
        yield x[rows], y[rows]
