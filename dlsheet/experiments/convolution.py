"""Experiments of notebook 13: what small convolutional networks learn, and what a shift of the digits does to them."""

from functools import cache

import numpy as np

from dlsheet.backend import keras, set_seed
from dlsheet.datasets import load
from dlsheet.experiments import experiment

layers = keras.layers

MARGIN = 4  # blank pixels around a digit of 16×16
SIZE = 16 + 2 * MARGIN
DIRECTIONS = [(0, 1), (0, -1), (1, 0), (-1, 0)]


@experiment("cnn.shifts", seeds=10)
def shifts(seed, rates=(0.004, 0.01, 0.025), epochs=15, batch_size=64, kept=1152):
    """Accuracy on the 360 test digits, shifted by 0 to 4 of their 16 pixels, by what makes the feature maps smaller.

    Arms: kind and shift. Kinds: "max pool", "mean pool", "stride" (the two convolutions move by 2 themselves), "no
    pool", "global max pool" (no pool, and at the end the largest value of each map; six more blank pixels around the
    image, so that every window that meets a digit is there at each shift), "dense" (layers of 64 and 32 units in the
    convolutions' place); "max pool, trained on shifts" and "dense, trained on shifts", with training digits shifted by
    -4 to 4 pixels along both sides, drawn anew in every epoch. Shifts "0" to "4"; from 1 on the mean over the four
    directions. "held out": a list, the accuracy on the held-out digits, not shifted, after 5, 10 and 15 epochs.
    Same: 1,152 digits to train on, 285 held out, order and start by seed, convolutions of 8 filters 5×5 and 16 filters
    3×3, Adam, 15 epochs. "max pool", "mean pool" and "stride" have equal numbers of weights, equal map sizes behind
    each step and the same start. Each arm has the best of three learning rates by the accuracy on the held-out digits
    after the last epoch; of several that are equal the smallest.
    """
    data = split(seed, kept)
    arms = {kind: (kind, 0) for kind in ("max pool", "mean pool", "stride", "no pool", "global max pool", "dense")}
    arms |= {f"{kind}, trained on shifts": (kind, MARGIN) for kind in ("max pool", "dense")}
    found = {}
    for arm, (kind, largest) in arms.items():
        x, y = in_order(data["training"], seed, epochs, largest)
        best = -1.0
        for rate in rates:
            model = restarted(kind, rate, seed)
            curve = []
            for part in np.array_split(np.arange(len(x)), 3):
                model.fit(x[part], y[part], batch_size=batch_size, shuffle=False, verbose=0)
                curve.append(accuracy(model, *data["held out"]))
            if curve[-1] > best:
                best = curve[-1]
                found[f"{arm}, held out"] = curve
                for pixels in range(MARGIN + 1):
                    found[f"{arm}, shift {pixels}"] = shifted_accuracy(model, *data["test"], pixels)
    return found


@experiment("cnn.learned", seeds=10)
def learned(seed, rate=0.004, epochs=15, batch_size=64, kept=1152):
    """What training changes in a convolutional network and in a dense one.

    Arms: "tilt, …": which share of the squares of a 5×5 filter a plane explains (two of 25 directions: 0.08 by chance),
    the mean over the eight first filters, "before" and "trained", and "shuffled" for the same network trained on
    labels in random order. "change, max pool, …" and "change, dense, …", "before" and "trained": how much a shift by
    one pixel to the right changes what each layer says of the test digits: the distance between its answers to a digit
    and to the shifted one, over the distance between its answers to two different digits, means over 360; lists from
    the image to the softmax. "accuracy": of the trained convolutional network on the test digits.
    Same: digits, order, start, rate and epochs; the networks are "max pool" and "dense" of "cnn.shifts".
    """
    data = split(seed, kept)
    x, y = in_order(data["training"], seed, epochs, 0)
    found = {}
    for kind in ("max pool", "dense"):
        model = restarted(kind, rate, seed)
        if kind == "max pool":
            found["tilt, before"] = tilt(first_filters(model))
        found[f"change, {kind}, before"] = changes(model, data["test"][0])
        model.fit(x, y, batch_size=batch_size, shuffle=False, verbose=0)
        found[f"change, {kind}, trained"] = changes(model, data["test"][0])
        if kind == "max pool":
            found["tilt, trained"] = tilt(first_filters(model))
            found["accuracy"] = accuracy(model, *data["test"])

    images, labels = data["training"]
    x, y = in_order((images, np.random.default_rng(seed).permutation(labels)), seed, epochs, 0)
    model = restarted("max pool", rate, seed)
    model.fit(x, y, batch_size=batch_size, shuffle=False, verbose=0)
    found["tilt, shuffled"] = tilt(first_filters(model))
    return found


