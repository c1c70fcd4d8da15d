"""Exercises of notebook 27, the transformer."""

import numpy as np

from dlsheet.exercises.engine import exercise
from dlsheet.scratch.activations import softmax
from dlsheet.scratch.attention import positional_encoding


def queries_and_keys():
    """(q, k): (n_q, d) and (n_k, d); n_q, n_k and d are never alike."""
    rng = np.random.default_rng(71)
    yield np.array([[2.0, 0.0, 0.0, 0.0]]), np.array([[1.0, 0.0, 0.0, 0.0], [3.0, 1.0, 0.0, 0.0]])
    for _ in range(15):
        n_q, n_k, d = rng.permutation([2, 3, 4, 5, 6])[:3]
        yield rng.normal(size=(n_q, d)).round(2), rng.normal(size=(n_k, d)).round(2)


@exercise(
    inputs=queries_and_keys,
    mistakes={
        "The root is missing: long vectors would have large scores, and one key would take all.": (
            lambda q, k: softmax(q @ k.T)
        ),
        "You divided by d. The standard deviation of the scores grows like its square root.": (
            lambda q, k: softmax(q @ k.T / q.shape[1])
        ),
        "You took the root of the number of keys. It is the length of a vector that counts.": (
            lambda q, k: softmax(q @ k.T / np.sqrt(len(k)))
        ),
        "Your softmax runs over the queries. The weights of one query, a row, must add up to 1.": (
            lambda q, k: softmax((q @ k.T / np.sqrt(q.shape[1])).T).T
        ),
        "You divided behind the softmax. The scores have to be divided before it.": (
            lambda q, k: softmax(q @ k.T) / np.sqrt(q.shape[1])
        ),
        "Those are the scores. The weights come out of a softmax.": lambda q, k: q @ k.T / np.sqrt(q.shape[1]),
    },
    hints=[
        "First a score for each query and each key: which product of matrices gives them all?",
        "d is the length of a query: q.shape[1].",
        "The softmax runs along each row: e to the score, over the row's sum.",
    ],
    why="Four lines, and the only place in a transformer where one sign hears of another.",
)
def attention_weights(q, k):
    scores = q @ k.T / np.sqrt(q.shape[1])
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def square_scores():
    """(scores,): (n, n), n from 2."""
    rng = np.random.default_rng(72)
    yield (np.array([[1.0, 2.0], [0.5, -0.5]]),)
    yield from ((rng.normal(size=(n, n)).round(2),) for n in rng.integers(2, 6, 15))


@exercise(
    inputs=square_scores,
    mistakes={
        "You set the future's scores to 0. That is a score like any other: it still gets weight.": (
            lambda scores: softmax(np.tril(scores))
        ),
        "You set the future's weights to 0 behind the softmax: a row no longer adds up to 1.": (
            lambda scores: np.tril(softmax(scores))
        ),
        "Your triangle is the other one: everyone sees the future and not the past.": (
            lambda scores: softmax(np.where(np.triu(np.ones_like(scores)) > 0, scores, -np.inf))
        ),
        "Your triangle is one too wide: a position sees the next one, which it is to predict.": (
            lambda scores: softmax(np.where(np.tri(len(scores), k=1) > 0, scores, -np.inf))
        ),
        "Nothing is masked: those are the weights of an encoder.": lambda scores: softmax(scores),
        "Your mask leaves the positions themselves out. Each may look at itself.": (
            lambda scores: softmax(
                np.where((np.tri(len(scores), k=-1) > 0) | (np.arange(len(scores)) == 0), scores, -np.inf)
            )
        ),
    },
    hints=[
        "Position t may look at 0 to t: which triangle of the matrix is that?",
        "A masked score becomes -np.inf, because e to the -inf is 0.",
        "np.where(np.tri(n) > 0, scores, -np.inf), then a softmax along each row.",
    ],
    why="With it all positions of a sentence are trained at once, and none can copy its answer.",
)
def causal_weights(scores):
    weights = np.zeros_like(scores, dtype=float)
    for t, row in enumerate(scores):
        powers = np.exp(row[: t + 1] - row[: t + 1].max())
        weights[t, : t + 1] = powers / powers.sum()
    return weights


