"""The sheet's optimizers: ways to turn a gradient into a step. Ledger: optimizer.*, gradients.clipping.

Each is made with its learning rate and called step by step: `params = optimizer.update(params, grads)`, both lists of
arrays, grads[i] the gradient with respect to params[i]. update returns new arrays, keeps what it has to remember, and
raises ValueError when the lists do not match. `learning_rate` may be changed between steps, which is what a schedule
does. Products and roots are taken element by element.
"""

import numpy as np

from dlsheet.scratch.arrays import between, positive


class GradientDescent:
    """θ ← θ - α ∇J(θ)."""

    def __init__(self, learning_rate):
        self.learning_rate = positive("learning_rate", learning_rate)

    def update(self, params, grads):
        check_lists(params, grads)
        return [theta - self.learning_rate * grad for theta, grad in zip(params, grads)]


class Momentum:
    """m ← β m + α ∇J(θ); θ ← θ - m. Ledger: optimizer.momentum. Polyak (1964)."""

    def __init__(self, learning_rate, beta=0.9):
        self.learning_rate = positive("learning_rate", learning_rate)
        self.beta = between("beta", beta, 0, 1, "a fraction")
        self.m = None

    def update(self, params, grads):
        self.m = self.m or zeros_like(params)
        check_lists(params, grads, self.m)
        self.m = [self.beta * m + self.learning_rate * grad for m, grad in zip(self.m, grads)]
        return [theta - m for theta, m in zip(params, self.m)]


class Nesterov:
    """m ← β m + α ∇J(θ - β m); θ ← θ - m. Ledger: optimizer.nesterov. Nesterov (1983), Sutskever et al. (2013).

    The gradient belongs to the point ahead, θ - β m. So that a loop may take it at its params, as with the other
    optimizers, the params that come and go are these points ahead, as in Keras; `theta(params)` gives θ itself.
    """

    def __init__(self, learning_rate, beta=0.9):
        self.learning_rate = positive("learning_rate", learning_rate)
        self.beta = between("beta", beta, 0, 1, "a fraction")
        self.m = None

    def update(self, params, grads):
        self.m = self.m or zeros_like(params)
        check_lists(params, grads, self.m)
        thetas = self.theta(params)
        self.m = [self.beta * m + self.learning_rate * grad for m, grad in zip(self.m, grads)]
        thetas = [theta - m for theta, m in zip(thetas, self.m)]
        return [theta - self.beta * m for theta, m in zip(thetas, self.m)]

    def theta(self, params):
        """θ for the point ahead: θ = (θ - β m) + β m."""
        return [ahead + self.beta * m for ahead, m in zip(params, self.m or zeros_like(params))]


class AdaGrad:
    """s ← s + ∇J * ∇J; θ ← θ - α / (√s + ε) * ∇J. Ledger: optimizer.adagrad. Duchi, Hazan and Singer (2011)."""

    def __init__(self, learning_rate, epsilon=1e-8):
        self.learning_rate = positive("learning_rate", learning_rate)
        self.epsilon = positive("epsilon", epsilon)
        self.s = None

    def update(self, params, grads):
        self.s = self.s or zeros_like(params)
        check_lists(params, grads, self.s)
        self.s = [s + grad * grad for s, grad in zip(self.s, grads)]
        return [
            theta - self.learning_rate / (np.sqrt(s) + self.epsilon) * grad
            for theta, s, grad in zip(params, self.s, grads)
        ]


class RMSProp:
    """s ← β s + (1-β) ∇J * ∇J; θ ← θ - α / (√s + ε) * ∇J. Ledger: optimizer.rmsprop. Tieleman and Hinton (2012)."""

    def __init__(self, learning_rate, beta=0.9, epsilon=1e-8):
        self.learning_rate = positive("learning_rate", learning_rate)
        self.beta = between("beta", beta, 0, 1, "a fraction")
        self.epsilon = positive("epsilon", epsilon)
        self.s = None

    def update(self, params, grads):
        self.s = self.s or zeros_like(params)
        check_lists(params, grads, self.s)
        self.s = [self.beta * s + (1 - self.beta) * grad * grad for s, grad in zip(self.s, grads)]
        return [
            theta - self.learning_rate / (np.sqrt(s) + self.epsilon) * grad
            for theta, s, grad in zip(params, self.s, grads)
        ]


class Adam:
    """m ← β1 m + (1-β1) ∇J; s ← β2 s + (1-β2) ∇J * ∇J; m̂ = m / (1-β1^t); ŝ = s / (1-β2^t); θ ← θ - α / (√ŝ + ε) * m̂.

    Ledger: optimizer.adam. Kingma and Ba (2015), algorithm 1.
    """

    def __init__(self, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
        self.learning_rate = positive("learning_rate", learning_rate)
        self.beta1 = between("beta1", beta1, 0, 1, "a fraction")
        self.beta2 = between("beta2", beta2, 0, 1, "a fraction")
        self.epsilon = positive("epsilon", epsilon)
        self.m = self.s = None
        self.t = 0

    def update(self, params, grads):
        self.m, self.s = self.m or zeros_like(params), self.s or zeros_like(params)
        check_lists(params, grads, self.s)
        self.t += 1
        self.m = [self.beta1 * m + (1 - self.beta1) * grad for m, grad in zip(self.m, grads)]
        self.s = [self.beta2 * s + (1 - self.beta2) * grad * grad for s, grad in zip(self.s, grads)]
        updated = []
        for theta, m, s in zip(params, self.m, self.s):
            m_hat = m / (1 - self.beta1**self.t)
            s_hat = s / (1 - self.beta2**self.t)
            updated.append(theta - self.learning_rate / (np.sqrt(s_hat) + self.epsilon) * m_hat)
        return updated


def clip_by_value(grads, limit):
    """Each entry of a list of gradients cut off at ±limit: simple, but the direction changes.

    Raises ValueError unless limit is above 0. Ledger: gradients.clipping.
    """
    positive("limit", limit)
    return [np.clip(grad, -limit, limit) for grad in grads]


def clip_by_norm(grads, limit):
    """A list of gradients, as one long vector, shortened to the norm `limit` if it is longer: the direction stays.

    Keras calls this global_clipnorm; its clipnorm shortens each array by itself.
    Raises ValueError unless limit is above 0. Ledger: gradients.clipping. Pascanu, Mikolov and Bengio (2013).
    """
    positive("limit", limit)
    largest = max(float(np.abs(grad).max()) for grad in grads)
    if largest == 0:
        return list(grads)
    norm = largest * float(np.sqrt(sum(np.sum((grad / largest) ** 2) for grad in grads)))  # no square overflows
    return [grad * min(1.0, limit / norm) for grad in grads]


def zeros_like(params):
    return [np.zeros_like(theta) for theta in params]


def check_lists(params, grads, remembered=None):
    """ValueError unless the lists hold arrays of the same shapes."""
    shapes = [np.shape(theta) for theta in params]
    given = [np.shape(grad) for grad in grads]
    if shapes != given:
        raise ValueError(f"params have the shapes {shapes}, grads {given}: expected two lists of arrays that match.")
    if remembered is not None and shapes != [np.shape(array) for array in remembered]:
        raise ValueError("params have changed their shapes since the last update: make a new optimizer.")
