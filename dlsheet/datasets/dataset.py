"""What every loader returns."""

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Dataset:
    """A data set, split for training and testing.

    x_train, x_test: arrays with one example a row; y_train, y_test: their labels, whole numbers 0 to n_classes - 1
    (or measured values, for a regression).
    class_names: a tuple of the classes' names, in the order of the labels; empty for a regression.
    name, origin: what it is called and where it comes from. real: False where the data are simulated.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple
    name: str
    origin: str
    real: bool

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


def shape_words(x):
    """How one row of x looks, in words: '8×8×1', or 'a text'."""
    if x.dtype.kind in "OU":
        return "a text"
    return "×".join(str(size) for size in x.shape[1:]) or "a number"
