"""Three augmentations with the sheet's ranges, alone and in training."""

import numpy as np

from dlsheet.augmentation import SHEET_RANGES, augmented_batches, image_generator
from dlsheet.backend import keras
from dlsheet.bench.clock import medians
from dlsheet.models import two_branch_cnn

BATCH = 128  # the sheet's


def measure():
    """Print images a second of three augmentations with the sheet's ranges, and the seconds of an epoch with each.

    A pass or an epoch is 2,560 random 32×32×3 images in batches of 128. About a minute on two cores.
    Five sixths of the fast engine's time is TensorFlow's resampling, which finds a pixel's place anew for each channel;
    what an epoch can gain is limited by the network's own time, the last line.
    Ledger: keras_cnn.augmentation.
    """
    rng = np.random.default_rng(0)
    x = rng.random((20 * BATCH, 32, 32, 3), dtype="float32")
    y = rng.integers(10, size=len(x))
    plain_batches = [(x[start : start + BATCH], y[start : start + BATCH]) for start in range(0, len(x), BATCH)]
    flow = image_generator().flow(x, y, BATCH)
    slow, fast = (augmented_batches(x, y, BATCH, engine) for engine in ("keras", "fast"))
    random_layers = _random_layers()
    cnn, augmenting_cnn = two_branch_cnn(), keras.Sequential([random_layers, two_branch_cnn()])
    for model in (cnn, augmenting_cnn):
        model.compile("adam", "sparse_categorical_crossentropy")

    alone = medians(
        {
            "ImageDataGenerator": lambda: [flow[index] for index in range(len(flow))],
            "Keras's random layers": lambda: [random_layers.predict_on_batch(images) for images, _ in plain_batches],
            "fast engine": lambda: list(fast),
        },
        rounds=9,
    )
    epoch = medians(
        {
            "ImageDataGenerator": lambda: [cnn.train_on_batch(*batch) for batch in slow],
            "Keras's random layers": lambda: [augmenting_cnn.train_on_batch(*batch) for batch in plain_batches],
            "fast engine": lambda: [cnn.train_on_batch(*batch) for batch in fast],
            "no augmentation": lambda: [cnn.train_on_batch(*batch) for batch in plain_batches],
        },
        rounds=5,
    )

    print(f"{'':22}{'images/s':>10}{'ratio':>7}{'CNN epoch':>12}{'ratio':>7}")
    for name in epoch:
        speed = f"{len(x) / alone[name]:10,.0f}{_ratio(alone, name):7.1f}" if name in alone else f"{'–':>10}{'–':>7}"
        print(f"{name:22}{speed}{epoch[name]:10.2f} s{_ratio(epoch, name):7.1f}")
    print("ratio: how many times as fast as ImageDataGenerator")


def _random_layers():
    """A model of Keras's random layers with the sheet's ranges, random in prediction too."""
    fill = {"fill_mode": SHEET_RANGES["fill_mode"]}
    zoom = SHEET_RANGES["zoom_range"]
    chain = [
        keras.layers.RandomRotation(SHEET_RANGES["rotation_range"] / 360, **fill),
        keras.layers.RandomTranslation(SHEET_RANGES["height_shift_range"], SHEET_RANGES["width_shift_range"], **fill),
        keras.layers.RandomShear(np.tan(np.deg2rad(SHEET_RANGES["shear_range"])), **fill),
        keras.layers.RandomZoom(zoom, zoom, **fill),
        keras.layers.RandomFlip("horizontal"),
    ]

    def augment(images):
        for layer in chain:
            images = layer(images, training=True)
        return images

    return keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Lambda(augment)])


def _ratio(seconds, name):
    return seconds["ImageDataGenerator"] / seconds[name]
