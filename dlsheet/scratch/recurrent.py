"""Recurrent layers, step by step, with Keras's weights; backpropagation through time for two of them.

x: (m, steps, n_in). kernel: (n_in, units), recurrent_kernel: (units, units), for LSTM and GRU with the gates' columns
side by side, bias: (units,); as `layer.get_weights()` gives them. h0: (m, units), the first state, zeros by default.
mask: (m, steps) booleans; where it is False a step is skipped and the state stays as it is.
Every function raises ValueError for shapes that do not match, NaN, or no step at all. Ledger: rnn.cell, lstm.*.
"""

from collections import namedtuple

import numpy as np

from dlsheet.scratch.activations import sigmoid
from dlsheet.scratch.arrays import finite

LSTMStates = namedtuple("LSTMStates", "h c i f g o")


def simple_rnn(x, kernel, recurrent_kernel, bias, h0=None, mask=None):
    """h_t = tanh(x_t W + h_{t-1} U + b). Returns all hidden states, (m, steps, units). Ledger: rnn.cell."""
    x, kernel, recurrent_kernel, bias, mask = checked(x, kernel, recurrent_kernel, bias, mask, gates=1)
    h = first_state(h0, x, recurrent_kernel)
    states = []
    for x_t, real in steps(x, mask):
        h = np.where(real, np.tanh(x_t @ kernel + h @ recurrent_kernel + bias), h)
        states.append(h)
    return np.stack(states, axis=1)


def simple_rnn_backward(dh, x, kernel, recurrent_kernel, bias, h0=None, mask=None):
    """(∂J/∂x, ∂J/∂kernel, ∂J/∂recurrent_kernel, ∂J/∂bias, ∂J/∂h0) by backpropagation through time.

    dh: (m, steps, units), ∂J/∂h_t as far as J uses h_t directly; zeros but for the last step, if only that is used.
    """
    x, kernel, recurrent_kernel, bias, mask = checked(x, kernel, recurrent_kernel, bias, mask, gates=1)
    h = simple_rnn(x, kernel, recurrent_kernel, bias, h0, mask)
    before = shifted(h, first_state(h0, x, recurrent_kernel))
    dh = same_shape("dh", dh, h.shape)

    dz = np.empty_like(h)
    carried = np.zeros_like(h[:, 0])
    for t in reversed(range(x.shape[1])):
        real = mask[:, t, np.newaxis]
        total = dh[:, t] + carried
        dz[:, t] = real * total * (1 - h[:, t] ** 2)
        carried = dz[:, t] @ recurrent_kernel.T + ~real * total
    return *weight_gradients(x, before, dz, kernel), carried


def lstm(x, kernel, recurrent_kernel, bias, h0=None, c0=None, mask=None):
    """c_t = f * c_{t-1} + i * g, h_t = o * tanh(c_t), with the gates i, f, o in (0, 1) and the candidate g in (-1, 1).

    The columns of the weights stand in the order i, f, g, o. Returns all hidden states, (m, steps, units).
    Ledger: lstm.unit_cell, lstm.gates. Hochreiter and Schmidhuber (1997), with the forget gate of Gers et al. (2000).
    """
    return lstm_states(x, kernel, recurrent_kernel, bias, h0, c0, mask).h


def lstm_states(x, kernel, recurrent_kernel, bias, h0=None, c0=None, mask=None):
    """Everything an LSTM computes on the way: LSTMStates(h, c, i, f, g, o), each (m, steps, units)."""
    x, kernel, recurrent_kernel, bias, mask = checked(x, kernel, recurrent_kernel, bias, mask, gates=4)
    h, c = first_state(h0, x, recurrent_kernel), first_state(c0, x, recurrent_kernel)
    states = []
    for x_t, real in steps(x, mask):
        i, f, g, o = np.split(x_t @ kernel + h @ recurrent_kernel + bias, 4, axis=1)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        c = np.where(real, f * c + i * g, c)
        h = np.where(real, o * np.tanh(c), h)
        states.append((h, c, i, f, g, o))
    return LSTMStates(*(np.stack(part, axis=1) for part in zip(*states)))


def lstm_backward(dh, x, kernel, recurrent_kernel, bias, h0=None, c0=None, mask=None):
    """(∂J/∂x, ∂J/∂kernel, ∂J/∂recurrent_kernel, ∂J/∂bias, ∂J/∂h0, ∂J/∂c0); dh as in simple_rnn_backward.

    Ledger: lstm.backprop.
    """
    x, kernel, recurrent_kernel, bias, mask = checked(x, kernel, recurrent_kernel, bias, mask, gates=4)
    h, c, i, f, g, o = lstm_states(x, kernel, recurrent_kernel, bias, h0, c0, mask)
    h_before = shifted(h, first_state(h0, x, recurrent_kernel))
    c_before = shifted(c, first_state(c0, x, recurrent_kernel))
    dh = same_shape("dh", dh, h.shape)

    dz = np.empty((*h.shape[:2], 4 * h.shape[2]), dtype=h.dtype)
    carried_h = carried_c = np.zeros_like(h[:, 0])
    for t in reversed(range(x.shape[1])):
        real = mask[:, t, np.newaxis]
        total = dh[:, t] + carried_h
        squashed = np.tanh(c[:, t])
        dc = carried_c + total * o[:, t] * (1 - squashed**2)
        gates = (
            dc * g[:, t] * i[:, t] * (1 - i[:, t]),
            dc * c_before[:, t] * f[:, t] * (1 - f[:, t]),
            dc * i[:, t] * (1 - g[:, t] ** 2),
            total * squashed * o[:, t] * (1 - o[:, t]),
        )
        dz[:, t] = real * np.concatenate(gates, axis=1)
        carried_h = dz[:, t] @ recurrent_kernel.T + ~real * total
        carried_c = np.where(real, dc * f[:, t], carried_c)
    return *weight_gradients(x, h_before, dz, kernel), carried_h, carried_c


