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
        "The normalizations are missing: each has a scale and a shift for each number of a row.": weights_with(norms=0),
        "The decoder has three normalizations, one for each sub-layer; you counted two.": weights_with(norms=4),
        "You counted one feed-forward network. Both blocks have one.": weights_with(feed_forwards=1),
        "A decoder block is no second encoder block: it has a cross-attention with its own normalization.": (
            weights_with(attentions=2, norms=4)
        ),
        "That is a single pair of blocks. There are depth of them.": (
            lambda width, hidden, depth: weights_with()(width, hidden, 1)
        ),
    },
    hints=[
        "One attention has four matrices, width × width, each with a bias.",
        "An encoder block: one attention, one feed-forward network, two normalizations. And a decoder block?",
        "In a pair of blocks: 3 attentions, 2 feed-forward networks, 5 normalizations.",
    ],
    why="For the paper's base model it gives 44 million; all the other weights are word vectors.",
)
def transformer_weights(width, hidden, depth):
    attention = 4 * (width + 1) * width
    feed_forward = (width + 1) * hidden + (hidden + 1) * width
    norm = 2 * width
    return depth * ((attention + feed_forward + 2 * norm) + (2 * attention + feed_forward + 3 * norm))


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


def caches():
    """(q, k, v, keys, values): one sign's (d,), (d,) and (d_v,), the earlier signs' (t, d) and (t, d_v)."""
    rng = np.random.default_rng(75)
    yield np.array([1.0, 0.0]), np.array([2.0, 0.0]), np.array([5.0]), np.array([[0.0, 1.0]]), np.array([[1.0]])
    for t, d, d_v in rng.integers(2, 6, (15, 3)):
        yield tuple(rng.normal(size=size).round(2) for size in (d, d, d_v, (t, d), (t, d_v)))


def one_row(q, keys, values):
    return softmax(keys @ q / np.sqrt(len(q))) @ values


@exercise(
    inputs=caches,
    mistakes={
        "The sign does not look at itself: its own key and value must be in before it looks.": (
            lambda q, k, v, keys, values: (one_row(q, keys, values), np.vstack([keys, k]), np.vstack([values, v]))
        ),
        "You gave back the old cache. The next sign needs this one's key and value too.": (
            lambda q, k, v, keys, values: (one_row(q, np.vstack([keys, k]), np.vstack([values, v])), keys, values)
        ),
        "You kept the query in place of the key. Nobody ever looks at a query again.": (
            lambda q, k, v, keys, values: (
                one_row(q, np.vstack([keys, k]), np.vstack([values, v])),
                np.vstack([keys, q]),
                np.vstack([values, v]),
            )
        ),
        "You put the new sign in front. The output is right, but a cache keeps its rows in the order of the signs.": (
            lambda q, k, v, keys, values: (
                one_row(q, np.vstack([k, keys]), np.vstack([v, values])),
                np.vstack([k, keys]),
                np.vstack([v, values]),
            )
        ),
        "The scores are not divided by the square root of d.": lambda q, k, v, keys, values: (
            softmax(np.vstack([keys, k]) @ q) @ np.vstack([values, v]),
            np.vstack([keys, k]),
            np.vstack([values, v]),
        ),
        "The newest sign has thrown the oldest out. A cache keeps all of them.": lambda q, k, v, keys, values: (
            one_row(q, np.vstack([keys, k])[1:], np.vstack([values, v])[1:]),
            np.vstack([keys, k])[1:],
            np.vstack([values, v])[1:],
        ),
    },
    hints=[
        "What does the last row of causal attention need of the earlier signs? Their keys and values, no queries.",
        "First append k and v to the cache, then look.",
        "np.vstack([keys, k]) appends a row. Scores, softmax, mean of the values: return it and both caches.",
    ],
    why="Without a cache every new sign computes all earlier ones again. Every chatbot you have talked to has one.",
)
def cached_step(q, k, v, keys, values):
    keys, values = np.vstack([keys, k]), np.vstack([values, v])
    scores = keys @ q / np.sqrt(len(q))
    weights = np.exp(scores - scores.max())
    return weights @ values / weights.sum(), keys, values
