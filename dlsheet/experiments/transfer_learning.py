"""Experiments of notebook 16: printed letters as a source, handwritten digits with few labels as the target."""

from functools import cache
from pathlib import Path
from types import SimpleNamespace

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier

from dlsheet.augmentation import augmented_batches
from dlsheet.backend import keras, set_seed
from dlsheet.datasets import load
from dlsheet.experiments import experiment
from dlsheet.models import transfer_classifier

layers = keras.layers

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FACES = (  # fonts that come with matplotlib
    *(f"DejaVuSans{face}" for face in ("", "-Bold", "-Oblique", "-BoldOblique")),
    *(f"DejaVuSansMono{face}" for face in ("", "-Bold", "-Oblique", "-BoldOblique")),
    *(f"DejaVuSerif{face}" for face in ("", "-Bold", "-Italic", "-BoldItalic")),
    *(f"STIXGeneral{face}" for face in ("", "Bol", "Italic", "BolIta")),
    *("cmr10", "cmb10", "cmss10", "cmtt10"),
)
LETTER_CHANGES = {"rotation_range": 25, "shear_range": 25, "zoom_range": (0.75, 1.15), "fill_mode": "constant"}
DIGIT_CHANGES = {"rotation_range": 15, "shear_range": 15, "zoom_range": (0.85, 1.15), "fill_mode": "constant"}
SHIFTS = {"width_shift_range": 0.1, "height_shift_range": 0.1, "horizontal_flip": False}
STRENGTHS = (0.01, 0.1, 1, 10, 100)  # C of logistic regression
RATES = (0.001, 0.003, 0.01)
LOW_RATES = (0.0001, 0.0003, 0.001)
HELD_OUT = 537


@experiment("transfer.labels", seeds=10)
def labels(seed, counts=(1, 5, 20, 80), tried_at=(5, 20), steps=320, batch_size=32):
    """Accuracy on the 360 test digits, by how many labelled digits of each class there are to train on.

    Arms: the count, and the method. "pixels": logistic regression on the 64 pixels; "nearest": the label of the nearest
    labelled digit. The others are the notebook's network: "from scratch"; "frozen": logistic regression on the features
    of a base that was trained on 8,320 printed letters; "two phases": that regression as the head, then 320 steps for
    all layers at a low rate. At 5 and 20 also "all at once", the trained base and a new head together; "last layer", as
    "two phases" with the first convolution frozen for good; "from scratch, augmented" with twice the steps; and
    "chosen", of the four ways with the trained base the one that is best on held-out digits.
    Same: the labelled digits, drawn by seed, the start of base and head, order, Adam, 320 steps of 32 digits in each
    network. Each arm has the best setting (three rates; five strengths C) by the accuracy on 537 other training
    digits, anew for each seed. These are more labels than somebody with few would have, for every arm alike.
    """
    target = Target(seed)
    trained, start = pretrained(seed)
    found = {}
    for n in counts:
        x, y = target.labelled(n)
        arms = {
            "pixels": regression(target, x, y, pixels),
            "nearest": nearest(target, x, y),
            "from scratch": target.best(x, y, start, RATES, steps, batch_size),
            "frozen": regression(target, x, y, target.features(trained)),
        }
        fitted = arms["frozen"][-1]
        head = [fitted.coef_.T, fitted.intercept_]
        arms["two phases"] = target.best(x, y, trained, LOW_RATES, steps, batch_size, head=head)
        if n in tried_at:
            arms["all at once"] = target.best(x, y, trained, RATES, steps, batch_size)
            arms["last layer"] = target.best(x, y, trained, LOW_RATES, steps, batch_size, head=head, partly=True)
            chosen = max((arms[arm] for arm in ("frozen", "last layer", "two phases", "all at once")), key=held_out)
            arms["chosen"] = chosen
            arms["from scratch, augmented"] = target.best(x, y, start, RATES[1:], 2 * steps, batch_size, augment=True)
        for arm, judged in arms.items():
            found[f"{n}, {arm}"] = judged[1]
    return found


