"""Downloaded sets: where they lie and how they get there.

Nothing half-written is ever read: a file or a folder is made in a work folder beside its place and renamed into it.
A run killed at any moment leaves the old state or the new.
"""

import os
import shutil
import tempfile
import time
import warnings
from contextlib import contextmanager, suppress
from pathlib import Path

from platformdirs import user_cache_path

from dlsheet.datasets.archive import check_sum, extract, file_sum, git_blob_id
from dlsheet.datasets.names import EMBEDDED
from dlsheet.datasets.registry import SOURCES

VARIABLE = "DLSHEET_DATA_DIR"
WORK = ".dlsheet-"  # how a work folder's name begins
DAY = 24 * 60 * 60  # seconds


def places(data_dir=None):
    """The folders to look in, in this order: data_dir alone where given; otherwise DLSHEET_DATA_DIR and the cache.

    Raises ValueError for the project's own folder data: its names are not those of names18.
    """
    chosen = data_dir if data_dir is not None else os.environ.get(VARIABLE) or None
    if chosen is None:
        return [user_cache_path("dlsheet")]
    chosen = Path(os.path.expanduser(chosen))
    if chosen.exists() and not chosen.is_dir():
        raise ValueError(f"{VARIABLE if data_dir is None else 'data_dir'} names {chosen}, a file: expected a folder.")
    if chosen.resolve() == EMBEDDED.parent:
        raise ValueError(f"{chosen} holds the sets that are part of the project. Choose another folder for the others.")
    return [chosen] if data_dir is not None else [chosen, user_cache_path("dlsheet")]


def find(name, data_dir=None):
    """The unpacked folder of a set and its archive, as far as they are there: (Path or None, Path or None).

    A folder may be doubled, as archives unpack, or be data_dir itself; Keras may have downloaded it before.
    """
    source, where = SOURCES[name], places(data_dir)
    folders = [place / path for place in where for path in (source.folder, source.inside)]
    folders += [place for place in where if place.name == source.folder]
    if data_dir is None:
        folders += [keras_home() / "datasets" / path for path in source.keras]
    folders = [folder for folder in folders if folder.is_dir() and folder.resolve() != EMBEDDED]
    folders = [folder / source.folder if (folder / source.folder).is_dir() else folder for folder in folders]
    archives = [place / name for place in where for name in (source.archive, source.nested) if name]
    archives = [archive for archive in archives if archive.is_file()]
    return folders[0] if folders else None, archives[0] if archives else None


def keras_home():
    """Where Keras keeps its settings and its downloads."""
    return Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser()


def locate(name, data_dir=None):
    """The unpacked folder of a set: found, or unpacked from its archive where that is there, or downloaded.

    Raises ConnectionError without a network, ValueError for an archive that is damaged or not the official one, and
    PermissionError where nothing can be written. Each says what to do.
    """
    source = SOURCES[name]
    folder, archive = find(name, data_dir)
    if folder:
        return folder
    place = writable(places(data_dir))
    if archive is None:
        return download(source, place)
    try:
        return unpack(source if archive.name == source.archive else source.inner, archive, place)
    except ValueError as error:
        raise ValueError(f"{error} It was left alone: replace it by {source.url}, or move it away.") from error


def download(source, place):
    """Download an archive into the folder `place` and unpack it there. A wrong one is deleted."""
    with warnings.catch_warnings(action="ignore"):  # tqdm's, that a prettier bar needs ipywidgets
        import pooch
    import requests

    pooch.get_logger().setLevel("WARNING")
    archive = place / source.archive
    try:
        with work_folder(place) as work:
            downloader = pooch.HTTPDownloader(progressbar=True, chunk_size=2**16)
            pooch.retrieve(source.url, source.checksum, archive.name, work, downloader=downloader)
            os.replace(work / archive.name, archive)
        return unpack(source, archive, place)
    except requests.RequestException as error:
        raise ConnectionError(
            f"{source.url} could not be downloaded: {error}. Try again with a network, or bring the file from a "
            f"machine that has one and put it, or its unpacked folder {source.folder}, into {place}."
        ) from error
    except ValueError as error:
        archive.unlink(missing_ok=True)
        raise ValueError(f"{source.url} sent a wrong file, which was deleted. {error}") from error


def unpack(source, archive, place):
    """Unpack an archive's folder into the folder `place`. Raises ValueError where it is not the official one."""
    check_archive(source, archive, place)
    with work_folder(place) as work:
        packed = archive
        if source.nested:
            packed = work / source.nested
            extract(archive, work, source.nested)
            check_holds(archive, packed)
        folder = work / source.inside
        extract(packed, work, source.inside, source.unused)
        check_holds(archive, folder)
        check_blob(source, archive, folder)
        if not source.checksum:
            note = work / "note"
            note.write_text(f"{file_sum(archive, 'sha256')}  {archive.name}\n")
            os.replace(note, first_seen(source, place))
        return renamed(folder, place / source.folder)


def check_archive(source, archive, place):
    """ValueError where the archive has not the published checksum or, where there is none, that of the first seen."""
    note = first_seen(source, place)
    if source.checksum:
        check_sum(archive, source.checksum)
    elif note.is_file():
        try:
            check_sum(archive, "sha256:" + note.read_text().partition(" ")[0])
        except ValueError as error:
            raise ValueError(f"{error} {note} keeps the first one's: delete it if the source has a new one.") from None


def first_seen(source, place):
    """The file with the sha256 of the first archive seen, as sha256sum writes it."""
    return place / f"{source.archive}.sha256"


def check_holds(archive, path):
    """ValueError where `path`, which should have come out of the archive, is not there."""
    if not path.exists():
        raise ValueError(f"{archive} does not hold {path.name}: it is not the official archive.")


def check_blob(source, archive, folder):
    """ValueError where the file whose git blob id is known is missing or another one."""
    if source.blob:
        path, begins = source.blob
        check_holds(archive, folder / path)
        content = (folder / path).read_bytes()
        ways = content, content.replace(b"\r\n", b"\n")  # git may have stored it with the line ends of Unix
        if not any(git_blob_id(way).startswith(begins) for way in ways):
            raise ValueError(f"{archive} has not the official {path}: it is damaged or altered.")


def renamed(folder, target):
    """`folder` under its final name; where another process was faster, that one's is as good."""
    try:
        os.replace(folder, target)
    except OSError:
        if not target.is_dir():
            raise
    return target


@contextmanager
def work_folder(place):
    """A new folder inside `place` (made where missing), gone at the end; those of killed runs go after a day."""
    place.mkdir(parents=True, exist_ok=True)
    for left in place.glob(f"{WORK}*"):
        with suppress(FileNotFoundError):  # its owner may be clearing up at this moment
            if time.time() - left.stat().st_mtime > DAY:
                shutil.rmtree(left, ignore_errors=True)
    work = Path(tempfile.mkdtemp(prefix=WORK, dir=place))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def cache_dir():
    """The folder that downloads go to, whether or not it can be written to."""
    try:
        return writable(places())
    except PermissionError:
        return places()[0]


def writable(where):
    """The first of the folders that can be written to. PermissionError where none can."""
    refusals = []
    for place in where:
        try:
            with work_folder(place):
                return place
        except OSError as error:
            refusals.append(f"{place} ({error.strerror})")
    raise PermissionError(
        f"Cannot write to {' or '.join(refusals)}. Choose another folder: pass data_dir, or set {VARIABLE}."
    )
