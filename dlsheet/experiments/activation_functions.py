"""Experiments of notebook 04: units that die, and what brings them back."""

import numpy as np

from dlsheet.backend import keras, set_seed
from dlsheet.datasets import load
from dlsheet.experiments import experiment

layers = keras.layers

DIVERGED = 20.0  # the cost that counts where the weights grew beyond all numbers


@experiment("activation.dying", seeds=10)
def dying(seed, rates=(0.1, 1.0, 2.0, 4.0), epochs=15, batch_size=32):
    """What a large learning rate does to ReLU and to leaky ReLU (0.01): dead units, and the training cost.

    Arms: "dead" (of the 32 units in the second layer, ReLU), "cost, ReLU" and "cost, leaky", each at four rates. Same:
    455 tumours with 30 measurements, two hidden layers of 32 units with He's start, plain gradient descent, start and
    order by seed. A cost that is no number, or above 20, counts as 20.
    """
    x, y = tumours()
    found = {}
    for rate in rates:
        model = network(seed, "relu", 0.0, rate)
        found[f"cost, ReLU, {rate:g}"] = trained(model, x, y, epochs, batch_size)
        found[f"dead, {rate:g}"] = int(dead(model, x)[1].sum())
        model = network(seed, layers.LeakyReLU(0.01), 0.0, rate)
        found[f"cost, leaky, {rate:g}"] = trained(model, x, y, epochs, batch_size)
    return found


@experiment("activation.revival", seeds=10)
def revival(seed, rate=0.1, epochs=100, batch_size=32):
    """How many dead units come back? The share of those that are dead at the start.

    Arms: "ReLU", "leaky 0.01" and "leaky 0.3" from biases of -10, where nearly all 64 units are dead; and ReLU from
    biases of -3, "first layer" and "second layer" by themselves. Dead means: z <= 0 for all 455 tumours, for leaky
    units too. Same: network, data and descent as in "activation.dying", start and order by seed.
    """
    x, y = tumours()
    found = {}
    for arm, activation in {
        "ReLU": "relu",
        "leaky 0.01": layers.LeakyReLU(0.01),
        "leaky 0.3": layers.LeakyReLU(0.3),
    }.items():
        model = network(seed, activation, -10.0, rate)
        before = dead(model, x)
        trained(model, x, y, epochs, batch_size)
        found[arm] = np.mean(~dead(model, x)[before])
    model = network(seed, "relu", -3.0, rate)
    before = dead(model, x)
    trained(model, x, y, epochs, batch_size)
    for i, arm in enumerate(("first layer", "second layer")):
        found[arm] = np.mean(~dead(model, x)[i][before[i]])
    return found


def tumours():
    """Thirty standardised measurements of 455 tumours, and their labels."""
    cancer = load("breast_cancer")
    x = (cancer.x_train - cancer.x_train.mean(axis=0)) / cancer.x_train.std(axis=0)
    return x.astype("float32"), cancer.y_train.astype("float32")


def network(seed, activation, bias, rate):
    """30 inputs, two hidden layers of 32 units with this first bias, one sigmoid output; compiled."""
    set_seed(seed)
    model = keras.Sequential([keras.Input((30,))])
    for name in ("first", "second"):
        start = keras.initializers.Constant(bias)
        model.add(layers.Dense(32, kernel_initializer="he_uniform", bias_initializer=start, name=f"{name}_z"))
        model.add(layers.Activation(activation, name=name))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(keras.optimizers.SGD(rate), "binary_crossentropy")
    return model


def trained(model, x, y, epochs, batch_size):
    """The training cost afterwards, at most DIVERGED."""
    model.fit(x, y, batch_size=batch_size, epochs=epochs, verbose=0)
    cost = model.evaluate(x, y, batch_size=len(x), verbose=0)
    return float(cost) if cost < DIVERGED else DIVERGED


def dead(model, x):
    """(2, 32): which units of the two hidden layers have z <= 0, or no number, for every example."""
    sums = keras.Model(model.inputs, [model.get_layer("first_z").output, model.get_layer("second_z").output])
    return np.array([~np.any(np.asarray(z) > 0, axis=0) for z in sums.predict(x, verbose=0)])
