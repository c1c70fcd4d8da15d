"""Surnames by language: the set that is part of the project, and the one of PyTorch's tutorial."""

from pathlib import Path

import numpy as np

from dlsheet.datasets.dataset import Dataset
from dlsheet.datasets.rows import split
from dlsheet.datasets.texts import read_lines

EMBEDDED = Path(__file__).resolve().parents[2] / "data" / "names"

LANGUAGES18 = (
    *("Arabic", "Chinese", "Czech", "Dutch", "English", "French", "German", "Greek", "Irish", "Italian", "Japanese"),
    *("Korean", "Polish", "Portuguese", "Russian", "Scottish", "Spanish", "Vietnamese"),
)


def names(limit):
    """Surnames of 24 languages: str (n,), at most 18 letters each once romanised; the label is the language.

    Each name stands once, and in one language only. data/README.md says where they come from.
    Raises FileNotFoundError where the project's folder data/names is missing.
    """
    languages = sorted(path.stem for path in EMBEDDED.glob("*.txt"))
    if not languages:
        raise FileNotFoundError(f"{EMBEDDED} is missing: it is part of the project. Install it with pip install -e .")
    return by_language(EMBEDDED, languages, limit, "names", "Surnames from the package Faker, MIT; see data/README.md")


def names18(folder, limit=None):
    """20,074 surnames of 18 languages as they stand, misprints included: str (n,), at most 20 letters.

    Some stand several times, within a language (most of the Arabic ones) and across languages, so that test rows may
    have been seen in training. Nearly half are Russian.
    folder: the 18 official files, Language.txt, one name a line.
    Raises FileNotFoundError where one is missing, ValueError for a blank line or one that is not UTF-8.
    """
    missing = [language for language in LANGUAGES18 if not (folder / f"{language}.txt").is_file()]
    if missing:
        raise FileNotFoundError(f"{folder} lacks {', '.join(missing)} (.txt). Put them there, or move the folder away.")
    origin = "Surnames of PyTorch's name classification tutorial, https://download.pytorch.org/tutorial/data.zip"
    return by_language(folder, LANGUAGES18, limit, "names18", origin)


def by_language(folder, languages, limit, name, origin):
    """The Dataset of a folder with one file a language; a fixed shuffle spreads a limit over the languages."""
    found = [read_names(folder / f"{language}.txt") for language in languages]
    x = np.array([each for language in found for each in language])
    y = np.repeat(np.arange(len(found)), [len(language) for language in found])
    return Dataset(**split(x, y, limit), class_names=tuple(languages), name=name, origin=origin, real=True)


def read_names(path):
    """The names of one file. Raises ValueError for a blank line, and for fewer than two names: one cannot be split."""
    found = read_lines(path)
    for number, name in enumerate(found, start=1):
        if not name.strip():
            raise ValueError(f"{path}, line {number} is blank. Delete the line, or get the file again.")
    if len(found) < 2:
        raise ValueError(f"{path} holds {len(found)} name, expected two or more. Get the file again.")
    return found
