"""What a function answers to the cases of an exercise: its results as plain values, or why there is none."""

import _thread
import copy
import signal
import threading
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from numbers import Number

import numpy as np

PRINTED = 100_000  # characters; an answer that prints more does not end


@dataclass(frozen=True)
class Raised:
    """In place of a result: the call raised this error."""

    error: BaseException


@dataclass(frozen=True)
class Something:
    """In place of a result that is no number, text or collection of these, such as a model: of which type it is."""

    kind: str


class Endless(Exception):
    """A call was stopped: it took too long, or printed without end."""


@dataclass(frozen=True)
class Outcome:
    """value: the result as the exercise compares it, plain, or a Raised. changed: whether the call changed its
    arguments. printed: what it printed."""

    value: object
    changed: bool = False
    printed: str = ""


def outcomes(task, function, cases, seconds=None):
    """The Outcome of each case. After `seconds` in all the rest is not run and counts as Endless; None: no limit."""
    found = []
    end = None if seconds is None else time.monotonic() + seconds
    for case in cases:
        left = None if end is None else end - time.monotonic()
        found.append(endless() if left is not None and left <= 0 else outcome(task, function, case, left))
    return found


def outcome(task, function, case, seconds=None):
    """The Outcome of one call, for copies of the arguments."""
    arguments, printed, limit = copy.deepcopy(case), Printed(), Limit(seconds)
    try:
        with limit, quiet(printed):
            result = function(*arguments)
            result = plain(result)
    except KeyboardInterrupt:
        if not limit.over.is_set():
            raise  # the student's own interrupt
        return endless(printed.getvalue())
    except BaseException as error:  # SystemExit, too, is an answer
        return Outcome(Raised(error), printed=printed.getvalue())
    changed = not all(map(untouched, arguments, case))
    return Outcome(compared(task, result), changed, printed.getvalue())


def endless(printed=""):
    """The Outcome of a call that was stopped."""
    return Outcome(Raised(Endless("it did not end")), printed=printed)


def compared(task, result):
    """What the exercise compares of a result; the result itself where it is nothing that can be compared so."""
    if task.compared_by is None or result is ...:
        return result
    with quiet(Printed()):
        try:
            return plain(task.compared_by(result))
        except Exception:  # a fault of the comparison, not of the student's function
            known = result is None or isinstance(result, bool | int | float | str | list | tuple | dict | np.ndarray)
            return result if known else Something(type(result).__name__)


class Printed(StringIO):
    """Keeps what is printed, up to PRINTED characters."""

    def write(self, text):
        if self.tell() > PRINTED:
            raise Endless("it prints without end")
        return super().write(text)


@contextmanager
def quiet(printed):
    """Nothing appears: prints go to `printed`, and there are no warnings."""
    with warnings.catch_warnings(), np.errstate(all="ignore"), redirect_stdout(printed):
        warnings.simplefilter("ignore")
        yield


class Limit:
    """Interrupts its block, as Ctrl-C does, when that takes longer than `seconds`; `over` is set then.

    Only the main thread, where notebooks run, can be stopped; None: no limit.
    """

    def __init__(self, seconds):
        self.seconds, self.over, self.done = seconds, threading.Event(), threading.Lock()
        self.limits = seconds is not None and threading.current_thread() is threading.main_thread()

    def __enter__(self):
        if self.limits:
            # Where a shell has started Python in the background, Ctrl-C is ignored, and with it what stop() does.
            self.before = signal.signal(signal.SIGINT, signal.default_int_handler)
            self.timer = threading.Timer(self.seconds, self.stop)
            self.timer.daemon = True
            self.timer.start()

    def stop(self):
        if self.done.acquire(blocking=False):  # whoever has it first: this timer, or the end of the block
            self.over.set()
            _thread.interrupt_main()

    def __exit__(self, kind, error, traceback):
        if not self.limits:
            return
        try:
            if not self.done.acquire(blocking=False):
                self.timer.join()
                if kind is not KeyboardInterrupt:  # it went off at the last moment: the interrupt is under way
                    time.sleep(1)
        except KeyboardInterrupt:
            pass
        self.timer.cancel()
        signal.signal(signal.SIGINT, self.before)


def plain(value):
    """A value as Python's and NumPy's own types: numbers, texts, lists, tuples, dicts, arrays.

    Takes in tensors and pandas objects (whatever has __array__), fractions, decimals, ranges and generators.
    """
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, bool | int | float | str | None):
        return value
    if isinstance(value, Number) and not isinstance(value, complex):
        return float(value)
    if isinstance(value, np.ndarray):
        return plain(value.tolist()) if value.dtype == object else value
    if isinstance(value, Mapping):
        return {plain(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        parts = list(map(plain, value))
        return tuple(parts) if isinstance(value, tuple) else parts
    if isinstance(value, range | Iterator) or type(value).__name__ in ("dict_keys", "dict_values", "dict_items"):
        return [plain(each) for each in islice(value, 10_000)]
    if hasattr(value, "__array__"):
        try:
            return plain(np.asarray(value))
        except Exception:  # a tensor without values
            return value
    return value


def untouched(argument, original):
    """Whether an argument still holds what it held; only arrays, lists and dicts can be told."""
    if isinstance(original, np.ndarray):
        if not isinstance(argument, np.ndarray) or argument.shape != original.shape:
            return False
        now, before = np.asarray(argument), np.asarray(original)
        return bool(np.all((now == before) | ((now != now) & (before != before))))
    if isinstance(original, list | tuple):
        return len(argument) == len(original) and all(map(untouched, argument, original))
    if isinstance(original, dict):
        return argument.keys() == original.keys() and all(untouched(argument[k], original[k]) for k in original)
    return True
