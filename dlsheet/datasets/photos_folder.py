"""Photographs of one's own: a folder for each class, with the pictures of that class in it."""

import warnings
from pathlib import Path

import numpy as np
from tqdm import tqdm

from dlsheet.arguments import whole_numbers
from dlsheet.datasets.dataset import Dataset
from dlsheet.datasets.rows import evenly, split

TEST_NAMES = ("test", "val", "valid", "validation")


def read(folder, limit=None, image_shape=(224, 224, 3)):
    """The photographs of a tree with a folder a class: float32 (n, height, width, 3) in [0, 1].

    folder: holds the classes' folders, named after them, or two such trees, `train` and one of `test`, `val`, `valid`
    and `validation`. Without the two a fifth of each class is for testing.
    image_shape: (height, width, 3); a photograph is cut to these proportions around its middle, then resized.
    Files that are no picture are left out, and named in a warning. limit: spread evenly over the sorted files.
    Raises FileNotFoundError for a folder that is not there; ValueError for one without two classes, other classes in
    the two trees, a class without a picture, or another image_shape.
    """
    height, width, channels = whole_numbers("image_shape", image_shape, 3)
    if channels != 3:
        raise ValueError(f"image_shape={image_shape}: expected (height, width, 3), photographs have three colours.")
    if folder is None or not Path(folder).is_dir():
        raise FileNotFoundError(
            f"{folder} is no folder. Give one that holds a folder for each class: load('photos_folder', 'my_photos')."
        )
    folder = Path(folder)
    trees = [
        folder / "train",
        next((folder / name for name in TEST_NAMES if (folder / name).is_dir()), folder / "test"),
    ]
    if not all(tree.is_dir() for tree in trees):
        trees = [folder]
    names = [classes(tree) for tree in trees]
    if names[0] != names[-1]:
        raise ValueError(f"{trees[0]} has the classes {', '.join(names[0])}, {trees[1]} {', '.join(names[1])}.")

    parts = [photographs(tree, names[0], (width, height), limit) for tree in trees]
    if len(parts) == 1:
        rows = split(*parts[0], limit)
    else:
        rows = dict(zip(("x_train", "y_train", "x_test", "y_test"), (*parts[0], *parts[1])))
    origin = f"Photographs from the folder {folder.name}"
    return Dataset(**rows, class_names=tuple(names[0]), name="photos_folder", origin=origin, real=True)


def classes(tree):
    """The names of a tree's folders, sorted; ValueError for fewer than two."""
    names = sorted(path.name for path in tree.iterdir() if path.is_dir() and not path.name.startswith("."))
    if len(names) < 2:
        raise ValueError(f"{tree} holds {len(names)} folders: expected two or more, one for each class.")
    return names


def photographs(tree, names, size, limit):
    """(n, height, width, 3) and their labels (n,), of the files that can be read. size: (width, height)."""
    files = [
        (path, label)
        for label, name in enumerate(names)
        for path in sorted((tree / name).rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    ]
    images, labels, unreadable = [], [], []
    for i in tqdm(evenly(len(files), limit), desc=f"reading {tree.name}", leave=False, disable=None):
        path, label = files[i]
        image = photograph(path, size)
        if image is None:
            unreadable.append(path.name)
        else:
            images.append(image)
            labels.append(label)
    if unreadable:
        warnings.warn(
            f"{len(unreadable)} files in {tree} are no pictures and were left out: {', '.join(unreadable)}.",
            stacklevel=4,
        )
    empty = [name for label, name in enumerate(names) if label not in labels]
    if empty:
        raise ValueError(f"{tree} has no picture of {', '.join(empty)}: expected some of each class.")
    return np.stack(images), np.array(labels)


def photograph(path, size):
    """One file as float32 (height, width, 3) in [0, 1], upright; None if it is no picture."""
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's remarks on odd but readable files
            with Image.open(path) as image:
                upright = ImageOps.exif_transpose(image).convert("RGB")
        fitted = ImageOps.fit(upright, size, Image.Resampling.BILINEAR)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):  # Pillow's ways to say "no"
        return None
    return np.asarray(fitted, dtype=np.float32) / 255
