"""Experiments of notebook 10: deep and plain networks on the handwritten digits, and what keeps gradients alive."""

import numpy as np

from dlsheet.datasets import load
from dlsheet.experiments import experiment
from dlsheet.scratch.initializers import glorot_uniform, he_uniform
from dlsheet.scratch.network import Activation, BatchNorm, Dense, Network
from dlsheet.scratch.optimizers import GradientDescent, clip_by_norm


@experiment("gradients.deep", seeds=10)
def deep(seed, depth=10, units=32, rates=(0.01, 0.03, 0.1, 0.3, 1.0), epochs=60, batch_size=32):
    """Accuracy on the 360 test digits after every third epoch, by activation and start.

    Arms: activation and initial weights; "sigmoid, batch norm" has Xavier's weights and a batch normalisation before
    each sigmoid. Same: 1,150 digits, ten hidden layers of 32 units and a softmax, plain gradient descent, 60 epochs of
    batch 32, seeds of start and order. Each arm has the best of five learning rates by the accuracy on 287 other
    digits after the last epoch.
    """
    arms = {
        "sigmoid, Xavier": ("sigmoid", glorot_uniform, False),
        "tanh, Xavier": ("tanh", glorot_uniform, False),
        "tanh, He": ("tanh", he_uniform, False),
        "ReLU, Xavier": ("relu", glorot_uniform, False),
        "ReLU, He": ("relu", he_uniform, False),
        "ReLU, orthogonal": ("relu", orthogonal, False),
        "sigmoid, batch norm": ("sigmoid", glorot_uniform, True),
    }
    found = {}
    for arm, (activation, initializer, normalised) in arms.items():
        runs = []
        for rate in rates:
            network = hidden_layers(seed, activation, initializer, normalised, depth, units)
            runs.append(train(network, GradientDescent(rate), seed, epochs, batch_size))
        validation, test = max(runs, key=lambda run: run[0][-1])
        found[arm] = test[2::3]
    return found


@experiment("gradients.clipping", seeds=10)
def clipping(seed, depth=10, units=32, rates=(0.01, 0.03, 0.1, 0.3, 1.0, 3.0), limit=1.0, epochs=60, batch_size=32):
    """Accuracy on the 360 test digits after the last epoch, with and without clipping of the gradient's norm.

    Arms: "not clipped" and "clipped", each at six learning rates, and each at its best rate by the accuracy on 287
    other digits. Same: 1,150 digits, ten hidden ReLU layers of 32 units with He's weights, plain gradient descent, 60
    epochs of batch 32, seeds of start and order. Differs: gradients longer than 1 are shortened to 1.
    """
    found = {}
    for arm, longest in {"not clipped": None, "clipped": limit}.items():
        runs = []
        for rate in rates:
            network = hidden_layers(seed, "relu", he_uniform, False, depth, units)
            runs.append(train(network, Clipped(rate, longest), seed, epochs, batch_size))
            found[f"{arm}, rate {rate:g}"] = runs[-1][1][-1]
        validation, test = max(runs, key=lambda run: run[0][-1])
        found[f"{arm}, best rate"] = test[-1]
    return found


def hidden_layers(seed, activation, initializer, normalised, depth, units):
    """A network for the digits: `depth` hidden layers and a softmax, weights by seed."""
    rng = np.random.default_rng(seed)
    layers = []
    n_in = 64
    for _ in range(depth):
        layers.append(Dense(n_in, units, "linear", initializer, rng))
        if normalised:
            layers.append(BatchNorm(units, momentum=0.9))
        layers.append(Activation(activation))
        n_in = units
    return Network([*layers, Dense(units, 10, "softmax", glorot_uniform, rng)])


def train(network, optimizer, seed, epochs, batch_size):
    """Accuracy on the validation digits and on the test digits, after each epoch; 0 once the numbers have run away."""
    digits = load("digits")
    x, x_test = (images.reshape(len(images), -1) for images in (digits.x_train, digits.x_test))
    order = np.random.default_rng(seed).permutation(len(x))
    held_out, kept = order[: len(x) // 5], order[len(x) // 5 :]
    y = np.eye(10)[digits.y_train]
    rng = np.random.default_rng(seed)
    validation, test = np.zeros(epochs), np.zeros(epochs)
    for epoch in range(epochs):
        try:
            with np.errstate(all="ignore"):
                network.fit(x[kept], y[kept], optimizer, 1, batch_size, rng)
                validation[epoch] = np.mean(network.forward(x[held_out]).argmax(axis=1) == digits.y_train[held_out])
                test[epoch] = np.mean(network.forward(x_test).argmax(axis=1) == digits.y_test)
        except ValueError:  # the weights have left the finite numbers
            break
    return validation, test


class Clipped(GradientDescent):
    """Gradient descent, each gradient shortened to the length `limit` if it is longer; None leaves all as they are."""

    def __init__(self, learning_rate, limit):
        super().__init__(learning_rate)
        self.limit = limit

    def update(self, params, grads):
        return super().update(params, grads if self.limit is None else clip_by_norm(grads, self.limit))


def orthogonal(n_in, n_out, rng):
    """Orthogonal columns (or rows, if there are fewer), all of length √2, for ReLU. Saxe et al. (2014)."""
    q, r = np.linalg.qr(rng.normal(size=(max(n_in, n_out), min(n_in, n_out))))
    q = q * np.sign(np.diag(r))
    return np.sqrt(2) * (q if n_in >= n_out else q.T)
