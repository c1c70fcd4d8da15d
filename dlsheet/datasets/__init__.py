"""Data sets by name: small real ones that are part of the project, and larger ones downloaded once and kept."""

from dlsheet.datasets.cache import cache_dir
from dlsheet.datasets.catalogue import get, list_datasets, load, verify
from dlsheet.datasets.dataset import Dataset
from dlsheet.datasets.letters import ALPHABET, letter_numbers, one_hot_letters, romanise

__all__ = [
    "ALPHABET",
    "Dataset",
    "cache_dir",
    "get",
    "letter_numbers",
    "list_datasets",
    "load",
    "one_hot_letters",
    "romanise",
    "verify",
]
