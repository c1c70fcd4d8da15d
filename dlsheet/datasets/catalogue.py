"""The sets by name: `load`, `list_datasets`, and for those to download `get` and `verify`."""

import difflib
from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass

from dlsheet.arguments import whole_number
from dlsheet.datasets import cifar10, dates, embedded, imdb, names, photos_folder, reviews, simulated_activity, ucihar
from dlsheet.datasets.archive import check_sum
from dlsheet.datasets.cache import check_archive, find, first_seen, locate
from dlsheet.datasets.registry import SOURCES


@dataclass(frozen=True)
class Entry:
    """One set.

    read: its reader, read(limit, **options) or, of one in a folder, read(folder, limit, **options).
    rows: how many in all; None for a folder of the user's own. what: what a row is. options: the names of the reader's.
    """

    read: Callable
    rows: int | None
    what: str
    options: tuple = ()
    real: bool = True


DATASETS = {
    "digits": Entry(embedded.digits, 1_797, "handwritten digits, 8×8 pixels", options=("image_shape",)),
    "breast_cancer": Entry(embedded.breast_cancer, 569, "tumours by 30 measurements, benign or not"),
    "wine": Entry(embedded.wine, 178, "wines by 13 measurements, three cultivars"),
    "diabetes": Entry(embedded.diabetes, 442, "patients by 10 measurements, their disease's progress"),
    "photos": Entry(embedded.photos, 2, "two colour photographs"),
    "simulated_activity": Entry(
        simulated_activity.simulated_activity, 2_160, "SIMULATED: six activities, in ucihar's layout", real=False
    ),
    "names": Entry(names.names, 6_490, "surnames of 24 languages"),
    "reviews": Entry(
        reviews.reviews, 4_400, "SIMULATED: short reviews, friendly or not; those to test on are by hand", real=False
    ),
    "dates": Entry(dates.dates, 12_000, "SIMULATED: dates written in 15 languages, by CLDR's rules", real=False),
    "cifar10": Entry(cifar10.read, 60_000, "colour photographs of 10 kinds of things, 32×32 pixels"),
    "names18": Entry(names.names18, 20_074, "surnames of 18 languages"),
    "ucihar": Entry(ucihar.read, 10_299, "six activities, 128 steps of a smartphone's nine sensors"),
    "imdb": Entry(imdb.read, 50_000, "film reviews, friendly or not"),
    "photos_folder": Entry(
        photos_folder.read, None, "photographs of your own, a folder a class", options=("image_shape",)
    ),
}

Row = namedtuple("Row", "name what rows real where")
Check = namedtuple("Check", "name file ok why")


def load(name, data_dir=None, limit=None, **options):
    """The data set called `name`, split for training and testing.

    name: one of these; x is
        digits                          float32 (n, 8, 8, 1) in [0, 1], larger with image_shape=(32, 32, 3), say
        breast_cancer, wine, diabetes   float64 (n, columns), the columns in feature_names
        photos                          float32 (2, 427, 640, 3) in [0, 1]
        names, names18                  str (n,)
        dates                           str (n,), and so is y: year-month-day; the languages in groups
        cifar10                         float32 (n, 32, 32, 3) in [0, 1]
        ucihar, simulated_activity      float32 (n, 128, 9), the channels in feature_names, the persons in groups
        reviews                         str (n,), an object array; the kinds (plain, negation, …) in groups
        imdb                            str (n,), an object array
        photos_folder                   float32 (n, 224, 224, 3) in [0, 1], other sizes with image_shape
    data_dir: the folder with the official archive, or unpacked folder, of names18, cifar10, ucihar or imdb, and where
    it is downloaded to otherwise. Default: DLSHEET_DATA_DIR, and then the cache of the operating system. Of
    photos_folder: the folder with a folder of pictures for each class.
    limit: at most so many rows to train on and so many to test on; no more files are read than they need.
    Returns a Dataset; y is (n,), whole numbers, or floats for diabetes, or texts for dates. The rows are the same on
    every machine.
    Raises ValueError for an unknown name or option, a limit that is no whole number above 0, or damaged data;
    FileNotFoundError for missing files; ConnectionError where a download fails; PermissionError where no folder can
    be written to.
    """
    entry = DATASETS[known(name)]
    limit = None if limit is None else whole_number("limit", limit)
    unknown = sorted(set(options) - set(entry.options))
    if unknown:
        raise ValueError(f"{name} has no option {', '.join(unknown)}; it has {', '.join(entry.options) or 'none'}.")
    if name in SOURCES:
        return entry.read(locate(name, data_dir), limit)
    if entry.rows is None:
        return entry.read(data_dir, limit, **options)
    return entry.read(limit, **options)


