"""scratch.optimizers against Keras, and in the sheet's own form against SciPy's filters.

Keras passes plain numbers, such as a rate or a share, through float32 even when its variables are float64. The numbers
used here, 1/8, 3/4 and 15/16, pass unchanged.
"""

import copy
import warnings

import numpy as np
import pytest
from scipy.signal import lfilter

from dlsheet.scratch import schedules
from dlsheet.scratch.network import Dense, Network
from dlsheet.scratch.optimizers import AdaGrad, Adam, GradientDescent, Momentum, Nesterov, RMSProp

RATE, BETA, BETA2 = 1 / 8, 3 / 4, 15 / 16
STEPS, TINY = 100, 1e-15
SHAPES = [(3, 2), (), (1, 2, 2)]
ALL = (GradientDescent, Momentum, Nesterov, AdaGrad, RMSProp, Adam)
every_optimizer = pytest.mark.parametrize("optimizer", ALL, ids=lambda optimizer: optimizer.__name__)


@pytest.fixture(autouse=True)
def no_numpy_warning():
    with warnings.catch_warnings(), np.errstate(all="raise", under="ignore"):
        warnings.simplefilter("error", RuntimeWarning)
        yield


@pytest.fixture
def keras(keras_float64):
    return keras_float64


def pairs(keras, rate=RATE):
    """{name: ours and Keras's, as alike as their arguments make them}."""
    k, same_s = keras.optimizers, {"epsilon": TINY**2}
    return {
        "gradient descent": (GradientDescent(rate), k.SGD(rate)),
        "momentum": (Momentum(rate, BETA), k.SGD(rate, momentum=BETA)),
        "nesterov": (Nesterov(rate, BETA), k.SGD(rate, momentum=BETA, nesterov=True)),
        "adagrad": (AdaGrad(rate, TINY), k.Adagrad(rate, initial_accumulator_value=0.0, **same_s)),
        "rmsprop": (RMSProp(rate, BETA, TINY), k.RMSprop(rate, rho=BETA, **same_s)),
        "adam": (Adam(rate, BETA, BETA2, TINY), k.Adam(rate, beta_1=BETA, beta_2=BETA2, epsilon=TINY)),
    }


NAMES = ("gradient descent", "momentum", "nesterov", "adagrad", "rmsprop", "adam")


def random_lists(seed, steps=STEPS):
    """(params, grads of each step): arrays of several shapes, gradients from a thousandth to a thousand."""
    rng = np.random.default_rng(seed)
    params = [rng.normal(size=shape) for shape in SHAPES]
    sizes = [10 ** rng.uniform(-3, 3, shape) for shape in SHAPES]
    return params, [[np.asarray(size * rng.normal(size=np.shape(size))) for size in sizes] for _ in range(steps)]


def keras_path(optimizer, params, gradients, steps=STEPS):
    """The params after each step; gradients: a function of the params and the step's number."""
    from dlsheet.backend import keras

    variables = [keras.Variable(theta, dtype="float64") for theta in params]
    path = []
    for t in range(steps):
        grads = gradients([np.array(v.numpy()) for v in variables], t)
        optimizer.apply([keras.ops.convert_to_tensor(g, "float64") for g in grads], variables)
        path.append([np.array(v.numpy()) for v in variables])
    return path


def our_path(optimizer, params, gradients, steps=STEPS):
    path = []
    for t in range(steps):
        params = optimizer.update(params, gradients(params, t))
        path.append(params)
    return path


