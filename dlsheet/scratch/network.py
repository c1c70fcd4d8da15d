"""A feedforward network with backpropagation, in plain NumPy.

An array of examples is (m, n), an example a row, and a kernel (n_in, n_out), as in Keras; the sheet stands examples
side by side as columns, so its W is the kernel transposed. Each layer's `forward` keeps what its `backward` needs;
backward takes ∂J/∂output, writes ∂J/∂params into `grads` and returns ∂J/∂input. Ledger: graph.*, backprop.*.
"""

import math

import numpy as np
from scipy.special import log_expit

from dlsheet.arguments import whole_number
from dlsheet.scratch.activations import ACTIVATIONS, derivative
from dlsheet.scratch.arrays import between, finite, positive, table
from dlsheet.scratch.gradient_descent import minibatches
from dlsheet.scratch.initializers import glorot_uniform
from dlsheet.scratch.regularizers import dropout


class Activation:
    """a = σ(z). name: as in scratch.activations.derivative, which raises ValueError for another."""

    def __init__(self, name):
        self.params, self.grads = [], []
        self.name, self.derivative = name, derivative(name)

    def forward(self, z, training=False):
        self.z, self.a = z, ACTIVATIONS[self.name](z)
        return self.a

    def backward(self, da):
        if self.name == "softmax":  # each output depends on all inputs of its row: da times the row's Jacobian
            return self.a * (da - (da * self.a).sum(axis=-1, keepdims=True))
        return da * self.derivative(self.z)


class Dense:
    """z = x W + b, a = σ(z). params: [kernel (n_in, n_out), bias (n_out,)].

    initializer: makes the first kernel; the first bias is 0. rng: a numpy.random.Generator; None draws a new one.
    Raises ValueError for sizes that are not whole numbers of at least 1, or an unknown activation.
    """

    def __init__(self, n_in, n_out, activation="linear", initializer=glorot_uniform, rng=None):
        self.activation = Activation(activation)
        self.params = [initializer(n_in, n_out, np.random.default_rng(rng)), np.zeros(n_out)]

    def forward(self, x, training=False):
        kernel, bias = self.params
        self.x = rows(x, len(kernel))
        return self.activation.forward(self.x @ kernel + bias)

    def backward(self, da):
        return self.backward_z(self.activation.backward(da))

    def backward_z(self, dz):
        """backward from ∂J/∂z, for an output layer, where it is simpler than ∂J/∂a."""
        self.grads = [self.x.T @ dz, dz.sum(axis=0)]
        return dz @ self.params[0].T


class BatchNorm:
    """ẑ = (z - μ) / √(σ² + ε), γ ẑ + β. params: [γ, β], both (n,).

    Training takes the mean μ and variance σ² (with 1/m) of the mini-batch, and remembers moving averages of both,
    which everything else takes. n: number of units. momentum, epsilon: Keras's defaults.
    Raises ValueError for an n that is no whole number of at least 1, or values out of range.
    Ledger: gradients.batchnorm_* (the sheet adds ε outside the root), backprop.batchnorm_*. Ioffe and Szegedy (2015).
    """

    def __init__(self, n, momentum=0.99, epsilon=1e-3):
        whole_number("n", n)
        self.params = [np.ones(n), np.zeros(n)]
        self.moving_mean, self.moving_variance = np.zeros(n), np.ones(n)
        self.momentum = float(between("momentum", momentum, 0, 1, "a fraction"))
        self.epsilon = float(positive("epsilon", epsilon))

    def forward(self, z, training=False):
        gamma, beta = self.params
        z = rows(z, len(gamma))
        self.training = training
        if training:
            mean, variance = z.mean(axis=0), z.var(axis=0)
            self.moving_mean = self._moved(self.moving_mean, mean)
            self.moving_variance = self._moved(self.moving_variance, variance)
        else:
            mean, variance = self.moving_mean.astype(gamma.dtype), self.moving_variance.astype(gamma.dtype)
        self.deviation = np.sqrt(variance + self.epsilon)
        self.z_hat = (z - mean) / self.deviation
        return gamma * self.z_hat + beta

    def backward(self, da):
        self.grads = [(da * self.z_hat).sum(axis=0), da.sum(axis=0)]
        dz_hat = da * self.params[0]
        if self.training:  # each example moves the mean and the variance too
            dz_hat = dz_hat - dz_hat.mean(axis=0) - self.z_hat * (dz_hat * self.z_hat).mean(axis=0)
        return dz_hat / self.deviation

    def _moved(self, average, new):
        return (self.momentum * average + (1 - self.momentum) * new).astype(self.params[0].dtype)


