"""Exercises of notebook 24, autoencoders."""

import numpy as np

from dlsheet.exercises.engine import exercise


def codes_and_noise():
    """(mean, log_variance, noise): (n, latent) each."""
    rng = np.random.default_rng(41)
    yield np.array([[1.0]]), np.array([[0.5]]), np.array([[2.0]])
    yield np.array([[1.0, -2.0]]), np.array([[0.0, 0.0]]), np.array([[0.5, -1.0]])
    yield np.array([[0.3]]), np.array([[-50.0]]), np.array([[1.0]])
    for shape in rng.integers(1, 5, (20, 2)):
        yield tuple(rng.normal(size=(3, *shape)).round(2))


@exercise(
    inputs=codes_and_noise,
    mistakes={
        "You multiplied by the variance. The spread of a code is its standard deviation.": (
            lambda mean, log_variance, noise: mean + np.exp(log_variance) * noise
        ),
        "You multiplied by the logarithm. It may be negative, a spread may not.": (
            lambda mean, log_variance, noise: mean + log_variance * noise
        ),
        "The mean is missing: the code says nothing about the image.": (
            lambda mean, log_variance, noise: np.exp(log_variance / 2) * noise
        ),
        "You scaled the mean, too. Scale the noise alone.": (
            lambda mean, log_variance, noise: np.exp(log_variance / 2) * (mean + noise)
        ),
        "The spread is missing: every code gets noise of the same size.": (
            lambda mean, log_variance, noise: mean + noise
        ),
        "The noise is missing: that is the mean of the codes, not a drawn one.": (
            lambda mean, log_variance, noise: 1.0 * mean
        ),
        "You divided by the spread. That turns a code into noise; asked for is the way back.": (
            lambda mean, log_variance, noise: mean + noise / np.exp(log_variance / 2)
        ),
        "You took the root of the logarithm. First undo the logarithm.": (
            lambda mean, log_variance, noise: mean + np.sqrt(log_variance) * noise
        ),
    },
    hints=[
        "Stretch the noise to the code's spread, then shift it.",
        "exp(log_variance) is the variance. What is the standard deviation?",
        "The root of exp(a) is exp(a / 2).",
    ],
    why="The randomness comes from outside, so the gradient passes to mean and variance, and the encoder learns.",
)
def drawn_code(mean, log_variance, noise):
    return mean + np.exp(log_variance / 2) * noise


def codes():
    """(mean, log_variance): one example, the standard normal itself, then random ones."""
    rng = np.random.default_rng(42)
    yield np.array([[1.0]]), np.array([[0.5]])
    yield np.zeros((2, 3)), np.zeros((2, 3))
    yield np.array([[0.5, -1.0]]), np.array([[-0.4, 0.3]])
    for n, latent in rng.integers(2, 5, (15, 2)):
        yield tuple(rng.normal(size=(2, n, latent)).round(2))


def divergence(mean, log_variance):
    """Of each number of the code on its own."""
    return (mean**2 + np.exp(log_variance) - 1 - log_variance) / 2


@exercise(
    inputs=codes,
    mistakes={
        "The factor ½ is missing.": lambda mean, log_variance: 2 * divergence(mean, log_variance).sum(axis=1),
        "The 1 is missing: a code that is standard normal already must cost nothing.": (
            lambda mean, log_variance: (divergence(mean, log_variance) + 1 / 2).sum(axis=1)
        ),
        "You took the logarithm of the variance for that of the standard deviation: exp(log_variance) is s² already.": (
            lambda mean, log_variance: (mean**2 + np.exp(2 * log_variance) - 1 - 2 * log_variance).sum(axis=1) / 2
        ),
        "log_variance is log s² already.": (
            lambda mean, log_variance: (mean**2 + np.exp(log_variance) - 1 - np.log(log_variance)).sum(axis=1) / 2
        ),
        "The sign is turned round: a divergence is never negative.": (
            lambda mean, log_variance: -divergence(mean, log_variance).sum(axis=1)
        ),
        "The logarithm has the wrong sign: a spread of 0 must cost infinitely much.": (
            lambda mean, log_variance: (mean**2 + np.exp(log_variance) - 1 + log_variance).sum(axis=1) / 2
        ),
        "You averaged over the numbers of the code. Independent numbers add up.": (
            lambda mean, log_variance: divergence(mean, log_variance).mean(axis=1)
        ),
        "You added up all examples. Asked for is one number for each.": (
            lambda mean, log_variance: divergence(mean, log_variance).sum()
        ),
        "That is each number of the code on its own. Add them up for each example.": divergence,
        "You took the divergence the other way round, from the standard normal distribution to the code. "
        "It is not symmetric.": (
            lambda mean, log_variance: (log_variance + (1 + mean**2) * np.exp(-log_variance) - 1).sum(axis=1) / 2
        ),
        "The mean has to be squared: a code at -1 is as far from the origin as one at 1.": (
            lambda mean, log_variance: (mean + np.exp(log_variance) - 1 - log_variance).sum(axis=1) / 2
        ),
    },
    hints=[
        "For one number: ½ (m² + s² - 1 - log s²).",
        "log s² is log_variance, and s² its exponential.",
        "Sum over the last axis: the numbers of a code are independent.",
    ],
    why="It is what a code costs; divided by log 2, the bits that the encoder passes on at most, on average.",
)
def kl_from_standard(mean, log_variance):
    variance = np.exp(log_variance)
    return 0.5 * np.sum(mean**2 + variance - 1 - log_variance, axis=1)


