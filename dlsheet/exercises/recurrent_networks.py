"""Exercises of notebook 18, recurrent networks."""

import numpy as np

from dlsheet.exercises.engine import exercise


def sequence_lengths():
    """(n_inputs, n_outputs, output_each_step)."""
    yield from [(1, 5, False), (7, 1, False), (4, 4, True), (4, 6, False), (5, 5, False), (6, 3, False)]
    yield from [(1, 2, False), (2, 1, False), (2, 2, True), (3, 3, False)]


def by_lengths(n_inputs, n_outputs):
    """The category as if equal lengths were enough for 1:1."""
    if n_inputs == 1:
        return "one-to-many"
    if n_outputs == 1:
        return "many-to-one"
    return "1:1" if n_inputs == n_outputs else "n:m"


def named(one_to_many, many_to_one, aligned, n_to_m):
    """The right categories under other names, as a function of the exercise's arguments."""

    def answer(n_inputs, n_outputs, output_each_step):
        if n_inputs == 1:
            return one_to_many
        if n_outputs == 1:
            return many_to_one
        return aligned if output_each_step else n_to_m

    return answer


@exercise(
    inputs=sequence_lengths,
    mistakes={
        "There are two kinds of many-to-many. Say which: 1:1 or n:m.": (
            named("one-to-many", "many-to-one", "many-to-many", "many-to-many")
        ),
        "The categories are right. Write 1:1 and n:m alone, without many-to-many in front.": (
            named("one-to-many", "many-to-one", "many-to-many 1:1", "many-to-many n:m")
        ),
        "The categories are right. Write 1:1 and n:m alone, without many-to-many and without brackets.": (
            named("one-to-many", "many-to-one", "many-to-many (1:1)", "many-to-many (n:m)")
        ),
        "The categories are right. Write one-to-many and many-to-one with hyphens.": (
            named("one to many", "many to one", "1:1", "n:m")
        ),
        "1:1 is for many inputs with an output for each. With one input it is one-to-many.": (
            lambda n_inputs, n_outputs, output_each_step: (
                "many-to-one" if n_outputs == 1 else "1:1" if output_each_step else "n:m"
            )
        ),
        "Equal lengths do not make it 1:1: a translation may have as many words as its source and still "
        "must be read to the end first.": lambda n_inputs, n_outputs, output_each_step: by_lengths(n_inputs, n_outputs),
        "One and many have changed places: the inputs are named first.": lambda n_inputs, n_outputs, output_each_step: {
            "one-to-many": "many-to-one",
            "many-to-one": "one-to-many",
        }.get(by_lengths(n_inputs, n_outputs), "1:1" if output_each_step else "n:m"),
        "1:1 and n:m have changed places: 1:1 has an output for each input, while it reads.": (
            lambda n_inputs, n_outputs, output_each_step: (
                by_lengths(n_inputs, n_outputs) if 1 in (n_inputs, n_outputs) else "n:m" if output_each_step else "1:1"
            )
        ),
    },
    hints=[
        "Is there one input? Is there one output? That settles two of the four.",
        "For the other two the lengths do not decide: does the network answer while it is reading?",
    ],
    why="The category decides return_sequences, and whether you need a second network.",
)
def rnn_category(n_inputs, n_outputs, output_each_step):
    if n_inputs == 1:
        return "one-to-many"
    if n_outputs == 1:
        return "many-to-one"
    return "1:1" if output_each_step else "n:m"


def padded_states():
    """(states, lengths): (n, steps, units) and (n,), lengths from 1; the first ones leave a step of padding."""
    rng = np.random.default_rng(181)
    yield np.array([[[0.5], [0.2]]]), np.array([1])
    yield np.array([[[0.1], [0.4], [0.9]]]), np.array([2])
    yield np.array([[[0.1], [0.4], [0.9]], [[0.3], [0.8], [0.6]]]), np.array([3, 2])
    for n, steps, units in rng.integers([2, 3, 1], [6, 7, 5], (20, 3)):
        lengths = rng.integers(1, steps + rng.integers(0, 2), n)
        yield rng.uniform(-1, 1, (n, steps, units)).round(2), lengths


