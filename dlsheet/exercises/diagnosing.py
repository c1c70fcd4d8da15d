"""What went wrong: a known mistake of the exercise, or what the numbers themselves tell."""

import inspect
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dlsheet.exercises.comparing import numeric, parts, same, void
from dlsheet.exercises.outcomes import Endless, Raised, outcomes


@dataclass(frozen=True)
class Answer:
    """A student's function, called with every case of an exercise.

    given, expected: the values that came and should have come, one a case. printed: a text a case. wrong: the numbers
    of the cases that are not right.
    """

    task: object
    cases: list
    given: list
    expected: list
    printed: list

    @cached_property
    def wrong(self):
        return [i for i in range(len(self.cases)) if not same(self.given[i], self.expected[i])]


def known_mistake(a):
    """The sentence of the known mistake that gives what the student's function gave, or None.

    A case in which one of the two has no number to show (an error, NaN) does not count against the mistake: 0 / 0 may
    have been treated otherwise. Then it has to show in two cases with numbers, and in more of them than were excused.
    Nor does an error or NaN in common prove anything, unless the rest is right.
    """
    numbers_of_cases = range(len(a.cases))
    only_void = len(a.wrong) < len(a.cases) and all(void(a.given[i]) for i in a.wrong)
    best, best_hits = None, 0
    for sentence, mistake in a.task.mistakes.items():
        made = [each.value for each in outcomes(a.task, mistake, a.cases)]
        agree = [same(a.given[i], made[i]) or both_fail(a.given[i], made[i]) for i in numbers_of_cases]
        hits = sum(agree[i] and (only_void or not void(a.given[i])) for i in a.wrong)
        excused = sum(not agree[i] and void(a.given[i]) and not void(made[i]) for i in numbers_of_cases)
        fits = all(agree[i] or void(made[i]) or void(a.given[i]) for i in numbers_of_cases)
        if fits and hits > best_hits and (not excused or hits >= max(2, excused + 1)):
            best, best_hits = sentence, hits
    return best


def both_fail(given, made):
    """Whether one of the two raised and the other raised or is NaN: 0 / 0 is an error in Python, and NaN in NumPy."""
    return void(given) and void(made) and (isinstance(given, Raised) or isinstance(made, Raised))


def told_by_numbers(a):
    """A sentence on what the results themselves tell, or None. It is said only if it is so in every case."""
    return next(filter(None, (diagnosis(a) for diagnosis in DIAGNOSES)), None)


def stopped(a):
    for i in a.wrong:
        if isinstance(a.given[i], Raised):
            if isinstance(a.given[i].error, Endless):
                return f"It was stopped: {a.given[i].error}. What ends the loop?"
            if isinstance(a.given[i].error, RecursionError):
                return "It calls itself without end. For which arguments should it stop?"
            if isinstance(a.given[i].error, SystemExit):
                return "It ends the whole program. End the function with return."
    return None


def called_with_errors(a):
    if all(isinstance(a.given[i], Raised) for i in a.wrong) and len(a.wrong) == len(a.cases):
        error = a.given[a.wrong[0]].error
        if isinstance(error, NameError) and all(isinstance(a.given[i].error, NameError) for i in a.wrong):
            return "A name in it is not defined. Is it spelled right, and was its cell run?"
    return None


def nothing_returned(a):
    if any(a.given[i] is not None for i in a.wrong) or any(value is None for value in a.expected):
        return None
    if any(text.strip() for text in a.printed):
        return "It prints and returns nothing. End it with return and your result."
    return "None comes back from a function without return: end it with return and your result."


def text_for_number(a):
    if all(isinstance(a.given[i], str) and numeric(a.expected[i]) for i in a.wrong):
        return "That is a text. Return a number."
    return None


def other_shape(a):
    """The same numbers in another shape, or transposed."""
    if not all(numeric(each) for each in [*a.given, *a.expected]) or any(parts(each) for each in a.expected):
        return None
    pairs = [(np.asarray(a.given[i], float), np.asarray(a.expected[i], float)) for i in a.wrong]
    if all(e.ndim == 2 and same(g, e.T) for g, e in pairs):
        return "The numbers are right, and rows and columns have changed places: transpose it."
    if all(g.shape != e.shape and g.size == e.size and same(g.ravel(), e.ravel()) for g, e in pairs):
        g, e = pairs[0]
        wanted = f"the shape {e.shape} is" if e.ndim else "one number is"
        return f"The numbers are right. They have the shape {g.shape}, and {wanted} expected."
    return None


