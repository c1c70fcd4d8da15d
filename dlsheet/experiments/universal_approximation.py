"""Experiments of notebook 05: weights that exist, and whether training finds them."""

import numpy as np

from dlsheet.experiments import experiment
from dlsheet.scratch.initializers import glorot_uniform, he_uniform
from dlsheet.scratch.network import Dense, Network
from dlsheet.scratch.optimizers import Adam

X = np.linspace(-1, 1, 201).reshape(-1, 1)


@experiment("theory.two_units", seeds=20)
def two_units(seed, steps=2000, rate=0.03):
    """Root mean square error of two ReLU units that are trained to be |x|, which two units can be exactly.

    Arm: "two ReLU units". Same: 201 points on [-1, 1], all in each step, Adam, He's weights and biases of 0; the
    start is by seed. After 2,000 steps no error moves any more.
    """
    rng = np.random.default_rng(seed)
    net = Network([Dense(1, 2, "relu", he_uniform, rng), Dense(2, 1, "linear", he_uniform, rng)])
    return {"two ReLU units": trained(net, rng, np.abs(X), steps, rate)}


@experiment("theory.starts", seeds=10)
def starts(seed, units=64, steps=4000, rates=(0.003, 0.01, 0.03)):
    """Root mean square error of 64 tanh units on two waves, sin(5πx) and sin(5πx + 1), by how they start.

    Arms: Glorot's weights or ten times steeper ones (normal, standard deviation 10), with all biases 0 or with the
    bends (where z = 0) spread over [-1, 1]; "shifted" for the second wave, which is not odd. Same: 201 points on
    [-1, 1], all in each step, 4,000 steps of Adam; start by seed. Each arm has the best of three rates, by the very
    error that is reported, so none is spoilt by its rate.
    """
    found = {}
    for wave, shift in {"": 0.0, ", shifted": 1.0}.items():
        y = np.sin(5 * np.pi * X + shift)
        for steep in (False, True):
            for spread in (False, True):
                arm = f"{'steep' if steep else 'usual'} weights, {'bends spread' if spread else 'biases 0'}{wave}"
                found[arm] = min(trained(*tanh_network(seed, units, steep, spread), y, steps, rate) for rate in rates)
    return found


def tanh_network(seed, units, steep, spread):
    """(network of one hidden tanh layer, the generator for the order), both by seed; arms as in `starts`."""
    rng = np.random.default_rng(seed)
    first = Dense(1, units, "tanh", glorot_uniform, rng)
    net = Network([first, Dense(units, 1, "linear", glorot_uniform, rng)])
    kernel = rng.normal(0, 10, (1, units)) if steep else first.params[0]
    bends = rng.uniform(-1, 1, units) if spread else np.zeros(units)
    first.params = [kernel, -kernel[0] * bends]
    return net, rng


def trained(net, rng, y, steps, rate):
    """Train in place; the root mean square error afterwards."""
    net.fit(X, y, Adam(rate), steps, len(X), rng)
    return np.sqrt(np.mean((net.forward(X) - y) ** 2))
