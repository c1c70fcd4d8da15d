"""scratch.preprocessing against scikit-learn."""

import warnings

import numpy as np
import pytest
import sklearn.preprocessing

from dlsheet.scratch import preprocessing

SCALERS = {
    "MinMaxScaler": {},
    "MinMaxScaler to [-1, 1]": {"feature_range": (-1, 1)},
    "MinMaxScaler to [2.5, 10]": {"feature_range": (2.5, 10)},
    "StandardScaler": {},
}
ATTRIBUTES = {
    "MinMaxScaler": ("data_min_", "data_max_", "data_range_", "scale_", "min_"),
    "StandardScaler": ("mean_", "var_", "scale_"),
}
every_scaler = pytest.mark.parametrize("name", SCALERS)

rng = np.random.default_rng(0)
TRAINING = {
    "random columns": rng.normal(size=(40, 5)) * [1, 10, 1e-3, 1e4, 1] + [0, 5, 0, -1e4, 1e3],
    "random columns, skewed": rng.lognormal(0, 2, (200, 3)),
    "whole numbers": rng.integers(-5, 6, (30, 4)),
    "booleans": rng.random((30, 4)) < 0.5,
    "a list of lists": [[1, 2], [3, 5], [8, 13]],
    "one row": rng.normal(size=(1, 3)),
    "one column": rng.normal(size=(20, 1)),
    "equal columns": np.repeat(rng.normal(size=(20, 1)), 3, axis=1),
    "constant columns": np.full((7, 4), [0.1, -3, 0, 1e8]),
    "constant columns whose mean is rounded": np.full((1001, 3), [0.1, 1 / 3, 1e5 + 0.1]),
    "nearly constant columns": np.full((50, 3), [1, 1e-3, 1e3]) + rng.integers(0, 2, (50, 1)) * 2.0**-52,
    "nearly constant, but not quite": np.full((50, 2), [1, 1e3]) + rng.normal(size=(50, 2)) * 1e-9,
    "huge": rng.normal(size=(20, 2)) * [1e100, 1e140],
    "tiny": rng.normal(size=(20, 3)) * [1e-12, 1e-100, 1e-300],
    "huge beside tiny": rng.normal(size=(20, 2)) * [1e100, 1e-14],
    "float32": rng.normal(size=(40, 3)).astype("float32") * np.float32([1, 1e-4, 1e4]),
    "float32, nearly constant": (1 + rng.normal(size=(40, 1)) * 1e-7).astype("float32"),
    "float32, huge": rng.normal(size=(40, 1)).astype("float32") * np.float32(1e37),
}


@pytest.fixture(autouse=True)
def every_warning_is_an_error():
    with warnings.catch_warnings(), np.errstate(all="raise", under="ignore"):
        warnings.simplefilter("error")
        yield


def both(name):
    """Our scaler and scikit-learn's, of the same kind."""
    return (getattr(module, name.split()[0])(**SCALERS[name]) for module in (preprocessing, sklearn.preprocessing))


def rounding(x, spread):
    """What a few roundings of x amount to after a division by spread: sklearn subtracts last, and loses that much."""
    x = np.asarray(x)
    epsilon = np.finfo(x.dtype if x.dtype.kind == "f" else float).eps
    return 8 * epsilon * (1 + np.abs(x.astype(float)).max(axis=0) / spread)


def spread(scaler):
    """What a fitted scaler of scikit-learn divides by."""
    return 1 / scaler.scale_.astype(float) if hasattr(scaler, "data_min_") else scaler.scale_


@every_scaler
@pytest.mark.parametrize("kind", TRAINING)
def test_what_is_learnt_equals_sklearn(name, kind):
    ours, reference = (scaler.fit(TRAINING[kind]) for scaler in both(name))
    for attribute in ATTRIBUTES[name.split()[0]]:
        expected = getattr(reference, attribute)
        np.testing.assert_allclose(
            getattr(ours, attribute),
            expected,
            rtol=1e-12 if expected.dtype == float else 1e-6,
            atol=0 if attribute != "min_" else rounding(TRAINING[kind], spread(reference)).max(),
            err_msg=attribute,
        )


@every_scaler
@pytest.mark.parametrize("kind", TRAINING)
def test_transform_and_its_inverse_equal_sklearn_on_old_and_new_data(name, kind):
    x = np.asarray(TRAINING[kind])
    ours, reference = (scaler.fit(x) for scaler in both(name))
    for data in (x, x[:1], x[::-1] * 2):
        error = np.abs(ours.transform(data).astype(float) - reference.transform(data))
        assert (error <= rounding(data, spread(reference))).all()
        scaled = reference.transform(data)
        back, expected = (scaler.inverse_transform(scaled).astype(float) for scaler in (ours, reference))
        assert (np.abs(back - expected) <= rounding(data, spread(reference)) * spread(reference)).all()
    assert ours.transform(x).dtype == reference.transform(x).dtype
    np.testing.assert_array_equal(ours.fit_transform(x), ours.transform(x))


