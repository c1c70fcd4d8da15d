"""Which rows: the fixed split for training and testing, and which ones a `limit` keeps."""

import numpy as np


def split(x, y, limit=None, stratified=True):
    """x and y, shuffled, four fifths for training and one fifth for testing: the same rows on every machine.

    x, y: arrays with n rows. limit: keeps the first so many of each part. stratified: every class in the same
    proportion in both parts.
    Returns {"x_train": …, "y_train": …, "x_test": …, "y_test": …}.
    """
    from sklearn.model_selection import train_test_split

    x_train, x_test, y_train, y_test = train_test_split(
        x, y, test_size=0.2, random_state=0, stratify=y if stratified else None
    )
    return {"x_train": x_train[:limit], "y_train": y_train[:limit], "x_test": x_test[:limit], "y_test": y_test[:limit]}


def evenly(n, limit=None):
    """The numbers of at most `limit` of n rows, evenly spaced, so that a sorted file gives some of everything."""
    return range(n) if limit is None or limit >= n else np.arange(limit) * n // limit
