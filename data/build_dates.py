"""Build data/dates/: one file of dates a language, written by the rules of Unicode's CLDR, from the PyPI package Babel.

    pip install Babel==2.18.0
    python data/build_dates.py

Babel is not needed to use the project: the files are part of it. data/README.md says what was chosen and why.
"""

import re
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import numpy as np
from babel import Locale
from babel.dates import format_date

FOLDER = Path(__file__).with_name("dates")
FIRST, LAST = date(1950, 1, 1), date(2049, 12, 31)  # a hundred years, so that two digits of a year are enough
ROWS = 800  # a language
LENGTHS = ("full", "long", "medium", "short")  # CLDR's four, and the one with an abbreviated weekday:
ABBREVIATED = "yMMMEd"

LOCALES = {
    "Croatian": ["hr"],
    "Czech": ["cs"],
    "Dutch": ["nl"],
    "English": ["en_US", "en_GB", "en_CA", "en_ZA"],
    "Finnish": ["fi"],
    "French": ["fr", "fr_CA"],
    "German": ["de", "de_AT"],
    "Hungarian": ["hu"],
    "Indonesian": ["id"],
    "Italian": ["it"],
    "Polish": ["pl"],
    "Portuguese": ["pt_BR", "pt_PT"],
    "Spanish": ["es", "es_MX"],
    "Swedish": ["sv"],
    "Turkish": ["tr"],
}


def patterns(locales):
    """The different (locale, pattern) of a language whose meaning is clear, in a fixed order."""
    found = {}
    for locale in map(Locale.parse, locales):
        written = [locale.date_formats[length].pattern for length in LENGTHS]
        for pattern in [*written, locale.datetime_skeletons[ABBREVIATED].pattern]:
            if is_clear(pattern):
                found.setdefault((pattern, month_names(locale)), (locale, pattern))
    return list(found.values())


def is_clear(pattern):
    """Whether a date in this pattern has one meaning.

    It has with the month's name; in figures, with all of the year in front, and with dots, where the day comes first.
    03/04/2021 and 03-04-2021 are in April for some and in March for others.
    """
    return re.match(r".*MMM|y[^y]|d+\.", pattern) is not None


def month_names(locale):
    return tuple(tuple(locale.months["format"][width].values()) for width in ("wide", "abbreviated"))


def written(day, locale, pattern):
    """The date in that pattern, every kind of blank a plain one."""
    return " ".join(format_date(day, pattern, locale=locale).split())


def check_meanings(languages):
    """ValueError where one text stands for two dates: of a common year, a leap year, and the two ends."""
    days = [day for day in every_day() if day.year in (FIRST.year, 1999, 2004, LAST.year)]
    meaning = {}
    for (language, found), day in product(languages.items(), days):
        for locale, pattern in found:
            text = written(day, locale, pattern)
            if meaning.setdefault(text, day) != day:
                raise ValueError(f"{text!r} is {day} in {language}, but also {meaning[text]}.")


def every_day():
    return [FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1)]


def main():
    rng = np.random.default_rng(0)
    languages = {language: patterns(locales) for language, locales in LOCALES.items()}
    check_meanings(languages)
    days = every_day()
    drawn = iter(rng.permutation(len(days)))  # each date at most once in all
    FOLDER.mkdir(exist_ok=True)
    for language, found in languages.items():
        lines = []
        for _ in range(ROWS):
            day, (locale, pattern) = days[next(drawn)], found[rng.integers(len(found))]
            lines.append(f"{day}\t{written(day, locale, pattern)}")
        (FOLDER / f"{language}.txt").write_text("\n".join(sorted(lines)) + "\n", encoding="utf-8", newline="\n")
        print(f"| {', '.join(LOCALES[language])} | {language} | {len(found)} |")


if __name__ == "__main__":
    main()
