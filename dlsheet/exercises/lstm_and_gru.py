"""Exercises of notebook 21, LSTM and GRU."""

import numpy as np

from dlsheet.exercises.engine import exercise
from dlsheet.scratch.activations import sigmoid


def cells():
    """(c, z_i, z_f, z_g): arrays (u,); gates wide open and shut, half open, and anything between."""
    rng = np.random.default_rng(31)
    yield tuple(np.array([z]) for z in (2.0, 0.0, 1.0, 1.0))
    yield tuple(np.array([z]) for z in (2.0, -50.0, 50.0, 1.0))
    yield tuple(np.array([z]) for z in (2.0, 50.0, -50.0, -1.0))
    yield from (tuple(rng.normal(0, 2, (4, u)).round(2)) for u in rng.integers(1, 5, 20))


@exercise(
    inputs=cells,
    mistakes={
        "The gates have changed places: the forget gate is for what was there, the input gate for what comes.": (
            lambda c, z_i, z_f, z_g: sigmoid(z_i) * c + sigmoid(z_f) * np.tanh(z_g)
        ),
        "You took 1 - f. Whatever its name says, an open forget gate keeps.": (
            lambda c, z_i, z_f, z_g: (1 - sigmoid(z_f)) * c + sigmoid(z_i) * np.tanh(z_g)
        ),
        "You squashed the candidate as if it were a gate: it could never be negative.": (
            lambda c, z_i, z_f, z_g: sigmoid(z_f) * c + sigmoid(z_i) * sigmoid(z_g)
        ),
        "Nothing is squashed. Gates lie between 0 and 1.": lambda c, z_i, z_f, z_g: z_f * c + z_i * z_g,
        "The candidate is not squashed.": lambda c, z_i, z_f, z_g: sigmoid(z_f) * c + sigmoid(z_i) * z_g,
        "The old state is missing: the cell remembers nothing.": lambda c, z_i, z_f, z_g: sigmoid(z_i) * np.tanh(z_g),
        "1 - f stands for the input gate, as in a GRU. An LSTM has one of its own.": (
            lambda c, z_i, z_f, z_g: sigmoid(z_f) * c + (1 - sigmoid(z_f)) * np.tanh(z_g)
        ),
        "You squashed the new state, too. That comes later, on the way to h; the memory itself has no bounds.": (
            lambda c, z_i, z_f, z_g: np.tanh(sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g))
        ),
    },
    hints=[
        "What becomes of z_i, z_f and z_g first? Two of them are gates.",
        "A gate is a sigmoid, the candidate a tanh.",
        "How much of the old state stays, and how much of the candidate comes in? Multiply and add.",
    ],
    why="One product and one sum: along this line a gradient can pass a hundred steps.",
)
def cell_update(c, z_i, z_f, z_g):
    i, f, g = sigmoid(z_i), sigmoid(z_f), np.tanh(z_g)
    return f * c + i * g


def remembered():
    """(steps, share)."""
    rng = np.random.default_rng(32)
    yield from [(1, 0.25), (2, 0.25), (100, 0.5)]
    yield from ((int(rng.integers(2, 300)), float(rng.uniform(0.1, 0.9))) for _ in range(20))


def logit(p):
    """The z at which sigmoid(z) is p."""
    return np.log(p / (1 - p))


