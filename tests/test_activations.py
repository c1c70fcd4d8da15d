"""scratch.activations against Keras and SciPy, the derivatives against automatic differentiation, in float64."""

import warnings

import numpy as np
import pytest
import scipy.special
import tensorflow as tf

from dlsheet.backend import keras
from dlsheet.scratch import activations
from dlsheet.scratch.activations import ACTIVATIONS, derivative

# Keras keeps leaky ReLU's slope in float32: 0.25 is the same number there, 0.01 is not.
KERAS = {
    "linear": (keras.activations.linear, {}),
    "sigmoid": (keras.activations.sigmoid, {}),
    "tanh": (keras.activations.tanh, {}),
    "relu": (keras.activations.relu, {}),
    "leaky_relu": (lambda z: keras.activations.leaky_relu(z, negative_slope=0.25), {"alpha": 0.25}),
    "elu": (keras.activations.elu, {}),
    "elu, alpha 0.3": (lambda z: keras.activations.elu(z, alpha=0.3), {"alpha": 0.3}),
}
each = pytest.mark.parametrize("case", KERAS)
elementwise = pytest.mark.parametrize("name", [name for name in ACTIVATIONS if name != "softmax"])
every = pytest.mark.parametrize("name", ACTIVATIONS)

EDGES = [0.0, -0.0, 2.3e-308, -2.3e-308, 1, -1, 36, -36, 710, -710, 1e4, -1e4, 1e300, -1e300]


@pytest.fixture(autouse=True)
def no_numpy_warnings():
    with warnings.catch_warnings(), np.errstate(all="raise", under="ignore"):
        warnings.simplefilter("error")
        yield


def inputs():
    """Edge cases, and random numbers of all sizes and both signs."""
    rng = np.random.default_rng(0)
    return np.concatenate([EDGES, rng.normal(size=300) * 10.0 ** rng.integers(-6, 4, 300)])


def tensor(z):
    return keras.ops.convert_to_tensor(z, "float64")


def automatic(function, z, jacobian=False):
    """The derivative of a Keras function, by TensorFlow's GradientTape."""
    z = tensor(z)
    with tf.GradientTape() as tape:
        tape.watch(z)
        values = function(z)
    return (tape.batch_jacobian if jacobian else tape.gradient)(values, z).numpy()


@each
def test_values_equal_keras(case):
    (function, alpha), ours = KERAS[case], ACTIVATIONS[case.partition(",")[0]]
    np.testing.assert_allclose(ours(inputs(), **alpha), function(tensor(inputs())).numpy(), rtol=1e-12, atol=1e-14)


@each
def test_derivatives_equal_automatic_differentiation(case):
    (function, alpha), ours = KERAS[case], derivative(case.partition(",")[0])
    np.testing.assert_allclose(ours(inputs(), **alpha), automatic(function, inputs()), rtol=1e-12, atol=1e-14)


def test_leaky_relu_with_the_sheets_alpha_equals_keras_up_to_its_float32_slope():
    def function(z):
        return keras.activations.leaky_relu(z, negative_slope=0.01)

    z = inputs()
    np.testing.assert_allclose(activations.leaky_relu(z), function(tensor(z)).numpy(), rtol=1e-7, atol=1e-300)
    np.testing.assert_allclose(derivative("leaky_relu")(z), automatic(function, z), rtol=1e-7)


@pytest.mark.parametrize("name", ("relu", "leaky_relu", "elu"))
def test_alphas_other_than_the_default_change_the_negative_side_only(name):
    z = np.array([-2.0, -0.5, 0.5, 2.0])
    if name == "relu":
        np.testing.assert_array_equal(activations.relu(z), [0, 0, 0.5, 2])
        return
    one, other = (ACTIVATIONS[name](z, alpha=alpha) for alpha in (0.1, 3.0))
    np.testing.assert_allclose(other[:2] / one[:2], 30)
    np.testing.assert_array_equal(other[2:], one[2:])


def test_sigmoid_keeps_its_digits_in_both_tails():
    z = np.linspace(-700, 40, 2001)
    np.testing.assert_allclose(activations.sigmoid(z), scipy.special.expit(z), rtol=1e-14, atol=0)
    slope = scipy.special.expit(z) * scipy.special.expit(-z)
    np.testing.assert_allclose(derivative("sigmoid")(z), slope, rtol=1e-13, atol=0)


def test_elu_keeps_its_digits_near_zero():
    z = -np.logspace(-300, 0, 301)
    np.testing.assert_allclose(activations.elu(z), scipy.special.expm1(z), rtol=1e-15, atol=0)


