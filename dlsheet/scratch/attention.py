"""Attention, as in the transformer (Vaswani et al., 2017). Ledger: attention.mechanism, transformer.self_attention.

A mask is True where a query may look, as in Keras.
"""

import numpy as np

from dlsheet.arguments import whole_number
from dlsheet.scratch.activations import softmax
from dlsheet.scratch.arrays import finite


def scaled_dot_product_attention(q, k, v, mask=None):
    """softmax(q kᵀ / √d) v: each query's mean of the values, weighted by how well their keys match.

    q: (…, n_q, d). k: (…, n_k, d). v: (…, n_k, d_v). mask: booleans that broadcast to (…, n_q, n_k).
    Returns (output, weights), (…, n_q, d_v) and (…, n_q, n_k); the weights of a query add up to 1.
    Raises ValueError for shapes that do not match, NaN, or a query that may look nowhere.
    """
    q, k, v = finite("q", q), finite("k", k), finite("v", v)
    if min(q.ndim, k.ndim, v.ndim) < 2 or q.shape[-1] != k.shape[-1] or k.shape[-2] != v.shape[-2]:
        raise ValueError(
            f"q has shape {q.shape}, k {k.shape}, v {v.shape}: expected (…, n_q, d), (…, n_k, d) and (…, n_k, d_v)."
        )
    scores = q @ np.swapaxes(k, -1, -2) / q.dtype.type(np.sqrt(q.shape[-1]))
    if mask is not None:
        scores = np.where(allowed(mask, scores.shape), scores, -np.inf)
    weights = softmax(scores)
    return weights @ v, weights


def multi_head_attention(query, value, weights, key=None, mask=None):
    """Attention in several heads, each in a space of its own, joined by one more matrix.

    query: (m, n_q, d_model). value: (m, n_k, d_model). key: like value, which is taken when it is None.
    weights: as keras.layers.MultiHeadAttention.get_weights() gives them: the query, key and value kernels
    (d_model, heads, d) each followed by its bias (heads, d), the output kernel (heads, d, d_model) and its bias; or
    the four kernels alone.
    mask: booleans that broadcast to (m, heads, n_q, n_k); (m, n_q, n_k) holds for all heads.
    Returns (output, scores), (m, n_q, d_model) and (m, heads, n_q, n_k).
    Raises ValueError for shapes that do not match, NaN, or a query that may look nowhere.
    """
    if not isinstance(weights, list | tuple) or len(weights) not in (4, 8):
        raise ValueError("weights must be a list of 8 arrays, kernels and biases in turn, or of 4 kernels.")
    if len(weights) == 4:
        weights = [array for kernel in weights for array in (kernel, 0)]
    weights = [finite(f"weights[{i}]", array) for i, array in enumerate(weights)]
    inputs = [
        finite(name, x) for name, x in (("query", query), ("key", value if key is None else key), ("value", value))
    ]
    projected = []
    for name, x, kernel, bias in zip(("query", "key", "value"), inputs, weights[:6:2], weights[1:6:2]):
        check_shapes(name, x.shape, kernel.shape, bias.shape, (len(inputs[0]), weights[0].shape[1:2]))
        projected.append((np.einsum("mnd,dhk->mnhk", x, kernel) + bias).swapaxes(1, 2))  # (m, heads, n, d)
    out, bias = weights[6:]
    if out.shape[:2] != weights[4].shape[1:] or out.ndim != 3 or bias.shape not in ((), out.shape[2:]):
        raise ValueError(
            f"the output kernel has shape {out.shape}, its bias {bias.shape}: expected "
            f"({weights[4].shape[1]}, {weights[4].shape[2]}, d_model) and (d_model,)."
        )
    if mask is not None and np.ndim(mask) == 3:
        mask = np.asarray(mask)[:, np.newaxis]
    heads, scores = scaled_dot_product_attention(*projected, mask=mask)
    return np.einsum("mhnk,hkd->mnd", heads, out) + bias, scores


def check_shapes(name, x, kernel, bias, expected):
    """ValueError unless the shapes of an input, its kernel and its bias fit. expected: (m, (heads,)) of the query."""
    m, heads = expected
    fits = len(x) == len(kernel) == 3 and x[2] == kernel[0] and x[0] == m and kernel[1:2] == heads
    if not fits or bias not in ((), kernel[1:]):
        raise ValueError(
            f"{name} has shape {x}, its kernel {kernel}, its bias {bias}: expected (m, n, d_model), "
            "(d_model, heads, d) and (heads, d), with the m and the heads of the query."
        )


def positional_encoding(length, depth):
    """sin(t / 10000^(2i/depth)) in column 2i, the cosine of the same in column 2i + 1: a fingerprint of position t.

    Returns (length, depth). Raises ValueError unless both are whole numbers of at least 1 and depth is even.
    """
    length, depth = whole_number("length", length), whole_number("depth", depth)
    if depth % 2:
        raise ValueError(f"depth={depth}: expected an even number, a sine and a cosine for each frequency.")
    angles = np.arange(length)[:, np.newaxis] / 10_000 ** (np.arange(0, depth, 2) / depth)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(length, depth)


def causal_mask(length):
    """(length, length) booleans: position t may look at itself and what came before, not at what is to come."""
    length = whole_number("length", length)
    return np.tril(np.ones((length, length), dtype=bool))


def allowed(mask, shape):
    """The mask as booleans of `shape` with at least one True for each query, or ValueError."""
    mask = np.asarray(mask)
    if mask.dtype != bool:
        raise ValueError(f"mask holds {mask.dtype}: expected booleans, True where a query may look.")
    try:
        mask = np.broadcast_to(mask, shape)
    except ValueError:
        raise ValueError(f"mask has shape {mask.shape}: expected one that broadcasts to {shape}.") from None
    if not mask.any(axis=-1).all():
        raise ValueError("mask lets a query look nowhere: each needs at least one True in its row.")
    return mask