@exercise(
    inputs=remembered,
    mistakes={
        "That is the gate itself. Asked for is the bias that puts it there: turn the sigmoid round.": (
            lambda steps, share: share ** (1 / steps)
        ),
        "You set the gate to the share. It is applied at every step, so the share is its power.": (
            lambda steps, share: logit(share)
        ),
        "The sign is turned round: that gate would be as far closed as it should be open.": (
            lambda steps, share: -logit(share ** (1 / steps))
        ),
        "You divided the share by the steps. A gate multiplies: take a root.": lambda steps, share: logit(
            share / steps
        ),
        "You took the power instead of the root: that is what would be left with the share as the gate.": (
            lambda steps, share: logit(share**steps)
        ),
        "The logarithm of the gate is what the exponential turns round. The gate is a sigmoid.": (
            lambda steps, share: np.log(share ** (1 / steps))
        ),
    },
    hints=[
        "A gate f leaves f to the power of steps. Which f leaves the share?",
        "f = share ** (1 / steps).",
        "sigmoid(z) = f is solved by z = log(f / (1 - f)).",
    ],
    why="For half of the memory after 100 steps it is 5, far from Keras's 1; the network has to learn the rest.",
)
def forget_bias_for(steps, share):
    gate = share ** (1 / steps)
    return np.log(gate / (1 - gate))


def forget_gates():
    """(f,): forget gates of some steps, never two alike."""
    rng = np.random.default_rng(33)
    yield (np.array([0.5, 0.25]),)
    yield (np.array([0.9, 0.5, 0.8]),)
    yield from ((rng.uniform(0.1, 0.99, n),) for n in rng.integers(3, 9, 20))


@exercise(
    inputs=forget_gates,
    mistakes={
        "You multiplied from the front: that is how far the first memory has come. The gradient comes from the end.": (
            lambda f: np.cumprod(f)
        ),
        "You counted a step's own gate in. c_t lies behind it: only the gates of later steps stand between.": (
            lambda f: np.cumprod(f[::-1])[::-1]
        ),
        "Those are the right numbers, the last step first. Turn them round.": (
            lambda f: np.cumprod(np.append(1.0, f[:0:-1]))
        ),
        "That is a single step back. From the last one to step t all gates between them are multiplied.": (
            lambda f: np.append(f[1:], 1.0)
        ),
        "You added the gates. Along a chain derivatives are multiplied.": (
            lambda f: np.append(np.cumsum(f[:0:-1])[::-1], 1.0)
        ),
    },
    hints=[
        "The last entry is 1: c_T does not change on its way to itself.",
        "The entry before it is the last gate, the one before that times the gate before, and so on.",
        "np.cumprod over the gates in reverse order, without the first gate and with a 1 in front.",
    ],
    why="All gates near 1 and the gradient lives; a single one near 0, and nothing before it is ever learned.",
)
def cell_gradient(f):
    gradient = np.ones(len(f))
    for t in range(len(f) - 2, -1, -1):
        gradient[t] = gradient[t + 1] * f[t + 1]
    return gradient


def marked():
    """(values, marks): numbers, and which of them are marked; sometimes none, often several."""
    rng = np.random.default_rng(35)
    yield np.array([3.0, 5.0]), np.array([1, 0])
    yield np.array([2.0, 4.0, 6.0]), np.array([0, 0, 0])
    yield np.array([2.0, 4.0, 6.0, 8.0]), np.array([0, 1, 0, 1])
    for n in rng.integers(4, 9, 20):
        yield rng.integers(1, 10, n).astype(float), rng.integers(0, 2, n)


def cell(values, marks, forget):
    """The cell state at each step, with the input gate at the marks and forget(mark) as the forget gate."""
    c, states = 0.0, []
    for value, mark in zip(values, marks):
        c = forget(mark) * c + mark * value
        states.append(c)
    return np.array(states)