def split(seed, kept):
    """{"training", "held out", "test": (digits (n, 24, 24, 1) with a blank margin, labels)}; `kept` to train on."""
    digits = load("digits", image_shape=(16, 16, 1))
    blank = [(0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)]
    x, x_test = np.pad(digits.x_train, blank), np.pad(digits.x_test, blank)
    order = np.random.default_rng(seed).permutation(len(x))
    return {
        "training": (x[order[:kept]], digits.y_train[order[:kept]]),
        "held out": (x[order[kept:]], digits.y_train[order[kept:]]),
        "test": (x_test, digits.y_test),
    }


def in_order(training, seed, epochs, largest):
    """(images, labels) of all epochs, one behind the other, each in an order of its own; images shifted by -largest
    to largest pixels along both sides."""
    x, y = training
    rng = np.random.default_rng(seed)
    order = np.concatenate([rng.permutation(len(x)) for _ in range(epochs)])
    images = x[order]
    if largest:
        moves = rng.integers(-largest, largest + 1, (len(images), 2))
        images = np.stack([np.roll(image, move, axis=(0, 1)) for image, move in zip(images, moves)])
    return images, y[order]


def network(kind):
    """Two convolutions, made smaller as `kind` says, or two dense layers; and a softmax over the ten digits."""
    stride = 2 if kind == "stride" else 1
    pool = {"max pool": [layers.MaxPooling2D(2)], "mean pool": [layers.AveragePooling2D(2)]}.get(kind, [])
    hidden = [
        layers.Conv2D(8, 5, strides=stride, activation="relu"),
        *pool,
        layers.Conv2D(16, 3, strides=stride, activation="relu"),
        *[type(each)(2) for each in pool],
        layers.Flatten(),
    ]
    if kind == "global max pool":
        hidden = [layers.ZeroPadding2D(6), *hidden[:2], layers.GlobalMaxPooling2D()]
    if kind == "dense":
        hidden = [layers.Flatten(), layers.Dense(64, activation="relu"), layers.Dense(32, activation="relu")]
    return keras.Sequential([keras.Input((SIZE, SIZE, 1)), *hidden, layers.Dense(10, activation="softmax")])


def restarted(kind, rate, seed):
    """The compiled network with fresh weights by seed, and a fresh Adam of this rate."""
    model, fresh = compiled(kind)
    set_seed(seed)
    model.set_weights(network(kind).get_weights())
    for variable, value in zip(model.optimizer.variables, fresh):
        variable.assign(value)
    model.optimizer.learning_rate.assign(rate)
    return model


@cache
def compiled(kind):
    """(model, the values of its Adam's variables before the first step): compiling takes as long as a training."""
    model = network(kind)
    adam = keras.optimizers.Adam()
    model.compile(optimizer=adam, loss="sparse_categorical_crossentropy", steps_per_execution=18)
    adam.build(model.trainable_variables)
    return model, [variable.numpy() for variable in adam.variables]


def accuracy(model, x, y):
    """The share of the digits that are named right."""
    return float(np.mean(model.predict_on_batch(x).argmax(axis=1) == y))


def shifted_accuracy(model, x, y, pixels):
    """The accuracy on digits shifted by so many pixels, the mean over four directions."""
    directions = DIRECTIONS if pixels else DIRECTIONS[:1]
    return float(np.mean([accuracy(model, shifted(x, pixels * down, pixels * right), y) for down, right in directions]))


def shifted(x, down, right):
    """The images moved; what leaves the blank margin on one side is blank and comes in on the other."""
    return np.roll(x, (down, right), axis=(1, 2))


def changes(model, x):
    """For each layer, from the image to the softmax: its change by a shift, over that between two digits."""
    outputs = [model.inputs[0], *[each.output for each in model.layers if not isinstance(each, layers.Flatten)]]
    every_layer = keras.Model(model.inputs, outputs)
    other = np.random.default_rng(0).permutation(len(x))
    still, moved = every_layer.predict_on_batch(x), every_layer.predict_on_batch(shifted(x, 0, 1))
    return [distance(a, b) / distance(a, a[other]) for a, b in zip(still, moved)]


def distance(a, b):
    """The mean Euclidean distance between rows of a and of b."""
    return float(np.linalg.norm((a - b).reshape(len(a), -1), axis=1).mean())


def first_filters(model):
    """(5, 5, 8): the kernels of the first convolution."""
    return model.layers[0].get_weights()[0][:, :, 0]


def tilt(filters):
    """Filters (5, 5, n): which share of the squares the planes through the middle explain, the mean over filters."""
    across = np.tile(np.arange(-2, 3), (5, 1)) / np.sqrt(50)
    explained = np.tensordot([across, across.T], filters, 2) ** 2
    return float(np.mean(explained.sum(axis=0) / np.sum(filters**2, axis=(0, 1))))
