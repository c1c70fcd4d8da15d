"""Exercises of notebook 26, sequence to sequence."""

import numpy as np

from dlsheet.exercises.engine import exercise
from dlsheet.scratch.activations import softmax


def targets_to_shift():
    """(targets, start): whole numbers (n, steps), and the sign for the start, which occurs nowhere else."""
    rng = np.random.default_rng(61)
    yield np.array([[3, 1]]), 9
    yield np.array([[1, 2, 3], [4, 5, 6]]), 0
    yield from ((rng.integers(1, 10, shape), 10) for shape in rng.integers(2, 6, (15, 2)))


@exercise(
    inputs=targets_to_shift,
    mistakes={
        "You shifted to the left: at step t the decoder would read the very sign that comes after its answer.": (
            lambda targets, start: np.append(targets[:, 1:], np.full((len(targets), 1), start), axis=1)
        ),
        "The last sign is still there. It is only an answer: the decoder never reads it, and the length must stay.": (
            lambda targets, start: np.insert(targets, 0, start, axis=1)
        ),
        "You overwrote the first sign. It must move to the second place, and all the others one further.": (
            lambda targets, start: np.append(np.full((len(targets), 1), start), targets[:, 1:], axis=1)
        ),
        "The last sign came round to the front. There belongs the sign for the start.": (
            lambda targets, start: np.roll(targets, 1, axis=1)
        ),
        "Nothing is shifted: the decoder reads its own answer.": lambda targets, start: targets,
        "You shifted the rows. Each row is one target; shift along the steps.": (
            lambda targets, start: np.insert(targets[:-1], 0, start, axis=0)
        ),
    },
    hints=[
        "In the first step nothing is written yet. What does the decoder read?",
        "In step t it reads the right sign of step t - 1.",
        "np.insert(…, 0, start, axis=1) puts a column in front.",
    ],
    why="Shifted by one it predicts; not shifted at all it copies its own input, and the loss is 0 for nothing.",
)
def shifted_right(targets, start):
    starts = np.full((len(targets), 1), start)
    return np.concatenate([starts, targets[:, :-1]], axis=1)


def query_and_states():
    """(query, states, is_sign): one decoder state (u,), encoder states (steps, u), where signs are (steps,)."""
    rng = np.random.default_rng(62)
    yield np.array([1.0, 0.0]), np.array([[0.0, 2.0], [1.0, 4.0]]), np.array([True, True])
    for u, steps in rng.integers(2, 5, (15, 2)):
        is_sign = np.arange(steps + 2) < rng.integers(1, steps + 2)
        yield rng.normal(size=u).round(2), rng.normal(size=(steps + 2, u)).round(2), is_sign


def looked_back(score=lambda query, states: states @ query, weigh=None):
    """A context vector with another score, or another way from scores and mask to weights."""

    def context(query, states, is_sign):
        scores = score(query, states)
        weights = softmax(np.where(is_sign, scores, -np.inf)) if weigh is None else weigh(scores, is_sign)
        return weights @ states

    return context


@exercise(
    inputs=query_and_states,
    mistakes={
        "The padding gets weight. Its scores must be minus infinity before the softmax.": (
            looked_back(weigh=lambda scores, is_sign: softmax(scores))
        ),
        "You set the padding's scores to 0. That is a score like any other: e to the 0 is 1.": (
            looked_back(weigh=lambda scores, is_sign: softmax(np.where(is_sign, scores, 0)))
        ),
        "You removed the padding behind the softmax: the weights no longer add up to 1.": (
            looked_back(weigh=lambda scores, is_sign: softmax(scores) * is_sign)
        ),
        "You divided by the square root of u, as the transformer does. Here the score is the plain product.": (
            looked_back(score=lambda query, states: states @ query / np.sqrt(len(query)))
        ),
        "That is the state with the highest score. Attention is soft: a mean of all of them.": (
            looked_back(weigh=lambda scores, is_sign: np.eye(len(scores))[np.where(is_sign, scores, -np.inf).argmax()])
        ),
        "You weighted with the scores themselves. Weights come out of a softmax.": (
            looked_back(weigh=lambda scores, is_sign: scores * is_sign)
        ),
        "Those are the weights. The context is the mean of the states that they weight.": (
            lambda query, states, is_sign: softmax(np.where(is_sign, states @ query, -np.inf))
        ),
    },
    hints=[
        "The scores are states @ query, one for each step.",
        "Where is_sign is False the score becomes -np.inf; then comes the softmax.",
        "exp(score - highest score), divided by the sum, times the states, added up.",
    ],
    why="One weighted mean, and every state of the encoder is a single step away from every sign that is written.",
)
def look_back(query, states, is_sign):
    scores = np.where(is_sign, states @ query, -np.inf)
    weights = np.exp(scores - scores.max())
    return weights / weights.sum() @ states


