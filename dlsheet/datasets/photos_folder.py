"""Photographs of one's own: a folder for each class, with the pictures of that class in it."""

import hashlib
import re
import warnings
from pathlib import Path

import numpy as np
import psutil
from tqdm import tqdm

from dlsheet.arguments import whole_numbers
from dlsheet.datasets.dataset import Dataset
from dlsheet.datasets.rows import evenly, split

TRAIN, TEST = {"train", "training"}, ("test", "testing", "val", "valid", "validation")
BESIDE = {"", "set", "data", "dataset", "images", "folder", "seg"}  # what may stand beside these in a folder's name
SYSTEM = {"__macosx", "@eadir", "$recycle.bin", "system volume information", "lost+found", "#recycle"}


def read(folder, limit=None, image_shape=(224, 224, 3)):
    """The photographs of a tree with a folder a class: float32 (n, height, width, 3) in [0, 1].

    folder: holds the classes' folders, named after them, or two such trees for training and testing, called train and
    test (or testing, val, valid, validation; in any case, also training_set or seg_test). If several are for testing,
    the first in this list is read. Without the two a fifth of each class is for testing.
    image_shape: (height, width, 3); a photograph is cut to these proportions around its middle, then resized.
    A photograph is what a viewer shows: upright, and what is transparent on white. Files that are no picture, or
    whose range of grey is unknown, are left out, and named in a warning; files that stand in both parts are named, too.
    Hidden folders and those of operating systems are passed over. limit: spread evenly over the sorted files.
    Raises FileNotFoundError for a folder that is not there; ValueError for one without two classes, one of which it
    is not clear what are classes and what parts, other classes in the two trees, a class without a picture, another
    image_shape; MemoryError for more than fits into memory.
    """
    height, width, channels = whole_numbers("image_shape", image_shape, 3)
    if channels != 3:
        raise ValueError(f"image_shape={image_shape}: expected (height, width, 3), photographs have three colours.")
    if folder is None or not Path(folder).expanduser().is_dir():
        raise FileNotFoundError(
            f"{folder} is no folder. Give one that holds a folder for each class: load('photos_folder', 'my_photos')."
        )
    folder = Path(folder).expanduser()
    trees = parts(folder)
    names = [classes(tree) for tree in trees]
    if names[0] != names[-1]:
        raise ValueError(f"{trees[0]} has the classes {', '.join(names[0])}, {trees[1]} {', '.join(names[1])}.")

    listed = [files(tree, names[0], limit) for tree in trees]
    if len(trees) == 1:
        listed = halves(folder, names[0], *listed[0])
    check_memory(sum(len(paths) for paths, _ in listed) * height * width * 3 * 4)
    (x_train, y_train), (x_test, y_test) = photographs(folder, listed, (width, height))
    for y, tree in zip((y_train, y_test), (trees[0], trees[-1])):
        empty = [name for label, name in enumerate(names[0]) if label not in y]
        if empty:
            raise ValueError(f"{tree} has no picture of {', '.join(empty)}: expected some of each class.")
    origin = f"Photographs from the folder {folder.name}"
    return Dataset(x_train, y_train, x_test, y_test, tuple(names[0]), "photos_folder", origin, real=True)


def parts(folder):
    """[the tree to train on, the one to test on], or [folder] if it holds the classes themselves."""
    folder = unwrapped(folder)
    inside = folders(folder)
    train = [each for each in inside if words_of(each) & TRAIN]
    test = [each for name in TEST for each in inside if name in words_of(each)]
    trees = [unwrapped(each) for each in (*train, *test)]
    if train and test and all(len(folders(tree)) > 1 for tree in trees):
        if len(train) > 1:
            raise ValueError(
                f"{folder} has {' and '.join(each.name for each in train)}: expected one tree to train on."
            )
        return [trees[0], trees[1]]
    within = {each.name: tuple(sorted(deeper.name for deeper in folders(each))) for each in inside}
    nested = [name for name, deeper in within.items() if len(deeper) > 1 and list(within.values()).count(deeper) > 1]
    if nested:
        raise ValueError(
            f"{folder} holds {', '.join(nested)}, and each of them {', '.join(within[nested[0]])}: which are the "
            "classes? Call the parts train and test, or give one of them."
        )
    return [folder]


def unwrapped(folder):
    """The folder itself, or, where all that it holds is one folder with several, as archives unpack, that one."""
    inside = folders(folder)
    return inside[0] if len(inside) == 1 and len(folders(inside[0])) > 1 else folder


def words_of(folder):
    """The words of a folder's name that say what part it is; none if others stand beside them."""
    words = set(re.split(r"[^a-z]+", re.sub("set$", " set", folder.name.lower())))
    return words if words <= {*TRAIN, *TEST, *BESIDE} else set()


