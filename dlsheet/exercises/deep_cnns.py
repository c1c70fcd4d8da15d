"""Exercises of notebook 14, deep CNNs."""

import numpy as np

from dlsheet.exercises.engine import exercise


def layer_lists():
    """(kinds,): small networks, then random ones."""
    rng = np.random.default_rng(14)
    yield from [(["dense"],), (["conv", "relu", "pool", "dense"],), (["conv", "norm", "relu", "mean", "dense"],)]
    kinds = ["conv", "norm", "relu", "pool", "dropout", "dense"]
    yield from ((rng.choice(kinds, n).tolist() + ["dense"],) for n in rng.integers(3, 12, 30))


@exercise(
    inputs=layer_lists,
    mistakes={
        "You counted everything. A ReLU and a pool learn nothing, and do not make a network deeper.": lambda kinds: len(
            kinds
        ),
        "You left the dense layers out. They learn too: AlexNet's eight are five convolutions and three dense.": (
            lambda kinds: kinds.count("conv")
        ),
        "You left the last layer out. It has weights as well, and the papers count it.": (
            lambda kinds: sum(kind in ("conv", "dense") for kind in kinds[:-1])
        ),
        "You counted batch normalisation. It learns a scale and a shift, but by custom it is no layer of its own.": (
            lambda kinds: sum(kind in ("conv", "dense", "norm") for kind in kinds)
        ),
        "You counted each kind once, as a set does. Every convolution counts, and every dense layer.": (
            lambda kinds: len({"conv", "dense"} & set(kinds))
        ),
        "You counted the pools. There is nothing to learn in them.": (
            lambda kinds: sum(kind in ("conv", "dense", "pool") for kind in kinds)
        ),
    },
    hints=["Which of these kinds have a kernel?", "Count 'conv' and 'dense', each time they occur."],
    why="Keras's ResNet-50 has 177 layers; 54 have a kernel, and 50 of these do not lie on a shortcut: hence its name.",
)
def learned_layers(kinds):
    return sum(kind in ("conv", "dense") for kind in kinds)


def blocks_of_resnet():
    """(channels, narrow): small ones, ResNet-50's four stages, then random ones."""
    rng = np.random.default_rng(16)
    yield from [(2, 1), (4, 2), (256, 64), (512, 128), (1024, 256), (2048, 512)]
    yield from ((int(narrow * 4), int(narrow)) for narrow in rng.integers(3, 90, 20))


@exercise(
    inputs=blocks_of_resnet,
    mistakes={
        "That is the first of three convolutions, the one that the sheet names. Two more follow.": (
            lambda channels, narrow: channels * narrow
        ),
        "The way back is missing: a last 1×1 convolution makes the block as wide as it was.": (
            lambda channels, narrow: channels * narrow + 9 * narrow**2
        ),
        "A 3×3 kernel has nine places, not three.": lambda channels, narrow: 2 * channels * narrow + 3 * narrow**2,
        "Your 3×3 convolution works at full width. The point of the 1×1 before it is that it need not.": (
            lambda channels, narrow: 2 * channels * narrow + 9 * channels**2
        ),
        "You counted biases. Leave them out: batch normalisation behind each convolution takes them away again.": (
            lambda channels, narrow: 2 * channels * narrow + 9 * narrow**2 + 2 * narrow + channels
        ),
        "Your 3×3 convolution has one filter only. It has as many filters as it reads channels.": (
            lambda channels, narrow: 2 * channels * narrow + 9 * narrow
        ),
        "Your 3×3 convolution goes straight back to all channels. It stays narrow, and a 1×1 behind it goes back.": (
            lambda channels, narrow: channels * narrow + 9 * narrow * channels
        ),
        "All three of your kernels are 1×1. The middle one is 3×3.": (
            lambda channels, narrow: 2 * channels * narrow + narrow**2
        ),
    },
    hints=[
        "A k×k convolution from c to f channels has k·k·c·f weights.",
        "The three kernels are 1×1 (down), 3×3 (narrow), 1×1 (up again).",
    ],
    why="At 256 channels a bottleneck has 69,632 weights; two plain 3×3 convolutions have 17 times as many.",
)
def bottleneck_weights(channels, narrow):
    down, middle, up = channels * narrow, 9 * narrow * narrow, narrow * channels
    return down + middle + up


