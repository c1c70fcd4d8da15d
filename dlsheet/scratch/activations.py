"""Activation functions and their derivatives.

All work element by element on numbers or arrays of any shape, softmax along the last axis; float32 stays float32.
Ledger: activation.*.
"""

import numpy as np


def linear(z):
    """z itself: the output of a regression."""
    return z


def sigmoid(z):
    """1 / (1 + e^-z), between 0 and 1. Written so that no e^z can overflow. Ledger: activation.sigmoid."""
    return np.exp(-np.logaddexp(0, -z))


def tanh(z):
    """(e^z - e^-z) / (e^z + e^-z), between -1 and 1. Ledger: activation.tanh."""
    return np.tanh(z)


def relu(z):
    """max(0, z). Ledger: activation.relu."""
    return np.maximum(0, z)


def leaky_relu(z, alpha=0.01):
    """z where z >= 0, alpha z elsewhere. Keras's default alpha is another. Ledger: activation.leaky_relu."""
    return np.where(np.greater_equal(z, 0), z, alpha * np.asarray(z))


def elu(z, alpha=1.0):
    """z where z >= 0, alpha (e^z - 1) elsewhere. Ledger: activation.elu."""
    return np.where(np.greater_equal(z, 0), z, alpha * np.expm1(np.minimum(z, 0)))


def softmax(z):
    """e^z_i / Σ_j e^z_j along the last axis: positive, sums to 1. z: (..., K).

    The largest z is taken off first, which changes nothing but keeps e^z from overflowing. Ledger: activation.softmax.
    """
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def derivative(name):
    """The derivative of an activation as a function of z (and alpha, where the activation has one).

    name: "linear", "sigmoid", "tanh", "relu", "leaky_relu", "elu" or "softmax".
    At the kink, z = 0, ReLU's is 0, as in Keras; leaky ReLU's and ELU's are those of z >= 0.
    Softmax mixes its inputs: z (..., K) gives the matrices ∂f_i/∂z_j, (..., K, K).
    Raises ValueError for another name.
    """
    if name not in DERIVATIVES:
        raise ValueError(f"No activation has the name {name!r}: expected one of {', '.join(DERIVATIVES)}.")
    return DERIVATIVES[name]


def _softmax_jacobian(z):
    f = softmax(z)
    return f[..., :, np.newaxis] * (np.eye(f.shape[-1], dtype=f.dtype) - f[..., np.newaxis, :])


def _slope(z, below):
    """1 where z >= 0, `below` elsewhere, in z's precision."""
    return np.where(np.greater_equal(z, 0), 1, below).astype(np.result_type(z, np.float16))


ACTIVATIONS = {f.__name__: f for f in (linear, sigmoid, tanh, relu, leaky_relu, elu, softmax)}

DERIVATIVES = {
    "linear": lambda z: np.ones_like(z),
    "sigmoid": lambda z: sigmoid(z) * sigmoid(-z),  # σ(-z) is 1 - σ(z), without the cancellation
    "tanh": lambda z: 1 - np.tanh(z) ** 2,
    "relu": lambda z: np.heaviside(z, 0).astype(np.result_type(z, np.float16)),
    "leaky_relu": lambda z, alpha=0.01: _slope(z, alpha),
    "elu": lambda z, alpha=1.0: _slope(z, alpha * np.exp(np.minimum(z, 0))),
    "softmax": _softmax_jacobian,
}
