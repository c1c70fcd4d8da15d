"""scratch.regularizers against Keras, scikit-learn, automatic differentiation and central differences."""

import warnings
from itertools import product

import numpy as np
import pytest
from sklearn.linear_model import Lasso, Ridge

from dlsheet.scratch.network import numerical_gradient
from dlsheet.scratch.regularizers import EarlyStopping, dropout, l1, l2


@pytest.fixture(autouse=True)
def warnings_are_errors():
    with warnings.catch_warnings(), np.errstate(all="raise", under="ignore"):
        warnings.simplefilter("error")
        yield


@pytest.fixture(scope="module")
def keras():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from dlsheet.backend import keras
    return keras


def random_weights():
    rng = np.random.default_rng(0)
    yield from (rng.normal(size=shape) for shape in [(1,), (5,), (3, 4), (2, 3, 4)])
    yield np.array([[0.0, -2.0], [1e-9, 1e9]])


def with_keras_gradient(regularizer, weights):
    """(penalty, gradient) of a Keras regularizer, by automatic differentiation in float64."""
    import tensorflow as tf

    variable = tf.Variable(weights, dtype="float64")
    with tf.GradientTape() as tape:
        penalty = regularizer(variable)
    return penalty.numpy(), tape.gradient(penalty, variable).numpy()


@pytest.mark.parametrize("lam", (0, 1 / 64, 3.0))  # Keras rounds λ to float32, which these survive
def test_penalties_and_gradients_equal_keras_whose_l2_has_no_half(keras, lam):
    references = {l1: keras.regularizers.L1(lam), l2: keras.regularizers.L2(lam / 2)}
    for weights in random_weights():
        for ours, reference in references.items():
            for value, expected in zip(ours(weights, lam), with_keras_gradient(reference, weights), strict=True):
                np.testing.assert_allclose(value, expected, rtol=1e-12)


@pytest.mark.parametrize("penalty", (l1, l2))
def test_gradients_equal_central_differences(penalty):
    for weights in random_weights():
        if np.abs(weights).min() > 1e-3:  # |w| has a kink at 0
            slope = numerical_gradient(lambda w: penalty(w, 0.3)[0], weights)
            np.testing.assert_allclose(penalty(weights, 0.3)[1], slope, atol=1e-8)


def regression():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(40, 6))
    return x, x @ [3, -2, 0.1, 0, 0, 1] + rng.normal(size=40)


def test_l2_leads_to_the_weights_of_ridge_regression():
    x, y = regression()
    weights = Ridge(alpha=0.5 * len(y), fit_intercept=False, tol=1e-12).fit(x, y).coef_
    np.testing.assert_allclose(x.T @ (x @ weights - y) / len(y) + l2(weights, 0.5)[1], 0, atol=1e-10)


def test_l1_leads_to_the_weights_of_lasso_regression():
    x, y = regression()
    weights = Lasso(alpha=0.5, fit_intercept=False, tol=1e-12).fit(x, y).coef_
    slope = x.T @ (x @ weights - y) / len(y)
    chosen = weights != 0
    assert 0 < chosen.sum() < 6
    np.testing.assert_allclose((slope + l1(weights, 0.5)[1])[chosen], 0, atol=1e-9)
    assert (np.abs(slope[~chosen]) <= 0.5).all()  # where a weight is 0 the slope of J0 is weaker than the pull of L1


@pytest.mark.parametrize("penalty", (l1, l2))
def test_penalties_keep_float32_and_take_lists(penalty):
    value, gradient = penalty(np.ones((2, 3), np.float32), np.float64(0.1))
    assert isinstance(value, float) and gradient.dtype == np.float32
    value, gradient = penalty([1, -2], 0.5)
    np.testing.assert_allclose(gradient, [0.5, -0.5] if penalty is l1 else [0.5, -1])


def test_penalties_of_huge_and_tiny_weights():
    huge, tiny = np.array([1e200, -1e200]), np.array([1e-200])
    assert l1(huge, 0.5)[0] == pytest.approx(1e200) and l1(tiny, 1)[0] == 1e-200
    assert l2(huge, 0.5)[0] == np.inf and l2(tiny, 1)[0] == 0
    np.testing.assert_array_equal(l2(huge, 0.5)[1], huge / 2)
    assert l1(np.full(10, 3e38, np.float32), 1)[0] == pytest.approx(3e39)
    assert l2(np.array([1e30], np.float32), 2)[0] == pytest.approx(1e60)
    assert l2(huge, 0)[0] == 0


@pytest.mark.parametrize("penalty", (l1, l2))
@pytest.mark.parametrize("lam", (-0.1, np.nan, np.inf, "0.1", None))
def test_a_strength_that_is_none_is_refused(penalty, lam):
    with pytest.raises(ValueError, match="lam=.*expected a finite strength of at least 0"):
        penalty(np.ones(3), lam)


