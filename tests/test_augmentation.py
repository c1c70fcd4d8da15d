"""augmentation: the fast engine against ImageDataGenerator, and batches that a training loop can rely on."""

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import ks_2samp
from sklearn.datasets import load_digits

from dlsheet.augmentation import SHEET_RANGES, augmented_batches, draw_transforms, image_generator, transform_images
from dlsheet.backend import keras

ROOT = Path(__file__).parents[1]
STILL = {name: 0 for name in SHEET_RANGES if name.endswith("range")} | {"horizontal_flip": False}
ALONE = [{name: amount} for name, amount in SHEET_RANGES.items() if name != "fill_mode"]
LARGER = [
    {"shear_range": 40},
    {"zoom_range": (0.3, 2.5)},
    {"width_shift_range": 5},
    {"height_shift_range": [2, 45]},
    {"shear_range": 40, "horizontal_flip": True},
    {"rotation_range": 180, "shear_range": 50, "zoom_range": 0.9, "width_shift_range": 0.9, "horizontal_flip": True},
]


def digits(n):
    """Real handwritten digits, (n, 32, 32, 3) from 0 to 1."""
    small = load_digits().images[:n] / 16
    return np.repeat(np.kron(small, np.ones((4, 4)))[..., None], 3, axis=-1).astype("float32")


def random_images(n, height, width, channels):
    return np.random.default_rng(0).random((n, height, width, channels), dtype="float32")


IMAGES = {"digits": digits(40)} | {
    f"random {height}×{width}×{channels}": random_images(40, height, width, channels)
    for height, width, channels in [(32, 32, 3), (21, 40, 1), (31, 31, 4), (48, 9, 3)]
}


@pytest.mark.parametrize("fill_mode", ["nearest", "constant", "reflect"])
@pytest.mark.parametrize("ranges", [*ALONE, SHEET_RANGES, *LARGER], ids=str)
def test_both_engines_make_the_same_image_of_the_same_transform(ranges, fill_mode):
    """To 5e-7 of the side, times the contrast, which is 1 here: about 1e-5.

    TensorFlow computes a position on an image of side s in float32, to a few s·2⁻²⁴, and the value read there is off by
    that times the difference of two neighbours. With "constant", both decide in float64 whether it is on the image.
    """
    rng = np.random.default_rng(1)
    generator = image_generator(**STILL | ranges | {"fill_mode": fill_mode})
    for name, x in IMAGES.items():
        transforms = draw_transforms(generator, len(x), x.shape[1:], rng)
        named = [dict(zip(transforms.dtype.names, transform)) for transform in transforms]
        expected = np.stack([generator.apply_transform(*pair) for pair in zip(x, named)])
        images = transform_images(x, transforms, fill_mode)
        assert images.dtype == "float32"
        np.testing.assert_allclose(images, expected, rtol=0, atol=5e-7 * max(x.shape[1:3]), err_msg=name)


@pytest.mark.parametrize(
    "ranges",
    [
        {},
        STILL,
        {"width_shift_range": 3, "height_shift_range": 1},
        {"width_shift_range": 2.5, "height_shift_range": 1.0},
        {"width_shift_range": [1, 4], "height_shift_range": [0.1, 0.3]},
        {"zoom_range": [1.4, 0.7], "rotation_range": 90, "shear_range": 30, "horizontal_flip": False},
        {"vertical_flip": True, "channel_shift_range": 0.3, "brightness_range": (0.5, 1.5)},
    ],
    ids=str,
)
def test_transforms_are_drawn_as_keras_draws_them(ranges):
    n, shape = 3000, (20, 50, 3)
    generator = image_generator(**ranges)
    ours = draw_transforms(generator, n, shape, np.random.default_rng(0))
    np.random.seed(0)
    theirs = [generator.get_random_transform(shape) for _ in range(n)]
    assert not any(transform[name] for transform in theirs for name in transform.keys() - set(ours.dtype.names))
    for name in ours.dtype.names:
        drawn, expected = ours[name].astype(float), np.array([transform[name] for transform in theirs], float)
        assert ks_2samp(drawn, expected).pvalue > 1e-4, name
        assert np.ptp(drawn) == pytest.approx(np.ptp(expected), rel=0.02), name


def test_rows_and_columns_are_zoomed_apart():
    transforms = draw_transforms(image_generator(), 3000, (32, 32, 3), np.random.default_rng(0))
    assert abs(np.corrcoef(transforms["zx"], transforms["zy"])[0, 1]) < 0.1