class Dropout:
    """scratch.regularizers.dropout as a layer: drops while training, scales by 1 - rate otherwise."""

    def __init__(self, rate, rng=None):
        self.params, self.grads = [], []
        self.rate = between("rate", rate, 0, 1, "a probability, not a percentage")
        self.rng = np.random.default_rng(rng)

    def forward(self, x, training=False):
        output, self.factor = dropout(x, self.rate, self.rng, training)
        return output

    def backward(self, da):
        return da * self.factor


class Network:
    """Layers one after the other, the last of them Dense; its activation decides the cost.

    linear: 1/(2m) Σ (ŷ-y)². sigmoid: cross-entropy of each output. softmax: -1/m Σ y log ŷ over one-hot rows.
    With each of these pairs ∂J/∂z of the output layer is (ŷ - y) / m.
    penalty: None, or a function such as partial(l2, lam=0.01), applied to every Dense kernel and added to the cost.
    All is computed in the precision of the parameters: float64, until other ones are assigned.
    Raises ValueError for another last layer or activation, or a layer that stands twice.
    """

    def __init__(self, layers, penalty=None):
        self.layers, self.penalty = list(layers), penalty
        last = self.layers[-1] if self.layers else None
        if not isinstance(last, Dense) or last.activation.name not in COSTS:
            raise ValueError(f"The last layer must be Dense with one of the activations {', '.join(COSTS)}.")
        if len(set(map(id, self.layers))) < len(self.layers):
            raise ValueError("A layer stands twice, but keeps what one pass needs: make a new one for each place.")

    @property
    def params(self):
        """All layers' parameters, one list."""
        return [theta for layer in self.layers for theta in layer.params]

    @params.setter
    def params(self, params):
        params = [np.asarray(theta) for theta in params]
        if [theta.shape for theta in params] != [theta.shape for theta in self.params]:
            raise ValueError(f"Expected {len(self.params)} arrays of the shapes that the network has.")
        rest = iter(theta if theta.dtype.kind == "f" else theta.astype(float) for theta in params)
        for layer in self.layers:
            layer.params = [next(rest) for _ in layer.params]

    def forward(self, x, training=False):
        """The outputs (m, n_out) for x (m, n_in)."""
        x = np.asarray(x, self._dtype())
        for layer in self.layers:
            x = layer.forward(x, training)
        return x

    def cost(self, x, y, training=False):
        """J for x (m, n_in) and y (m, n_out), a float; the penalty is part of it. Raises ValueError as fit."""
        x, y = self._examples(x, y)
        self.forward(x, training)
        return self._cost(y)

    def gradients(self, x, y):
        """∂J/∂params, a list like params, by backpropagation; training mode. Arguments and errors as cost."""
        return self._step(*self._examples(x, y))[1]

    def fit(self, x, y, optimizer, epochs, batch_size, rng):
        """Train on mini-batches in a new random order each epoch. Returns the mean cost of each epoch's batches.

        x: (m, n_in). y: (m, n_out). optimizer: from scratch.optimizers. rng: a numpy.random.Generator.
        Raises ValueError for data that do not match, hold NaN, or are no targets of this output, before any step;
        and later for a cost that leaves the finite numbers.
        """
        x, y = self._examples(x, y)
        history = []
        for epoch in range(whole_number("epochs", epochs)):
            costs = []
            for x_batch, y_batch in minibatches(x, y, batch_size, rng):
                with np.errstate(over="ignore", invalid="ignore"):
                    cost, grads = self._step(x_batch, y_batch)
                if not math.isfinite(cost):
                    raise ValueError(f"The cost became {cost} in epoch {epoch + 1}. Lower the learning rate.")
                self.params = optimizer.update(self.params, grads)
                costs.append(cost * len(x_batch))
            history.append(sum(costs) / len(x))
        return history

    def _step(self, x, y):
        output = self.forward(x, training=True)
        cost = self._cost(y)
        grad = self.layers[-1].backward_z((output - y) / len(x))
        for layer in reversed(self.layers[:-1]):
            grad = layer.backward(grad)
        if self.penalty:
            for layer in self._dense():
                layer.grads[0] += self.penalty(layer.params[0])[1]
        return cost, [grad for layer in self.layers for grad in layer.grads]

    def _cost(self, y):
        """J of the last forward pass."""
        cost = float(np.sum(COSTS[self._output()](self.layers[-1].activation.z, y)) / len(y))
        return cost + sum(self.penalty(layer.params[0])[0] for layer in self._dense()) if self.penalty else cost

    def _examples(self, x, y):
        """x and y as arrays in the network's precision; ValueError unless y are targets for these outputs."""
        x, y = table("x", x), table("y", y)
        n_out = len(self.layers[-1].params[1])
        if y.shape != (len(x), n_out):
            raise ValueError(
                f"x has {len(x)} rows, y shape {y.shape}: expected y ({len(x)}, {n_out}), a column for each output. "
                "Class numbers become one-hot rows by np.eye(n_classes)[labels]."
            )
        if self._output() != "linear" and (y.min() < 0 or y.max() > 1):
            raise ValueError(f"y runs from {y.min():g} to {y.max():g}: expected values in [0, 1].")
        if self._output() == "softmax" and not np.allclose(y.sum(axis=1), 1, atol=1e-3):
            raise ValueError("The rows of y do not add up to 1: softmax needs one-hot rows, or probabilities.")
        return x.astype(self._dtype(), copy=False), y.astype(self._dtype(), copy=False)

    def _dense(self):
        return [layer for layer in self.layers if isinstance(layer, Dense)]

    def _output(self):
        return self.layers[-1].activation.name

    def _dtype(self):
        return self.layers[-1].params[0].dtype


