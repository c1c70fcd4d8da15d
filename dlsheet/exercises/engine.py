"""Exercises that tell a student which mistake was made.

An exercise is data: a reference solution, inputs to compare on, known mistakes with a sentence for each, hints, and why
it matters. The modules beside this one hold the exercises, one module a topic, written with the decorator `exercise`;
a notebook calls `check`, `hint` and `solution`.
"""

import ast
import copy
import dis
import importlib
import inspect
import pkgutil
import textwrap
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from io import StringIO

import numpy as np

from dlsheet.exercises.progress import record


@dataclass(frozen=True)
class Exercise:
    """A reference solution and what is needed to judge another one.

    solution: the function that the student writes too, under the same name.
    inputs: a function without arguments that yields tuples of arguments, random and edge cases.
    mistakes: {a sentence that names the mistake: a function that makes it}, two or more.
    hints: sentences, from gentle to plain. why: one sentence on why it matters.
    compared_by: applied to each result before the comparison, for results that are compared by a property.
    """

    solution: Callable
    inputs: Callable
    mistakes: dict
    hints: list
    why: str
    compared_by: Callable | None = None

    @property
    def name(self):
        return self.solution.__name__


@dataclass(frozen=True)
class Raised:
    """The outcome of a call that raised instead of returning."""

    error: Exception


def exercise(**fields):
    """Decorator: makes an Exercise of the solution below it."""
    return lambda solution: Exercise(solution=solution, **fields)


def check(answer):
    """Judge the student's function against the exercise of the same name, and print what was found."""
    verdict = judge(answer)
    if verdict.startswith(("✓", "✗")):
        record(find(answer).name, right=verdict.startswith("✓"))
    print(verdict)


def hint(answer):
    """Print the next hint for this exercise (the student's function, or its name)."""
    task = find(answer)
    given = _hints_given.get(task.name, 0)
    if given == len(task.hints):
        print(f"That was the last hint. solution({task.name}) shows the reference.")
        return
    _hints_given[task.name] = given + 1
    print(f"Hint {given + 1} of {len(task.hints)}: {task.hints[given]}")


def solution(answer):
    """Print the reference code of this exercise (the student's function, or its name)."""
    lines, _ = inspect.getsourcelines(find(answer).solution)
    source = textwrap.dedent("".join(lines))
    function = ast.parse(source).body[0]
    print("\n".join(source.splitlines()[function.lineno - 1 :]))  # without the decorator


_hints_given = {}


@cache
def exercises():
    """{name: Exercise} of all topics. Raises ValueError when two topics use one name."""
    package = importlib.import_module("dlsheet.exercises")
    found = {}
    for module_info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"dlsheet.exercises.{module_info.name}")
        for task in vars(module).values():
            if isinstance(task, Exercise):
                if task.name in found:
                    raise ValueError(f"Two exercises have the name {task.name}, one of them in {module.__name__}.")
                found[task.name] = task
    return found


def exercises_of(topic):
    """The names of one topic's exercises, in their order; topic: a module's name, such as "evaluation_metrics"."""
    return [name for name, task in exercises().items() if task.solution.__module__ == f"{__package__}.{topic}"]


def find(answer):
    """The exercise for a student's function or a name; ValueError, with the nearest names, when there is none."""
    name = answer if isinstance(answer, str) else getattr(answer, "__name__", repr(answer))
    if name not in exercises():
        near = get_close_matches(name, exercises(), n=3) or sorted(exercises())[:3]
        raise ValueError(
            f"No exercise has the name {name!r}. Did you mean {' or '.join(near)}? "
            "Keep the function's name as the notebook gives it, and pass the function itself."
        )
    return exercises()[name]


def judge(answer):
    """What `check` prints: not attempted, right, or the smallest failing example and the mistake behind it."""
    task = find(answer)
    if not callable(answer):
        raise ValueError(f"check takes your function, not its name: check({task.name}).")
    if untouched(answer):
        return f"{task.name}: not attempted. Replace the … by your code and run the cell again."
    expected_parameters, parameters = (len(inspect.signature(f).parameters) for f in (task.solution, answer))
    if parameters != expected_parameters and not isinstance(answer, np.vectorize):
        return f"✗ {task.name} takes {expected_parameters} arguments, yours takes {parameters}. Keep its first line."

    cases = list(task.inputs())
    expected = [outcome(task, task.solution, case) for case in cases]
    given = [outcome(task, answer, case) for case in cases]
    if any(result is ... for result in given):
        return f"{task.name}: not finished. A … is still among what it returns."
    wrong = [i for i in range(len(cases)) if not same(given[i], expected[i])]
    if not wrong:
        return f"✓ {task.name}: right. {task.why}"

    # The smallest one; a wrong result says more than an error does.
    i = min(wrong, key=lambda i: (isinstance(given[i], Raised), size(cases[i])))
    got, wanted = differing(given[i], expected[i])
    lines = [f"✗ {call(task, cases[i])} {words(got)}, expected {words(wanted).removeprefix('gave ')}."]
    mistake = recognise(task, cases, given, wrong)
    if mistake:
        lines.append(f"  {mistake}")
    elif given[i] is None and not any(result is None for result in expected):
        lines.append("  None comes back from a function without return: end it with return and your result.")
    return "\n".join(lines)


