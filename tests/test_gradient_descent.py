"""scratch.gradient_descent: where it arrives, where it cannot, and the batches."""

import tracemalloc
import warnings
from itertools import islice

import numpy as np
import pytest
from scipy.optimize import minimize, rosen, rosen_der

from dlsheet.scratch.gradient_descent import descend, gradient_descent, minibatches


@pytest.fixture(autouse=True)
def every_warning_is_an_error():
    with warnings.catch_warnings(), np.errstate(all="raise", under="ignore"):
        warnings.simplefilter("error")
        yield


@pytest.fixture(params=range(3))
def bowl(request):
    """J = θᵀAθ/2 - cᵀθ of a random A: its gradient, its minimum and A's largest eigenvalue."""
    rng = np.random.default_rng(request.param)
    root = rng.normal(size=(6, 4))
    a, c = root.T @ root + np.eye(4), rng.normal(size=4)
    return lambda theta: a @ theta - c, np.linalg.solve(a, c), np.linalg.eigvalsh(a)[-1]


def test_it_arrives_with_a_rate_just_below_two_over_the_largest_eigenvalue(bowl):
    gradient, minimum, largest = bowl
    found = gradient_descent(gradient, np.ones(4), 0.99 * 2 / largest, tolerance=1e-10)
    np.testing.assert_allclose(found, minimum, atol=1e-8)


def test_just_above_it_diverges_and_says_so(bowl):
    gradient, _, largest = bowl
    with pytest.raises(ValueError, match="θ left the finite numbers at step .*Try a tenth"):
        gradient_descent(gradient, np.ones(4), 1.01 * 2 / largest, max_steps=10**6)


def test_it_finds_the_minimum_of_rosenbrocks_valley_that_scipy_finds():
    scipys = minimize(rosen, [-1.2, 1], jac=rosen_der, options={"gtol": 1e-10}).x
    found = gradient_descent(rosen_der, [-1.2, 1], 1e-3, tolerance=1e-9, max_steps=100_000)
    np.testing.assert_allclose(found, scipys, atol=1e-4)


@pytest.mark.parametrize("theta0", (3, 3.0, [3.0], [[3.0, -1.0], [2.0, 5.0]]))
def test_theta_may_be_a_number_or_an_array_of_any_shape(theta0):
    found = gradient_descent(lambda theta: theta - 1, theta0, 0.5)
    assert np.shape(found) == np.shape(theta0)
    np.testing.assert_allclose(found, 1, atol=1e-5)


def test_it_stops_at_the_first_move_below_the_tolerance():
    path = list(islice(descend(lambda theta: theta, 1.0, 0.5), 12))
    np.testing.assert_allclose(path, 0.5 ** np.arange(12), rtol=1e-12)
    assert gradient_descent(lambda theta: theta, 1.0, 0.5, tolerance=0.1) == 0.5**4  # a move of 0.0625


def test_the_start_is_left_as_it_was():
    theta0 = np.ones(2)
    gradient_descent(lambda theta: theta, theta0, 0.5)
    np.testing.assert_array_equal(theta0, 1)


def test_too_few_steps_warn():
    with pytest.warns(RuntimeWarning, match="still moved by 0.125 after 3 steps"):
        assert gradient_descent(lambda theta: theta, 1.0, 0.5, max_steps=3) == 0.125
    assert gradient_descent(lambda theta: theta, 1.0, 0.5, tolerance=0.126, max_steps=3) == 0.125


def test_moves_beyond_all_squares_are_no_numpy_warning():
    with pytest.warns(RuntimeWarning, match="still moved by inf"):
        gradient_descent(lambda theta: 2 * theta, np.full(2, 1e200), 0.999, max_steps=2)


def test_a_gradient_that_overflows_or_is_no_number_is_an_error_not_a_warning():
    for gradient in (lambda theta: theta**3, lambda theta: theta * np.nan):
        with pytest.raises(ValueError, match="θ left the finite numbers"):
            gradient_descent(gradient, np.ones(2), 10.0)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"learning_rate": 0}, "learning_rate=0: expected a number above 0"),
        ({"learning_rate": -0.1}, "learning_rate=-0.1"),
        ({"learning_rate": np.nan}, "learning_rate=nan"),
        ({"learning_rate": "0.1"}, "learning_rate='0.1'"),
        ({"tolerance": 0}, "tolerance=0"),
        ({"max_steps": 0}, "max_steps=0"),
        ({"max_steps": 2.5}, "max_steps=2.5"),
        ({"theta0": [1, np.inf]}, "theta0 holds NaN or infinity"),
        ({"theta0": []}, "theta0 has shape"),
        ({"gradient": lambda theta: np.ones(3)}, r"gradient gave shape \(3,\), θ has \(2,\)"),
    ],
)
def test_bad_arguments_are_refused(arguments, says):
    with pytest.raises(ValueError, match=says):
        gradient_descent(**{"gradient": lambda theta: theta, "theta0": [1, 2], "learning_rate": 0.1} | arguments)


