"""Exercises of notebook 17, the Keras CNN."""

import math

import numpy as np

from dlsheet.exercises.engine import exercise


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


def image_batches():
    """(images,): (n, height, width, channels), small and not symmetric."""
    rng = np.random.default_rng(18)
    yield (np.arange(4.0).reshape(1, 2, 2, 1),)
    yield from ((rng.random((2, *shape)).round(2),) for shape in [(3, 4, 1), (4, 3, 3), (5, 5, 3)])


@exercise(
    inputs=image_batches,
    mistakes={
        "You turned the image upside down: axis 1 holds the rows, axis 2 the columns.": lambda images: images[:, ::-1],
        "You turned the order of the images round: axis 0 counts the images.": lambda images: images[::-1],
        "You turned the colours round: the last axis holds the channels.": lambda images: images[..., ::-1],
        "You swapped rows and columns, which mirrors at the diagonal.": lambda images: images.transpose(0, 2, 1, 3),
        "You turned the image by half a turn: only the columns change places.": lambda images: images[:, ::-1, ::-1],
    },
    hints=[
        "The axes are (image, row, column, channel). Left and right differ in one of them.",
        "A slice with step -1 turns an axis round.",
        "Leave the first two axes alone: images[:, :, …]",
    ],
    why="A mirrored cat is a cat, a mirrored 2 is no digit at all: augmentation must keep the label.",
)
def flip_horizontally(images):
    return images[:, :, ::-1]


def validation_losses():
    """(val_loss,): a list for each run, with ties."""
    rng = np.random.default_rng(19)
    yield from [([0.7, 0.4, 0.4, 0.5],), ([0.9],), ([0.5, 0.6, 0.3],)]
    yield from ((rng.integers(1, 9, n).astype(float).tolist(),) for n in rng.integers(3, 12, 30))


@exercise(
    inputs=validation_losses,
    mistakes={
        "That is the worst epoch: a loss is better when it is smaller.": lambda val_loss: int(np.argmax(val_loss)),
        "Of two equal losses ModelCheckpoint keeps the first: the second is no improvement.": (
            lambda val_loss: len(val_loss) - 1 - int(np.argmin(val_loss[::-1]))
        ),
        "You counted from 1. Keras counts epochs from 0, as lists do.": lambda val_loss: int(np.argmin(val_loss)) + 1,
        "You stopped at the first rise. The checkpoint looks at every epoch; EarlyStopping is the one that stops.": (
            lambda val_loss: next(
                (i for i in range(len(val_loss) - 1) if val_loss[i + 1] > val_loss[i]), len(val_loss) - 1
            )
        ),
        "You compared with the epoch before. The checkpoint compares with the best of all before.": lambda val_loss: (
            max(i for i in range(len(val_loss)) if i == 0 or val_loss[i] < val_loss[i - 1])
        ),
        "That is the last epoch. save_best_only keeps the best one.": lambda val_loss: len(val_loss) - 1,
        "That is the loss itself. Return the number of the epoch.": lambda val_loss: min(val_loss),
    },
    hints=[
        "Go through the epochs and remember the best loss so far.",
        "Replace it only by a smaller one, not by an equal one.",
    ],
    why="A network that has begun to overfit is worse at the end than on its way; the checkpoint keeps the way's best.",
)
def kept_epoch(val_loss):
    best = 0
    for epoch, loss in enumerate(val_loss):
        if loss < val_loss[best]:
            best = epoch
    return best


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
