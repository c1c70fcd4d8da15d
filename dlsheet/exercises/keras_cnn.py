"""Exercises of notebook 17, the Keras CNN."""

import inspect
import math
import re
from functools import cache

import numpy as np

from dlsheet.exercises.engine import exercise


def shears():
    """(degrees, distance): the sheet's angle first."""
    rng = np.random.default_rng(20)
    yield from [(0.2, 16.0), (45.0, 1.0), (0.0, 5.0)]
    yield from ((float(angle), float(rng.integers(1, 40))) for angle in rng.uniform(0, 60, 30).round(1))


@exercise(
    inputs=shears,
    mistakes={
        "np.sin, np.cos and np.tan want radians: convert with np.deg2rad first.": (
            lambda degrees, distance: distance * np.sin(degrees)
        ),
        "Multiplied by the angle in degrees. That would be right for a shear factor, which the parameter is not.": (
            lambda degrees, distance: distance * degrees
        ),
        "The cosine is 1 for no shear at all, and would move everything. Which one is 0 there?": (
            lambda degrees, distance: distance * np.cos(np.deg2rad(degrees))
        ),
        "That is the angle in radians times the distance: right for tiny angles only. Keras takes the sine.": (
            lambda degrees, distance: distance * np.deg2rad(degrees)
        ),
        "Keras's shear matrix has a sine here, not a tangent.": lambda degrees, distance: (
            distance * np.tan(np.deg2rad(degrees))
        ),
    },
    hints=[
        "A pixel at this distance from the centre line is moved sideways by distance times a slope.",
        "Keras's matrix has -sin(shear) in it. In which unit does NumPy want the angle?",
    ],
    why="The sheet's shear_range=0.2 reads like a fifth, and moves no pixel of a 32×32 image by even a tenth.",
)
def shear_shift(degrees, distance):
    return distance * np.sin(np.deg2rad(degrees))


def branches():
    """(size, kernel, filters): the sheet's two branches, then random ones."""
    rng = np.random.default_rng(17)
    yield from [(5, 2, 1), (6, 3, 2), (32, 3, 32), (32, 6, 32)]
    yield from ((int(size), int(rng.integers(1, 6)), int(rng.integers(1, 9))) for size in rng.integers(8, 40, 30))


