"""Exercises that tell a student which mistake was made.

An exercise is data: a reference solution, inputs to compare on, known mistakes with a sentence for each, hints, and why
it matters. The modules beside this one hold the exercises, one module a topic, written with the decorator `exercise`;
a notebook calls `check`, `hint` and `solution`.
"""

import ast
import dis
import importlib
import inspect
import textwrap
import time
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

import numpy as np

from dlsheet.exercises.comparing import same, size
from dlsheet.exercises.diagnosing import Answer, known_mistake, told_by_numbers
from dlsheet.exercises.outcomes import Raised, outcomes
from dlsheet.exercises.progress import record
from dlsheet.exercises.wording import call, words

FOLDER = Path(__file__).parent
PATIENCE = 5  # seconds for all cases of an answer, and 20 times what the reference takes


@dataclass(frozen=True)
class Exercise:
    """A reference solution and what is needed to judge another one.

    solution: the function that the student writes too, under the same name.
    inputs: a function without arguments that yields tuples of arguments, random and edge cases.
    mistakes: {a sentence that names the mistake: a function that makes it}, two or more.
    hints: sentences, from gentle to plain. why: one sentence on why it matters.
    compared_by: applied to each result before the comparison, for results that are compared by a property.
    without: names that the text forbids, such as "tanh" where tanh is to be made of something else.
    """

    solution: Callable
    inputs: Callable
    mistakes: dict
    hints: list
    why: str
    compared_by: Callable | None = None
    without: tuple = ()

    @property
    def name(self):
        return self.solution.__name__


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
def sources():
    """{module's name: its text} of all modules with exercises."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.py"))}
    return {name: text for name, text in texts.items() if "\n@exercise(" in text}


@cache
def exercises():
    """{name: Exercise} of all topics. Raises ValueError when two topics use one name."""
    found = {}
    for topic in sources():
        for name, task in exercises_of(topic).items():
            if name in found:
                raise ValueError(f"Two exercises have the name {name}, one of them in {topic}.py.")
            found[name] = task
    return found


def exercises_of(topic):
    """{name: Exercise} of one topic, in their order; topic: a module's name, such as "evaluation_metrics"."""
    module = importlib.import_module(f"dlsheet.exercises.{topic}")
    return {task.name: task for task in vars(module).values() if isinstance(task, Exercise)}


def find(answer):
    """The exercise for a student's function or a name; ValueError, with the nearest names, when there is none."""
    name = answer if isinstance(answer, str) else getattr(answer, "__name__", repr(answer))
    for topic, text in sources().items():  # only the topic's module is imported
        if f"\ndef {name}(" in text and name in exercises_of(topic):
            return exercises_of(topic)[name]
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
    if blank(answer):
        return f"{task.name}: not attempted. Replace the … by your code and run the cell again."
    expected_parameters = len(inspect.signature(task.solution).parameters)
    if not takes(answer, expected_parameters):
        own = len(inspect.signature(answer).parameters)
        return f"✗ {task.name} takes {expected_parameters} arguments, yours takes {own}. Keep its first line."

    forbidden = sorted(set(task.without) & names_in(answer))
    if forbidden:
        return f"✗ {task.name} uses {forbidden[0]}. The text says what it is to be made of."

    cases = list(task.inputs())
    started = time.monotonic()
    expected = [each.value for each in outcomes(task, task.solution, cases)]
    patience = PATIENCE + 20 * (time.monotonic() - started)
    answered = outcomes(task, answer, cases, patience)
    a = Answer(task, cases, [each.value for each in answered], expected, [each.printed for each in answered])
    if any(value is ... for value in a.given):
        return f"{task.name}: not finished. A … is still among what it returns."
    changed = [i for i in range(len(cases)) if answered[i].changed]
    if not a.wrong and changed:
        return (
            f"✗ {call(task, cases[changed[0]])} is right, but it changes the array that was passed in.\n"
            "  Whoever calls it loses the data. Write x = x - 1, which makes a new array, in place of x -= 1; or begin"
            " with x = x.copy()."
        )
    if not a.wrong:
        return f"✓ {task.name}: right. {task.why}"

    # The smallest one; a wrong result says more than an error does.
    i = min(a.wrong, key=lambda i: (isinstance(a.given[i], Raised), size(cases[i])))
    got, wanted = differing(a.given[i], expected[i])
    lines = [f"✗ {call(task, cases[i])} {words(got)}, expected {words(wanted).removeprefix('gave ')}."]
    mistake = known_mistake(a) or told_by_numbers(a)
    return "\n".join([*lines, f"  {mistake}"] if mistake else lines)


def takes(answer, count):
    """Whether a function can be called with so many arguments; where nobody can tell, yes."""
    try:
        inspect.signature(answer).bind(*range(count))
    except TypeError:
        return isinstance(answer, np.vectorize)
    except ValueError:
        return True
    return True


def differing(given, expected):
    """Two outcomes as they are shown: of two dicts only the entries in which they differ."""
    if isinstance(given, dict) and isinstance(expected, dict):
        keys = [key for key in expected | given if not (key in expected and key in given)]
        keys += [key for key in expected if key in given and not same(given[key], expected[key])]
        return tuple({key: each[key] for key in keys if key in each} for each in (given, expected))
    return given, expected


def names_in(answer):
    """The names that a function's code uses, those of functions within it too."""
    codes = [getattr(inspect.unwrap(answer), "__code__", None)]
    found = set()
    for code in codes:
        if code is not None:
            found |= set(code.co_names)
            codes += [constant for constant in code.co_consts if inspect.iscode(constant)]
    return found


def blank(answer):
    """Whether a function's body is still `...` (a docstring aside)."""
    code = getattr(inspect.unwrap(answer), "__code__", None)
    if code is None:
        return False
    instructions = [i for i in dis.get_instructions(code) if i.opname not in ("RESUME", "NOP", "CACHE")]
    constant = {"RETURN_CONST", "LOAD_CONST", "RETURN_VALUE"}
    returned = [i.argval for i in instructions if i.opname in ("RETURN_CONST", "LOAD_CONST")]
    return {i.opname for i in instructions} <= constant and set(returned) <= {None, ...}
