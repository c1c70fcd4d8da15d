"""Experiments of notebook 17: the sheet's network of two branches, on handwritten digits."""

import tempfile
import warnings
from functools import cache

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from dlsheet.augmentation import augmented_batches, image_generator
from dlsheet.backend import keras, set_seed
from dlsheet.datasets import load
from dlsheet.experiments import experiment
from dlsheet.training import ProgressBar

layers = keras.layers

SIZE = 12  # pixels a side: the digits have 8; with fewer than 12 little is left behind a 6×6 kernel and a pool
N_TRAINING, N_HELD_OUT = 1150, 287  # of 1,797 digits; the other 360 are for the test
SHEET = ((3, 32), (6, 32))  # (kernel size, filters) of each branch
NETWORKS = {  # arm: the branches, and where Dropout stands; the first four have as many weights, up to half a percent
    "two branches, 3×3 and 6×6": (SHEET, "before the pool"),
    "3×3 alone, 44 filters": (((3, 44),), "before the pool"),
    "6×6 alone, 118 filters": (((6, 118),), "before the pool"),
    "two branches, dropout behind the pool": (SHEET, "behind the pool"),
    "no branch, one hidden layer": ((), "before the pool"),
}
HALF = {"rotation_range": 10, "width_shift_range": 0.1, "height_shift_range": 0.1, "zoom_range": 0.1}
RANGES = {
    "the sheet's ranges": {},
    "the sheet's, no flips": {"horizontal_flip": False},
    "half of them, no flips": HALF | {"horizontal_flip": False, "shear_range": 10},
}


@experiment("keras_cnn.designs", seeds=10, resplit=0.313)
def designs(seed, rates=(0.001, 0.003, 0.01), epochs=20, batch_size=64):
    """Accuracy on 360 unseen digits of the sheet's network, of others beside it, and of two models without layers.

    Arms: "two branches, 3×3 and 6×6", as on the sheet; "3×3 alone" and "6×6 alone", with so many filters that the
    network has as many weights (111,000); "two branches, dropout behind the pool"; "no branch, one hidden layer", the
    same without convolutions (15,510 weights); "logistic regression" and "support vector machine" (RBF kernel) on the
    64 pixels. Same: 1,150 digits to train on, 287 held out, 360 for the test, drawn anew by seed; start, order,
    20 epochs of Adam, where the held-out accuracy hardly changes any more. Each arm has the best of three learning
    rates, or of four strengths C, by the accuracy on the held-out digits, anew for each seed; of equal ones the one
    with the lower cross-entropy, or the first.
    """
    training, held_out, test = digits(seed)
    found = {}
    for arm, (branches, dropout) in NETWORKS.items():
        runs = []
        for rate in rates:
            model = restarted(branches, dropout, rate, seed)
            model.fit(*training, batch_size=batch_size, epochs=epochs, verbose=0)
            known, cost = judged(model, *held_out)
            runs.append((known, -cost, judged(model, *test)[0]))
        found[arm] = max(runs)[2]
    training, held_out, test = ((x.reshape(len(x), 64), y) for x, y in digits(seed, size=8))
    for arm, kind in {"logistic regression": LogisticRegression, "support vector machine": SVC}.items():
        fitted = [kind(C=strength, max_iter=5000).fit(*training) for strength in (0.1, 1, 10, 100)]
        found[arm] = max(fitted, key=lambda each: each.score(*held_out)).score(*test)
    return found


