"""What is said of a wrong answer for which the exercise has no sentence: what the numbers tell, if it is so."""

import decimal
import fractions
import signal
import sys

import numpy as np
import pytest

from dlsheet.exercises import engine
from dlsheet.exercises.engine import Exercise, judge
from dlsheet.exercises.outcomes import plain


def total(x):
    return np.sum(x)


def halves(x):
    return np.asarray(x) / 2


def both(x):
    return np.asarray(x) / 2, np.sum(x)


def table(x):
    return np.outer(x, np.arange(1, 4))


ARRAYS = [np.array([1.0, 2.0, 4.0]), np.array([3.0, 5.0]), np.array([-1.0, 0.5, 2.0, 7.0]), np.array([2.0, 9.0, 1.0])]


def said(monkeypatch, solution, answer, cases=ARRAYS):
    """What `check` prints for an answer to an exercise that knows no mistakes; the last line of it."""
    task = Exercise(solution, lambda: [(case,) for case in cases], {}, ["Think."], "It matters.")
    monkeypatch.setattr(engine, "find", lambda answer: task)
    lines = judge(answer).splitlines()
    return lines[-1].strip() if len(lines) > 1 else lines[0]


@pytest.mark.parametrize(
    ("solution", "answer", "sentence"),
    [
        (total, lambda x: -np.sum(x), "The sign is wrong."),
        (total, lambda x: 2 * np.sum(x), "It is twice too large, in every case."),
        (total, lambda x: np.sum(x) / 2, "It is half of what it should be, in every case."),
        (total, lambda x: 3 * np.sum(x), "It is 3 times what it should be, in every case."),
        (total, lambda x: np.mean(x), "too small by the number of elements in x"),
        (np.mean, lambda x: np.sum(x), "too large by the number of elements in "),
        (total, lambda x: np.sum(x) + 1, "It is 1 too large, in every case."),
        (total, lambda x: str(np.sum(x)), "That is a text. Return a number."),
        (total, lambda x: print(np.sum(x)), "It prints and returns nothing."),
        (total, lambda x: x.sort(), "None comes back from a function without return"),
        (total, lambda x: undefined, "A name in it is not defined."),  # noqa: F821
        (total, lambda x: sys.exit(), "It ends the whole program."),
        (halves, lambda x: x[::-1] / 2, "The right results, in the other order."),
        (halves, lambda x: np.sort(x) / 2, "The right numbers, in another order."),
        (halves, lambda x: x[:-1] / 2, "The last one is missing."),
        (halves, lambda x: x[1:] / 2, "The first one is missing."),
        (halves, lambda x: np.append(x, 0) / 2, "There is one too many at the end."),
        (halves, lambda x: x[:, None] / 2, "The numbers are right. They have the shape"),
        (halves, lambda x: np.round(x / 2), "It is rounded. Return all decimals."),
        (table, lambda x: np.outer(np.arange(1, 4), x), "rows and columns have changed places"),
        (both, lambda x: (np.sum(x), x / 2), "The right results, in the other order."),
        (both, lambda x: x / 2, "That is the first of the 2 results."),
        (both, lambda x: (x / 2, np.sum(x**2)), "The first result is right. Look at the second."),
        (max, lambda x: int(np.argmax(x)), "That is its place in "),
    ],
)
def test_what_the_numbers_tell(monkeypatch, solution, answer, sentence):
    solution = max_of if solution is max else mean_of if solution is np.mean else solution
    assert sentence in said(monkeypatch, solution, answer)


def max_of(x):
    return np.max(x)


def mean_of(x):
    return np.mean(x)


@pytest.mark.parametrize(
    ("solution", "answer"),
    [
        (total, lambda x: -np.sum(x) if len(x) > 2 else np.sum(x) + 1),
        (total, lambda x: 2 * np.sum(x) if len(x) > 2 else np.sum(x)),
        (total, lambda x: np.sum(x) + (1 if len(x) > 2 else 2)),
        (total, lambda x: np.sum(x) * (3 if len(x) > 2 else 3.01)),
        (halves, lambda x: x[::-1] / 2 if len(x) > 2 else x),
        (halves, lambda x: np.sort(x) / 2 + (len(x) == 2)),
        (halves, lambda x: x[:-1] / 2 if len(x) > 2 else x[1:] / 2),
        (halves, lambda x: x[:, None] / 2 + 0.1),
        (halves, lambda x: np.round(x / 2, 1) + 0.01),
        (table, lambda x: np.outer(np.arange(1, 4), x) + 1e-3),
        (both, lambda x: (np.sum(x) + 0.1, x / 2)),
        (both, lambda x: (x / 2, np.sum(x)) if len(x) > 2 else (x, np.sum(x) + 1)),
        (max_of, lambda x: int(np.argmin(x))),
    ],
)
def test_a_near_miss_gets_no_sentence(monkeypatch, solution, answer):
    assert said(monkeypatch, solution, answer).startswith("✗")


