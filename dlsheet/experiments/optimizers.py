"""Experiment of notebook 11: six optimizers on the handwritten digits, each at its own best rate."""

import numpy as np

from dlsheet.datasets import load
from dlsheet.experiments import experiment
from dlsheet.scratch.initializers import he_uniform
from dlsheet.scratch.network import Dense, Network
from dlsheet.scratch.optimizers import AdaGrad, Adam, GradientDescent, Momentum, Nesterov, RMSProp

OPTIMIZERS = {
    "gradient descent": GradientDescent,
    "momentum": Momentum,
    "Nesterov": Nesterov,
    "AdaGrad": AdaGrad,
    "RMSProp": RMSProp,
    "Adam": Adam,
}
RATES = 10.0 ** np.arange(-4, 0.6, 0.5)


@experiment("optimizer.digits", seeds=10)
def digits(seed, units=64, epochs=40, batch_size=32, enough=0.95, useful=0.9):
    """Six optimizers on 1,437 digits, one hidden layer of 64 ReLU units.

    Arms, for each optimizer: "accuracy" on the 360 test digits after 40 epochs; "epochs" until the accuracy on the
    held-out digits is first 0.95; "rates", how many of ten learning rates (half decades from 0.0001 to 3) reach 0.9
    there. Same: start, order and the fifth of the training digits that is held out, by seed; the other settings are
    the usual ones (0.9, 0.999). The rate is the best of the ten by the held-out digits, for each optimizer and seed.
    By 40 epochs all are flat.
    """
    data = load("digits")
    x, x_test = (each.reshape(len(each), -1) for each in (data.x_train, data.x_test))
    y = np.eye(10)[data.y_train]
    held_out = np.random.default_rng(seed).permutation(len(x)) < len(x) // 5
    found = {}
    for name, optimizer in OPTIMIZERS.items():
        runs = []
        for rate in RATES:
            rng = np.random.default_rng(seed)
            net = Network([Dense(64, units, "relu", he_uniform, rng), Dense(units, 10, "softmax", he_uniform, rng)])
            step, curve = optimizer(rate), []
            try:
                with np.errstate(all="ignore"):
                    for _ in range(epochs):
                        net.fit(x[~held_out], y[~held_out], step, 1, batch_size, rng)
                        curve.append(accuracy(net, x[held_out], data.y_train[held_out]))
                runs.append((curve, accuracy(net, x_test, data.y_test)))
            except ValueError:  # the weights grew beyond all numbers
                runs.append(([0.0] * epochs, 0.0))
        best = int(np.argmax([curve[-1] for curve, _ in runs]))
        curve, found[f"accuracy, {name}"] = runs[best]
        found[f"epochs, {name}"] = int(np.argmax(np.array([*curve, 1.0]) >= enough)) + 1
        found[f"rates, {name}"] = sum(curve[-1] >= useful for curve, _ in runs)
    return found


def accuracy(net, x, labels):
    """Share of right answers."""
    return np.mean(net.forward(x).argmax(axis=1) == labels)