def assert_same_path(ours, reference, tolerance=1e-9):
    for step, expected in zip(ours, reference, strict=True):
        for theta, other in zip(step, expected, strict=True):
            np.testing.assert_allclose(theta, other, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", NAMES)
def test_hundred_steps_equal_keras_on_random_gradients(keras, name):
    ours, reference = pairs(keras)[name]
    params, grads = random_lists(0)
    given = lambda params, t: grads[t]
    assert_same_path(our_path(ours, params, given), keras_path(reference, params, given))


@pytest.mark.parametrize("name", NAMES)
def test_hundred_steps_equal_keras_on_a_network_that_reads_digits(keras, name):
    from sklearn.datasets import load_digits

    ours, reference = pairs(keras, rate=1 / 64)[name]  # with large steps rounding errors grow
    x, labels = load_digits(return_X_y=True)
    x, y = x[:80] / 16, np.eye(10)[labels[:80]]
    network = Network([Dense(64, 6, "tanh", rng=0), Dense(6, 10, "softmax", rng=1)])
    start = network.params

    def gradients(params, t):
        network.params = params
        return network.gradients(x, y)

    assert_same_path(our_path(ours, start, gradients), keras_path(reference, start, gradients))


@pytest.mark.parametrize("name", NAMES)
def test_a_rate_that_changes_between_steps_acts_as_keras_schedule_does(keras, name):
    ours, reference = pairs(keras)[name]
    falling = schedules.exponential(RATE, 30)
    start, tenth = (keras.ops.convert_to_tensor(number, "float64") for number in (RATE, 0.1))
    reference.learning_rate = keras.optimizers.schedules.ExponentialDecay(start, 30, tenth)
    params, grads = random_lists(1, 20)

    def given(params, t):
        ours.learning_rate = falling(t)
        return grads[t]

    expected = keras_path(reference, params, lambda params, t: grads[t], 20)
    assert_same_path(our_path(ours, params, given, 20), expected)


# Keras adds another epsilon at another place. With its epsilon set to what ours amounts to there, the steps are equal.


def test_epsilon_outside_the_root_is_keras_epsilon_inside_it_translated(keras, epsilon=0.1):
    """√s + ε = √(s + e) for e = 2 ε √s + ε²."""
    rng = np.random.default_rng(2)
    theta, grads = rng.normal(size=5), rng.normal(size=(STEPS, 5))
    average = (1 - BETA) * lfilter([1], [1, -BETA], grads**2, axis=0)
    for ours, reference, s in (
        (AdaGrad(RATE, epsilon), keras.optimizers.Adagrad(RATE, initial_accumulator_value=0.0), np.cumsum(grads**2, 0)),
        (RMSProp(RATE, BETA, epsilon), keras.optimizers.RMSprop(RATE, rho=BETA), average),
    ):

        def given(params, t, reference=reference, s=s):
            reference.epsilon = keras.ops.convert_to_tensor(2 * epsilon * np.sqrt(s[t]) + epsilon**2)
            return [grads[t]]

        assert_same_path(
            our_path(ours, [theta], lambda params, t: [grads[t]]), keras_path(reference, [theta], given), 1e-12
        )


def test_epsilon_beside_the_corrected_root_is_keras_epsilon_translated(keras, epsilon=0.1):
    """√(s / c) + ε = (√s + e) / √c for e = ε √c, where c = 1 - β2^t."""
    params, grads = random_lists(3)
    reference = keras.optimizers.Adam(RATE, beta_1=BETA, beta_2=BETA2)

    def given(params, t):
        reference.epsilon = keras.ops.convert_to_tensor(epsilon * np.sqrt(1 - BETA2 ** (t + 1)), "float64")
        return grads[t]

    ours = our_path(Adam(RATE, BETA, BETA2, epsilon), params, lambda params, t: grads[t])
    assert_same_path(ours, keras_path(reference, params, given), 1e-12)


@pytest.mark.parametrize("name", ("adagrad", "rmsprop", "adam"))
def test_the_same_large_epsilon_at_keras_place_is_another_step(keras, name):
    ours, reference = pairs(keras)[name]
    ours.epsilon = reference.epsilon = 0.1
    params, grads = random_lists(4, steps=1)
    given = lambda params, t: grads[t]
    (first,), (other,) = our_path(ours, params, given, 1), keras_path(reference, params, given, 1)
    assert np.abs(first[0] - other[0]).max() > 1e-3


def test_keras_adagrad_starts_at_a_tenth_and_steps_shorter_for_it(keras):
    grad = np.array([1e-3])
    (ours,) = AdaGrad(RATE).update([np.zeros(1)], [grad])
    ((reference,),) = keras_path(keras.optimizers.Adagrad(RATE), [np.zeros(1)], lambda params, t: [grad], 1)
    assert ours == pytest.approx(-RATE, rel=1e-4)
    assert reference == pytest.approx(-RATE * 1e-3 / np.sqrt(0.1 + 1e-6 + 1e-7), rel=1e-6)  # its 0.1 is float32


def test_adagrad_equals_tensorflow_kernel_that_has_epsilon_outside_the_root(keras):
    import tensorflow as tf

    rng = np.random.default_rng(5)
    theta, grads = rng.normal(size=5), rng.normal(size=(STEPS, 5))
    variable, accumulator = tf.Variable(theta), tf.Variable(np.zeros(5))
    lr, epsilon = tf.constant(RATE, tf.float64), tf.constant(0.1, tf.float64)
    ours = our_path(AdaGrad(RATE, 0.1), [theta], lambda params, t: [grads[t]])
    for t in range(STEPS):
        tf.raw_ops.ResourceApplyAdagradV2(
            var=variable.handle, accum=accumulator.handle, lr=lr, epsilon=epsilon, grad=grads[t]
        )
        np.testing.assert_allclose(ours[t][0], variable.numpy(), rtol=1e-12)


# The sheet's own forms, all steps at once: SciPy's linear filters in place of the recursions.


def running(share, grads):
    """Σ share^(t-i) grads_i for each t."""
    return lfilter([1.0], [1.0, -share], grads, axis=0)


def sheet_steps(optimizer, grads):
    """What each step takes from θ, for gradients (steps, n) that don't depend on it."""
    n = np.arange(1, len(grads) + 1)[:, np.newaxis]
    match optimizer:
        case GradientDescent():
            return RATE * grads
        case Momentum():
            return RATE * running(BETA, grads)
        case AdaGrad():
            return RATE * grads / (np.sqrt(np.cumsum(grads**2, axis=0)) + 0.1)
        case RMSProp():
            return RATE * grads / (np.sqrt((1 - BETA) * running(BETA, grads**2)) + 0.1)
        case Adam():
            m_hat = (1 - BETA) * running(BETA, grads) / (1 - BETA**n)
            s_hat = (1 - BETA2) * running(BETA2, grads**2) / (1 - BETA2**n)
            return RATE * m_hat / (np.sqrt(s_hat) + 0.1)


@pytest.mark.parametrize(
    "optimizer",
    (
        GradientDescent(RATE),
        Momentum(RATE, BETA),
        AdaGrad(RATE, 0.1),
        RMSProp(RATE, BETA, 0.1),
        Adam(RATE, BETA, BETA2, 0.1),
    ),
    ids=lambda optimizer: type(optimizer).__name__,
)
def test_the_sheets_form_equals_scipys_filter(optimizer):
    grads = np.random.default_rng(6).normal(size=(STEPS, 5))
    ours = our_path(copy.deepcopy(optimizer), [np.ones(5)], lambda params, t: [grads[t]])
    np.testing.assert_allclose(
        [theta for (theta,) in ours], 1 - np.cumsum(sheet_steps(optimizer, grads), 0), rtol=1e-11
    )


@pytest.mark.parametrize("beta", (0.0, 0.5, 0.9, 0.99))
def test_nesterov_moves_as_the_sheet_writes_it(beta):
    curvature = np.array([[3.0, 1.0], [1.0, 2.0]])
    theta, m = np.array([1.0, -2.0]), np.zeros(2)
    optimizer, params = Nesterov(RATE, beta), [theta]
    for _ in range(STEPS):
        m = beta * m + RATE * curvature @ (theta - beta * m)
        theta = theta - m
        params = optimizer.update(params, [curvature @ params[0]])
        np.testing.assert_allclose(optimizer.theta(params)[0], theta, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(params[0], theta - beta * m, rtol=1e-9, atol=1e-12)


def test_theta_is_params_before_the_first_step():
    assert Nesterov(RATE).theta([np.ones(2)])[0].tolist() == [1, 1]


# Properties


@pytest.mark.parametrize("scale", (1e-140, 1e-3, 1.0, 1e140))
def test_first_step_of_adam_and_adagrad_is_the_rate_whatever_the_gradient(scale):
    grad = scale * np.array([3.0, -0.5, 1.0])
    for optimizer in Adam(RATE, epsilon=1e-300), AdaGrad(RATE, epsilon=1e-300):
        (theta,) = optimizer.update([np.zeros(3)], [grad])
        np.testing.assert_allclose(theta, -RATE * np.sign(grad), rtol=1e-9)


def test_first_step_of_rmsprop_is_longer_by_the_root_of_one_minus_beta():
    (theta,) = RMSProp(RATE, 0.9, 1e-15).update([np.zeros(2)], [np.array([5.0, -1e-3])])
    np.testing.assert_allclose(theta, [-RATE / np.sqrt(0.1), RATE / np.sqrt(0.1)], rtol=1e-9)


def test_adam_with_beta1_0_becomes_rmsprop():
    params, grads = random_lists(7, 2000)
    given = lambda params, t: grads[t]
    adam, rmsprop = our_path(Adam(RATE, 0, 0.9), params, given, 2000), our_path(RMSProp(RATE, 0.9), params, given, 2000)
    first, last = ([run[t + 1][0] - run[t][0] for run in (adam, rmsprop)] for t in (0, 1998))
    assert np.abs(first[0] - first[1]).max() > 0.01
    np.testing.assert_allclose(last[0], last[1], rtol=1e-9, atol=1e-12)


@every_optimizer
def test_zero_gradients_move_nothing(optimizer):
    optimizer, params = optimizer(RATE), random_lists(8)[0]
    for _ in range(3):
        moved = optimizer.update(params, [np.zeros(shape) for shape in SHAPES])
        assert all(np.array_equal(new, old) for new, old in zip(moved, params, strict=True))


@every_optimizer
@pytest.mark.parametrize("bad", (np.nan, np.inf, -np.inf, 1e200, 1e153))
def test_a_gradient_that_cannot_be_squared_is_refused_and_leaves_no_trace(optimizer, bad):
    params, grads = random_lists(9, 2)
    tried, other = optimizer(RATE), optimizer(RATE)
    for one in tried, other:
        one.update(params, grads[0])
    with pytest.raises(ValueError, match="Lower the learning rate, or clip"):
        tried.update(params, [*grads[1][:-1], np.full(SHAPES[-1], bad)])
    assert_same_path([tried.update(params, grads[1])], [other.update(params, grads[1])], 0)


@every_optimizer
def test_large_gradients_that_can_be_squared_give_finite_steps(optimizer):
    optimizer, params = optimizer(RATE), [np.ones(3)]
    for _ in range(5):
        params = optimizer.update(params, [np.array([1e148, -1e148, 0])])
        assert np.isfinite(params[0]).all() and params[0][2] == 1


@every_optimizer
def test_nothing_is_changed_in_place(optimizer):
    optimizer = optimizer(RATE)
    params, (grads, more) = random_lists(10, 2)
    kept = copy.deepcopy((params, grads, more))
    second = optimizer.update(optimizer.update(params, grads), more)
    first_again = copy.deepcopy(second)
    optimizer.update(second, grads)
    for now, before in zip((params, grads, more, second), (*kept, first_again), strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(now, before, strict=True))


@every_optimizer
def test_float32_stays_float32_and_whole_numbers_become_floats(optimizer):
    for dtype, expected in ((np.float32, np.float32), (int, float)):
        one, params = optimizer(RATE), [np.ones(3, dtype)]
        for _ in range(3):
            params = one.update(params, [np.ones(3, dtype)])
        assert params[0].dtype == expected and (params[0] < 1).all()


@every_optimizer
def test_float32_gradients_whose_squares_overflow_are_refused(optimizer):
    with pytest.raises(ValueError, match="too large to be squared"):
        optimizer(RATE).update([np.ones(2, np.float32)], [np.full(2, 1e20, np.float32)])


@every_optimizer
@pytest.mark.parametrize("shapes", ([(2,)], [(2,), (4,)], [(2,), (3, 1)], [(3,), (2,)]))
def test_lists_that_do_not_match_are_refused_before_anything_is_remembered(optimizer, shapes):
    optimizer = optimizer(RATE)
    with pytest.raises(ValueError, match="two lists of arrays that match"):
        optimizer.update([np.zeros(2), np.zeros(3)], [np.zeros(shape) for shape in shapes])
    optimizer.update([np.zeros(5)], [np.ones(5)])  # as a new one


@pytest.mark.parametrize("optimizer", ALL[1:], ids=lambda optimizer: optimizer.__name__)
def test_params_that_change_their_shapes_are_refused(optimizer):
    optimizer = optimizer(RATE)
    optimizer.update([np.zeros(2)], [np.ones(2)])
    with pytest.raises(ValueError, match="make a new optimizer"):
        optimizer.update([np.zeros(3)], [np.ones(3)])


@every_optimizer
@pytest.mark.parametrize("rate", (0, -0.1, np.nan, np.inf, "0.1", None))
def test_a_rate_must_be_a_number_above_0(optimizer, rate):
    with pytest.raises(ValueError, match="learning_rate"):
        optimizer(rate)


@pytest.mark.parametrize(
    ("optimizer", "arguments"),
    [
        *((optimizer, {"beta": beta}) for optimizer in (Momentum, Nesterov, RMSProp) for beta in (1, 1.0, -0.1, 90)),
        *((Adam, {name: 1.0}) for name in ("beta1", "beta2")),
        *((optimizer, {"epsilon": 0}) for optimizer in (AdaGrad, RMSProp, Adam)),
    ],
)
def test_shares_of_1_and_an_epsilon_of_0_are_refused(optimizer, arguments):
    (name,) = arguments
    with pytest.raises(ValueError, match=f"{name}="):
        optimizer(RATE, **arguments)
