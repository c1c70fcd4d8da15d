"""Exercises of notebook 17, the Keras CNN."""

import math

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
    why="Curves over epochs mislead when epochs differ in length: CIFAR-10's fourth has 91 steps, the others 100.",
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
    """What a model with branches is judged by: its layers, its weights, and whether it gives probabilities."""
    if not isinstance(model, keras().Model):
        return {"returns": type(model).__name__}
    image = np.random.default_rng(0).random((1, 32, 32, 3), dtype="float32")
    output = np.asarray(model(image)) if model.input_shape == (None, 32, 32, 3) else np.zeros((0, 0))
    layers = [
        layer for layer in model.layers if layer.__class__.__name__ not in ("InputLayer", "Softmax", "Activation")
    ]
    convolutions = [layer for layer in layers if isinstance(layer, keras().layers.Conv2D)]
    dense = [layer for layer in layers if isinstance(layer, keras().layers.Dense)]
    return {
        "returns": "a keras.Model",
        "input": list(model.input_shape),
        "output": list(output.shape),
        "kernels": sorted(layer.kernel_size[0] for layer in convolutions),
        "filters": [layer.filters for layer in convolutions],
        "convolutions' activations": sorted(layer.activation.__name__ for layer in convolutions),
        "hidden layer": [(layer.units, layer.activation.__name__) for layer in dense[:-1]],
        "other layers": sorted({type(layer).__name__ for layer in layers} - {"Conv2D", "Dense"}),
        "weights": model.count_params(),
        "numbers from 0 to 1": bool(((output >= 0) & (output <= 1)).all()),
        "that sum to 1": bool(np.allclose(output.sum(axis=-1), 1, atol=1e-5)),
    }


def build_branches(kernels=(3, 6, 9), chained=False, last="softmax", merge="concatenate", padding="valid", pool="Max"):
    """The exercise's model, or one of its mistakes."""
    layers = keras().layers
    pooling = getattr(layers, f"{pool}Pooling2D")
    image = x = keras().Input((32, 32, 3))
    flat = []
    for kernel in kernels:
        x = layers.Conv2D(8, kernel, activation="relu", padding=padding)(x if chained else image)
        flat.append(layers.Flatten()(pooling(2)(x)))
    x = layers.Dense(32, activation="relu")(layers.concatenate(flat) if merge == "concatenate" else flat[-1])
    return keras().Model(image, layers.Dense(10, activation=last)(x))


@exercise(
    inputs=one_input,
    compared_by=described,
    mistakes={
        "The later branches read from the earlier ones. Each branch must start at the image.": lambda: build_branches(
            chained=True
        ),
        "That has two branches, with kernels 3 and 6. Add the one with kernel 9.": lambda: build_branches((3, 6)),
        "What comes out are no probabilities: the last layer has no softmax.": lambda: build_branches(last=None),
        "The last layer has a sigmoid. Of ten classes exactly one is right: that asks for softmax.": lambda: (
            build_branches(last="sigmoid")
        ),
        "Only one branch reaches the dense layer. Put the three flat branches together with layers.concatenate.": (
            lambda: build_branches(merge=None)
        ),
        "You padded the images. The sheet's kernels stay inside, which is Keras's default.": lambda: build_branches(
            padding="same"
        ),
        "You pooled by the average. Asked for is the maximum.": lambda: build_branches(pool="Average"),
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
