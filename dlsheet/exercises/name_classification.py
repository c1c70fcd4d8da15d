"""Exercises of notebook 19, name classification."""

import numpy as np

from dlsheet.exercises.engine import exercise


def two_sets_of_labels():
    """(y_train, y_test): labels from 0, the most frequent ones not the same in both; with a tie; one that is new."""
    rng = np.random.default_rng(22)
    yield np.array([1, 1, 0]), np.array([1, 0, 0])
    yield np.array([1, 0]), np.array([1, 1, 0])
    yield np.array([2, 2, 0]), np.array([0, 1])
    for k, n in rng.integers([2, 3], [5, 12], (20, 2)):
        yield rng.integers(0, k, n), rng.integers(0, k, int(rng.integers(2, 9)))


def counted(y):
    return np.bincount(y, minlength=6)


@exercise(
    inputs=two_sets_of_labels,
    mistakes={
        "You took the test labels' most frequent class. Whoever answers does not know the test labels.": (
            lambda y_train, y_test: counted(y_test).max() / len(y_test)
        ),
        "That is the share of the training labels. Judge on the test labels.": (
            lambda y_train, y_test: counted(y_train).max() / len(y_train)
        ),
        "1 / k is what guessing at random gets when all classes are equally frequent.": (
            lambda y_train, y_test: 1 / len(np.unique(y_train))
        ),
        "That is the class. Asked for is how often it is the right answer.": (
            lambda y_train, y_test: counted(y_train).argmax()
        ),
        "np.argmax gives the place of the largest label. Count the labels first, with np.bincount.": (
            lambda y_train, y_test: np.mean(y_test == y_train.argmax())
        ),
        "That is the place of the largest label. Count the labels first, with np.bincount.": (
            lambda y_train, y_test: y_train.argmax()
        ),
        "That is how many are right. Divide by the number of test labels.": (
            lambda y_train, y_test: np.sum(y_test == counted(y_train).argmax())
        ),
        "Of equally frequent classes you took the largest number.": (
            lambda y_train, y_test: np.mean(y_test == 5 - counted(y_train)[::-1].argmax())
        ),
    },
    hints=[
        "First the answer: np.bincount(y_train) counts the labels 0, 1, 2, …",
        "np.argmax gives the place of the largest count, the first one if there are several.",
        "Then compare all test labels with it.",
    ],
    why="It is the number to beat. Where nine names in ten are of one language it is 90%, and worth nothing.",
)
def majority_accuracy(y_train, y_test):
    commonest = np.argmax(np.bincount(y_train))
    return np.mean(y_test == commonest)


def names():
    """(name, alphabet)."""
    rng = np.random.default_rng(21)
    yield from [("ba", "abc"), ("c", "abc"), ("anna", "an")]
    for n in rng.integers(2, 9, 20):
        yield "".join(rng.choice(list("abcdef"), n)), "cabfed"


@exercise(
    inputs=names,
    mistakes={
        "Rows and columns have changed places: a row for each letter of the name, a column for each of the alphabet.": (
            lambda name, alphabet: np.eye(len(alphabet))[[alphabet.index(letter) for letter in name]].T
        ),
        "Those are the letters' positions. Each must become a row with a single 1.": (
            lambda name, alphabet: np.array([alphabet.index(letter) for letter in name])
        ),
        "The 1 stands one place too far: the first letter of the alphabet has position 0.": (
            lambda name, alphabet: np.eye(len(alphabet) + 1)[[alphabet.index(letter) + 1 for letter in name]][:, :-1]
        ),
        "ord(letter) - ord('a') is the place in the usual alphabet. Here another one is given.": (
            lambda name, alphabet: np.eye(max(len(alphabet), 26))[[ord(letter) - ord("a") for letter in name]][
                :, : len(alphabet)
            ]
        ),
        "That counts letters and forgets their order. An RNN reads them one after the other.": (
            lambda name, alphabet: np.array([name.count(letter) for letter in alphabet])
        ),
    },
    hints=[
        "The result has the shape (len(name), len(alphabet)).",
        "alphabet.index(letter) says which column gets the 1.",
        "np.eye(n)[positions] picks one-hot rows.",
    ],
    why="A number for each letter would say that z is 26 times a; one-hot says only that they differ.",
)
def one_hot_name(name, alphabet):
    return np.eye(len(alphabet))[[alphabet.index(letter) for letter in name]]


def sizes():
    """(units, inputs)."""
    rng = np.random.default_rng(23)
    yield from [(1, 2), (2, 1), (64, 29), (32, 64)]
    yield from (tuple(map(int, rng.integers(1, 100, 2))) for _ in range(20))


@exercise(
    inputs=sizes,
    mistakes={
        "Recurrent weights lead from units to units: units squared, not inputs squared.": lambda units, inputs: (
            units * inputs + inputs * inputs + units
        ),
        "The biases are missing, one for each unit.": lambda units, inputs: units * (inputs + units),
        "The recurrent weights are missing: every unit also reads all units of the last step.": lambda units, inputs: (
            units * (inputs + 1)
        ),
        "That is an LSTM's number: it has four such sets of weights, a SimpleRNN one.": lambda units, inputs: (
            4 * units * (inputs + units + 1)
        ),
        "Each unit reads all units, not only itself: units times units recurrent weights.": lambda units, inputs: (
            units * inputs + 2 * units
        ),
        "A SimpleRNN has one bias for each unit; two belong to Keras's GRU.": lambda units, inputs: (
            units * (inputs + units + 2)
        ),
        "There is one bias for each unit, not one for each input and unit.": lambda units, inputs: (
            units * (2 * inputs + units)
        ),
    },
    hints=[
        "z = W_x x + W_h h + b: how many numbers are in each of the three?",
        "W_x has units times inputs, W_h units times units.",
    ],
    why="The length of the sequence does not come in: the same weights are used at every step.",
)
def simple_rnn_parameters(units, inputs):
    return units * inputs + units * units + units


