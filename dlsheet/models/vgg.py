"""VGG: nothing but 3×3 kernels, 16 or 19 layers deep. Ledger: deep_cnn.vgg. Simonyan and Zisserman (2015)."""

from dlsheet.arguments import image_shape, narrowed, whole_number
from dlsheet.backend import keras

layers = keras.layers


def vgg16(input_shape=(224, 224, 3), n_classes=1000, width=1.0):
    """VGG16 (configuration D): 13 convolutions and 3 dense layers; 138,357,544 parameters.

    input_shape: (height, width, channels), at least 32×32 pixels. width: share of the filters and units.
    Layers are named as in keras.applications.VGG16, whose weights fit one by one when width is 1.
    Returns an uncompiled model from images to probabilities (n, n_classes).
    Raises ValueError for arguments that cannot work.
    """
    return _vgg("vgg16", (2, 2, 3, 3, 3), input_shape, n_classes, width)


def vgg19(input_shape=(224, 224, 3), n_classes=1000, width=1.0):
    """VGG19 (configuration E): 16 convolutions and 3 dense layers; 143,667,240 parameters. Otherwise as vgg16."""
    return _vgg("vgg19", (2, 2, 4, 4, 4), input_shape, n_classes, width)


def _vgg(name, convolutions, input_shape, n_classes, width):
    shape = image_shape(input_shape, 32, why="five pools halve it one after another")
    n_classes, scaled = whole_number("n_classes", n_classes, smallest=2), narrowed(width)
    x = image = keras.Input(shape, name="image")
    for block, (count, filters) in enumerate(zip(convolutions, (64, 128, 256, 512, 512)), 1):
        for i in range(1, count + 1):
            x = layers.Conv2D(
                scaled(filters),
                3,
                padding="same",
                activation="relu",
                kernel_initializer="he_normal",
                name=f"block{block}_conv{i}",
            )(x)
        x = layers.MaxPooling2D(2, name=f"block{block}_pool")(x)
    x = layers.Flatten(name="flatten")(x)
    for i in (1, 2):
        x = layers.Dense(scaled(4096), activation="relu", kernel_initializer="he_normal", name=f"fc{i}")(x)
        x = layers.Dropout(0.5, name=f"dropout{i}")(x)
    probabilities = layers.Dense(n_classes, activation="softmax", name="predictions")(x)
    return keras.Model(image, probabilities, name=name)
