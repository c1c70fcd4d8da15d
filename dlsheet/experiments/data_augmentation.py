"""Experiments of notebook 15: what changed copies of few digits are worth."""

from functools import cache

import numpy as np
from scipy.ndimage import center_of_mass, shift
from sklearn.svm import SVC

from dlsheet.augmentation import SHEET_RANGES, draw_transforms, image_generator, transform_images
from dlsheet.backend import keras, set_seed
from dlsheet.datasets import load
from dlsheet.experiments import experiment

layers = keras.layers

PIXEL = 1 / 12  # of the side of an image
NO_RANGES = {"rotation_range": 0, "width_shift_range": 0, "height_shift_range": 0, "shear_range": 0, "zoom_range": 0}
STILL = NO_RANGES | {"horizontal_flip": False}
RANGES = {
    "translation, 1 pixel": {"width_shift_range": PIXEL, "height_shift_range": PIXEL},
    "translation, 2 pixels": {"width_shift_range": 2 * PIXEL, "height_shift_range": 2 * PIXEL},
    "zoom, 20%": {"zoom_range": 0.2},
    "shear, 20°": {"shear_range": 20},
    "rotation, 20°": {"rotation_range": 20},
    "rotation, 180°": {"rotation_range": 180},
    "flip": {"horizontal_flip": True},
    "the sheet's amounts": SHEET_RANGES,
    "the same without flip": SHEET_RANGES | {"horizontal_flip": False},
}
METHODS = (*RANGES, "brightness, 50%", "cutout", "mixup")
COPIES = {"1 copy": 1, "3 copies": 3, "9 copies": 9, "27 copies": 27}
ONLINE = "translation, 1 pixel"  # the strategies are compared with this method
STRATEGIES = {"none": "none", **{name: name for name in COPIES}, "online": ONLINE}
# Of each arm, the learning rate that did best in `best_rates`.
RATES = {
    "none": 0.01,
    "translation, 1 pixel": 0.003,
    "translation, 2 pixels": 0.01,
    "zoom, 20%": 0.001,
    "shear, 20°": 0.03,
    "rotation, 20°": 0.03,
    "rotation, 180°": 0.01,
    "flip": 0.003,
    "the sheet's amounts": 0.001,
    "the same without flip": 0.01,
    "brightness, 50%": 0.03,
    "cutout": 0.001,
    "mixup": 0.003,
    "1 copy": 0.01,
    "3 copies": 0.03,
    "9 copies": 0.003,
    "27 copies": 0.01,
}
RATES_OF_STRATEGIES = {
    "none": 0.003,
    "1 copy": 0.01,
    "3 copies": 0.03,
    "9 copies": 0.01,
    "27 copies": 0.03,
    "online": 0.01,
}  # likewise, in `best_rates_of_strategies`


def best_rates(seed, rates=(0.001, 0.003, 0.01, 0.03), steps=1000, batch_size=50):
    """Accuracy at four learning rates, by arm of "augmentation.methods" and by rate, on digits used for nothing else.

    The 360 digits of the data set's test part: 100 to train on, drawn by seed, 260 to judge by. Digits, start and order
    by seed, 1,000 steps of 50. The mean over the seeds 0, 1 and 2 chose RATES.
    """
    x, y, x_other, y_other = few_digits(seed, "test")
    found = {}
    for arm in ("none", *METHODS, *COPIES):
        for each in rates:
            answers = trained(arm, x, y, x_other, seed, each, steps, batch_size)[-1]
            found[f"{arm} at {each:g}"] = np.mean(answers == y_other)
    return found


@experiment("augmentation.methods", seeds=15)
def gain_of_methods(seed, steps=1000, batch_size=50):
    """Accuracy after training on ten examples of each digit, by method of augmentation.

    Arms: "none", and twelve methods; every image that is shown is drawn anew, but for "none". Same: of the 1,437 digits
    of the training part 100 to train on, drawn by seed, and the 1,337 others, unchanged, to test on; the start of the
    network; 1,000 steps of 50 images in one order, in which each digit is shown 500 times. Each arm has its own
    learning rate, chosen on the 360 digits of the test part (`best_rates`). Two draws of 100 have 7 digits in
    common on average.
    """
    _, _, _, y_other = few_digits(seed)
    return {arm: np.mean(answers_of(arm, seed, steps, batch_size) == y_other) for arm in ("none", *METHODS)}


