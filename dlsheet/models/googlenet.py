"""GoogLeNet: inception modules, and two auxiliary heads that feed gradient into the middle. Ledger: deep_cnn.googlenet.

Szegedy et al. (2015), table 1 and section 5.
"""

from dlsheet.arguments import image_shape, narrowed, whole_number
from dlsheet.backend import keras

layers = keras.layers

# module: filters of 1×1; before and of 3×3; before and of 5×5; of 1×1 behind the pool
INCEPTION = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}
AUXILIARY = {"4a": "auxiliary_1", "4d": "auxiliary_2"}  # module: the head that reads it


def googlenet(input_shape=(224, 224, 3), n_classes=1000, width=1.0):
    """GoogLeNet (Inception v1): 22 layers; 13,378,280 parameters, 6,998,552 without the auxiliary heads.

    Variant: no local response normalization.
    input_shape: (height, width, channels), at least 65×65 pixels. width: share of the filters and units.
    Returns an uncompiled model from images to {"probabilities", "auxiliary_1", "auxiliary_2"}, each (n, n_classes).
    training.compile_classifier gives the auxiliary losses the weight 0.3, as in the paper; for use, take
    "probabilities". Raises ValueError for arguments that cannot work.
    """
    shape = image_shape(input_shape, 65, why="the auxiliary heads need 5×5 places after four halvings")
    n_classes, scaled = whole_number("n_classes", n_classes, smallest=2), narrowed(width)
    image = keras.Input(shape, name="image")
    outputs = {}
    x = _conv(image, scaled(64), 7, "conv1", strides=2)
    x = layers.MaxPooling2D(3, strides=2, padding="same", name="pool1")(x)
    x = _conv(x, scaled(64), 1, "conv2_reduce")
    x = _conv(x, scaled(192), 3, "conv2")
    x = layers.MaxPooling2D(3, strides=2, padding="same", name="pool2")(x)
    for module, filters in INCEPTION.items():
        x = _inception(x, [scaled(count) for count in filters], f"inception_{module}")
        if module in AUXILIARY:
            name = AUXILIARY[module]
            outputs[name] = _auxiliary_head(x, n_classes, scaled, name)
        if module in ("3b", "4e"):
            x = layers.MaxPooling2D(3, strides=2, padding="same", name=f"pool_{module}")(x)
    x = layers.GlobalAveragePooling2D(name="average")(x)
    x = layers.Dropout(0.4, name="dropout")(x)
    outputs["probabilities"] = layers.Dense(n_classes, activation="softmax", name="probabilities")(x)
    return keras.Model(image, outputs, name="googlenet")


def _conv(x, filters, kernel_size, name, strides=1):
    return layers.Conv2D(
        filters,
        kernel_size,
        strides=strides,
        padding="same",
        activation="relu",
        kernel_initializer="he_normal",
        name=name,
    )(x)


def _inception(x, filters, name):
    """Four views of the same maps, side by side; 1×1 convolutions make the wide ones cheap."""
    ones, reduce3, threes, reduce5, fives, pooled = filters
    one = _conv(x, ones, 1, f"{name}_1x1")
    three = _conv(x, reduce3, 1, f"{name}_3x3_reduce")
    three = _conv(three, threes, 3, f"{name}_3x3")
    five = _conv(x, reduce5, 1, f"{name}_5x5_reduce")
    five = _conv(five, fives, 5, f"{name}_5x5")
    pool = layers.MaxPooling2D(3, strides=1, padding="same", name=f"{name}_pool")(x)
    pool = _conv(pool, pooled, 1, f"{name}_pool_project")
    return layers.Concatenate(name=name)([one, three, five, pool])


def _auxiliary_head(x, n_classes, scaled, name):
    x = layers.AveragePooling2D(5, strides=3, name=f"{name}_pool")(x)
    x = _conv(x, scaled(128), 1, f"{name}_conv")
    x = layers.Flatten(name=f"{name}_flat")(x)
    x = layers.Dense(scaled(1024), activation="relu", name=f"{name}_hidden")(x)
    x = layers.Dropout(0.7, name=f"{name}_dropout")(x)
    return layers.Dense(n_classes, activation="softmax", name=name)(x)
