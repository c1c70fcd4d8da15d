"""IMDB: 50,000 film reviews, half of them friendly (Maas et al., 2011)."""

import numpy as np
from tqdm import tqdm

from dlsheet.datasets.dataset import Dataset
from dlsheet.datasets.rows import evenly
from dlsheet.datasets.texts import read_text

CLASS_NAMES = ("negative", "positive")
FOLDERS = ("neg", "pos")


def read(folder, limit=None):
    """The reviews as they stand, `<br />` included: object arrays of str (n,); negative 0, positive 1.

    folder: the official aclImdb, or a part of it. A limit opens no more files than that, half of them of each class,
    evenly spaced: neighbours are reviews of one film. The rows come in a fixed random order.
    Raises FileNotFoundError for a class without reviews, ValueError for one that is empty or not UTF-8.
    """
    parts = {}
    for part in ("train", "test"):
        paths, labels = choose(folder / part, limit)
        bar = tqdm(paths, desc=f"reading {part}", unit=" reviews", delay=2)
        parts[f"x_{part}"] = np.array([review(path) for path in bar], dtype=object)
        parts[f"y_{part}"] = labels
    return Dataset(
        **parts,
        class_names=CLASS_NAMES,
        name="imdb",
        origin="Large movie review dataset, Maas et al. (2011), https://ai.stanford.edu/~amaas/data/sentiment/",
        real=True,
    )


def choose(folder, limit):
    """The paths of a part's reviews, at most `limit` of them, and their labels (n,)."""
    paths, labels = [], []
    for label, name in enumerate(FOLDERS):
        found = sorted((folder / name).glob("*.txt"))
        if not found:
            raise FileNotFoundError(f"{folder / name} holds no reviews (*.txt). Put them there.")
        rows = evenly(len(found), limit and (limit + label) // 2)
        paths += [found[row] for row in rows]
        labels += [label] * len(rows)
    order = np.random.default_rng(0).permutation(len(paths))
    return [paths[row] for row in order], np.array(labels)[order]


def review(path):
    """The text of one review."""
    text = read_text(path)
    if not text.strip():
        raise ValueError(f"{path} is empty. Get it again.")
    return text
