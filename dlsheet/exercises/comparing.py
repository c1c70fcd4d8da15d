"""Whether two outcomes are the same, and how much there is to read in a case."""

import numpy as np

from dlsheet.exercises.outcomes import Raised

CLOSE = 1e-5  # of the largest number of a result: float32 passes, a factor 1.0001 does not


def same(given, expected):
    """Whether two values are the same: numbers up to rounding, everything else exactly, errors by their type."""
    if isinstance(given, Raised) or isinstance(expected, Raised):
        return (
            isinstance(given, Raised) and isinstance(expected, Raised) and isinstance(given.error, type(expected.error))
        )
    if isinstance(expected, dict):
        return (
            isinstance(given, dict)
            and given.keys() == expected.keys()
            and all(same(given[k], expected[k]) for k in given)
        )
    if parts(expected):
        alike = isinstance(given, list | tuple | np.ndarray) and len(given) == len(expected)
        return alike and all(map(same, given, expected))
    if numeric(expected):
        return numeric(given) and close(np.asarray(given, float), np.asarray(expected))
    if isinstance(expected, list | tuple | np.ndarray):
        alike = isinstance(given, list | tuple | np.ndarray) and len(given) == len(expected)
        return alike and all(map(same, given, expected))
    try:
        return isinstance(given, type(expected)) and bool(given == expected)
    except Exception:  # objects that cannot be compared
        return False


def parts(value):
    """Whether a value is a tuple of results, such as (weights, bias): each is compared on its own scale."""
    return isinstance(value, tuple) and any(np.ndim(part) for part in value if numeric(part))


def close(given, expected):
    """Whether two arrays have one shape and the same numbers; one number may come in an array of one element."""
    if expected.ndim == 0 and given.size == 1:
        given = given.reshape(())
    if given.shape != expected.shape:
        return False
    if expected.dtype.kind in "biu":  # counts and labels are exact
        return np.allclose(given, expected, rtol=1e-9, atol=CLOSE)
    finite = np.abs(expected[np.isfinite(expected)])
    scale = finite.max() if finite.size else 0
    return np.allclose(given, expected, rtol=CLOSE, atol=CLOSE * scale + 1e-12, equal_nan=True)


def numeric(value):
    """Whether a value is a number or a regular array of numbers."""
    try:
        return np.asarray(value).dtype.kind in "biuf"
    except Exception:  # lists of unequal lengths; an object that is no array may raise what it likes
        return False


def void(value):
    """Whether a value is an error or holds NaN or infinity."""
    return isinstance(value, Raised) or (numeric(value) and not np.isfinite(np.asarray(value, float)).all())


def size(case):
    """How much there is to read in these arguments: first the number of values, then their magnitude."""
    found = list(pieces(case))
    magnitude = sum(float(np.abs(np.asarray(part, float)).sum()) for part in found if numeric(part))
    return sum(len(part) if isinstance(part, str) else np.size(part) for part in found), magnitude


def pieces(value):
    """What a case is made of: regular arrays, numbers and texts, in whatever lists they stand."""
    if isinstance(value, list | tuple) and not numeric(value):
        for part in value:
            yield from pieces(part)
    else:
        yield value
