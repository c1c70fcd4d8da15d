"""Beam search against trying out every sequence."""

import itertools

import numpy as np
import pytest

from dlsheet.decoding import beam_search, greedy_search

SIZE, LENGTH, N, START = 3, 4, 5, 9


def random_model(seed=0, sharpness=0.7):
    """Probabilities of the next sign that depend on the example and on the whole beginning."""
    known, rng = {}, np.random.default_rng(seed)

    def next_probabilities(rows, beginnings):
        keys = [(row, *beginning) for row, beginning in zip(rows.tolist(), beginnings.tolist())]
        return np.array(
            [known.setdefault(key, rng.dirichlet(np.full(SIZE, sharpness)) if key not in known else 0) for key in keys]
        )

    return next_probabilities


def log_probability(model, row, sequence):
    beginning, total = [START], 0.0
    for sign in sequence:
        total += np.log(model(np.array([row]), np.array([beginning]))[0, sign])
        beginning.append(sign)
    return total


def all_sequences(model, row):
    """(log-probability, sequence) of all sequences, the most probable first."""
    found = [(log_probability(model, row, s), s) for s in itertools.product(range(SIZE), repeat=LENGTH)]
    return sorted(found, reverse=True)


def test_a_beam_that_holds_all_beginnings_finds_all_sequences_in_order():
    model = random_model()
    sequences, scores = beam_search(model, N, START, LENGTH, width=SIZE**LENGTH)
    for row in range(N):
        expected = all_sequences(model, row)
        assert list(map(tuple, sequences[row].tolist())) == [sequence for _, sequence in expected]
        np.testing.assert_allclose(scores[row], [value for value, _ in expected])


def test_greedy_takes_the_most_probable_sign_each_time():
    model = random_model(1)
    greedy = greedy_search(model, N, START, LENGTH)
    assert greedy.shape == (N, LENGTH)
    for row in range(N):
        beginning = [START]
        for _ in range(LENGTH):
            beginning.append(int(model(np.array([row]), np.array([beginning]))[0].argmax()))
        assert greedy[row].tolist() == beginning[1:]


def test_a_beam_of_one_is_greedy():
    model = random_model(2)
    sequences, scores = beam_search(model, N, START, LENGTH, width=1)
    np.testing.assert_array_equal(sequences[:, 0], greedy_search(model, N, START, LENGTH))
    for row in range(N):
        np.testing.assert_allclose(scores[row, 0], log_probability(model, row, sequences[row, 0]))


@pytest.mark.parametrize("width", (1, 2, 3, 7))
def test_what_a_beam_keeps_has_the_probability_it_says_and_is_in_order(width):
    model = random_model(3)
    sequences, scores = beam_search(model, N, START, LENGTH, width)
    assert (np.diff(scores, axis=1) <= 0).all()
    for row, k in np.ndindex(N, width):
        np.testing.assert_allclose(scores[row, k], log_probability(model, row, sequences[row, k]))
    assert all(len({tuple(each) for each in row.tolist()}) == width for row in sequences)


def test_a_wider_beam_finds_what_greedy_misses():
    def model(rows, beginnings):
        """0 is likelier than 1 at first, but leads to three equal ones; 1 leads to a certain 2."""
        after = {START: [0.6, 0.4, 0], 0: [1 / 3, 1 / 3, 1 / 3], 1: [0, 0, 1], 2: [0, 0, 1]}
        return np.array([after[last] for last in beginnings[:, -1].tolist()])

    assert greedy_search(model, 1, START, 2).tolist() == [[0, 0]]
    sequences, scores = beam_search(model, 1, START, 2, width=2)
    assert sequences[0, 0].tolist() == [1, 2]
    np.testing.assert_allclose(np.exp(scores[0, 0]), 0.4)


def test_behind_the_end_nothing_is_written_and_nothing_is_lost():
    model = random_model(4)
    sequences, scores = beam_search(model, N, START, LENGTH, width=SIZE**LENGTH, end=2)
    for row in range(N):
        for sequence, score in zip(sequences[row].tolist(), scores[row]):
            written = sequence[: sequence.index(2) + 1] if 2 in sequence else sequence
            if np.isfinite(score):
                assert set(sequence[len(written) :]) <= {2}
                np.testing.assert_allclose(score, log_probability(model, row, written))
        np.testing.assert_allclose(np.exp(scores[row]).sum(), 1)


def test_each_step_asks_once_about_all_beginnings():
    asked = []

    def model(rows, beginnings):
        asked.append((rows.tolist(), beginnings.shape))
        return np.full((len(rows), SIZE), 1 / SIZE)

    beam_search(model, 2, START, 3, width=2)
    assert asked == [([0, 0, 1, 1], (4, t)) for t in (1, 2, 3)]


def test_more_beams_than_sequences_leave_the_rest_impossible():
    _, scores = beam_search(random_model(5), 2, START, 1, width=5)
    assert np.isfinite(scores[:, :SIZE]).all() and (scores[:, SIZE:] == -np.inf).all()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"width": 0}, "width=0: expected a whole number"),
        ({"length": 2.5}, "length=2.5"),
        ({"n": 0}, "n=0"),
        ({"next_probabilities": lambda rows, _: np.ones((len(rows), 2, 2))}, r"gave \(6, 2, 2\): expected \(6, size\)"),
        ({"next_probabilities": lambda rows, _: np.ones((2, 2))}, r"gave \(2, 2\): expected \(6, size\)"),
        ({"next_probabilities": lambda rows, _: np.full((len(rows), 2), np.nan)}, "gave NaN"),
    ],
)
def test_bad_input_is_refused(change, says):
    arguments = {"next_probabilities": random_model(), "n": 3, "start": START, "length": 2, "width": 2}
    with pytest.raises(ValueError, match=says):
        beam_search(**arguments | change)


def test_the_sign_for_the_start_may_be_the_one_for_the_end():
    sequences, _ = beam_search(lambda rows, written: np.tile([0.1, 0.3, 0.6], (len(rows), 1)), 1, 0, 3, 1, end=0)
    assert sequences.tolist() == [[[2, 2, 2]]]


@pytest.mark.parametrize("row", ([-1, 2, 0.5], [10, 20, 5], [np.inf, 0, 0], [0.2, 0.2, 0.2]))
def test_what_is_no_probability_is_refused(row):
    with pytest.raises(ValueError, match="no probabilities"):
        beam_search(lambda rows, written: np.tile(row, (len(rows), 1)), 1, 0, 3, 1)


@pytest.mark.parametrize("end", (3, -1, "x"))
def test_an_end_that_is_no_sign_is_refused(end):
    with pytest.raises(ValueError, match="end="):
        beam_search(lambda rows, written: np.tile([0.1, 0.3, 0.6], (len(rows), 1)), 1, 0, 3, 1, end=end)
