"""Exercises of notebook 22, word embedding."""

import numpy as np

from dlsheet.exercises.engine import exercise
from dlsheet.scratch.activations import sigmoid


def vocabularies():
    """(n_words, d)."""
    rng = np.random.default_rng(41)
    yield from [(3, 2), (1000, 32), (30000, 300)]
    yield from ((int(n), int(d)) for n, d in rng.integers([5, 2], [5000, 200], (15, 2)))


@exercise(
    inputs=vocabularies,
    mistakes={
        "That is one table. Skip-gram has a second one, for the words as neighbours.": lambda n_words, d: n_words * d,
        "You have two rows' worth of numbers too many: no biases, and padding is already among n_words.": (
            lambda n_words, d: 2 * (n_words * d + d)
        ),
        "That is a softmax layer with a bias for each word. The score of skip-gram has no bias.": (
            lambda n_words, d: 2 * n_words * d + n_words
        ),
        "That is a dense layer between one-hot vectors. The point of an embedding is to go through d numbers.": (
            lambda n_words, d: n_words * n_words
        ),
        "You counted the numbers of two words. A table has a row for every word.": lambda n_words, d: 2 * d,
    },
    hints=["How many rows and columns has layers.Embedding(n_words, d)?", "How many such tables are there?"],
    why="It grows with the vocabulary, not with the text: 30,000 words of 300 numbers are 18 million weights.",
)
def skip_gram_weights(n_words, d):
    return 2 * n_words * d


def texts_and_windows():
    """(words, window): a text as a list of numbers, and a window that may be longer than the text."""
    rng = np.random.default_rng(42)
    yield from [([7, 8], 1), ([5, 6, 7], 1), ([4], 2), ([1, 2, 3, 4, 5], 2), ([3, 3, 9], 1)]
    for n in rng.integers(2, 9, 15):
        yield rng.integers(1, 50, n).tolist(), int(rng.integers(1, 5))


def paired(words, window, before=None, after=None, itself=False, turned=False):
    """Pairs with another number of places before and after; itself: with the word; turned: the neighbour first."""
    before, after = (window if places is None else places for places in (before, after))
    found = []
    for i, word in enumerate(words):
        for j in range(max(0, i - before), min(len(words), i + after + 1)):
            if itself or j != i:
                found.append((words[j], word) if turned else (word, words[j]))
    return found


def wrapped(words, window):
    """Pairs where the place before the first one is the last: words[-1]."""
    found = []
    for i, word in enumerate(words):
        for j in range(i - window, min(len(words), i + window + 1)):
            if j != i and -len(words) <= j:
                found.append((word, words[j]))
    return found


def cut_off(words, window):
    """Pairs by slices, where words[i - window : i] is empty if i - window is negative."""
    return [
        (word, other) for i, word in enumerate(words) for other in words[i - window : i] + words[i + 1 : i + window + 1]
    ]


def by_distance(words, window):
    """Pairs in the order of the notebook's neighbours: by distance, all words ahead first, then all back."""
    ahead = [pair for o in range(1, window + 1) for pair in zip(words, words[o:])]
    return ahead + [(b, a) for a, b in ahead]


@exercise(
    inputs=texts_and_windows,
    mistakes={
        "You paired each word with itself. Leave its own place out.": lambda words, window: paired(
            words, window, itself=True
        ),
        "You looked only ahead. A window reaches as far back as ahead.": lambda words, window: paired(
            words, window, before=0
        ),
        "You looked only back. A window reaches as far ahead as back.": lambda words, window: paired(
            words, window, after=0
        ),
        "Your range ends one place too early: range(a, b) leaves b out.": (
            lambda words, window: paired(words, window, after=window - 1)
        ),
        "Before the first word you came out at the end: in Python words[-1] is the last one.": wrapped,
        "Near the beginning neighbours are missing: a slice from a negative number counts from the end.": cut_off,
        "Those are the right pairs turned round: the word comes first, then its neighbour.": (
            lambda words, window: paired(words, window, turned=True)
        ),
        "The right pairs in another order: all neighbours of the first word come first.": by_distance,
        "You left out neighbours that are the same word. It is the place that must differ.": (
            lambda words, window: [(a, b) for a, b in paired(words, window) if a != b]
        ),
    },
    hints=[
        "Go through the places i; the neighbours' places j lie between i - window and i + window.",
        "max(0, i - window) and min(len(words), i + window + 1) keep j inside the text.",
        "Append (words[i], words[j]) for all those j but i itself.",
    ],
    why="These pairs are all that skip-gram ever sees of a text: the order of the words inside a window is lost.",
)
def skip_gram_pairs(words, window):
    pairs = []
    for i in range(len(words)):
        for j in range(max(0, i - window), min(len(words), i + window + 1)):
            if j != i:
                pairs.append((words[i], words[j]))
    return pairs