def gru(x, kernel, recurrent_kernel, bias, h0=None, mask=None, reset_after=True):
    """h_t = z * h_{t-1} + (1 - z) * g, with the update gate z and a candidate g that sees r * h_{t-1}, r resetting.

    The columns of the weights stand in the order z, r, g. reset_after: True multiplies by r behind the recurrent
    kernel, as Keras does, and takes a bias (2, 3 units), for input and state; False before it, bias (3 units,).
    Returns all hidden states, (m, steps, units). Ledger: lstm.gru. Cho et al. (2014).
    """
    both = np.atleast_2d(finite("bias", bias))
    expected = 2 if reset_after else 1
    if len(both) != expected:
        raise ValueError(f"bias has shape {np.shape(bias)}: expected {expected} rows of 3 units with {reset_after=}.")
    x, kernel, recurrent_kernel, bias, mask = checked(x, kernel, recurrent_kernel, both[0], mask, gates=3)
    units = len(recurrent_kernel)
    h = first_state(h0, x, recurrent_kernel)
    states = []
    for x_t, real in steps(x, mask):
        from_x = np.split(x_t @ kernel + bias, 3, axis=1)
        if reset_after:
            from_h = np.split(h @ recurrent_kernel + both[1], 3, axis=1)
        else:
            from_h = np.split(h @ recurrent_kernel[:, : 2 * units], 2, axis=1)
        z, r = sigmoid(from_x[0] + from_h[0]), sigmoid(from_x[1] + from_h[1])
        g = np.tanh(from_x[2] + (r * from_h[2] if reset_after else (r * h) @ recurrent_kernel[:, 2 * units :]))
        h = np.where(real, z * h + (1 - z) * g, h)
        states.append(h)
    return np.stack(states, axis=1)


# What the cells share.


def steps(x, mask):
    """The steps of all sequences, one after the other: (x_t, whether each sequence has that step)."""
    return zip(x.swapaxes(0, 1), mask.T[:, :, np.newaxis])


def shifted(states, first):
    """The state before each step."""
    return np.concatenate([first[:, np.newaxis], states[:, :-1]], axis=1)


def weight_gradients(x, h_before, dz, kernel):
    """∂J/∂x, ∂J/∂kernel, ∂J/∂recurrent_kernel and ∂J/∂bias from ∂J/∂z, z being what goes into the gates."""
    return (
        dz @ kernel.T,
        np.einsum("mti,mtj->ij", x, dz, optimize=True),
        np.einsum("mti,mtj->ij", h_before, dz, optimize=True),
        dz.sum(axis=(0, 1)),
    )


def first_state(state, x, recurrent_kernel):
    shape = (len(x), len(recurrent_kernel))
    return np.zeros(shape, dtype=x.dtype) if state is None else same_shape("the first state", state, shape)


def checked(x, kernel, recurrent_kernel, bias, mask, gates):
    """The arguments as arrays that fit together, the mask as (m, steps) booleans, or ValueError."""
    x, kernel, recurrent_kernel = finite("x", x), finite("kernel", kernel), finite("recurrent_kernel", recurrent_kernel)
    if x.ndim != 3:
        raise ValueError(f"x has shape {x.shape}: expected (m, steps, n_in). One sequence is x[np.newaxis].")
    if recurrent_kernel.ndim != 2 or recurrent_kernel.shape[1] != gates * len(recurrent_kernel):
        raise ValueError(f"recurrent_kernel has shape {recurrent_kernel.shape}: expected (units, {gates} · units).")
    columns = recurrent_kernel.shape[1]
    same_shape("kernel", kernel, (x.shape[2], columns))
    bias = same_shape("bias", bias, (columns,))
    try:
        mask = np.ones(x.shape[:2], bool) if mask is None else np.asarray(mask)
    except ValueError:
        raise ValueError(f"mask has rows of unequal length: expected booleans {x.shape[:2]}.") from None
    if mask.shape != x.shape[:2] or mask.dtype != bool:
        raise ValueError(f"mask is {mask.dtype} {mask.shape}: expected booleans {x.shape[:2]}, one for each step.")
    return x, kernel, recurrent_kernel, bias, mask


def same_shape(name, values, shape):
    values = finite(name, values)
    if values.shape != shape:
        raise ValueError(f"{name} has shape {values.shape}: expected {shape}.")
    return values
