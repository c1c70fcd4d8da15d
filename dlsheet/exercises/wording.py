"""Calls and results as a student reads them."""

import inspect

import numpy as np

from dlsheet.exercises.outcomes import Endless, Raised, Something

SHOWN = 60  # numbers of an array; a larger one is shown by its corners and its shape


def call(task, case):
    """The call as a student would write it: name(argument=value, …)."""
    names = inspect.signature(task.solution).parameters
    return f"{task.name}({', '.join(f'{name}={short(value)}' for name, value in zip(names, case))})"


def words(result):
    """An outcome as part of a sentence: 'gave 0.25', or 'raised ValueError: …'."""
    if isinstance(result, Something):
        return f"gave an object of the type {result.kind}"
    if not isinstance(result, Raised):
        return f"gave {short(result)}"
    if isinstance(result.error, Endless):
        return "was stopped"
    message = cut(str(result.error)).replace("\n", " ")
    return f"raised {type(result.error).__name__}{f': {message}' if message else ''}"


def short(value):
    """A value in a few characters, floats to 6 digits."""
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, float | np.floating):
        return f"{value + 0.0:.6g}"  # + 0.0: no -0
    if isinstance(value, np.integer):
        return str(int(value))
    if isinstance(value, np.ndarray):
        value = np.asarray(value)
        value = value + 0.0 if value.dtype.kind == "f" else value
        text = np.array2string(value, precision=6, separator=", ", threshold=SHOWN, edgeitems=3)
        text = " ".join(text.split())
        return text if value.size <= SHOWN else f"{text} of shape {value.shape}"
    if isinstance(value, list | tuple):
        inner = ", ".join(map(short, value[:100]))
        return cut(f"[{inner}]" if isinstance(value, list) else f"({inner}{',' * (len(value) == 1)})", 400)
    if isinstance(value, dict):
        return cut("{" + ", ".join(f"{short(key)}: {short(each)}" for key, each in value.items()) + "}", 400)
    return cut(repr(value))


def cut(text, length=200):
    """The text's beginning, if it is longer than that."""
    return text if len(text) <= length else f"{text[: length - 2]} …"
