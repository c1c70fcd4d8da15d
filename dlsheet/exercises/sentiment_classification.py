"""Exercises of notebook 23, sentiment classification."""

from collections import Counter

import numpy as np

from dlsheet.exercises.engine import exercise

WORDS = ["", "[UNK]", "the", "not", "good", "dull", "but", "film"]


def texts():
    """(text, vocabulary): words in lower case, some of them unknown."""
    rng = np.random.default_rng(231)
    yield from [("good", WORDS), ("a good film", WORDS), ("not good but not dull", WORDS)]
    for n in rng.integers(2, 8, 20):
        yield " ".join(rng.choice([*WORDS[2:], "story", "acting"], n)), WORDS


def known(text, vocabulary):
    """The words of a text that the vocabulary has."""
    return [word for word in text.split() if word in vocabulary]


@exercise(
    inputs=texts,
    mistakes={
        "Unknown words are missing. They are words, too: each becomes 1.": (
            lambda text, vocabulary: np.array([vocabulary.index(word) for word in known(text, vocabulary)])
        ),
        "Unknown words became 0, which stands for padding: the network would skip them.": (
            lambda text, vocabulary: np.array(
                [vocabulary.index(word) if word in vocabulary else 0 for word in text.split()]
            )
        ),
        "Places are counted from 0, as in Python: the first entry, the padding, has number 0.": (
            lambda text, vocabulary: np.array(
                [vocabulary.index(word) + 1 if word in vocabulary else 1 for word in text.split()]
            )
        ),
        "The first two entries of the vocabulary have numbers as well. Do not leave them out when you count.": (
            lambda text, vocabulary: np.array(
                [vocabulary.index(word) - 2 if word in vocabulary else 1 for word in text.split()]
            )
        ),
        "The vocabulary holds the two marks already. Do not add 2 for them once more.": (
            lambda text, vocabulary: np.array(
                [vocabulary.index(word) + 2 if word in vocabulary else 1 for word in text.split()]
            )
        ),
        "Those are the letters. Take the words: text.split().": (
            lambda text, vocabulary: np.array(
                [vocabulary.index(letter) if letter in vocabulary else 1 for letter in text]
            )
        ),
        "That counts the words and forgets their order.": (
            lambda text, vocabulary: np.array([text.split().count(word) for word in vocabulary])
        ),
        "Each word stands once only. A word that comes back gets its number again.": (
            lambda text, vocabulary: np.array(
                [vocabulary.index(word) if word in vocabulary else 1 for word in dict.fromkeys(text.split())]
            )
        ),
    },
    hints=[
        "text.split() gives the words.",
        "vocabulary.index(word) is a word's number, if `word in vocabulary`.",
        "The vocabulary's second entry, number 1, stands for all words that it does not know.",
    ],
    why="A text becomes a row of numbers; whatever is not in the vocabulary is one and the same word to the network.",
)
def number_words(text, vocabulary):
    return np.array([vocabulary.index(word) if word in vocabulary else 1 for word in text.split()])


def rows():
    """(rows,): lists of word numbers of different lengths."""
    rng = np.random.default_rng(232)
    yield from [([[4], [2, 3]],), ([[2, 3, 4], [5]],), ([[7, 2]],)]
    for n in rng.integers(2, 6, 20):
        yield ([rng.integers(1, 9, length).tolist() for length in rng.integers(1, 7, n)],)


@exercise(
    inputs=rows,
    mistakes={
        "The zeros stand in front. Keras's TextVectorization puts them behind the words.": (
            lambda rows: np.array([[0] * (max(map(len, rows)) - len(row)) + row for row in rows])
        ),
        "The long rows are cut: words are lost, and often the last ones decide.": (
            lambda rows: np.array([row[: min(map(len, rows))] for row in rows])
        ),
        "You filled up with 1, which stands for an unknown word. Nothing is there.": (
            lambda rows: np.array([row + [1] * (max(map(len, rows)) - len(row)) for row in rows])
        ),
        "The rows begin at their end: the order of the words is lost.": (
            lambda rows: np.array([row[::-1] + [0] * (max(map(len, rows)) - len(row)) for row in rows])
        ),
        "There is a column of zeros too many: the longest row needs none.": (
            lambda rows: np.array([row + [0] * (max(map(len, rows)) + 1 - len(row)) for row in rows])
        ),
    },
    hints=[
        "How long is the longest row?",
        "row + [0] * missing makes a list longer.",
        "Or start with np.zeros((len(rows), longest), int) and write each row into it.",
    ],
    why="Rows of one length form an array, which a processor handles at once. The mask undoes what padding adds.",
)
def pad_numbers(rows):
    longest = max(map(len, rows))
    return np.array([row + [0] * (longest - len(row)) for row in rows])


