"""The sets that come with scikit-learn: small, real, there without a network."""

import numpy as np

from dlsheet.arguments import whole_numbers
from dlsheet.datasets.dataset import Dataset
from dlsheet.datasets.rows import split


def digits(limit, image_shape=(8, 8, 1)):
    """1,797 handwritten digits: float32 (n, 8, 8, 1) in [0, 1].

    image_shape: (height, width, channels); a larger one enlarges them bilinearly and repeats them over the channels.
    Raises ValueError for a shape that is not three whole numbers, or smaller.
    """
    from sklearn.datasets import load_digits

    height, width, channels = whole_numbers("image_shape", image_shape, 3)
    if min(height, width) < 8:
        raise ValueError(f"image_shape={image_shape}: expected at least 8×8 pixels, which the digits have.")
    bunch = load_digits()
    parts = split(bunch.images.astype(np.float32) / 16, bunch.target, limit)
    for part in ("x_train", "x_test"):
        parts[part] = enlarged(parts[part], height, width, channels)
    origin = "Optical recognition of handwritten digits, UCI, the test set; in scikit-learn"
    return Dataset(**parts, class_names=tuple("0123456789"), name="digits", origin=origin, real=True)


def enlarged(images, height, width, channels):
    """(n, h, w) images to (n, height, width, channels): bilinear, with the pixels' centres where they were."""
    from scipy.ndimage import zoom

    factors = (1, height / images.shape[1], width / images.shape[2])
    large = zoom(images, factors, order=1, mode="nearest", grid_mode=True)
    return np.repeat(large[..., np.newaxis], channels, axis=-1)


def breast_cancer(limit):
    """569 tumours, 30 measurements each: float64 (n, 30); malignant 0, benign 1."""
    from sklearn.datasets import load_breast_cancer

    return table(load_breast_cancer(), limit, "breast_cancer", "Breast cancer Wisconsin (diagnostic), UCI")


def wine(limit):
    """178 Italian wines, 13 measurements each: float64 (n, 13); three cultivars."""
    from sklearn.datasets import load_wine

    return table(load_wine(), limit, "wine", "Wine recognition, UCI")


def diabetes(limit):
    """442 patients, 10 measurements each, standardised: float64 (n, 10). y: the disease's progress in a year."""
    from sklearn.datasets import load_diabetes

    return table(load_diabetes(), limit, "diabetes", "Diabetes, Efron, Hastie, Johnstone and Tibshirani (2004)")


def table(bunch, limit, name, origin):
    """A Dataset of one of scikit-learn's tables: a classification where it has target_names, else a regression."""
    class_names = tuple(str(each) for each in bunch.get("target_names", ()))
    return Dataset(
        **split(bunch.data, bunch.target, limit, stratified=bool(class_names)),
        class_names=class_names,
        feature_names=tuple(str(each) for each in bunch.feature_names),
        name=name,
        origin=f"{origin}; in scikit-learn",
        real=True,
    )


def photos(limit):
    """Two colour photographs, for showing what a filter or an augmentation does: float32 (2, 427, 640, 3) in [0, 1].

    Both are in x_train; there is nothing to test on, and x_test is (0, 427, 640, 3).
    """
    from sklearn.datasets import load_sample_images

    images = np.divide(load_sample_images().images, 255, dtype=np.float32)
    labels = np.arange(2)
    return Dataset(
        x_train=images[:limit],
        y_train=labels[:limit],
        x_test=images[:0],
        y_test=labels[:0],
        class_names=("china", "flower"),
        name="photos",
        origin="A Chinese temple and a flower, CC BY 2.0; in scikit-learn",
        real=True,
    )