# The cost of each output, from z, where no logarithm of 0 can occur: log ŷ is log_expit(z), or z - log Σ e^z.
COSTS = {
    "linear": lambda z, y: (z - y) ** 2 / 2,
    "sigmoid": lambda z, y: -y * log_expit(z) - (1 - y) * log_expit(-z),
    "softmax": lambda z, y: y * (np.logaddexp.reduce(z, axis=1, keepdims=True) - z),
}


def rows(x, n):
    """x as an array if its shape is (m, n); ValueError otherwise."""
    x = np.asarray(x)
    if x.ndim != 2 or x.shape[1] != n:
        raise ValueError(f"x has shape {x.shape}: expected (m, {n}), an example a row.")
    return x


def numerical_gradient(function, x, step=1e-5):
    """∂f/∂x by central differences, (f(x + h) - f(x - h)) / 2h, entry by entry.

    function: of an array like x, returns a number. x: an array of any shape. step: h. Returns an array of x's shape.
    The error is of order h²; 1e-5 balances it with rounding in float64. Raises ValueError for an x that is not finite.
    """
    x = finite("x", x).astype(float)
    positive("step", step)
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        ahead, behind = x.copy(), x.copy()
        ahead[index] += step
        behind[index] -= step
        gradient[index] = (function(ahead) - function(behind)) / (2 * step)
    return gradient