def model_sizes():
    """(width, hidden, depth)."""
    rng = np.random.default_rng(73)
    yield from [(2, 3, 1), (512, 2048, 6), (1024, 4096, 6)]
    yield from (tuple(map(int, rng.integers(2, 40, 3))) for _ in range(15))


def weights_with(attentions=3, matrices=4, norms=5, bias=1, feed_forwards=2):
    """The count with another number of parts."""

    def count(width, hidden, depth):
        attention = matrices * (width + bias) * width
        feed_forward = (width + bias) * hidden + (hidden + bias) * width
        return depth * (attentions * attention + feed_forwards * feed_forward + norms * 2 * width)

    return count


@exercise(
    inputs=model_sizes,
    mistakes={
        "The cross-attention is missing: a decoder block has two attentions.": weights_with(attentions=2),
        "You counted three matrices an attention. A fourth one joins the heads.": weights_with(matrices=3),
        "The biases are missing: one for each output of each matrix.": weights_with(bias=0),
        "The normalisations are missing: each has a scale and a shift for each number of a row.": weights_with(norms=0),
        "The decoder has three normalisations, one for each sub-layer; you counted two.": weights_with(norms=4),
        "You counted one feed-forward network. Both blocks have one.": weights_with(feed_forwards=1),
        "A decoder block is no second encoder block: it has a cross-attention with its own normalisation.": (
            weights_with(attentions=2, norms=4)
        ),
        "That is a single pair of blocks. There are depth of them.": (
            lambda width, hidden, depth: weights_with()(width, hidden, 1)
        ),
    },
    hints=[
        "One attention has four matrices, width × width, each with a bias.",
        "An encoder block: one attention, one feed-forward network, two normalisations. And a decoder block?",
        "In a pair of blocks: 3 attentions, 2 feed-forward networks, 5 normalisations.",
    ],
    why="For the paper's base model it gives 44 million; all the other weights are word vectors.",
)
def transformer_weights(width, hidden, depth):
    attention = 4 * (width + 1) * width
    feed_forward = (width + 1) * hidden + (hidden + 1) * width
    norm = 2 * width
    return depth * ((attention + feed_forward + 2 * norm) + (2 * attention + feed_forward + 3 * norm))


def rows_for_heads():
    """(x, wq, wk, wv, heads): (n, d), three times (d, heads · size); never as many rows as a head has columns."""
    rng = np.random.default_rng(75)
    yield np.array([[1.0], [2.0]]), np.array([[1.0, 2.0]]), np.array([[1.0, -1.0]]), np.array([[3.0, 5.0]]), 1
    for heads in [2, 2, *rng.integers(2, 4, 15).tolist()]:
        n, d, size = (int(k) for k in rng.permutation([2, 3, 4, 5])[:3])
        x, *weights = rng.normal(size=(n, d)), *rng.normal(size=(3, d, heads * size))
        yield x.round(2), *(w.round(2) for w in weights), heads


def with_heads(join=None, divide=None, axis=1, consecutive=True):
    """Heads of another choice of columns, another way to put them together, another divisor, another softmax."""

    def attend(x, wq, wk, wv, heads):
        size, outputs = wq.shape[1] // heads, []
        for h in range(heads):
            columns = np.s_[h * size : (h + 1) * size] if consecutive else np.s_[h::heads]
            q, k, v = (x @ w[:, columns] for w in (wq, wk, wv))
            scores = q @ k.T / (np.sqrt(size) if divide is None else divide(size, heads))
            outputs.append((softmax(scores) if axis == 1 else softmax(scores.T).T) @ v)
        return np.concatenate(outputs, axis=1) if join is None else join(outputs)

    return attend


