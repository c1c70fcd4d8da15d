"""The first deep CNNs: LeNet-5 (1998) and AlexNet (2012). Ledger: deep_cnn.lenet5, deep_cnn.alexnet."""

from dlsheet.arguments import image_shape, narrowed, whole_number
from dlsheet.backend import keras

layers = keras.layers


def lenet5(input_shape=(32, 32, 1), n_classes=10, width=1.0):
    """LeNet-5: two convolutions, each followed by sub-sampling, then three dense layers; 61,706 parameters.

    Variant: C3 sees all six maps, sub-sampling is a plain mean, the output is a softmax. In the paper C3 sees chosen
    maps, sub-sampling has weights and the output is a distance to fixed codes, which makes 60,000 parameters.
    input_shape: (height, width, channels), at least 16×16 pixels, the paper's is 32×32×1. width: share of the filters.
    Returns an uncompiled model from images to probabilities (n, n_classes).
    Raises ValueError for arguments that cannot work. LeCun, Bottou, Bengio and Haffner (1998).
    """
    shape = image_shape(input_shape, 16, why="two 5×5 kernels and two 2×2 pools follow one another")
    n_classes, scaled = whole_number("n_classes", n_classes, smallest=2), narrowed(width)
    image = keras.Input(shape, name="image")
    x = layers.Conv2D(scaled(6), 5, activation="tanh", name="c1")(image)
    x = layers.AveragePooling2D(2, name="s2")(x)
    x = layers.Conv2D(scaled(16), 5, activation="tanh", name="c3")(x)
    x = layers.AveragePooling2D(2, name="s4")(x)
    x = layers.Flatten(name="flat")(x)
    x = layers.Dense(scaled(120), activation="tanh", name="c5")(x)
    x = layers.Dense(scaled(84), activation="tanh", name="f6")(x)
    probabilities = layers.Dense(n_classes, activation="softmax", name="probabilities")(x)
    return keras.Model(image, probabilities, name="lenet5")


def alexnet(input_shape=(227, 227, 3), n_classes=1000, width=1.0):
    """AlexNet: five convolutions and three dense layers, ReLU and dropout; 62,378,344 parameters.

    Variant: one tower, no local response normalization. The paper splits the second, fourth and fifth convolution over
    two graphics cards, which makes 60,965,224 parameters. Its 224×224 pixels are 227×227 by its own arithmetic.
    input_shape: (height, width, channels), at least 67×67 pixels. width: share of the filters and units.
    Returns an uncompiled model from images to probabilities (n, n_classes).
    Raises ValueError for arguments that cannot work. Krizhevsky, Sutskever and Hinton (2012).
    """
    shape = image_shape(input_shape, 67, why="an 11×11 kernel with stride 4 and three 3×3 pools follow one another")
    n_classes, scaled = whole_number("n_classes", n_classes, smallest=2), narrowed(width)
    image = keras.Input(shape, name="image")
    x = layers.Conv2D(scaled(96), 11, strides=4, activation="relu", name="conv1")(image)
    x = layers.MaxPooling2D(3, strides=2, name="pool1")(x)
    x = layers.Conv2D(scaled(256), 5, padding="same", activation="relu", name="conv2")(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool2")(x)
    x = layers.Conv2D(scaled(384), 3, padding="same", activation="relu", name="conv3")(x)
    x = layers.Conv2D(scaled(384), 3, padding="same", activation="relu", name="conv4")(x)
    x = layers.Conv2D(scaled(256), 3, padding="same", activation="relu", name="conv5")(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool5")(x)
    x = layers.Flatten(name="flat")(x)
    x = layers.Dense(scaled(4096), activation="relu", name="fc6")(x)
    x = layers.Dropout(0.5, name="dropout6")(x)
    x = layers.Dense(scaled(4096), activation="relu", name="fc7")(x)
    x = layers.Dropout(0.5, name="dropout7")(x)
    probabilities = layers.Dense(n_classes, activation="softmax", name="probabilities")(x)
    return keras.Model(image, probabilities, name="alexnet")