def rankings():
    """(probabilities, class_names, k), no two probabilities alike."""
    rng = np.random.default_rng(24)
    yield np.array([0.2, 0.7, 0.1]), ["Czech", "Greek", "Irish"], 2
    yield np.array([0.6, 0.4]), ["Greek", "Irish"], 1
    for n in rng.integers(3, 7, 20):
        probabilities = rng.permutation(np.arange(1, n + 1)) / (n * (n + 1) / 2)
        yield probabilities, list("ABCDEFG"[:n]), int(rng.integers(2, n))


@exercise(
    inputs=rankings,
    mistakes={
        "np.argsort sorts from small to large: those are the least likely.": lambda probabilities, class_names, k: [
            class_names[i] for i in np.argsort(probabilities)[:k]
        ],
        "The right languages, the most likely one last. Turn the order round.": lambda probabilities, class_names, k: [
            class_names[i] for i in np.argsort(probabilities)[-k:]
        ],
        "Those are the classes' numbers. Return their names.": lambda probabilities, class_names, k: [
            int(i) for i in np.argsort(probabilities)[::-1][:k]
        ],
        "One is missing: a slice that goes backwards stops before its end, so [:-k - 1:-1].": (
            lambda probabilities, class_names, k: [class_names[i] for i in np.argsort(probabilities)[-1:-k:-1]]
        ),
        "You returned the single best. Asked for are k languages.": lambda probabilities, class_names, k: [
            class_names[int(np.argmax(probabilities))]
        ],
    },
    hints=["np.argsort gives the positions in rising order.", "[::-1] turns that round, [:k] keeps the first k."],
    why="Second of twenty-four is a useful answer for a name that could be of two peoples; accuracy calls it wrong.",
)
def top_languages(probabilities, class_names, k):
    return [class_names[i] for i in np.argsort(probabilities)[::-1][:k]]


def confusions():
    """(matrix, class_names) in which one mix-up is the most frequent as a share of its row."""
    rng = np.random.default_rng(25)
    yield np.array([[9, 1], [1, 4]]), ["Greek", "Irish"]
    yield np.array([[90, 10, 0], [3, 5, 2], [0, 1, 9]]), ["Czech", "Greek", "Irish"]
    for k in rng.integers(3, 6, 30):
        matrix = rng.integers(0, 9, (k, k)) * rng.integers(1, 9, (k, 1)) + np.diag(rng.integers(20, 60, k))
        share = np.sort(np.ravel((matrix - np.diag(np.diag(matrix))) / matrix.sum(axis=1, keepdims=True)))
        if share[-1] > share[-2] + 0.01:
            yield matrix, list("ABCDEF"[:k])


def most_frequent(table, class_names):
    """The names of the row and the column of a table's largest entry off the diagonal."""
    table = np.array(table, float)
    np.fill_diagonal(table, -1)
    i, j = np.unravel_index(np.argmax(table), table.shape)
    return class_names[i], class_names[j]


def errors_alone(matrix):
    """Each row's errors as shares of all its errors."""
    errors = np.array(matrix, float)
    np.fill_diagonal(errors, 0)
    return errors / np.maximum(errors.sum(axis=1, keepdims=True), 1)


@exercise(
    inputs=confusions,
    mistakes={
        "You took the diagonal along: that is the language recognised best.": lambda matrix, class_names: (
            (class_names[int(np.argmax(np.diag(matrix) / np.sum(matrix, axis=1)))],) * 2
        ),
        "You compared counts, where a language with many names wins: divide each row by its sum first.": most_frequent,
        "You divided by the sums of the columns, by what was predicted. Asked for is the share of the true language.": (
            lambda matrix, class_names: most_frequent(np.array(matrix) / np.sum(matrix, axis=0), class_names)
        ),
        "You divided by the errors in the row only. The share is of all the language's names, the right ones too.": (
            lambda matrix, class_names: most_frequent(errors_alone(matrix), class_names)
        ),
        "The pair is turned round: first the true language (the row), then the one it was taken for.": (
            lambda matrix, class_names: most_frequent(
                np.array(matrix) / np.sum(matrix, axis=1, keepdims=True), class_names
            )[::-1]
        ),
    },
    hints=[
        "Divide each row by its sum: then entry (i, j) is the share of language i that was taken for j.",
        "Keep the diagonal out, since those were right.",
        "np.unravel_index(np.argmax(table), table.shape) gives row and column of the largest entry.",
    ],
    why="The pair tells you what to do next: more data for two close languages, or one class for both.",
)
def most_confused(matrix, class_names):
    share = np.array(matrix, float)
    share = share / share.sum(axis=1, keepdims=True)
    np.fill_diagonal(share, 0)
    true, predicted = np.unravel_index(np.argmax(share), share.shape)
    return class_names[true], class_names[predicted]
