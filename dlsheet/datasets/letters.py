"""Texts as numbers: spelled with the letters of a small alphabet, one one-hot row or one number a letter."""

import unicodedata

import numpy as np

from dlsheet.arguments import strings, whole_number

ALPHABET = "abcdefghijklmnopqrstuvwxyz'- "
"""What `romanise` writes with: the 26 letters and the three signs that stand in surnames."""

# Letters that are no plain letter with an accent, so that Unicode cannot take them apart. An apostrophe or a hyphen
# of another shape is the same sign.
SPELLED = str.maketrans(
    {"æ": "ae", "œ": "oe", "ß": "ss", "þ": "th", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŋ": "ng", "ı": "i"}
    | {"ŧ": "t", "ə": "a"}
    | dict.fromkeys("’‘ʼ`´ʻʽʾʿ‛′", "'")
    | dict.fromkeys("‐‑–—―−", "-")
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
    plain = unicodedata.normalize("NFKD", name.lower().translate(SPELLED)).lower().translate(SPELLED)
    foreign = sorted({letter for letter in plain if letter.isalpha() and letter not in ALPHABET})
    if foreign:
        raise ValueError(
            f"{name!r} has {' '.join(foreign)}, which the 26 Latin letters cannot spell. "
            "Write it as its bearer does abroad."
        )
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
    if padding not in ("pre", "post"):
        raise ValueError(f"padding={padding!r}: expected 'pre' or 'post'.")
    spelled, maxlen = places("names", names, alphabet, maxlen, "Call romanise first.")
    encoded = np.zeros((len(spelled), maxlen, len(alphabet)), dtype=np.float32)
    for i, letters in enumerate(spelled):
        start = maxlen - len(letters) if padding == "pre" else 0
        encoded[i, range(start, start + len(letters)), letters] = 1
    return encoded


def letter_numbers(texts, alphabet, maxlen):
    """The letters' numbers: out[i, t] = 1 + the place of letter t of text i in the alphabet; 0 behind the text's end.

    texts: a list or array of n str, each of 1 to maxlen letters, all of them in the alphabet.
    alphabet: a str in which no letter stands twice. maxlen: the number of steps, a whole number of 1 or more.
    Returns an int32 array (n, maxlen).
    Raises ValueError for no texts, for what is not a str, and for a text that is empty, too long or has other letters.
    """
    spelled, maxlen = places("texts", texts, alphabet, maxlen, "Make it of the training texts' letters, or add these.")
    numbers = np.zeros((len(spelled), maxlen), dtype=np.int32)
    for row, letters in zip(numbers, spelled):
        row[: len(letters)] = letters
        row[: len(letters)] += 1
    return numbers


def places(what, texts, alphabet, maxlen, unknown_advice):
    """The place in the alphabet of each letter, a list a text, and maxlen as an int; ValueError for all that is wrong.

    what: the argument's name. unknown_advice: what to do about a letter that is not in the alphabet.
    """
    if not isinstance(alphabet, str) or not alphabet or len(set(alphabet)) < len(alphabet):
        raise ValueError(f"alphabet must be a str of different letters, such as ALPHABET; got {alphabet!r}.")
    maxlen = whole_number("maxlen", maxlen)
    texts = strings(what, texts)
    position = {letter: k for k, letter in enumerate(alphabet)}
    for i, text in enumerate(texts):
        if not text:
            raise ValueError(f"{what}[{i}] is empty. Leave it out.")
        if len(text) > maxlen:
            raise ValueError(
                f"{what}[{i}], {text!r}, has {len(text)} letters, more than maxlen={maxlen}. Raise maxlen."
            )
        unknown = sorted(set(text) - set(position))
        if unknown:
            raise ValueError(f"{what}[{i}], {text!r}, has {unknown}, not in the alphabet. {unknown_advice}")
    return [[position[letter] for letter in text] for text in texts], maxlen
