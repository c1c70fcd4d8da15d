"""Answers to the exercises of notebook 03, data preparation."""

import numpy as np
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

from answers import right, wrong


@right
def z_norm(x):
    return StandardScaler().fit_transform(x)


@right
def z_norm(x):
    columns = []
    for column in x.T:
        mean = sum(column) / len(column)
        sigma = (sum((v - mean) ** 2 for v in column) / len(column)) ** 0.5
        columns.append([(v - mean) / sigma if sigma > 1e-12 else 0.0 for v in column])
    return [list(row) for row in zip(*columns)]


@right
def z_norm(x):
    centred = x - x.mean(axis=0)
    sigma = np.sqrt(np.mean(centred**2, axis=0))
    return np.divide(centred, sigma, out=np.zeros_like(centred), where=sigma > 0)


@wrong("m - 1")
def z_norm(x):
    sigma = x.std(axis=0, ddof=1)
    return (x - x.mean(axis=0)) / np.where(sigma == 0, 1, sigma)


@wrong("constant column")
def z_norm(x):
    return (x - np.mean(x, axis=0)) / np.std(x, axis=0)


@wrong("normed the rows")
def z_norm(x):
    sigma = x.std(axis=1, keepdims=True)
    return (x - x.mean(axis=1, keepdims=True)) / np.where(sigma == 0, 1, sigma)


@wrong("whole table")
def z_norm(x):
    return (x - x.mean()) / (x.std() or 1)


@wrong("divided by the variance")
def z_norm(x):
    variance = x.var(axis=0)
    return (x - x.mean(axis=0)) / np.where(variance == 0, 1, variance)


@wrong("changes the array")
def z_norm(x):
    x -= x.mean(axis=0)
    sigma = x.std(axis=0)
    sigma[sigma == 0] = 1
    x /= sigma
    return x


@right
def min_max_new(x_train, x_new):
    return MinMaxScaler().fit(x_train).transform(x_new)


@right
def min_max_new(x_train, x_new):
    result = np.array(x_new, "float32")
    for j in range(x_train.shape[1]):
        low, high = x_train[:, j].min(), x_train[:, j].max()
        result[:, j] = (x_new[:, j] - low) / (high - low if high > low else 1)
    return result


@right
def min_max_new(x_train, x_new):
    low = np.quantile(x_train, 0, axis=0)
    width = np.quantile(x_train, 1, axis=0) - low
    width[width == 0] = 1
    return [(row - low) / width for row in x_new]


@wrong("from the new data")
def min_max_new(x_train, x_new):
    width = np.ptp(x_new, axis=0)
    return (x_new - x_new.min(axis=0)) / np.where(width == 0, 1, width)


@wrong("new data together")
def min_max_new(x_train, x_new):
    both = np.vstack([x_train, x_new])
    width = np.ptp(both, axis=0)
    return (x_new - both.min(axis=0)) / np.where(width == 0, 1, width)


@wrong("You clipped")
def min_max_new(x_train, x_new):
    return MinMaxScaler(clip=True).fit(x_train).transform(x_new)


@wrong("width 0")
def min_max_new(x_train, x_new):
    low, high = x_train.min(axis=0), x_train.max(axis=0)
    return (x_new - low) / (high - low)


@wrong("z-norm")
def min_max_new(x_train, x_new):
    return StandardScaler().fit(x_train).transform(x_new)


@right
def room_left(values, outlier):
    together = [*values, outlier]
    return (max(values) - min(values)) / (max(together) - min(together))


@right
def room_left(values, outlier):
    together = np.append(values, outlier)[:, None]
    return np.ptp(MinMaxScaler().fit_transform(together)[:-1])


@right
def room_left(values, outlier):
    low, high = min(values.min(), outlier), max(values.max(), outlier)
    scaled = (values - low) / (high - low)
    return scaled.max() - scaled.min()