def maps_and_channels():
    """(x, channels): one map of 2 × 2, more channels or as many, odd sides, then random ones."""
    rng = np.random.default_rng(15)
    yield np.arange(1.0, 5.0).reshape(1, 2, 2, 1), 2
    yield np.arange(1.0, 9.0).reshape(1, 2, 4, 1), 1
    yield np.arange(1.0, 10.0).reshape(1, 3, 3, 1), 3
    for n, height, width, c in rng.integers([1, 2, 2, 2], [3, 4, 4, 4], (8, 4)):
        yield rng.normal(size=(n, 2 * height, 2 * width, c)).round(1), int(2 * c)


def thinned(x):
    return x[:, ::2, ::2]


def means(x):
    """The means of 2 × 2 pixels; a last odd row or column is left out."""
    n, rows, columns, c = len(x), x.shape[1] // 2, x.shape[2] // 2, x.shape[3]
    return x[:, : 2 * rows, : 2 * columns].reshape(n, rows, 2, columns, 2, c).mean(axis=(2, 4))


def widened(x, front=0, behind=0):
    """x with this many channels of zeros before and behind the others."""
    return np.pad(x, [(0, 0), (0, 0), (0, 0), (front, behind)])


@exercise(
    inputs=maps_and_channels,
    mistakes={
        "The sides are still those of x. The block halves them, and a sum needs the same shape.": lambda x, channels: (
            widened(x, behind=channels - x.shape[3])
        ),
        "You halved one direction only. Rows and columns both lose every second pixel.": lambda x, channels: widened(
            x[:, ::2], behind=channels - x.shape[3]
        ),
        "You halved the images and the rows: the first axis numbers the images. Rows and columns are the next two.": (
            lambda x, channels: widened(x[::2, ::2], behind=channels - x.shape[3])
        ),
        "You began with the second pixel. A stride of 2 begins with the first.": lambda x, channels: widened(
            x[:, 1::2, 1::2], behind=channels - x.shape[3]
        ),
        "Your zeros stand in front: the old channels have changed their numbers.": lambda x, channels: widened(
            thinned(x), front=channels - x.shape[3]
        ),
        "You added as many channels as there shall be in the end.": lambda x, channels: widened(
            thinned(x), behind=channels
        ),
        "You repeated the old channels. The new ones are empty.": lambda x, channels: np.tile(
            thinned(x), channels // x.shape[3]
        ),
        "You took the mean of 2 × 2 pixels. Asked for is one of them.": lambda x, channels: widened(
            means(x), behind=channels - x.shape[3]
        ),
        "The channels are missing: a sum needs as many as the block puts out.": lambda x, channels: thinned(x),
    },
    hints=[
        "Two steps: fewer pixels, then more channels.",
        "A slice with step 2, for the rows and for the columns.",
        "np.zeros with the shape of what is left, but channels - c at its end, and np.concatenate along axis 3.",
    ],
    why="The gradient reaches every second pixel of every second row unweakened, and no other. No weight is needed.",
)
def zero_shortcut(x, channels):
    kept = x[:, ::2, ::2]
    zeros = np.zeros((*kept.shape[:3], channels - x.shape[3]))
    return np.concatenate([kept, zeros], axis=3)


def activations():
    """(a, n, k, alpha, beta): no neighbours, three channels, more neighbours than channels, then random ones."""
    rng = np.random.default_rng(17)
    yield np.array([2.0]), 1, 1.0, 1.0, 1.0
    yield np.array([1.0, 2.0, 3.0]), 3, 1.0, 1.0, 1.0
    yield np.array([1.0, 2.0, 0.0, 3.0]), 3, 2.0, 1.0, 0.5
    yield np.array([1.0, 2.0]), 5, 2.0, 1.0, 0.75
    for channels in rng.integers(3, 9, 12):
        n, beta = int(rng.choice([3, 5])), float(rng.choice([0.5, 0.75]))
        yield (3 * rng.random(channels)).round(1), n, 2.0, float(rng.choice([0.1, 1.0])), beta


