"""Random starting weights whose spread fits the layer. Ledger: gradients.initialisation.

n_in, n_out: units before and after. rng: a numpy.random.Generator. All return (n_in, n_out) arrays, as Keras lays out
a kernel, and raise ValueError for sizes that are not whole numbers of at least 1.
"""

import numpy as np

from dlsheet.arguments import whole_number

SPREAD_OF_CUT_NORMAL = 0.87962566103423978  # standard deviation of a standard normal cut off at ±2


def glorot_uniform(n_in, n_out, rng):
    """Uniform on [-r, r], r = √(6 / (n_in + n_out)): variance 2 / (n_in + n_out). Also called Xavier; for tanh.

    Glorot and Bengio (2010), equation 16.
    """
    n_in, n_out = sizes(n_in, n_out)
    r = np.sqrt(6 / (n_in + n_out))
    return rng.uniform(-r, r, (n_in, n_out))


def he_uniform(n_in, n_out, rng):
    """Uniform on [-r, r], r = √(6 / n_in): variance 2 / n_in, twice what a linear layer needs, because ReLU halves it.

    He et al. (2015), equation 10, which is about the variance; their weights are normal.
    """
    n_in, n_out = sizes(n_in, n_out)
    r = np.sqrt(6 / n_in)
    return rng.uniform(-r, r, (n_in, n_out))


def he_normal(n_in, n_out, rng):
    """Normal with variance 2 / n_in, cut off at two standard deviations and widened to make up for it, as Keras does.

    He et al. (2015), equation 10, where nothing is cut off.
    """
    n_in, n_out = sizes(n_in, n_out)
    weights = rng.standard_normal((n_in, n_out))
    while (far := np.abs(weights) > 2).any():
        weights[far] = rng.standard_normal(far.sum())
    return weights * np.sqrt(2 / n_in) / SPREAD_OF_CUT_NORMAL


def sizes(n_in, n_out):
    """Both as whole numbers of at least 1, or ValueError."""
    return whole_number("n_in", n_in), whole_number("n_out", n_out)
