"""Exercises of notebook 26, sequence to sequence."""

import numpy as np

from dlsheet.exercises.engine import exercise
from dlsheet.scratch.activations import softmax


def written_signs():
    """(signs, end): whole numbers (n, steps); rows with no end sign, with one in front, and with several."""
    rng = np.random.default_rng(61)
    yield np.array([[3, 9]]), 9
    yield np.array([[9, 2]]), 9
    yield np.array([[3, 1]]), 9
    yield np.array([[4, 0, 5, 0], [1, 2, 3, 4]]), 0
    for n, steps in rng.integers([1, 3], [5, 7], (20, 2)):
        yield rng.integers(0, 4, (n, steps)), 3


def cut(signs, end, place=lambda row, end: row.index(end), whole=lambda row: [row]):
    """Each row as a list up to a place; whole(row) are the lists that come of a row without end sign."""
    found = []
    for row in signs.tolist():
        found += [row[: place(row, end)]] if end in row else whole(row)
    return found


@exercise(
    inputs=written_signs,
    mistakes={
        "The end sign is still there. It says that the answer is over, and is no part of it.": (
            lambda signs, end: cut(signs, end, lambda row, end: row.index(end) + 1)
        ),
        "You cut at the last end sign. The answer was over at the first.": (
            lambda signs, end: cut(signs, end, lambda row, end: len(row) - 1 - row[::-1].index(end))
        ),
        "You took the end signs out and left what stands behind them.": (
            lambda signs, end: [[sign for sign in row if sign != end] for row in signs.tolist()]
        ),
        "A row without end sign is lost. It is an answer that was not finished.": (
            lambda signs, end: cut(signs, end, whole=lambda row: [])
        ),
        "A row without end sign came out empty. np.argmax gives 0 where there is no True.": (
            lambda signs, end: cut(signs, end, whole=lambda row: [[]])
        ),
        "A row without end sign lost its last sign.": lambda signs, end: cut(signs, end, whole=lambda row: [row[:-1]]),
    },
    hints=[
        "signs.tolist() gives lists; their lengths may differ then.",
        "row.index(end) is the place of the first end sign. It raises an error when there is none.",
        "row[:place] is what stands before that place.",
    ],
    why="A decoder writes all rows of a batch to the same length; what it babbles behind the end is no answer.",
)
def stop_at_end(signs, end):
    return [row[: row.index(end)] if end in row else row for row in signs.tolist()]


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


def two_texts():
    """(a, b): empty ones, equal ones, dates with a fault, and texts of few letters."""
    rng = np.random.default_rng(64)
    yield from [("", ""), ("", "a"), ("b", ""), ("a", "b"), ("ab", "ab"), ("ab", "b"), ("b", "ab"), ("abc", "bca")]
    yield from [("1971-10-18", "1971-11-18"), ("1971-1-18", "1971-10-18"), ("kitten", "sitting")]
    for m, n in rng.integers(1, 9, (30, 2)):
        yield "".join(rng.choice(list("abc"), m)), "".join(rng.choice(list("abc"), n))


def edits(delete=1, insert=1, replace=1, keep=0, border=1):
    """Another edit distance: with other costs of a change, or of the letters before the other text begins."""

    def distance(a, b):
        row = [border * j for j in range(len(b) + 1)]
        for i, x in enumerate(a, 1):
            above, row = row, [border * i]
            for j, y in enumerate(b, 1):
                change = replace if x != y else keep
                row.append(min(above[j] + delete, row[-1] + insert, above[j - 1] + change))
        return row[-1]

    return distance


@exercise(
    inputs=two_texts,
    mistakes={
        "You compared place by place. One letter too many, and all behind it counts as wrong.": (
            lambda a, b: sum(x != y for x, y in zip(a, b)) + abs(len(a) - len(b))
        ),
        "A letter in place of another is one change. You let it cost two, as if it were taken out and put in.": (
            edits(replace=2)
        ),
        "That is the difference of the lengths. Texts of equal length may differ, too.": (
            lambda a, b: abs(len(a) - len(b))
        ),
        "Your changes never take a letter out of a.": edits(delete=99),
        "Your changes never put a letter in.": edits(insert=99),
        "Equal letters cost nothing. You let every step cost 1.": edits(keep=1),
        "Your table begins with zeros at its borders: letters before the other text begins came for free.": edits(
            border=0
        ),
        "You counted letters that one text has and the other lacks. Their order matters, too.": (
            lambda a, b: len(set(a) ^ set(b))
        ),
    },
    hints=[
        "Call d[i][j] the distance of the first i letters of a from the first j of b. What are d[i][0] and d[0][j]?",
        "The last change was one of three: a letter out, a letter in, or one in place of another.",
        "d[i][j] is the least of d[i-1][j] + 1, d[i][j-1] + 1 and d[i-1][j-1] + (0 if both letters are equal, else 1).",
    ],
    why="Wholly right or not is a hard judge. This one gives a date with one wrong digit nine tenths of the credit.",
)
def edit_distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        above, row = row, [i]
        for j, y in enumerate(b, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (x != y)))
    return row[-1]
