"""Experiments of notebook 22: skip-gram with negative sampling in a made-up world (simulated)."""

from itertools import permutations

import numpy as np
from scipy.sparse.linalg import svds

from dlsheet.backend import keras, set_seed
from dlsheet.datasets.tiny_world import COUPLES, LANDS, plural, sentences
from dlsheet.experiments import experiment

layers = keras.layers


@experiment("embedding.pmi", seeds=10)
def pmi(seed, epochs=6, dimensions=32, window=4):
    """How near do the scores of skip-gram come to PMI - log k?

    Arms: "correlation, k = 5", over all pairs of words that met at least five times; "slope, k = 5", of the scores
    against PMI - log 5; "scores, k = 1 - k = 5", the mean difference over these pairs, which log 5 = 1.61 should be.
    Same: 4,000 sentences, window and 6 epochs of Adam at 0.01; start and noise words by seed. Differs: k.
    """
    text, n_words = world()[:2]
    pairs = neighbours(text, window)
    counts = met(pairs, n_words)
    often = counts >= 5
    target = shifted_pmi(counts, 5)[often]
    five, one = (np.matmul(*tables(pairs, n_words, seed, k, epochs, dimensions))[often] for k in (5, 1))
    return {
        "correlation, k = 5": np.corrcoef(five, target)[0, 1],
        "slope, k = 5": np.polyfit(target, five, 1)[0],
        "scores, k = 1 - k = 5": np.mean(one - five),
    }


@experiment("embedding.analogies", seeds=10)
def analogies(seed, epochs=6, dimensions=32, window=4):
    """Share of analogies answered in the made-up world, by what the vectors come from; a, b and c are excluded.

    Arms: the vectors, "skip-gram" (k = 5), "counting" (no network: the largest 32 singular vectors of positive PMI) or
    "words shuffled" (skip-gram on the same words in a random order), and the kind of question: "he : she", "one :
    many", "land : capital"; and "without the difference", the nearest neighbour of c alone by skip-gram. Same: 4,000
    sentences, which for "counting" are all there is, so that it has no seed; window, epochs.
    """
    text, n_words, number = world()
    pairs = neighbours(text, window)
    shuffled = text.copy()
    shuffled[text > 0] = np.random.default_rng(seed).permutation(text[text > 0])
    vectors = {
        "skip-gram": tables(pairs, n_words, seed, 5, epochs, dimensions)[0],
        "counting": svd_vectors(met(pairs, n_words), dimensions),
        "words shuffled": tables(neighbours(shuffled, window), n_words, seed, 5, epochs, dimensions)[0],
    }
    asked = questions(number)
    found = {
        f"{name}, {kind}": np.mean(answers(table, each) == each[:, 3])
        for name, table in vectors.items()
        for kind, each in asked.items()
    }
    for kind, each in asked.items():
        alone = answers(vectors["skip-gram"], each, difference=False)
        found[f"without the difference, {kind}"] = np.mean(alone == each[:, 3])
    return found


def world(count=4000, gap=10):
    """(text, number of words, {word: its number}): the sentences as one row of numbers, with zeros between them."""
    found = sentences(count, seed=0)
    vocabulary = sorted({word for words in found for word in words})
    number = {word: i + 1 for i, word in enumerate(vocabulary)}
    text = np.concatenate([[number[word] for word in words] + [0] * gap for words in found])
    return text, len(vocabulary) + 1, number


def neighbours(text, window):
    """(n, 2): each word with each of its neighbours up to `window` positions away, in both orders."""
    ahead = np.concatenate([np.stack([text[:-o], text[o:]], axis=1) for o in range(1, window + 1)])
    ahead = ahead[(ahead > 0).all(axis=1)]
    return np.concatenate([ahead, ahead[:, ::-1]])


def met(pairs, n_words):
    """(n_words, n_words): how often each word met each other one."""
    return np.bincount(pairs @ [n_words, 1], minlength=n_words**2).reshape(n_words, n_words)


def shifted_pmi(counts, k):
    """PMI - log k, minus infinity for words that never met."""
    rows, columns = counts.sum(axis=1, keepdims=True), counts.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(counts * counts.sum() / (rows * columns)) - np.log(k)


def tables(pairs, n_words, seed, k, epochs, dimensions):
    """The two tables of skip-gram after training, words (n_words, d) and neighbours (d, n_words)."""
    set_seed(seed)
    given, asked = keras.Input((1,), dtype="int32"), keras.Input((1 + k,), dtype="int32")
    v = layers.Embedding(n_words, dimensions)(given)
    u = layers.Embedding(n_words, dimensions)(asked)
    model = keras.Model([given, asked], layers.Flatten()(layers.Dot(axes=2)([u, v])))
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.01), loss, steps_per_execution=40)
    rng, labels = np.random.default_rng(seed), np.eye(1, 1 + k).repeat(len(pairs), axis=0)
    frequency = np.bincount(pairs[:, 1], minlength=n_words) / len(pairs)
    for _ in range(epochs):
        noise = rng.choice(n_words, (len(pairs), k), p=frequency)
        model.fit([pairs[:, :1], np.column_stack([pairs[:, 1], noise])], labels, batch_size=1024, verbose=0)
    v, u = model.get_weights()
    return v, u.T


def svd_vectors(counts, dimensions):
    """(n_words, d): vectors without a network, from the singular vectors of positive PMI."""
    positive = np.nan_to_num(np.maximum(shifted_pmi(counts, 1), 0))
    u, s, _ = svds(positive, dimensions, v0=np.ones(len(counts)))
    return u * np.sqrt(s)


def questions(number):
    """{kind: (n, 4)}: a is to b as c is to d, as numbers of words, two couples each in both orders."""
    many = [(plural(he), plural(she)) for he, she in COUPLES]
    kinds = {
        "he : she": [COUPLES, many],
        "one : many": [[pair for each in zip(COUPLES, many) for pair in zip(*each)]],
        "land : capital": [LANDS],
    }
    return {
        kind: np.array([[number[word] for word in (*a, *b)] for couples in groups for a, b in permutations(couples, 2)])
        for kind, groups in kinds.items()
    }


def answers(vectors, asked, difference=True):
    """(n,): the word with the largest cosine to b - a + c, or to c alone; a, b and c are excluded."""
    e = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    a, b, c, _ = asked.T
    cosine = (e[b] - e[a] + e[c] if difference else e[c]) @ e.T
    cosine[:, 0] = -np.inf  # no word
    for word in (a, b, c):
        cosine[np.arange(len(asked)), word] = -np.inf
    return cosine.argmax(axis=1)
