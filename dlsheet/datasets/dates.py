"""Dates in fifteen languages, and what they mean. data/README.md says how they were made."""

from pathlib import Path

import numpy as np

from dlsheet.datasets.dataset import Dataset
from dlsheet.datasets.rows import split
from dlsheet.datasets.texts import read_lines

EMBEDDED = Path(__file__).resolve().parents[2] / "data" / "dates"


def dates(limit):
    """12,000 dates from 1950 to 2049 as people write them, str (n,), and the same as year-month-day, str (n,).

    'mardi 3 mars 1987' goes with '1987-03-03'. The groups are the languages' names. No date stands twice, in whatever
    language: what is tested was never trained on.
    Raises FileNotFoundError where the project's folder data/dates is missing, ValueError for a line that is no date.
    """
    paths = sorted(EMBEDDED.glob("*.txt"))
    if not paths:
        raise FileNotFoundError(f"{EMBEDDED} is missing: it is part of the project. Install it with pip install -e .")
    rows = [(path.stem, *pair) for path in paths for pair in read_pairs(path)]
    language, iso, text = (np.array(column) for column in zip(*rows))
    parts = split(np.arange(len(rows)), language, limit)  # every language in proportion
    train, test = parts["x_train"], parts["x_test"]
    return Dataset(
        *(text[train], iso[train], text[test], iso[test]),
        class_names=(),
        name="dates",
        origin="Dates drawn at random, written by the rules of Unicode's CLDR 47; see data/README.md",
        real=False,
        groups_train=language[train],
        groups_test=language[test],
    )


def read_pairs(path):
    """The (year-month-day, text) of each line of one language. Raises ValueError for a line of another form."""
    pairs = []
    for number, line in enumerate(read_lines(path), start=1):
        iso, tab, text = line.partition("\t")
        if not tab or not text.strip() or not is_iso(iso):
            raise ValueError(f"{path}, line {number} is {line!r}: expected 2021-03-04, a tab and the text of the date.")
        pairs.append((iso, text))
    return pairs


def is_iso(text):
    """Whether a text is a date that exists, as year-month-day with ten signs."""
    try:
        return len(text) == 10 and str(np.datetime64(text, "D")) == text
    except ValueError:
        return False
