"""Experiments of notebook 14: 8 and 56 dense layers on the handwritten digits, with and without shortcuts."""

import numpy as np

from dlsheet.datasets import load
from dlsheet.experiments import experiment
from dlsheet.scratch.initializers import glorot_uniform, he_uniform
from dlsheet.scratch.network import Dense, Network
from dlsheet.scratch.optimizers import Adam

# (shortcuts, batch normalisation, layers): Adam's rates, the middle one the best in trial runs of other seeds
RATES = {
    (False, False, 8): (0.001, 0.003, 0.01),
    (False, True, 8): (0.003, 0.01, 0.03),
    (True, False, 8): (0.001, 0.003, 0.01),
    (True, True, 8): (0.003, 0.01, 0.03),
    (False, False, 56): (0.0005, 0.001, 0.002),
    (False, True, 56): (0.01, 0.03, 0.1),
    (True, False, 56): (0.003, 0.01, 0.03),
    (True, True, 56): (0.003, 0.01, 0.03),
}
EPSILON = 1e-3  # of batch normalisation, as in Keras
GUESSING = np.log(10)


@experiment("deep_cnn.degradation", seeds=10)
def degradation(seed, width=32, epochs=150, batch_size=64):
    """Training cost and test accuracy of stacks of dense layers, by depth, shortcuts and batch normalisation.

    Arms: "cost, …", the mean cost of the mini-batches of every fifth epoch; "lowest cost, …", the last one at the
    rate where it is lowest; "test, …", the accuracy on the 360 test digits. Each of "plain", "plain, batch norm",
    "shortcuts" and "shortcuts, batch norm", and of "8 layers" and "56 layers".
    Same: 1,150 digits, layers of 32 ReLU units with He's weights in blocks of two, Adam whose rate falls in a straight
    line to 0 in 150 epochs of 17 batches of 64; digits, order and start by seed. Each arm has the best of three rates
    by the accuracy on 287 other digits after the last epoch. A run that left the finite numbers counts as guessing.
    Differs: the depth, whether a block's input is added to what it computes, and whether each of a block's layers is
    normalised.
    """
    found = {}
    for (shortcuts, norm, depth), rates in RATES.items():
        arm = f"{'shortcuts' if shortcuts else 'plain'}{', batch norm' if norm else ''}, {depth} layers"
        stack = Stack(seed, depth, width, shortcuts, norm, len(rates))
        costs, validation, test = train(stack, rates, seed, epochs, batch_size)
        best = validation.argmax()
        found[f"cost, {arm}"] = costs[4::5, best].tolist()
        found[f"lowest cost, {arm}"] = float(costs[-1].min())
        found[f"test, {arm}"] = float(test[best])
    return found


@experiment("deep_cnn.plain", seeds=10)
def plain(seed, depth=56, width=32, epochs=40, batch_size=64, rate=0.001):
    """The last epoch's mean cost of 56 plain dense layers, as notebook 14 trains them; guessing costs log 10 = 2.30.

    Arm: "plain, 56 layers", with He's weights. Same: 1,437 digits, Adam at 0.001, 40 epochs of batches of 64; start
    and order by seed.
    """
    digits, rng = load("digits"), np.random.default_rng(seed)
    layers = [Dense(64, width, "relu", he_uniform, rng)]
    for _ in range(depth - 2):
        layers.append(Dense(width, width, "relu", he_uniform, rng))
    network = Network([*layers, Dense(width, 10, "softmax", glorot_uniform, rng)])
    x, y = digits.x_train.reshape(-1, 64), np.eye(10)[digits.y_train]
    return {"plain, 56 layers": network.fit(x, y, Adam(rate), epochs, batch_size, rng)[-1]}


