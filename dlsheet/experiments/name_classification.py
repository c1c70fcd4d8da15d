"""Experiments of notebook 19: surnames of 24 languages, read letter by letter."""

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

from dlsheet.backend import keras, set_seed
from dlsheet.datasets import ALPHABET, load, one_hot_letters, romanise
from dlsheet.experiments import experiment
from dlsheet.models.recurrent import name_classifier
from dlsheet.scratch.metrics import recall_score

layers = keras.layers

MAXLEN = 18  # the longest of the names; the sheet's number, too
SIDES = {"in front": ("pre", False), "behind": ("post", False), "behind, masked": ("post", True)}


@experiment("names.padding", seeds=10)
def padding(seed, epochs=40, batch_size=128, learning_rate=0.001):
    """Accuracy on the test names after each epoch, by where the blank steps of a short name stand.

    Arms: "in front", "behind", "behind, masked". Same: the sheet's network, 5,192 names to train on, start and order by
    seed, Adam at the sheet's rate, which "names.rate" shows to suit all three. Differs: the side, and for "masked" a
    Masking layer in front of the network. Flat from about epoch 25.
    """
    names, _, y, y_test = names_and_languages()
    curves = {}
    for arm, (side, masked) in SIDES.items():
        model = reader(seed, learning_rate, masked=masked)
        curves[arm] = trained(model, letters(names[0], side), y, letters(names[1], side), y_test, epochs, batch_size)
    return curves


@experiment("names.rate", seeds=10)
def rate(seed, rates=(0.0003, 0.001, 0.003), epochs=40, batch_size=128):
    """Accuracy on held-out training names at three learning rates, for each arm of "names.padding".

    Arms: side and rate. Same: nine tenths of the training names, drawn by seed, and the other tenth to judge by; the
    test names are not looked at. The mean of the last five epochs.
    """
    names, _, y, _ = names_and_languages()
    held_out = np.random.default_rng(seed).permutation(len(y)) < len(y) // 10
    found = {}
    for arm, (side, masked) in SIDES.items():
        x = letters(names[0], side)
        for learning_rate in rates:
            model = reader(seed, learning_rate, masked=masked)
            curve = trained(model, x[~held_out], y[~held_out], x[held_out], y[held_out], epochs, batch_size)
            found[f"{arm}, {learning_rate:g}"] = np.mean(curve[-5:])
    return found


@experiment("names.choosing", seeds=10)
def choosing(seed, rates=(0.0005, 0.001, 0.002), epochs=40, batch_size=128, halvings=200):
    """How much too high is an accuracy on the names by which the epoch and the learning rate were chosen?

    Arms: accuracy "where it was chosen" and "on other names". Of 120 networks, 40 epochs at three rates, the best on
    one half of the test names is taken, and judged on both halves; the mean over 200 random halvings, so that chance in
    one halving does not count. Same: the networks, padded in front, start and order by seed.
    """
    names, _, y, y_test = names_and_languages()
    x, x_test = letters(names[0]), letters(names[1])
    right = []  # (120, 1298): which test names each network knows
    for learning_rate in rates:
        model = reader(seed, learning_rate)
        note = keras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs, model=model: right.append(
                model.predict(x_test, verbose=0).argmax(axis=1) == y_test
            )
        )
        model.fit(x, y, batch_size=batch_size, epochs=epochs, callbacks=[note], verbose=0)
    right = np.array(right)
    rng, judged = np.random.default_rng(seed), []
    for _ in range(halvings):
        half = rng.permutation(len(y_test)) < len(y_test) // 2
        best = right[:, half].mean(axis=1).argmax()
        judged.append((right[best, half].mean(), right[best, ~half].mean()))
    chosen, other = np.mean(judged, axis=0)
    return {"where it was chosen": chosen, "on other names": other}


@experiment("names.memory", seeds=10)
def memory(seed, kept=5, shortest=10, epochs=30, batch_size=128, learning_rate=0.001):
    """Does the network remember a name's beginning? Accuracy on the 243 test names of ten letters or more.

    Arms: "whole name"; "beginning random", all but the last five letters replaced by random ones, and "ending random",
    the last five, all three read by one network, trained on whole names padded in front; "ending alone", read by a
    network that was trained on the last five letters of each name, and so has nothing to remember. Same: names, start
    and order by seed, 30 epochs.
    """
    (names, names_test), _, y, y_test = names_and_languages()
    long = np.array([len(name) >= shortest for name in names_test])
    judged = [name for name in names_test if len(name) >= shortest]
    random = [
        "".join(letters) for letters in np.random.default_rng(seed).choice(list(ALPHABET[:26]), (len(judged), MAXLEN))
    ]
    texts = {
        "whole name": judged,
        "beginning random": [noise[: len(name) - kept] + name[-kept:] for name, noise in zip(judged, random)],
        "ending random": [name[:-kept] + noise[:kept] for name, noise in zip(judged, random)],
    }
    model = reader(seed, learning_rate)
    trained(model, letters(names), y, letters(judged), y_test[long], epochs, batch_size)
    found = {arm: accuracy(model, letters(texts[arm]), y_test[long]) for arm in texts}

    model = reader(seed, learning_rate)
    endings = letters([name[-kept:] for name in names])
    endings_judged = letters([name[-kept:] for name in judged])
    found["ending alone"] = trained(model, endings, y, endings_judged, y_test[long], epochs, batch_size)[-1]
    return found