@exercise(
    inputs=rows_for_heads,
    mistakes={
        "You took the root of the whole width. What counts is the length of a head's queries.": (
            with_heads(divide=lambda size, heads: np.sqrt(size * heads))
        ),
        "You took the root of the length of x's rows. What counts is the length of a head's queries.": (
            lambda x, wq, wk, wv, heads: with_heads(divide=lambda size, heads: np.sqrt(x.shape[1]))(
                x, wq, wk, wv, heads
            )
        ),
        "The scores are not divided by a root.": with_heads(divide=lambda size, heads: 1),
        "Your heads take every heads-th column. Each has a block of columns that stand side by side.": (
            with_heads(consecutive=False)
        ),
        "One softmax serves all heads. Each looks with its own, at another place if it likes.": (
            lambda x, wq, wk, wv, heads: with_heads()(x, wq, wk, wv, 1)
        ),
        "You added the heads. Their outputs stand side by side.": with_heads(join=sum),
        "You averaged the heads. Their outputs stand side by side.": with_heads(
            join=lambda each: np.mean(each, axis=0)
        ),
        "You put the heads below one another. Each row of x has one row of output.": with_heads(join=np.concatenate),
        "Your softmax runs over the queries. The weights of one query, a row, must add up to 1.": with_heads(axis=0),
    },
    hints=[
        "np.split(x @ wq, heads, axis=1) gives each head's queries.",
        "Each head alone is plain attention. The root is that of its number of columns.",
        "np.concatenate(outputs, axis=1) puts the heads side by side.",
    ],
    why="One softmax points at one place. With several heads a sign hears of the year and of the month at once.",
)
def multi_head(x, wq, wk, wv, heads):
    outputs = []
    for q, k, v in zip(*(np.split(x @ w, heads, axis=1) for w in (wq, wk, wv))):
        scores = q @ k.T / np.sqrt(q.shape[1])
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        outputs.append(powers / powers.sum(axis=1, keepdims=True) @ v)
    return np.concatenate(outputs, axis=1)


def encodings():
    """(p, k): the encoding of a place, and how many places further."""
    rng = np.random.default_rng(74)
    yield positional_encoding(3, 4)[2], 1
    yield positional_encoding(6, 4)[5], 3
    for t, half, k in rng.integers([1, 2, 1], [50, 6, 9], (15, 3)):
        yield positional_encoding(int(t) + 1, 2 * int(half))[int(t)], int(k)


def turned(p, angles, sign=1):
    """Pairs (sine, cosine) of p, each turned by its angle."""
    sine, cosine = p[0::2], p[1::2]
    out = np.empty_like(p)
    out[0::2] = sine * np.cos(angles) + sign * cosine * np.sin(angles)
    out[1::2] = cosine * np.cos(angles) - sign * sine * np.sin(angles)
    return out


def frequencies(d):
    return 10_000.0 ** (-np.arange(0, d, 2) / d)


@exercise(
    inputs=encodings,
    mistakes={
        "You went k places back: the signs of the two sine terms have changed places.": (
            lambda p, k: turned(p, k * frequencies(len(p)), sign=-1)
        ),
        "That is a single place further. The angle is k times the frequency.": (
            lambda p, k: turned(p, frequencies(len(p)))
        ),
        "Your exponents are half of what they should be: pair i has the exponent -2i / d.": (
            lambda p, k: turned(p, k * 10_000.0 ** (-np.arange(len(p) // 2) / len(p)))
        ),
        "All your pairs turn at the same pace. Pair i has a frequency of its own.": (
            lambda p, k: turned(p, k * np.ones(len(p) // 2))
        ),
        "You added the encoding of place k. The encoding of a sum is no sum of encodings: it is a rotation.": (
            lambda p, k: p + positional_encoding(k + 1, len(p))[k]
        ),
        "You took the first half for the sines. Sine and cosine of a frequency stand side by side.": (
            lambda p, k: turned(p.reshape(2, -1).T.ravel(), k * frequencies(len(p))).reshape(-1, 2).T.ravel()
        ),
    },
    hints=[
        "p[0::2] are the sines, p[1::2] the cosines, of the angles t times frequency.",
        "sin(a + b) = sin a cos b + cos a sin b, and cos(a + b) = cos a cos b - sin a sin b.",
        "b = k * 10000 ** (-2i / d) for pair i. You never need t.",
    ],
    why="Because the step is one matrix, whatever t is, a head can learn 'look three places back'.",
)
def place_after(p, k):
    out = np.array(p, dtype=float)
    for i in range(0, len(p), 2):
        b = k * 10_000 ** (-i / len(p))
        out[i] = p[i] * np.cos(b) + p[i + 1] * np.sin(b)
        out[i + 1] = p[i + 1] * np.cos(b) - p[i] * np.sin(b)
    return out