@exercise(
    inputs=padded_states,
    mistakes={
        "You took the last column. There the short sequences have been read to the end of their padding.": (
            lambda states, lengths: states[:, -1]
        ),
        "You come a step late: that state has read padding already. Steps are counted from 0.": (
            lambda states, lengths: states[np.arange(len(states)), lengths]
        ),
        "You come a step early: the last real step is not read yet.": (
            lambda states, lengths: states[np.arange(len(states)), np.maximum(lengths - 2, 0)]
        ),
        "That is the mean of the real steps' states. Asked for is one of them.": (
            lambda states, lengths: np.array([row[:n].mean(axis=0) for row, n in zip(states, lengths)])
        ),
        "That is the state after the first step, when hardly anything is read.": lambda states, lengths: states[:, 0],
        "You took all lengths from every sequence. Each row has a length of its own.": (
            lambda states, lengths: states[:, lengths - 1]
        ),
    },
    hints=[
        "A sequence of one real step: at which index does its last state stand?",
        "Row i needs the step lengths[i] - 1.",
        "states[np.arange(n), steps] picks one step in each row.",
    ],
    why="A many-to-one network answers from this state. Taken behind the padding, it answers to blanks.",
)
def last_real_state(states, lengths):
    return states[np.arange(len(states)), lengths - 1]


def sequences_and_weights():
    """(x, w_x, w_h, b): two steps to six."""
    rng = np.random.default_rng(182)
    yield np.array([[1.0], [0.0]]), np.array([[1.0]]), np.array([[2.0]]), np.array([0.0])
    for steps, n_in, units in [(2, 2, 3), (3, 1, 2), (4, 3, 3), (6, 2, 2), (5, 2, 4)] * 3:
        yield tuple(rng.normal(size=shape) for shape in ((steps, n_in), (units, n_in), (units, units), units))


def run(x, w_x, w_h, b, squash=np.tanh):
    """All states, the first one of zeros among them."""
    states = [np.zeros(len(b))]
    for x_t in x:
        states.append(squash(w_x @ x_t + w_h @ states[-1] + b))
    return np.array(states)


@exercise(
    inputs=sequences_and_weights,
    mistakes={
        "That is the last state alone. Asked for are all of them, as with return_sequences=True.": (
            lambda x, w_x, w_h, b: run(x, w_x, w_h, b)[-1]
        ),
        "The zeros you started with are among the states: there is one state for each row of x.": (
            lambda x, w_x, w_h, b: run(x, w_x, w_h, b)
        ),
        "The last state is missing from what you return.": lambda x, w_x, w_h, b: run(x, w_x, w_h, b)[:-1],
        "Every step started from zeros: hand the state on to the next step.": (
            lambda x, w_x, w_h, b: np.tanh(x @ w_x.T + b)
        ),
        "Every row is the last state: you changed one array in place and appended it each time. Make a new array "
        "at each step.": lambda x, w_x, w_h, b: np.array([run(x, w_x, w_h, b)[-1]] * len(x)),
        "The bias is missing.": lambda x, w_x, w_h, b: run(x, w_x, w_h, 0 * b)[1:],
        "Your matrices stand on the other side of the vectors, as in Keras. The sheet writes W x.": (
            lambda x, w_x, w_h, b: run(x, w_x.T, w_h.T, b)[1:]
        ),
        "That is the sigmoid of z. A SimpleRNN takes tanh, which can also be negative.": (
            lambda x, w_x, w_h, b: run(x, w_x, w_h, b, squash=lambda z: 1 / (1 + np.exp(-z)))[1:]
        ),
        "You handed on z, and nothing squashes it.": lambda x, w_x, w_h, b: linear_run(x, w_x, w_h, b),
        "You read the sequence backwards.": lambda x, w_x, w_h, b: run(x[::-1], w_x, w_h, b)[1:],
        "You handed on z, not its tanh: squash the state before the next step uses it.": lambda x, w_x, w_h, b: np.tanh(
            linear_run(x, w_x, w_h, b)
        ),
        "The states are turned round: the first row belongs to the first step.": (
            lambda x, w_x, w_h, b: run(x, w_x, w_h, b)[:0:-1]
        ),
    },
    hints=[
        "Start with h of zeros, as many as there are units.",
        "For each row of x: tanh(w_x @ row + w_h @ h + b) is the new h. Keep it in a list.",
        "np.array(list) makes an array of the states.",
    ],
    why="The same weights at every step: that is how a network of fixed size reads sequences of any length.",
)
def hidden_states(x, w_x, w_h, b):
    h, states = np.zeros(len(b)), []
    for x_t in x:
        h = np.tanh(w_x @ x_t + w_h @ h + b)
        states.append(h)
    return np.array(states)