def vectors_to_ask():
    """(vectors, a, b, c): a table of vectors of different lengths, and three different rows."""
    rng = np.random.default_rng(45)
    square = np.array([[1.0, 0.0, 0.2], [1.0, 1.0, 0.2], [0.1, 0.0, 1.0], [0.1, 1.0, 1.0], [-2.0, 0.5, 0.3]])
    yield square, 0, 1, 2
    yield square, 2, 3, 0
    for n, d in rng.integers([6, 2], [12, 5], (40, 2)):
        vectors = rng.normal(size=(n, d)) * rng.uniform(0.3, 3, (n, 1))
        yield vectors.round(2), *map(int, rng.choice(n, 3, replace=False))


def asked(vectors, target, excluded, lengths=True, nearest=False):
    """The row nearest to the target, by cosine; lengths: divided by; nearest: by distance instead."""
    closeness = -np.linalg.norm(vectors - target, axis=1) if nearest else vectors @ target
    if lengths and not nearest:
        closeness = closeness / np.linalg.norm(vectors, axis=1)
    closeness[list(excluded)] = -np.inf
    return int(np.argmax(closeness))


def normed(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@exercise(
    inputs=vectors_to_ask,
    mistakes={
        "You did not exclude a, b and c: often the answer is then one of the question's own words.": (
            lambda vectors, a, b, c: asked(vectors, (e := normed(vectors))[b] - e[a] + e[c], ())
        ),
        "You excluded c only. a and b must not be the answer either.": (
            lambda vectors, a, b, c: asked(vectors, (e := normed(vectors))[b] - e[a] + e[c], (c,))
        ),
        "The difference has the wrong sign: from a to b is b - a.": (
            lambda vectors, a, b, c: asked(vectors, (e := normed(vectors))[a] - e[b] + e[c], (a, b, c))
        ),
        "After np.delete the rows have new numbers. Set the three to -np.inf instead.": (
            lambda vectors, a, b, c: int(np.argmax(np.delete((e := normed(vectors)) @ (e[b] - e[a] + e[c]), [a, b, c])))
        ),
        "You compared scalar products, so long vectors win. Divide each row by its own length (axis=1).": (
            lambda vectors, a, b, c: asked(vectors, vectors[b] - vectors[a] + vectors[c], (a, b, c), lengths=False)
        ),
        "You built the target from vectors of different lengths. Bring them all to length 1 first.": (
            lambda vectors, a, b, c: asked(vectors, vectors[b] - vectors[a] + vectors[c], (a, b, c))
        ),
        "You took the nearest by distance. Asked for is the largest cosine.": (
            lambda vectors, a, b, c: asked(vectors, vectors[b] - vectors[a] + vectors[c], (a, b, c), nearest=True)
        ),
        "That is the nearest neighbour of c alone. Add the difference b - a.": (
            lambda vectors, a, b, c: asked(vectors, vectors[c], (a, b, c))
        ),
    },
    hints=[
        "Divide every row by its length first.",
        "The target is e[b] - e[a] + e[c]; e @ target ranks the rows as the cosine does.",
        "Set places a, b and c of that to -np.inf before np.argmax.",
    ],
    why="Leave out one line, the exclusion, and real text mostly answers with a word of the question itself.",
)
def analogy_answer(vectors, a, b, c):
    e = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    closeness = e @ (e[b] - e[a] + e[c])
    closeness[[a, b, c]] = -np.inf
    return int(np.argmax(closeness))


def tables_of_counts():
    """(counts, k): how often words (rows) and neighbours (columns) met, some never; k noise words."""
    rng = np.random.default_rng(43)
    yield np.array([[4.0, 1.0], [1.0, 2.0]]), 1
    yield np.array([[8.0, 1.0], [0.0, 9.0]]), 1
    for n, m, k in rng.integers([3, 3, 1], [7, 7, 4], (15, 3)):
        yield rng.integers(0, 9, (n, m)) + np.eye(n, m) * 30.0, int(k)


def pmi(counts, log=np.log):
    rows, columns = counts.sum(axis=1, keepdims=True), counts.sum(axis=0)
    return log(counts * counts.sum() / (rows * columns))


@exercise(
    inputs=tables_of_counts,
    mistakes={
        "Negative values are still there. Everything below 0 becomes 0, minus infinity too.": (
            lambda counts, k: pmi(counts) - np.log(k)
        ),
        "You cut at 0 first and shifted then. Shift, then cut.": (
            lambda counts, k: np.maximum(pmi(counts), 0) - np.log(k)
        ),
        "The shift has the wrong sign: with more noise words the scores are lower.": (
            lambda counts, k: np.maximum(pmi(counts) + np.log(k), 0)
        ),
        "You subtracted k. It is log k.": lambda counts, k: np.maximum(pmi(counts) - k, 0),
        "The shift by log k is missing.": lambda counts, k: np.maximum(pmi(counts), 0),
        "You took the logarithm to base 2. The loss has natural logarithms, and so has its optimum.": (
            lambda counts, k: np.maximum(pmi(counts, np.log2) - np.log2(k), 0)
        ),
        "All is cut away: nothing is compared with chance, or the total is missing, so that P(c) is no share.": (
            lambda counts, k: 0.0 * counts
        ),
    },
    hints=[
        "By chance the two would meet (row sum) · (column sum) / total times.",
        "PMI is the logarithm of counts divided by that.",
        "np.maximum(PMI - np.log(k), 0) also turns minus infinity into 0.",
    ],
    why="Counting and one logarithm: this matrix, through an SVD, rivals what the network learns from it.",
)
def shifted_ppmi(counts, k):
    rows, columns = counts.sum(axis=1, keepdims=True), counts.sum(axis=0)
    by_chance = rows * columns / counts.sum()
    return np.maximum(np.log(counts / by_chance) - np.log(k), 0)


def vectors_of_a_pair():
    """(v, u, noise): a word's vector, its neighbour's, and those of 1 to 5 noise words, (k, d)."""
    rng = np.random.default_rng(44)
    yield np.array([1.0]), np.array([2.0]), np.array([[1.0]])
    yield np.array([1.0, 0.0]), np.array([0.5, 1.0]), np.array([[2.0, 1.0], [-1.0, 0.5]])
    for d, k in rng.integers([1, 1], [5, 6], (15, 2)):
        yield rng.normal(size=d).round(2), rng.normal(size=d).round(2), rng.normal(size=(k, d)).round(2)


@exercise(
    inputs=vectors_of_a_pair,
    mistakes={
        "The sign is turned round: that direction makes the loss smaller. The gradient points uphill.": (
            lambda v, u, noise: (1 - sigmoid(u @ v)) * u - sigmoid(noise @ v) @ noise
        ),
        "The noise comes with the wrong sign: its label is 0, so predicted minus true is the sigmoid itself.": (
            lambda v, u, noise: (sigmoid(u @ v) - 1) * u - sigmoid(noise @ v) @ noise
        ),
        "Predicted minus true for the real pair is σ − 1.": (
            lambda v, u, noise: (1 - sigmoid(u @ v)) * u + sigmoid(noise @ v) @ noise
        ),
        "The label of the real neighbour is 1: subtract it from the sigmoid.": (
            lambda v, u, noise: sigmoid(u @ v) * u + sigmoid(noise @ v) @ noise
        ),
        "You treated the noise as real neighbours. Its label is 0.": (
            lambda v, u, noise: (sigmoid(u @ v) - 1) * u + (sigmoid(noise @ v) - 1) @ noise
        ),
        "The error of a noise word is σ(n · v), not σ(-n · v): predicted minus 0.": (
            lambda v, u, noise: (sigmoid(u @ v) - 1) * u + sigmoid(-noise @ v) @ noise
        ),
        "The noise words are missing.": lambda v, u, noise: (sigmoid(u @ v) - 1) * u,
        "You took the mean over the noise words. The loss adds them up.": (
            lambda v, u, noise: (sigmoid(u @ v) - 1) * u + sigmoid(noise @ v) @ noise / len(noise)
        ),
        "That is the gradient for u. For v, the error multiplies the other vector, u.": (
            lambda v, u, noise: (sigmoid(u @ v) - 1) * v
        ),
    },
    hints=[
        "The derivative of -log σ(x) is σ(x) - 1, that of -log σ(-x) is σ(x). What is x here?",
        "x = u · v, so by the chain rule the error of the real pair multiplies u.",
        "Add for each noise word n its σ(n · v) times n: sigmoid(noise @ v) @ noise.",
    ],
    why="Predicted minus true, once more. Only k + 2 vectors move for a pair, however large the vocabulary.",
)
def negative_sampling_gradient(v, u, noise):
    def sigma(x):
        return 1 / (1 + np.exp(-x))

    return (sigma(u @ v) - 1) * u + sigma(noise @ v) @ noise
