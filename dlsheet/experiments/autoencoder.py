"""Experiments of notebook 24: autoencoders of the handwritten digits, and of tumours."""

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression
from sklearn.metrics import roc_auc_score

from dlsheet.backend import keras, set_seed
from dlsheet.datasets import load
from dlsheet.experiments import experiment
from dlsheet.models import autoencoder

CODES = (2, 8, 32)


@experiment("autoencoder.codes", seeds=10)
def codes(seed, epochs=120, rate=0.003):
    """Share of the variation of the test digits that is lost, by the number of dimensions of the code.

    Arms: "PCA" or "network" (hidden layers of 128 and 64 ReLU units on either side) and the dimensions; the share is
    that of the squared distance to the mean training digit. Same: 1,437 digits of 64 pixels. The network: 120 epochs of
    Adam, batch 64, in the last third at a tenth of the rate, so that it is flat; start and order by seed. PCA has no
    seed. The network's rate is not tuned, which can only harm it.
    """
    x, x_test, *_ = digits()
    found = {}
    for k in CODES:
        found[f"PCA, {k}"] = lost(x_test, through_pca(PCA(k).fit(x), x_test), x)
        model = trained(autoencoder((64,), k), x, x, seed, epochs, rate)
        found[f"network, {k}"] = lost(x_test, model.predict(x_test, verbose=0), x)
    return found


@experiment("autoencoder.noise", seeds=10)
def noise(seed, sigma=0.3, epochs=120, rate=0.003, copies=20):
    """Share of the variation that is lost when noisy test digits are cleaned.

    Arms: "nothing done"; "PCA", its number of components the best on the training digits; "linear regression" from
    noisy to clean digits; "code of 32" and "code of 128", networks trained from noisy to clean digits, the second one
    with a code wider than the image; "never saw noise", a code of 32 trained from clean to clean. Same: normal noise
    of standard deviation 0.3 by seed; `copies` noisy versions of each training digit for the regression, new noise in
    each epoch for the networks, which are trained as in "autoencoder.codes".
    """
    x, x_test, *_ = digits()
    rng = np.random.default_rng(seed)
    noisy, noisy_test = (each + sigma * rng.normal(size=each.shape) for each in (x, x_test))
    found = {"nothing done": lost(x_test, noisy_test, x)}

    by_components = [lost(x, through_pca(PCA(k).fit(x), noisy), x) for k in range(4, 33)]
    best = PCA(4 + int(np.argmin(by_components))).fit(x)
    found["PCA"] = lost(x_test, through_pca(best, noisy_test), x)

    many = np.repeat(x, copies, axis=0)
    line = LinearRegression().fit(many + sigma * rng.normal(size=many.shape), many)
    found["linear regression"] = lost(x_test, line.predict(noisy_test), x)
    for arm, k, deviation in (("code of 32", 32, sigma), ("code of 128", 128, sigma), ("never saw noise", 32, 0.0)):
        model = trained(autoencoder((64,), k), x, x, seed, epochs, rate, deviation)
        found[arm] = lost(x_test, model.predict(noisy_test, verbose=0), x)
    return found


@experiment("autoencoder.midpoints", seeds=10)
def midpoints(seed, epochs=120, rate=0.003, pairs=500):
    """Distance from an image half-way between two test digits to the nearest training digit.

    Arms: "in the code", the decoder's image of the mean of two codes; "in the pixels", the mean of the two
    reconstructions; "a test digit" itself, and "a reconstruction". Same: the network with a code of 8, trained as in
    "autoencoder.codes"; 500 pairs of different digits by seed.
    """
    x, x_test, _, labels = digits()
    model = trained(autoencoder((64,), 8), x, x, seed, epochs, rate)
    code = model.get_layer("encoder").predict(x_test, verbose=0)
    decoder = model.get_layer("decoder")
    restored = decoder.predict(code, verbose=0)
    a, b = np.random.default_rng(seed).integers(0, len(x_test), (2, pairs))
    a, b = a[labels[a] != labels[b]], b[labels[a] != labels[b]]
    images = {
        "in the code": decoder.predict((code[a] + code[b]) / 2, verbose=0),
        "in the pixels": (restored[a] + restored[b]) / 2,
        "a reconstruction": restored,
        "a test digit": x_test,
    }
    return {arm: cdist(each, x).min(axis=1).mean() for arm, each in images.items()}


@experiment("autoencoder.anomalies", seeds=10, resplit=1.0)
def anomalies(seed, epochs=120, rate=0.003):
    """Area under the ROC curve for finding malignant tumours by a score that was learned from benign ones only.

    Arms: the error of an autoencoder (a code of 5, hidden layers of 32); the error of PCA with 5 components; the
    "distance from the mean" of the benign, each measurement standardised; and the "Mahalanobis distance", which also
    knows how the measurements vary together. Same: half of the 357 benign tumours to learn from, by seed; judged on the
    other half and all 212 malignant ones.
    """
    cancer = load("breast_cancer")
    x = np.concatenate([cancer.x_train, cancer.x_test])
    ill = np.concatenate([cancer.y_train, cancer.y_test]) == cancer.class_names.index("malignant")
    healthy = np.random.default_rng(seed).permutation(np.flatnonzero(~ill))
    known, judged = healthy[: len(healthy) // 2], np.append(healthy[len(healthy) // 2 :], np.flatnonzero(ill))
    z = (x - x[known].mean(axis=0)) / x[known].std(axis=0)
    pca = PCA(5).fit(z[known])
    model = trained(autoencoder((30,), 5, units=(32,)), z[known], z[known], seed, epochs, rate, batch_size=32)
    scores = {
        "the network's error": squared(z[judged] - model.predict(z[judged], verbose=0)),
        "PCA's error": squared(z[judged] - through_pca(pca, z[judged])),
        "distance from the mean": squared(z[judged]),
        "Mahalanobis distance": np.sum(z[judged] @ np.linalg.inv(np.cov(z[known].T)) * z[judged], axis=1),
    }
    return {arm: roc_auc_score(ill[judged], score) for arm, score in scores.items()}


def digits():
    """(training digits (1437, 64), test digits (360, 64), their labels each)."""
    data = load("digits")
    return *(each.reshape(len(each), -1) for each in (data.x_train, data.x_test)), data.y_train, data.y_test


def trained(model, x, target, seed, epochs, rate, noise=0.0, batch_size=64):
    """Train to give the target from x, with new noise in each epoch; in the last third at a tenth of the rate."""
    set_seed(seed)
    model = keras.Model.from_config(model.get_config())  # a start of its own
    model.compile(keras.optimizers.Adam(rate), "mse", steps_per_execution=20)
    rng = np.random.default_rng(seed)
    for share, factor in ((2, 1.0), (1, 0.1)):
        model.optimizer.learning_rate = factor * rate
        rounds = epochs * share // 3
        if noise:  # new noise in each epoch: all of them one behind the other
            many = np.tile(x, (rounds, 1))
            many_targets = np.tile(target, (rounds, 1))
            model.fit(many + noise * rng.normal(size=many.shape), many_targets, batch_size=batch_size, verbose=0)
        else:
            model.fit(x, target, batch_size=batch_size, epochs=rounds, verbose=0)
    return model


def through_pca(pca, x):
    return pca.inverse_transform(pca.transform(x))


def lost(x, restored, known):
    """Share of the variation around the mean of the known that is lost."""
    return np.sum((x - restored) ** 2) / np.sum((x - known.mean(axis=0)) ** 2)


def squared(differences):
    return np.sum(differences**2, axis=1)
