"""Experiments of notebook 20: windows of a phone's sensors, 128 steps long, and how many of them a network reads."""

from functools import cache

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from dlsheet.backend import keras, set_seed
from dlsheet.datasets import load
from dlsheet.experiments import experiment

layers = keras.layers

RECURRENT = {"SimpleRNN": layers.SimpleRNN, "LSTM": layers.LSTM}


@experiment("activity.length", seeds=10)
def length(seed, epochs=100, every=5, batch_size=128, learning_rate=0.001, clip=1.0):
    """Accuracy on nine new simulated persons after every fifth epoch, by how many steps of a window are read.

    Arms: the sheet's network on "128 steps"; "128 steps, clipped", gradients longer than 1 shortened to 1; "the last
    32" steps of each window; "32 averaged", the means of four steps each; "CNN", two strided convolutions on all 128.
    Of each arm also ", 50 epochs", the number after the sheet's own 50, and ", chosen", the one in the epoch with the
    smallest loss on held-out persons. Same: 1,152 windows of 16 persons to train on, 360 of five others held out,
    batches and Adam's rate as on the sheet, seeds of start and order; the four recurrent arms begin with the same
    weights. 100 epochs are 900 steps, about as many as 50 epochs of `uci_har`; on all
    windows of UCI HAR the sheet's 50 epochs are 2,900.
    """
    data = load("simulated_activity")
    arms = {
        "128 steps": {},
        "128 steps, clipped": {"clip": clip},
        "the last 32": {"steps": 32},
        "32 averaged": {"steps": 32, "averaged": True},
        "CNN": {"network": "CNN"},
    }
    found = {}
    for arm, settings in arms.items():
        loss, accuracy = trained(data, seed, epochs, every, batch_size, learning_rate=learning_rate, **settings)
        found[arm] = accuracy
        found[f"{arm}, 50 epochs"] = accuracy[50 // every - 1]
        found[f"{arm}, chosen"] = accuracy[np.argmin(loss)]
    return found


UCI_HAR = {  # the arms: what differs from the sheet's network and call on raw windows of 128 steps
    "128 steps, as on the sheet": {},
    "128 steps, clipped": {"clip": 1.0},
    "128 steps, z-norm": {"z_norm": True},
    "128 steps, rate 0.0003": {"learning_rate": 0.0003},
    "the last 32": {"steps": 32},
    "32 averaged": {"steps": 32, "averaged": True},
    "LSTM, 128 steps": {"network": "LSTM"},
    "CNN, 128 steps": {"network": "CNN"},
    "CNN, 32 averaged": {"network": "CNN", "steps": 32, "averaged": True},
}


def uci_har(arm, seeds=5, epochs=50, batch_size=128):
    """Accuracy on the test persons of load("ucihar"), which has to be downloaded, for an arm of UCI_HAR.

    Returns (after the last epoch, after the chosen one), both with one number a seed. The epoch is chosen by the
    smallest loss on held-out persons. Same for all arms: windows, batches, epochs, seeds of start and order.
    """
    data = load("ucihar")
    runs = [trained(data, seed, epochs, 1, batch_size, **UCI_HAR[arm]) for seed in range(seeds)]
    return [accuracy[-1] for _, accuracy in runs], [accuracy[np.argmin(loss)] for loss, accuracy in runs]


def without_memory(data, strengths=(0.01, 0.1, 1, 10, 100, 1000)):
    """Logistic regression on windows: {what it sees: accuracy on the test persons}.

    It sees: of each channel the mean and the deviation; these and the mean change from step to step; or all numbers of
    the window. C is the best of `strengths` on the held-out persons. For the second view also, cross-validated on the
    training windows in five parts, "by rows" and "by persons".
    """
    held, y = held_out(data), data.y_train
    views = {"means and deviations": summary, "and changes": with_steps, "all 1,152 numbers": flattened}
    found = {}
    for view, see in views.items():
        x = see(data.x_train)
        scores = [logistic(c).fit(x[~held], y[~held]).score(x[held], y[held]) for c in strengths]
        best = logistic(strengths[np.argmax(scores)])
        found[view] = best.fit(x[~held], y[~held]).score(see(data.x_test), data.y_test)
        if view == "and changes":
            found["by rows"] = cross_val_score(best, x, y, cv=KFold(5, shuffle=True, random_state=0)).mean()
            found["by persons"] = cross_val_score(best, x, y, cv=GroupKFold(5), groups=data.groups_train).mean()
    return found


def summary(x):
    """(n, 18): of each channel the mean and the standard deviation over the window."""
    return np.concatenate([x.mean(axis=1), x.std(axis=1)], axis=1)


def with_steps(x):
    """(n, 27): `summary`, and of each channel by how much it changes from step to step, as a mean."""
    return np.concatenate([summary(x), np.abs(np.diff(x, axis=1)).mean(axis=1)], axis=1)


def flattened(x):
    """(n, 1152): all numbers of a window in a row."""
    return x.reshape(len(x), -1)


def logistic(strength):
    """Logistic regression with C = strength on standardised columns."""
    return make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=2000))


