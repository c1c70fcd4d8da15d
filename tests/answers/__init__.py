"""Answers to the exercises as students write them, kept as data: right ones in several spellings, and slips.

One module a topic. A function has the exercise's name, and says by its decorator what `check` has to say of it.
"""

import importlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Answer:
    """A student's function. said: None if it is right, else words of the sentence it gets; "" if it gets none."""

    function: object
    said: str | None

    @property
    def name(self):
        return self.function.__name__


_collected = []


def right(function):
    """Decorator: `check` has to accept this answer."""
    _collected.append(Answer(function, None))
    return function


def wrong(said=""):
    """Decorator: `check` has to refuse this answer, with a sentence that holds these words; "": without a sentence."""

    def collect(function):
        _collected.append(Answer(function, said))
        return function

    return collect


def topics():
    """The topics that have answers, by the names of their modules."""
    return sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))


def answers():
    """All answers, of all topics."""
    for topic in topics():
        importlib.import_module(f"answers.{topic}")
    return list(_collected)