@experiment("augmentation.digits", seeds=15)
def recall_of_digits(seed, steps=1000, batch_size=50):
    """Share of each digit, 0 to 9, that is recognised (recall).

    Arms: "none", "flip", "rotation, 180°", each with a number for each digit. Same: digits, start, order, steps and
    rates; these are the runs of "augmentation.methods".
    """
    _, _, _, y_other = few_digits(seed)
    found = {}
    for arm in ("none", "flip", "rotation, 180°"):
        right = answers_of(arm, seed, steps, batch_size) == y_other
        found[arm] = [np.mean(right[y_other == k]) for k in range(10)]
    return found


@experiment("augmentation.new_images", seeds=10)
def accuracy_on_changed(seed, steps=1000, batch_size=50):
    """Accuracy on test digits as they are, and on the same digits changed, by what was changed in training.

    Arms: training with "none", "translation, 1 pixel" or "rotation, 20°"; and "none, centred", where every image, in
    training and in the test, is first moved until its centre of mass is in the middle. Tested on digits "as they are",
    "moved" by up to 1 pixel to each side, or "turned" by up to 20°, each by an amount of its own. Same: digits, start,
    order, steps and learning rates as in "augmentation.methods", where the rates were chosen on digits as they are.
    """
    x, y, x_rest, y_rest = few_digits(seed)
    tests = {"as they are": x_rest, "moved": moved(x_rest, seed), "turned": moved(x_rest, seed, "rotation, 20°")}
    found = {}
    for name in ("none", "translation, 1 pixel", "rotation, 20°", "none, centred"):
        arm, prepare = ("none", centred) if name == "none, centred" else (name, np.asarray)
        judged = prepare(np.concatenate(list(tests.values())))
        answers = trained(arm, prepare(x), y, judged, seed, RATES[arm], steps, batch_size)[-1]
        for test, answer in zip(tests, np.split(answers, len(tests))):
            found[f"{name}; {test}"] = np.mean(answer == y_rest)
    return found


def best_rates_of_strategies(seed, rates=(0.003, 0.01, 0.03), steps=1000, batch_size=50):
    """Accuracy at three learning rates, for each arm of "augmentation.strategies", on moved digits.

    Digits to train on and to judge by as in `best_rates`. The mean over the seeds 0, 1 and 2 chose RATES_OF_STRATEGIES.
    """
    x, y, x_other, y_other = few_digits(seed, "test")
    found = {}
    for name, arm in STRATEGIES.items():
        for each in rates:
            answers = trained(arm, x, y, moved(x_other, seed), seed, each, steps, batch_size)[-1]
            found[f"{name} at {each:g}"] = np.mean(answers == y_other)
    return found


@experiment("augmentation.strategies", seeds=10)
def gain_of_strategies(seed, steps=1200, batch_size=50, every=200):
    """Accuracy on moved digits after every 200 steps, with copies made before training or while training.

    Arms: "none"; "1 copy", "3 copies", "9 copies", "27 copies" of each digit, made before training, stored with the
    original and shown in a new order in each pass; "online", drawn anew whenever shown. The change is a translation
    by up to 1 pixel, and the test digits are moved in the same way, each by an amount of its own. Same: digits and
    start by seed, number of images shown. Each arm has its own learning rate, chosen on the 360 digits of the test part
    (`best_rates_of_strategies`).
    """
    x, y, x_rest, y_rest = few_digits(seed)
    curves = {}
    for name, arm in STRATEGIES.items():
        rate = RATES_OF_STRATEGIES[name]
        answers = trained(arm, x, y, moved(x_rest, seed), seed, rate, steps, batch_size, every)
        curves[name] = [np.mean(each == y_rest) for each in answers]
    return curves