def test_descend_refuses_when_called_not_when_used():
    with pytest.raises(ValueError, match="learning_rate"):
        descend(lambda theta: theta, 1.0, -1)


@pytest.mark.parametrize("batch_size", (1, 3, 4, 10, 25))
@pytest.mark.parametrize("m", (1, 10))
def test_each_row_comes_once_with_its_label_and_the_last_batch_holds_the_rest(m, batch_size):
    x, y = np.arange(2 * m).reshape(m, 2), np.arange(m)
    batches = list(minibatches(x, y, batch_size, np.random.default_rng(0)))
    assert [len(x_batch) for x_batch, _ in batches] == [min(batch_size, m - start) for start in range(0, m, batch_size)]
    labels = np.concatenate([y_batch for _, y_batch in batches])
    np.testing.assert_array_equal(np.concatenate([x_batch for x_batch, _ in batches]), x[labels])
    np.testing.assert_array_equal(np.sort(labels), y)


def test_the_order_is_new_in_each_pass_and_the_same_for_the_same_seed():
    x = np.arange(50)

    def order(rng):
        return [int(batch[0]) for batch, _ in minibatches(x, x, 1, rng)]

    rng = np.random.default_rng(0)
    first, second = order(rng), order(rng)
    assert first != second and first == order(np.random.default_rng(0)) and first != list(x)


def test_every_place_is_equally_likely_for_every_row():
    rng = np.random.default_rng(1)
    x = np.arange(4)
    orders = [np.concatenate([batch for batch, _ in minibatches(x, x, 2, rng)]) for _ in range(4000)]
    shares = [np.mean(np.equal(orders, row), axis=0) for row in x]
    np.testing.assert_allclose(shares, 0.25, atol=5 * np.sqrt(0.25 * 0.75 / 4000))


def test_the_data_are_left_in_their_order():
    x = np.arange(10)
    list(minibatches(x, x, 3, np.random.default_rng(0)))
    np.testing.assert_array_equal(x, np.arange(10))


def test_batches_of_a_file_are_its_rows_in_memory(tmp_path):
    x = np.random.default_rng(2).normal(size=(100, 3))
    np.save(tmp_path / "x.npy", x)
    on_disk = np.load(tmp_path / "x.npy", mmap_mode="r")
    from_disk = list(minibatches(on_disk, x[:, 0], 7, np.random.default_rng(3)))
    for (batch, labels), (expected, _) in zip(from_disk, minibatches(x, x, 7, np.random.default_rng(3)), strict=True):
        assert not np.shares_memory(batch, on_disk)
        np.testing.assert_array_equal(batch, expected)
        np.testing.assert_array_equal(labels, expected[:, 0])


def test_of_a_file_one_batch_is_held_and_a_whole_number_a_row(tmp_path):
    on_disk = np.lib.format.open_memmap(tmp_path / "x.npy", mode="w+", shape=(20_000, 50))
    tracemalloc.start()
    for _ in islice(minibatches(on_disk, on_disk[:, 0], 10, np.random.default_rng(0)), 100):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 8 * 20_000 <= peak < 8 * 20_000 + 50_000 < on_disk.nbytes / 30


def test_lists_are_taken_for_arrays():
    batches = list(minibatches([[1, 2], [3, 4]], [0, 1], 2, np.random.default_rng(0)))
    assert sorted(zip(batches[0][1].tolist(), batches[0][0].tolist())) == [(0, [1, 2]), (1, [3, 4])]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"y": [1]}, r"y \(1,\): expected as many rows"),
        ({"x": [], "y": []}, "at least one"),
        ({"x": 1, "y": 1}, "expected as many rows"),
        ({"batch_size": 0}, "batch_size=0"),
        ({"batch_size": 2.0}, "batch_size=2.0"),
        ({"rng": 3}, r"rng=3: expected a generator"),
    ],
)
def test_batches_that_cannot_be_made_are_refused_when_asked_for(arguments, says):
    with pytest.raises(ValueError, match=says):
        minibatches(**{"x": [[1], [2]], "y": [0, 1], "batch_size": 1, "rng": np.random.default_rng(0)} | arguments)