def test_the_defaults_are_the_sheets_and_a_given_range_replaces_one():
    generator = image_generator(zoom_range=(0.5, 1.5), vertical_flip=True)
    assert (generator.rotation_range, generator.shear_range, generator.fill_mode) == (20, 0.2, "nearest")
    assert (generator.width_shift_range, generator.height_shift_range) == (0.2, 0.2)
    assert generator.horizontal_flip and generator.vertical_flip and generator.zoom_range == [0.5, 1.5]
    assert image_generator().zoom_range == [0.8, 1.2]


def numbered(n, size=8):
    """n images, each of one brightness, its number; and that number as the label."""
    return np.broadcast_to(np.arange(n, dtype="float32")[:, None, None, None], (n, size, size, 1)), np.arange(n)


@pytest.mark.parametrize("engine", ["fast", "keras"])
def test_a_pass_shows_every_row_once_with_its_own_label(engine):
    x, y = numbered(50)
    batches = augmented_batches(x, y, 16, engine, seed=3)
    passes = [list(batches) for _ in range(2)]
    for shown in passes:
        assert [len(labels) for _, labels in shown] == [16, 16, 16, 2] and len(batches) == 4
        for images, labels in shown:
            assert images.dtype == "float32" and images.shape == (len(labels), 8, 8, 1)
            np.testing.assert_allclose(images, x[labels], rtol=1e-6)
    orders = [np.concatenate([labels for _, labels in shown]) for shown in passes]
    assert sorted(orders[0]) == sorted(orders[1]) == list(y)
    assert not np.array_equal(orders[0], y) and not np.array_equal(*orders)


def digest(engine, seed):
    """A hash of the bits of two passes."""
    x = np.random.default_rng(0).random((30, 12, 12, 3))
    batches = augmented_batches(x, np.eye(30), 8, engine, seed)
    shown = [array.tobytes() for _ in range(2) for batch in batches for array in batch]
    return hashlib.sha256(b"".join(shown)).hexdigest()


@pytest.mark.parametrize("engine", ["fast", "keras"])
def test_a_seed_decides_the_passes_and_none_draws_one(engine):
    np.random.seed(1)
    first = digest(engine, 5)
    np.random.seed(2)
    assert digest(engine, 5) == first
    assert len({first, digest(engine, 6), digest(engine, None), digest(engine, None)}) == 4


def test_the_same_seed_gives_the_same_bits_in_another_process():
    code = "from tests.test_augmentation import digest; print(digest('fast', 5), digest('keras', 5))"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert other.stdout.split() == [digest("fast", 5), digest("keras", 5)]


@pytest.mark.parametrize("engine", ["fast", "keras"])
def test_numpys_global_random_state_is_left_alone(engine):
    before = np.random.get_state()[1:3]
    list(augmented_batches(*numbered(20), 7, engine, seed=0))
    np.testing.assert_equal(np.random.get_state()[1:3], before)


def test_the_keras_engine_has_everything_that_image_data_generator_has():
    given = STILL | {"brightness_range": (0.7, 0.7), "rescale": 0.5, "fill_mode": "wrap"}
    x = np.random.default_rng(0).integers(256, size=(5, 8, 8, 3), dtype="uint8")
    darker = [image_generator(**given).apply_transform(image.astype("float32"), {"brightness": 0.7}) for image in x]
    ((images, rows),) = augmented_batches(x, range(5), 5, "keras", **given)
    np.testing.assert_array_equal(images, 0.5 * np.array(darker)[rows])


def test_with_the_same_seed_both_engines_give_the_same_batches():
    fast, slow = (augmented_batches(digits(50), np.arange(50), 16, engine, seed=4) for engine in ("fast", "keras"))
    for _ in range(2):
        for (images, labels), (expected, expected_labels) in zip(fast, slow, strict=True):
            np.testing.assert_array_equal(labels, expected_labels)
            np.testing.assert_allclose(images, expected, rtol=0, atol=5e-7 * 32)


class Recorder(keras.Model):
    """Learns nothing; keeps the labels that `fit` shows it."""

    def train_step(self, data):
        self.epochs[-1].extend(np.asarray(data[1]))
        return {"loss": 0.0}


def labels_seen(batches, **options):
    """The labels in the order in which `fit` asked for them, a list an epoch."""
    model = Recorder()
    model.epochs = []
    model.compile(run_eagerly=True)
    begin = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: model.epochs.append([]))
    model.fit(batches, verbose=0, callbacks=[begin], **options)
    return model.epochs


