"""The sheet's optimizers: ways to turn a gradient into a step. Ledger: optimizer.*, gradients.clipping.

Each is made with its learning rate and called step by step: `params = optimizer.update(params, grads)`, both lists of
arrays, grads[i] the gradient with respect to params[i]. update returns new arrays, keeps what it has to remember, and
raises ValueError when the lists do not match or a gradient is too large to be squared. `learning_rate` may be changed
between steps, which is what a schedule does. Products and roots are taken element by element.
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
        self.beta = kept_share("beta", beta)
        self.m = None

    def update(self, params, grads):
        check_lists(params, grads, self.m)
        self.m = self.m or zeros_like(params)
        self.m = [self.beta * m + self.learning_rate * grad for m, grad in zip(self.m, grads)]
        return [theta - m for theta, m in zip(params, self.m)]


class Nesterov:
    """m ← β m + α ∇J(θ - β m); θ ← θ - m. Ledger: optimizer.nesterov. Nesterov (1983), Sutskever et al. (2013).

    The gradient belongs to the point ahead, θ - β m. So that a loop may take it at its params, as with the other
    optimizers, the params that come and go are these points ahead, as in Keras; `theta(params)` gives θ itself.
    """

    def __init__(self, learning_rate, beta=0.9):
        self.learning_rate = positive("learning_rate", learning_rate)
        self.beta = kept_share("beta", beta)
        self.m = None

    def update(self, params, grads):
        check_lists(params, grads, self.m)
        self.m = self.m or zeros_like(params)
        thetas = self.theta(params)
        self.m = [self.beta * m + self.learning_rate * grad for m, grad in zip(self.m, grads)]
        thetas = [theta - m for theta, m in zip(thetas, self.m)]
        return [theta - self.beta * m for theta, m in zip(thetas, self.m)]

    def theta(self, params):
        """θ for the point ahead: θ = (θ - β m) + β m."""
        return [ahead + self.beta * m for ahead, m in zip(params, self.m or zeros_like(params))]


class AdaGrad:
    """s ← s + ∇J * ∇J; θ ← θ - α / (√s + ε) * ∇J. Ledger: optimizer.adagrad. Duchi, Hazan and Singer (2011).

    s starts at 0. Keras starts it at 0.1 and divides by √(s + ε).
    """

    def __init__(self, learning_rate, epsilon=1e-8):
        self.learning_rate = positive("learning_rate", learning_rate)
        self.epsilon = positive("epsilon", epsilon)
        self.s = None

    def update(self, params, grads):
        check_lists(params, grads, self.s)
        self.s = self.s or zeros_like(params)
        self.s = [s + grad * grad for s, grad in zip(self.s, grads)]
        return [
            theta - self.learning_rate / (np.sqrt(s) + self.epsilon) * grad
            for theta, s, grad in zip(params, self.s, grads)
        ]


class RMSProp:
    """s ← β s + (1-β) ∇J * ∇J; θ ← θ - α / (√s + ε) * ∇J. Ledger: optimizer.rmsprop. Tieleman and Hinton (2012).

    s starts at 0. Keras divides by √(s + ε).
    """

    def __init__(self, learning_rate, beta=0.9, epsilon=1e-8):
        self.learning_rate = positive("learning_rate", learning_rate)
        self.beta = kept_share("beta", beta)
        self.epsilon = positive("epsilon", epsilon)
        self.s = None

    def update(self, params, grads):
        check_lists(params, grads, self.s)
        self.s = self.s or zeros_like(params)
        self.s = [self.beta * s + (1 - self.beta) * grad * grad for s, grad in zip(self.s, grads)]
        return [
            theta - self.learning_rate / (np.sqrt(s) + self.epsilon) * grad
            for theta, s, grad in zip(params, self.s, grads)
        ]


class Adam:
    """m ← β1 m + (1-β1) ∇J; s ← β2 s + (1-β2) ∇J * ∇J; m̂ = m / (1-β1^t); ŝ = s / (1-β2^t); θ ← θ - α / (√ŝ + ε) * m̂.

    Keras adds ε before ŝ is formed, to √s. Ledger: optimizer.adam. Kingma and Ba (2015), algorithm 1.
    """

    def __init__(self, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
        self.learning_rate = positive("learning_rate", learning_rate)
        self.beta1 = kept_share("beta1", beta1)
        self.beta2 = kept_share("beta2", beta2)
        self.epsilon = positive("epsilon", epsilon)
        self.m = self.s = None
        self.t = 0

    def update(self, params, grads):
        check_lists(params, grads, self.s)
        self.m, self.s = self.m or zeros_like(params), self.s or zeros_like(params)
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

    Infinity counts as very large. Returns new arrays; no gradients, [], give [].
    Raises ValueError unless limit is above 0, and for gradients that hold NaN. Ledger: gradients.clipping.
    """
    positive("limit", limit)
    if any(np.isnan(grad).any() for grad in grads):
        raise ValueError("grads hold NaN, which has no size to clip: the step before was too large, or 0 / 0 came up.")
    return [np.clip(grad, -limit, limit) for grad in grads]


def clip_by_norm(grads, limit):
    """A list of gradients, as one long vector, shortened to the norm `limit` if it is longer: the direction stays.

    Keras calls this global_clipnorm; its clipnorm shortens each array by itself. No square is taken of a large number,
    so nothing overflows. Returns new arrays; no gradients, [], give [].
    Raises ValueError unless limit is above 0, and for gradients that hold NaN or infinity, which have no direction.
    Ledger: gradients.clipping. Pascanu, Mikolov and Bengio (2013), algorithm 1.
    """
    positive("limit", limit)
    if not all(np.isfinite(grad).all() for grad in grads):
        raise ValueError(
            "grads hold NaN or infinity, so they have no direction to keep: clip earlier, or step smaller."
        )
    largest = max((float(np.max(np.abs(grad), initial=0)) for grad in grads), default=0.0)
    if largest > 0:
        shares = [grad / largest for grad in grads]  # each entry as a share of the largest, -1 to 1
        length = float(np.sqrt(sum(np.sum(np.square(share, dtype=float)) for share in shares)))
        if length > float(limit) / largest:
            return [share * (limit / length) for share in shares]
    return [np.array(grad) for grad in grads]


def zeros_like(params):
    return [np.zeros_like(theta) for theta in params]


def kept_share(name, value):
    """`value` if it lies in [0, 1): with 1 nothing new would ever count. ValueError otherwise."""
    between(name, value, 0, 1, "a fraction below 1")
    if value == 1:
        raise ValueError(f"{name}=1: expected a fraction below 1, such as 0.9.")
    return value


def check_lists(params, grads, remembered=None):
    """ValueError unless the lists hold arrays of the same shapes, and gradients that can be squared and added up."""
    shapes = [np.shape(theta) for theta in params]
    given = [np.shape(grad) for grad in grads]
    if shapes != given:
        raise ValueError(f"params have the shapes {shapes}, grads {given}: expected two lists of arrays that match.")
    if remembered is not None and shapes != [np.shape(array) for array in remembered]:
        raise ValueError("params have changed their shapes since the last update: make a new optimizer.")
    with np.errstate(over="ignore", invalid="ignore"):
        if not all(np.isfinite(1e10 * float(np.vdot(grad, grad))) for grad in grads):
            raise ValueError(
                "grads hold NaN, infinity or numbers too large to be squared: the steps have diverged. "
                "Lower the learning rate, or clip the gradients."
            )
