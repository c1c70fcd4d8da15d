"""Which experiments there are: found by reading the modules, not by importing them, since that would start Keras."""

import ast
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
MACHINERY = {"__init__", "catalogue", "digest", "evidence", "record"}


@dataclass(frozen=True)
class Experiment:
    """Where an experiment stands. seeds: how many it is run for, 0 to seeds - 1; resplit: as in `experiment`."""

    id: str
    topic: str
    function: str
    seeds: int
    resplit: float | None

    @property
    def module(self):
        return f"dlsheet.experiments.{self.topic}"


def experiment(experiment_id, *, seeds, resplit=None):
    """Decorator: marks a function of the seed as an experiment.

    experiment_id: as in the ledger, topic and name, such as "names.padding". seeds: how many; 10 or more for a claim.
    resplit: where each seed splits one data set anew, the number of test rows over that of training rows. The splits
        overlap, so intervals are widened as Nadeau and Bengio (2003) show.
    All three are written out, as they are read without running the module.
    """
    return lambda function: function


@cache
def experiments():
    """{id: Experiment} of all topics, in the order of the files. Raises ValueError when an id stands twice."""
    found = {}
    for path in sorted(FOLDER.glob("*.py")):
        if path.stem in MACHINERY:
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            marks = [mark for mark in getattr(node, "decorator_list", ()) if is_experiment(mark)]
            for mark in marks:
                given = {word.arg: ast.literal_eval(word.value) for word in mark.keywords}
                name = ast.literal_eval(mark.args[0])
                if name in found:
                    raise ValueError(f"Two experiments have the id {name!r}, one of them in {path.name}.")
                found[name] = Experiment(name, path.stem, node.name, given["seeds"], given.get("resplit"))
    return found


def is_experiment(decorator):
    """Whether a decorator is a call of `experiment`."""
    return isinstance(decorator, ast.Call) and getattr(decorator.func, "id", None) == "experiment"


def find(experiment_id):
    """The Experiment with this id; ValueError, with the nearest ids, when there is none."""
    found = experiments()
    if experiment_id not in found:
        near = get_close_matches(str(experiment_id), found, n=3) or list(found)[:3]
        raise ValueError(f"No experiment has the id {experiment_id!r}. Did you mean {' or '.join(near)}?")
    return found[experiment_id]