@pytest.mark.parametrize("engine", ["fast", "keras"])
def test_fit_sees_every_row_once_an_epoch_in_another_order(engine):
    x, y = numbered(20)
    epochs = labels_seen(augmented_batches(x, y, 6, engine, seed=0), epochs=3)
    assert [sorted(epoch) for epoch in epochs] == [list(range(20))] * 3
    assert epochs[0] != epochs[1] != epochs[2]


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
def test_short_epochs_of_fit_share_a_pass_between_them():
    x, y = numbered(20)
    epochs = labels_seen(augmented_batches(x, y, 2, seed=0), epochs=6, steps_per_epoch=4, shuffle=False)
    for one_pass in (epochs[:3], epochs[3:]):
        assert sorted(sum(one_pass, [])) == list(range(20))


@pytest.mark.parametrize("engine", ["fast", "keras"])
@pytest.mark.parametrize(
    "y, units, loss",
    [
        (np.eye(10)[np.arange(20) % 10], 10, "categorical_crossentropy"),
        (np.arange(20) % 10, 10, "sparse_categorical_crossentropy"),
        (np.linspace(0, 1, 20), 1, "binary_crossentropy"),
    ],
    ids=["one-hot", "integer", "float"],
)
def test_a_model_fits_the_batches_directly(y, units, loss, engine):
    activation = "softmax" if units > 1 else "sigmoid"
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(units, activation)])
    model.compile("adam", loss)
    history = model.fit(augmented_batches(digits(20), y, 8, engine, seed=0), epochs=2, verbose=0).history
    assert np.isfinite(history["loss"]).all()


X, Y = np.zeros((6, 8, 8, 3), "float32"), np.arange(6)


@pytest.mark.parametrize(
    "given, says",
    [
        ({"x": X[0]}, r"x has shape \(8, 8, 3\).*expected numbers in the shape \(n, height, width, channels\)"),
        ({"x": X[..., 0]}, r"Give grey images a last axis"),
        ({"x": X[:0], "y": Y[:0]}, r"x has shape \(0, 8, 8, 3\)"),
        ({"x": X.astype(str)}, r"x has .* type <U"),
        ({"x": np.full_like(X, np.nan)}, r"x holds NaN"),
        ({"y": np.full(6, np.nan)}, r"y holds NaN"),
        ({"y": Y[:5]}, r"x has shape \(6, 8, 8, 3\) and y has shape \(5,\): expected one label for each image"),
        ({"y": 1}, r"y has shape \(\)"),
        ({"batch_size": 0}, r"batch_size=0: expected a whole number of at least 1"),
        ({"batch_size": 2.0}, r"batch_size=2.0"),
        ({"engine": "quick"}, r"engine='quick': expected one of 'fast', 'keras'"),
        ({"seed": -1}, r"seed=-1: expected a whole number of at least 0"),
        ({"seed": 0.5}, r"seed=0.5"),
        ({"rotation": 20}, r"range='rotation': expected one of .*'rotation_range'"),
        ({"rotation": 20, "engine": "keras"}, r"range='rotation': expected one of .*'rotation_range'"),
        ({"brightness_range": (0.5, 1)}, r"fast engine has rotation_range.*for brightness_range use engine='keras'"),
        ({"fill_mode": "wrap"}, r"fill_mode='wrap': expected one of 'nearest', 'constant', 'reflect'"),
        ({"fill_mode": "mirror", "engine": "keras"}, r"fill_mode='mirror': expected one of .*'wrap'"),
        ({"featurewise_center": True, "engine": "keras"}, r"need fit\(\)"),
        ({"rotation_range": -20}, r"rotation_range=-20: expected a number, finite and not negative"),
        ({"rotation_range": (10, 20)}, r"rotation_range=\(10, 20\): expected a number"),
        ({"shear_range": "0.2"}, r"shear_range='0.2'"),
        ({"zoom_range": (1, 2, 3)}, r"zoom_range=\(1, 2, 3\): expected a number or a pair"),
        ({"width_shift_range": []}, r"width_shift_range=\[\]: expected a number or a list"),
        ({"height_shift_range": np.inf}, r"height_shift_range=inf"),
        ({"horizontal_flip": "no"}, r"horizontal_flip='no': expected one of True, False"),
    ],
    ids=lambda value: str(value)[:30] if isinstance(value, str) else None,
)
def test_a_wrong_call_is_refused_before_any_work(given, says):
    with pytest.raises(ValueError, match=says):
        augmented_batches(**{"x": X, "y": Y, "batch_size": 2} | given)


@pytest.mark.parametrize("x, n, fill_mode", [(X, 5, "nearest"), (X[0], 6, "nearest"), (X, 6, "wrap")])
def test_transform_images_refuses_what_does_not_fit(x, n, fill_mode):
    with pytest.raises(ValueError, match="expected"):
        transform_images(x, draw_transforms(image_generator(), n, (8, 8, 3), np.random.default_rng(0)), fill_mode)
