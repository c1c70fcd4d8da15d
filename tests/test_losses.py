"""scratch.losses against scikit-learn, Keras, TensorFlow's automatic differentiation and central differences."""

import warnings

import numpy as np
import pytest
import sklearn.metrics

from dlsheet.scratch import losses
from dlsheet.scratch.activations import sigmoid
from dlsheet.scratch.network import numerical_gradient

PAIRS = {
    "mse": (losses.mse_cost, losses.mse_gradient),
    "cross_entropy": (losses.cross_entropy_cost, losses.cross_entropy_gradient),
}
every_pair = pytest.mark.parametrize(("cost", "gradient"), PAIRS.values(), ids=PAIRS)


@pytest.fixture(autouse=True)
def every_warning_is_an_error():
    with warnings.catch_warnings(), np.errstate(all="raise", under="ignore"):
        warnings.simplefilter("error")
        yield


def examples(seed, m=40, n=3, fractions=False):
    """x (m, n), y (m,) 0 or 1 (or in between), and the n weights and the bias of a unit, one array."""
    rng = np.random.default_rng(seed)
    y = rng.random(m) if fractions else rng.integers(0, 2, m)
    return rng.normal(size=(m, n)), y.astype(float), rng.normal(size=n + 1)


def output(x, theta):
    return sigmoid(x @ theta[:-1] + theta[-1])


@pytest.mark.parametrize("shape", ((1,), (50,), (50, 1), (20, 4)))
def test_mse_cost_is_half_of_what_sklearn_calls_mse(shape):
    y_true, y_pred = np.random.default_rng(0).normal(size=(2, *shape))
    squares = sklearn.metrics.mean_squared_error(y_true, y_pred, multioutput="raw_values")
    assert losses.mse_cost(y_true, y_pred) == pytest.approx(squares.sum() / 2, rel=1e-12)


@pytest.mark.parametrize("m", (1, 2, 100))
def test_cross_entropy_cost_equals_sklearn(m):
    rng = np.random.default_rng(m)
    y_true, y_pred = rng.integers(0, 2, m), rng.random(m)
    assert losses.cross_entropy_cost(y_true, y_pred) == pytest.approx(
        sklearn.metrics.log_loss(y_true, y_pred, labels=[0, 1]), rel=1e-12
    )


def test_cross_entropy_of_several_units_is_the_sum_of_theirs():
    rng = np.random.default_rng(1)
    y_true, y_pred = rng.integers(0, 2, (30, 4)), rng.random((30, 4))
    each = [sklearn.metrics.log_loss(y_true[:, k], y_pred[:, k]) for k in range(4)]
    assert losses.cross_entropy_cost(y_true, y_pred) == pytest.approx(sum(each), rel=1e-12)


def test_costs_equal_keras(keras_float64):
    rng = np.random.default_rng(2)
    y_true, y_pred = rng.integers(0, 2, (30, 1)).astype(float), rng.uniform(0.001, 0.999, (30, 1))
    mse, entropy = keras_float64.losses.MeanSquaredError(), keras_float64.losses.BinaryCrossentropy()
    assert losses.mse_cost(y_true, y_pred) == pytest.approx(float(mse(y_true, y_pred)) / 2, rel=1e-12)
    assert losses.cross_entropy_cost(y_true, y_pred) == pytest.approx(float(entropy(y_true, y_pred)), rel=1e-12)


