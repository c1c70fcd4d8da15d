"""Scaling of features, column by column. Names, attributes and edge cases are scikit-learn's. Ledger: preparation.*."""

import numpy as np

from dlsheet.scratch.arrays import finite, table


class Scaler:
    """What the two scalers share: learn from the training data, then map any data column by column, there and back.

    x: (m, n), an example a row. float32 in, float32 out; what is learnt is float64. A constant column is only shifted.
    Raises ValueError for other shapes, NaN, empty input, another number of columns than in fit, no fit at all, or
    numbers too large to compute with.
    """

    largest = 1e300

    def fit(self, x):
        """Learn from the columns of x; returns the scaler."""
        x = table("x", x)
        epsilon, x = np.finfo(x.dtype).eps, x.astype(float)
        if np.abs(x).max() > self.largest:
            raise ValueError(
                f"x holds numbers beyond ±{self.largest:g}, too large to compute with. Divide by a power of 10 first."
            )
        with np.errstate(under="ignore"):
            self._learn(x, epsilon)
        return self

    def transform(self, x):
        """x scaled, an array of x's shape."""
        return self._map(self._scaled, x)

    def inverse_transform(self, x):
        """What transform made x from."""
        return self._map(self._unscaled, x)

    def fit_transform(self, x):
        """fit, then transform the same x."""
        return self.fit(x).transform(x)

    def _map(self, function, x):
        x = table("x", x)
        if not hasattr(self, "scale_"):
            raise ValueError("The scaler has learnt nothing yet: call fit with the training data first.")
        if x.shape[1] != len(self.scale_):
            raise ValueError(f"x has {x.shape[1]} columns, the training data had {len(self.scale_)}: expected as many.")
        with np.errstate(over="ignore", under="ignore"):
            result = function(x.astype(float)).astype(x.dtype)
        if not np.isfinite(result).all():
            raise ValueError("x is so far from the training data that the result is beyond the floating-point numbers.")
        return result


class MinMaxScaler(Scaler):
    """x' = (x - min) / (max - min), stretched from [0, 1] to feature_range; (-1, 1) gives 2 min_max(x) - 1.

    feature_range: (low, high). After fit: data_min_, data_max_, data_range_, scale_ and min_, each (n,), with
    x' = x · scale_ + min_. New data beyond the training data's range land outside feature_range. As in scikit-learn, a
    column is constant if max - min is below 10 machine epsilons of x's type (2.2e-15 for float64), whatever its unit.
    Raises ValueError unless low < high; otherwise as Scaler. Ledger: preparation.min_max, preparation.min_max_signed.
    """

    def __init__(self, feature_range=(0, 1)):
        ends = finite("feature_range", feature_range)
        if ends.shape != (2,) or not ends[0] < ends[1]:
            raise ValueError(f"feature_range={feature_range!r}: expected (low, high) with low below high.")
        self.feature_range = tuple(ends.tolist())

    def _learn(self, x, epsilon):
        low, high = self.feature_range
        self.data_min_, self.data_max_ = x.min(axis=0), x.max(axis=0)
        self.data_range_ = self.data_max_ - self.data_min_
        self.scale_ = (high - low) / np.where(self.data_range_ < 10 * epsilon, 1, self.data_range_)
        self.min_ = low - self.data_min_ * self.scale_

    def _scaled(self, x):
        return (x - self.data_min_) * self.scale_ + self.feature_range[0]  # less rounding than x · scale_ + min_

    def _unscaled(self, x):
        return (x - self.feature_range[0]) / self.scale_ + self.data_min_


class StandardScaler(Scaler):
    """x' = (x - μ) / σ, σ with 1/m: mean 0 and standard deviation 1. After fit: mean_, var_, scale_, each (n,).

    As in scikit-learn, a column is constant if its variance is no more than rounding would leave.
    Raises ValueError as Scaler. Ledger: preparation.z_norm.
    """

    largest = 1e150  # its square is still a number

    def _learn(self, x, epsilon):
        rounding = len(x) * np.finfo(float).eps
        self.mean_ = x.mean(axis=0)
        self.var_ = (x - self.mean_).var(axis=0)  # a second centring: the mean, too, was rounded
        constant = self.var_ <= rounding * self.var_ + (rounding * self.mean_) ** 2
        self.scale_ = np.where(constant, 1, np.sqrt(self.var_))

    def _scaled(self, x):
        return (x - self.mean_) / self.scale_

    def _unscaled(self, x):
        return x * self.scale_ + self.mean_
