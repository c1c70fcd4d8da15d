"""scratch.schedules against Keras and scikit-learn."""

import warnings

import numpy as np
import pytest

from dlsheet.scratch.schedules import PerformanceSchedule, exponential, power

TIMES = [0, 1, 2, 7, 10, 99, 1000, 12345]


@pytest.fixture(autouse=True)
def no_numpy_warning():
    with warnings.catch_warnings(), np.errstate(all="raise", under="ignore"):
        warnings.simplefilter("error", RuntimeWarning)
        yield


@pytest.fixture
def keras(keras_float64):
    return keras_float64


@pytest.mark.parametrize(("alpha0", "T"), [(0.1, 10), (3.0, 1000), (1e-3, 0.5)])
def test_exponential_and_power_equal_keras(keras, alpha0, T):
    schedules = keras.optimizers.schedules
    start, tenth = (keras.ops.convert_to_tensor(number, "float64") for number in (alpha0, 0.1))  # plain: float32
    for ours, reference in (
        (exponential(alpha0, T), schedules.ExponentialDecay(start, decay_steps=T, decay_rate=tenth)),
        (power(alpha0, T), schedules.InverseTimeDecay(start, decay_steps=T, decay_rate=1.0)),
    ):
        np.testing.assert_allclose(
            [ours(t) for t in TIMES], [float(reference(t)) for t in TIMES], rtol=1e-12, atol=1e-300
        )
        np.testing.assert_allclose(ours(np.array(TIMES)), [ours(t) for t in TIMES], rtol=1e-12)


@pytest.mark.parametrize("power_t", (0.25, 0.5, 1.0))
def test_power_with_any_exponent_equals_the_rate_that_sklearn_steps_with(power_t):
    """SGDRegressor's rate in step i = 1, 2, … is eta0 / i^power_t: ours with T = 1 and t = i - 1.

    It is read off its steps: with w = 0, b = 0 and y of either sign of 1 the absolute error's gradient is ∓1.
    """
    from sklearn.linear_model import SGDRegressor

    model = SGDRegressor(
        loss="epsilon_insensitive",
        epsilon=0.0,
        alpha=0.0,
        penalty=None,
        learning_rate="invscaling",
        eta0=0.1,
        power_t=power_t,
        fit_intercept=False,
        shuffle=False,
    )
    rate, w = power(0.1, 1, power_t), 0.0
    for t in range(50):
        model.partial_fit([[1.0]], [1e6])
        assert model.coef_[0] - w == pytest.approx(rate(t), rel=1e-9)
        w = model.coef_[0]


def test_a_tenth_after_T_and_a_half_after_T():
    assert exponential(0.2, 50)(50) == pytest.approx(0.02, rel=1e-15)
    assert power(0.2, 50)(50) == pytest.approx(0.1, rel=1e-15)
    assert power(0.2, 50)(100) == pytest.approx(0.2 / 3, rel=1e-15)
    assert power(0.2, 50, c=2)(50) == pytest.approx(0.05, rel=1e-15)


@pytest.mark.parametrize("rate", (exponential(0.1, 10), power(0.1, 10), power(0.1, 10, 400), power(0.1, 1e-5, 0.1)))
def test_rates_fall_from_the_first_one_to_0_without_an_error(rate):
    assert rate(0) == 0.1
    values = [rate(t) for t in (0, 1, 10, 1e3, 1e9, 1e300, np.inf)]
    assert values == sorted(values, reverse=True) and values[-1] == 0
    np.testing.assert_array_equal(rate(np.arange(5, dtype=np.uint8)), rate(np.arange(5)))


@pytest.mark.parametrize("rate", (exponential(0.1, 10), power(0.1, 10)))
@pytest.mark.parametrize("t", (-1, -20, np.nan, [3, -1]))
def test_times_before_the_start_are_refused(rate, t):
    with pytest.raises(ValueError, match="expected 0 or more"):
        rate(t)


@pytest.mark.parametrize("bad", (0, -1, np.nan, np.inf, "1"))
@pytest.mark.parametrize("schedule", (exponential, power))
def test_arguments_must_be_above_0(schedule, bad):
    with pytest.raises(ValueError, match="alpha0="):
        schedule(bad, 10)
    with pytest.raises(ValueError, match="T="):
        schedule(0.1, bad)
    with pytest.raises(ValueError, match="c="):
        power(0.1, 10, bad)


class Model:
    """What ReduceLROnPlateau needs to see of a model."""

    def __init__(self, optimizer):
        self.optimizer = optimizer


def keras_rates(keras, errors, alpha0, **arguments):
    """The rate after each epoch, from ReduceLROnPlateau."""
    callback = keras.callbacks.ReduceLROnPlateau(mode="min", **arguments)
    model = Model(keras.optimizers.SGD(alpha0))
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch, error in enumerate(errors):
        callback.on_epoch_end(epoch, {"val_loss": error})
        rates.append(float(model.optimizer.learning_rate))
    return rates


def error_sequences():
    """Errors that fall, rise, stand still, hover around min_delta, or are infinite."""
    rng = np.random.default_rng(0)
    yield from ([1.0] * 30, list(np.linspace(1, 0, 30)), list(np.linspace(0, 1, 30)), [np.inf] * 9 + [1.0] * 9)
    yield [1 - 1e-4 * i for i in range(30)]
    for _ in range(5):
        yield list(rng.normal(size=40))
        yield list(np.round(np.exp(-np.arange(40) / 10) + 0.05 * rng.random(40), 2))


@pytest.mark.parametrize("patience", (1, 2, 5))
@pytest.mark.parametrize("min_delta", (0, 1e-4, 0.02))
def test_performance_schedule_equals_reduce_lr_on_plateau(keras, patience, min_delta):
    for errors in error_sequences():
        ours = PerformanceSchedule(0.1, 0.3, patience, min_delta)
        rates = [ours.update(error) for error in errors]
        reference = keras_rates(keras, errors, 0.1, factor=0.3, patience=patience, min_delta=min_delta)
        np.testing.assert_allclose(rates, reference, rtol=1e-12)


def test_defaults_are_keras_defaults(keras):
    errors = list(np.random.default_rng(1).random(60))
    ours = PerformanceSchedule(0.1)
    rates = [ours.update(error) for error in errors]
    np.testing.assert_allclose(rates, keras_rates(keras, errors, 0.1), rtol=1e-12)
    assert rates[-1] < 0.1


def test_an_error_that_is_nan_is_refused():
    with pytest.raises(ValueError, match="diverged"):
        PerformanceSchedule(0.1).update(np.nan)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"alpha0": 0}, "alpha0=0"),
        ({"factor": 1}, "factor=1"),
        ({"factor": 1.0}, "factor=1"),
        ({"factor": 0}, "factor=0"),
        ({"factor": 2}, "factor=2"),
        ({"patience": 0}, "patience=0"),
        ({"patience": 1.5}, "patience=1.5"),
        ({"min_delta": -1}, "min_delta=-1"),
    ],
)
def test_performance_schedule_refuses_values_out_of_range(arguments, says):
    with pytest.raises(ValueError, match=says):
        PerformanceSchedule(**{"alpha0": 0.1, **arguments})