def list_datasets(data_dir=None):
    """One row a set: name, what it is, rows in all, whether it is real, where it is.

    where: 'embedded', 'present' (in data_dir, DLSHEET_DATA_DIR or the cache), 'to download' or 'your own'.
    """
    return [
        Row(name, entry.what, entry.rows, entry.real, whereabouts(name, data_dir)) for name, entry in DATASETS.items()
    ]


def whereabouts(name, data_dir):
    """Where a set is, in the words of `list_datasets`."""
    if name not in SOURCES:
        return "your own" if DATASETS[name].rows is None else "embedded"
    return "present" if any(find(name, data_dir)) else "to download"


def get(name, data_dir=None):
    """Download a set, if it is not there, and unpack it. Returns its folder, a Path.

    Raises as `load` does, ValueError for a set that is part of the project, and FileNotFoundError for a folder put
    there by hand that lacks files: it is left as it is.
    """
    if known(name) not in SOURCES:
        raise ValueError(f"{name} is {whereabouts(name, data_dir)}; to download are {', '.join(SOURCES)}.")
    folder = locate(name, data_dir)
    missing = lacks(name, folder)
    if missing:
        raise FileNotFoundError(f"{folder} lacks {', '.join(missing)}. Put them there, or move it away and try again.")
    return folder


def lacks(name, folder):
    """The names of the published files that a set's folder does not hold."""
    return [file for file in SOURCES[name].files if not (folder / file).is_file()]


def verify(data_dir=None):
    """Check what is there of the sets to download: archives and files by their checksums, folders by reading them.

    Returns one row an archive, file or folder: the set's name, the file, a Path, ok, a bool, and why, in words.
    """
    checks = []
    for name, source in SOURCES.items():
        folder, archive = find(name, data_dir)
        if archive:
            checks.append(checked(name, archive, archive_words, source, archive))
        if folder:
            files = {folder / file: digest for file, digest in source.files.items() if (folder / file).is_file()}
            checks += [checked(name, file, file_words, file, digest) for file, digest in files.items()]
            checks.append(checked(name, folder, folder_words, name, folder))
    return checks


def checked(name, file, words, *args):
    """The Check of words(*args): ok and what it returns, or not ok and what it raises."""
    try:
        return Check(name, file, True, words(*args))
    except (ValueError, OSError) as error:
        return Check(name, file, False, str(error))


def archive_words(source, archive):
    """How far an archive's checksum is known to be right. Raises ValueError where it is wrong."""
    check_archive(source, archive, archive.parent)
    if source.checksum:
        return "has the published checksum"
    return "is the one first seen" if first_seen(source, archive.parent).is_file() else "has no published checksum"


def file_words(file, digest):
    """Raises ValueError where the file has not this checksum."""
    check_sum(file, digest)
    return "has the published checksum"


def folder_words(name, folder):
    """How many rows a folder gives or, where its files have checksums, which it lacks. Raises as the reader does."""
    if not SOURCES[name].files:
        data = DATASETS[name].read(folder)
        return f"{len(data.x_train):,} + {len(data.x_test):,} rows"
    DATASETS[name].read(folder, 1)
    missing = lacks(name, folder)
    return f"lacks {', '.join(missing)}; the rest can be read with a limit" if missing else "complete"


def known(name):
    """`name`, if there is such a set. Raises ValueError with the nearest name if not."""
    if not isinstance(name, str) or name not in DATASETS:
        nearest = difflib.get_close_matches(str(name).lower(), DATASETS, n=1, cutoff=0)[0]
        raise ValueError(f"There is no data set {name!r}; did you mean {nearest!r}? There are {', '.join(DATASETS)}.")
    return name
