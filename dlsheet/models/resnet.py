"""ResNet-50: what a block computes is added to its input, so the gradient has a way around it. Ledger: deep_cnn.resnet.

He, Zhang, Ren and Sun (2016).
"""

from dlsheet.arguments import image_shape, narrowed, whole_number
from dlsheet.backend import keras

layers = keras.layers


def resnet50(input_shape=(224, 224, 3), n_classes=1000, width=1.0):
    """ResNet-50: one convolution, 16 bottleneck blocks of three, one dense layer; 25,636,712 parameters.

    input_shape: (height, width, channels), at least 32×32 pixels. width: share of the filters.
    Layers are named as in keras.applications.ResNet50, whose weights fit one by one when width is 1; as there, the
    first convolution of a block takes the stride, and convolutions have biases, which batch normalization makes idle.
    Returns an uncompiled model from images to probabilities (n, n_classes).
    Raises ValueError for arguments that cannot work.
    """
    shape = image_shape(input_shape, 32, why="five strides of 2 halve it one after another")
    n_classes, scaled = whole_number("n_classes", n_classes, smallest=2), narrowed(width)
    image = keras.Input(shape, name="image")
    x = layers.ZeroPadding2D(3, name="conv1_pad")(image)
    x = _conv_norm(x, scaled(64), 7, 2, "conv1", padding="valid")
    x = layers.Activation("relu", name="conv1_relu")(x)
    x = layers.ZeroPadding2D(1, name="pool1_pad")(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool1_pool")(x)
    for stage, (blocks, filters) in enumerate(zip((3, 4, 6, 3), (64, 128, 256, 512)), 2):
        for block in range(1, blocks + 1):
            stride = 2 if block == 1 and stage > 2 else 1
            x = _bottleneck(x, scaled(filters), stride, block == 1, f"conv{stage}_block{block}")
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    probabilities = layers.Dense(n_classes, activation="softmax", name="predictions")(x)
    return keras.Model(image, probabilities, name="resnet50")


def _bottleneck(x, filters, stride, project, name):
    """1×1 to fewer maps, 3×3, 1×1 to four times as many, plus the input; a 1×1 convolution fits it if sizes change."""
    way_around = _conv_norm(x, 4 * filters, 1, stride, f"{name}_0") if project else x
    x = _conv_norm(x, filters, 1, stride, f"{name}_1")
    x = layers.Activation("relu", name=f"{name}_1_relu")(x)
    x = _conv_norm(x, filters, 3, 1, f"{name}_2")
    x = layers.Activation("relu", name=f"{name}_2_relu")(x)
    x = _conv_norm(x, 4 * filters, 1, 1, f"{name}_3")
    x = layers.Add(name=f"{name}_add")([way_around, x])
    return layers.Activation("relu", name=f"{name}_out")(x)


def _conv_norm(x, filters, kernel_size, stride, name, padding="same"):
    x = layers.Conv2D(
        filters,
        kernel_size,
        strides=stride,
        padding=padding,
        kernel_initializer="he_normal",
        name=f"{name}_conv",
    )(x)
    return layers.BatchNormalization(epsilon=1.001e-5, name=f"{name}_bn")(x)
