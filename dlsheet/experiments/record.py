"""What experiments gave, as recorded/TOPIC.json keeps it, and what can be said of it."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from scipy import stats

from dlsheet.experiments.catalogue import experiments, find
from dlsheet.experiments.digest import code_digest

RECORDED = Path(__file__).parent / "recorded"
CONFIDENCE = 0.95


class Record(Mapping):
    """The numbers of one experiment, by arm: record["in front"] is an array (seeds,), or (seeds, n) for curves.

    id; seeds: how many runs there are of each arm; settings: a dict; versions: of what it was run with; seconds: of CPU
    time, all seeds together.
    What is said of an arm with a curve is said of the curve's end. Intervals are for the mean, at 95%: by the
    bootstrap (BCa, 9,999 resamples), or, where seeds split one data set anew, by Student's t with Nadeau and Bengio's
    correction.
    """

    def __init__(self, experiment_id, *, settings, versions, seconds, digest, arms, resplit=None):
        self.id, self.settings, self.versions, self.seconds = experiment_id, settings, versions, seconds
        self.digest, self.resplit = digest, resplit
        self._arms = {arm: np.array(values) for arm, values in arms.items()}
        self.seeds = len(next(iter(self._arms.values())))

    def __getitem__(self, arm):
        if arm not in self._arms:
            raise ValueError(f"{self.id} has no arm {arm!r}. It has {', '.join(map(repr, self._arms))}.")
        return self._arms[arm]

    def __iter__(self):
        return iter(self._arms)

    def __len__(self):
        return len(self._arms)

    def __repr__(self):
        settings = ", ".join(f"{name} {value}" for name, value in self.settings.items())
        means = [f"  {arm}: {self.mean(arm):.3f} (95%: {low:.3f} to {high:.3f})" for arm, low, high in self._rows()]
        return "\n".join([f"{self.id}: {self.seeds} seeds; {settings or 'no settings'}", *means])

    def _rows(self):
        return [(arm, *self.interval(arm)) for arm in self]

    def last(self, arm):
        """(seeds,): an arm's numbers, of a curve the last ones."""
        return self[arm] if self[arm].ndim == 1 else self[arm][:, -1]

    def mean(self, arm):
        """The mean over the seeds."""
        return float(self.last(arm).mean())

    def interval(self, arm):
        """(low, high) of an arm's mean."""
        return interval(self.last(arm), self.resplit)

    def difference(self, arm, other):
        """(low, high) of the mean difference arm - other, paired by seed."""
        return interval(self.last(arm) - self.last(other), self.resplit)

    def ahead(self, arm, other):
        """Whether the interval of arm - other lies above 0."""
        return self.difference(arm, other)[0] > 0

    def undecided(self, arm, other):
        """Whether the interval of arm - other contains 0: these runs do not tell which is larger."""
        low, high = self.difference(arm, other)
        return low <= 0 <= high

    def contains(self, arm, value):
        """Whether another run's number fits in: within the interval that holds 99% of further runs (Student's t)."""
        runs = self.last(arm)
        if np.ptp(runs) == 0:
            return bool(np.isclose(value, runs[0]))
        low, high = stats.t.interval(0.99, len(runs) - 1, runs.mean(), runs.std(ddof=1) * np.sqrt(1 + 1 / len(runs)))
        return bool(low <= value <= high)


def interval(values, resplit=None):
    """(low, high): the 95% interval of the mean of `values`, (n,); resplit as in `experiment`."""
    if np.ptp(values) == 0:
        return float(values[0]), float(values[0])
    if resplit is None:
        found = stats.bootstrap((values,), np.mean, confidence_level=CONFIDENCE, rng=0).confidence_interval
        return float(found.low), float(found.high)
    error = values.std(ddof=1) * np.sqrt(1 / len(values) + resplit)
    return tuple(map(float, stats.t.interval(CONFIDENCE, len(values) - 1, values.mean(), error)))


def recorded(experiment_id):
    """The Record of an experiment, such as "names.padding".

    Raises ValueError for an unknown id, for one that was never run, and for a record that other code made.
    """
    fields = stored(find(experiment_id).topic).get(experiment_id)
    renew = f"Run python -m dlsheet evidence {experiment_id}."
    if fields is None:
        raise ValueError(f"{experiment_id} has no record yet. {renew}")
    if is_stale(experiment_id):
        raise ValueError(f"The record of {experiment_id} was made by other code than there is now. {renew}")
    return Record(experiment_id, **fields)


def is_stale(experiment_id):
    """Whether an experiment has no record, or one that other code made; nothing is run to tell."""
    found = find(experiment_id)
    fields = stored(found.topic).get(experiment_id)
    return fields is None or fields["digest"] != code_digest(found.module, found.function)


def stored(topic):
    """{id: fields} of a topic's file; empty where there is none."""
    path = RECORDED / f"{topic}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def store(topic, experiment_id, fields):
    """Put one experiment's record into its topic's file, which is replaced as a whole; lost experiments leave it."""
    records = sorted((stored(topic) | {experiment_id: fields}).items())
    path = RECORDED / f"{topic}.json"
    blocks = [f"{json.dumps(name)}: {block(fields)}" for name, fields in records if name in experiments()]
    path.with_suffix(".new").write_text("{\n" + ",\n".join(blocks) + "\n}\n", encoding="utf-8")
    os.replace(path.with_suffix(".new"), path)


def block(fields):
    """A record as JSON, one line a field and one line an arm and seed, so that a change can be read."""
    lines = [f" {json.dumps(name)}: {json.dumps(value)}" for name, value in fields.items() if name != "arms"]
    arms = []
    for arm, runs in fields["arms"].items():
        values = ",\n   ".join(map(json.dumps, runs)) if isinstance(runs[0], list) else ", ".join(map(json.dumps, runs))
        arms.append(f"  {json.dumps(arm)}: [{values}]")
    return "{\n" + ",\n".join([*lines, ' "arms": {\n' + ",\n".join(arms) + "}"]) + "}"