@experiment("names.cells", seeds=10)
def cells(seed, epochs=30, batch_size=128, learning_rate=0.001):
    """Accuracy on the test names with other layers in place of the sheet's SimpleRNN.

    Arms: "SimpleRNN", "LSTM", "GRU", with the sheet's 64 and 32 units; "SimpleRNN, both ways", two of 64 units that
    read from the two ends, in place of the first. Same: names padded in front, start and order by seed, 30 epochs.
    The arms have more weights than the sheet's 9,912: the LSTM four times as many.
    """
    names, _, y, y_test = names_and_languages()
    x, x_test = letters(names[0]), letters(names[1])
    arms = {
        "SimpleRNN": (layers.SimpleRNN, False),
        "SimpleRNN, both ways": (layers.SimpleRNN, True),
        "LSTM": (layers.LSTM, False),
        "GRU": (layers.GRU, False),
    }
    found = {}
    for arm, (cell, both_ways) in arms.items():
        model = reader(seed, learning_rate, cell=cell, both_ways=both_ways)
        found[arm] = trained(model, x, y, x_test, y_test, epochs, batch_size)[-1]
    return found


@experiment("names.rare", seeds=10)
def rare(seed, epochs=30, batch_size=128, learning_rate=0.001):
    """What class weights do for languages with few names: accuracy, and macro recall, on the test names.

    Arms: either measure, "plain" and "weighted" (each name weighs n / (24 · names of its language)). Same: names padded
    in front, start and order by seed, 30 epochs.
    """
    names, n_languages, y, y_test = names_and_languages()
    x, x_test = letters(names[0]), letters(names[1])
    weights = len(y) / (n_languages * np.bincount(y))
    found = {}
    for arm, class_weight in {"plain": None, "weighted": dict(enumerate(weights))}.items():
        model = reader(seed, learning_rate)
        found[f"accuracy, {arm}"] = trained(model, x, y, x_test, y_test, epochs, batch_size, class_weight)[-1]
        predicted = model.predict(x_test, verbose=0).argmax(axis=1)
        found[f"macro recall, {arm}"] = recall_score(y_test, predicted, average="macro")
    return found


def eighteen_languages(seeds, epochs=30, batch_size=128, maxlen=20):
    """Accuracy on the test names of load("names18"), which has to be downloaded, by padding; and of counted triples.

    Returns {way: one accuracy a seed}; counting has no seed. Otherwise as "names.padding".
    """
    data = load("names18")
    names, names_test = ([romanise(name) for name in names] for names in (data.x_train, data.x_test))
    found = {}
    for way, (side, masked) in SIDES.items():
        x, x_test = (one_hot_letters(each, ALPHABET, maxlen, side) for each in (names, names_test))
        found[way] = []
        for seed in range(seeds):
            set_seed(seed)
            model = name_classifier(maxlen, len(ALPHABET), len(data.class_names))
            if masked:
                model = keras.Sequential([model.input, layers.Masking(), *model.layers[1:]])
            model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
            found[way].append(trained(model, x, data.y_train, x_test, data.y_test, epochs, batch_size)[-1])
    counting = make_pipeline(CountVectorizer(analyzer="char_wb", ngram_range=(1, 3)), MultinomialNB(alpha=0.1))
    found["counting triples"] = [counting.fit(names, data.y_train).score(names_test, data.y_test)]
    return found


def names_and_languages():
    """((training names, test names), number of languages, training labels, test labels), the names romanised."""
    data = load("names")
    names = [[romanise(name) for name in names] for names in (data.x_train, data.x_test)]
    return names, len(data.class_names), data.y_train, data.y_test


def letters(names, side="pre"):
    """(n, MAXLEN, 29) one-hot letters."""
    return one_hot_letters(names, ALPHABET, MAXLEN, side)


def reader(seed, learning_rate, *, cell=layers.SimpleRNN, masked=False, both_ways=False):
    """The sheet's network, compiled; its start depends on the seed alone. Unrolled, which changes no bit, for speed."""
    set_seed(seed)
    first = cell(64, return_sequences=True, unroll=True)
    model = keras.Sequential(
        [
            keras.Input((MAXLEN, len(ALPHABET))),
            *([layers.Masking()] if masked else []),
            layers.Bidirectional(first) if both_ways else first,
            cell(32, unroll=True),
            layers.Dense(24, activation="softmax"),
        ]
    )
    model.compile(
        loss="sparse_categorical_crossentropy",
        optimizer=keras.optimizers.Adam(learning_rate),
        metrics=["accuracy"],
        steps_per_execution=20,
    )
    return model


def trained(model, x, y, x_test, y_test, epochs, batch_size, class_weight=None):
    """Train in place; accuracy on the test rows after each epoch."""
    log = model.fit(
        x,
        y,
        batch_size=batch_size,
        epochs=epochs,
        validation_data=(x_test, y_test),
        class_weight=class_weight,
        verbose=0,
    )
    return log.history["val_accuracy"]


def accuracy(model, x, y):
    """Share of right answers."""
    return np.mean(model.predict(x, verbose=0).argmax(axis=1) == y)