def answers():
    """(y_true, y_pred, kinds): labels 0 or 1 and the kind of each text, arrays (n,)."""
    rng = np.random.default_rng(234)
    yield np.array([1]), np.array([1]), np.array(["plain"])
    yield np.array([1, 0, 0]), np.array([1, 1, 1]), np.array(["plain", "irony", "plain"])
    for n in rng.integers(4, 20, 20):
        kinds = rng.choice(["plain", "negation", "irony"], n)
        yield rng.integers(0, 2, n), rng.integers(0, 2, n), kinds


def shares(right, kinds, denominator):
    """{kind: right answers of the kind / denominator(kind)}."""
    return {str(kind): float(right[kinds == kind].sum() / denominator(kind)) for kind in np.unique(kinds)}


@exercise(
    inputs=answers,
    mistakes={
        "You divide by all texts. Divide by those of the kind.": (
            lambda y_true, y_pred, kinds: shares(y_true == y_pred, kinds, lambda kind: len(kinds))
        ),
        "Those are the numbers of right answers. Divide each by how many texts the kind has.": (
            lambda y_true, y_pred, kinds: shares(y_true == y_pred, kinds, lambda kind: 1)
        ),
        "Kinds of which nothing is right are missing. Their share is 0.": (
            lambda y_true, y_pred, kinds: {
                kind: share
                for kind, share in shares(y_true == y_pred, kinds, lambda kind: (kinds == kind).sum()).items()
                if share
            }
        ),
        "Those are shares of the right answers that fall on each kind. Divide by the texts of the kind.": (
            lambda y_true, y_pred, kinds: shares(y_true == y_pred, kinds, lambda kind: max((y_true == y_pred).sum(), 1))
        ),
        "That is the share of texts called friendly. Compare y_pred with y_true.": (
            lambda y_true, y_pred, kinds: shares(y_pred == 1, kinds, lambda kind: (kinds == kind).sum())
        ),
        "Those are the errors. Accuracy counts the right answers.": (
            lambda y_true, y_pred, kinds: shares(y_true != y_pred, kinds, lambda kind: (kinds == kind).sum())
        ),
        "Every kind got the accuracy over all texts.": (
            lambda y_true, y_pred, kinds: {str(kind): float((y_true == y_pred).mean()) for kind in np.unique(kinds)}
        ),
        "You look at the friendly texts alone: that is recall. Count all texts of a kind.": (
            lambda y_true, y_pred, kinds: {
                str(kind): float(np.mean(y_pred[(kinds == kind) & (y_true == 1)] == 1))
                if ((kinds == kind) & (y_true == 1)).any()
                else 0.0
                for kind in np.unique(kinds)
            }
        ),
    },
    hints=[
        "kinds == kind picks the texts of a kind.",
        "np.unique(kinds) gives each kind once.",
        "(y_true == y_pred)[kinds == kind].mean()",
    ],
    why="One number hides what a model cannot do. A table by kind shows it.",
)
def accuracy_by_kind(y_true, y_pred, kinds):
    return {str(kind): float((y_true == y_pred)[kinds == kind].mean()) for kind in np.unique(kinds)}


def padded_texts():
    """(numbers, vectors): padded word numbers (n, steps) and the words' vectors (vocabulary, dimensions)."""
    rng = np.random.default_rng(233)
    vectors = np.array([[9.0, 9.0], [1.0, 0.0], [0.0, 2.0], [4.0, 1.0]])
    yield from [
        (np.array([[1]]), vectors),
        (np.array([[2, 3]]), vectors),
        (np.array([[2, 0]]), vectors),
        (np.array([[0, 0], [3, 3]]), vectors),
    ]
    for n in rng.integers(1, 5, 20):
        lengths = rng.integers(0, 6, (n, 1))
        numbers = rng.integers(1, 7, (n, 5)) * (np.arange(5) < lengths)
        yield numbers, rng.normal(size=(7, 3)).round(2)


def total(numbers, vectors):
    """The sum of the vectors of each text's words."""
    return (vectors[numbers] * (numbers > 0)[..., np.newaxis]).sum(axis=1)


