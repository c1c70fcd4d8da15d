"""Short reviews in English: to train on, written by a grammar; to test on, written by hand."""

from pathlib import Path

import numpy as np

from dlsheet.datasets.dataset import Dataset
from dlsheet.datasets.imdb import CLASS_NAMES
from dlsheet.datasets.texts import read_lines

EMBEDDED = Path(__file__).resolve().parents[2] / "data" / "reviews"
KINDS = ("plain", "negation", "contrast", "comparison", "irony")


def reviews(limit):
    """4,000 reviews by a grammar to train on, 400 by hand to test on: str (n,), object arrays; negative 0, positive 1.

    groups_train, groups_test: each review's kind, a str (n,): what makes it difficult, one of KINDS.
    data/README.md says how they were made. The rows come in a fixed random order.
    Raises FileNotFoundError where the project's folder data/reviews is missing, ValueError for a damaged line.
    """
    parts = {}
    for part in ("train", "test"):
        labels, kinds, texts = read_reviews(EMBEDDED / f"{part}.tsv")
        order = np.random.default_rng(0).permutation(len(texts))[:limit]
        parts |= {f"x_{part}": texts[order], f"y_{part}": labels[order], f"groups_{part}": kinds[order]}
    return Dataset(
        **parts,
        class_names=CLASS_NAMES,
        name="reviews",
        origin="Written for this project: to train on, by a grammar; to test on, by hand; see data/README.md",
        real=False,
    )


def read_reviews(path):
    """(labels, kinds, texts) of a file with lines 'label, tab, kind, tab, text': arrays (n,).

    Raises ValueError, with the line, for one that is not so.
    """
    labels, kinds, texts = [], [], []
    for number, line in enumerate(read_lines(path), start=1):
        label, kind, text = [*line.split("\t"), "", ""][:3]
        if label not in CLASS_NAMES or kind not in KINDS or not text.strip() or line.count("\t") != 2:
            raise ValueError(
                f"{path}, line {number}: expected a label, a kind and a text, with tabs between; {line!r}."
            )
        labels.append(CLASS_NAMES.index(label))
        kinds.append(kind)
        texts.append(text)
    return np.array(labels), np.array(kinds), np.array(texts, dtype=object)
