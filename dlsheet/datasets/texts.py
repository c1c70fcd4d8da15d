"""Text files, read so that an error names the file."""


def read_text(path):
    """The text of a UTF-8 file, without a byte order mark.

    Raises FileNotFoundError where it is missing, ValueError for another encoding.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing. Put it there.")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8 text: {error}. Get it again.") from error


def read_lines(path):
    """The lines of a UTF-8 file, without their ends; blank lines at the file's end do not count."""
    return read_text(path).rstrip("\n").split("\n")
