"""CIFAR-10: 60,000 colour photographs of 32×32 pixels in ten classes (Krizhevsky, 2009)."""

import numpy as np

from dlsheet.datasets.archive import check_sum
from dlsheet.datasets.dataset import Dataset, check_labels
from dlsheet.datasets.pickles import ByteArrayUnpickler
from dlsheet.datasets.registry import SOURCES

CLASS_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
BATCHES = tuple(f"data_batch_{number}" for number in range(1, 6))
PIXELS = 3 * 32 * 32
ROWS = 10_000  # of an official batch; fewer are somebody's sample


def read(folder, limit=None):
    """The photographs: float32 (n, 32, 32, 3) in [0, 1].

    folder: the official cifar-10-batches-py. With a limit no more of its batches are opened than it takes.
    Raises FileNotFoundError for missing batches, saying which limit does without them; ValueError for a damaged one.
    """
    if not (folder / "test_batch").is_file():
        raise FileNotFoundError(f"{folder} lacks test_batch. Put it there.")
    batches, missing, rows = [], [], 0
    for path in (folder / name for name in BATCHES):
        if limit is not None and rows >= limit:
            break
        if path.is_file():
            batches.append(read_batch(path))
            rows += len(batches[-1][1])
        else:
            missing.append(path.name)
    if missing and (limit is None or rows < limit):
        way_out = f", or load with a limit of at most {rows}" if rows else ""
        raise FileNotFoundError(f"{folder} lacks {', '.join(missing)}. Put them there{way_out}.")
    x_train, y_train = (np.concatenate(part)[:limit] for part in zip(*batches))
    x_test, y_test = (part[:limit] for part in read_batch(folder / "test_batch"))
    return Dataset(
        x_train=images(x_train),
        y_train=y_train,
        x_test=images(x_test),
        y_test=y_test,
        class_names=CLASS_NAMES,
        name="cifar10",
        origin="CIFAR-10, Krizhevsky (2009), https://www.cs.toronto.edu/~kriz/cifar.html",
        real=True,
    )


def images(rows):
    """uint8 (n, 3072), a photograph's red, green and blue planes one after the other, to float32 (n, 32, 32, 3)."""
    return np.divide(rows.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), 255, dtype=np.float32, order="C")


def read_batch(path):
    """One official batch: uint8 (n, 3072) and its labels (n,). Raises ValueError for anything else.

    A whole one has to have the published checksum: a flipped bit is another pixel, which nobody would see.
    """
    try:
        with open(path, "rb") as file:
            batch = ByteArrayUnpickler(file, encoding="latin1").load()
        data, labels = batch["data"].values, np.array(getattr(batch["labels"], "values", batch["labels"]))
    except Exception as error:  # a damaged pickle raises anything
        raise ValueError(f"{path} is no CIFAR-10 batch, or damaged: {error!r}. Get it again.") from error
    if data.ndim != 2 or data.shape[1] != PIXELS:
        raise ValueError(f"{path} has data of the shape {data.shape}, expected (n, {PIXELS}). Get it again.")
    if labels.shape != (len(data),):
        raise ValueError(f"{path} has {len(data)} photographs and labels of the shape {labels.shape}. Get it again.")
    check_labels(labels, len(CLASS_NAMES), f"labels in {path}")
    if len(data) == ROWS:
        check_sum(path, SOURCES["cifar10"].files[path.name])
    return data, labels