@wrong("may lie below all values")
def room_left(values, outlier):
    return (values.max() - values.min()) / (outlier - values.min())


@wrong("Asked for is the rest")
def room_left(values, outlier):
    together = np.append(values, outlier)
    return 1 - np.ptp(values) / np.ptp(together)


@wrong("standard deviations, not ranges")
def room_left(values, outlier):
    return values.std() / np.append(values, outlier).std()


@wrong("where the largest value lands")
def room_left(values, outlier):
    together = np.append(values, outlier)
    return (values.max() - together.min()) / np.ptp(together)


@wrong("upside down")
def room_left(values, outlier):
    return np.ptp(np.append(values, outlier)) / np.ptp(values)


@right
def weights_in_units(w, b, mean, std):
    new = w / std
    return new, b - new @ mean


@right
def weights_in_units(w, b, mean, std):
    weights, intercept = [], b
    for i in range(len(w)):
        weights.append(w[i] / std[i])
        intercept -= w[i] * mean[i] / std[i]
    return weights, intercept


@right
def weights_in_units(w, b, mean, std):
    at_zero = w @ ((0 - mean) / std) + b
    slopes = [w @ ((np.eye(len(w))[i] - mean) / std) + b - at_zero for i in range(len(w))]
    return np.array(slopes), np.array([at_zero])


@wrong("The intercept changes, too")
def weights_in_units(w, b, mean, std):
    return w / std, b


@wrong("wrong sign")
def weights_in_units(w, b, mean, std):
    return w / std, b + w / std @ mean


@wrong("multiplied by σ")
def weights_in_units(w, b, mean, std):
    return w * std, b - w / std @ mean


@wrong("In the intercept you forgot σ")
def weights_in_units(w, b, mean, std):
    return w / std, b - w @ mean


@wrong("in the other order")
def weights_in_units(w, b, mean, std):
    return b - w / std @ mean, w / std


@wrong("first of the 2 results")
def weights_in_units(w, b, mean, std):
    return w / std


@right
def robust_scale(x_train, x_new, limit):
    return np.clip(RobustScaler().fit(x_train).transform(x_new), -limit, limit)


@right
def robust_scale(x_train, x_new, limit):
    result = np.empty(x_new.shape)
    for j, column in enumerate(x_train.T):
        width = np.percentile(column, 75) - np.percentile(column, 25)
        result[:, j] = (x_new[:, j] - np.median(column)) / (width or 1)
    result[result > limit] = limit
    result[result < -limit] = -limit
    return result


@right
def robust_scale(x_train, x_new, limit):
    q1, q3 = np.quantile(x_train, 0.25, axis=0), np.quantile(x_train, 0.75, axis=0)
    scaled = (x_new - np.median(x_train, axis=0)) / (q3 - q1 + (q3 == q1))
    return np.maximum(-limit, np.minimum(limit, scaled)).tolist()


@wrong("centred with the mean")
def robust_scale(x_train, x_new, limit):
    q1, q3 = np.quantile(x_train, [0.25, 0.75], axis=0)
    width = np.where(q3 == q1, 1, q3 - q1)
    return np.clip((x_new - x_train.mean(axis=0)) / width, -limit, limit)


@wrong("nothing is cut off")
def robust_scale(x_train, x_new, limit):
    return RobustScaler().fit(x_train).transform(x_new)


@wrong("divided by σ")
def robust_scale(x_train, x_new, limit):
    scaled = (x_new - np.median(x_train, axis=0)) / x_train.std(axis=0)
    return np.clip(scaled, -limit, limit)


@wrong("from the new data")
def robust_scale(x_train, x_new, limit):
    return np.clip(RobustScaler().fit_transform(x_new), -limit, limit)


@wrong("no width")
def robust_scale(x_train, x_new, limit):
    q1, q3 = np.quantile(x_train, [0.25, 0.75], axis=0)
    return np.clip((x_new - np.median(x_train, axis=0)) / (q3 - q1), -limit, limit)