@exercise(
    inputs=branches,
    mistakes={
        "Keras pads nothing unless told (padding='valid'): a kernel of 3 takes 2 pixels off each side's length.": (
            lambda size, kernel, filters: (size // 2) ** 2 * filters
        ),
        "The pool drops a last odd row and column; you rounded up.": (
            lambda size, kernel, filters: math.ceil((size - kernel + 1) / 2) ** 2 * filters
        ),
        "A kernel fits size - kernel + 1 times along a side. The 1 is missing.": (
            lambda size, kernel, filters: ((size - kernel) // 2) ** 2 * filters
        ),
        "An image has rows and columns: the side's length comes in squared.": (
            lambda size, kernel, filters: (size - kernel + 1) // 2 * filters
        ),
        "You left the pool out: it halves both sides.": lambda size, kernel, filters: (
            (size - kernel + 1) ** 2 * filters
        ),
        "Half a pixel does not exist: the pool rounds down. Divide with //.": (
            lambda size, kernel, filters: ((size - kernel + 1) / 2) ** 2 * filters
        ),
        "Each filter gives a feature map of its own: multiply by the number of filters.": (
            lambda size, kernel, filters: ((size - kernel + 1) // 2) ** 2
        ),
    },
    hints=[
        "How many places are there for a kernel along one side of the image?",
        "The pool halves that number and drops the rest.",
        "Flatten counts rows times columns times filters.",
    ],
    why="The flattened length decides the size of the dense layer behind it, which has most of the weights.",
)
def branch_length(size, kernel, filters):
    side = (size - kernel + 1) // 2
    return side * side * filters


def places():
    """(i, size, mode): inside, just outside, and far outside."""
    for mode in ("constant", "nearest", "reflect"):
        yield from ((i, 4, mode) for i in range(-10, 14))
        yield from ((i, size, mode) for size in (2, 3, 32) for i in (-2 * size - 1, -size, -1, 1, size, 3 * size))


def mirrored(i, size):
    i = i % (2 * size)
    return min(i, 2 * size - 1 - i)


def filled(nearest=lambda i, size: min(max(i, 0), size - 1), reflect=mirrored, constant=None):
    """filled_index with one mode done otherwise."""

    def index(i, size, mode):
        if mode == "constant" and constant:
            return constant(i, size)
        if 0 <= i < size:
            return i
        return {"constant": lambda i, size: None, "nearest": nearest, "reflect": reflect}[mode](i, size)

    return index


@exercise(
    inputs=places,
    mistakes={
        "Your mirror stands in the middle of the edge pixel, so that it comes once. Here it comes twice.": filled(
            reflect=lambda i, size: min(i % (2 * size - 2), -i % (2 * size - 2))
        ),
        "You tiled: behind the last pixel comes the first. A mirror turns the order round.": filled(
            reflect=lambda i, size: i % size
        ),
        "Your mirror works once. Farther out the mirror image is mirrored again.": filled(
            reflect=lambda i, size: -1 - i if i < 0 else 2 * size - 1 - i
        ),
        "The pixels are numbered from 0: there is no pixel number size.": filled(
            nearest=lambda i, size: min(max(i, 0), size)
        ),
        "For places before the image, nearest has to take the first pixel. Yours counts from the end.": filled(
            nearest=lambda i, size: size - 1 if i >= size else max(i + size, 0)
        ),
        "For constant you took the nearest pixel. Outside there is none.": filled(
            constant=lambda i, size: min(max(i, 0), size - 1)
        ),
        "Inside the image constant fills nothing: a place there is its own pixel.": filled(
            constant=lambda i, size: None
        ),
    },
    hints=[
        "Inside the image all modes agree. For nearest, hold i between 0 and size - 1.",
        "For reflect: after how many places does a b c d d c b a begin again? % brings i into one such stretch.",
        "In its first half i is the pixel; in the second one the order runs backwards.",
    ],
    why="Each image that is shifted or turned has such pixels, and the network learns from them as from the others.",
)
def filled_index(i, size, mode):
    if 0 <= i < size:
        return i
    if mode == "constant":
        return None
    if mode == "nearest":
        return 0 if i < 0 else size - 1
    i = i % (2 * size)  # a b c d d c b a, again and again
    return i if i < size else 2 * size - 1 - i


def plans():
    """(n_batches, asked, epochs): uneven, even, too many asked for, CIFAR-10, then random ones."""
    rng = np.random.default_rng(19)
    yield from [(3, 2, 4), (5, 2, 6), (4, 2, 5), (5, 100, 3), (4, 4, 2), (3, 1, 4), (391, 100, 9)]
    for n_batches, asked, epochs in rng.integers([3, 2, 3], [15, 9, 10], (20, 3)):
        yield int(n_batches), int(asked), int(epochs)


def passes(n_batches, asked, empty=False):
    """The epochs of one pass; with an empty one behind it, if it came out even."""
    whole, rest = divmod(n_batches, asked)
    return [asked] * whole + [rest] * (rest > 0 or empty)


@exercise(
    inputs=plans,
    mistakes={
        "You made all the steps that were asked for. An epoch ends when the batches run out.": (
            lambda n_batches, asked, epochs: [asked] * epochs
        ),
        "You began each epoch with a new pass, or skipped the batches that were left over.": (
            lambda n_batches, asked, epochs: [min(asked, n_batches)] * epochs
        ),
        "You stopped after one pass. After it comes the next, until all epochs are over.": (
            lambda n_batches, asked, epochs: passes(n_batches, asked)[:epochs]
        ),
        "Behind the first pass your epochs are empty. The data are read again.": lambda n_batches, asked, epochs: (
            passes(n_batches, asked) + [0] * epochs
        )[:epochs],
        "Where a pass comes out even, you put an empty epoch behind it.": lambda n_batches, asked, epochs: (
            passes(n_batches, asked, empty=True) * epochs
        )[:epochs],
        "The short epoch takes its steps from the next pass in yours. It leaves that pass alone.": (
            lambda n_batches, asked, epochs: [min(asked, n_batches - e * asked % n_batches) for e in range(epochs)]
        ),
    },
    hints=[
        "Keep the number of batches that this pass still has.",
        "An epoch takes what it asks for, or what is left, whichever is less.",
        "When nothing is left, the next pass has n_batches again.",
    ],
    why="Curves over epochs mislead when epochs differ in length: of 391 batches every fourth epoch gets 91, not 100.",
)
def epoch_steps(n_batches, asked, epochs):
    left, steps = n_batches, []
    for _ in range(epochs):
        steps.append(min(asked, left))
        left = left - steps[-1] or n_batches
    return steps


def keras():
    """Keras, loaded only when a model is built."""
    from dlsheet.backend import keras

    return keras


def one_input():
    """No arguments at all: the model is always the same."""
    yield ()


def described(model):
    """What a model with branches is judged by: the shapes of its weights, and what it computes with given ones.

    How it is written does not count, nor in which order the branches are put together: all rows of the kernel behind
    them are set alike. What could not be examined is left as it should be. An error of the model is part of what is
    found, so that none of ours is taken for it.
    """
    found = dict(as_it_should_be())
    if not isinstance(model, keras().Model):
        return found | {"returns": type(model).__name__}
    images = some_images()
    try:
        found["answers to 3 images"] = f"shape {np.shape(model(images))}"
    except Exception as error:
        plain = re.sub("\x1b\\[[0-9]*m", "", str(error))  # without Keras's bold type
        lines = [line for line in plain.splitlines() if line.strip() and "Exception encountered" not in line]
        return found | {"answers to 3 images": f"{type(error).__name__}: {''.join(lines[:1])[:110]}"}
    shapes = shapes_of(model)
    if any(shapes[name] != found[name] for name in shapes):
        return found | shapes
    for weight in model.weights:
        weight.assign(value_for(tuple(weight.shape)))
    answers = np.asarray(model(images))
    if np.shape(answers) == (3, 10) and not np.allclose(answers[0], found["answers with weights of ours"], atol=1e-3):
        found["answers with weights of ours"] = np.round(answers[0].astype(float), 3).tolist()
    if "training" in inspect.signature(model.call).parameters:
        found["the same in training"] = bool(np.allclose(model(images, training=True), answers, atol=1e-5))
    return found


def some_images():
    """(3, 32, 32, 3), always the same."""
    return np.random.default_rng(0).random((3, 32, 32, 3), dtype="float32")


@cache
def as_it_should_be():
    """What `described` finds in the exercise's model."""
    model = build_branches()
    found = {"returns": "a keras.Model", "answers to 3 images": "shape (3, 10)", **shapes_of(model)}
    for weight in model.weights:
        weight.assign(value_for(tuple(weight.shape)))
    found["answers with weights of ours"] = np.round(np.asarray(model(some_images()))[0].astype(float), 3).tolist()
    return found | {"the same in training": True}


def shapes_of(model):
    """The shapes of a model's kernels and the lengths of its biases, sorted."""
    shapes = sorted(tuple(weight.shape) for weight in model.weights)
    return {
        "kernels": [list(shape) for shape in shapes if len(shape) > 1],
        "biases": [shape[0] for shape in shapes if len(shape) == 1],
    }


def value_for(shape):
    """Weights of this shape, always the same; of a kernel behind the branches all rows are alike."""
    rng = np.random.default_rng(shape)
    if len(shape) == 2 and shape[0] > 1000:
        return np.tile(rng.normal(size=shape[1]) / 500, (shape[0], 1))
    return rng.normal(size=shape) * (0.3 if len(shape) < 4 else 0.1)


def build_branches(
    kernels=(3, 6, 9),
    filters=8,
    units=32,
    chained=False,
    rate=None,
    pool="MaxPooling2D",
    merge=True,
    activations=("relu", "relu", "softmax"),
    strides=None,
    **convolution,
):
    """The exercise's model, or one of its mistakes. activations: of the branches, the hidden and the last layer."""
    layers = keras().layers
    image = x = keras().Input((32, 32, 3))
    flat = []
    for kernel in kernels:
        x = layers.Conv2D(filters, kernel, activation=activations[0], **convolution)(x if chained else image)
        inner = x if rate is None else layers.Dropout(rate)(x)
        flat.append(layers.Flatten()(inner if pool is None else getattr(layers, pool)(2, strides)(inner)))
    x = layers.Dense(units, activation=activations[1])(layers.concatenate(flat) if merge else flat[-1])
    return keras().Model(image, layers.Dense(10, activation=activations[2])(x))


def one_branch(kernel):
    """The mistake that only this branch reaches the dense layers; Keras leaves the others out of the model."""
    return lambda: build_branches((kernel,), merge=False)


def output_of(model):
    """The mistake to return what comes out in place of the model."""
    return model.output


@exercise(
    inputs=one_input,
    compared_by=described,
    mistakes={
        "The later branches read from the earlier ones. Each branch must start at the image.": lambda: build_branches(
            chained=True
        ),
        "That has two branches, with kernels 3 and 6. Add the one with kernel 9.": lambda: build_branches((3, 6)),
        "What comes out are no probabilities: the last layer has no softmax.": lambda: build_branches(
            activations=("relu", "relu", None)
        ),
        "The last layer has a sigmoid. Of ten classes exactly one is right: that asks for softmax.": lambda: (
            build_branches(activations=("relu", "relu", "sigmoid"))
        ),
        "Only the last branch reaches the dense layers. Put all three together with layers.concatenate.": (
            one_branch(9)
        ),
        "Only the first branch reaches the dense layers. Put all three together with layers.concatenate.": (
            one_branch(3)
        ),
        "You padded the images. The kernels have to stay inside, which is Keras's default.": lambda: build_branches(
            padding="same"
        ),
        "You pooled by the average. Asked for is the maximum.": lambda: build_branches(pool="AveragePooling2D"),
        "There is no pool. Each branch has a 2 × 2 max pool behind its convolution, which halves both sides.": lambda: (
            build_branches(pool=None)
        ),
        "Your pool moves on by 1. With strides=1 it halves nothing; left out, it moves on by its own size.": lambda: (
            build_branches(strides=1)
        ),
        "The convolutions have no relu: without one they are linear, and the maximum is all that bends.": lambda: (
            build_branches(activations=(None, "relu", "softmax"))
        ),
        "The hidden layer has no relu: two dense layers one behind the other are then as good as one.": lambda: (
            build_branches(activations=("relu", None, "softmax"))
        ),
        "Neither the convolutions nor the hidden layer has a relu. Say activation='relu' in each.": lambda: (
            build_branches(activations=(None, None, "softmax"))
        ),
        "There is dropout in it: in training the answers differ from those in use. Here none was asked for.": lambda: (
            build_branches(rate=0.2)
        ),
        "The branches have 32 filters each, as on the sheet. Asked for are eight.": lambda: build_branches(filters=32),
        "The hidden layer has 100 units, as on the sheet. Asked for are 32.": lambda: build_branches(units=100),
        "The convolutions have no biases. Leave use_bias at Keras's default.": lambda: build_branches(use_bias=False),
        "You returned the probabilities. The model is keras.Model(image, probabilities).": lambda: output_of(
            build_branches()
        ),
    },
    hints=[
        "Start with image = keras.Input((32, 32, 3)) and build each branch from image.",
        "A branch is Conv2D(8, kernel, activation='relu'), MaxPooling2D(2), Flatten().",
        "layers.concatenate takes a list of the flat branches; the two dense layers come behind it.",
    ],
    why="Branches that look at the same image at several scales are the idea that GoogLeNet was built on.",
)
def three_branch_cnn():
    import keras
    from keras import layers

    image = keras.Input((32, 32, 3))
    branches = []
    for kernel in (3, 6, 9):
        x = layers.Conv2D(8, kernel, activation="relu")(image)
        x = layers.MaxPooling2D(2)(x)
        branches.append(layers.Flatten()(x))
    x = layers.concatenate(branches)
    x = layers.Dense(32, activation="relu")(x)
    return keras.Model(image, layers.Dense(10, activation="softmax")(x))
