"""Exercises of notebook 14, deep CNNs."""

import math

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
        "You counted the pools. There is nothing to learn in them.": (
            lambda kinds: sum(kind in ("conv", "dense", "pool") for kind in kinds)
        ),
    },
    hints=["Which of these kinds have a kernel?", "Count 'conv' and 'dense'."],
    why="ResNet-50 has 177 layers in Keras and 50 by this count.",
)
def learned_layers(kinds):
    return sum(kind in ("conv", "dense") for kind in kinds)


def kernel_stacks():
    """(kernels,): VGG's stacks, then random ones."""
    rng = np.random.default_rng(15)
    yield from [([3],), ([3, 3],), ([3, 3, 3],), ([1, 5],), ([11, 5, 3],)]
    yield from ((rng.integers(1, 8, n).tolist(),) for n in rng.integers(1, 6, 30))


@exercise(
    inputs=kernel_stacks,
    mistakes={
        "You added the sizes up. They overlap: each further one adds its size less 1.": lambda kernels: sum(kernels),
        "The 1 is missing: without any layer, an output still sees its own pixel.": (
            lambda kernels: sum(kernel - 1 for kernel in kernels)
        ),
        "You multiplied. That would be strides, which jump; these kernels move by one pixel.": lambda kernels: (
            math.prod(kernels)
        ),
        "That is the largest kernel. The layers behind it see further than one place of it.": lambda kernels: max(
            kernels
        ),
        "You counted one side only. A kernel of 3 adds a pixel on the left and one on the right.": (
            lambda kernels: 1 + sum(kernel // 2 for kernel in kernels)
        ),
    },
    hints=[
        "One 3×3 kernel sees 3 pixels along a side. Behind it, a second one sees three such views, one pixel apart.",
        "Start with 1 and ask what each kernel adds.",
    ],
    why="Three 3×3 kernels see as much as one 7×7 kernel, with 27 weights in place of 49.",
)
def seen_by_stack(kernels):
    return 1 + sum(kernel - 1 for kernel in kernels)


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


def linear_blocks():
    """(upstream, kernels): one block with a kernel that is not symmetric, then random chains."""
    rng = np.random.default_rng(17)
    yield np.array([1.0, 0.0]), [np.array([[0.0, 1.0], [2.0, 0.0]])]
    yield np.array([1.0, 2.0]), [np.array([[1.0, 1.0], [0.0, 1.0]]), np.array([[0.0, 1.0], [1.0, 2.0]])]
    for depth in (1, 2, 3, 5):
        n = int(rng.integers(2, 5))
        yield rng.normal(size=n).round(1), list(rng.normal(size=(depth, n, n)).round(1))


def carried_back(upstream, kernels, step):
    for kernel in reversed(kernels):
        upstream = step(upstream, kernel)
    return upstream


@exercise(
    inputs=linear_blocks,
    mistakes={
        "That is a plain network: the gradient that goes around the block is missing.": lambda upstream, kernels: (
            carried_back(upstream, kernels, lambda da, kernel: da @ kernel.T)
        ),
        "Forwards it is x W; backwards it is the gradient times W transposed.": lambda upstream, kernels: carried_back(
            upstream, kernels, lambda da, kernel: da + da @ kernel
        ),
        "That is only what goes around. The blocks themselves pass some gradient on, too.": (
            lambda upstream, kernels: upstream
        ),
        "You went through the blocks from the first to the last. Backwards, the last one comes first.": (
            lambda upstream, kernels: carried_back(upstream, kernels[::-1], lambda da, kernel: da + da @ kernel.T)
        ),
        "One way around all blocks together is not enough: each block has a way around of its own.": (
            lambda upstream, kernels: upstream + carried_back(upstream, kernels, lambda da, kernel: da @ kernel.T)
        ),
    },
    hints=[
        "What is the derivative of x + x W with respect to x, for one block?",
        "For one block: upstream + upstream @ W.T. Then the block before it.",
    ],
    why="Multiplied out, the gradient is a sum over all ways through the network, the short ones among them.",
)
def highway_gradient(upstream, kernels):
    for kernel in reversed(kernels):
        upstream = upstream + upstream @ kernel.T
    return upstream


def keras():
    """Keras, loaded only when a model is built."""
    from dlsheet.backend import keras

    return keras


def no_arguments():
    """No arguments at all: the model is always the same."""
    yield ()


def in_a_word(layer):
    """A layer as the pattern sees it."""
    kind = type(layer).__name__
    activation = getattr(getattr(layer, "activation", None), "__name__", "")
    if kind == "Conv2D":
        sides = "×".join(map(str, layer.kernel_size))
        return f"conv {sides} to {layer.filters}" + f", {activation}" * (activation != "linear")
    if kind == "Dense":
        return f"dense {layer.units}, {activation}"
    if kind in ("ReLU", "Activation"):
        return activation or "relu"
    return {"BatchNormalization": "norm", "MaxPooling2D": "pool", "GlobalAveragePooling2D": "mean"}.get(kind, kind)


def by_layers(model):
    """What a chain of layers is judged by: the layers in order, the sides of the maps, what goes in and comes out."""
    if not isinstance(model, keras().Model):
        return {"returns": type(model).__name__}
    hidden = [layer for layer in model.layers if type(layer).__name__ != "InputLayer"]
    convolutions = [layer for layer in hidden if type(layer).__name__ == "Conv2D"]
    return {
        "returns": "a keras.Model",
        "input": list(model.input_shape),
        "output": list(model.output_shape),
        "layers": [in_a_word(layer) for layer in hidden],
        "sides behind the convolutions": [layer.output.shape[1] for layer in convolutions],
    }


def build_pattern(filters=(16, 32, 64), padding="same", pools=True, head="mean", order="norm relu", last="softmax"):
    """The exercise's model, or one of its mistakes."""
    layers = keras().layers
    image = x = keras().Input((32, 32, 1))
    for group, count in enumerate(filters):
        if group and pools:
            x = layers.MaxPooling2D(2)(x)
        x = layers.Conv2D(count, 3, padding=padding)(x)
        for part in order.split():
            x = layers.BatchNormalization()(x) if part == "norm" else layers.Activation("relu")(x)
    x = layers.GlobalAveragePooling2D()(x) if head == "mean" else layers.Flatten()(x)
    return keras().Model(image, layers.Dense(10, activation=last)(x))


@exercise(
    inputs=no_arguments,
    compared_by=by_layers,
    mistakes={
        "Your channels shrink with the image. By the pattern they grow where it gets smaller.": lambda: build_pattern(
            (64, 32, 16)
        ),
        "Your channels stay the same. By the pattern they double where the side halves.": lambda: build_pattern(
            (16, 16, 16)
        ),
        "Nothing halves the image: put a pool between the groups.": lambda: build_pattern(pools=False),
        "Flatten makes the dense layer depend on the image's size. Asked for is the mean of each map.": (
            lambda: build_pattern(head="flat")
        ),
        "ReLU comes before the norm in your groups. Asked for is convolution, norm, ReLU.": lambda: build_pattern(
            order="relu norm"
        ),
        "There is no normalisation in your groups.": lambda: build_pattern(order="relu"),
        "Your convolutions shrink the image as well. Pad them, and leave the shrinking to the pools.": (
            lambda: build_pattern(padding="valid")
        ),
        "What comes out are no probabilities: the last layer has no softmax.": lambda: build_pattern(last=None),
    },
    hints=[
        "A loop over (16, 32, 64) builds the groups; all but the first begin with MaxPooling2D(2).",
        "Conv2D(count, 3, padding='same'), then BatchNormalization(), then Activation('relu').",
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
        x = layers.Activation("relu")(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, layers.Dense(10, activation="softmax")(x))