def other_order(a):
    """The right elements in another order, in every wrong case."""
    if not all(sequence(a.given[i]) and sequence(a.expected[i]) and len(a.expected[i]) > 1 for i in a.wrong):
        return None
    pairs = [(list(a.given[i]), list(a.expected[i])) for i in a.wrong]
    if any(len(g) != len(e) for g, e in pairs):
        return None
    if all(all(map(same, g[::-1], e)) for g, e in pairs):
        return "The right results, in the other order."
    if all(numeric(e) and np.ndim(e) == 1 and numeric(g) and same(sorted(g), sorted(e)) for g, e in pairs):
        return "The right numbers, in another order."
    if all(all(isinstance(each, str) for each in g + e) and sorted(g) == sorted(e) for g, e in pairs):
        return "The right names, in another order."
    return None


ORDINALS = ("first", "second", "third", "fourth", "fifth")


def one_part(a):
    """Of several results only one came back, or only some are right, the same in every case."""
    if not all(isinstance(each, tuple) and 1 < len(each) <= len(ORDINALS) for each in a.expected):
        return None
    count = len(a.expected[0])
    if any(len(each) != count for each in a.expected):
        return None
    for j in range(count):
        if all(same(a.given[i], a.expected[i][j]) and not same(a.given[i], a.expected[i]) for i in range(len(a.cases))):
            return f"That is the {ORDINALS[j]} of the {count} results. Return all, with commas between them."
    if not all(isinstance(each, list | tuple) and len(each) == count for each in a.given):
        return None
    right = [j for j in range(count) if all(same(g[j], e[j]) for g, e in zip(a.given, a.expected))]
    off = [j for j in range(count) if j not in right]
    if right and off:
        return f"The {listed(right)} right. Look at the {' and the '.join(ORDINALS[j] for j in off)}."
    return None


def listed(numbers):
    return f"{' and the '.join(ORDINALS[j] for j in numbers)} result {'is' if len(numbers) == 1 else 'are'}".replace(
        "result are", "results are"
    )


def length(a):
    """One element too few or too many, at one end."""
    if not all(sequence(a.given[i]) and sequence(a.expected[i]) for i in a.wrong):
        return None
    pairs = [(list(a.given[i]), list(a.expected[i])) for i in a.wrong]
    for sentence, shorter in {
        "The last one is missing.": lambda g, e: (g, e[:-1]),
        "The first one is missing.": lambda g, e: (g, e[1:]),
        "There is one too many at the end.": lambda g, e: (g[:-1], e),
        "There is one too many at the beginning.": lambda g, e: (g[1:], e),
    }.items():
        cutting = [shorter(g, e) for g, e in pairs]
        if all(len(g) == len(e) and all(map(same, g, e)) for g, e in cutting) and any(e for _, e in cutting):
            return sentence
    return None


def sign_or_factor(a):
    """The result times one factor, the same in all cases, or times the number of examples."""
    pairs = numbers(a.given, a.expected)
    if pairs is None:
        return None
    if fits(pairs, lambda e, i: -e):
        return "The sign is wrong."
    for name, factor in {
        "twice too large": 2,
        "half of what it should be": 0.5,
        "four times too large": 4,
        "100 times too large: a share is between 0 and 1": 100,
        "a hundredth of what it should be": 0.01,
    }.items():
        if fits(pairs, lambda e, i, factor=factor: factor * e):
            return f"It is {name}, in every case."
    lengths = [number_of_examples(case) for case in a.cases]
    if len(set(lengths)) > 1 and None not in lengths:
        if fits(pairs, lambda e, i: lengths[i] * e):
            return f"It is too large by the number of elements in {first_argument(a.task)}: a sum in place of a mean?"
        if fits(pairs, lambda e, i: e / lengths[i]):
            return (
                f"It is too small by the number of elements in {first_argument(a.task)}: is it divided once too often?"
            )
    ratios = np.array([g.item() / e.item() for g, e in pairs if g.size == e.size == 1 and e.item() != 0])
    one_factor = len(ratios) > 2 and np.ptp(ratios) < 1e-6 * abs(ratios[0]) and abs(ratios[0] - 1) > 1e-3
    if one_factor and fits(pairs, lambda e, i: ratios[0] * e):
        return f"It is {ratios[0]:.4g} times what it should be, in every case."
    return None