def folders(tree):
    """The folders in a tree, sorted, without hidden ones and those of operating systems."""
    return sorted(path for path in tree.iterdir() if path.is_dir() and not passed_over(path.name))


def passed_over(name):
    """Whether a file or folder of this name is hidden or the system's own."""
    return name.startswith(".") or name.lower() in SYSTEM


def classes(tree):
    """The names of a tree's folders, sorted; ValueError for fewer than two."""
    names = [path.name for path in folders(tree)]
    if len(names) < 2:
        raise ValueError(f"{tree} holds {len(names)} folders: expected two or more, one for each class.")
    return names


def files(tree, names, limit):
    """(paths, labels) of a tree's files, by class and name; at most `limit` of them, evenly spread."""
    listed = [
        (path, label)
        for label, name in enumerate(names)
        for path in sorted((tree / name).rglob("*"))
        if path.is_file() and not any(map(passed_over, path.relative_to(tree).parts))
    ]
    kept = [listed[i] for i in evenly(len(listed), limit)]
    missing = sorted({names[label] for _, label in listed} - {names[label] for _, label in kept})
    if missing:
        raise ValueError(f"limit={limit} leaves no picture of {', '.join(missing)}: expected some of each class.")
    return [path for path, _ in kept], np.array([label for _, label in kept], int)


def halves(folder, names, paths, labels):
    """[(paths, labels) to train on, the same to test on]: a fifth of each class."""
    few = [name for label, name in enumerate(names) if np.sum(labels == label) == 1]
    if few:
        raise ValueError(
            f"{folder} has one file for {', '.join(few)}: expected two or more of each class, to train and to test on."
        )
    if -(-len(paths) // 5) < len(names):
        raise ValueError(
            f"{folder} has {len(paths)} files for {len(names)} classes: a fifth of them, to test on, is fewer than one "
            "of each class. Give more, or two trees, train and test."
        )
    rows = split(np.array(paths, object), labels)
    return [(list(rows["x_train"]), rows["y_train"]), (list(rows["x_test"]), rows["y_test"])]


def check_memory(needed):
    """MemoryError where so many bytes are more than what is free."""
    free = psutil.virtual_memory().available
    if needed > free:
        raise MemoryError(
            f"The photographs take {needed / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free. Give a smaller image_shape "
            "or a limit, or read them a batch at a time: keras.utils.image_dataset_from_directory(folder) gives what "
            "Model.fit takes."
        )


def photographs(folder, listed, size):
    """[(images, labels) to train on, the same to test on]: of listed, (paths, labels) of both, what can be read.

    Images are (n, height, width, 3); size: (width, height). What cannot be read is named in a warning, and so are
    files to test on that are to train on, too.
    """
    count = sum(len(paths) for paths, _ in listed)
    images = np.empty((count, size[1], size[0], 3), np.float32)  # both parts in one: all is in memory once
    bar = tqdm(total=count, desc=f"reading {folder.name}", leave=False, disable=None)
    found, end, unreadable, copies, seen = [], 0, [], [], set()
    for part, (paths, labels) in zip(("train", "test"), listed):
        begin, kept = end, []
        for path, label in zip(paths, labels):
            image = photograph(path, size)
            bar.update()
            if image is None:
                unreadable.append(path.name)
                continue
            images[end], end = image, end + 1
            kept.append(label)
            digest = hashlib.sha256(path.read_bytes()).digest()
            if part == "train":
                seen.add(digest)
            elif digest in seen:
                copies.append(path.name)
        found.append((images[begin:end], np.array(kept, int)))
    bar.close()
    if unreadable:
        warnings.warn(
            f"{len(unreadable)} files in {folder} are no pictures and were left out: {', '.join(sorted(unreadable))}.",
            stacklevel=4,
        )
    if copies:
        warnings.warn(
            f"{len(copies)} of the pictures to test on are also among those to train on, such as {copies[0]}: they "
            "were seen in training, and test nothing. Keep one copy of each.",
            stacklevel=4,
        )
    return found


def photograph(path, size):
    """One file as float32 (height, width, 3) in [0, 1], as a viewer shows it; None if it is no picture."""
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's remarks on odd but readable files
            with Image.open(path) as image:
                shown = on_white(ImageOps.exif_transpose(image))
        fitted = ImageOps.fit(shown, size, Image.Resampling.BILINEAR)
    except Exception:  # a damaged file makes Pillow and its decoders raise whatever they like
        return None
    return np.asarray(fitted, dtype=np.float32) / 255


def on_white(image):
    """An image of any mode as RGB; what is transparent shows white. ValueError for greys of unknown range."""
    from PIL import Image

    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)).convert("RGB")
    if image.mode in ("I", "F"):
        raise ValueError(f"mode {image.mode}: nobody knows which number is white")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return image.convert("RGB")