@experiment("keras_cnn.ranges", seeds=10, resplit=0.313)
def ranges(seed, rates=(0.003, 0.01), epochs=20, batch_size=64):
    """Accuracy on 360 unseen digits after 20 epochs with augmented training digits, by how they are augmented.

    Arms: "the sheet's ranges"; "the sheet's, no flips"; "half of them, no flips" (rotation 10, shifts and zoom 0.1,
    shear 10 degrees); and each "…, judged on augmented": the same networks on test digits augmented with their own
    ranges, four draws of each. Same: the sheet's network, the split, start and order by seed. Each arm has the better
    of two learning rates by the accuracy on held-out digits, which are not augmented; of equal ones the one with the
    lower cross-entropy. After 20 epochs the sheet's ranges still gain.
    """
    training, held_out, test = digits(seed)
    found = {}
    for arm, changed in RANGES.items():
        runs = []
        for rate in rates:
            model = restarted(*NETWORKS["two branches, 3×3 and 6×6"], rate, seed)
            model.fit(augmented_batches(*training, batch_size, seed=seed, **changed), epochs=epochs, verbose=0)
            known, cost = judged(model, *held_out)
            bent = augmented(np.concatenate([test[0]] * 4), seed, changed)
            of_bent = judged(model, bent, np.concatenate([test[1]] * 4))[0]
            runs.append((known, -cost, judged(model, *test)[0], of_bent))
        found[arm], found[f"{arm}, judged on augmented"] = max(runs)[2:]
    return found


@experiment("keras_cnn.checkpoint", seeds=10, resplit=0.313)
def checkpoint(seed, rate=0.003, epochs=20, batch_size=64, drawn=120, repeats=200):
    """Accuracy on 360 unseen digits of the epoch that a checkpoint keeps, by what it looks at.

    Arms: of one run of 20 epochs with the sheet's ranges the epoch of the lowest cross-entropy on "ten batches,
    augmented", 120 of the 287 held-out digits, drawn anew and augmented anew in every epoch, as ten batches of 12
    from the sheet's generator would be (the mean over 200 such choices); on "all, augmented", anew in every epoch; on
    "all, clean"; and the "last epoch". Same: the run, its split, start and order by seed.
    """
    training, (x_val, y_val), test = digits(seed)
    model = restarted(*NETWORKS["two branches, 3×3 and 6×6"], rate, seed)
    bent_costs, clean_costs, known = [], [], []

    def note(epoch, logs):
        bent = augmented(x_val, 1000 * seed + epoch, {})
        bent_costs.append(cross_entropy(model.predict(bent, batch_size=360, verbose=0), y_val))
        clean_costs.append(judged(model, x_val, y_val)[1])
        known.append(judged(model, *test)[0])

    batches = augmented_batches(*training, batch_size, seed=seed)
    callbacks = [keras.callbacks.LambdaCallback(on_epoch_end=note)]
    model.fit(batches, epochs=epochs, callbacks=callbacks, verbose=0)

    rng, kept = np.random.default_rng(seed), []
    for _ in range(repeats):
        of_ten = [each[rng.permutation(len(each))[:drawn]].mean() for each in bent_costs]
        kept.append(known[np.argmin(of_ten)])
    return {
        "ten batches, augmented": np.mean(kept),
        "all, augmented": known[np.argmin(np.mean(bent_costs, axis=1))],
        "all, clean": known[np.argmin(clean_costs)],
        "last epoch": known[-1],
    }


def digits(seed, size=SIZE):
    """[training, held out, test] as (images (n, size, size, 1), labels): all 1,797 digits, split anew by the seed."""
    data = load("digits", image_shape=(size, size, 1))
    x, y = np.concatenate([data.x_train, data.x_test]), np.concatenate([data.y_train, data.y_test])
    order = np.random.default_rng(seed).permutation(len(y))
    return [(x[rows], y[rows]) for rows in np.split(order, [N_TRAINING, N_TRAINING + N_HELD_OUT])]


def restarted(branches, dropout, rate, seed):
    """The compiled network with a start that depends on the seed alone, and a fresh Adam."""
    model, fresh = compiled(branches, dropout)
    set_seed(seed)
    start = network(branches, dropout)
    for layer, other in zip(model.layers, start.layers):
        for variable, value in zip(layer.variables, other.variables):  # Dropout's lots among them
            variable.assign(value)
    for variable, value in zip(model.optimizer.variables, fresh):
        variable.assign(value)
    model.optimizer.learning_rate = rate
    return model


