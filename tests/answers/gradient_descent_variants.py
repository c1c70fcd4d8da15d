"""Answers to the exercises of notebook 08, gradient descent variants."""

import math

import numpy as np

from answers import right, wrong


@right
def steps_per_epoch(m, batch_size):
    return math.ceil(m / batch_size)


@right
def steps_per_epoch(m, batch_size):
    return len(range(0, m, batch_size))


@right
def steps_per_epoch(m, batch_size):
    return m // batch_size + bool(m % batch_size)


@right
def steps_per_epoch(m, batch_size):
    return np.ceil(np.float64(m) / batch_size)


@wrong("dropped the rest")
def steps_per_epoch(m, batch_size):
    return m // batch_size


@wrong("one too many where")
def steps_per_epoch(m, batch_size):
    return int(m / batch_size) + 1


@wrong("round up, not to the nearest")
def steps_per_epoch(m, batch_size):
    return math.floor(m / batch_size + 0.5)


@wrong("no fraction of a step")
def steps_per_epoch(m, batch_size):
    return m / batch_size


@wrong("That is a text")
def steps_per_epoch(m, batch_size):
    return f"{math.ceil(m / batch_size)} steps"


@right
def smoothed(costs, beta):
    curve = [costs[0]]
    for cost in costs[1:]:
        curve.append(beta * curve[-1] + (1 - beta) * cost)
    return curve


@right
def smoothed(costs, beta):
    s = np.array(costs, "float32")
    for t in range(1, len(s)):
        s[t] = s[t - 1] + (1 - beta) * (costs[t] - s[t - 1])
    return s


@right
def smoothed(costs, beta):
    t = np.arange(len(costs))
    powers = np.where(t[:, None] >= t, beta ** np.abs(t[:, None] - t), 0.0)
    return powers @ (costs * np.where(t == 0, 1, 1 - beta))


@wrong("started from 0, so")
def smoothed(costs, beta):
    s, curve = 0, []
    for cost in costs:
        s = beta * s + (1 - beta) * cost
        curve.append(s)
    return np.array(curve)


@wrong("changed places")
def smoothed(costs, beta):
    s, curve = costs[0], []
    for cost in costs:
        s = (1 - beta) * s + beta * cost
        curve.append(s)
    return np.array(curve)


@wrong("last value")
def smoothed(costs, beta):
    s = costs[0]
    for cost in costs:
        s = beta * s + (1 - beta) * cost
    return s


@wrong("as Adam does")
def smoothed(costs, beta):
    s, curve = 0, []
    for t, cost in enumerate(costs, 1):
        s = beta * s + (1 - beta) * cost
        curve.append(s / (1 - beta**t))
    return np.array(curve)


@wrong("first one is missing")
def smoothed(costs, beta):
    s, curve = costs[0], []
    for cost in costs[1:]:
        s = beta * s + (1 - beta) * cost
        curve.append(s)
    return np.array(curve)


@wrong("changes the array")
def smoothed(costs, beta):
    for t in range(1, len(costs)):
        costs[t] = beta * costs[t - 1] + (1 - beta) * costs[t]
    return costs


@right
def chunked_gradient(x, y, w, chunk):
    sums = [x[i : i + chunk].T @ (x[i : i + chunk] @ w - y[i : i + chunk]) for i in range(0, len(x), chunk)]
    return np.sum(sums, axis=0) / len(x)


@right
def chunked_gradient(x, y, w, chunk):
    gradient = [0.0] * len(w)
    for row, label in zip(x, y):
        error = sum(float(a) * float(b) for a, b in zip(row, w)) - label
        for j in range(len(w)):
            gradient[j] += error * float(row[j]) / len(y)
    return gradient


@right
def chunked_gradient(x, y, w, chunk):
    m, start, mean = len(y), 0, np.zeros(len(w))
    while start < m:
        part = slice(start, min(start + chunk, m))
        error = x[part] @ w - y[part]
        mean += (error[:, None] * x[part]).mean(axis=0) * len(error) / m
        start += chunk
    return mean


@wrong("computes with all rows at once")
def chunked_gradient(x, y, w, chunk):
    return (x @ w - y) @ x / len(y)


@wrong("mean of the chunks' means")
def chunked_gradient(x, y, w, chunk):
    means = []
    for i in range(0, len(y), chunk):
        error = x[i : i + chunk] @ w - y[i : i + chunk]
        means.append(error @ x[i : i + chunk] / len(error))
    return np.mean(means, axis=0)