EMPTY = [np.array([]), np.array([]), np.array([1.0]), np.array([2.0, 3.0]), np.array([-4.0, 1.0])]


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (lambda x: np.sum(x) if len(x) else 1.0, "It is right except where x is empty."),
        (lambda x: np.sum(x) if len(x) else np.nan, "It is right but for nan or inf"),
        (lambda x: np.sum(np.abs(x)), "✗"),  # a single case is not enough to say where
    ],
)
def test_where_it_fails_is_said(monkeypatch, answer, sentence):
    assert said(monkeypatch, total, answer, EMPTY).startswith(sentence)


@pytest.mark.parametrize("handler", [signal.default_int_handler, signal.SIG_IGN], ids=["here", "in the background"])
def test_an_answer_that_does_not_end_is_stopped(monkeypatch, handler):
    def forever(x):
        while True:
            pass

    monkeypatch.setattr(engine, "PATIENCE", 0.2)
    before = signal.signal(signal.SIGINT, handler)
    try:
        found = said(monkeypatch, total, forever)
        assert signal.getsignal(signal.SIGINT) == handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert found == "It was stopped: it did not end. What ends the loop?"


def test_an_answer_that_prints_without_end_is_stopped(monkeypatch):
    def chatter(x):
        while True:
            print("still here")

    assert "prints without end" in said(monkeypatch, total, chatter)


def test_an_answer_that_calls_itself_without_end_is_told_so(monkeypatch):
    def again(x):
        return again(x)

    assert "calls itself without end" in said(monkeypatch, total, again)


def test_the_students_own_interrupt_is_theirs(monkeypatch):
    def interrupted(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        said(monkeypatch, total, interrupted)


def test_a_fault_of_the_comparison_is_not_told_as_the_students(monkeypatch):
    task = Exercise(
        total, lambda: [(ARRAYS[0],)], {}, ["Think."], "It matters.", compared_by=lambda result: result.item()
    )
    monkeypatch.setattr(engine, "find", lambda answer: task)
    assert (
        judge(lambda x: "seven")
        == "✗ total(x=[1., 2., 4.]) gave 'seven', expected 7.\n  That is a text. Return a number."
    )


@pytest.mark.parametrize(
    "answer",
    [
        lambda x: float(np.sum(x)),
        lambda x: np.float32(np.sum(x)),
        lambda x: np.array(np.sum(x)),
        lambda x: np.array([np.sum(x)]),
        lambda x: [np.sum(x)],
        lambda x: fractions.Fraction(float(np.sum(x))),
        lambda x: decimal.Decimal(float(np.sum(x))),
        lambda x, start=0: sum(x, start),
        lambda x, *more: np.sum(x),
    ],
)
def test_a_right_number_is_right_in_any_type(monkeypatch, answer):
    assert said(monkeypatch, total, answer).startswith("✓")


@pytest.mark.parametrize(
    "answer",
    [
        lambda x: [each / 2 for each in x],
        lambda x: (each / 2 for each in x),
        lambda x: map(lambda each: each / 2, x),
        lambda x: tuple(np.float32(each / 2) for each in x),
        lambda x: np.array([fractions.Fraction(float(each)) / 2 for each in x]),
        lambda x: x.astype("float32") / 2,
    ],
)
def test_a_right_array_is_right_in_any_type(monkeypatch, answer):
    assert said(monkeypatch, halves, answer).startswith("✓")


def test_tensors_are_arrays():
    from dlsheet.backend import keras

    assert np.array_equal(plain(keras.ops.convert_to_tensor([1.0, 2.0])), [1.0, 2.0])
    assert np.array_equal(plain(keras.Variable([3.0])), [3.0])


@pytest.mark.parametrize("off", (1.001, 0.999))
def test_a_small_difference_is_one(monkeypatch, off):
    assert not said(monkeypatch, total, lambda x: off * np.sum(x)).startswith("✓")


def test_a_large_count_is_exact(monkeypatch):
    def count(x):
        return 60_965_224 + len(x)

    assert said(monkeypatch, count, lambda x: 60_965_224).startswith("✗")
