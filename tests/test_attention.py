"""scratch.attention against keras.layers.MultiHeadAttention and keras.ops."""

import warnings

import numpy as np
import pytest

from dlsheet.backend import keras
from dlsheet.scratch.attention import (
    causal_mask,
    multi_head_attention,
    positional_encoding,
    scaled_dot_product_attention,
)

RNG = np.random.default_rng(0)
Q, K, V = RNG.normal(size=(2, 3, 4, 8)), RNG.normal(size=(2, 3, 5, 8)), RNG.normal(size=(2, 3, 5, 6))


def random_mask(shape):
    mask = RNG.random(shape) < 0.5
    mask[..., 0] = True  # every query may look somewhere
    return mask


@pytest.mark.parametrize("masked", (False, True))
def test_attention_equals_keras_ops(masked):
    mask = random_mask((2, 3, 4, 5)) if masked else None
    v = RNG.normal(size=(2, 3, 5, 8))
    # keras.ops wants (m, n, heads, d)
    q_, k_, v_ = (keras.ops.convert_to_tensor(array.swapaxes(1, 2)) for array in (Q, K, v))
    reference = keras.ops.dot_product_attention(q_, k_, v_, mask=mask)
    output, _ = scaled_dot_product_attention(Q, K, v, mask)
    np.testing.assert_allclose(output, keras.ops.convert_to_numpy(reference).swapaxes(1, 2), atol=1e-5)


def test_weights_are_a_softmax_of_scaled_products():
    output, weights = scaled_dot_product_attention(Q, K, V)
    reference = keras.ops.softmax(keras.ops.matmul(Q, np.swapaxes(K, -1, -2)) / np.sqrt(8.0))
    np.testing.assert_allclose(weights, keras.ops.convert_to_numpy(reference), atol=1e-12)
    np.testing.assert_allclose(output, weights @ V)


def keras_attention(use_bias=True):
    layer = keras.layers.MultiHeadAttention(num_heads=3, key_dim=4, value_dim=5, use_bias=use_bias, dtype="float64")
    layer.build((2, 6, 8), (2, 7, 8))
    layer.set_weights([RNG.normal(size=weight.shape) for weight in layer.get_weights()])
    return layer


@pytest.mark.parametrize("use_bias", (True, False))
@pytest.mark.parametrize("masked", (False, True))
@pytest.mark.parametrize("own_key", (False, True))
def test_multi_head_attention_equals_keras(use_bias, masked, own_key):
    layer = keras_attention(use_bias)
    query, value, key = (RNG.normal(size=(2, n, 8)) for n in (6, 7, 7))
    mask = random_mask((2, 6, 7)) if masked else None
    reference, reference_scores = layer(
        query, value, key=key if own_key else None, attention_mask=mask, return_attention_scores=True
    )
    output, scores = multi_head_attention(query, value, layer.get_weights(), key if own_key else None, mask)
    np.testing.assert_allclose(output, reference, atol=1e-5)
    np.testing.assert_allclose(scores, reference_scores, atol=1e-5)


def test_a_causal_mask_hides_the_future_as_keras_does():
    layer, x = keras_attention(), RNG.normal(size=(2, 6, 8))
    reference = layer(x, x, use_causal_mask=True)
    output, scores = multi_head_attention(x, x, layer.get_weights(), mask=causal_mask(6))
    np.testing.assert_allclose(output, reference, atol=1e-5)
    assert np.all(np.triu(scores, 1) == 0)


def test_huge_scores_and_masked_ones_raise_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        output, weights = scaled_dot_product_attention(1e4 * Q, 1e4 * K, V, random_mask((4, 5)))
    assert np.isfinite(output).all()
    np.testing.assert_allclose(weights.sum(axis=-1), 1)


def test_float32_stays_float32():
    output, weights = scaled_dot_product_attention(*(array.astype("float32") for array in (Q, K, V)))
    assert output.dtype == weights.dtype == np.float32


def test_positions_turn_by_a_fixed_rotation():
    """The encoding of t + 3 is one linear map of the encoding of t, the same for every t (section 3.5 of the paper)."""
    encoding = positional_encoding(40, 16)
    turn, *_ = np.linalg.lstsq(encoding[:-3], encoding[3:], rcond=None)
    np.testing.assert_allclose(encoding[:-3] @ turn, encoding[3:], atol=1e-9)
    np.testing.assert_allclose((encoding**2).sum(axis=1), 8)


def test_positional_encoding_equals_the_papers_formula_entry_by_entry():
    encoding = positional_encoding(7, 6)
    for t, i in np.ndindex(7, 3):
        angle = t / 10_000 ** (2 * i / 6)
        np.testing.assert_allclose(encoding[t, 2 * i : 2 * i + 2], [np.sin(angle), np.cos(angle)], atol=1e-15)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: scaled_dot_product_attention(Q, K[..., :7], V), r"expected \(…, n_q, d\)"),
        (lambda: scaled_dot_product_attention(Q, K, V[..., :4, :]), r"expected \(…, n_q, d\)"),
        (lambda: scaled_dot_product_attention(Q * np.nan, K, V), "q holds NaN"),
        (lambda: scaled_dot_product_attention(Q, K, V, np.ones((4, 5))), "mask holds float64: expected booleans"),
        (lambda: scaled_dot_product_attention(Q, K, V, np.ones((3, 5), bool)), "expected one that broadcasts to"),
        (lambda: scaled_dot_product_attention(Q, K, V, np.zeros((4, 5), bool)), "lets a query look nowhere"),
        (lambda: multi_head_attention(Q[0], K[0], [1, 2, 3]), "a list of 8 arrays, kernels and biases in turn"),
        (lambda: multi_head_attention(Q, K, [np.ones((8, 2, 4))] * 4), "query has shape"),
        (lambda: positional_encoding(5, 3), "depth=3: expected an even number"),
        (lambda: positional_encoding(0, 2), "length=0: expected a whole number"),
    ],
)
def test_bad_input_is_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()


def heads_weights(**other):
    """Weights of two heads for vectors of length 8, some of them replaced."""
    shapes = {0: (8, 2, 4), 1: (2, 4), 2: (8, 2, 4), 3: (2, 4), 4: (8, 2, 4), 5: (2, 4), 6: (2, 4, 8), 7: (8,)}
    shapes |= {int(place[1:]): shape for place, shape in other.items()}
    return [np.ones(shape) for shape in shapes.values()]


@pytest.mark.parametrize(
    "other",
    (
        {"w2": (8, 1, 4)},
        {"w4": (8, 1, 4)},
        {"w1": (4,)},
        {"w3": (3, 2, 4)},
        {"w6": (1, 4, 8)},
        {"w7": (1,)},
        {"w6": (8, 8)},
    ),
)
def test_weights_that_would_only_broadcast_are_refused(other):
    with pytest.raises(ValueError, match="expected"):
        multi_head_attention(np.ones((2, 3, 8)), np.ones((2, 5, 8)), heads_weights(**other))


def test_examples_that_do_not_pair_up_and_nan_in_the_weights_are_refused():
    with pytest.raises(ValueError, match="with the m"):
        multi_head_attention(np.ones((1, 3, 8)), np.ones((2, 5, 8)), heads_weights())
    weights = heads_weights()
    weights[6][0] = np.nan
    with pytest.raises(ValueError, match="weights"):
        multi_head_attention(np.ones((2, 3, 8)), np.ones((2, 5, 8)), weights)