def additive_inputs():
    """(queries, states, w, u, v): (n, a), (steps, b), (a, k), (b, k), (k,); never two of the sizes alike."""
    rng = np.random.default_rng(63)
    yield np.ones((1, 1)), np.ones((2, 1)), np.ones((1, 1)), np.array([[-0.5]]), np.array([2.0])
    for _ in range(15):
        n, steps, a, b, k = map(int, rng.permutation(np.arange(2, 7)))
        arrays = [rng.normal(size=shape).round(2) for shape in ((n, a), (steps, b), (a, k), (b, k), k)]
        yield tuple(arrays)


def parts(queries, states, w, u):
    """Both projections, so placed that they add up to (n, steps, k)."""
    return (queries @ w)[:, np.newaxis], (states @ u)[np.newaxis]


@exercise(
    inputs=additive_inputs,
    mistakes={
        "The tanh is missing. Without it a query adds the same to all its scores, and the softmax forgets it.": (
            lambda queries, states, w, u, v: sum(parts(queries, states, w, u)) @ v
        ),
        "You multiplied the two parts. In additive attention they are added, inside the tanh.": (
            lambda queries, states, w, u, v: np.tanh(np.multiply(*parts(queries, states, w, u))) @ v
        ),
        "You squashed the parts one by one. Add first, then take the tanh.": (
            lambda queries, states, w, u, v: sum(map(np.tanh, parts(queries, states, w, u))) @ v
        ),
        "v is not used. It says how much each of the k numbers counts.": (
            lambda queries, states, w, u, v: np.tanh(sum(parts(queries, states, w, u))).sum(axis=-1)
        ),
        "The tanh comes before v, not behind it: a score may be larger than 1.": (
            lambda queries, states, w, u, v: np.tanh(sum(parts(queries, states, w, u)) @ v)
        ),
        "Rows and columns have changed places: a row for each query, a column for each state.": (
            lambda queries, states, w, u, v: (np.tanh(sum(parts(queries, states, w, u))) @ v).T
        ),
        "Those are the weights. Asked for are the scores, before the softmax.": (
            lambda queries, states, w, u, v: softmax(np.tanh(sum(parts(queries, states, w, u))) @ v)
        ),
    },
    hints=[
        "Score of query i and state j: v · tanh(queries[i] @ w + states[j] @ u).",
        "Two loops do; or let NumPy add (n, 1, k) and (1, steps, k).",
        "(queries @ w)[:, np.newaxis] + states @ u has the shape (n, steps, k).",
    ],
    why="It was the first attention, and needs no two spaces of equal size; products are faster.",
)
def additive_scores(queries, states, w, u, v):
    return np.tanh((queries @ w)[:, np.newaxis] + states @ u) @ v


def two_steps():
    """(first, then): probabilities of the first sign (k,), and of the second one given the first (k, k)."""
    rng = np.random.default_rng(64)
    yield np.array([0.6, 0.4]), np.array([[0.5, 0.5], [0.1, 0.9]])
    for k in rng.integers(2, 5, 30):
        yield rng.dirichlet(np.ones(k)).round(3), rng.dirichlet(np.full(k, 0.5), k).round(3)


def best(table):
    """The row and column of the largest entry."""
    return tuple(int(i) for i in np.unravel_index(np.argmax(table), np.shape(table)))


