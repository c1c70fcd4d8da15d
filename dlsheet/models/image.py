"""Image classifiers. Ledger: keras_cnn.model."""

from dlsheet.arguments import image_shape, whole_number
from dlsheet.backend import keras

layers = keras.layers


def two_branch_cnn(input_shape=(32, 32, 3), n_classes=10):
    """The sheet's CNN: a branch of 3×3 kernels and one of 6×6 kernels look at the same image.

    input_shape: (height, width, channels), at least 7×7 pixels.
    Returns an uncompiled model from images (n, height, width, channels) to probabilities (n, n_classes).
    Raises ValueError for an input_shape or n_classes that cannot work.
    Ledger: keras_cnn.model.
    """
    shape = image_shape(input_shape, smallest=7, why="a 6×6 kernel and a 2×2 pool follow one another")
    n_classes = whole_number("n_classes", n_classes, smallest=2)
    image = keras.Input(shape, name="image")

    x = layers.Conv2D(32, kernel_size=3, activation="relu", name="fine_conv")(image)
    x = layers.Dropout(0.2, name="fine_dropout")(x)
    x = layers.MaxPooling2D(pool_size=2, name="fine_pool")(x)
    fine = layers.Flatten(name="fine")(x)

    x = layers.Conv2D(32, kernel_size=6, activation="relu", name="coarse_conv")(image)
    x = layers.Dropout(0.2, name="coarse_dropout")(x)
    x = layers.MaxPooling2D(pool_size=2, name="coarse_pool")(x)
    coarse = layers.Flatten(name="coarse")(x)

    x = layers.concatenate([fine, coarse], name="both")
    x = layers.Dense(100, activation="relu", name="hidden")(x)
    probabilities = layers.Dense(n_classes, activation="softmax", name="probabilities")(x)
    return keras.Model(image, probabilities, name="two_branch_cnn")
