"""Answers to the exercises of notebook 04, activation functions."""

import math

import numpy as np
from scipy.special import expit, softmax

from answers import right, wrong


@right
def sigmoid_slope(z):
    return expit(z) * expit(-np.asarray(z))


@right
def sigmoid_slope(z):
    return 0.25 / np.cosh(np.clip(np.asarray(z) / 2, -300, 300)) ** 2


@right
def sigmoid_slope(z):
    z = np.abs(np.asarray(z, "float32"))
    return np.exp(-z) / (1 + np.exp(-z)) ** 2


@right
def sigmoid_slope(z):
    def one(v):
        s = 1 / (1 + math.exp(-v)) if v > -700 else 0.0
        return s * (1 - s)

    return one(z) if np.ndim(z) == 0 else [one(v) for v in z]


@wrong("That is the sigmoid itself")
def sigmoid_slope(z):
    return expit(z)


@wrong("where the sigmoid of z belongs")
def sigmoid_slope(z):
    return z * (1 - z)


@wrong("slope of tanh")
def sigmoid_slope(z):
    return 1 - np.tanh(z) ** 2


@wrong("overflows")
def sigmoid_slope(z):
    return np.exp(z) / (1 + np.exp(z)) ** 2


@wrong("rounded")
def sigmoid_slope(z):
    s = expit(z)
    return np.round(s * (1 - s), 3)


@right
def tanh_by_sigmoid(z):
    return 2 * expit(2 * np.asarray(z)) - 1


@right
def tanh_by_sigmoid(z):
    return expit(2 * z) - expit(-2 * z)


@right
def tanh_by_sigmoid(z):
    def sigmoid(v):
        return 1 / (1 + np.exp(-v))

    return 1 - 2 * sigmoid(-2 * z)


@wrong("rises too slowly")
def tanh_by_sigmoid(z):
    return 2 * expit(z) - 1


@wrong("lies between 0 and 1")
def tanh_by_sigmoid(z):
    return expit(2 * z)


@wrong("uses tanh")
def tanh_by_sigmoid(z):
    return np.tanh(z)


@wrong("Moved, not stretched")
def tanh_by_sigmoid(z):
    return expit(2 * z) - 0.5


@wrong("Left and right are exchanged")
def tanh_by_sigmoid(z):
    return 2 / (1 + np.exp(2 * z)) - 1


@right
def count_dead_units(z):
    return np.sum(z.max(axis=0) <= 0)


@right
def count_dead_units(z):
    return sum(all(value <= 0 for value in column) for column in zip(*z))


@right
def count_dead_units(z):
    active = np.maximum(z, 0).sum(axis=0)
    return np.count_nonzero(active == 0)


@wrong("at least one example")
def count_dead_units(z):
    return sum((z[:, unit] <= 0).any() for unit in range(z.shape[1]))


@wrong("for which every unit is silent")
def count_dead_units(z):
    return sum(max(row) <= 0 for row in z)


@wrong("the slope counts as 0 too")
def count_dead_units(z):
    return np.sum(z.max(axis=0) < 0)


@wrong("how many are")
def count_dead_units(z):
    return [bool((column <= 0).all()) for column in z.T]


@wrong("how many there are")
def count_dead_units(z):
    return np.flatnonzero((z <= 0).all(axis=0))


@wrong("share of the units")
def count_dead_units(z):
    return np.mean((z <= 0).all(axis=0))


@right
def stable_softmax(z):
    return softmax(z, axis=1)


@right
def stable_softmax(z):
    rows = []
    for row in z:
        powers = [math.exp(value - max(row)) for value in row]
        rows.append([power / sum(powers) for power in powers])
    return rows


@right
def stable_softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    return np.exp(z - np.log(np.exp(z).sum(axis=1, keepdims=True)))


@wrong("is no number")
def stable_softmax(z):
    return np.exp(z) / np.sum(np.exp(z), axis=1, keepdims=True)


@wrong("of the whole array off")
def stable_softmax(z):
    e = np.exp(z - np.max(z))
    return e / e.sum(axis=1, keepdims=True)


@wrong("down the columns")
def stable_softmax(z):
    return softmax(z, axis=0)


@wrong("has a sum of its own")
def stable_softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum()


@wrong("changes the array")
def stable_softmax(z):
    z -= z.max(axis=1, keepdims=True)
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


@wrong("logarithm of the softmax")
def stable_softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


@right
def revived_biases(z, bias):
    new = []
    for column, b in zip(z.T, bias):
        new.append(b - float(np.median(column)) if max(column) <= 0 else b)
    return new


@right
def revived_biases(z, bias):
    raised = bias.copy()
    for unit in range(len(bias)):
        if not (z[:, unit] > 0).any():
            raised[unit] = raised[unit] - np.quantile(z[:, unit], 0.5)
    return raised


@right
def revived_biases(z, bias):
    return bias - np.median(z, axis=0) * (z.max(axis=0) <= 0)


@wrong("living units as well")
def revived_biases(z, bias):
    return [b - np.median(column) for b, column in zip(bias, z.T)]


@wrong("raise it, do not replace it")
def revived_biases(z, bias):
    return np.where(z.max(axis=0) <= 0, -np.median(z, axis=0), bias)


@wrong("lifted the mean")
def revived_biases(z, bias):
    return bias - np.where(z.max(axis=0) <= 0, z.mean(axis=0), 0)


@wrong("as dead as before")
def revived_biases(z, bias):
    return np.where(z.max(axis=0) <= 0, bias - z.max(axis=0), bias)


@wrong("changes the array")
def revived_biases(z, bias):
    dead = z.max(axis=0) <= 0
    bias[dead] -= np.median(z, axis=0)[dead]
    return bias


@wrong("by how much the biases rise")
def revived_biases(z, bias):
    return np.where(z.max(axis=0) <= 0, -np.median(z, axis=0), 0)
