"""Activation functions and their derivatives.

All work element by element on numbers or arrays of any shape, softmax along the last axis. float32 stays float32,
whole numbers become float64 where fractions come out. Ledger: activation.*.
"""

import numpy as np


def linear(z):
    """z itself: the output of a regression."""
    return z


def sigmoid(z):
    """1 / (1 + e^-z), between 0 and 1. Below, no power of e is above 1. Ledger: activation.sigmoid."""
    z = _floats(z)
    return np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))


def tanh(z):
    """(e^z - e^-z) / (e^z + e^-z), between -1 and 1. Ledger: activation.tanh."""
    return np.tanh(_floats(z))


def relu(z):
    """max(0, z). Ledger: activation.relu."""
    return np.maximum(0, z)


def leaky_relu(z, alpha=0.01):
    """z where z >= 0, alpha z elsewhere. Keras's default alpha is another. Ledger: activation.leaky_relu."""
    z = _floats(z)
    return np.maximum(z, 0) + alpha * np.minimum(z, 0)


def elu(z, alpha=1.0):
    """z where z >= 0, alpha (e^z - 1) elsewhere. Ledger: activation.elu. Clevert, Unterthiner and Hochreiter (2016)."""
    z = _floats(z)
    return np.maximum(z, 0) + alpha * np.expm1(np.minimum(z, 0))


def softmax(z):
    """e^z_i / Σ_j e^z_j along the last axis: positive, sums to 1. z: (..., K); -infinity gets the probability 0.

    The largest z is taken off first, which changes nothing but keeps e^z from overflowing.
    Raises ValueError for K = 0, and where the largest z is NaN or infinite. Ledger: activation.softmax.
    """
    z = _floats(z)
    if z.ndim == 0 or z.shape[-1] == 0:
        raise ValueError(f"z has shape {z.shape}: expected (..., K), at least one number for each example.")
    largest = z.max(axis=-1, keepdims=True)
    if not np.isfinite(largest).all():
        raise ValueError("z holds NaN or infinity, or a row with nothing but -infinity: softmax has no value there.")
    with np.errstate(over="ignore"):  # of z - largest, which may pass -1e308
        e = np.exp(z - largest)
    return e / e.sum(axis=-1, keepdims=True)


def derivative(name):
    """The derivative of an activation as a function of z (and alpha, where the activation has one).

    name: "linear", "sigmoid", "tanh", "relu", "leaky_relu", "elu" or "softmax".
    At a kink, z = 0, it is the slope on the left, as in Keras on TensorFlow: 0 for ReLU, alpha for the other two.
    Softmax mixes its inputs: z (..., K) gives the matrices ∂f_i/∂z_j, (..., K, K).
    Raises ValueError for another name.
    """
    if name not in DERIVATIVES:
        raise ValueError(f"No activation has the name {name!r}: expected one of {', '.join(DERIVATIVES)}.")
    return DERIVATIVES[name]


def _sigmoid_slope(z):
    e = np.exp(-np.abs(_floats(z)))  # the slope, σ(z) (1 - σ(z)), is the same at z and -z
    return e / (1 + e) ** 2


def _relu_slope(z):
    z = _floats(z)
    return (z > 0).astype(z.dtype)


def _leaky_relu_slope(z, alpha=0.01):
    z = _floats(z)
    return np.where(z > 0, np.ones_like(z), alpha)


def _elu_slope(z, alpha=1.0):
    z = _floats(z)
    return np.where(z > 0, 1, alpha * np.exp(np.minimum(z, 0)))


def _softmax_jacobian(z):
    f = softmax(z)
    return f[..., :, np.newaxis] * (np.eye(f.shape[-1], dtype=f.dtype) - f[..., np.newaxis, :])


def _floats(z):
    z = np.asarray(z)
    return z if z.dtype.kind == "f" else z.astype(float)


ACTIVATIONS = {f.__name__: f for f in (linear, sigmoid, tanh, relu, leaky_relu, elu, softmax)}

DERIVATIVES = {
    "linear": lambda z: np.ones_like(_floats(z)),
    "sigmoid": _sigmoid_slope,
    "tanh": lambda z: 4 * _sigmoid_slope(2 * _floats(z)),  # tanh z = 2 σ(2z) - 1
    "relu": _relu_slope,
    "leaky_relu": _leaky_relu_slope,
    "elu": _elu_slope,
    "softmax": _softmax_jacobian,
}