@exercise(
    inputs=marked,
    mistakes={
        "Your forget gate is always open, so the marked numbers add up. At a mark the old one must go.": (
            lambda values, marks: cell(values, marks, lambda mark: 1)
        ),
        "Your forget gate is open at the marks and shut between them: it must be the other way round.": (
            lambda values, marks: cell(values, marks, lambda mark: mark)
        ),
        "Your forget gate is never open: the number is gone at the next step.": (
            lambda values, marks: cell(values, marks, lambda mark: 0)
        ),
        "You come a step late: the cell state of a step has already taken that step's number in.": (
            lambda values, marks: np.append(0.0, cell(values, marks, lambda mark: 1 - mark)[:-1])
        ),
        "That is the last state only. Return the cell state of every step.": (
            lambda values, marks: float(cell(values, marks, lambda mark: 1 - mark)[-1])
        ),
        "Every number comes in. The input gate is open only at the marks.": lambda values, marks: np.array(values),
    },
    hints=[
        "Which value must i have at a mark, and which elsewhere? And f?",
        "i = mark and f = 1 - mark, both 0 or 1 here.",
        "Go through the steps with c = f * c + i * value, starting at 0, and collect c.",
    ],
    why="A memory cell that takes in, keeps and replaces, made of nothing but two gates: a network can learn it.",
)
def last_marked(values, marks):
    c, states = 0.0, []
    for value, mark in zip(values, marks):
        i, f = mark, 1 - mark
        c = f * c + i * value
        states.append(c)
    return np.array(states)


def gru_steps():
    """(x, h, kernel, recurrent_kernel, bias): one step of 1 to 4 units."""
    rng = np.random.default_rng(34)
    for inputs, units in [(1, 1), (2, 2), *rng.integers(1, 5, (15, 2))]:
        yield (
            rng.normal(size=inputs).round(2),
            rng.normal(size=units).round(2),
            rng.normal(size=(inputs, 3 * units)).round(2),
            rng.normal(size=(units, 3 * units)).round(2),
            rng.normal(size=3 * units).round(2),
        )


def gru_variant(blend, order=(0, 1, 2), squash=np.tanh, reset=None):
    """A GRU step with another mixture, order of the columns, squashing of the candidate, or place of the reset."""

    def step(x, h, kernel, recurrent_kernel, bias):
        from_x, from_h = np.split(x @ kernel + bias, 3), np.split(h @ recurrent_kernel, 3)
        z, r = sigmoid(from_x[order[0]] + from_h[order[0]]), sigmoid(from_x[order[1]] + from_h[order[1]])
        k = order[2]
        memory = r * from_h[k] if reset is None else reset(r, h, np.split(recurrent_kernel, 3, axis=1)[k])
        return blend(z, h, squash(from_x[k] + memory))

    return step


def keeps(z, h, g):
    return z * h + (1 - z) * g


@exercise(
    inputs=gru_steps,
    mistakes={
        "z and 1 - z have changed places. Papers differ here; in Keras z says how much of the old state is kept.": (
            gru_variant(lambda z, h, g: (1 - z) * h + z * g)
        ),
        "You read the columns in the order r, z, g. They stand in the order z, r, g.": (
            gru_variant(keeps, order=(1, 0, 2))
        ),
        "The candidate goes through tanh, not through the sigmoid: it may be negative.": (
            gru_variant(keeps, squash=sigmoid)
        ),
        "You reset the state before the recurrent weights. Asked for is r behind them, as in Keras.": (
            gru_variant(keeps, reset=lambda r, h, kernel: (r * h) @ kernel)
        ),
        "The reset gate is missing: it multiplies what the candidate hears of the old state.": (
            gru_variant(keeps, reset=lambda r, h, kernel: h @ kernel)
        ),
        "The old state is missing. The update gate mixes it with the candidate.": (
            gru_variant(lambda z, h, g: (1 - z) * g)
        ),
    },
    hints=[
        "np.split(…, 3) cuts x @ kernel + bias, and h @ recurrent_kernel, into the parts for z, r and g.",
        "z and r are sigmoids of the sum of both parts.",
        "The candidate is tanh(x's part + r * h's part); the new state is z * h + (1 - z) * candidate.",
    ],
    why="One state and two gates do what the LSTM does with two states and three gates.",
)
def gru_step(x, h, kernel, recurrent_kernel, bias):
    x_z, x_r, x_g = np.split(x @ kernel + bias, 3)
    h_z, h_r, h_g = np.split(h @ recurrent_kernel, 3)
    z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
    return z * h + (1 - z) * np.tanh(x_g + r * h_g)