@pytest.mark.parametrize("fractions", (False, True))
@pytest.mark.parametrize("seed", range(5))
@every_pair
def test_gradients_equal_central_differences(cost, gradient, seed, fractions):
    x, y, theta = examples(seed, fractions=fractions)
    dw, db = gradient(x, y, output(x, theta))
    numerical = numerical_gradient(lambda t: cost(y, output(x, t)), theta)
    np.testing.assert_allclose(np.r_[dw, db], numerical, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("seed", range(5))
@every_pair
def test_gradients_equal_automatic_differentiation(cost, gradient, seed):
    from dlsheet.backend import keras  # noqa: F401, starts TensorFlow in silence

    tf = pytest.importorskip("tensorflow")
    x, y, theta = examples(seed)
    variable = tf.Variable(theta)
    with tf.GradientTape() as tape:
        z = tf.linalg.matvec(tf.constant(x), variable[:-1]) + variable[-1]
        if cost is losses.mse_cost:
            each = (tf.sigmoid(z) - y) ** 2 / 2
        else:
            each = tf.nn.sigmoid_cross_entropy_with_logits(tf.constant(y), z)
        total = tf.reduce_mean(each)
    dw, db = gradient(x, y, output(x, theta))
    assert total.numpy() == pytest.approx(cost(y, output(x, theta)), rel=1e-12)
    np.testing.assert_allclose(np.r_[dw, db], tape.gradient(total, variable).numpy(), rtol=1e-10, atol=1e-13)


def test_zero_times_log_of_zero_counts_nothing():
    cost = losses.cross_entropy_cost([1, 0], [1, 0])
    assert cost == 0 and not np.signbit(cost)


@pytest.mark.parametrize(("y_true", "y_pred"), [(1, 0), (0, 1), (0.5, 1), (0.5, 0)])
def test_a_wrong_answer_given_as_certain_costs_infinity(y_true, y_pred):
    assert losses.cross_entropy_cost([1, 0, y_true], [0.5, 0.5, y_pred]) == np.inf


def test_where_ours_is_infinite_sklearn_and_keras_clip(keras_float64):
    y_true, y_pred = np.array([[1.0], [0.0]]), np.array([[0.0], [1.0]])
    assert losses.cross_entropy_cost(y_true, y_pred) == np.inf
    sklearns = sklearn.metrics.log_loss(y_true, y_pred)
    assert sklearns == pytest.approx(-np.log(np.finfo(float).eps), rel=1e-12)  # 36.04
    kerass = float(keras_float64.losses.BinaryCrossentropy()(y_true, y_pred))
    assert kerass == pytest.approx(-np.log(1e-7), rel=1e-9)  # 16.12


def test_a_tiny_probability_is_not_lost():
    assert losses.cross_entropy_cost([1.0], [1e-300]) == pytest.approx(300 * np.log(10), rel=1e-12)
    assert losses.cross_entropy_cost([0.0], [1e-18]) == pytest.approx(1e-18, rel=1e-12, abs=0)


@pytest.mark.parametrize("z", (-1000.0, 1000.0))
def test_a_saturated_unit_that_is_wrong_stops_mse_but_not_cross_entropy(z):
    x, y = np.array([[2.0]]), np.array([z < 0], float)
    y_pred = sigmoid(np.array([z]))
    assert losses.mse_gradient(x, y, y_pred) == (0, 0)
    assert losses.cross_entropy_gradient(x, y, y_pred) == (np.sign(z) * 2, np.sign(z))


def test_squares_beyond_all_numbers_cost_infinity():
    assert losses.mse_cost([-1e308, 0], [1e308, 0]) == np.inf


def test_labels_may_be_booleans_lists_or_whole_numbers():
    expected = losses.cross_entropy_cost(np.array([1.0, 0.0]), np.array([0.7, 0.2]))
    for labels in ([True, False], [1, 0], np.array([1, 0], np.uint8)):
        assert losses.cross_entropy_cost(labels, [0.7, 0.2]) == expected


@pytest.mark.parametrize("cost", (losses.mse_cost, losses.cross_entropy_cost))
@pytest.mark.parametrize(
    ("y_true", "y_pred", "says"),
    [
        ([], [], "at least one number"),
        ([0, 1], [1], r"\(2,\), y_pred \(1,\)"),
        ([0, 1], [[0.5], [0.5]], r"\.ravel\(\)"),
        (1, 1, "expected the same"),
        ([0, np.nan], [0, 1], "y_true holds NaN"),
        ([0, 1], [0, np.inf], "y_pred holds NaN or infinity"),
        (["a"], [1], "no number"),
    ],
)
def test_bad_arguments_are_refused_with_what_came(cost, y_true, y_pred, says):
    with pytest.raises(ValueError, match=says):
        cost(y_true, y_pred)


@pytest.mark.parametrize(
    ("y_true", "y_pred", "says"), [([0, 1], [0.5, 1.5], "y_pred runs from 0.5 to 1.5"), ([-1, 1], [0.5, 0.5], "y_true")]
)
def test_cross_entropy_refuses_what_is_no_probability(y_true, y_pred, says):
    for call in (losses.cross_entropy_cost, lambda *y: losses.cross_entropy_gradient([[1.0], [2.0]], *y)):
        with pytest.raises(ValueError, match=says):
            call(y_true, y_pred)


@pytest.mark.parametrize("gradient", (losses.mse_gradient, losses.cross_entropy_gradient))
@pytest.mark.parametrize(
    ("x", "y_true", "y_pred", "says"),
    [
        ([1.0, 2.0], [0, 1], [0.5, 0.5], r"expected \(m, n\)"),
        ([[1.0]], [0, 1], [0.5, 0.5], "1 rows"),
        ([[1.0], [2.0]], [[0], [1]], [[0.5], [0.5]], "one label a row"),
        ([[1.0], [np.nan]], [0, 1], [0.5, 0.5], "x holds NaN"),
        ([[1.0], [2.0]], [0, 1], [0.5, -0.1], "Apply sigmoid"),
    ],
)
def test_gradients_refuse_shapes_that_do_not_match(gradient, x, y_true, y_pred, says):
    with pytest.raises(ValueError, match=says):
        gradient(x, y_true, y_pred)