def rounded(a):
    pairs = numbers(a.given, a.expected)
    if pairs is not None and all(np.asarray(each).dtype.kind == "f" for each in a.expected):
        for digits in range(0, 5):
            if fits(pairs, lambda e, i, digits=digits: np.round(e, digits)):
                return "It is rounded. Return all decimals."
    return None


def position(a):
    """The place of the answer in one of the arguments, instead of the answer."""
    names = list(inspect.signature(a.task.solution).parameters)
    for k, name in enumerate(names):
        if all(is_place(a.given[i], a.expected[i], a.cases[i][k]) for i in range(len(a.cases))):
            return f"That is its place in {name}. Asked for is what stands there."
    return None


def is_place(given, expected, argument):
    if not isinstance(given, int) or isinstance(given, bool) or not sequence(argument):
        return False
    return 0 <= given < len(argument) and same(argument[given], expected)


def offset(a):
    """The same number added in every case."""
    pairs = numbers(a.given, a.expected)
    if pairs is None or len(pairs) < 3 or len({float(e.flat[0]) for _, e in pairs if e.size}) < 3:
        return None
    (g, e), *_ = pairs
    if not g.size:
        return None
    c = float(g.flat[0] - e.flat[0])
    if abs(c) > 1e-9 and all(np.allclose(g - e, c, rtol=1e-4) for g, e in pairs):
        return f"It is {abs(c):.4g} too {'large' if c > 0 else 'small'}, in every case."
    return None


def no_number(a):
    """NaN or infinity where a number is expected, and only there."""
    if len(a.wrong) == len(a.cases) or not all(numeric(a.given[i]) and numeric(a.expected[i]) for i in a.wrong):
        return None
    if all(void(a.given[i]) and not void(a.expected[i]) for i in a.wrong):
        return "It is right but for nan or inf: something is divided by 0 or overflows there. Catch that case first."
    return None


def only_where(a):
    """What the wrong cases have in common, and the right ones have not."""
    if len(a.wrong) == len(a.cases) or len(a.cases) - len(a.wrong) < 3:
        return None
    for k, name in enumerate(inspect.signature(a.task.solution).parameters):
        for words, true_of in {
            "is empty": lambda v: sequence(v) and len(v) == 0,
            "has a single element": lambda v: sequence(v) and len(v) == 1,
            "is 0": lambda v: np.ndim(v) == 0 and numeric(v) and v == 0,
            "is negative": lambda v: np.ndim(v) == 0 and numeric(v) and v < 0,
            "holds negative numbers": lambda v: np.ndim(v) > 0 and numeric(v) and np.any(np.asarray(v) < 0),
            "holds a 0": lambda v: np.ndim(v) > 0 and numeric(v) and np.any(np.asarray(v) == 0),
            "holds equal values": lambda v: np.ndim(v) == 1 and len(np.unique(v)) < len(v),
            "holds only equal values": lambda v: np.ndim(v) == 1 and len(v) > 1 and len(np.unique(v)) == 1,
        }.items():
            try:
                true = [bool(true_of(case[k])) for case in a.cases]
            except Exception:  # a kind of argument for which the question makes no sense
                continue
            if sum(true) > 1 and [i for i, each in enumerate(true) if each] == list(a.wrong):
                return f"It is right except where {name} {words}."
    return None


def numbers(given, expected):
    """[(given, expected)] as arrays of one shape, if all are finite numbers and some are not 0; otherwise None."""
    if not all(numeric(each) and not void(each) for each in [*given, *expected]):
        return None
    pairs = [(np.asarray(g, float), np.asarray(e, float)) for g, e in zip(given, expected)]
    if any(g.shape != e.shape and max(g.size, e.size) != 1 for g, e in pairs) or not any(
        np.any(e != 0) for _, e in pairs
    ):
        return None
    return [(g.reshape(e.shape), e) for g, e in pairs]


def fits(pairs, change):
    """Whether every result given is the expected one, changed: change(expected, number of the case)."""
    return all(same(g, change(e, i)) for i, (g, e) in enumerate(pairs))


def number_of_examples(case):
    return next((len(value) for value in case if sequence(value) and len(value)), None)


def first_argument(task):
    return next(iter(inspect.signature(task.solution).parameters))


def sequence(value):
    return isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.ndim > 0)


DIAGNOSES = (
    stopped,
    called_with_errors,
    nothing_returned,
    text_for_number,
    other_shape,
    other_order,
    one_part,
    length,
    sign_or_factor,
    rounded,
    position,
    offset,
    no_number,
    only_where,
)
