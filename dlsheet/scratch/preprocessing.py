"""Scaling of features, column by column. Names, attributes and edge cases are scikit-learn's. Ledger: preparation.*."""

import numpy as np

from dlsheet.scratch.arrays import finite, table


class Scaler:
    """What the two scalers share: x' = (x - shift) / scale, with shift and scale learnt from the training data.

    x: (m, n), an example a row. A constant column is only shifted: its scale would be 0, and 1 is taken instead.
    Raises ValueError for other shapes, NaN, empty input, another number of columns than in fit, or no fit at all.
    """

    def fit(self, x):
        """Learn shift and scale from the columns of x; returns the scaler."""
        self._learn(table("x", x))
        return self

    def fit_transform(self, x):
        """fit, then transform the same x."""
        return self.fit(x).transform(x)

    def _columns(self, x):
        x = table("x", x)
        if not hasattr(self, "scale_"):
            raise ValueError("The scaler has learnt nothing yet: call fit with the training data first.")
        if x.shape[1] != len(self.scale_):
            raise ValueError(f"x has {x.shape[1]} columns, the training data had {len(self.scale_)}: expected as many.")
        return x


class MinMaxScaler(Scaler):
    """x' = (x - min) / (max - min), stretched from [0, 1] to feature_range; (-1, 1) gives 2 min_max(x) - 1.

    feature_range: (low, high). After fit: data_min_, data_max_, data_range_, scale_ and min_, each (n,), with
    x' = x · scale_ + min_. New data beyond the training data's range land outside feature_range.
    Raises ValueError unless low < high; otherwise as Scaler. Ledger: preparation.min_max, preparation.min_max_signed.
    """

    def __init__(self, feature_range=(0, 1)):
        self.feature_range = tuple(finite("feature_range", feature_range).tolist())
        if len(self.feature_range) != 2 or not self.feature_range[0] < self.feature_range[1]:
            raise ValueError(f"feature_range={feature_range!r}: expected (low, high) with low below high.")

    def _learn(self, x):
        low, high = self.feature_range
        self.data_min_, self.data_max_ = x.min(axis=0), x.max(axis=0)
        self.data_range_ = self.data_max_ - self.data_min_
        self.scale_ = (high - low) / np.where(self.data_range_ == 0, 1, self.data_range_)
        self.min_ = low - self.data_min_ * self.scale_

    def transform(self, x):
        """x scaled, an array of x's shape."""
        return self._columns(x) * self.scale_ + self.min_

    def inverse_transform(self, x):
        """What transform made x from."""
        return (self._columns(x) - self.min_) / self.scale_


class StandardScaler(Scaler):
    """x' = (x - μ) / σ, σ with 1/m: mean 0 and standard deviation 1. After fit: mean_, var_, scale_, each (n,).

    Ledger: preparation.z_norm.
    """

    def _learn(self, x):
        self.mean_, self.var_ = x.mean(axis=0), x.var(axis=0)
        constant = x.max(axis=0) == x.min(axis=0)  # rounding can leave a variance of 1e-30 here
        self.scale_ = np.where(constant, 1, np.sqrt(self.var_))

    def transform(self, x):
        """x scaled, an array of x's shape."""
        return (self._columns(x) - self.mean_) / self.scale_

    def inverse_transform(self, x):
        """What transform made x from."""
        return self._columns(x) * self.scale_ + self.mean_
