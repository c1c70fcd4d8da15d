"""Random transforms of images: Keras's ImageDataGenerator with the sheet's ranges, and a faster engine beside it.

Both turn, shift, shear, zoom and flip each image by amounts drawn anew in every pass. Keras resamples one channel of
one image at a time with SciPy. The fast engine multiplies an image's transforms into one matrix and resamples a batch
in one call. Threads prepare the next batches while the model trains on this one.

What the sheet's names hide, in both engines:
- shear_range is in degrees, like rotation_range: the sheet's 0.2 moves no pixel of a 32×32 image by even 0.1 pixels.
- Keras composes its matrices for (column, row) and fills them in for (row, column). So height_shift_range moves images
  sideways, width_shift_range up and down, and a non-square image turns about a point beside its centre. On square
  images with two equal shift ranges, as on the sheet, nothing of this shows.

Ledger: keras_cnn.augmentation.
"""

import inspect
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from numbers import Integral

import numpy as np

from dlsheet.arguments import whole_number
from dlsheet.backend import keras  # before TensorFlow, whose start it silences

# isort: split
import tensorflow as tf
from tensorflow.keras.preprocessing.image import ImageDataGenerator

SHEET_RANGES = {
    "rotation_range": 20,  # degrees either way
    "width_shift_range": 0.2,  # of the image's size, either way; a whole number: pixels
    "height_shift_range": 0.2,
    "horizontal_flip": True,  # one image in two
    "shear_range": 0.2,  # degrees either way
    "zoom_range": 0.2,  # by 0.8 to 1.2, rows and columns each for itself; or a pair (lowest, highest)
    "fill_mode": "nearest",
}
FILL_MODES = ("nearest", "constant", "reflect")  # the fast engine's
THREADS = {"fast": 3, "keras": 1}  # Python lets only one thread at a time through Keras's loop


def image_generator(**ranges):
    """Keras's ImageDataGenerator with the sheet's ranges.

    ranges: parameters of ImageDataGenerator; one that is given takes the place of the sheet's, see SHEET_RANGES.
    Raises ValueError for a parameter that it does not have and for an amount that makes no sense.
    """
    for name in ranges:
        _check_choice("range", name, inspect.signature(ImageDataGenerator).parameters)
    ranges = SHEET_RANGES | ranges
    for name in ("rotation_range", "shear_range", "zoom_range", "width_shift_range", "height_shift_range"):
        _check_amount(name, ranges[name])
    _check_choice("horizontal_flip", ranges["horizontal_flip"], (True, False))
    _check_choice("fill_mode", ranges["fill_mode"], (*FILL_MODES, "wrap"))
    return ImageDataGenerator(**ranges)


def augmented_batches(x, y, batch_size, engine="fast", seed=None, **ranges):
    """Shuffled batches of randomly transformed images, for a training loop or for `model.fit`.

    x: (n, height, width, channels) numbers; y: (n, …) labels.
    engine: "fast", which has the ranges of SHEET_RANGES, or "keras", which has all of ImageDataGenerator's.
    seed: a whole number that decides order and transforms of every pass, in any process and with either engine; None
        draws one.
    ranges: as for `image_generator`.
    Returns AugmentedBatches. Raises ValueError for any other input, before work starts.
    """
    x, y = np.asarray(x), np.asarray(y)
    _check_data(x, y)
    batch_size = whole_number("batch_size", batch_size)
    seed = None if seed is None else whole_number("seed", seed, smallest=0)
    _check_choice("engine", engine, THREADS)
    generator = image_generator(**ranges)
    if engine == "keras":
        if generator.featurewise_center:
            raise ValueError("Means over the data need fit(): use image_generator(…), its fit(x) and its flow(x, y).")
        render = partial(_keras_images, generator)
    else:
        extra = ", ".join(name for name in ranges if name not in SHEET_RANGES)
        if extra:
            raise ValueError(f"The fast engine has {', '.join(SHEET_RANGES)}; for {extra} use engine='keras'.")
        _check_choice("fill_mode", generator.fill_mode, FILL_MODES)
        render = partial(transform_images, fill_mode=generator.fill_mode)
    return AugmentedBatches(x, y, batch_size, generator, render, THREADS[engine], seed)


