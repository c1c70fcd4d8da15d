"""Answers to the exercises of notebook 05, universal approximation."""

import math

import numpy as np
from scipy.special import expit
from sklearn.linear_model import LinearRegression

from answers import right, wrong


@right
def one_hidden_layer(x, w, b, v, c):
    return expit(x @ w + b) @ v + c


@right
def one_hidden_layer(x, w, b, v, c):
    outputs = []
    for row in x:
        hidden = [1 / (1 + math.exp(-(row @ w[:, j] + b[j]))) for j in range(len(b))]
        outputs.append([sum(h * v[j, k] for j, h in enumerate(hidden)) + c[k] for k in range(len(c))])
    return outputs


@right
def one_hidden_layer(x, w, b, v, c):
    z = np.float32(x) @ np.float32(w) + np.float32(b)
    return (np.tanh(z / 2) + 1) / 2 @ np.float32(v) + np.float32(c)


@wrong("no sigmoid at the end")
def one_hidden_layer(x, w, b, v, c):
    return expit(expit(x @ w + b) @ v + c)


@wrong("one linear layer")
def one_hidden_layer(x, w, b, v, c):
    return (x @ w + b) @ v + c


@wrong("not tanh")
def one_hidden_layer(x, w, b, v, c):
    return np.tanh(x @ w + b) @ v + c


@wrong("bias of the output is missing")
def one_hidden_layer(x, w, b, v, c):
    return expit(x @ w + b) @ v


@wrong("hidden units alone")
def one_hidden_layer(x, w, b, v, c):
    return expit(x @ w + b)


@right
def bump(x, left, right, steepness):
    return expit(steepness * (x - left)) - expit(steepness * (x - right))


@right
def bump(x, left, right, steepness):
    return expit(steepness * (x - left)) + expit(-steepness * (x - right)) - 1


@right
def bump(x, left, right, steepness):
    def step(place):
        return [1 / (1 + math.exp(-steepness * (value - place))) for value in x]

    return [up - down for up, down in zip(step(left), step(right))]


@wrong("Upside down")
def bump(x, left, right, steepness):
    return expit(steepness * (x - right)) - expit(steepness * (x - left))


@wrong("staircase")
def bump(x, left, right, steepness):
    return expit(steepness * (x - left)) + expit(steepness * (x - right))


@wrong("multiplies the two")
def bump(x, left, right, steepness):
    return expit(steepness * (x - left)) * expit(steepness * (right - x))


@wrong("in the wrong places")
def bump(x, left, right, steepness):
    return expit(steepness * x - left) - expit(steepness * x - right)


@wrong("vertical walls")
def bump(x, left, right, steepness):
    return ((x > left) & (x < right)).astype(float)


@right
def output_weights(hidden, y):
    fitted = LinearRegression().fit(hidden, y)
    return [*fitted.coef_, fitted.intercept_]


@right
def output_weights(hidden, y):
    centred = hidden - hidden.mean(axis=0)
    v = np.linalg.pinv(centred) @ (y - y.mean())
    return np.append(v, y.mean() - hidden.mean(axis=0) @ v)


@right
def output_weights(hidden, y):
    a = np.hstack([hidden, np.ones((len(y), 1))])
    return np.linalg.solve(a.T @ a, a.T @ y)


@wrong("There is no c")
def output_weights(hidden, y):
    return np.linalg.lstsq(hidden, y, rcond=None)[0]


@wrong("c stands first")
def output_weights(hidden, y):
    a = np.column_stack([np.ones(len(y)), hidden])
    return np.linalg.lstsq(a, y, rcond=None)[0]


@wrong("best c depends on v")
def output_weights(hidden, y):
    v = np.linalg.lstsq(hidden, y - y.mean(), rcond=None)[0]
    return np.append(v, y.mean())


@wrong("one array")
def output_weights(hidden, y):
    fitted = LinearRegression().fit(hidden, y)
    return fitted.coef_, fitted.intercept_


@wrong("ridge")
def output_weights(hidden, y):
    a = np.c_[hidden, np.ones(len(y))]
    return np.linalg.solve(a.T @ a + np.eye(a.shape[1]), a.T @ y)


@right
def bumps_needed(slope, error, inputs):
    side = 1
    while slope / side > error:
        side += 1
    return side**inputs


@right
def bumps_needed(slope, error, inputs):
    return int(np.ceil(slope / error)) ** inputs


@right
def bumps_needed(slope, error, inputs):
    width = 2 * error / slope
    return np.prod([math.ceil(2 / width)] * inputs)


@wrong("round up along each side")
def bumps_needed(slope, error, inputs):
    return (slope / error) ** inputs


@wrong("rounded at the end")
def bumps_needed(slope, error, inputs):
    return math.ceil((slope / error) ** inputs)


@wrong("Twice too many")
def bumps_needed(slope, error, inputs):
    return math.ceil(2 * slope / error) ** inputs


@wrong("added the sides up")
def bumps_needed(slope, error, inputs):
    return math.ceil(slope / error) * inputs


@wrong("along one side")
def bumps_needed(slope, error, inputs):
    return math.ceil(slope / error)


@right
def relu_weights(knots, values):
    weights, slope = [], 0.0
    for i in range(len(knots) - 1):
        new = (values[i + 1] - values[i]) / (knots[i + 1] - knots[i])
        weights.append(new - slope)
        slope = new
    return weights


@right
def relu_weights(knots, values):
    columns = np.maximum(knots[1:, None] - knots[:-1], 0)
    return np.linalg.solve(columns, values[1:] - values[0])


@right
def relu_weights(knots, values):
    slopes = np.float32(np.diff(values) / np.diff(knots))
    return slopes - np.append(np.float32(0), slopes[:-1])


@wrong("Those are the slopes")
def relu_weights(knots, values):
    return np.diff(values) / np.diff(knots)


@wrong("first piece has a slope too")
def relu_weights(knots, values):
    return np.diff(np.diff(values) / np.diff(knots))


@wrong("sign is reversed")
def relu_weights(knots, values):
    return -np.diff(np.diff(values) / np.diff(knots), prepend=0)


@wrong("not equally far apart")
def relu_weights(knots, values):
    return np.diff(np.diff(values), prepend=0)


@wrong("value_0 is no weight")
def relu_weights(knots, values):
    return np.append(values[0], np.diff(np.diff(values) / np.diff(knots), prepend=0))