class Stack:
    """A dense ReLU layer, blocks of two, and an output layer, several times: a copy for each learning rate.

    All copies start alike and are computed together: an axis of every parameter numbers them.
    """

    def __init__(self, seed, depth, width, shortcuts, norm, copies):
        rng = np.random.default_rng(seed)
        first = he_uniform(64, width, rng)
        inner = [he_uniform(width, width, rng) for _ in range(depth - 2)]
        last = glorot_uniform(width, 10, rng)
        self.shortcuts, self.norm = shortcuts, norm
        self.first, self.first_bias = repeated(first, copies), np.zeros((copies, 1, width), "float32")
        self.last, self.last_bias = repeated(last, copies), np.zeros((copies, 1, 10), "float32")
        self.inner = np.array([repeated(kernel, copies) for kernel in inner])  # (layers, copies, width, width)
        self.beta = np.zeros((len(inner), copies, 1, width), "float32")  # without batch normalisation the biases
        self.gamma = np.ones_like(self.beta)
        self.statistics = []  # (mean, deviation) of each layer

    def params(self):
        return [self.first, self.first_bias, self.last, self.last_bias, self.inner, self.beta, self.gamma]

    def forward(self, x, frozen=False):
        """Logits (copies, m, 10). Batch normalisation takes the statistics of x, or frozen the ones of the last x."""
        if not frozen:
            self.statistics = []
        around = h = np.maximum(x @ self.first + self.first_bias, 0)
        self.x, self.hidden, self.normal = x, [h], []
        for i, kernel in enumerate(self.inner):
            z = h @ kernel
            if self.norm:
                mean = self.statistics[i][0] if frozen else z.mean(axis=1, keepdims=True)
                z -= mean
                if not frozen:
                    variance = np.einsum("cmn,cmn->cn", z, z)[:, np.newaxis] / z.shape[1]
                    self.statistics.append((mean, np.sqrt(variance + EPSILON)))
                z /= self.statistics[i][1]
                self.normal.append(z)
                z = z * self.gamma[i]
            z += self.beta[i]
            if i % 2 == 1 and self.shortcuts:
                z += around
            h = np.maximum(z, 0, out=z)
            if i % 2 == 1:
                around = h
            self.hidden.append(h)
        return h @ self.last + self.last_bias

    def backward(self, dz):
        """The gradients, as `params`, from ∂J/∂logits."""
        inner, beta, gamma = np.empty_like(self.inner), np.empty_like(self.beta), np.zeros_like(self.gamma)
        last, last_bias = across(self.hidden[-1]) @ dz, dz.sum(axis=1, keepdims=True)
        d = dz @ across(self.last)
        for i in reversed(range(len(self.inner))):
            d *= self.hidden[i + 1] > 0
            if i % 2 == 1:
                around = d
            beta[i] = d.sum(axis=1, keepdims=True)
            dz = d
            if self.norm:
                normal, m = self.normal[i], d.shape[1]
                gamma[i] = np.einsum("cmn,cmn->cn", d, normal)[:, np.newaxis]
                dz = normal * (gamma[i] / -m)
                dz += d
                dz -= beta[i] / m
                dz *= self.gamma[i] / self.statistics[i][1]
            inner[i] = across(self.hidden[i]) @ dz
            d = dz @ across(self.inner[i])
            if i % 2 == 0 and self.shortcuts:
                d += around
        d *= self.hidden[0] > 0
        return [self.x.T @ d, d.sum(axis=1, keepdims=True), last, last_bias, inner, beta, gamma]


def train(stack, rates, seed, epochs, batch_size):
    """Mean cost of each epoch's batches (epochs, copies); accuracy on 287 held-out digits and on the test digits."""
    digits = load("digits")
    x, x_test = (each.reshape(-1, 64).astype("float32") for each in (digits.x_train, digits.x_test))
    order = np.random.default_rng(seed).permutation(len(x))
    held_out, kept = order[: len(x) // 5], order[len(x) // 5 :]
    y, rates = np.eye(10, dtype="float32")[digits.y_train], np.array(rates, "float32")
    rng, params = np.random.default_rng(seed), stack.params()
    moments = [(np.zeros_like(each), np.zeros_like(each)) for each in params]
    batches, costs, step = len(kept) // batch_size, np.zeros((epochs, len(rates))), 0
    with np.errstate(all="ignore"):
        for epoch in range(epochs):
            order = rng.permutation(kept)
            for batch in order[: batches * batch_size].reshape(batches, batch_size):
                log_p = log_softmax(stack.forward(x[batch]))
                costs[epoch] -= (log_p * y[batch]).sum(axis=(1, 2)) / batch_size / batches
                grads = stack.backward((np.exp(log_p) - y[batch]) / batch_size)
                adam(params, grads, moments, rates * (1 - step / (epochs * batches)), step + 1)
                step += 1
        stack.forward(x[kept])  # in use, batch normalisation takes the statistics of all training digits
        validation = accuracy(stack.forward(x[held_out], frozen=True), digits.y_train[held_out])
        test = accuracy(stack.forward(x_test, frozen=True), digits.y_test)
    return np.nan_to_num(costs, nan=GUESSING, posinf=GUESSING), validation, test


def adam(params, grads, moments, rates, step):
    """One step of Adam, in place; the rates differ from copy to copy."""
    for theta, grad, (m, v) in zip(params, grads, moments):
        m += 0.1 * (grad - m)
        v += 0.001 * (grad**2 - v)
        rate = rates[:, np.newaxis, np.newaxis] / np.float32(1 - 0.9**step)
        theta -= rate * m / (np.sqrt(v / np.float32(1 - 0.999**step)) + np.float32(1e-8))


def log_softmax(z):
    z = z - z.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def accuracy(logits, labels):
    """Of each copy; 0 where it left the finite numbers."""
    right = (logits.argmax(axis=-1) == labels).mean(axis=1)
    return np.where(np.isfinite(logits).all(axis=(1, 2)), right, 0.0)


def across(arrays):
    """The last two axes exchanged."""
    return arrays.swapaxes(-1, -2)


def repeated(kernel, copies):
    return np.repeat(kernel[np.newaxis], copies, axis=0).astype("float32")
