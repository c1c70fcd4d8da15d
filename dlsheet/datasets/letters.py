"""Names as numbers: spelled with the letters of a small alphabet, one one-hot row a letter."""

import unicodedata

import numpy as np

from dlsheet.arguments import whole_number

ALPHABET = "abcdefghijklmnopqrstuvwxyz'- "
"""What `romanise` writes with: the 26 letters and the three signs that stand in surnames."""

# Letters that are no plain letter with an accent, so that Unicode cannot take them apart. An apostrophe or a hyphen
# of another shape is the same sign.
SPELLED = str.maketrans(
    {"æ": "ae", "œ": "oe", "ß": "ss", "þ": "th", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŋ": "ng", "ı": "i"}
    | {"ə": "a", "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "‐": "-", "‑": "-", "–": "-"}
)


def romanise(name):
    """The name in the letters of ALPHABET: 'Guðmundsson-Łęcki' gives 'gudmundsson-lecki'.

    name: a str in Latin letters, with or without accents.
    Returns it in lower case, without accents; each run of blanks is one blank. Digits and punctuation are left out.
    Raises ValueError for what is no str, and for a letter of another script: how to write that one is a question of
    its language.
    """
    if not isinstance(name, str):
        raise ValueError(f"a name must be a str; got {name!r}.")
    plain = unicodedata.normalize("NFKD", name.lower().translate(SPELLED))
    foreign = sorted({letter for letter in plain if letter.isalpha() and letter not in ALPHABET})
    if foreign:
        raise ValueError(f"{name!r} has {' '.join(foreign)}, not in Latin letters. Write it as its bearer does abroad.")
    return " ".join("".join(letter for letter in plain if letter in ALPHABET or letter.isspace()).split())


def one_hot_letters(names, alphabet, maxlen, padding="post"):
    """One-hot letters: out[i, t, k] = 1 where letter t of name i is letter k of the alphabet, else 0.

    names: a list or array of n str, each of 1 to maxlen letters, all of them in the alphabet (`romanise` sees to it).
    alphabet: a str in which no letter stands twice. maxlen: the number of steps, a whole number of 1 or more.
    padding: where the steps without a letter stand, "pre" or "post", as in keras.utils.pad_sequences; with "pre", t
    counts from the name's first step.
    Returns a float32 array (n, maxlen, len(alphabet)), 0 in the steps without a letter.
    Raises ValueError for no names, for what is not a str, and for a name that is empty, too long or has other letters.
    """
    if not isinstance(alphabet, str) or not alphabet or len(set(alphabet)) < len(alphabet):
        raise ValueError(f"alphabet must be a str of different letters, such as ALPHABET; got {alphabet!r}.")
    maxlen = whole_number("maxlen", maxlen)
    if padding not in ("pre", "post"):
        raise ValueError(f"padding={padding!r}: expected 'pre' or 'post'.")
    if isinstance(names, str):
        raise ValueError(f"names must be a list of names; got one str. Write [{names!r}].")
    names = list(names)
    if not names:
        raise ValueError("names is empty: give one name or more.")
    position = {letter: k for k, letter in enumerate(alphabet)}
    encoded = np.zeros((len(names), maxlen, len(alphabet)), dtype=np.float32)
    for i, name in enumerate(names):
        check_name(name, i, position, maxlen)
        start = maxlen - len(name) if padding == "pre" else 0
        encoded[i, range(start, start + len(name)), [position[letter] for letter in name]] = 1
    return encoded


def check_name(name, i, alphabet, maxlen):
    """ValueError where name number i is no str of 1 to maxlen letters of the alphabet."""
    if not isinstance(name, str):
        raise ValueError(f"names[{i}] must be a str; got {name!r}.")
    if not name:
        raise ValueError(f"names[{i}] is empty. Leave it out.")
    if len(name) > maxlen:
        raise ValueError(f"names[{i}], {name!r}, has {len(name)} letters, more than maxlen={maxlen}. Raise maxlen.")
    unknown = sorted(set(name) - set(alphabet))
    if unknown:
        raise ValueError(f"names[{i}], {name!r}, has {unknown}, not in the alphabet. Call romanise first.")