@experiment("transfer.source", seeds=10)
def source(seed, counts=(5, 20), tuned_at=5, rates=(0.001, 0.003), steps=320, batch_size=32):
    """What the source has to teach: accuracy on the 360 test digits with a base that was trained on other things.

    Arms: what the base was trained on: "nothing", its random start; "shuffled letters", the letters with their labels
    shuffled; "five letters", A to E alone; "few letters", 520 of the 8,320 images, one of each letter and font; and
    "letters", all. Each "frozen", under logistic regression, with 5 and 20 labelled digits of each class; "nothing",
    "shuffled letters" and "letters" also "tuned" with 5, all layers at once.
    Same: the start of the base, 1,040 steps of 64 images at a rate of 0.002 on the source (for "nothing" none), the
    labelled digits; settings chosen on held-out digits as in "transfer.labels".
    """
    target = Target(seed)
    trained, start = pretrained(seed)
    x, y = letter_images(seed)
    shuffled = np.random.default_rng(seed).permutation(y)
    few = np.resize(np.arange(len(y) // 16), len(y))
    first, first_y = letter_images(seed, LETTERS[:5], len(y))
    bases = {
        "nothing": start,
        "shuffled letters": train_base(seed, x, shuffled),
        "five letters": train_base(seed, first, first_y),
        "few letters": train_base(seed, x[few], y[few]),
        "letters": trained,
    }
    found = {}
    for n in counts:
        x, y = target.labelled(n)
        for arm, weights in bases.items():
            found[f"{n}, {arm}, frozen"] = regression(target, x, y, target.features(weights))[1]
    x, y = target.labelled(tuned_at)
    for arm in ("nothing", "shuffled letters", "letters"):
        found[f"{tuned_at}, {arm}, tuned"] = target.best(x, y, bases[arm], rates, steps, batch_size)[1]
    return found


@experiment("transfer.range", seeds=10)
def pixel_range(seed, n=5):
    """Accuracies when pixels come in the range that the base was trained on, 0 to 1, and in two others.

    Arms: the range, and the task: "letters", new printed letters with the head that was trained with the base;
    "digits", logistic regression on its frozen features with 5 labels a class, fitted and tested in this range.
    Same: base, images, labels.
    """
    target = Target(seed)
    trained, _ = pretrained(seed)
    x_new, y_new = letter_images(1000 + seed)
    base = build_base(seed)
    classifier = with_head(base, len(LETTERS))
    classifier.set_weights(trained)
    x, y = target.labelled(n)
    found = {}
    for low, high in ((0, 1), (-1, 1), (0, 255)):
        answers = classifier.predict(low + (high - low) * x_new[:2080], batch_size=520, verbose=0).argmax(axis=1)
        features = target.features(trained, low, high)
        found[f"{low} to {high}, letters"] = np.mean(answers == y_new[:2080])
        found[f"{low} to {high}, digits"] = regression(target, x, y, features)[1]
    return found


def photographs(folder, draws=3, steps=50, batch_size=16, rates=(0.001, 0.003), low_rates=(0.00003, 0.0003)):
    """Accuracy on photographs of two or more kinds, a folder a class, with MobileNet's weights from ImageNet.

    folder: as for load("photos_folder"). The file of the weights lies beside it, or Keras downloads it.
    Every draw splits the photographs anew: a third to test on, a quarter of the rest held out. "pixels" is logistic
    regression on the pixels of 16×16, "frozen" on the base's features; two of its arms get pixels in a wrong range. The
    others take 50 steps of 16 augmented photographs, "two phases" at low rates with the frozen regression as the head.
    What is best on the held-out photographs is taken: of five strengths C, of two rates, and for "chosen" of all ways
    with the trained base and the right range.
    Returns {way: (draws,) accuracies}.
    """
    photos = load("photos_folder", folder)
    x, y = np.concatenate([photos.x_train, photos.x_test]), np.concatenate([photos.y_train, photos.y_test])
    file = Path(folder).parent / "mobilenet_2_5_224_tf_no_top.h5"
    base, untrained = mobilenet(str(file) if file.is_file() else "imagenet"), mobilenet(None)
    trained, start = base.get_weights(), untrained.get_weights()
    ways = {
        "two phases, last two blocks": ("conv_dw_12", False, trained),
        "two phases, all but batch norm": ("all", False, trained),
        "two phases, batch norm too": ("all", True, trained),
        "from scratch": ("all", True, start),
    }
    found = {}
    for seed in range(draws):
        parts = split_photographs(x, y, seed)
        judged = {"pixels": regression(parts, parts.x, parts.y, thumbnails)}
        for low, high in ((0, 255), (0, 1), (-1, 1)):
            base.set_weights(trained)
            judged[f"frozen, pixels {low} to {high}"] = regression(parts, parts.x, parts.y, pooled(base, low, high))
        frozen = judged["frozen, pixels -1 to 1"]
        for way, (learn_from, norm, weights) in ways.items():
            set_seed(seed)
            model = transfer_classifier(base, len(photos.class_names), learn_from, dropout=0, update_batch_norm=norm)
            head = model.get_weights()[-2:] if way == "from scratch" else as_head(frozen[-1])
            images, labels = batches(parts.x, parts.y, steps * batch_size, seed)
            images[::2] = images[::2, :, ::-1]  # every second one mirrored
            images, labels = changed(images, labels, seed, DIGIT_CHANGES)
            compiled(model)
            runs = []
            for rate in rates if way == "from scratch" else low_rates:
                model.set_weights([*weights, *head])
                fit_anew(model, images, labels, rate, batch_size)
                on_held_out = share_right(model, parts.x_val, parts.y_val)
                runs.append((on_held_out, share_right(model, parts.x_test, parts.y_test)))
            judged[way] = max(runs, key=held_out)
        judged["chosen"] = max([frozen, *(judged[way] for way in ways if way != "from scratch")], key=held_out)
        for way, values in judged.items():
            found.setdefault(way, []).append(values[1])
    return found


def mobilenet(weights):
    """A quarter as wide as the paper's, without its head. Its batch normalisation forgets faster, for so few steps."""
    base = keras.applications.MobileNet((224, 224, 3), alpha=0.25, include_top=False, weights=weights)
    for layer in base.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.momentum = 0.9
    return base


def split_photographs(x, y, seed):
    """A third of each class to test on, and a quarter of the rest held out; attributes named as those of a Target."""
    x, x_test, y, y_test = train_test_split(x, y, test_size=1 / 3, random_state=seed, stratify=y)
    x, x_val, y, y_val = train_test_split(x, y, test_size=1 / 4, random_state=seed, stratify=y)
    return SimpleNamespace(x=x, y=y, x_val=x_val, y_val=y_val, x_test=x_test, y_test=y_test)


def pooled(base, low, high):
    """A function from photographs to the means of the base's feature maps, (n, channels)."""

    def compute(images):
        return base.predict(low + (high - low) * images, batch_size=32, verbose=0).mean(axis=(1, 2))

    return compute


def thumbnails(images):
    """(n, 768): photographs of 224×224, shrunk to 16×16."""
    return images.reshape(-1, 16, 14, 16, 14, 3).mean(axis=(2, 4)).reshape(len(images), -1)


def as_head(fitted):
    """The kernel and bias of a softmax layer that answers as a logistic regression of two or more classes."""
    kernel, bias = fitted.coef_.T, fitted.intercept_
    if len(bias) == 1:  # of two classes scikit-learn keeps the second one's logit alone
        kernel, bias = np.hstack([-kernel, kernel]) / 2, np.array([-bias[0], bias[0]]) / 2
    return [kernel, bias]


def share_right(model, x, y):
    """A model's accuracy."""
    return float(np.mean(model.predict(x, batch_size=32, verbose=0).argmax(axis=1) == y))


class Target:
    """The digits of one seed: 900 to draw labelled ones from, 537 held out, the 360 to test on; and its networks."""

    def __init__(self, seed):
        digits = load("digits")
        order = np.random.default_rng(seed).permutation(len(digits.y_train))
        self.seed, self.pool = seed, order[:-HELD_OUT]
        self.x_all, self.y_all = digits.x_train, digits.y_train
        self.x_val, self.y_val = digits.x_train[order[-HELD_OUT:]], digits.y_train[order[-HELD_OUT:]]
        self.x_test, self.y_test = digits.x_test, digits.y_test
        self.base = build_base(seed)
        self.model = compiled(with_head(self.base, 10))
        self.new_head = self.model.get_weights()[-2:]
        self.partly = None

    def labelled(self, n):
        """n digits of each class: (images, labels)."""
        rows = [self.pool[self.y_all[self.pool] == k][:n] for k in range(10)]
        rows = np.concatenate(rows)
        return self.x_all[rows], self.y_all[rows]

    def features(self, weights, low=0, high=1):
        """A function from images to the features of a base with these weights (those of a head are left out)."""

        def compute(images):
            self.base.set_weights(weights[:4])
            return self.base.predict(low + (high - low) * images, batch_size=360, verbose=0)

        return compute

    def best(self, x, y, weights, rates, steps, batch_size, head=None, augment=False, partly=False):
        """Train from a base's weights, and a head's or a new one, at each rate; (accuracy held out, on test) of the
        rate with the best held-out accuracy. partly: the first convolution is frozen."""
        model = self.model
        if partly:  # the layers are the same; what is trainable counts when a model is fitted first
            model = self.partly = self.partly or compiled(keras.Sequential([keras.Input((8, 8, 1)), *model.layers]))
            self.base.layers[0].trainable = False
        images, labels = batches(x, y, steps * batch_size, self.seed)
        if augment:
            images, labels = changed(images, labels, self.seed, DIGIT_CHANGES)
        runs = []
        for rate in rates:
            model.set_weights([*weights[:4], *(head or self.new_head)])
            fit_anew(model, images, labels, rate, batch_size)
            runs.append((self.score(self.x_val, self.y_val), self.score(self.x_test, self.y_test)))
        self.base.layers[0].trainable = True
        return max(runs, key=held_out)

    def score(self, x, y):
        """The network's accuracy."""
        return float(np.mean(self.model.predict(x, batch_size=360, verbose=0).argmax(axis=1) == y))


def regression(target, x, y, features):
    """Logistic regression on features(images), C chosen on held-out digits: (accuracy held out, on test, the model)."""
    x, x_val, x_test = features(x), features(target.x_val), features(target.x_test)
    runs = []
    for strength in STRENGTHS:
        fitted = LogisticRegression(C=strength, max_iter=1000).fit(x, y)
        runs.append((fitted.score(x_val, target.y_val), fitted.score(x_test, target.y_test), fitted))
    return max(runs, key=held_out)


def nearest(target, x, y):
    """The label of the nearest labelled digit, in pixels: (accuracy held out, on test)."""
    fitted = KNeighborsClassifier(1).fit(pixels(x), y)
    return fitted.score(pixels(target.x_val), target.y_val), fitted.score(pixels(target.x_test), target.y_test)


def pixels(images):
    """(n, 64)."""
    return images.reshape(len(images), -1)


def held_out(judged):
    """The accuracy on held-out digits, which stands first."""
    return judged[0]


def batches(x, y, n, seed):
    """n rows, pass after pass over x and y, each in a new order."""
    rng = np.random.default_rng(seed)
    rows = np.concatenate([rng.permutation(len(x)) for _ in range(-(-n // len(x)))])[:n]
    return x[rows], y[rows]


def changed(x, y, seed, changes):
    """Every image turned, sheared, zoomed and shifted at random."""
    parts = list(augmented_batches(x, y, 256, seed=seed, **SHIFTS, **changes))
    return np.concatenate([images for images, _ in parts]), np.concatenate([labels for _, labels in parts])


def build_base(seed):
    """Two convolutions; its start depends on the seed alone."""
    set_seed(seed)
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
        ]
    )


def with_head(base, n_classes):
    """base and a new softmax layer."""
    return keras.Sequential([keras.Input((8, 8, 1)), *base.layers, layers.Dense(n_classes, activation="softmax")])


def compiled(model):
    """With Adam; twenty steps are one call, which changes nothing but the time."""
    model.compile("adam", "sparse_categorical_crossentropy", steps_per_execution=20)
    return model


def fit_anew(model, x, y, rate, batch_size):
    """One pass in the order given, Adam as new."""
    for variable in model.optimizer.variables:
        variable.assign(keras.ops.zeros_like(variable))
    model.optimizer.learning_rate = rate
    model.fit(x, y, batch_size=batch_size, shuffle=False, verbose=0)


@cache
def pretrained(seed):
    """(weights after training on letters, weights of the same base before)."""
    x, y = letter_images(seed)
    return train_base(seed, x, y), build_base(seed).get_weights()


def train_base(seed, x, y, epochs=8, batch_size=64, rate=0.002):
    """Weights of a base and its head that were trained on these letters."""
    model = compiled(with_head(build_base(seed), len(LETTERS)))
    images, labels = batches(x, y, epochs * len(x), seed)
    fit_anew(model, images, labels, rate, batch_size)
    return model.get_weights()


def letter_images(seed, letters=LETTERS, n=8320):
    """SIMULATED handwriting: n letters in 20 fonts, turned, sheared, zoomed and shifted, made as the digits were.

    Returns images (n, 8, 8, 1) in [0, 1], of which the first ones are one of each letter and font, and labels (n,).
    """
    x = np.stack([printed(letter, font) for letter in letters for font in FACES])
    y = np.repeat(np.arange(len(letters)), len(FACES))
    x, y = np.resize(x, (n, 32, 32, 1)), np.resize(y, n)
    once = len(letters) * len(FACES)
    parts = [changed(x[i : i + once], y[i : i + once], seed + 10_000 * i, LETTER_CHANGES) for i in range(0, n, once)]
    x, y = (np.concatenate(each) for each in zip(*parts))
    return as_digits(x), y


def printed(letter, font, height=28):
    """A letter as a picture (32, 32, 1), 0 to 1, in the middle and `height` pixels high."""
    face = ImageFont.truetype(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{font}.ttf", 64)
    sheet = Image.new("L", (128, 128))
    ImageDraw.Draw(sheet).text((64, 64), letter, fill=255, font=face, anchor="mm")
    ink = sheet.crop(sheet.getbbox())
    width = min(32, round(height * ink.width / ink.height))
    picture = Image.new("L", (32, 32))
    picture.paste(ink.resize((width, height)), ((32 - width) // 2, (32 - height) // 2))
    return np.asarray(picture, "float32")[..., None] / 255


def as_digits(pictures):
    """As the digits were made: 32×32 pixels black or white, and of each 4×4 the share that is black: (n, 8, 8, 1)."""
    black = (pictures > 0.5).astype("float32")
    return black.reshape(-1, 8, 4, 8, 4, 1).mean(axis=(2, 4))
