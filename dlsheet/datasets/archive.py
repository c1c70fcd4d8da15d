"""Archives, read with distrust: checksums, and unpacking that never leaves its folder."""

import hashlib
import tarfile
import zipfile
import zlib
from contextlib import closing
from functools import partial
from pathlib import PurePosixPath, PureWindowsPath

from tqdm import tqdm


def extract(archive, target, inside, unused=""):
    """Unpack from a .zip or .tar.gz file what is called or lies below `inside`, into the folder `target`.

    unused: a part of it to leave packed.
    Raises ValueError for a damaged archive, and for one with a member outside its folder, wanted or not.
    """
    members = zip_members if archive.suffix == ".zip" else tar_members
    try:
        with closing(members(archive)) as found:
            for name, unpack in tqdm(found, desc=f"unpacking {archive.name}", unit=" files", delay=2):
                if leaves_its_folder(name):
                    raise ValueError(f"{archive} has a member that leaves its folder: {name!r}.")
                path = PurePosixPath(name)
                if path.is_relative_to(inside) and not (unused and path.is_relative_to(unused)):
                    unpack(target)
    except tarfile.FilterError as error:
        raise ValueError(f"{archive} has a member that leaves its folder: {error}.") from error
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError) as error:
        if isinstance(error, OSError) and error.errno:  # the disk's trouble, not the archive's
            raise
        raise ValueError(f"{archive} is damaged: {error}.") from error


def zip_members(archive):
    """Yields each member's name and the function that unpacks it into a folder."""
    with zipfile.ZipFile(archive) as packed:
        for member in packed.infolist():
            yield member.filename, partial(packed.extract, member)


def tar_members(archive):
    """Yields each member's name and the function that unpacks it into a folder, refusing links that lead out of it."""
    with tarfile.open(archive) as packed:
        for member in packed:
            yield member.name, partial(packed.extract, member, filter="data")


def leaves_its_folder(name):
    """Whether a member's name is absolute or climbs up, on any operating system."""
    return any(path.root or path.drive or ".." in path.parts for path in (PurePosixPath(name), PureWindowsPath(name)))


def check_sum(file, expected):
    """ValueError where the file's checksum is not the expected one, 'sha256:…' or 'md5:…'."""
    algorithm, _, digest = expected.partition(":")
    found = file_sum(file, algorithm)
    if found != digest:
        raise ValueError(f"{file} has the {algorithm} {found}, expected {digest}: it is damaged, or another.")


def file_sum(file, algorithm):
    """The file's checksum in hexadecimal. algorithm: 'sha256' or 'md5'."""
    with open(file, "rb") as content:
        return hashlib.file_digest(content, algorithm).hexdigest()


def git_blob_id(content):
    """The id git gives to the bytes of a file: the sha1 of 'blob', their number, a zero byte and the bytes."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