@experiment("augmentation.any_learner", seeds=15)
def gain_of_a_machine(seed, strength=10.0):
    """Accuracy of a support vector machine, which is no network.

    Arms: "SVM", trained on 100 digits as in "augmentation.methods"; "SVM, with copies", the same digits and each of
    them moved by 1 pixel in the eight directions. Same: digits by seed; C, of 1, 10 and 100 the best
    for both arms on the 360 digits of the test part (100 is as good).
    """
    x, y, x_other, y_other = few_digits(seed)
    found = {}
    for arm, images in {"SVM": x, "SVM, with copies": moved_in_eight_directions(x)}.items():
        machine = SVC(C=strength).fit(flat(images), np.tile(y, len(images) // len(y)))
        found[arm] = machine.score(flat(x_other), y_other)
    return found


def few_digits(seed, part="train"):
    """Ten digits of each class, drawn from a part of the data, and the rest: x (100, 12, 12, 1), y, x_rest, y_rest."""
    data = load("digits")
    x, y = (data.x_train, data.y_train) if part == "train" else (data.x_test, data.y_test)
    order = np.random.default_rng(seed).permutation(len(y))
    rows = np.concatenate([order[y[order] == k][:10] for k in range(10)])
    others = order[~np.isin(order, rows)]
    x = with_margin(x)
    return x[rows], y[rows], x[others], y[others]


def moved_in_eight_directions(x):
    """The images, and each by 1 pixel to all sides and corners; the margin of 2 pixels is empty."""
    moves = [(down, right) for down in (0, -1, 1) for right in (0, -1, 1)]
    return np.concatenate([np.roll(x, move, axis=(1, 2)) for move in moves])


def moved(x, seed, method=ONLINE):
    """Test images, each changed once."""
    return changed(method, x, np.random.default_rng(seed + 1000))


def centred(images):
    """Each image moved until its centre of mass is in the middle, between pixels bilinearly."""
    middle = np.array([5.5, 5.5, 0])
    return np.array([shift(image, middle - center_of_mass(image), order=1) for image in images])


def with_margin(images):
    """Two pixels of black around each image: a digit that moves stays within it."""
    return np.pad(images, [(0, 0), (2, 2), (2, 2), (0, 0)])


def flat(images):
    """(n, pixels)."""
    return images.reshape(len(images), -1)


@cache
def answers_of(arm, seed, steps, batch_size):
    """What a network trained with this method reads in the digits that it was not trained on."""
    x, y, x_other, _ = few_digits(seed)
    return trained(arm, x, y, x_other, seed, RATES[arm], steps, batch_size)[-1]


def trained(arm, x, y, x_other, seed, rate, steps, batch_size, every=None):
    """Train a network on `steps` batches of what an arm shows of the digits x, y.

    Returns its answers to x_other after every `every` steps, by default the last alone: a list.
    """
    network, rng = fresh_network(seed, rate), np.random.default_rng(seed)
    images, targets = shown(arm, x, np.eye(10)[y], steps * batch_size, rng)
    answers, part = [], (every or steps) * batch_size
    for start in range(0, len(images), part):
        now = slice(start, start + part)
        network.fit(images[now], targets[now], batch_size=batch_size, shuffle=False, verbose=0)
        answers.append(network.predict(x_other, batch_size=400, verbose=0).argmax(axis=1))
    return answers


def shown(arm, x, targets, count, rng):
    """The images that training shows, one after the other, and their targets: (count, 12, 12, 1), (count, 10)."""
    if arm in COPIES:
        copies = changed(ONLINE, np.tile(x, (COPIES[arm], 1, 1, 1)), rng)
        x, targets = np.concatenate([x, copies]), np.tile(targets, (COPIES[arm] + 1, 1))
    passes = -(-count // len(x))
    rows = np.concatenate([rng.permutation(len(x)) for _ in range(passes)])[:count]
    x, targets = x[rows], targets[rows]
    if arm == "mixup":
        share, partner = rng.beta(0.2, 0.2, count), rng.permutation(count)
        mixed = share[:, None, None, None] * x + (1 - share[:, None, None, None]) * x[partner]
        return mixed, share[:, None] * targets + (1 - share[:, None]) * targets[partner]
    return x if arm == "none" or arm in COPIES else changed(arm, x, rng), targets


def changed(method, x, rng):
    """Each image changed anew. x: (n, 12, 12, 1)."""
    if method == "brightness, 50%":
        return np.clip(x * rng.uniform(0.5, 1.5, (len(x), 1, 1, 1)), 0, 1)
    if method == "cutout":  # a square of 4 × 4 pixels, black
        top, left = rng.integers(0, 9, (2, len(x), 1, 1, 1))
        row, column = np.arange(12)[:, None, None], np.arange(12)[:, None]
        hole = (row >= top) & (row < top + 4) & (column >= left) & (column < left + 4)
        return np.where(hole, 0, x)
    generator = image_generator(**STILL | RANGES[method])
    return transform_images(x, draw_transforms(generator, len(x), x.shape[1:], rng))


def new_network():
    """A small convolutional network."""
    return keras.Sequential(
        [
            keras.Input((12, 12, 1)),
            layers.Conv2D(16, 5, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )


@cache
def compiled_network():
    """One for all runs of this process: compiling it takes longer than a run."""
    network = new_network()
    network.compile(keras.optimizers.Adam(), "categorical_crossentropy", steps_per_execution=200)
    return network


def fresh_network(seed, rate):
    """A network at the start of its training; its weights depend on the seed alone."""
    set_seed(seed)
    network = compiled_network()
    network.set_weights(new_network().get_weights())
    network.optimizer.build(network.trainable_variables)
    for variable in network.optimizer.variables:
        variable.assign(np.zeros(variable.shape))
    network.optimizer.learning_rate = rate
    return network