@pytest.mark.parametrize("offset", (0, 1e3, 1e9, 1e15))
def test_a_large_offset_costs_no_digits(offset):
    x = np.add.outer(offset + np.arange(10.0), [0])
    exact = np.arange(10) / 9
    np.testing.assert_allclose(preprocessing.MinMaxScaler().fit_transform(x)[:, 0], exact, rtol=1e-15)
    # scikit-learn multiplies first; its rounding grows with the offset
    np.testing.assert_allclose(sklearn.preprocessing.MinMaxScaler().fit_transform(x)[:, 0], exact, atol=offset * 2e-16)
    exact = (np.arange(10) - 4.5) / np.sqrt(8.25)
    scaled = preprocessing.StandardScaler().fit_transform(x)[:, 0]
    np.testing.assert_allclose(scaled - scaled.mean(), exact, rtol=1e-14)  # σ is right even where the mean is rounded


def test_training_data_never_leave_the_range_and_reach_both_ends():
    for _ in range(200):
        x = rng.normal(size=(6, 4)) * 10.0 ** rng.integers(-8, 8, 4) + rng.normal(size=4)
        for low in (0, -1):
            scaled = preprocessing.MinMaxScaler((low, 1)).fit_transform(x)
            assert scaled.max() <= 1
            np.testing.assert_array_equal(scaled.min(axis=0), low)
            np.testing.assert_allclose(scaled.max(axis=0), 1, rtol=1e-15)


def test_new_data_may_leave_the_range():
    scaler = preprocessing.MinMaxScaler().fit([[0.0], [10.0]])
    np.testing.assert_array_equal(scaler.transform([[-5], [20]]), [[-0.5], [2]])


def test_a_refused_fit_leaves_what_was_learnt():
    scaler = preprocessing.StandardScaler().fit([[1.0], [3.0]])
    with pytest.raises(ValueError, match="NaN"):
        scaler.fit([[np.nan], [3.0]])
    np.testing.assert_array_equal(scaler.transform([[2.0], [4.0]]), [[0], [2]])


def test_the_data_stay_as_they_were():
    x = rng.normal(size=(5, 2))
    before = x.copy()
    for name in SCALERS:
        ours, _ = both(name)
        ours.inverse_transform(ours.fit_transform(x))
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize(
    ("x", "says"),
    [
        ([[1.0], [np.nan]], "holds NaN or infinity"),
        ([[1.0], [-np.inf]], "holds NaN or infinity"),
        ([[1.0], [None]], "NaN"),
        ([[1.0], [10**400]], "no number"),
        ([["1"], ["2"]], "no number"),
        ([[1j], [2]], "no number"),
        (np.array([["2020-01-01"]], "datetime64[D]"), "no number"),
        ([[1, 2], [3]], "unequal length"),
        ([1.0, 2.0], r"shape \(2,\).*reshape"),
        (5, r"shape \(\)"),
        (np.zeros((2, 2, 2)), "an example a row"),
        (np.empty((0, 3)), "at least one number"),
        (np.empty((3, 0)), "at least one number"),
        ([[1.0], [1e301]], "too large"),
    ],
)
@every_scaler
@pytest.mark.parametrize("method", ("fit", "fit_transform"))
def test_bad_training_data_are_refused_with_what_came(name, method, x, says):
    scaler, _ = both(name)
    with pytest.raises(ValueError, match=says):
        getattr(scaler, method)(x)
    assert not hasattr(scaler, "scale_")


@every_scaler
@pytest.mark.parametrize("method", ("transform", "inverse_transform"))
def test_bad_new_data_are_refused(name, method):
    scaler, _ = both(name)
    with pytest.raises(ValueError, match="call fit"):
        getattr(scaler, method)([[1.0]])
    scaler.fit([[1.0, 2.0], [3.0, 5.0]])
    for x, says in [
        ([[1.0]], "1 columns, the training data had 2"),
        ([[1.0, 2.0, 3.0]], "3 columns, the training data had 2"),
        ([1.0, 2.0], "an example a row"),
        ([[1.0, np.nan]], "NaN"),
    ]:
        with pytest.raises(ValueError, match=says):
            getattr(scaler, method)(x)


def test_a_result_beyond_the_numbers_is_refused():
    scaler = preprocessing.MinMaxScaler().fit([[0.0], [1e-10]])
    with pytest.raises(ValueError, match="so far from the training data"):
        scaler.transform([[1e300]])
    with pytest.raises(ValueError, match="so far from the training data"):
        scaler.transform(np.float32([[3e38]]))


def test_a_standard_deviation_beyond_the_numbers_is_refused():
    with pytest.raises(ValueError, match=r"beyond ±1e\+150"):
        preprocessing.StandardScaler().fit([[1e200], [2e200]])


@pytest.mark.parametrize(
    "feature_range", [(1, 0), (0, 0), (0, np.nan), (0, np.inf), (0, 1, 2), (1,), 5, "ab", None, ()]
)
def test_a_feature_range_that_is_no_range_is_refused(feature_range):
    with pytest.raises(ValueError, match="feature_range"):
        preprocessing.MinMaxScaler(feature_range)