@pytest.mark.parametrize("penalty", (l1, l2))
@pytest.mark.parametrize("bad", ([np.nan, 1.0], [-np.inf], [], ["a"]))
def test_weights_that_are_no_numbers_are_refused(penalty, bad):
    with pytest.raises(ValueError, match="weights"):
        penalty(bad, 0.1)


class Scripted:
    """A generator that draws what makes a given mask."""

    def __init__(self, kept):
        self.kept = kept

    def random(self, shape):
        assert shape == self.kept.shape
        return np.where(self.kept, 1 - 1e-16, 0.0)


@pytest.mark.parametrize("rate", (0.1, 0.5, 0.9))
def test_training_with_the_mask_of_keras_differs_from_keras_by_one_factor(keras, rate):
    x = np.random.default_rng(2).normal(size=(50, 8))
    reference = np.asarray(keras.layers.Dropout(rate, seed=3, dtype="float64")(x, training=True))
    ours, factor = dropout(x, rate, Scripted(reference != 0))
    assert 0 < (reference != 0).mean() < 1
    np.testing.assert_allclose(ours / (1 - rate), reference, rtol=1e-12)
    np.testing.assert_array_equal(factor, reference != 0)


@pytest.mark.parametrize("rate", (0.2, 0.5))
def test_the_mean_over_many_masks_is_the_output_in_testing_as_in_keras(keras, rate):
    x = np.full((1, 100_000), 2.0)
    error = 5 * 2 * np.sqrt(rate * (1 - rate) / x.size)
    rng = np.random.default_rng(4)
    trained, tested = (dropout(x, rate, rng, training)[0] for training in (True, False))
    assert trained.mean() == pytest.approx(tested.mean(), abs=error)
    layer = keras.layers.Dropout(rate, seed=4, dtype="float64")
    reference_trained, reference_tested = (np.asarray(layer(x, training=training)) for training in (True, False))
    assert reference_trained.mean() * (1 - rate) == pytest.approx(tested.mean(), abs=error)
    np.testing.assert_allclose(reference_tested * (1 - rate), tested)


@pytest.mark.parametrize("rate", (0.2, 0.7))
def test_testing_gives_a_linear_layer_the_mean_over_all_masks(rate):
    rng = np.random.default_rng(5)
    x, kernel, bias = rng.normal(size=(4, 6)), rng.normal(size=(6, 3)), rng.normal(size=3)
    masks = [np.tile(mask, (4, 1)) for mask in product((False, True), repeat=6)]
    chances = [np.prod(np.where(mask[0], 1 - rate, rate)) for mask in masks]
    outputs = [dropout(x, rate, Scripted(mask))[0] @ kernel + bias for mask in masks]
    tested, _ = dropout(x, rate, rng, training=False)
    np.testing.assert_allclose(tested @ kernel + bias, np.tensordot(chances, outputs, 1), rtol=1e-12)


def test_each_entry_is_drawn_on_its_own():
    x = np.ones((200, 300))
    kept, _ = dropout(x, 0.3, np.random.default_rng(6))
    for axis in (0, 1):
        means = kept.mean(axis=axis)
        spread = np.sqrt(0.3 * 0.7 / x.shape[axis])
        assert means.mean() == pytest.approx(0.7, abs=0.01)
        assert means.std() == pytest.approx(spread, rel=0.2)  # a shared mask would make it 0, or much wider


def test_the_gradient_is_multiplied_by_the_factor():
    x, slope = np.random.default_rng(7).normal(size=(2, 5, 4))
    for training in (True, False):
        _, factor = dropout(x, 0.4, np.random.default_rng(8), training)
        expected = numerical_gradient(
            lambda x, training=training: np.sum(slope * dropout(x, 0.4, np.random.default_rng(8), training)[0]), x
        )
        np.testing.assert_allclose(slope * factor, expected, atol=1e-9)


@pytest.mark.parametrize("training", (True, False))
def test_rate_0_changes_nothing_and_rate_1_leaves_nothing(training):
    x = np.random.default_rng(9).normal(size=(30, 30))
    before = x.copy()
    np.testing.assert_array_equal(dropout(x, 0, np.random.default_rng(0), training)[0], x)
    np.testing.assert_array_equal(dropout(x, 1, np.random.default_rng(0), training)[0], 0 * x)
    np.testing.assert_array_equal(x, before)


def test_keras_drops_nothing_at_rate_0_and_everything_at_rate_1(keras):
    x = np.ones((3, 4))
    for rate, expected in ((0, 1), (1, 0)):
        layer = keras.layers.Dropout(rate, seed=0, dtype="float64")
        np.testing.assert_array_equal(np.asarray(layer(x, training=True)), expected * x)