def overwritten(a, n, k, alpha, beta):
    """What comes out where each new value is read again by the next channels."""
    for i in range(len(a)):
        a[i] = a[i] / (k + alpha * np.sum(a[max(i - n // 2, 0) : i + n // 2 + 1] ** 2)) ** beta
    return a


def normalised(a, n, k, alpha, beta, near=None, total=lambda part: np.sum(part**2)):
    """a, each divided by what `total` makes of the values that `near` finds around it."""
    near = near or (lambda i: a[max(i - n // 2, 0) : i + n // 2 + 1])
    return np.array([a[i] / (k + alpha * total(near(i))) ** beta for i in range(len(a))])


@exercise(
    inputs=activations,
    mistakes={
        "You summed over all channels. Only the neighbours count.": lambda a, n, k, alpha, beta: normalised(
            a, n, k, alpha, beta, near=lambda i: a
        ),
        "The last neighbour is missing: a slice ends before its second number.": lambda a, n, k, alpha, beta: (
            normalised(a, n, k, alpha, beta, near=lambda i: a[max(i - n // 2, 0) : i + n // 2])
        ),
        "The last channel never counts: a slice ends before its second number.": lambda a, n, k, alpha, beta: (
            normalised(a, n, k, alpha, beta, near=lambda i: a[max(i - n // 2, 0) : min(i + n // 2, len(a) - 1)])
        ),
        "Near the first channel your slice begins below 0, which Python counts from the end.": (
            lambda a, n, k, alpha, beta: normalised(a, n, k, alpha, beta, near=lambda i: a[i - n // 2 : i + n // 2 + 1])
        ),
        "Your neighbours go around: behind the last channel comes no first one.": lambda a, n, k, alpha, beta: (
            normalised(a, n, k, alpha, beta, near=lambda i: a[np.arange(i - n // 2, i + n // 2 + 1) % len(a)])
        ),
        "You took n neighbours on either side. It is n together, the channel itself among them.": (
            lambda a, n, k, alpha, beta: normalised(a, n, k, alpha, beta, near=lambda i: a[max(i - n, 0) : i + n + 1])
        ),
        "You left the channel itself out of the sum.": lambda a, n, k, alpha, beta: normalised(
            a, n, k, alpha, beta, near=lambda i: np.r_[a[max(i - n // 2, 0) : i], a[i + 1 : i + n // 2 + 1]]
        ),
        "You took a mean of the squares, as PyTorch does. Here it is their sum.": lambda a, n, k, alpha, beta: (
            normalised(a, n, k, alpha / n, beta)
        ),
        "You summed the activations. It is their squares.": lambda a, n, k, alpha, beta: normalised(
            a, n, k, alpha, beta, total=np.sum
        ),
        "You wrote the new values into a while you went on reading it. Put them into a new array.": overwritten,
        "The power beta is missing.": lambda a, n, k, alpha, beta: normalised(a, n, k, alpha, 1),
        "The power is for the whole bracket, k included.": lambda a, n, k, alpha, beta: np.array(
            [
                each / (k + alpha * np.sum(a[max(i - n // 2, 0) : i + n // 2 + 1] ** 2) ** beta)
                for i, each in enumerate(a)
            ]
        ),
    },
    hints=[
        "A loop over the channels: for each a slice of a, then the sum of its squares.",
        "The slice begins at i - n // 2, but not below 0. Beyond the end a slice stops by itself.",
        "It is to hold channel i + n // 2 as well, so it ends one later.",
    ],
    why="VGG's authors measured no gain from it and left it out. ResNet normalises over the batch instead.",
)
def response_norm(a, n, k, alpha, beta):
    result = np.zeros(len(a))
    for i in range(len(a)):
        neighbours = a[max(i - n // 2, 0) : i + n // 2 + 1]
        result[i] = a[i] / (k + alpha * np.sum(neighbours**2)) ** beta
    return result


def keras():
    """Keras, loaded only when a model is built."""
    from dlsheet.backend import keras

    return keras


def no_arguments():
    """No arguments at all: the model is always the same."""
    yield ()


def by_function(model):
    """What a model computes, however it is written: its kernels, and its answer once all weights are given.

    The weights are set kind by kind, in the order in which the model has them: the first kernel, the second, …. Each
    comes from a generator of its own, so that a missing one changes no other. Biases in front of a normalisation
    change nothing, and may be there or not: all are 0 but those of the ten classes.
    """
    if not isinstance(model, keras().Model):
        return {"returns": type(model).__name__}
    images = np.random.default_rng(14).random((2, 32, 32, 1)).astype("float32")
    if not model.built:
        model(images)
    kernels, counts = [], {}
    for variable in model.weights:
        kind, shape = variable.name, tuple(variable.shape)
        counts[kind] = counts.get(kind, 0) + 1
        rng = np.random.default_rng([len(kind), 0 if kind == "bias" else counts[kind]])
        value = rng.uniform(0.5, 1.5, shape) if kind in ("gamma", "moving_variance") else rng.uniform(-0.5, 0.5, shape)
        if kind == "kernel":
            kernels.append("×".join(map(str, shape)))
            value = 4 * value / np.sqrt(np.prod(shape[:-1]))
        variable.assign(np.zeros(shape) if kind == "bias" and shape != (10,) else value)
    answers = np.asarray(model(images, training=False), float)
    return {
        "returns": "a keras.Model",
        "kernels": ", ".join(kernels),
        "normalisations": counts.get("gamma", 0),
        "shape of the answers to two images": list(answers.shape),
        "sum of an answer": round(float(answers[0].sum()), 3),
        "answer with given weights": answers[0].round(4).tolist(),
    }


def build_pattern(
    filters=(16, 32, 64), kernel=3, padding="same", pool="max", head="mean", order="norm relu", last="softmax"
):
    """The exercise's model, or one of its mistakes."""
    layers = keras().layers
    pools = {"max": layers.MaxPooling2D, "mean": layers.AveragePooling2D}
    heads = {"mean": layers.GlobalAveragePooling2D, "max": layers.GlobalMaxPooling2D, "flat": layers.Flatten}
    image = x = keras().Input((32, 32, 1))
    for group, count in enumerate(filters):
        if group and pool:
            x = pools[pool](2)(x)
        x = layers.Conv2D(count, kernel, padding=padding)(x)
        for part in order.split():
            x = layers.BatchNormalization()(x) if part == "norm" else layers.ReLU()(x)
    return keras().Model(image, layers.Dense(10, activation=last)(heads[head]()(x)))


@exercise(
    inputs=no_arguments,
    compared_by=by_function,
    mistakes={
        "Your channels shrink with the image. By the pattern they grow where it gets smaller.": lambda: build_pattern(
            (64, 32, 16)
        ),
        "Your channels stay the same. By the pattern they double where the side halves.": lambda: build_pattern(
            (16, 16, 16)
        ),
        "Nothing halves the image: put a pool between the groups.": lambda: build_pattern(pool=None),
        "Your pools between the groups take the mean. Asked for is the maximum.": lambda: build_pattern(pool="mean"),
        "Your kernels are 5 × 5. Asked for is 3 × 3.": lambda: build_pattern(kernel=5),
        "Flatten makes the dense layer depend on the image's size. Asked for is the mean of each map.": (
            lambda: build_pattern(head="flat")
        ),
        "Your head takes the maximum of each map. Asked for is the mean.": lambda: build_pattern(head="max"),
        "ReLU comes before the norm in your groups. Asked for is convolution, norm, ReLU.": (
            lambda: build_pattern(order="relu norm")
        ),
        "There is no normalisation in your groups.": lambda: build_pattern(order="relu"),
        "There is no ReLU in your groups. Without it each group is linear.": lambda: build_pattern(order="norm"),
        "Your convolutions shrink the image as well. Pad them, and leave the shrinking to the pools.": (
            lambda: build_pattern(padding="valid")
        ),
        "What comes out are no probabilities: the last layer has no softmax.": lambda: build_pattern(last=None),
        "You returned a tensor. keras.Model(image, output) makes a model of it.": lambda: build_pattern().output,
    },
    hints=[
        "A loop over (16, 32, 64) builds the groups; all but the first begin with MaxPooling2D(2).",
        "Conv2D(count, 3, padding='same'), then BatchNormalization(), then ReLU().",
        "The head is GlobalAveragePooling2D() and Dense(10, activation='softmax').",
    ],
    why="With these few lines as a start, a network for new images is a matter of how many groups, and how wide.",
)
def pattern_cnn():
    import keras
    from keras import layers

    image = x = keras.Input((32, 32, 1))
    for count in (16, 32, 64):
        if count > 16:
            x = layers.MaxPooling2D(2)(x)
        x = layers.Conv2D(count, 3, padding="same")(x)
        x = layers.BatchNormalization()(x)
        x = layers.ReLU()(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, layers.Dense(10, activation="softmax")(x))