def held_out(data):
    """(n,) bool: the training windows of every fourth person, of five at most."""
    return np.isin(data.groups_train, np.unique(data.groups_train)[::4][:5])


def trained(
    data,
    seed,
    epochs,
    every,
    batch_size,
    *,
    network="SimpleRNN",
    steps=128,
    averaged=False,
    z_norm=False,
    clip=None,
    learning_rate=0.001,
):
    """(loss on the held-out persons, accuracy on the test persons), each after every `every`-th epoch.

    steps: how many of each window are read, the last ones, or, if `averaged`, the means of so many parts.
    """
    held = held_out(data)
    x, x_test = data.x_train, data.x_test
    if z_norm:
        mean, deviation = x[~held].mean(axis=(0, 1)), x[~held].std(axis=(0, 1))
        x, x_test = (x - mean) / deviation, (x_test - mean) / deviation
    x, x_test = shortened(x, steps, averaged), shortened(x_test, steps, averaged)
    y_held = data.y_train[held]
    watched = np.concatenate([x[held], x_test])
    loss, accuracy = [], []

    def judge(epoch, logs):
        if (epoch + 1) % every == 0:
            p = model.predict_on_batch(watched)
            loss.append(-np.log(p[np.arange(len(y_held)), y_held] + 1e-9).mean())
            accuracy.append(np.mean(p[len(y_held) :].argmax(axis=1) == data.y_test))

    model = restarted(network, steps, clip, learning_rate, seed)
    model.fit(
        x[~held],
        keras.utils.to_categorical(data.y_train[~held], 6),
        batch_size=batch_size,
        epochs=epochs,
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=judge)],
        verbose=0,
    )
    return loss, accuracy


def shortened(x, steps, averaged):
    """(n, steps, channels): the last steps of each window, or, if `averaged`, the means of as many equal parts."""
    return x.reshape(len(x), steps, -1, x.shape[2]).mean(axis=2) if averaged else x[:, -steps:]


def restarted(network, steps, clip, learning_rate, seed):
    """The compiled model with fresh weights, which depend on network and seed alone, and a fresh Adam."""
    model, fresh = compiled(network, steps, clip, learning_rate)
    set_seed(seed)
    model.set_weights(reader(network, 8).get_weights())
    for variable, value in zip(model.optimizer.variables, fresh):
        variable.assign(value)
    return model


@cache
def compiled(network, steps, clip, learning_rate):
    """(model, the values of its Adam's variables before the first step): compiling costs more than some trainings."""
    model = reader(network, steps)
    adam = keras.optimizers.Adam(learning_rate, global_clipnorm=clip)
    model.compile(optimizer=adam, loss="categorical_crossentropy", metrics=["accuracy"])
    adam.build(model.trainable_variables)
    return model, [variable.numpy() for variable in adam.variables]


def reader(network, steps):
    """Two recurrent layers as on the sheet, unrolled where that is faster, or two convolutions; and a softmax."""
    if network == "CNN":
        hidden = [
            layers.Conv1D(32, 5, strides=2, padding="same", activation="relu"),
            layers.Conv1D(32, 5, strides=2, padding="same", activation="relu"),
            layers.GlobalMaxPooling1D(),
        ]
    else:
        cell, unroll = RECURRENT[network], network == "SimpleRNN" or steps <= 32
        hidden = [cell(64, return_sequences=True, unroll=unroll), cell(32, unroll=unroll)]
    return keras.Sequential([keras.Input((steps, 9)), *hidden, layers.Dense(6, activation="softmax")])