@exercise(
    inputs=padded_texts,
    mistakes={
        "Padding counts as a word: the vector of number 0 is in your mean. Leave it out.": (
            lambda numbers, vectors: vectors[numbers].mean(axis=1)
        ),
        "The sum is right, but you divide by all steps. Divide by the number of words.": (
            lambda numbers, vectors: total(numbers, vectors) / numbers.shape[1]
        ),
        "You left out the unknown word, number 1, as if it were padding. It is a word and has a vector.": (
            lambda numbers, vectors: (
                (vectors[numbers] * (numbers > 1)[..., np.newaxis]).sum(axis=1)
                / np.maximum((numbers > 1).sum(axis=1), 1)[:, np.newaxis]
            )
        ),
        "You took the mean over the dimensions. Take it over the words, axis 1.": (
            lambda numbers, vectors: (vectors[numbers] * (numbers > 0)[..., np.newaxis]).mean(axis=2)
        ),
        "That is the mean over all texts together. Each text has a mean of its own.": (
            lambda numbers, vectors: total(numbers, vectors).sum(axis=0) / max((numbers > 0).sum(), 1)
        ),
        "Row k belongs to number k: the vectors are shifted by one.": (
            lambda numbers, vectors: (
                total(numbers, np.roll(vectors, 1, axis=0)) / np.maximum((numbers > 0).sum(axis=1), 1)[:, np.newaxis]
            )
        ),
        "That is the sum: a long text would count more than a short one.": total,
        "A text without a word gives NaN: 0 / 0. Its mean shall be 0.": (
            lambda numbers, vectors: np.where(
                (numbers > 0).any(axis=1)[:, np.newaxis],
                total(numbers, vectors) / np.maximum((numbers > 0).sum(axis=1), 1)[:, np.newaxis],
                np.nan,
            )
        ),
    },
    hints=[
        "numbers > 0 is True where there is a word.",
        "vectors[numbers] has the shape (n, steps, dimensions); give the mask a last axis of 1.",
        "np.maximum(count, 1) avoids the division by zero.",
    ],
    why="It is what a mask is for: with it, a text's answer no longer depends on its neighbours in the batch.",
)
def masked_mean(numbers, vectors):
    is_word = (numbers > 0)[..., np.newaxis]
    return (vectors[numbers] * is_word).sum(axis=1) / np.maximum(is_word.sum(axis=1), 1)


def labelled_texts():
    """(texts, y): texts of few words, many of them made of the same ones; labels 0 or 1, an array (n,)."""
    rng = np.random.default_rng(235)
    yield ["good"], np.array([1])
    yield ["not good but dull", "not dull but good"], np.array([0, 1])
    yield ["good good", "good"], np.array([1, 0])
    yield ["no tale", "not ale"], np.array([0, 1])
    yield ["dull", "dull", "dull"], np.array([0, 0, 1])
    for n in rng.integers(3, 9, 20):
        yield (
            [" ".join(rng.choice(["good", "dull", "not"], rng.integers(1, 4))) for _ in range(n)],
            rng.integers(0, 2, n),
        )


def best(keys, y):
    """The share of right answers of whoever gives texts of the same key the label that most of them have."""
    groups = {}
    for key, label in zip(keys, y):
        groups.setdefault(key, []).append(int(label))
    return sum(max(Counter(labels).values()) for labels in groups.values()) / len(y)


def bags(texts, y):
    """The labels of the texts of each bag, a list a bag."""
    groups = {}
    for text, label in zip(texts, y):
        groups.setdefault(tuple(sorted(text.split())), []).append(int(label))
    return list(groups.values())


def mixed_bags(texts, y, share):
    """The accuracy where of each bag with both labels this share counts as right."""
    return float(sum(len(labels) * (1 if len(set(labels)) == 1 else share) for labels in bags(texts, y)) / len(y))


@exercise(
    inputs=labelled_texts,
    mistakes={
        "You tell texts apart by the order of their words. In a bag there is no order.": best,
        "Those are bags of letters: texts of other words may have the same ones. Split the text into words.": (
            lambda texts, y: best(["".join(sorted(text.replace(" ", ""))) for text in texts], y)
        ),
        "A bag with both labels is not one half right as a rule: its commoner label is right more often.": (
            lambda texts, y: mixed_bags(texts, y, 0.5)
        ),
        "A bag with both labels is not lost: the commoner label is right for some of its texts.": (
            lambda texts, y: mixed_bags(texts, y, 0)
        ),
        "You took the mean over the bags. A bag with more texts counts more.": (
            lambda texts, y: float(np.mean([max(Counter(labels).values()) / len(labels) for labels in bags(texts, y)]))
        ),
        "That is how many are right. Divide by the number of texts.": (
            lambda texts, y: best([tuple(sorted(text.split())) for text in texts], y) * len(y)
        ),
        "That is the smallest error. The accuracy is what remains.": (
            lambda texts, y: 1 - best([tuple(sorted(text.split())) for text in texts], y)
        ),
        "Bags of one length are not one bag: compare the words, not how many there are.": (
            lambda texts, y: best([len(text.split()) for text in texts], y)
        ),
        "You lost how often a word occurs: a bag of words counts.": (
            lambda texts, y: best([frozenset(text.split()) for text in texts], y)
        ),
        "That is the accuracy of one answer for all texts. Texts with different words may get different answers.": (
            lambda texts, y: max(Counter(y.tolist()).values()) / len(y)
        ),
    },
    hints=[
        "Two texts with the same bag get the same answer, whatever the classifier.",
        "tuple(sorted(text.split())) is the same for two texts exactly if their bags are.",
        "In each group of texts with one bag, the best answer is the commoner label.",
    ],
    why="It is a limit that no training can pass. On twins that differ in order alone, it is one half.",
)
def best_by_bags(texts, y):
    return best([tuple(sorted(text.split())) for text in texts], y)
