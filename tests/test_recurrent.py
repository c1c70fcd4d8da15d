"""scratch.recurrent against Keras's layers and automatic differentiation."""

import warnings

import numpy as np
import pytest

from dlsheet.backend import keras
from dlsheet.scratch.recurrent import gru, lstm, lstm_backward, simple_rnn, simple_rnn_backward

M, STEPS, N_IN, UNITS = 3, 6, 4, 5
RNG = np.random.default_rng(0)
X = RNG.normal(size=(M, STEPS, N_IN))
MASKS = {
    "no mask": None,
    "padded behind": np.array([[1, 1, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0], [1, 0, 0, 0, 0, 0]], bool),
    "padded in front": np.array([[1, 1, 1, 1, 1, 1], [0, 0, 0, 1, 1, 1], [0, 0, 0, 0, 0, 1]], bool),
    "gaps": np.array([[1, 0, 1, 1, 0, 1], [0, 1, 0, 1, 0, 0], [1, 1, 0, 0, 0, 1]], bool),
}
every_mask = pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
CELLS = {"simple_rnn": ("SimpleRNN", simple_rnn), "lstm": ("LSTM", lstm), "gru": ("GRU", gru)}


def keras_layer(kind, **options):
    """A float64 layer with random weights, biases included."""
    layer = getattr(keras.layers, kind)(UNITS, return_sequences=True, dtype="float64", **options)
    layer.build(X.shape)
    layer.set_weights([RNG.normal(size=weight.shape) for weight in layer.get_weights()])
    return layer


def keras_output(layer, mask, initial_state=None):
    mask = None if mask is None else keras.ops.convert_to_tensor(mask)
    return keras.ops.convert_to_numpy(layer(keras.ops.convert_to_tensor(X), mask=mask, initial_state=initial_state))


@every_mask
@pytest.mark.parametrize("name", CELLS)
def test_hidden_states_equal_keras(name, mask):
    kind, ours = CELLS[name]
    layer = keras_layer(kind)
    np.testing.assert_allclose(ours(X, *layer.get_weights(), mask=mask), keras_output(layer, mask), atol=1e-10)


@every_mask
def test_gru_that_resets_before_equals_keras(mask):
    layer = keras_layer("GRU", reset_after=False)
    ours = gru(X, *layer.get_weights(), mask=mask, reset_after=False)
    np.testing.assert_allclose(ours, keras_output(layer, mask), atol=1e-10)


@pytest.mark.parametrize("mask", (None, MASKS["padded behind"]), ids=("no mask", "padded behind"))
@pytest.mark.parametrize("name", CELLS)
def test_an_initial_state_is_taken_as_keras_takes_it(name, mask):
    kind, ours = CELLS[name]
    layer = keras_layer(kind)
    states = [RNG.normal(size=(M, UNITS)) for _ in range(2 if name == "lstm" else 1)]
    reference = keras_output(layer, mask, states if name == "lstm" else states[0])
    np.testing.assert_allclose(ours(X, *layer.get_weights(), *states, mask=mask), reference, atol=1e-10)


@every_mask
@pytest.mark.parametrize(
    ("kind", "ours", "n_states"), [("SimpleRNN", simple_rnn_backward, 1), ("LSTM", lstm_backward, 2)]
)
def test_backpropagation_through_time_equals_automatic_differentiation(kind, ours, n_states, mask):
    import tensorflow

    layer = keras_layer(kind)
    states = [RNG.normal(size=(M, UNITS)) for _ in range(n_states)]
    dh = RNG.normal(size=(M, STEPS, UNITS))
    if mask is not None:  # Keras reports 0 for masked steps before the first real one, we the state
        dh[~np.maximum.accumulate(mask, axis=1)] = 0
    weights = layer.get_weights()
    x, *initial = [tensorflow.Variable(value) for value in (X, *states)]
    with tensorflow.GradientTape() as tape:
        output = layer(x, mask=mask, initial_state=initial if n_states == 2 else initial[0])
        total = tensorflow.reduce_sum(output * dh)
    reference = tape.gradient(total, [x, *(weight.value for weight in layer.weights), *initial])
    for mine, theirs in zip(ours(dh, X, *weights, *states, mask=mask), reference, strict=True):
        np.testing.assert_allclose(mine, theirs.numpy(), atol=1e-10)


@pytest.mark.parametrize("name", CELLS)
def test_huge_inputs_saturate_without_a_warning(name):
    kind, ours = CELLS[name]
    weights = keras_layer(kind).get_weights()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.abs(ours(1e4 * X, *weights)).max() <= 1


@pytest.mark.parametrize("name", CELLS)
def test_float32_stays_float32(name):
    kind, ours = CELLS[name]
    weights = [weight.astype("float32") for weight in keras_layer(kind).get_weights()]
    assert ours(X.astype("float32"), *weights).dtype == np.float32


W = {"simple_rnn": 1, "lstm": 4, "gru": 3}


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"x": X[0]}, r"x has shape \(6, 4\): expected \(m, steps, n_in\)"),
        ({"x": X[:, :, :3]}, r"kernel has shape .* expected \(3, "),
        ({"x": X[:, :0]}, "x has shape .* at least one number"),
        ({"x": X * np.nan}, "x holds NaN"),
        ({"recurrent_kernel": np.zeros((5, 6))}, r"recurrent_kernel has shape \(5, 6\): expected \(units, "),
        ({"h0": np.zeros((2, 5))}, r"the first state has shape \(2, 5\): expected \(3, 5\)"),
        ({"mask": np.ones((3, 6))}, "mask is float64"),
        ({"mask": np.ones((3, 5), bool)}, r"expected booleans \(3, 6\)"),
        ({"mask": [[True] * 6, [True] * 5, [True]]}, "mask has rows of unequal length"),
        ({"x": [[[1.0] * 4] * 6, [[1.0] * 4] * 5]}, "x holds .* rows of unequal length"),
        ({"x": X[:0]}, "x has shape .* at least one number"),
    ],
)
def test_bad_input_is_refused(name, change, says):
    kernel, recurrent_kernel, bias = keras_layer(CELLS[name][0]).get_weights()
    arguments = {"x": X, "kernel": kernel, "recurrent_kernel": recurrent_kernel, "bias": bias} | change
    with pytest.raises(ValueError, match=says):
        CELLS[name][1](**arguments)


def test_a_gru_bias_of_the_other_kind_is_refused():
    kernel, recurrent_kernel, bias = keras_layer("GRU").get_weights()
    with pytest.raises(ValueError, match=r"expected 1 rows of 3 units with reset_after=False"):
        gru(X, kernel, recurrent_kernel, bias, reset_after=False)