def linear_run(x, w_x, w_h, b):
    """All z of a network that hands on z instead of tanh(z)."""
    z, found = np.zeros(len(b)), []
    for x_t in x:
        z = w_x @ x_t + w_h @ z + b
        found.append(z)
    return np.array(found)


def tagged():
    """(predicted, true, lengths): wrong at a real step, wrong in the padding, or right."""
    rng = np.random.default_rng(183)
    yield np.array([[1, 2], [1, 1]]), np.array([[1, 0], [1, 2]]), np.array([1, 2])
    yield np.array([[0, 0, 1]]), np.array([[0, 0, 0]]), np.array([2])
    for n in rng.integers(2, 8, 30):
        true = rng.integers(0, 3, (n, 5))
        predicted = np.where(rng.random((n, 5)) < 0.2, rng.integers(0, 3, (n, 5)), true)
        yield predicted, true, rng.integers(1, 6, n)


def real_steps(true, lengths):
    return np.arange(np.shape(true)[1]) < np.reshape(lengths, (-1, 1))


def whole_rows(predicted, true, lengths):
    """The share of rows in which the first lengths[i] steps are right."""
    return np.mean([np.all(p[:n] == t[:n]) for p, t, n in zip(predicted, true, lengths)])


@exercise(
    inputs=tagged,
    mistakes={
        "You counted the padding. What stands behind a sequence's end is no answer.": lambda predicted, true, lengths: (
            np.mean(np.all(predicted == true, axis=1))
        ),
        "That is the share of right steps. One wrong step makes the whole sequence wrong.": (
            lambda predicted, true, lengths: np.mean((predicted == true)[real_steps(true, lengths)])
        ),
        "That is the share of right steps, padding included. Asked for are sequences, and their real steps.": (
            lambda predicted, true, lengths: np.mean(predicted == true)
        ),
        "You took a sequence for right as soon as one step is. All its real steps must be.": (
            lambda predicted, true, lengths: np.mean(np.any((predicted == true) & real_steps(true, lengths), axis=1))
        ),
        "That is how many are right. Divide by the number of sequences.": lambda predicted, true, lengths: np.sum(
            np.all((predicted == true) | ~real_steps(true, lengths), axis=1)
        ),
        "You looked one step too far: step lengths[i] is padding. The real steps are 0 to lengths[i] - 1.": (
            lambda predicted, true, lengths: whole_rows(predicted, true, np.asarray(lengths) + 1)
        ),
        "You stopped one step too early: step lengths[i] - 1 is real, too.": lambda predicted, true, lengths: (
            whole_rows(predicted, true, np.asarray(lengths) - 1)
        ),
        "You looked at the last real step only: the others must be right, too.": lambda predicted, true, lengths: (
            np.mean([row[n - 1] for row, n in zip(predicted == true, lengths)])
        ),
    },
    hints=[
        "Go row by row: compare the first lengths[i] entries only.",
        "A row counts 1 if all of those agree, else 0. Take the mean.",
    ],
    why="Behind a mask a layer still gives an output at the padding, which nobody trained: counted, it looks wrong.",
)
def whole_sequences_right(predicted, true, lengths):
    return np.mean([np.all(p[:n] == t[:n]) for p, t, n in zip(predicted, true, lengths)])


