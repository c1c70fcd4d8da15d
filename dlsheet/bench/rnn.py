"""The sheet's own recurrent code and our models: seconds of training, and accuracy."""

import time

import numpy as np
from tqdm import tqdm

from dlsheet.backend import keras, set_seed
from dlsheet.datasets import ALPHABET, load, one_hot_letters, romanise
from dlsheet.models import activity_classifier, name_classifier

SEEDS, BATCH = 8, 128
EPOCHS = {"names": 15, "activity": 50}  # the sheet's
STEPS_AT_ONCE = 16  # of our model's training, in one call of its graph
ROWS = {"names": 16_059, "activity": 7_352}  # to train on, in the sets that the sheet has in mind


def measure():
    """Print, for names and for activity, how much faster our model trains than the sheet's, and both accuracies.

    Both have the same layers, rows, batches of 128 and epochs; a run is built, compiled, trained by Model.fit and
    tested, and the two take turns over eight seeds. Ours is compiled with steps_per_execution=16, and on TensorFlow its
    loops over the letters or time steps are unrolled. Surnames of 24 languages and simulated activity of 128 steps,
    each repeated up to the rows of names18 and of UCI HAR. Half an hour on two cores.
    KERAS_BACKEND=jax measures the same with JAX, if it is installed.
    Ledger: names.model, activity.model.
    """
    print(f"Keras on {keras.backend.backend()}, {SEEDS} seeds; medians of seconds, mean accuracy (worst to best)")
    print(f"{'':24}{'in all':>9}{'an epoch':>10}{'ratio':>7}{'of epochs':>11}{'accuracy':>22}")
    for task, (data, ours) in {"names": _names(), "activity": _activity()}.items():
        runs = {name: [] for name in ("the sheet's", "ours")}
        for seed in tqdm(range(SEEDS), desc=task, leave=False):
            for name, build, steps in zip(runs, (_sheet, ours), (1, STEPS_AT_ONCE)):
                runs[name].append(_run(build, steps, data, ROWS[task], EPOCHS[task], seed))
        slow = np.median(runs["the sheet's"], axis=0)
        for name, rows in runs.items():
            total, epoch, _ = np.median(rows, axis=0)
            scores = [row[2] for row in rows]
            spread = f"{np.mean(scores):.3f} ({min(scores):.3f}–{max(scores):.3f})"
            ratios = f"{slow[0] / total:7.2f}{slow[1] / epoch:11.2f}"
            print(f"{task + ', ' + name:24}{total:7.1f} s{epoch:8.3f} s{ratios}{spread:>22}")
    print("in all: building and compiling included; ratio: how many times as fast as the sheet's")


def _run(build, steps, data, n_rows, epochs, seed):
    """Seconds in all and an epoch (the first, with its compiling, aside), and accuracy on the test rows."""
    n_classes = len(data.class_names)
    rows = np.arange(n_rows) % len(data.x_train)
    x_train, y_train = data.x_train[rows], keras.utils.to_categorical(data.y_train[rows], n_classes)
    ends = []
    clock = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: ends.append(time.perf_counter()))
    set_seed(seed)
    start = time.perf_counter()
    model = build(*data.x_train.shape[1:], n_classes)
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"], steps_per_execution=steps)
    model.fit(x_train, y_train, batch_size=BATCH, epochs=epochs, callbacks=[clock], verbose=0)
    y_test = keras.utils.to_categorical(data.y_test, n_classes)
    accuracy = model.evaluate(data.x_test, y_test, verbose=0, return_dict=True)["accuracy"]
    return ends[-1] - start, np.median(np.diff(ends)), accuracy


def _names():
    data = load("names").map(lambda names: [romanise(name) for name in names])
    maxlen = max(map(len, [*data.x_train, *data.x_test]))
    return data.map(lambda names: one_hot_letters(names, ALPHABET, maxlen, padding="pre")), name_classifier


def _activity():
    return load("simulated_activity"), activity_classifier


def _sheet(n_steps, n_inputs, n_classes):
    """The sheet's code for both tasks."""
    return keras.Sequential(
        [
            keras.Input((n_steps, n_inputs)),
            keras.layers.SimpleRNN(64, return_sequences=True),
            keras.layers.SimpleRNN(32),
            keras.layers.Dense(n_classes, activation="softmax"),
        ]
    )