def images_and_noise():
    """(pixels, sigma)."""
    rng = np.random.default_rng(43)
    yield from [(64, 0.5), (3, 2.0), (784, 0.1), (30, 1.0)]
    yield from ((int(rng.integers(2, 1000)), round(rng.uniform(0.05, 3), 2)) for _ in range(20))


@exercise(
    inputs=images_and_noise,
    mistakes={
        "That is upside down: the noisier the images, the less the errors count against the divergence.": (
            lambda pixels, sigma: pixels / (2 * sigma**2)
        ),
        "That weighs the error, for the sum over the pixels. Bring it to the divergence's side.": (
            lambda pixels, sigma: 1 / (2 * sigma**2)
        ),
        "The 2 of 2σ² is missing.": lambda pixels, sigma: sigma**2 / pixels,
        "The variance is σ², not σ.": lambda pixels, sigma: 2 * sigma / pixels,
        "That is for the sum over the pixels. Keras takes the mean, which is smaller by their number.": (
            lambda pixels, sigma: 2 * sigma**2
        ),
        "You multiplied by the pixels: with their mean the error is smaller, and the divergence has to shrink too.": (
            lambda pixels, sigma: 2 * sigma**2 * pixels
        ),
        "The noise is missing. It says how much an error of a pixel matters.": lambda pixels, sigma: 1 / pixels,
        "A weight of 1 is what Keras does when nobody asks, and the code goes unused.": lambda pixels, sigma: 1.0,
    },
    hints=[
        "The negative ELBO is S / (2σ²) + KL, with S the squared error summed over the pixels.",
        "S is the mean times the number of pixels.",
        "Multiply everything by 2σ² / pixels, so that the mean stands alone.",
    ],
    why="A weight of 1 beside the mean error of 784 pixels claims a noise of σ ≈ 20: the code is then ignored.",
)
def kl_weight(pixels, sigma):
    return 2 * sigma**2 / pixels


def tables_and_components():
    """(x, k): data that are not centred, of 2 to 5 features."""
    rng = np.random.default_rng(44)
    yield np.array([[0.0, 1.0], [2.0, 2.0], [4.0, 4.5]]), 1
    yield np.array([[1.0, 5.0, 2.0], [3.0, 1.0, 2.5], [2.0, 2.0, 0.0], [0.0, 4.0, 1.0]]), 1
    for d in rng.integers(3, 6, 15):
        yield (
            (rng.normal(size=(8, d)) * rng.uniform(0.5, 3, d) + rng.uniform(1, 4, d)).round(2),
            int(rng.integers(1, d)),
        )


def spectrum(x, centred=True):
    """Squared singular values of the data, the largest first."""
    x = np.asarray(x, float)
    return np.linalg.svd(x - x.mean(axis=0) * centred, compute_uv=False) ** 2


@exercise(
    inputs=tables_and_components,
    mistakes={
        "You did not centre the data. PCA subtracts the mean of each feature first.": (
            lambda x, k: spectrum(x, centred=False)[k:].sum() / len(x)
        ),
        "That is what PCA keeps. The error is what it leaves out.": lambda x, k: spectrum(x)[:k].sum() / len(x),
        "You added the smallest k: left out are all but the k largest.": lambda x, k: spectrum(x)[-k:].sum() / len(x),
        "eigvalsh gives the smallest first: you left out the k smallest.": (
            lambda x, k: np.linalg.eigvalsh(np.cov(np.transpose(x), bias=True))[k:].sum()
        ),
        "A singular value has to be squared: the error is a squared one.": (
            lambda x, k: np.sqrt(spectrum(x))[k:].sum() / len(x)
        ),
        "You divided by n - 1, as an unbiased variance does. A mean over the examples divides by n.": (
            lambda x, k: spectrum(x)[k:].sum() / (len(x) - 1)
        ),
        "You averaged over the features too. They are summed.": lambda x, k: spectrum(x)[k:].sum() / np.size(x),
        "You summed over the examples. Take their mean.": lambda x, k: spectrum(x)[k:].sum(),
        "That is the share that is lost. Asked for is the error itself.": (
            lambda x, k: spectrum(x)[k:].sum() / spectrum(x).sum()
        ),
        "You left out one component too many: k of them are kept.": lambda x, k: spectrum(x)[k - 1 :].sum() / len(x),
    },
    hints=[
        "Subtract the mean of each column. What comes then, np.linalg.svd or np.linalg.eigh, is up to you.",
        "The k directions with the largest variance are kept; the variances of the others are the error.",
        "np.linalg.eigvalsh(np.cov(x.T, bias=True)) gives the variances, the smallest first.",
    ],
    why="A network that loses more than this with the same code has not been trained to the end.",
)
def pca_error(x, k):
    centred = x - x.mean(axis=0)
    u, s, vt = np.linalg.svd(centred, full_matrices=False)
    restored = (u[:, :k] * s[:k]) @ vt[:k]
    return np.mean(np.sum((centred - restored) ** 2, axis=1))