@cache
def compiled(branches, dropout):
    """(model, the values of its Adam's variables before the first step): compiling costs more than some trainings."""
    model = network(branches, dropout)
    model.compile("adam", "sparse_categorical_crossentropy", steps_per_execution=9)
    model.optimizer.build(model.trainable_variables)
    return model, [variable.numpy() for variable in model.optimizer.variables]


def network(branches=SHEET, dropout="before the pool", shape=(SIZE, SIZE, 1), n_classes=10):
    """The sheet's network with these branches, (kernel size, filters) each; without any, the pixels themselves."""
    image, flat = keras.Input(shape), []
    for size, filters in branches:
        x = layers.Conv2D(filters, size, activation="relu")(image)
        behind = [layers.Dropout(0.2), layers.MaxPooling2D(2)]
        for layer in behind if dropout == "before the pool" else behind[::-1]:
            x = layer(x)
        flat.append(layers.Flatten()(x))
    x = layers.concatenate(flat) if len(flat) > 1 else flat[0] if flat else layers.Flatten()(image)
    x = layers.Dense(100, activation="relu")(x)
    return keras.Model(image, layers.Dense(n_classes, activation="softmax")(x))


def augmented(images, seed, changed):
    """The images, each transformed once by Keras's generator with the sheet's ranges and what is changed in them."""
    return next(image_generator(**changed).flow(images, batch_size=len(images), shuffle=False, seed=seed))


def judged(model, x, y):
    """(accuracy, mean cross-entropy)."""
    probabilities = model.predict(x, batch_size=360, verbose=0)
    return np.mean(probabilities.argmax(axis=1) == y), cross_entropy(probabilities, y).mean()


def cross_entropy(probabilities, y):
    """(n,): that of each image; probabilities kept above 1e-7."""
    return -np.log(np.maximum(probabilities[np.arange(len(y)), y], 1e-7))


def photographs(seed=0, rows=10_000, epochs=15, steps=100, batch_size=128):
    """The sheet's call as printed on load("cifar10"), the first `rows` of it; {what was measured: a number}.

    One run: its ranges, flips included, and its checkpoint, which looks at ten random batches of augmented test
    photographs. Of 10,000 photographs an epoch has 79 batches, not 100. The rival is logistic regression on the pixels,
    at most 200 steps of it.
    """
    data = load("cifar10", limit=rows)
    set_seed(seed)
    model = network(shape=(32, 32, 3))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    train_flow = image_generator().flow(data.x_train, data.y_train, batch_size=batch_size, seed=seed)
    test_flow = image_generator().flow(data.x_test, data.y_test, batch_size=batch_size, seed=seed)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the batches run out
        path = f"{folder}/best.keras"
        callbacks = [keras.callbacks.ModelCheckpoint(path, save_best_only=True), ProgressBar()]
        history = model.fit(
            train_flow,
            steps_per_epoch=steps,
            epochs=epochs,
            validation_data=test_flow,
            validation_steps=10,
            callbacks=callbacks,
            verbose=0,
        ).history
        kept = keras.models.load_model(path)
    ten = np.array([model.evaluate(test_flow, steps=10, verbose=0) for _ in range(10)])
    x, x_test = (each.reshape(len(each), -1) for each in (data.x_train, data.x_test))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that 200 steps are not all the way
        logistic = LogisticRegression(C=0.01, max_iter=200).fit(x, data.y_train)
    return {
        "accuracy on the test photographs as they are, kept epoch": judged(kept, data.x_test, data.y_test)[0],
        "accuracy on the test photographs as they are, last epoch": judged(model, data.x_test, data.y_test)[0],
        "accuracy on all augmented, last epoch": model.evaluate(test_flow, verbose=0)[1],
        "loss of the last epoch's network on ten augmented batches, lowest of ten tries": ten[:, 0].min(),
        "highest": ten[:, 0].max(),
        "validation loss of the last three epochs, lowest": min(history["val_loss"][-3:]),
        "validation loss of the last three epochs, highest": max(history["val_loss"][-3:]),
        "logistic regression on the pixels": logistic.score(x_test, data.y_test),
    }