SWITCH = "a switch: 1 turns it on, -1 turns it off, 0 leaves it as it is"


def behaviour(weights):
    """In words, what the unit does with 1, -1 and 0; weights: three numbers, or arrays of one number each."""
    try:
        w_x, w_h, b = (np.asarray(weight, float).item() for weight in weights)
    except (TypeError, ValueError):
        return "not three numbers"
    if not np.isfinite([w_x, w_h, b]).all():
        return "weights that are not finite numbers"

    def state(*inputs):
        h = 0.0
        for x in inputs:
            h = np.tanh(w_x * x + w_h * h + b)
        return h

    if state(1) < -0.5 and state(-1) > 0.5:
        return "1 turns it off, and -1 turns it on"
    if state(1) <= 0.5:
        return "1 does not turn it on"
    if state(-1) >= -0.5:
        return "-1 does not turn it off"
    return after_zeros(state, w_h, b)


def after_zeros(state, w_h, b):
    """What a unit that 1 turns on and -1 turns off does at inputs of 0, and when it is turned again afterwards."""
    zeros = [0] * 200
    if w_h == 0:
        return "at the next input of 0 it has forgotten"
    if w_h < 0:
        return "its state changes its sign at every input of 0"
    if state(-1, *zeros) > 0.5:
        return "after -1 and 200 zeros it is on"
    if state(1, *zeros) < -0.5:
        return "after 1 and 200 zeros it is off"
    if state(1, *zeros) <= 0.5 or state(-1, *zeros) >= -0.5:
        if b != 0:
            return "after 200 zeros it is neither on nor off, and b is not 0"
        return "after 200 zeros it is nearly 0" if w_h <= 1 else "it settles at a state between -0.5 and 0.5"
    for wait in ([], [0] * 3, zeros):
        if state(1, *wait, -1) >= -0.5 or state(1, *wait, -1, *zeros) >= -0.5:
            return "-1 does not turn it off once it is on"
        if state(-1, *wait, 1) <= 0.5 or state(-1, *wait, 1, *zeros) <= 0.5:
            return "1 does not turn it on once it is off"
    return SWITCH


@exercise(
    inputs=lambda: [()],
    compared_by=behaviour,
    mistakes={
        "Return three numbers: w_x, w_h and b.": lambda: (6.0, 2.0),
        "An input of 1 is too weak to turn it on from 0: tanh(w_x + b) must be above 0.5.": lambda: (0.3, 2.0, 0.0),
        "Without a recurrent weight nothing of the old state reaches the next step.": lambda: (3.0, 0.0, 0.0),
        "It forgets: at inputs of 0 only tanh(w_h h) is left, step after step. For which w_h does that not shrink to "
        "0?": lambda: (3.0, 0.95, 0.0),
        "It keeps a state for ever, but too near to 0. A larger w_h keeps a larger one.": lambda: (5.0, 1.05, 0.0),
        "It stays on for ever: -1 cannot turn it off. The input must be stronger than the memory.": (
            lambda: (2.0, 4.0, 0.0)
        ),
        "With this bias it turns itself on: leave the bias 0.": lambda: (8.0, 2.0, 3.0),
        "With this bias it turns itself off: leave the bias 0.": lambda: (8.0, 2.0, -3.0),
        "On and off have changed places: w_x must be positive.": lambda: (-6.0, 3.0, 0.0),
        "A negative w_h makes the state change its sign at every step.": lambda: (6.0, -3.0, 0.0),
    },
    hints=[
        "Start with inputs of 0 and b = 0: h = tanh(w_h h) has to keep a value that is not 0.",
        "For that w_h must be above 1, and for h to stay above 0.5 a little more.",
        "To turn it round, w_x must win against w_h times the old state.",
    ],
    why="A state that holds until it is switched is what LSTM and GRU build in, instead of hoping to learn it.",
)
def switch_weights():
    return 6.0, 2.0, 0.0