@exercise(
    inputs=two_steps,
    mistakes={
        "You took the most probable sign in each step. That is greedy, and the pair need not be the best one.": (
            lambda first, then: (int(first.argmax()), int(then[first.argmax()].argmax()))
        ),
        "You added the probabilities. One after the other, they are multiplied.": (
            lambda first, then: best(first[:, np.newaxis] + then)
        ),
        "The first sign's probability is missing: you looked for the surest second step.": (
            lambda first, then: best(then)
        ),
        "Row and column have changed places: then[i, j] is about j behind i.": (
            lambda first, then: best(first[np.newaxis] * then)
        ),
        "Each sign is the most probable for its place, taken alone. Asked for is the most probable pair.": (
            lambda first, then: (int(first.argmax()), int((first @ then).argmax()))
        ),
        "That is its probability. Asked for is the pair.": lambda first, then: float(
            (first[:, np.newaxis] * then).max()
        ),
    },
    hints=[
        "The pair (i, j) has the probability first[i] · then[i, j].",
        "Make the table of all pairs and look for its largest entry.",
        "np.argmax counts through the rows; np.unravel_index gives row and column back.",
    ],
    why="With ten steps and a dozen signs there are 62 billion sequences: hence the beam.",
)
def likeliest_pair(first, then):
    pairs = first[:, np.newaxis] * then
    i, j = np.unravel_index(pairs.argmax(), pairs.shape)
    return int(i), int(j)


def beams():
    """(scores, log_probabilities, width): of the beginnings (b,), and of each one's next sign (b, size)."""
    rng = np.random.default_rng(65)
    yield np.log([0.6, 0.4]), np.log([[0.7, 0.3], [0.1, 0.9]]), 2
    for b, size in rng.integers(2, 5, (25, 2)):
        scores = np.log(rng.uniform(0.05, 0.6, b))
        yield scores.round(3), np.log(rng.dirichlet(np.ones(size), b)).round(3), int(rng.integers(2, b + 1))


def kept(total, width):
    """[(beginning, sign), …] of the largest entries of a table, the largest first."""
    order = np.argsort(-np.ravel(total), kind="stable")[:width]
    return [tuple(int(i) for i in np.unravel_index(k, np.shape(total))) for k in order]


@exercise(
    inputs=beams,
    mistakes={
        "You forgot how good the beginnings were: add their scores before you compare.": (
            lambda scores, log_probabilities, width: kept(log_probabilities, width)
        ),
        "You kept the best of each beginning. All continuations of all beginnings compete; one may win twice.": (
            lambda scores, log_probabilities, width: sorted(
                ((k, int(row.argmax())) for k, row in enumerate(log_probabilities)),
                key=lambda pair: -(scores[pair[0]] + log_probabilities[pair]),
            )[:width]
        ),
        "Logarithms of probabilities are added; you multiplied them.": (
            lambda scores, log_probabilities, width: kept(scores[:, np.newaxis] * log_probabilities, width)
        ),
        "Those are the worst. The best have the largest sum, the one nearest to 0.": (
            lambda scores, log_probabilities, width: kept(-(scores[:, np.newaxis] + log_probabilities), width)
        ),
        "You subtracted the scores. The logarithm of a product is a sum.": (
            lambda scores, log_probabilities, width: kept(log_probabilities - scores[:, np.newaxis], width)
        ),
        "You continued only the best beginning. That is greedy: keep the others in the race.": (
            lambda scores, log_probabilities, width: [
                (int(scores.argmax()), int(sign))
                for sign in np.argsort(-log_probabilities[scores.argmax()], kind="stable")[:width]
            ]
        ),
        "Those are the right ones, with the worst in front. The best comes first.": (
            lambda scores, log_probabilities, width: kept(scores[:, np.newaxis] + log_probabilities, width)[::-1]
        ),
    },
    hints=[
        "A continuation's score is its beginning's score plus the logarithm of the sign's probability.",
        "That is a table, a row for each beginning. Sort all of its entries together.",
        "np.argsort of the negated, flattened table; entry k is row k // size and column k % size.",
    ],
    why="Repeat it for each sign to be written, and you have beam search.",
)
def beam_step(scores, log_probabilities, width):
    total = (scores[:, np.newaxis] + log_probabilities).ravel()
    size = log_probabilities.shape[1]
    return [(int(k // size), int(k % size)) for k in np.argsort(-total, kind="stable")[:width]]