@every
@pytest.mark.parametrize("shape", ((3,), (2, 3), (2, 3, 4), (0, 3)))
def test_shape_and_float32_are_kept(name, shape):
    z = np.random.default_rng(1).normal(size=shape).astype(np.float32) * 3
    for function, extra in (ACTIVATIONS[name], ()), (derivative(name), shape[-1:] if name == "softmax" else ()):
        small, large = function(z), function(z.astype(float))
        assert small.dtype == np.float32 and large.dtype == np.float64
        assert small.shape == large.shape == shape + extra
        np.testing.assert_allclose(small, large, rtol=1e-5, atol=1e-6)


@elementwise
@pytest.mark.parametrize("number", (0.7, -0.7, 0, -3, np.float32(-0.7), np.float64(0.7)))
def test_a_number_gives_a_number_in_full_precision(name, number):
    for function in ACTIVATIONS[name], derivative(name):
        result = function(number)
        assert np.ndim(result) == 0
        assert np.float32(result) == pytest.approx(function(np.array([number], float))[0], rel=1e-6)
        if not isinstance(number, np.float32):
            assert float(result) == function(np.array([number], float))[0]


@every
@pytest.mark.parametrize("dtype", (np.int64, np.int8, bool))
def test_whole_numbers_give_what_floats_give(name, dtype):
    z = np.array([[-3, 0, 2], [1, 0, 1]]).astype(dtype)
    for function in ACTIVATIONS[name], derivative(name):
        np.testing.assert_array_equal(np.asarray(function(z), float), function(z.astype(float)))
    if name not in ("linear", "relu"):  # those two stay whole
        assert ACTIVATIONS[name](z).dtype == np.float64
    assert derivative(name)(z).dtype == np.float64


@elementwise
def test_infinity_gives_the_limit_and_nan_stays_nan(name):
    limits = {"sigmoid": (0, 1), "tanh": (-1, 1), "relu": (0, np.inf), "elu": (-1, np.inf)}
    below, above = limits.get(name, (-np.inf, np.inf))
    np.testing.assert_array_equal(ACTIVATIONS[name](np.array([-np.inf, np.inf, np.nan])), [below, above, np.nan])


@every
def test_the_argument_is_left_alone(name):
    z = np.array([[-2.0, 0.0, 3.0]])
    ACTIVATIONS[name](z), derivative(name)(z)
    np.testing.assert_array_equal(z, [[-2.0, 0.0, 3.0]])


def rows_for_softmax():
    """Rows of three: random ones of all sizes, then rows that overflow in the naive formula, or tie."""
    rng = np.random.default_rng(2)
    edges = [[1e4, 0, -1e4], [1e4, 1e4, 1e4], [-1e4, -1e4, 0], [0, 0, 0], [1e308, -1e308, 0], [-800, -801, -802]]
    return np.concatenate([edges, rng.normal(size=(100, 3)) * 10.0 ** rng.integers(-3, 4, (100, 1))])


def test_softmax_equals_keras_and_scipy():
    z = rows_for_softmax()
    np.testing.assert_allclose(activations.softmax(z), keras.activations.softmax(tensor(z)).numpy(), atol=1e-15)
    with np.errstate(over="ignore"):  # in SciPy
        np.testing.assert_allclose(activations.softmax(z), scipy.special.softmax(z, axis=-1), rtol=1e-13, atol=0)
    np.testing.assert_allclose(activations.softmax(z).sum(axis=-1), 1, rtol=1e-15)
    np.testing.assert_array_equal(activations.softmax(z[0]), activations.softmax(z)[0])


def test_softmax_jacobian_equals_automatic_differentiation():
    z = rows_for_softmax()
    reference = automatic(keras.activations.softmax, z, jacobian=True)
    np.testing.assert_allclose(derivative("softmax")(z), reference, atol=1e-14)


def test_softmax_gives_minus_infinity_the_probability_0():
    np.testing.assert_allclose(activations.softmax([[0, -np.inf, 0]]), [[0.5, 0, 0.5]])


def test_softmax_of_two_is_the_sigmoid_of_their_difference():
    z = rows_for_softmax()[:, :2]
    with np.errstate(over="ignore"):
        difference = z[:, 1] - z[:, 0]
    np.testing.assert_allclose(activations.softmax(z)[:, 1], scipy.special.expit(difference), rtol=1e-12)


@pytest.mark.parametrize(
    ("z", "says"),
    [
        (3.0, r"shape \(\)"),
        ([], r"shape \(0,\)"),
        (np.zeros((2, 0)), r"shape \(2, 0\)"),
        ([1, np.nan], "NaN or infinity"),
        ([1, np.inf], "NaN or infinity"),
        ([[0, 1], [-np.inf, -np.inf]], "nothing but -infinity"),
    ],
)
def test_softmax_refuses_what_has_no_probabilities(z, says):
    for function in activations.softmax, derivative("softmax"):
        with pytest.raises(ValueError, match=says):
            function(z)


def test_derivative_of_an_unknown_activation_is_refused():
    with pytest.raises(ValueError, match="'swish'.*sigmoid, tanh, relu"):
        derivative("swish")