@pytest.mark.parametrize("training", (True, False))
@pytest.mark.parametrize("dtype", ("float16", "float32", "float64"))
def test_dropout_keeps_the_precision(training, dtype):
    output, factor = dropout(np.ones((2, 3), dtype), 0.3, np.random.default_rng(0), training)
    assert output.dtype == factor.dtype == dtype


def test_whole_numbers_become_floats():
    assert dropout([[1, 2]], 0.5, np.random.default_rng(0), training=False)[0].tolist() == [[0.5, 1.0]]


@pytest.mark.parametrize("rate", (50, -0.1, 1.1, np.nan, "0.5", None))
def test_a_rate_that_is_no_probability_is_refused(rate):
    with pytest.raises(ValueError, match="rate=.*expected a probability, not a percentage, 0 to 1"):
        dropout(np.ones(3), rate, np.random.default_rng(0))


def test_keras_refuses_a_rate_of_50_too(keras):
    with pytest.raises(ValueError, match="between 0 and 1"):
        keras.layers.Dropout(50)


@pytest.mark.parametrize("bad", ([np.nan, 1.0], [np.inf], [], ["a"]))
def test_dropout_refuses_what_is_no_number(bad):
    with pytest.raises(ValueError, match="x h"):
        dropout(bad, 0.5, np.random.default_rng(0))


def stopped_by_us(errors, patience):
    """(number of steps taken, parameter that is kept); step k has the parameter k."""
    stopping = EarlyStopping(patience)
    for k, error in enumerate(errors):
        if stopping.update(error, [np.array([float(k)])]):
            break
    return k + 1, stopping.best_params[0].item()


class Weight:
    """As much of a model as the callback of Keras touches: one weight."""

    stop_training, weight = False, None

    def get_weights(self):
        return self.weight

    def set_weights(self, weight):
        self.weight = weight


def stopped_by_keras(keras, errors, patience):
    """The same by keras.callbacks.EarlyStopping."""
    callback, model = keras.callbacks.EarlyStopping(patience=patience, restore_best_weights=True), Weight()
    callback.set_model(model)
    callback.on_train_begin()
    for k, error in enumerate(errors):
        model.set_weights(float(k))
        callback.on_epoch_end(k, {"val_loss": error})
        if model.stop_training:
            break
    callback.on_train_end()
    return k + 1, model.get_weights()


def error_sequences():
    """Walks with ties, with NaN and infinity among them, falling ones that never stop, and one step only."""
    rng = np.random.default_rng(10)
    yield from ([0.5], [3.0, 2.0, 1.0], [1.0, 1.0, 1.0], [np.inf, np.inf, 1.0, 2.0], [1.0, np.nan, 0.5, np.nan])
    for n in rng.integers(2, 25, 150):
        errors = np.round(rng.normal(size=n).cumsum() / 2 - 0.1 * np.arange(n)) + 0.0
        yield errors.tolist()
        errors[1:][rng.random(n - 1) < 0.2] = np.nan
        yield errors.tolist()


@pytest.mark.parametrize("patience", (1, 2, 5))
def test_early_stopping_stops_and_keeps_what_keras_does(keras, patience):
    stopped = 0
    for errors in error_sequences():
        ours = stopped_by_us(errors, patience)
        assert ours == stopped_by_keras(keras, errors, patience), errors
        stopped += ours[0] < len(errors)
    assert stopped > 20


def test_a_first_error_of_nan_is_forgotten_by_us_and_kept_by_keras(keras):
    errors = [np.nan, 3.0, 2.0, 1.0]
    assert stopped_by_us(errors, 2) == (4, 3.0)
    assert stopped_by_keras(keras, errors, 2) == (3, 0.0)


def test_only_nan_stops_after_the_patience_with_the_first_parameters():
    assert stopped_by_us([np.nan] * 9, 3) == (4, 0.0)


def test_best_error_and_step_are_those_of_the_first_lowest():
    stopping = EarlyStopping(2)
    answers = [stopping.update(error, [np.zeros(1)]) for error in (0.4, 0.2, np.nan, 0.2, 0.3)]
    assert (stopping.best_error, stopping.best_step) == (0.2, 1)
    assert answers == [False, False, False, True, True]


def test_the_kept_parameters_do_not_change_with_the_network():
    stopping, params = EarlyStopping(1), [np.zeros(2), np.zeros((2, 2), np.float32)]
    stopping.update(1.0, params)
    for theta in params:
        theta += 1
    assert all((kept == 0).all() for kept in stopping.best_params)
    assert [kept.dtype for kept in stopping.best_params] == [theta.dtype for theta in params]


@pytest.mark.parametrize("patience", (0, -1, 1.5, "3", None))
def test_a_patience_that_is_no_count_is_refused(patience):
    with pytest.raises(ValueError, match="patience=.*expected a whole number of at least 1"):
        EarlyStopping(patience)