def errors_of_both():
    """(normal_errors, anomaly_errors, false_alarms): with ties between the two, and alarms from none to half."""
    rng = np.random.default_rng(45)
    yield np.array([1.0, 2.0, 3.0, 4.0]), np.array([3.05, 3.5]), 0.3
    yield np.array([1.0, 2.0, 3.0, 4.0]), np.array([3.0, 5.0]), 0.25
    yield np.array([1.0, 2.0, 3.0, 4.0]), np.array([3.5, 4.0, 5.0]), 0.0
    yield np.array([4.0, 1.0, 3.0, 2.0, 5.0]), np.array([2.5, 4.5, 9.0, 3.0]), 0.5
    yield np.arange(100.0), np.array([70.5]), 0.29  # int(0.29 * 100) is 28
    for n in rng.integers(8, 30, 20):
        normal = rng.integers(0, 12, n) / 2
        yield normal, rng.integers(4, 20, 9) / 2, float(rng.choice([0.0, 0.1, 0.2, 0.3]))


def share_above(values, threshold):
    return float(np.mean(np.asarray(values) > threshold))


def threshold_for(normal, false_alarms):
    """The smallest of the normal errors with at most this share of them above it."""
    return min(t for t in normal if share_above(normal, t) <= false_alarms)


@exercise(
    inputs=errors_of_both,
    mistakes={
        "You set the threshold on the anomalies. In use they are unknown: only the normal examples can set it.": (
            lambda normal, anomalies, alarms: share_above(anomalies, threshold_for(anomalies, alarms))
        ),
        "You counted an error equal to the threshold as an alarm. The alarm rings for larger ones.": (
            lambda normal, anomalies, alarms: float(np.mean(anomalies >= threshold_for(normal, alarms)))
        ),
        "You counted normal errors equal to the threshold as alarms. The alarm rings for larger ones.": (
            lambda normal, anomalies, alarms: share_above(
                anomalies, min([t for t in normal if np.mean(normal >= t) <= alarms], default=np.inf)
            )
        ),
        "0.29 · 100 is a little less than 29 on a computer, and int makes 28 of it. Compare shares instead.": (
            lambda normal, anomalies, alarms: share_above(
                anomalies, np.sort(normal)[len(normal) - 1 - int(alarms * len(normal))]
            )
        ),
        "That is the threshold. Asked for is the share of the anomalies above it.": (
            lambda normal, anomalies, alarms: float(threshold_for(normal, alarms))
        ),
        "np.quantile goes between two errors. Asked for is one of them.": (
            lambda normal, anomalies, alarms: share_above(anomalies, np.quantile(normal, 1 - alarms))
        ),
        "You allowed that share of the normal examples to stay silent, instead of to raise an alarm.": (
            lambda normal, anomalies, alarms: share_above(anomalies, threshold_for(normal, 1 - alarms))
        ),
        "That is the share of the anomalies that stays below. Asked for is what is caught.": (
            lambda normal, anomalies, alarms: 1 - share_above(anomalies, threshold_for(normal, alarms))
        ),
        "You took the largest normal error whatever share of false alarms is allowed.": (
            lambda normal, anomalies, alarms: share_above(anomalies, max(normal))
        ),
        "That is the share of false alarms. Count the anomalies above the threshold.": (
            lambda normal, anomalies, alarms: share_above(normal, threshold_for(normal, alarms))
        ),
        "Mean plus two standard deviations knows nothing of the share that is allowed. Count.": (
            lambda normal, anomalies, alarms: share_above(anomalies, np.mean(normal) + 2 * np.std(normal))
        ),
        "You counted how many are caught. Divide by the number of anomalies.": (
            lambda normal, anomalies, alarms: share_above(anomalies, threshold_for(normal, alarms)) * len(anomalies)
        ),
    },
    hints=[
        "Try each normal error as a threshold: which share of the normal ones lies above it?",
        "Of those thresholds that keep the promise take the smallest: it catches most.",
        "np.mean(anomaly_errors > threshold) is the answer.",
    ],
    why="Nobody has the anomalies of tomorrow. What can be promised is how often the alarm rings for nothing.",
)
def caught_at(normal_errors, anomaly_errors, false_alarms):
    allowed = [t for t in normal_errors if np.mean(normal_errors > t) <= false_alarms]
    return float(np.mean(anomaly_errors > min(allowed)))
