"""What every loader returns."""

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set, split for training and testing.

    x_train, x_test: arrays with one example a row; y_train, y_test: their labels, whole numbers 0 to n_classes - 1
    (n,), or one-hot rows made of them (n, n_classes), or measured values, for a regression, or texts, (n,).
    class_names: a tuple of the classes' names, in the order of the labels; empty where y holds no labels.
    name, origin: what it is called and where it comes from. real: False where the data are simulated.
    feature_names: of a table, a tuple of its columns' names; otherwise empty.
    groups_train, groups_test: where several rows come from one person, the person's number, (n,), or from one
    language or are of one kind, its name; otherwise None.
    Raises ValueError where the arrays' lengths differ, or where a label is no class's number.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple
    name: str
    origin: str
    real: bool
    feature_names: tuple = ()
    groups_train: np.ndarray | None = None
    groups_test: np.ndarray | None = None

    def __post_init__(self):
        for part in ("train", "test"):
            x, y, groups = (getattr(self, f"{field}_{part}") for field in ("x", "y", "groups"))
            if len(x) != len(y) or (groups is not None and len(groups) != len(y)):
                raise ValueError(f"{self.name}: x_{part} has {len(x)} rows and y_{part} {len(y)}; they must pair up.")
            if self.class_names:
                check_labels(y, len(self.class_names), f"{self.name}: y_{part}")

    def map(self, function):
        """The same data set with `function` applied to x_train and to x_test."""
        return replace(self, x_train=function(self.x_train), x_test=function(self.x_test))

    def __repr__(self):
        kind = "real" if self.real else "SIMULATED"
        classes = f", {len(self.class_names)} classes" if self.class_names else ""
        return (
            f"{self.name} ({kind}): {len(self.x_train)} to train on, {len(self.x_test)} to test on, "
            f"each {shape_words(self.x_train)}{classes}\n{self.origin}"
        )


def check_labels(y, n_classes, what):
    """ValueError where y is neither (n,) whole numbers from 0 to n_classes - 1 nor (n, n_classes). what: y's name."""
    y = np.asarray(y)
    if y.shape == (len(y), n_classes):
        return
    if y.ndim != 1 or y.dtype.kind not in "iu":
        raise ValueError(f"{what} holds {y.dtype} {y.shape}: expected whole numbers (n,), 0 to {n_classes - 1}.")
    outside = y[(y < 0) | (y >= n_classes)]
    if outside.size:
        raise ValueError(f"{what} has the label {outside[0]}: expected 0 to {n_classes - 1}, for {n_classes} classes.")


def shape_words(x):
    """How one row of x looks, in words: '8×8×1', or 'a text'."""
    if x.dtype.kind in "OU":
        return "a text"
    return "×".join(str(size) for size in x.shape[1:]) or "a number"