def differing(given, expected):
    """Two outcomes as they are shown: of two dicts only the entries in which they differ."""
    if isinstance(given, dict) and isinstance(expected, dict):
        keys = [key for key in expected | given if not (key in expected and key in given)]
        keys += [key for key in expected if key in given and not same(given[key], expected[key])]
        return tuple({key: each[key] for key in keys if key in each} for each in (given, expected))
    return given, expected


def untouched(answer):
    """Whether a function's body is still `...` (a docstring aside)."""
    code = getattr(inspect.unwrap(answer), "__code__", None)
    if code is None:
        return False
    instructions = [i for i in dis.get_instructions(code) if i.opname not in ("RESUME", "NOP", "CACHE")]
    constant = {"RETURN_CONST", "LOAD_CONST", "RETURN_VALUE"}
    returned = [i.argval for i in instructions if i.opname in ("RETURN_CONST", "LOAD_CONST")]
    return {i.opname for i in instructions} <= constant and set(returned) <= {None, ...}


def outcome(task, function, case):
    """What `function` returns for these arguments, as the exercise compares it, or what it raised."""
    with warnings.catch_warnings(), np.errstate(all="ignore"), redirect_stdout(StringIO()):
        warnings.simplefilter("ignore")
        try:
            result = function(*copy.deepcopy(case))
            return result if task.compared_by is None or result is ... else task.compared_by(result)
        except (Exception, SystemExit) as error:
            return Raised(error)


def same(given, expected):
    """Whether two outcomes are the same: numbers up to rounding, everything else exactly, errors by their type."""
    if isinstance(given, Raised) or isinstance(expected, Raised):
        return (
            isinstance(given, Raised) and isinstance(expected, Raised) and isinstance(given.error, type(expected.error))
        )
    if isinstance(expected, dict):
        return (
            isinstance(given, dict)
            and given.keys() == expected.keys()
            and all(same(given[k], expected[k]) for k in given)
        )
    if numeric(expected):
        return (
            numeric(given)
            and np.shape(given) == np.shape(expected)
            and np.allclose(np.asarray(given, float), np.asarray(expected, float), rtol=1e-5, atol=1e-8, equal_nan=True)
        )
    if isinstance(expected, list | tuple | np.ndarray):
        alike = isinstance(given, list | tuple | np.ndarray) and len(given) == len(expected)
        return alike and all(map(same, given, expected))
    return isinstance(given, type(expected)) and given == expected  # a NumPy string is a string


def numeric(value):
    """Whether a value is a number or a regular array of numbers."""
    try:
        return np.asarray(value).dtype.kind in "biuf"
    except Exception:  # lists of unequal lengths; an object that is no array may raise what it likes
        return False


def recognise(task, cases, given, wrong):
    """The sentence of the known mistake that gives what the student's function gave, or None.

    A case where the known mistake has no number to show (an error, NaN) does not count against it: the student may
    have treated 0 / 0 otherwise. Nor does an error or NaN in common prove anything, unless the rest is right.
    """
    only_void = len(wrong) < len(cases) and all(void(given[i]) for i in wrong)
    best, best_hits = None, 0
    for sentence, mistake in task.mistakes.items():
        made = [outcome(task, mistake, case) for case in cases]
        agree = [same(given[i], made[i]) for i in range(len(cases))]
        hits = sum(agree[i] and (only_void or not void(given[i])) for i in wrong)
        if hits > best_hits and all(agree[i] or void(made[i]) for i in range(len(cases))):
            best, best_hits = sentence, hits
    return best


def void(result):
    """Whether an outcome is an error or holds NaN or infinity."""
    return isinstance(result, Raised) or (numeric(result) and not np.isfinite(np.asarray(result, float)).all())


def size(case):
    """How much there is to read in these arguments: first the number of values, then their magnitude."""
    parts = list(pieces(case))
    magnitude = sum(float(np.abs(np.asarray(part, float)).sum()) for part in parts if numeric(part))
    return sum(len(part) if isinstance(part, str) else np.size(part) for part in parts), magnitude


def pieces(value):
    """What a case is made of: regular arrays, numbers and texts, in whatever lists they stand."""
    if isinstance(value, list | tuple) and not numeric(value):
        for part in value:
            yield from pieces(part)
    else:
        yield value


def call(task, case):
    """The call as a student would write it: name(argument=value, …)."""
    names = inspect.signature(task.solution).parameters
    return f"{task.name}({', '.join(f'{name}={short(value)}' for name, value in zip(names, case))})"


def words(result):
    """An outcome as part of a sentence: 'gave 0.25', or 'raised ValueError: …'."""
    if isinstance(result, Raised):
        return f"raised {type(result.error).__name__}: {result.error}"
    return f"gave {short(result)}"


def short(value):
    """A value in a few characters, floats to 6 digits."""
    if isinstance(value, float | np.floating):
        return f"{value:.6g}"
    if isinstance(value, np.ndarray):
        text = np.array2string(value, precision=6, separator=", ", threshold=12, edgeitems=3)
        text = " ".join(text.split())
        return text if value.size <= 12 else f"{text} of shape {value.shape}"
    if isinstance(value, list | tuple):
        inner = ", ".join(map(short, value[:100]))
        return cut(f"[{inner}]" if isinstance(value, list) else f"({inner}{',' * (len(value) == 1)})")
    return cut(repr(value))


def cut(text, length=200):
    """The text's beginning, if it is longer than that."""
    return text if len(text) <= length else f"{text[: length - 2]} …"