class AugmentedBatches(keras.utils.PyDataset):
    """Batches (images float32, labels) in NumPy arrays; len() of them show every row once: a pass.

    Iterating gives one pass; iterating again gives the next, with another order and other transforms.
    `model.fit` instead asks for batches by number, in an order of its own unless shuffle=False. There the next pass
    begins after the epoch in which the last batch of this one was given.
    """

    def __init__(self, x, y, batch_size, generator, render, threads, seed):
        super().__init__()
        self._x, self._y, self._batch_size = x, y, batch_size
        self._generator, self._render, self._threads = generator, render, threads
        self._seeds = np.random.SeedSequence(seed)
        self._pass, self._given = None, set()  # where `fit` is

    def __len__(self):
        return -(-len(self._x) // self._batch_size)

    def __iter__(self):
        this_pass = self._begin_pass()
        with ThreadPoolExecutor(self._threads) as pool:
            ahead = deque()
            for index in range(len(self)):
                ahead.append(pool.submit(self._batch, this_pass, index))
                if len(ahead) > self._threads:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()

    def __getitem__(self, index):
        index = range(len(self))[index]
        if self._pass is None:
            self._pass = self._begin_pass()
        self._given.add(index)
        return self._batch(self._pass, index)

    def on_epoch_end(self):
        if len(self._given) == len(self):
            self._pass, self._given = self._begin_pass(), set()

    def _begin_pass(self):
        rng = np.random.default_rng(self._seeds.spawn(1)[0])
        n, *image_shape = self._x.shape
        return rng.permutation(n), draw_transforms(self._generator, n, image_shape, rng)

    def _batch(self, this_pass, index):
        order, transforms = this_pass
        rows = order[index * self._batch_size : (index + 1) * self._batch_size]
        return self._render(self._x[rows], transforms[rows]), self._y[rows]


def draw_transforms(generator, n, image_shape, rng):
    """What ImageDataGenerator.get_random_transform draws, for n images at a time and from a generator of one's own.

    generator: an ImageDataGenerator; image_shape: (height, width, channels); rng: a NumPy Generator.
    Returns (n,) records with Keras's names: theta and shear in degrees, tx and ty in pixels, zx and zy as the share of
    the image that is seen (above 1 it shrinks), flip_horizontal; and what else the generator has a range for.
    """
    height, width = (image_shape[axis - 1] for axis in (generator.row_axis, generator.col_axis))
    drawn = {
        "theta": generator.rotation_range * rng.uniform(-1, 1, n),
        "tx": _draw_shifts(generator.height_shift_range, height, n, rng),
        "ty": _draw_shifts(generator.width_shift_range, width, n, rng),
        "shear": generator.shear_range * rng.uniform(-1, 1, n),
        "zx": rng.uniform(*sorted(generator.zoom_range), n),
        "zy": rng.uniform(*sorted(generator.zoom_range), n),
        "flip_horizontal": generator.horizontal_flip * (rng.random(n) < 0.5),
    }
    if generator.vertical_flip:
        drawn["flip_vertical"] = rng.random(n) < 0.5
    if generator.channel_shift_range:
        drawn["channel_shift_intensity"] = generator.channel_shift_range * rng.uniform(-1, 1, n)
    if generator.brightness_range is not None:
        drawn["brightness"] = rng.uniform(*sorted(generator.brightness_range), n)
    return np.rec.fromarrays(list(drawn.values()), names=list(drawn))


def _draw_shifts(shift, size, n, rng):
    """(n,) pixels. As in Keras a whole number or a list is chosen from, and amounts below 1 are shares of the size."""
    if not np.any(shift):
        return np.zeros(n)
    if np.ndim(shift) or isinstance(shift, Integral):
        drawn = rng.choice(shift, n) * rng.choice([-1.0, 1.0], n)
    else:
        drawn = shift * rng.uniform(-1, 1, n)
    return drawn * size if np.max(shift) < 1 else drawn


def transform_images(x, transforms, fill_mode="nearest"):
    """What ImageDataGenerator.apply_transform makes of each image of x, for a batch at a time.

    x: (n, height, width, channels); transforms: (n,) records as from `draw_transforms`.
    fill_mode: what lies outside an image: "nearest" its edge, "constant" zeros, "reflect" its mirror image.
    Returns (n, height, width, channels) float32, within 5e-7 · (larger side) · (largest difference of two pixels) of
    Keras's, because TensorFlow computes positions in float32 and SciPy in float64.
    """
    x = np.asarray(x)
    _check_images(x)
    _check_choice("fill_mode", fill_mode, FILL_MODES)
    if len(transforms) != len(x):
        raise ValueError(f"There are {len(x)} images and {len(transforms)} transforms: expected one for each image.")
    height, width = x.shape[1:3]
    flip = transforms["flip_horizontal"].astype(bool)
    matrices = _matrices(transforms, height, width)
    flips = _affine(1 - 2 * flip, 0, flip * (width - 1), 0, 1, 0)
    with tf.device("CPU:0"):
        images = tf.raw_ops.ImageProjectiveTransformV3(
            images=x.astype("float32", copy=False),
            transforms=(matrices @ flips).reshape(-1, 9)[:, :8].astype("float32"),
            output_shape=(height, width),
            interpolation="BILINEAR",
            fill_mode=fill_mode.upper(),
            fill_value=0.0,
        ).numpy()
    if fill_mode == "constant":  # TensorFlow blends the edge into the zeros around it; SciPy does not
        inside = _inside(matrices, height, width)
        images *= np.where(flip[:, None, None], inside[:, :, ::-1], inside)[..., None]
    return images


def _matrices(transforms, height, width):
    """(n, 3, 3) matrices: (column, row, 1) of a pixel of the result, before its flip, to the place it is read from."""
    theta, shear = np.deg2rad(transforms["theta"]), np.deg2rad(transforms["shear"])
    centre = (height - 1) / 2, (width - 1) / 2  # as Keras has it, which takes it for (row, column)
    return (
        _affine(1, 0, centre[0], 0, 1, centre[1])
        @ _affine(np.cos(theta), -np.sin(theta), 0, np.sin(theta), np.cos(theta), 0)
        @ _affine(1, 0, transforms["tx"], 0, 1, transforms["ty"])
        @ _affine(1, -np.sin(shear), 0, 0, np.cos(shear), 0)
        @ _affine(transforms["zx"], 0, 0, 0, transforms["zy"], 0)
        @ _affine(1, 0, -centre[0], 0, 1, -centre[1])
    )


def _affine(*first_rows):
    """(n, 3, 3) matrices from the six entries of their first two rows, each a number or (n,) numbers."""
    return np.stack(np.broadcast_arrays(*first_rows, 0.0, 0.0, 1.0), axis=-1).reshape(-1, 3, 3)


def _inside(matrices, height, width):
    """(n, height, width): is the pixel read from within the image? In float64 and in SciPy's order of adding."""
    rows, columns = np.indices((height, width))
    matrices = matrices[..., None, None]
    column, row = (matrices[:, i, 2] + matrices[:, i, 1] * rows + matrices[:, i, 0] * columns for i in (0, 1))
    return (column >= 0) & (column <= width - 1) & (row >= 0) & (row <= height - 1)


def _keras_images(generator, images, transforms):
    """The same by ImageDataGenerator, one image at a time, with its rescaling and so on."""
    moved = (
        generator.apply_transform(image, dict(zip(transforms.dtype.names, transform)))
        for image, transform in zip(images.astype("float32"), transforms)
    )
    return np.array([generator.standardize(image) for image in moved], "float32")


def _check_choice(name, given, choices):
    if given not in tuple(choices):
        raise ValueError(f"{name}={given!r}: expected one of {', '.join(map(repr, choices))}.")


def _check_amount(name, given):
    amount = np.asarray(given)
    fits, expected = amount.ndim == 0, "a number"
    if name == "zoom_range":
        fits, expected = amount.shape in ((), (2,)), "a number or a pair (lowest, highest)"
    elif "shift" in name:
        fits, expected = amount.ndim < 2 and amount.size, "a number or a list of them"
    if not fits or amount.dtype.kind not in "iuf" or not np.all((amount >= 0) & (amount < np.inf)):
        raise ValueError(f"{name}={given!r}: expected {expected}, finite and not negative.")


def _check_images(x):
    if x.ndim != 4 or x.size == 0 or x.dtype.kind not in "biuf":
        raise ValueError(
            f"x has shape {x.shape} and type {x.dtype}: expected numbers in the shape (n, height, width, channels), "
            "at least one of each. Give grey images a last axis: x[..., None]."
        )


def _check_data(x, y):
    _check_images(x)
    if y.ndim == 0 or len(x) != len(y):
        raise ValueError(f"x has shape {x.shape} and y has shape {y.shape}: expected one label for each image.")
    for name, values in (("x", x), ("y", y)):
        if values.dtype.kind == "f" and not np.isfinite([values.min(), values.max()]).all():
            raise ValueError(
                f"{name} holds NaN or infinity: expected finite numbers. Drop those rows, or fill them in."
            )
