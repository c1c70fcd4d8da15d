"""A feedforward network with backpropagation, in plain NumPy.

An array of examples is (m, n), an example a row, and a kernel (n_in, n_out), as in Keras; the sheet stands examples
side by side as columns, so its W is the kernel transposed. Each layer's `forward` keeps what its `backward` needs;
backward takes ∂J/∂output, writes ∂J/∂params into `grads` and returns ∂J/∂input. Ledger: graph.*, backprop.*.
"""

import numpy as np
from scipy.special import xlogy

from dlsheet.arguments import whole_number
from dlsheet.scratch import losses
from dlsheet.scratch.activations import ACTIVATIONS, derivative
from dlsheet.scratch.arrays import between, positive, table
from dlsheet.scratch.gradient_descent import minibatches
from dlsheet.scratch.initializers import glorot_uniform
from dlsheet.scratch.regularizers import dropout


class Activation:
    """a = σ(z). name: as in scratch.activations.derivative, which raises ValueError for another."""

    def __init__(self, name):
        self.params, self.grads = [], []
        self.name, self.derivative = name, derivative(name)

    def forward(self, z, training=False):
        self.z = z
        return ACTIVATIONS[self.name](z)

    def backward(self, da):
        slope = self.derivative(self.z)
        if self.name == "softmax":  # each output depends on all inputs of its row
            return np.einsum("mi,mij->mj", da, slope)
        return da * slope


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
        if np.ndim(x) != 2 or x.shape[1] != len(kernel):
            raise ValueError(f"x has shape {np.shape(x)}: expected (m, {len(kernel)}), an example a row.")
        self.x = x
        return self.activation.forward(x @ kernel + bias)

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
        self.momentum, self.epsilon = between("momentum", momentum, 0, 1, "a fraction"), positive("epsilon", epsilon)

    def forward(self, z, training=False):
        gamma, beta = self.params
        self.training = training
        if training:
            mean, variance = z.mean(axis=0), z.var(axis=0)
            self.moving_mean = self.momentum * self.moving_mean + (1 - self.momentum) * mean
            self.moving_variance = self.momentum * self.moving_variance + (1 - self.momentum) * variance
        else:
            mean, variance = self.moving_mean.astype(z.dtype), self.moving_variance.astype(z.dtype)
        self.deviation = np.sqrt(variance + self.epsilon)
        self.z_hat = (z - mean) / self.deviation
        return gamma * self.z_hat + beta

    def backward(self, da):
        self.grads = [(da * self.z_hat).sum(axis=0), da.sum(axis=0)]
        dz_hat = da * self.params[0]
        if self.training:  # each example moves the mean and the variance too
            dz_hat = dz_hat - dz_hat.mean(axis=0) - self.z_hat * (dz_hat * self.z_hat).mean(axis=0)
        return dz_hat / self.deviation


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
    Raises ValueError for another last layer or activation.
    """

    def __init__(self, layers, penalty=None):
        last = layers[-1] if layers else None
        if not isinstance(last, Dense) or last.activation.name not in COSTS:
            raise ValueError(f"The last layer must be Dense with one of the activations {', '.join(COSTS)}.")
        self.layers, self.penalty = list(layers), penalty

    @property
    def params(self):
        """All layers' parameters, one list."""
        return [theta for layer in self.layers for theta in layer.params]

    @params.setter
    def params(self, params):
        if [np.shape(theta) for theta in params] != [theta.shape for theta in self.params]:
            raise ValueError(f"Expected {len(self.params)} arrays of the shapes that the network has.")
        rest = iter(params)
        for layer in self.layers:
            layer.params = [next(rest) for _ in layer.params]

    def forward(self, x, training=False):
        """The outputs (m, n_out) for x (m, n_in)."""
        for layer in self.layers:
            x = layer.forward(x, training)
        return x

    def cost(self, x, y, training=False):
        """J for x (m, n_in) and y (m, n_out), a float; the penalty is part of it."""
        return self._cost(y, self.forward(x, training))

    def gradients(self, x, y):
        """∂J/∂params, a list like params, by backpropagation; training mode. Arguments as cost."""
        return self._step(x, y)[1]

    def fit(self, x, y, optimizer, epochs, batch_size, rng):
        """Train on mini-batches in a new random order each epoch. Returns the mean cost of each epoch's batches.

        x: (m, n_in). y: (m, n_out). optimizer: from scratch.optimizers. rng: a numpy.random.Generator.
        Raises ValueError for data that do not match or hold NaN, before any step.
        """
        x, y = table("x", x), table("y", y)
        history = []
        for _ in range(whole_number("epochs", epochs)):
            costs = []
            for x_batch, y_batch in minibatches(x, y, batch_size, rng):
                cost, grads = self._step(x_batch, y_batch)
                self.params = optimizer.update(self.params, grads)
                costs.append(cost * len(x_batch))
            history.append(sum(costs) / len(x))
        return history

    def _step(self, x, y):
        output = self.forward(x, training=True)
        cost = self._cost(y, output)
        grad = self.layers[-1].backward_z((output - y) / len(x))
        for layer in reversed(self.layers[:-1]):
            grad = layer.backward(grad)
        if self.penalty:
            for layer in self._dense():
                layer.grads[0] = layer.grads[0] + self.penalty(layer.params[0])[1]
        return cost, [grad for layer in self.layers for grad in layer.grads]

    def _cost(self, y, output):
        if np.shape(y) != output.shape:
            raise ValueError(f"y has shape {np.shape(y)}, the output {output.shape}: expected the same.")
        cost = COSTS[self.layers[-1].activation.name](y, output)
        return cost + sum(self.penalty(layer.params[0])[0] for layer in self._dense()) if self.penalty else cost

    def _dense(self):
        return [layer for layer in self.layers if isinstance(layer, Dense)]


def categorical_cross_entropy(y_true, y_pred):
    """-1/m Σ y log ŷ, for rows (m, k) of probabilities."""
    return float(-np.sum(xlogy(y_true, y_pred)) / len(y_true))


COSTS = {
    "linear": losses.mse_cost,
    "sigmoid": losses.cross_entropy_cost,
    "softmax": categorical_cross_entropy,
}


def numerical_gradient(function, x, step=1e-5):
    """∂f/∂x by central differences, (f(x + h) - f(x - h)) / 2h, entry by entry.

    function: of an array like x, returns a number. x: an array of any shape. step: h. Returns an array of x's shape.
    The error is of order h²; 1e-5 balances it with rounding in float64. Raises ValueError for an x that is not finite.
    """
    x = np.array(x, dtype=float)
    positive("step", step)
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        ahead, behind = x.copy(), x.copy()
        ahead[index] += step
        behind[index] -= step
        gradient[index] = (function(ahead) - function(behind)) / (2 * step)
    return gradient