@wrong("lost the last, shorter chunk")
def chunked_gradient(x, y, w, chunk):
    total = np.zeros(len(w))
    for k in range(len(y) // chunk):
        part = slice(k * chunk, (k + 1) * chunk)
        total += (x[part] @ w - y[part]) @ x[part]
    return total / len(y)


@wrong("Is the return inside the loop")
def chunked_gradient(x, y, w, chunk):
    for i in range(0, len(y), chunk):
        part = slice(i, i + chunk)
        return (x[part] @ w - y[part]) @ x[part] / len(y)


@wrong("twice too large")
def chunked_gradient(x, y, w, chunk):
    total = 0
    for i in range(0, len(y), chunk):
        part = slice(i, i + chunk)
        total = total + 2 * (x[part] @ w - y[part]) @ x[part]
    return total / len(y)


@right
def one_epoch_of_sgd(x, y, w, learning_rate, order):
    w = w.copy()
    for row, label in zip(x[order], y[order]):
        w -= learning_rate * (row @ w - label) * row
    return w


@right
def one_epoch_of_sgd(x, y, w, learning_rate, order):
    w = [float(value) for value in w]
    for i in order:
        error = sum(a * b for a, b in zip(x[i], w)) - y[i]
        w = [value - learning_rate * error * a for value, a in zip(w, x[i])]
    return w


@right
def one_epoch_of_sgd(x, y, w, learning_rate, order):
    for i in order:
        shrink = np.eye(len(w)) - learning_rate * np.outer(x[i], x[i])
        w = shrink @ w + learning_rate * y[i] * x[i]
    return w


@wrong("changes the array")
def one_epoch_of_sgd(x, y, w, learning_rate, order):
    for i in order:
        w -= learning_rate * (x[i] @ w - y[i]) * x[i]
    return w


@wrong("as they stand")
def one_epoch_of_sgd(x, y, w, learning_rate, order):
    for row, label in zip(x, y):
        w = w - learning_rate * (row @ w - label) * row
    return w


@wrong("start from the first w")
def one_epoch_of_sgd(x, y, w, learning_rate, order):
    new = w.copy()
    for i in order:
        new = new - learning_rate * (x[i] @ w - y[i]) * x[i]
    return new


@wrong("You climbed")
def one_epoch_of_sgd(x, y, w, learning_rate, order):
    for i in order:
        w = w + learning_rate * (x[i] @ w - y[i]) * x[i]
    return w


@wrong("stopped after the first example")
def one_epoch_of_sgd(x, y, w, learning_rate, order):
    for i in order:
        return w - learning_rate * (x[i] @ w - y[i]) * x[i]


@right
def fastest_rate(costs, rates, target):
    there = costs <= target
    if not there.any():
        return None
    first = np.where(there.any(axis=0), there.argmax(axis=0), len(costs))
    return rates[first == first.min()].min()


@right
def fastest_rate(costs, rates, target):
    arrivals = []
    for j, rate in enumerate(rates):
        epochs = [t for t, cost in enumerate(costs[:, j]) if cost <= target]
        if epochs:
            arrivals.append((epochs[0], rate))
    return min(arrivals)[1] if arrivals else None


@right
def fastest_rate(costs, rates, target):
    epoch, column = np.nonzero(costs <= target)
    if len(epoch):
        return np.array([rates[column[epoch == epoch.min()]].min()])


@wrong("looks like the fastest")
def fastest_rate(costs, rates, target):
    first = (costs <= target).argmax(axis=0)
    return rates[first == first.min()].min()


@wrong("compare with <=")
def fastest_rate(costs, rates, target):
    for row in costs:
        if (row < target).any():
            return rates[row < target].min()
    return None


@wrong("you took the largest")
def fastest_rate(costs, rates, target):
    for row in costs:
        if (row <= target).any():
            return rates[row <= target].max()
    return None


@wrong("first in the list")
def fastest_rate(costs, rates, target):
    for row in costs:
        if (row <= target).any():
            return rates[row <= target][0]
    return None


@wrong("number of the epoch")
def fastest_rate(costs, rates, target):
    for epoch, row in enumerate(costs):
        if (row <= target).any():
            return epoch
    return None
